"""``show log``: the event logs, their events, and the filters that logs may have.

The options and their order are those of the classic CLI; in the MD-CLI they go by the same names.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE
from srpki.schema.configure.log_types import FILTER_NAME, LOG_NAME, SEVERITY
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf
from srpki.schema.operations.show_scripts import EVENT_HANDLING
from srpki.schema.types import Integer, Reference, Text

_TEXT: Final = Text(length=(1, 400))

_LOG_ID: Final = Action(
    name="log-id",
    operation="show.log",
    help="Print the events of one log, the latest first, or which logs there are",
    positional=("log-id",),
    inputs=(
        Leaf(
            name="log-id",
            type=Reference("/configure/log/log-id/name", "", LOG_NAME),
            help="Name of the log; 99 is the system's own, 100 has serious errors",
        ),
        Leaf(
            name="severity",
            type=SEVERITY,
            help="Print events of this severity alone",
        ),
        Leaf(
            name="application",
            type=_TEXT,
            help="Print events of this application alone, such as security",
        ),
        Leaf(
            name="sequence",
            type=Integer("uint32", 1),
            help="Print events from this number on",
        ),
        Leaf(name="count", type=Integer("uint32", 1), help="Print at most this many events"),
        Leaf(name="subject", type=_TEXT, help="Print events about this alone, such as CA or TLS"),
        Choice(
            name="order",
            cases=(
                Case(
                    name="ascending",
                    children=(
                        Leaf(
                            name="ascending", type=EMPTY_TYPE, help="Print the oldest event first"
                        ),
                    ),
                ),
                Case(
                    name="descending",
                    children=(
                        Leaf(
                            name="descending", type=EMPTY_TYPE, help="Print the latest event first"
                        ),
                    ),
                ),
            ),
        ),
        Leaf(name="message", type=_TEXT, help="Print events whose text contains this"),
    ),
)

_FILTER_ID: Final = Action(
    name="filter-id",
    operation="show.log.filter",
    help="Print the rules of a filter, or which filters there are",
    positional=("filter-id",),
    inputs=(
        Leaf(
            name="filter-id",
            type=Reference("/configure/log/filter/filter-name", "", FILTER_NAME),
            help="Name of the filter; 1001 is that of log 100",
        ),
    ),
)

LOG: Final = Container(
    name="log",
    help="What has happened on the node",
    children=(EVENT_HANDLING, _FILTER_ID, _LOG_ID),
)
