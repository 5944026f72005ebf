"""``show log``: the event logs 99 and 100, with the filters of SR OS.

The options and their order are those of the classic CLI; in the MD-CLI they go by the same names.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.types import Enumeration, Integer, Text

SEVERITIES: Final = ("cleared", "indeterminate", "critical", "major", "minor", "warning")
_TEXT: Final = Text(length=(1, 400))

_LOG_ID: Final = Action(
    name="log-id",
    operation="show.log",
    help="Show the logs, or the events of one",
    positional=("log-id",),
    inputs=(
        Leaf(
            name="log-id",
            type=Integer("uint32", 1, 101),
            help="Number of the log: 99 is the system's own, 100 holds serious errors",
        ),
        Leaf(name="severity", type=Enumeration(SEVERITIES), help="Show events of this severity"),
        Leaf(name="application", type=_TEXT, help="Show events of this application"),
        Leaf(
            name="sequence",
            type=Integer("uint32", 1),
            help="Show events from this number on",
        ),
        Leaf(name="count", type=Integer("uint32", 1), help="Show at most this many events"),
        Leaf(name="subject", type=_TEXT, help="Show events of this subject"),
        Choice(
            name="order",
            cases=(
                Case(
                    name="ascending",
                    children=(
                        Leaf(name="ascending", type=EMPTY_TYPE, help="Show the oldest event first"),
                    ),
                ),
                Case(
                    name="descending",
                    children=(
                        Leaf(
                            name="descending", type=EMPTY_TYPE, help="Show the newest event first"
                        ),
                    ),
                ),
            ),
        ),
        Leaf(name="message", type=_TEXT, help="Show events whose text contains this"),
    ),
)

LOG: Final = Container(name="log", help="Event logs", children=(_LOG_ID,))
