"""An open transaction as plain data and back, so that it can outlive the process that opened it.

The request is kept as its octets and read again: there is one reader. Of a peer no secret is kept,
but the reference by which the CA finds it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from srpki.core.clock import Deadline
from srpki.core.errors import ProtocolError
from srpki.protocol.cmp import messages
from srpki.protocol.cmp.server_checks import CertificateAuthority, Peer, RefusalError
from srpki.protocol.cmp.server_envelope import Content
from srpki.protocol.cmp.server_requests import read
from srpki.protocol.cmp.server_transactions import Transaction


def write(identifier: bytes, transaction: Transaction) -> dict[str, Any]:
    """Return *transaction* as JSON can hold it."""
    peer, ready, withheld = transaction.peer, transaction.ready, transaction.withheld
    return {
        "identifier": _text(identifier),
        "request": _text(transaction.request),
        "reference": _text(peer.reference),
        "mac": peer.mac,
        "signer": _text(peer.certificate),
        "implicit-confirm": transaction.implicit_confirm,
        "deadline": transaction.deadline.isoformat(),
        "nonce": _text(transaction.nonce),
        "former-nonce": _text(transaction.former_nonce),
        "client-nonce": _text(transaction.client_nonce),
        "ready": None if ready is None else [ready.at.isoformat(), ready.interval.total_seconds()],
        "certificate": _optional(transaction.certificate),
        "by-error": transaction.by_error,
        "late-nonce": _optional(transaction.late_nonce),
        "withheld": None if withheld is None else [_text(withheld.body), withheld.note],
    }


def read_back(record: Mapping[str, Any], ca: CertificateAuthority) -> tuple[bytes, Transaction]:
    """Return identifier and transaction that `write` has written.

    Raises `ValueError` when *record* is none, or *ca* no longer knows who sent the request.
    """
    try:
        return _read_back(record, ca)
    except (KeyError, TypeError, AttributeError, OverflowError, ProtocolError) as error:
        raise ValueError(str(error)) from None
    except RefusalError as refusal:
        raise ValueError(refusal.sentence) from None


def _read_back(record: Mapping[str, Any], ca: CertificateAuthority) -> tuple[bytes, Transaction]:
    reference, signer = _octets(record["reference"]), _octets(record["signer"])
    secret = "" if signer else ca.secret_of(reference)
    if secret is None:
        raise ValueError("the reference is not registered")
    peer = Peer(reference, secret, str(record["mac"]), signer)
    request = _octets(record["request"])
    asked = read(messages.decode(request), peer, ca).outcome
    if isinstance(asked, RefusalError):
        raise asked
    ready, withheld = record["ready"], record["withheld"]
    certificate, late_nonce = record["certificate"], record["late-nonce"]
    return _octets(record["identifier"]), Transaction(
        peer=peer,
        enrolment=asked,
        implicit_confirm=bool(record["implicit-confirm"]),
        deadline=_instant(record["deadline"]),
        nonce=_octets(record["nonce"]),
        former_nonce=_octets(record["former-nonce"]),
        client_nonce=_octets(record["client-nonce"]),
        request=request,
        ready=ready and Deadline(_instant(ready[0]), timedelta(seconds=ready[1])),
        certificate=None if certificate is None else _octets(certificate),
        by_error=bool(record["by-error"]),
        late_nonce=None if late_nonce is None else _octets(late_nonce),
        withheld=withheld and Content(_octets(withheld[0]), str(withheld[1])),
    )


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _optional(octets: bytes | None) -> str | None:
    return None if octets is None else _text(octets)


def _octets(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant
