"""What a CMP request asks a CA to certify, checked as far as the protocol goes [RFC 4211, 4, 5].

The template must be complete, possession of the private key proved by a signature, and a key
update must name the certificate that signed it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.asn1 import GeneralizedTime, UTCTime, sequence
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.core.values import NamedTuple
from srpki.protocol.cmp import asn1, bodies, protect
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.bodies import CertificateRequest
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import CertificateAuthority, Peer, RefusalError, is_name
from srpki.x509 import certificates, csr, der, names, wishes
from srpki.x509.forms import Certificate
from srpki.x509.wishes import Wishes

ANSWERS = {"ir": "ip", "cr": "cp", "p10cr": "cp", "kur": "kup"}
"""The answer that belongs to each request for a certificate."""

_CERT_REQ_ID = 0  # of the only request in a message [RFC 9483, 4.1.1]
_P10CR_ID = -1  # a PKCS#10 has no certReqId [RFC 9483, 4.1.4]
_EXTENSION_REQUEST = "1.2.840.113549.1.9.14"
_SET = 0x31
_CONTEXT_0 = 0xA0
_DECISIVE: tuple[type[x509.ExtensionType], ...] = (
    x509.BasicConstraints,
    x509.SubjectAlternativeName,
    x509.KeyUsage,
    x509.ExtendedKeyUsage,
)
_NOT_BEFORE = b"\xa0"
_NOT_AFTER = b"\xa1"


class Enrolment(NamedTuple):
    """A request that the protocol has nothing against; the CA may issue or not.

    *extensions*, *issuer* and the dates are wishes: what the CA makes of them shows in the status
    of the answer. *updated* is the certificate (DER) that a key update replaces, *kept* what is
    taken over from it, as the update does not say otherwise.
    """

    kind: str
    cert_req_id: int
    subject: x509.Name
    public_key: CertificatePublicKeyTypes
    extensions: Wishes = ()
    updated: bytes | None = None
    kept: Wishes = ()
    issuer: x509.Name | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None

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


def read(message: Message, peer: Peer, ca: CertificateAuthority) -> Asked:
    """Return what *message*, an ir, cr, p10cr or kur of *peer*, asks *ca* for.

    Raises `RefusalError` when the message as a whole cannot be answered by an ip, cp or kup.
    """
    if message.kind == "p10cr":
        return _read_p10cr(message, ca)
    try:
        requests = bodies.decode_requests(message)
    except ProtocolError as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    request = requests[0]
    try:
        _check_single(requests)
        return Asked(request.cert_req_id, _read_request(message, request, peer, ca))
    except RefusalError as refusal:
        return Asked(request.cert_req_id, refusal)


def _check_single(requests: tuple[CertificateRequest, ...]) -> None:
    """Check that there is one request with the number that it has then [RFC 9483, 4.1.1]."""
    if len(requests) != 1:
        raise RefusalError("badRequest", "one request a message is served")
    if requests[0].cert_req_id != _CERT_REQ_ID:
        raise RefusalError("badRequest", "the certReqId of the only request is 0")


def _read_p10cr(message: Message, ca: CertificateAuthority) -> Asked:
    try:
        data = bodies.decode_p10cr(message)
        _check_key(wishes.claimed_key(data), ca)
        asked = csr.check(data)
    except ProtocolError as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    except RefusalError as refusal:
        return Asked(_P10CR_ID, refusal)
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
        public_key=asked.public_key,
        extensions=wishes.wanted_extensions(data),
    )
    return Asked(_P10CR_ID, enrolment)


def _check_key(key: CertificatePublicKeyTypes, ca: CertificateAuthority) -> None:
    """Refuse a key that is not certified, before work is done with it."""
    reason = ca.judge_key(key)
    if reason:
        raise RefusalError("badCertTemplate", reason)


def _read_request(
    message: Message, request: CertificateRequest, peer: Peer, ca: CertificateAuthority
) -> Enrolment:
    if request.public_key is None:
        raise RefusalError("badCertTemplate", "the template has no public key")
    enrolment = _template(message.kind, request, request.public_key)
    _check_key(enrolment.public_key, ca)
    _check_possession(message, request, enrolment.public_key, peer)
    if message.kind == "kur":
        return _update(request, enrolment, peer)
    return enrolment


def _template(kind: str, request: CertificateRequest, public_key: bytes) -> Enrolment:
    """Return what the template says."""
    try:
        subject = names.parse_name(request.subject or headers.NULL_DN)
        extensions = _extensions(request.extensions, public_key)
    except InvalidInputError:
        raise RefusalError("badCertTemplate", "the template cannot be read") from None
    try:
        key = cast("CertificatePublicKeyTypes", serialization.load_der_public_key(public_key))
    except UnsupportedAlgorithm:
        raise RefusalError("badAlg", "the kind of public key is not supported") from None
    except (ValueError, TypeError):
        raise RefusalError("badCertTemplate", "the public key cannot be read") from None
    if any(isinstance(one.value, x509.BasicConstraints) and one.value.ca for one in extensions):
        raise RefusalError("badCertTemplate", "CA certificates are not issued")
    not_before, not_after = _validity(request)
    return Enrolment(
        kind=kind,
        cert_req_id=request.cert_req_id,
        subject=subject,
        public_key=key,
        extensions=extensions,
        issuer=_issuer(request),
        not_before=not_before,
        not_after=not_after,
    )


def _extensions(extensions: bytes | None, public_key: bytes) -> Wishes:
    """Return *extensions* (DER), which the library reads only inside a PKCS#10.

    Raises `InvalidInputError` when they, or one that is decisive, cannot be read.
    """
    if extensions is None:
        return ()
    attribute = der.encode(
        der.SEQUENCE, der.encode_oid(_EXTENSION_REQUEST), der.encode(_SET, extensions)
    )
    version, attributes = der.encode_integer(0), der.encode(_CONTEXT_0, attribute)
    content = der.encode(der.SEQUENCE, version, headers.NULL_DN, public_key, attributes)
    algorithm = der.encode(der.SEQUENCE, der.encode_oid("1.3.101.112"))
    data = der.encode(der.SEQUENCE, content, algorithm, der.encode(der.BIT_STRING, b"\x00"))
    found = csr.parse(data).extensions
    for decisive in _DECISIVE:
        found.find(decisive)
    return tuple(found)


def _issuer(request: CertificateRequest) -> x509.Name | None:
    """Return the issuer that the template wishes; OpenSSL puts there that of the signer."""
    try:
        return None if request.issuer is None else names.parse_name(request.issuer)
    except InvalidInputError as error:
        raise RefusalError("badCertTemplate", error.sentence) from None


def _validity(request: CertificateRequest) -> tuple[datetime | None, datetime | None]:
    """Return begin and end of the template's OptionalValidity, None for what it lacks."""
    found: dict[bytes, datetime] = {}
    for item in request.validity:
        try:
            time = asn1.decode(_Time, der.encode(der.SEQUENCE, bytes(item.data)), "validity")
        except ProtocolError as error:
            raise RefusalError("badCertTemplate", error.sentence) from None
        found[item.tag_bytes] = time.value.as_datetime().replace(tzinfo=UTC)
    return found.get(_NOT_BEFORE), found.get(_NOT_AFTER)


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
    old = certificates.parse(peer.certificate)
    if request.old_certificate is not None and not _is_id(*request.old_certificate, peer):
        raise RefusalError("badCertId", "oldCertID is not the certificate that signed")
    if enrolment.subject.rdns and not names.same_name(enrolment.subject, old.subject):
        raise RefusalError("badCertTemplate", "a key update does not change the subject")
    asked = (one.value for one in enrolment.extensions)
    wished = [one for one in asked if isinstance(one, x509.SubjectAlternativeName)]
    if wished and names.alternative_names(wished[0]) != names.alternative_names(
        old.extensions.find(x509.SubjectAlternativeName)
    ):
        raise RefusalError("badCertTemplate", "a key update does not change the subjectAltName")
    return enrolment._replace(
        subject=old.subject,
        updated=peer.certificate,
        kept=_kept(enrolment, old),
    )


def _kept(enrolment: Enrolment, old: Certificate) -> Wishes:
    kept = {x509.SubjectAlternativeName.oid, x509.ExtendedKeyUsage.oid}
    if type(old.public_key()) is type(enrolment.public_key):  # another key has other usages
        kept.add(x509.KeyUsage.oid)
    kept -= {extension.oid for extension in enrolment.extensions}
    return tuple(one for one in old.extensions if one.oid in kept)


def _is_id(issuer: bytes, serial: int, peer: Peer) -> bool:
    certificate = certificates.parse(peer.certificate)
    try:
        return serial == certificate.serial_number and is_name(issuer, certificate.issuer)
    except InvalidInputError:
        return False
