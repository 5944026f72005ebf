"""What a CMP request asks a CA to certify, checked as far as the protocol goes [RFC 4211, 4, 5].

The template must be complete, possession of the private key proved by a signature, and a key
update must name the certificate that signed it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.asn1 import GeneralizedTime, UTCTime, sequence
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1, bodies, protect
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.bodies import CertificateRequest
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import Peer, RefusalError, is_name
from srpki.x509 import certificates, csr, der, names
from srpki.x509.forms import Extensions

ANSWERS = {"ir": "ip", "cr": "cp", "p10cr": "cp", "kur": "kup"}
"""The answer that belongs to each request for a certificate."""

_CERT_REQ_ID = 0  # of the only request in a message [RFC 9483, 4.1.1]
_P10CR_ID = -1  # a PKCS#10 has no certReqId [RFC 9483, 4.1.4]
_EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
_SET = 0x31
_CONTEXT_0 = 0xA0
_NOT_AFTER = b"\xa1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A request that the protocol has nothing against; the CA may issue or not.

    *updated* is the certificate (DER) that a key update replaces; *not_after* the end that the
    template asks for; *more_asked* says that it asks for more, which the CA decides alone:
    extensions beside subjectAltName.
    """

    kind: str
    cert_req_id: int
    subject: x509.Name
    alternative: x509.SubjectAlternativeName | None
    public_key: CertificatePublicKeyTypes = field(repr=False)
    updated: bytes | None = field(default=None, repr=False)
    not_after: datetime | None = None
    more_asked: bool = False

    @property
    def cert_req_ids(self) -> tuple[int, ...]:
        """What later messages may call the request; clients disagree on that of a p10cr."""
        return (_P10CR_ID, _CERT_REQ_ID) if self.kind == "p10cr" else (self.cert_req_id,)


@sequence
class _Time:
    """Holds a Time, which the library decodes only inside something [RFC 5280, 4.1]."""

    value: UTCTime | GeneralizedTime


@dataclass(frozen=True, slots=True)
class Asked:
    """The number of a request, and what it asks or why it is refused."""

    cert_req_id: int
    outcome: Enrolment | RefusalError


def read(message: Message, peer: Peer) -> Asked:
    """Return what *message*, an ir, cr, p10cr or kur of *peer*, asks for.

    The template's issuer is not looked at: OpenSSL puts there who issued the signer's certificate.
    Raises `RefusalError` when the message as a whole cannot be answered by an ip, cp or kup.
    """
    if message.kind == "p10cr":
        return _read_p10cr(message)
    try:
        requests = bodies.decode_requests(message)
    except ProtocolError as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    request = requests[0]
    try:
        _check_single(requests)
        return Asked(request.cert_req_id, _read_request(message, request, peer))
    except RefusalError as refusal:
        return Asked(request.cert_req_id, refusal)


def _check_single(requests: tuple[CertificateRequest, ...]) -> None:
    """Check that there is one request with the number that it has then [RFC 9483, 4.1.1]."""
    if len(requests) != 1:
        raise RefusalError("badRequest", "one request a message is served")
    if requests[0].cert_req_id != _CERT_REQ_ID:
        raise RefusalError("badRequest", "the certReqId of the only request is 0")


def _read_p10cr(message: Message) -> Asked:
    try:
        data = bodies.decode_p10cr(message)
        asked = csr.check(data)
    except ProtocolError as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    except csr.NotSignedError as error:
        return Asked(_P10CR_ID, RefusalError("badPOP", error.sentence))
    except InvalidInputError as error:
        return Asked(_P10CR_ID, RefusalError("badCertTemplate", error.sentence))
    if csr.asks_for_ca(data):
        return Asked(_P10CR_ID, RefusalError("badCertTemplate", "CA certificates are not issued"))
    enrolment = Enrolment(
        kind=message.kind,
        cert_req_id=_P10CR_ID,
        subject=asked.subject,
        alternative=asked.san,
        public_key=asked.public_key,
    )
    return Asked(_P10CR_ID, enrolment)


def _read_request(message: Message, request: CertificateRequest, peer: Peer) -> Enrolment:
    if request.public_key is None:
        raise RefusalError("badCertTemplate", "the template has no public key")
    enrolment = _template(message.kind, request, request.public_key)
    _check_possession(message, request, enrolment.public_key, peer)
    if message.kind == "kur":
        return _update(request, enrolment, peer)
    if not list(enrolment.subject):
        raise RefusalError("badCertTemplate", "the template has no subject")
    return enrolment


