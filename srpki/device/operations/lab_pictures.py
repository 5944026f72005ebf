"""``lab timeline``: what happens to the certificates of a node, at a glance; not SR OS."""

from __future__ import annotations

from srpki.core.durations import parse_duration
from srpki.device.certificate_chart import chart
from srpki.device.operations.call import Call, Operation, Outcome


def timeline(call: Call) -> Outcome:
    """Draw the certificates over time."""
    return Outcome(data=chart(call.node, parse_duration(call.text("duration"))))


OPERATIONS: dict[str, Operation] = {"lab.timeline": timeline}
