"""``configure log log-events``: which events are generated, and how serious they are.

The names of the elements are those of public configurations; of the fact sheet the branch is left
out. Applications: those that events are known of. Classic: observed-2.md 3.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN
from srpki.schema.configure.event_numbers import EVENT_NUMBERS
from srpki.schema.configure.log_types import SEVERITY, EventName
from srpki.schema.nodes import Arg, Container, Inline, Leaf, Line, ListNode, Maybe, Word


def _events(application: str, numbers: dict[str, int]) -> ListNode:
    return ListNode(
        name=application,
        keys=("event",),
        named=True,
        help="Whether an event is generated, and how serious it is",
        classic=Line(
            "event-control",
            (
                Word(application, help=f"Events of {application}", quoted=True),
                Arg("event"),
                Maybe((Arg("generate", words=(("generate", "true"), ("suppress", "false"))),)),
                Maybe((Arg("severity"),)),
                Maybe((Arg("throttle", words=(("throttle", "true"), ("no-throttle", "false"))),)),
            ),
        ),
        children=(
            Leaf(
                name="event",
                type=EventName(tuple(numbers), f"{application}-events", numbers),
                help="Name of the event",
            ),
            Leaf(
                name="generate",
                type=BOOLEAN,
                help="Whether the event is generated; without it most are",
            ),
            Leaf(name="severity", type=SEVERITY, help="How serious it is in place of the usual"),
            Leaf(
                name="throttle",
                type=BOOLEAN,
                default="true",
                help="Whether throttle-rate counts it",
            ),
        ),
    )


LOG_EVENTS: Final = Container(
    name="log-events",
    help="Which events are generated, and how serious they are",
    classic=Inline(),
    children=tuple(_events(name, numbers) for name, numbers in sorted(EVENT_NUMBERS.items())),
)
