"""OCSP: a request about one certificate, and what an answer is worth [RFC 6960, RFC 9654].

Pure: octets in, octets or a verdict out; time is always an argument. An answer counts when it is
signed by the CA or by a responder that the CA has appointed, is about the certificate in question
and is timely. A nonce that comes back must be ours; a responder may leave it out [RFC 6960, 4.4.1],
then the dates alone tell how old the answer is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.asn1 import TLV
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from srpki.core.errors import InvalidInputError, PeerRefusedError, ProtocolError
from srpki.x509 import certificates, contents, der, extensions, keys, signatures, structures
from srpki.x509.chain import RefusedChainError, check_chain
from srpki.x509.forms import Extensions, OcspAnswer, Signed, Statement
from srpki.x509.names import canonical

MAX_OCTETS: Final = 1 << 16
"""Octets of one answer, the responder's certificates included."""
MAX_CERTIFICATES: Final = 8
"""Certificates of an answer that are looked at."""
MAX_STATEMENTS: Final = 64
"""Statements of one answer that are looked at."""
SKEW: Final = timedelta(minutes=5)
"""How far the responder's clock may be ahead of ours."""
MOST_AGE: Final = timedelta(days=1)
"""The age of an answer that does not say until when it holds."""
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_NONCE: Final = x509.ObjectIdentifier("1.3.6.1.5.5.7.48.1.2")
_SHA1: Final = "1.3.14.3.2.26"
_SIGNING: Final = ExtendedKeyUsageOID.OCSP_SIGNING.dotted_string
_PROCESSED: Final = frozenset({"2.5.29.21", "2.5.29.24"})  # reasonCode, invalidityDate
_UNREADABLE: Final = (
    ValueError,
    TypeError,
    IndexError,
    StopIteration,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)

_ENUMERATED: Final = 0x0A
_SUCCESSFUL: Final = "successful"
_STATUS: Final = {one.value: one.name.lower().replace("_", " ") for one in ocsp.OCSPResponseStatus}
Status = Literal["good", "revoked", "unknown"]


