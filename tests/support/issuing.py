"""A CA made for one test: its certificate and CRLs with any dates, signed by any key."""

from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
HOUR = timedelta(hours=1)
DER = serialization.Encoding.DER


class Ca:
    """Times are hours from *now*, the instant at which the CA was made."""

    def __init__(self, now, name="O=Test,CN=CA", *, life=24 * 3650):
        self.now = now
        self.key = keys.generate(P256)
        self.name = certificates.parse_dn(name)
        self.certificate = self._made(self.name, self.key, -1, life, ca=True)

    def _made(self, subject, key, start, end, *, ca=False, more=(), critical=(), serial=None):
        builder = (
            x509.CertificateBuilder(self.name, subject, key.public_key())
            .serial_number(serial or x509.random_serial_number())
            .not_valid_before(self.now + start * HOUR)
            .not_valid_after(self.now + end * HOUR)
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
        )
        for extension in more:
            builder = builder.add_extension(extension, critical=False)
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(DER)

    def issue(self, name="CN=leaf", *, start=-1, end=24 * 90, more=(), key=None, serial=None):
        """Return an end-entity certificate (DER)."""
        key = key or keys.generate(P256)
        subject = certificates.parse_dn(name)
        return self._made(subject, key, start, end, more=more, serial=serial)

    def crl(self, *, start=0, end=24, number=1, revoked=(), key=None, critical=()):
        """Return a CRL (DER); *end* None leaves nextUpdate out."""
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(self.now + start * HOUR)
            .next_update(self.now + (end if end is not None else 1) * HOUR)
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        for extension in critical:
            builder = builder.add_extension(extension, critical=True)
        for serial in revoked:
            entry = x509.RevokedCertificateBuilder(serial, self.now)
            builder = builder.add_revoked_certificate(entry.build())
        der = builder.sign(key or self.key, hashes.SHA256()).public_bytes(DER)
        return der if end is not None else self._without_next_update(der)

    def _without_next_update(self, der):
        """Cut nextUpdate out of a CRL and sign it again: the library insists on one."""
        from srpki.x509 import der as asn1
        from srpki.x509 import signatures

        parts = signatures.signed_parts(der)
        fields = list(asn1.elements(asn1.read(parts.content).content))
        times = [index for index, field in enumerate(fields) if field.tag in (0x17, 0x18)]
        del fields[times[1]]
        content = asn1.encode(asn1.SEQUENCE, *(field.whole for field in fields))
        signature = keys.sign(self.key, content, "sha256")
        return asn1.encode(
            asn1.SEQUENCE,
            content,
            parts.algorithm,
            asn1.encode(asn1.BIT_STRING, b"\0" + signature),
        )


class Web:
    """A web server in memory: what each path answers with, and what was asked for."""

    def __init__(self, answers=()):
        self.answers = dict(answers)
        self.asked = []

    def handle(self, request, own):
        from srpki.core.wire import HttpReply

        path = "/" + request.url.split("/", 3)[3]
        self.asked.append(path)
        answer = self.answers.get(path)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, HttpReply):
            return answer
        if answer is None:
            return HttpReply(status=404)
        return HttpReply(status=200, body=answer)
