"""``admin certificate cmpv2 show-request`` of the classic CLI [pki.md 6.2]."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.config.tree import Branch, get
from srpki.core.errors import NotFoundError
from srpki.device.operations import Inputs, Operation, Outcome, text
from srpki.device.results import Fields
from srpki.keystore import names
from srpki.schema.paths import path

if TYPE_CHECKING:
    from srpki.device.router import Router

_NONE: Final = "(Not Specified)"
_WIDTH: Final = 20
"""Columns before the colon, whatever the labels."""
_KINDS: Final = {
    "initial-registration": "initialRegistration",
    "certificate-request": "certRequest",
    "key-update": "keyUpdate",
}
_HASH: Final = "sha256"
"""What signs a request when the operator names no hash."""


def show_request(router: Router, inputs: Inputs) -> Outcome:
    """Show the pending CMPv2 request of a CA profile, else the result of the last one."""
    name = text(inputs, "ca-profile")
    request = router.engine.requests.state(name)
    if not request:
        raise NotFoundError(f'ca-profile "{name}" has no CMPv2 request', hint="make one first")
    pairs = tuple((f"{label:<{_WIDTH}}", value) for label, value in _pairs(name, request))
    return Outcome(data=Fields(title="CMPv2 Request", pairs=pairs))


def _pairs(name: str, request: Branch) -> Iterator[tuple[str, str]]:
    parameters = get(request, path("request-parameters"))
    given = parameters if isinstance(parameters, Branch) else Branch({})
    yield "CA Profile", name
    yield "Original Request", _KINDS.get(_text(given, "request-type"), "unknown")
    yield "Request Start Time", _instant(request, "request-start-time")
    if _text(given, "reference"):
        yield "Message Protection", "password-based"
        yield "Reference number", _text(given, "reference")
    else:
        yield "Message Protection", "signature-based"
        yield "Current Certificate", _text(given, "certificate") or _NONE
        yield "Hash Algorithm", _text(given, "hash-algorithm") or _HASH
    yield "Subject DN", _text(given, "subject-dn") or _NONE
    yield "Subject Alt. Name", ""
    yield "    Domain Name", _text(given, "domain-name") or _NONE
    yield "    IP Address", _text(given, "ip-address") or _NONE
    if _text(given, "request-type") == "initial-registration":
        yield "Key to Certify", _text(given, "key-filename") or _NONE
    else:
        yield "Current Key", _text(given, "key-filename") or _NONE
        yield "New Key", _text(given, "new-key-filename") or _NONE
    yield "Save-as file path", names.display(_text(given, "save-as"))
    yield "Request Status", _text(request, "transaction-status")
    yield "CA Response", _text(request, "transaction-status-code")
    yield "CA Reply Time", _instant(request, "last-ca-response-time")
    yield "Additional Info", _text(request, "transaction-status-string") or _NONE


def _text(branch: Branch, name: str) -> str:
    value = branch.get(name)
    return "" if value is None else str(value)


def _instant(request: Branch, name: str) -> str:
    written = _text(request, name)
    return f"{datetime.fromisoformat(written):%Y/%m/%d %H:%M:%S}" if written else _NONE


OPERATIONS: dict[str, Operation] = {"pki.cmpv2.show-request": show_request}
