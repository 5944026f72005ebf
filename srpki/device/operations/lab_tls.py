"""``lab tls``: ports at which server-tls-profiles answer."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from srpki.core.errors import SrpkiError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.lab_ca import laboratory_of
from srpki.device.records.lab_tls import LabTlsListeners, LabTlsStarted, LabTlsStopped

if TYPE_CHECKING:
    from srpki.device.node import Node


def start(call: Call) -> Outcome:
    """Let a profile answer at a port; it has to be up now, and may go down later."""
    node, profile = call.node, call.text("profile")
    node.engine.tls_server(profile)
    found = laboratory_of(node).tls.start(
        node, profile, call.text("address", "127.0.0.1"), int(call.text("port", "0"))
    )
    return Outcome(data=LabTlsStarted(profile=profile, address=found.address, port=found.port))


def stop(call: Call) -> Outcome:
    """Close the port of one profile, or all."""
    return Outcome(
        data=LabTlsStopped(
            stopped=laboratory_of(call.node).tls.stop(call.node, call.text("profile"))
        )
    )


def show(call: Call) -> Outcome:
    """List the ports with what each shows now."""
    every = []
    for one in laboratory_of(call.node).tls.listed(call.node):
        number, ends = _shown(call.node, one.profile)
        every.append(one.but(serial_number=number, not_after=ends))
    return Outcome(data=LabTlsListeners(listener=tuple(every)))


def _shown(node: Node, profile: str) -> tuple[int | None, datetime | None]:
    """Return number and end of the certificate that *profile* shows first, if it is up."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    try:
        facts = certificates.facts(node.engine.tls_server(profile).identities[0].chain[0])
    except SrpkiError:
        return None, None
    return facts.serial, facts.not_after


OPERATIONS: dict[str, Operation] = {
    "lab.tls.show": show,
    "lab.tls.start": start,
    "lab.tls.stop": stop,
}