_STATUS_OF: Final[dict[ocsp.OCSPCertStatus, Status]] = {
    ocsp.OCSPCertStatus.GOOD: "good",
    ocsp.OCSPCertStatus.REVOKED: "revoked",
    ocsp.OCSPCertStatus.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the responder says of one certificate; *until* is None when it does not say."""

    status: Status
    this_update: datetime
    until: datetime | None


def request(certificate: bytes, issuer: bytes, nonce: bytes = b"") -> bytes:
    """Return a request (DER), unsigned, about *certificate* that *issuer* (both DER) has issued.

    The certificate is named by SHA-1, which every responder knows; nothing rests on it, since the
    answer is signed.
    """
    extensions = None
    if nonce:
        value = structures.encode(nonce)
        extensions = [structures.Extension(oid=_NONCE, critical=None, value=value)]
    single = structures.OcspSingleRequest(certificate=_certificate_id(certificate, issuer))
    content = structures.TbsOcspRequest(requests=[single], extensions=extensions)
    return structures.encode(structures.OcspRequest(content=content))


def _certificate_id(certificate: bytes, issuer: bytes) -> structures.CertId:
    """Return the CertID of *certificate*: over the octets that its CA has written."""
    return structures.CertId(
        hash_algorithm=[structures.tlv(der.encode_oid(_SHA1)), structures.tlv(der.NULL)],
        issuer_name_hash=_name_hash(issuer),
        issuer_key_hash=_key_hash(issuer),
        serial_number=certificates.parse(certificate).serial_number,
    )


def judge(
    answer: bytes, certificate: bytes, issuer: bytes, at: datetime, nonce: bytes = b""
) -> Verdict:
    """Return what *answer* (DER) says of *certificate*, which *issuer* has issued, at *at*.

    Raises:
        PeerRefusedError: when the responder did not answer the question.
        ProtocolError: when the answer cannot be read, is not signed by who may, is about another
            certificate, is not timely, or belongs to another request.
    """
    if len(answer) > MAX_OCTETS:
        raise ProtocolError("the OCSP answer is too long")
    try:
        answer = contents.alone(answer)
        status = _status(answer)
        if status != _SUCCESSFUL:
            raise PeerRefusedError(f"the OCSP responder answered: {status}")
        read = _read(answer)
        _check_signature(read, issuer, at)
        _check_extensions(read, nonce)
        return _verdict(read, certificate, issuer, at)
    except _UNREADABLE:
        raise ProtocolError("the OCSP answer cannot be read") from None
    except InvalidInputError as error:
        raise ProtocolError(f"the OCSP answer cannot be read: {error.sentence}") from None


# --- what is read --------------------------------------------------------------------------------


def _status(answer: bytes) -> str:
    """Return the responseStatus in words; raises `InvalidInputError`."""
    code = next(der.sequence(answer), None)
    if code is None or code.tag != _ENUMERATED or len(code.content) != 1:
        raise InvalidInputError("it has no status")
    return _STATUS.get(code.content[0], f"status {code.content[0]}")


def _read(answer: bytes) -> OcspAnswer:
    """Return the successful *answer*: as the library reads it, else as `lenient` does."""
    try:
        read = ocsp.load_der_ocsp_response(answer)
        signed, statements = _parts(answer)
        return OcspAnswer(
            responder_name=read.responder_name,
            responder_key_hash=read.responder_key_hash,
            produced_at_utc=read.produced_at_utc,
            statements=tuple(
                _statement(number, one, octets)
                for number, one, octets in zip(
                    range(MAX_STATEMENTS), read.responses, statements, strict=False
                )
            ),
            certificates=tuple(one.public_bytes(Encoding.DER) for one in read.certificates),
            extensions=Extensions(list(read.extensions), "OCSP answer"),
            signed=signed,
        )
    except _UNREADABLE:
        from srpki.x509.lenient import ocsp as lenient  # noqa: PLC0415 - start-up time

        return lenient.read(answer, MAX_STATEMENTS)


def _parts(answer: bytes) -> tuple[Signed, list[TLV]]:
    """Return what is signed within *answer*, which the library has read, and its statements."""
    what = "it is"
    outer = structures.decode(structures.OcspResponse, answer, what).response
    if outer is None:
        raise InvalidInputError("it has no response")
    basic = structures.decode(structures.BasicOcspResponse, outer.response, what)
    if basic.signature.padding_bits():
        raise InvalidInputError("the signature is not a bit string")
    content = structures.encode(basic.content)
    data = structures.decode(structures.ResponseData, content, what)
    algorithm = structures.encode(basic.algorithm)
    return Signed(content, algorithm, basic.signature.as_bytes()), data.responses


def _statement(number: int, one: ocsp.OCSPSingleResponse, octets: TLV) -> Statement:
    """Return *one*, its extensions by *octets*: the library reads those of the first only."""
    own = octets.parse(structures.SingleResponse).extensions
    named = _SHA1 if isinstance(one.hash_algorithm, SHA1) else one.hash_algorithm.name
    return Statement(
        number=number,
        hash_oid=named,
        issuer_name_hash=one.issuer_name_hash,
        issuer_key_hash=one.issuer_key_hash,
        serial_number=one.serial_number,
        status=_STATUS_OF[one.certificate_status],
        revocation_time_utc=one.revocation_time_utc,
        this_update_utc=one.this_update_utc,
        next_update_utc=one.next_update_utc,
        extensions=der.encode(der.SEQUENCE, *map(structures.encode, own or ())),
    )


# --- who signed ----------------------------------------------------------------------------------


def _check_signature(read: OcspAnswer, issuer: bytes, at: datetime) -> None:
    """Raise `ProtocolError` unless *issuer*, or whom it appointed, signed [RFC 6960, 4.2.2.2]."""
    refused = ""
    for signer in _signers(read, issuer):
        try:
            if signer != issuer:
                _check_appointed(signer, issuer, at)
            key = certificates.public_key(signer)
            signed = read.signed
            if signatures.verify(key, signed.algorithm, signed.signature, signed.content):
                return
        except (InvalidInputError, RefusedChainError) as error:
            refused = refused or f": {error.sentence}"
    raise ProtocolError(
        f"the OCSP answer is not signed by the CA nor by a responder of the CA{refused}"
    )


def _signers(read: OcspAnswer, issuer: bytes) -> Iterator[bytes]:
    """Yield the certificates (DER) whose key may have signed: the CA's own first."""
    if _is_named(read, issuer):
        yield issuer
    for other in read.certificates[:MAX_CERTIFICATES]:
        with suppress(InvalidInputError):  # what cannot be read cannot be the signer
            if other != issuer and _is_named(read, other):
                yield other


def _is_named(read: OcspAnswer, certificate: bytes) -> bool:
    """Say whether the ResponderID is that of *certificate*."""
    if read.responder_name is not None:
        return canonical(read.responder_name) == certificates.facts(certificate).canonical_subject
    return read.responder_key_hash == _key_hash(certificate)


def _name_hash(certificate: bytes) -> bytes:
    name = certificates.parse(certificate).subject.public_bytes()
    return hashlib.sha1(name, usedforsecurity=False).digest()


def _key_hash(certificate: bytes) -> bytes:
    octets = keys.spki(certificate)
    key = structures.decode(structures.SubjectPublicKeyInfo, octets, "the key of the CA is")
    return hashlib.sha1(key.subject_public_key.as_bytes(), usedforsecurity=False).digest()


def _check_appointed(certificate: bytes, issuer: bytes, at: datetime) -> None:
    """Raise unless *issuer* itself has issued *certificate* for signing OCSP answers.

    It is judged as any certificate in a chain is. Whether it is revoked is not asked: that leads
    in circles.
    """
    said = certificates.facts(certificate)
    if _SIGNING not in said.extended_key_usage:
        raise RefusedChainError("the responder may not sign OCSP answers (extendedKeyUsage)")
    if said.key_usage is not None and "digitalSignature" not in said.key_usage:
        raise RefusedChainError("the responder may not sign answers (keyUsage)")
    check_chain(certificate, (), (issuer,), at)


# --- what it says --------------------------------------------------------------------------------


def _check_extensions(read: OcspAnswer, nonce: bytes) -> None:
    for extension in read.extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            if nonce and extension.value.nonce != nonce:
                raise ProtocolError("the OCSP answer has the nonce of another request")
        elif extension.critical:
            raise ProtocolError("the OCSP answer has a critical extension that is not known")


def _check_single_extensions(statement: Statement) -> None:
    """Raise `ProtocolError` for what the *statement* marks critical and is not known."""
    for extension in extensions.parse(statement.extensions):
        if extension.critical and extension.oid not in _PROCESSED:
            raise ProtocolError(
                f"the OCSP answer has the critical extension {extension.oid}, which is not known"
            )


def _verdict(
    read: OcspAnswer,
    certificate: bytes,
    issuer: bytes,
    at: datetime,
) -> Verdict:
    found = [one for one in read.statements if _is_about(one, certificate, issuer)]
    if len(found) != 1:
        raise ProtocolError("the OCSP answer is not about the certificate that was asked for")
    (one,) = found
    _check_single_extensions(one)
    this_update, until = one.this_update_utc, one.next_update_utc
    if this_update > at + SKEW:
        raise ProtocolError("the OCSP answer is not yet valid")
    if until is None and this_update < at - MOST_AGE:
        raise ProtocolError("the OCSP answer is too old")
    if until is not None and until < at:
        raise ProtocolError("the OCSP answer has expired")
    return Verdict(one.status, this_update, until)


def _is_about(one: Statement, certificate: bytes, issuer: bytes) -> bool:
    """Say whether the CertID of *one* is that of *certificate* in our own request."""
    return (one.hash_oid, one.issuer_name_hash, one.issuer_key_hash, one.serial_number) == (
        _SHA1,
        _name_hash(issuer),
        _key_hash(issuer),
        certificates.parse(certificate).serial_number,
    )


# --- in words ------------------------------------------------------------------------------------


def request_words(data: bytes) -> tuple[str, ...]:
    """Return what a request (DER) about one certificate asks; raises `ProtocolError`."""
    if len(data) > MAX_OCTETS:
        raise ProtocolError("the OCSP request is too long")
    try:
        read = ocsp.load_der_ocsp_request(data)
        return f"about: serial {read.serial_number:x}", *_nonce_words(read.extensions)
    except _UNREADABLE:
        raise ProtocolError("the OCSP request cannot be read") from None


def answer_words(data: bytes) -> tuple[str, ...]:
    """Return what an answer (DER) says, whether it counts or not; raises `ProtocolError`."""
    if len(data) > MAX_OCTETS:
        raise ProtocolError("the OCSP answer is too long")
    try:
        status = _status(contents.alone(data))
        if status != _SUCCESSFUL:
            return (f"OCSP {status}",)
        read = _read(contents.alone(data))
        return (
            f"OCSP {status}",
            f"producedAt: {read.produced_at_utc:{_TIME}}",
            *(f"response {one.number}: {_statement_words(one)}" for one in read.statements),
            *_nonce_words(read.extensions),
        )
    except (InvalidInputError, *_UNREADABLE):
        raise ProtocolError("the OCSP answer cannot be read") from None


def _statement_words(one: Statement) -> str:
    words = f"serial {one.serial_number:x}; {one.status}"
    if one.revocation_time_utc is not None:
        words += f" since {one.revocation_time_utc:{_TIME}}"
    words += f"; thisUpdate {one.this_update_utc:{_TIME}}"
    until = one.next_update_utc
    return words if until is None else f"{words}; nextUpdate {until:{_TIME}}"


def _nonce_words(extensions: x509.Extensions) -> Iterator[str]:
    for extension in extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            yield f"nonce: {extension.value.nonce.hex()}"
