"""``admin certificate cmpv2 show-request``: the last request by hand of a CA [pki.md 6.2]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.results import Cell, Fields, Heading

if TYPE_CHECKING:
    from srpki.engine.protocols.cmpv2_record import Request

_NOT_SPECIFIED = "(Not Specified)"
_LABELS = 20
"""The width of the labels: the colons stand in column 21."""
_KINDS = {
    "initial-registration": "initialRegistration",
    "certificate-request": "certRequest",
    "key-update": "keyUpdate",
}
_KEYS = {
    "initial-registration": (("Key to Certify", "key-to-certify"),),
    "certificate-request": (("Current Key", "current-key"), ("New Key", "new-key")),
    "key-update": (("Current Key", "old-key"), ("New Key", "new-key")),
}


def show_request(call: Call) -> Outcome:
    """Show the request of a CA profile that is pending, or else what came of the last one."""
    name = call.text("ca-profile")
    record = call.node.engine.requests.record(name)
    if record is None:
        raise NotFoundError(f'ca-profile "{name}" has no request')
    request = record.request
    pairs: tuple[tuple[str, Cell], ...] = (
        ("CA Profile", name),
        ("Original Request", _KINDS[request.kind]),
        ("Request Start Time", record.start_time),
        *_protection(request),
        ("Subject DN", _given(request, "subject-dn")),
        Heading("Subject Alt. Name"),
        ("    Domain Name", _given(request, "domain-name")),
        ("    IP Address", _given(request, "ip-address")),
        *((label, _given(request, key)) for label, key in _KEYS[request.kind]),
        ("Save-as file path", _given(request, "save-as")),
        ("Request Status", record.status),
        ("CA Response", record.code),
        ("CA Reply Time", record.response_time),
        ("Additional Info", record.text or _NOT_SPECIFIED),
    )
    return Outcome(data=Fields(title="CMPv2 Request", pairs=pairs, width=_LABELS))


def _protection(request: Request) -> Iterator[tuple[str, Cell]]:
    certificate, key = request.signer
    if not certificate and not key:
        yield "Message Protection", "password-based"
        yield "Reference number", _given(request, "reference")
    else:
        yield "Message Protection", "signature-based"
        yield "Current Certificate", certificate or _NOT_SPECIFIED
        yield "Hash Algorithm", request.hash_algorithm


def _given(request: Request, name: str) -> str:
    return request.text(name) or _NOT_SPECIFIED


OPERATIONS: dict[str, Operation] = {"pki.cmpv2.show-request": show_request}
