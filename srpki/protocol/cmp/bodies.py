"""PKIBodies as values: each kind has a function that writes it and one that reads it.

Client and lab CA share these. What a peer sends is bounded here; what it means is judged by the
caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.asn1 import TLV, BitString, Null, Variant

from srpki.core.errors import ProtocolError
from srpki.core.values import NamedTuple
from srpki.protocol.cmp import asn1
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.messages import NUMBERS, Message, certificates
from srpki.protocol.cmp.status import StatusInfo, fail_info_bits, fail_info_names
from srpki.x509 import der
from srpki.x509.structures import SubjectPublicKeyInfo

OLD_CERT_ID: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.5.1.5")
MAX_TEXT: Final = 4096
"""Characters of the texts of one status that are kept."""

_MAX_SERIAL: Final = 1 << 168
_CERTIFICATE: Final = 0xA0

# --- requests: ir, cr, kur, p10cr ----------------------------------------------------------------


class CertificateRequest(NamedTuple):
    """What one CertReqMsg asks for.

    *subject* and *issuer* are Names, *public_key* a SubjectPublicKeyInfo, *extensions* a SEQUENCE
    OF Extension, all DER or None; *validity* are the fields of an OptionalValidity, which are read
    only; *old_certificate* is (issuer, serial number) of the oldCertID
    control. *proof* names the ProofOfPossession alternative, empty when there is none; for
    ``signature`` *proof_algorithm* (DER) and *proof_signature* go with it, over *der*, unless
    *proof_input* says that a POPOSigningKeyInput was signed in its place.
    """

    cert_req_id: int
    subject: bytes | None = None
    public_key: bytes | None = None
    extensions: bytes | None = None
    issuer: bytes | None = None
    validity: tuple[TLV, ...] = ()
    old_certificate: tuple[bytes, int] | None = None
    proof: str = ""
    proof_algorithm: bytes = b""
    proof_signature: bytes = b""
    proof_input: bool = False
    der: bytes = b""


def encode_request(request: CertificateRequest) -> bytes:
    """Return the CertRequest (DER) of *request*, on which a proof of possession is signed."""
    key = request.public_key
    template = asn1.CertTemplate(
        issuer=_optional(request.issuer),
        subject=_optional(request.subject),
        public_key=None if key is None else asn1.decode(SubjectPublicKeyInfo, key, "key"),
        extensions=_optional(request.extensions),
    )
    controls = None
    if request.old_certificate is not None:
        issuer, serial = request.old_certificate
        value = asn1.CertId(issuer=asn1.tlv(headers.general_name(issuer)), serial_number=serial)
        controls = [
            asn1.AttributeTypeAndValue(type=OLD_CERT_ID, value=asn1.tlv(asn1.encode(value)))
        ]
    return asn1.encode(
        asn1.CertRequest(cert_req_id=request.cert_req_id, cert_template=template, controls=controls)
    )


def _optional(data: bytes | None) -> list[TLV] | None:
    return None if data is None else asn1.elements(data)


def encode_signed_request(kind: str, request: bytes, algorithm: bytes, signature: bytes) -> bytes:
    """Return the PKIBody *kind* (ir, cr, kur) with one CertRequest and a signature that proves."""
    proof = asn1.POPOSigningKey(
        poposk_input=None, algorithm=asn1.algorithm(algorithm), signature=BitString(signature, 0)
    )
    item = asn1.CertReqMsg(
        cert_req=asn1.tlv(request), popo=Variant(proof, "signature"), reg_info=None
    )
    return asn1.encode_body(NUMBERS[kind], asn1.CertReqMessagesBody(content=[item]))


def decode_requests(message: Message) -> tuple[CertificateRequest, ...]:
    """Return the requests of an ir, cr or kur; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.CertReqMessagesBody, message.body, f"body of the {message.kind}")
    return tuple(_read_request(item) for item in body.content)


def _read_request(item: asn1.CertReqMsg) -> CertificateRequest:
    data = asn1.encode(item.cert_req)
    request = asn1.decode(asn1.CertRequest, data, "certificate request")
    template = request.cert_template
    proof = item.popo
    signed = proof.value if proof is not None else None
    if not isinstance(signed, asn1.POPOSigningKey):
        signed = None
    elif signed.signature.padding_bits():
        raise ProtocolError("the proof of possession is not well formed")
    key = template.public_key
    return CertificateRequest(
        cert_req_id=asn1.number(request.cert_req_id, "certReqId", -1),
        subject=_whole(template.subject),
        public_key=None if key is None else asn1.encode(key),
        extensions=_whole(template.extensions),
        issuer=_whole(template.issuer),
        validity=tuple(template.validity or ()),
        old_certificate=_old_certificate(request.controls),
        proof="" if proof is None else proof.tag,
        proof_algorithm=b"" if signed is None else asn1.whole(signed.algorithm),
        proof_signature=b"" if signed is None else signed.signature.as_bytes(),
        proof_input=signed is not None and signed.poposk_input is not None,
        der=data,
    )


def _whole(items: list[TLV] | None) -> bytes | None:
    return None if items is None else asn1.whole(items)


def _old_certificate(controls: list[asn1.AttributeTypeAndValue] | None) -> tuple[bytes, int] | None:
    for control in asn1.bounded(controls, "controls"):
        if control.type == OLD_CERT_ID:
            value = asn1.decode(asn1.CertId, asn1.encode(control.value), "oldCertID")
            serial = value.serial_number  # CAs have given out 0 and negative ones
            asn1.number(serial, "oldCertID's serial number", -_MAX_SERIAL, _MAX_SERIAL)
            return headers.name_of(value.issuer, "oldCertID's issuer"), serial
    return None


def decode_p10cr(message: Message) -> bytes:
    """Return the CertificationRequest (DER) of a p10cr; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.OpaqueBody, message.body, "body of the p10cr")
    return asn1.encode(body.content)


# --- answers: ip, cp, kup ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateResponse:
    """One CertResponse: *certificate* (DER) is None when there is none or it is encrypted."""

    cert_req_id: int
    status: StatusInfo
    certificate: bytes | None = None


def encode_responses(
    kind: str, responses: Sequence[CertificateResponse], ca_pubs: Sequence[bytes] = ()
) -> bytes:
    """Return the PKIBody *kind* (ip, cp, kup) with *responses* and the CA certificates."""
    content = asn1.CertRepMessage(
        ca_pubs=[asn1.tlv(certificate) for certificate in ca_pubs] or None,
        response=[
            asn1.CertResponse(
                cert_req_id=response.cert_req_id,
                status=encode_status(response.status),
                certified_key_pair=_key_pair(response.certificate),
                rsp_info=None,
            )
            for response in responses
        ],
    )
    return asn1.encode_body(NUMBERS[kind], asn1.CertRepMessageBody(content=content))


def _key_pair(certificate: bytes | None) -> asn1.CertifiedKeyPair | None:
    if certificate is None:
        return None
    choice = asn1.tlv(der.encode(_CERTIFICATE, certificate))
    return asn1.CertifiedKeyPair(cert_or_enc_cert=choice, private_key=None, publication_info=None)


def decode_responses(
    message: Message,
) -> tuple[tuple[CertificateResponse, ...], tuple[bytes, ...]]:
    """Return responses and CA certificates of an ip, cp or kup; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.CertRepMessageBody, message.body, f"body of the {message.kind}")
    ca_pubs = asn1.bounded(body.content.ca_pubs, "caPubs", asn1.MAX_CERTIFICATES)
    responses = tuple(
        CertificateResponse(
            cert_req_id=asn1.number(response.cert_req_id, "certReqId", -1),
            status=read_status(response.status),
            certificate=_certificate(response.certified_key_pair),
        )
        for response in body.content.response
    )
    return responses, certificates(ca_pubs)


def _certificate(pair: asn1.CertifiedKeyPair | None) -> bytes | None:
    if pair is None or pair.cert_or_enc_cert.tag_bytes != bytes((_CERTIFICATE,)):
        return None
    found = certificates((asn1.tlv(bytes(pair.cert_or_enc_cert.data)),))
    if not found:
        raise ProtocolError("something else stands where a certificate belongs")
    return found[0]


# --- certConf, pkiConf, error, pollReq, pollRep --------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmation:
    """One CertStatus; *status* absent means accepted, *hash_algorithm* is as in RFC 9480, DER."""

    cert_hash: bytes
    cert_req_id: int = 0
    status: StatusInfo | None = None
    hash_algorithm: bytes | None = None


def encode_confirmations(confirmations: Sequence[Confirmation]) -> bytes:
    """Return the PKIBody certConf."""
    content = [
        asn1.CertStatus(
            cert_hash=item.cert_hash,
            cert_req_id=item.cert_req_id,
            status_info=None if item.status is None else encode_status(item.status),
            hash_alg=_optional(item.hash_algorithm),
        )
        for item in confirmations
    ]
    return asn1.encode_body(NUMBERS["certConf"], asn1.CertConfirmBody(content=content))


