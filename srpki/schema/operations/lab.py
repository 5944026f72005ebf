"""``lab``: the emulator's own commands, in both CLIs, on a node in lab mode; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.core.clock import SKEW
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations.clock import INSTANT
from srpki.schema.operations.lab_ca import CA
from srpki.schema.operations.lab_guard import GUARD
from srpki.schema.operations.lab_lesson import LESSON
from srpki.schema.operations.lab_pictures import PICTURES
from srpki.schema.operations.lab_tls import TLS
from srpki.schema.operations.lab_types import DURATION
from srpki.schema.types import Decimal, Enumeration, Integer

FACTORS: Final = (0.1, 100_000.0)
"""How slow and how fast a lab's clock may be told to run, as multiples of real time."""

_CLOCK: Final = Container(
    name="clock",
    help="The clock that the node and the lab CA share",
    children=(
        Action(
            name="advance",
            operation="lab.clock.advance",
            help="Move the clock forward and run what becomes due on the way",
            positional=("duration",),
            inputs=(
                Leaf(
                    name="duration",
                    type=DURATION,
                    mandatory=True,
                    help="How far, as 90s, 45m, 12h, 30d, 2w or 1y",
                ),
            ),
        ),
        Action(
            name="closed",
            operation="lab.clock.closed",
            help="Set whether time passes while nobody has the lab open",
            positional=("time",),
            inputs=(
                Leaf(
                    name="time",
                    type=Enumeration(("stands", "passes")),
                    mandatory=True,
                    help="Whether the clock goes on where it was, or as if nothing had happened",
                ),
            ),
        ),
        Action(
            name="run",
            operation="lab.clock.run",
            help="Let the clock run, as fast as real time or faster or slower",
            positional=("factor",),
            inputs=(
                Leaf(
                    name="factor",
                    type=Decimal(*FACTORS),
                    default="1",
                    help="How many times as fast as real time, from 0.1 to 100000",
                ),
            ),
        ),
        Action(
            name="set",
            operation="lab.clock.set",
            help="Move the clock to a time and run what becomes due on the way",
            positional=("time",),
            inputs=(
                Leaf(
                    name="time",
                    type=INSTANT,
                    mandatory=True,
                    help="The time to go to, as 2026-01-31T12:00:00Z [RFC 3339]",
                ),
            ),
        ),
        Action(
            name="show",
            operation="lab.clock.show",
            help="Print the time that the node and the lab CA take it for",
            inputs=(),
        ),
        Action(
            name="skew",
            operation="lab.clock.skew",
            help="Set how far ahead a certificate that was just issued may begin",
            positional=("seconds",),
            inputs=(
                Leaf(
                    name="seconds",
                    type=Integer("uint32", 0, int(SKEW.total_seconds())),
                    units="seconds",
                    mandatory=True,
                    help="What counts as the same time, as the clocks of CAs differ",
                ),
            ),
        ),
        Action(
            name="stop",
            operation="lab.clock.stop",
            help="Let the clock stand, over restarts too, until it is moved or runs again",
            inputs=(),
        ),
    ),
)

LAB: Final = Container(
    name="lab",
    help="The emulator's lab: its clock and its CA (not part of SR OS)",
    children=(CA, _CLOCK, *GUARD, *LESSON, *PICTURES, TLS),
)