def _template(kind: str, request: CertificateRequest, public_key: bytes) -> Enrolment:
    """Return what the template says; the library reads its parts only inside a PKCS#10."""
    attributes = b""
    if request.extensions is not None:
        attributes = der.encode(
            der.SEQUENCE,
            der.encode_oid(_EXTENSION_REQUEST),
            der.encode(_SET, request.extensions),
        )
    content = der.encode(
        der.SEQUENCE,
        b"\x02\x01\x00",
        request.subject or headers.NULL_DN,
        public_key,
        der.encode(_CONTEXT_0, attributes),
    )
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.3.101.112"))
    data = der.encode(der.SEQUENCE, content, algorithm, der.encode(der.BIT_STRING, b"\x00"))
    try:
        parsed = csr.parse(data)
        subject, extensions = parsed.subject, parsed.extensions
        alternative = _alternative(extensions)
    except InvalidInputError:
        raise RefusalError("badCertTemplate", "the template cannot be read") from None
    try:
        key = parsed.public_key()
    except UnsupportedAlgorithm:
        raise RefusalError("badAlg", "the kind of public key is not supported") from None
    except (ValueError, TypeError):
        raise RefusalError("badCertTemplate", "the public key cannot be read") from None
    return Enrolment(
        kind=kind,
        cert_req_id=request.cert_req_id,
        subject=subject,
        alternative=alternative,
        public_key=key,
        not_after=_not_after(request),
        more_asked=any(
            not isinstance(extension.value, x509.SubjectAlternativeName) for extension in extensions
        ),
    )


def _alternative(extensions: Extensions) -> x509.SubjectAlternativeName | None:
    constraints = extensions.find(x509.BasicConstraints)
    if constraints is not None and constraints.ca:
        raise RefusalError("badCertTemplate", "CA certificates are not issued")
    return extensions.find(x509.SubjectAlternativeName)


def _not_after(request: CertificateRequest) -> datetime | None:
    """Return the notAfter of the template's OptionalValidity, None when it has none."""
    template = asn1.decode(asn1.CertRequest, request.der, "certificate request").cert_template
    for item in template.validity or ():
        if item.tag_bytes == _NOT_AFTER:
            try:
                time = asn1.decode(_Time, der.encode(der.SEQUENCE, bytes(item.data)), "validity")
            except ProtocolError as error:
                raise RefusalError("badCertTemplate", error.sentence) from None
            return time.value.as_datetime().replace(tzinfo=UTC)
    return None


def _check_possession(
    message: Message, request: CertificateRequest, key: CertificatePublicKeyTypes, peer: Peer
) -> None:
    """Check the signature that proves possession of the private key [RFC 4211, 4.1]."""
    if request.proof == "raVerified":
        raise RefusalError("notAuthorized", "only a registration authority has seen the proof")
    if request.proof != "signature":
        raise RefusalError(
            "badPOP", f"proof of possession must be a signature, not {request.proof or 'nothing'}"
        )
    signed = request.der
    if request.proof_input:
        signed = _signing_input(message, request, peer)
    try:
        good = protect.verify(key, request.proof_algorithm, request.proof_signature, signed)
    except ProtocolError as error:
        raise RefusalError("badPOP", error.sentence) from None
    if not good:
        raise RefusalError("badPOP", "the proof of possession is not signed by the requested key")


def _signing_input(message: Message, request: CertificateRequest, peer: Peer) -> bytes:
    """Return the POPOSigningKeyInput that was signed in place of the CertRequest.

    It must name the sender, who is known by a certificate, and the same public key.
    """
    body = asn1.decode_body(asn1.CertReqMessagesBody, message.body, "body")
    proof = body.content[0].popo
    assert proof is not None
    assert isinstance(proof.value, asn1.POPOSigningKey)
    items = proof.value.poposk_input or []
    if len(items) != 2 or asn1.encode(items[1]) != request.public_key:
        raise RefusalError("badPOP", "the POPOSigningKeyInput is for another key")
    # authInfo: [0] sender, or the MAC of a password for those who have no name yet
    if not peer.signs or items[0].tag_bytes != b"\xa0":
        raise RefusalError("badPOP", "the POPOSigningKeyInput does not name a known sender")
    try:
        name = headers.name_of(asn1.tlv(bytes(items[0].data)), "POPOSigningKeyInput's sender")
        known = is_name(name, certificates.parse(peer.certificate).subject)
    except (ProtocolError, InvalidInputError) as error:
        raise RefusalError("badPOP", error.sentence) from None
    if not known:
        raise RefusalError("badPOP", "the POPOSigningKeyInput names another sender")
    return asn1.whole(items)


def _update(request: CertificateRequest, enrolment: Enrolment, peer: Peer) -> Enrolment:
    """Return *enrolment* for the signer's own names, which a key update may only repeat."""
    if not peer.signs:
        raise RefusalError("wrongIntegrity", "a key update is signed by the certificate it updates")
    old = certificates.facts(peer.certificate)
    if request.old_certificate is not None and not _is_id(*request.old_certificate, peer):
        raise RefusalError("badCertId", "oldCertID is not the certificate that signed")
    if list(enrolment.subject) and names.canonical(enrolment.subject) != old.canonical_subject:
        raise RefusalError("badCertTemplate", "a key update does not change the subject")
    alternative = enrolment.alternative
    if alternative is not None and names.alternative_names(alternative) != old.san:
        raise RefusalError("badCertTemplate", "a key update does not change the subjectAltName")
    return replace(
        enrolment,
        subject=certificates.parse(peer.certificate).subject,
        alternative=certificates.san_of(peer.certificate),
        updated=peer.certificate,
    )


def _is_id(issuer: bytes, serial: int, peer: Peer) -> bool:
    certificate = certificates.parse(peer.certificate)
    try:
        return serial == certificate.serial_number and is_name(issuer, certificate.issuer)
    except InvalidInputError:
        return False