def decode_confirmations(message: Message) -> tuple[Confirmation, ...]:
    """Return what a certConf says, nothing when it rejects all; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.CertConfirmBody, message.body, "body of the certConf")
    return tuple(
        Confirmation(
            cert_hash=item.cert_hash,
            cert_req_id=asn1.number(item.cert_req_id, "certReqId", -1),
            status=None if item.status_info is None else read_status(item.status_info),
            hash_algorithm=_whole(item.hash_alg),
        )
        for item in body.content
    )


def encode_pki_confirm() -> bytes:
    """Return the PKIBody pkiConf."""
    return asn1.encode_body(NUMBERS["pkiConf"], asn1.PKIConfirmBody(content=Null()))


def decode_pki_confirm(message: Message) -> None:
    """Check that the body of a pkiConf is well formed; raises `ProtocolError`."""
    asn1.decode_body(asn1.PKIConfirmBody, message.body, "body of the pkiConf")


def encode_error(info: StatusInfo) -> bytes:
    """Return the PKIBody error."""
    content = asn1.ErrorMsgContent(status=encode_status(info), error_code=None, error_details=None)
    return asn1.encode_body(NUMBERS["error"], asn1.ErrorMsgBody(content=content))


def decode_error(message: Message) -> StatusInfo:
    """Return what an error message says, its details added to the text; raises `ProtocolError`."""
    content = asn1.decode_body(asn1.ErrorMsgBody, message.body, "body of the error").content
    info = read_status(content.status)
    details = asn1.bounded(content.error_details, "error details")
    return StatusInfo(info.status, _texts([*info.text, *details]), info.fail_info)


def encode_poll_request(cert_req_id: int) -> bytes:
    """Return the PKIBody pollReq for one request."""
    content = [asn1.PollReq(cert_req_id=cert_req_id)]
    return asn1.encode_body(NUMBERS["pollReq"], asn1.PollReqBody(content=content))


def decode_poll_requests(message: Message) -> tuple[int, ...]:
    """Return the certReqIds of a pollReq; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.PollReqBody, message.body, "body of the pollReq")
    return tuple(asn1.number(item.cert_req_id, "certReqId", -1) for item in body.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class PollAnswer:
    """One element of a pollRep: ask again after *check_after* seconds."""

    cert_req_id: int
    check_after: int
    reason: tuple[str, ...] = ()


def encode_poll_answer(answer: PollAnswer) -> bytes:
    """Return the PKIBody pollRep for one request."""
    content = [
        asn1.PollRep(
            cert_req_id=answer.cert_req_id,
            check_after=answer.check_after,
            reason=list(answer.reason) or None,
        )
    ]
    return asn1.encode_body(NUMBERS["pollRep"], asn1.PollRepBody(content=content))


def decode_poll_answers(message: Message) -> tuple[PollAnswer, ...]:
    """Return what a pollRep says; raises `ProtocolError`."""
    body = asn1.decode_body(asn1.PollRepBody, message.body, "body of the pollRep")
    return tuple(
        PollAnswer(
            cert_req_id=asn1.number(item.cert_req_id, "certReqId", -1),
            check_after=asn1.number(item.check_after, "checkAfter"),
            reason=_texts(asn1.bounded(item.reason, "texts")),
        )
        for item in body.content
    )


def encode_status(info: StatusInfo) -> asn1.PKIStatusInfo:
    """Return *info* as PKIStatusInfo."""
    octets, unused = fail_info_bits(info.fail_info)
    return asn1.PKIStatusInfo(
        status=info.status,
        status_string=list(info.text) or None,
        fail_info=BitString(octets, unused) if info.fail_info else None,
    )


def read_status(info: asn1.PKIStatusInfo) -> StatusInfo:
    """Return a PKIStatusInfo as values; raises `ProtocolError` when it is beyond bounds."""
    bits = info.fail_info.as_bytes() if info.fail_info is not None else b""
    if len(bits) > 8:
        raise ProtocolError("the failInfo has too many bits")
    return StatusInfo(
        status=asn1.number(info.status, "status"),
        text=_texts(asn1.bounded(info.status_string, "texts")),
        fail_info=fail_info_names(bits),
    )


def _texts(texts: Sequence[str]) -> tuple[str, ...]:
    kept: list[str] = []
    left = MAX_TEXT
    for text in texts:
        kept.append(text[:left])
        left -= len(kept[-1])
    return tuple(kept)
