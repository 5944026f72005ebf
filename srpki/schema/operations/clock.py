"""``admin set time``: the node's clock, as each of the two CLIs sets it."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Arg, Container, Leaf, Line
from srpki.schema.types import Text

INSTANT: Final = Text(
    patterns=(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})",),
    complaint="not a time such as 2026-01-31T12:00:00Z",
)
_DATE: Final = Text(patterns=(r"\d{4}/\d{2}/\d{2}",), complaint="not a date such as 2026/01/31")
_TIME: Final = Text(patterns=(r"\d{2}:\d{2}(:\d{2})?",), complaint="not a time such as 12:00:00")
_HELP: Final = "Set the clock of the node: in lab mode alone, where it is the lab's"

SET: Final = Container(
    name="set",
    help="Set what belongs to the node as a whole",
    children=(
        Action(
            name="time",
            operation="admin.set.time",
            help=_HELP,
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
    ),
)
SET_TIME: Final = Action(
    name="set-time",
    operation="admin.set-time",
    help=_HELP,
    classic=Line("set-time", (Arg("date"), Arg("time"))),
    inputs=(
        Leaf(name="date", type=_DATE, mandatory=True, help="Day to go to, as 2026/01/31"),
        Leaf(name="time", type=_TIME, mandatory=True, help="Time of that day, in UTC, as 12:00:00"),
    ),
)
