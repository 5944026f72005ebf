"""CMP messages in words, for who watches them; judges nothing and shows no secret.

What a message carries to prove itself (MAC, signature, proof of possession) is named, not shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1, bodies, mac, messages
from srpki.protocol.cmp.messages import Message
from srpki.protocol.text import peer_text
from srpki.x509 import certificates, names, signatures

_PSS: Final = "1.2.840.113549.1.1.10"


def describe(data: bytes) -> tuple[str, ...]:
    """Return the PKIMessage in *data* as lines: header, body, certificates.

    What cannot be read is told in its place: this never raises for what a peer sent.
    """
    try:
        message = messages.decode(data)
    except ProtocolError as error:
        return (f"{len(data)} octets that are no CMP message: {error.sentence}",)
    lines = [f"CMP {message.kind}", *_header(message)]
    try:
        lines += _body(message)
    except (ProtocolError, InvalidInputError) as error:
        lines.append(f"body: {error.sentence}")
    for number, der in enumerate(message.extra_certs):
        lines.append(f"extraCerts[{number}]: {certificate(der)}")
    return tuple(lines)


def certificate(der: bytes) -> str:
    """Return who a certificate (DER) is for, its serial number, issuer and validity."""
    try:
        facts = certificates.facts(der)
    except InvalidInputError as error:
        return error.sentence
    return (
        f"subject {peer_text(facts.subject)}; serial {facts.serial:x};"
        f" issuer {peer_text(facts.issuer)}; valid {facts.not_before:%Y-%m-%dT%H:%M:%SZ}"
        f" to {facts.not_after:%Y-%m-%dT%H:%M:%SZ}; key {facts.public_key}"
    )


def _header(message: Message) -> Iterator[str]:
    header = message.header
    yield f"pvno: {header.pvno}"
    yield f"sender: {name(header.sender)}"
    yield f"recipient: {name(header.recipient)}"
    if header.message_time is not None:
        yield f"messageTime: {header.message_time:%Y-%m-%dT%H:%M:%SZ}"
    yield f"protection: {protection_of(message)}"
    for label, value in (
        ("senderKID", header.sender_kid),
        ("recipKID", header.recipient_kid),
        ("transactionID", header.transaction_id),
        ("senderNonce", header.sender_nonce),
        ("recipNonce", header.recipient_nonce),
    ):
        if value is not None:
            yield f"{label}: {value.hex()}"
    if header.implicit_confirm:
        yield "generalInfo: implicitConfirm"
    for text in header.free_text:
        yield f'freeText: "{peer_text(text)}"'


def name(der: bytes) -> str:
    """Return the Name *der* in words; empty *der* is another kind of name."""
    if not der:
        return "not a distinguished name"
    try:
        return peer_text(names.display(names.parse_name(der))) or "NULL-DN"
    except InvalidInputError as error:
        return error.sentence


def protection_of(message: Message) -> str:
    """Return how *message* is protected: ``none``, ``password (PBM)``, ``signature (sha256)``."""
    header = message.header
    if message.protection is None:
        return "none"
    if header.protection_algorithm is None:
        return "by no algorithm"
    try:
        algorithm, _ = asn1.algorithm_name(header.protection_algorithm)
        if algorithm == mac.PBM:
            return "password (PBM)"
        if algorithm == mac.PBMAC1:
            return "password (PBMAC1)"
        if algorithm == _PSS:
            return "signature (RSASSA-PSS)"
        return f"signature ({signatures.hash_of(header.protection_algorithm) or 'EdDSA'})"
    except (ProtocolError, InvalidInputError) as error:
        return error.sentence


def _body(message: Message) -> Iterator[str]:
    describer = _BODIES.get(message.kind)
    if describer is None:
        yield f"body: {len(message.body)} octets"
    else:
        yield from describer(message)


def _requests(message: Message) -> Iterator[str]:
    for request in bodies.decode_requests(message):
        number = f"request {request.cert_req_id}"
        if request.subject is not None:
            yield f"{number}: subject {name(request.subject)}"
        if request.old_certificate is not None:
            issuer, serial = request.old_certificate
            yield f"{number}: oldCertID serial {serial:x}; issuer {name(issuer)}"
        if request.extensions is not None:
            yield f"{number}: with extensions"
        yield f"{number}: proof of possession: {request.proof or 'none'}"


def _responses(message: Message) -> Iterator[str]:
    responses, ca_pubs = bodies.decode_responses(message)
    for response in responses:
        number = f"response {response.cert_req_id}"
        yield f"{number}: {response.status}"
        if response.certificate is not None:
            yield f"{number}: {certificate(response.certificate)}"
    for place, der in enumerate(ca_pubs):
        yield f"caPubs[{place}]: {certificate(der)}"


def _confirmations(message: Message) -> Iterator[str]:
    found = bodies.decode_confirmations(message)
    if not found:
        yield "confirmation: all rejected"
    for item in found:
        yield f"confirmation {item.cert_req_id}: {item.status or 'accepted'}"


def _error(message: Message) -> Iterator[str]:
    yield f"error: {bodies.decode_error(message)}"


def _poll_requests(message: Message) -> Iterator[str]:
    for number in bodies.decode_poll_requests(message):
        yield f"poll: request {number}"


def _poll_answers(message: Message) -> Iterator[str]:
    for answer in bodies.decode_poll_answers(message):
        reason = peer_text(" ".join(answer.reason))
        said = f': "{reason}"' if reason else ""
        yield f"poll: ask for {answer.cert_req_id} again after {answer.check_after} seconds{said}"


def _confirm(message: Message) -> Iterator[str]:
    bodies.decode_pki_confirm(message)
    return iter(())


_BODIES: Final[dict[str, Callable[[Message], Iterator[str]]]] = {
    **dict.fromkeys(("ir", "cr", "kur"), _requests),
    **dict.fromkeys(("ip", "cp", "kup"), _responses),
    "certConf": _confirmations,
    "pkiConf": _confirm,
    "error": _error,
    "pollReq": _poll_requests,
    "pollRep": _poll_answers,
}
