"""``admin system security pki cmpv2``: what is asked of a CMPv2 server by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.tree import get
from srpki.core.errors import UsageError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.done import told_of
from srpki.device.records.pki import CmpAnswer
from srpki.schema.paths import path
from srpki.storage import urls

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.engine.protocols.cmpv2_record import RequestType
    from srpki.engine.protocols.cmpv2_requests import CmpOutcome


def initial_registration(call: Call) -> Outcome:
    """Register a key at a CMPv2 server and write the certificate (DER) to ``save-as``."""
    for given, missing in (("reference", "password"), ("password", "reference")):
        if call.text(given) and not call.text(missing):  # both [pki.md 8.2]
            raise UsageError(f"{missing} is missing", hint=f"it goes with {given}")
    return _ask(call, "initial-registration")


def cert_request(call: Call) -> Outcome:
    """Ask a CMPv2 server for a further certificate, signed with a present one."""
    return _ask(call, "certificate-request")


def key_update(call: Call) -> Outcome:
    """Ask a CMPv2 server for the successor of a certificate, for a new key."""
    return _ask(call, "key-update")


def _ask(call: Call, kind: RequestType) -> Outcome:
    call.node.files.check_new(call.text("save-as"))
    return _cmp_outcome(
        call.node, call.node.engine.requests.ask(kind, call.inputs, cancel=call.cancel)
    )


def poll(call: Call) -> Outcome:
    """Ask a CMPv2 server again for the certificate it still owes, and write it where it belongs."""
    name = call.text("ca-profile")
    request = call.node.engine.requests.state(name)
    save_as = get(request, path("request-parameters", "save-as"))
    if get(request, path("transaction-status")) == "in-progress" and isinstance(save_as, str):
        call.node.files.check_new(save_as)  # before the answer is fetched, which comes once only
    return _cmp_outcome(call.node, call.node.engine.requests.poll(name, cancel=call.cancel))


def _cmp_outcome(node: Node, outcome: CmpOutcome) -> Outcome:
    """Write the certificate, if there is one; return what the CA answered [pki.md 6.2]."""
    der = outcome.certificate
    if der is not None:
        node.files.write(outcome.save_as, der)
    serial_number, not_after = told_of(der)
    answer = CmpAnswer(
        ca_profile=outcome.ca_profile,
        transaction_status=outcome.status,
        transaction_status_code=outcome.code,
        transaction_status_string=outcome.text or None,
        last_ca_response_time=outcome.response_time,
        save_as=None if der is None else urls.display(outcome.save_as),
        serial_number=serial_number,
        not_after=not_after,
    )
    return Outcome(data=answer)


def clear_request(call: Call) -> Outcome:
    """Forget the pending request of a CA profile, or the saved result of the last one."""
    call.node.engine.requests.clear(call.text("ca-profile"))
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "pki.cmpv2.cert-request": cert_request,
    "pki.cmpv2.initial-registration": initial_registration,
    "pki.cmpv2.key-update": key_update,
    "pki.cmpv2.poll": poll,
    "pki.cmpv2.clear-request": clear_request,
}
