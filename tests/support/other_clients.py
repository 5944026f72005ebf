"""What CMP clients send and read that the router does not: rr and rp, and PBMAC1."""

import hashlib
import hmac

from srpki.protocol.cmp import asn1, bodies
from srpki.protocol.cmp.asn1 import CertTemplate
from srpki.protocol.cmp.mac import _HMAC_SHA256, _PBKDF2, _SHA256_OCTETS, PBKDF2_ITERATIONS, PBMAC1
from srpki.protocol.cmp.messages import NUMBERS
from srpki.protocol.cmp.revocations import RevDetails, RevRepBody, RevReqBody
from srpki.x509 import der
from srpki.x509.structures import SubjectPublicKeyInfo


def encode_revocation_request(request):
    """Return the PKIBody rr for one certificate."""
    key = request.public_key
    template = CertTemplate(
        version=request.version,
        serial_number=request.serial,
        issuer=None if request.issuer is None else asn1.elements(request.issuer),
        subject=None if request.subject is None else asn1.elements(request.subject),
        public_key=None if key is None else asn1.decode(SubjectPublicKeyInfo, key, "key"),
        extensions=[asn1.tlv(item) for item in request.extensions] or None,
    )
    entry = [asn1.tlv(item) for item in request.entry_extensions] or None
    details = RevDetails(cert_details=template, crl_entry_details=entry)
    return asn1.encode_body(NUMBERS["rr"], RevReqBody(content=[details]))


def decode_revocation_answer(message):
    """Return what an rp says of each request; raises `ProtocolError`."""
    body = asn1.decode_body(RevRepBody, message.body, "body of the rp")
    return tuple(bodies.read_status(info) for info in body.content.status)


class Pbmac1Protector:
    """Protects with a password: PBMAC1 with PBKDF2 and HMAC-SHA256 [RFC 9481, 6.1.2]."""

    def __init__(self, secret: str, salt: bytes) -> None:
        """Derive the key from *secret* and *salt* (`SALT_OCTETS` random octets)."""
        derivation = asn1.PBKDF2Params(
            salt=salt,
            iteration_count=PBKDF2_ITERATIONS,
            key_length=_SHA256_OCTETS,
            prf=asn1.elements(_HMAC_SHA256),
        )
        parameters = asn1.PBMAC1Params(
            key_derivation_func=[
                asn1.tlv(der.encode_oid(_PBKDF2)),
                asn1.tlv(asn1.encode(derivation)),
            ],
            message_auth_scheme=asn1.elements(_HMAC_SHA256),
        )
        name = der.encode_oid(PBMAC1)
        self.algorithm = der.encode(der.SEQUENCE, name, asn1.encode(parameters))
        self._key = hashlib.pbkdf2_hmac(
            "sha256", secret.encode(), salt, PBKDF2_ITERATIONS, _SHA256_OCTETS
        )

    def protect(self, protected_part: bytes) -> bytes:
        """Return the MAC of *protected_part*."""
        return hmac.digest(self._key, protected_part, "sha256")
