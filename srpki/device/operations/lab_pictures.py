"""``lab timeline``, ``messages`` and ``chain``: pictures of a node's certificates; not SR OS."""

from __future__ import annotations

from srpki.core.durations import parse_duration
from srpki.device.certificate_chart import chart
from srpki.device.ladders import ladders
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.ladders import Ladders


def timeline(call: Call) -> Outcome:
    """Draw the certificates over time."""
    return Outcome(data=chart(call.node, parse_duration(call.text("duration"))))


def messages(call: Call) -> Outcome:
    """Draw the last transactions with CAs."""
    node = call.node
    found = () if node.messages is None else ladders(node.messages.messages())
    last = tuple(found[-call.number("last", 1) :])
    return Outcome(data=Ladders(system=node.system_name(), ladders=last))


def chain(call: Call) -> Outcome:
    """Draw the chain of a certificate."""
    from srpki.device.certificate_chain import chain_of  # noqa: PLC0415 - start-up time

    return Outcome(data=chain_of(call.node, call.text("certificate")))


OPERATIONS: dict[str, Operation] = {
    "lab.chain": chain,
    "lab.messages": messages,
    "lab.timeline": timeline,
}
