"""``configure log``: logs, what they take and where they go [nokia-conf-log.yang, 26.3].

Accounting, SNMP trap groups and what the fact sheet has not are left out. Classic spellings:
observed-2.md 3 and public configurations, else decided here.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    ADMIN_STATE,
    BOOLEAN,
    EMPTY_TYPE,
    NAMED_ITEM,
    description,
)
from srpki.schema.configure.event_handling import EVENT_HANDLING, EVENT_TRIGGER
from srpki.schema.configure.log_events import LOG_EVENTS
from srpki.schema.configure.log_files import FILE
from srpki.schema.configure.log_filters import FILTER
from srpki.schema.configure.log_syslog import SYSLOG
from srpki.schema.configure.log_types import (
    FILE_NAME,
    FILTER_NAME,
    LOG_NAME,
    SYSLOG_NAME,
    case_of,
)
from srpki.schema.nodes import (
    Arg,
    Choice,
    Container,
    Either,
    Item,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Numbered,
    Section,
    Word,
)
from srpki.schema.types import Enumeration, Integer, Reference

_BUFFER: Final = Integer("uint32", 50, 3000)
_BAND: Final = Enumeration(("inband", "outband"))
# --- logs -----------------------------------------------------------------------------------------


def _buffer(name: str, help_: str, default: str | None = "100") -> Container:
    size = Leaf(name="max-entries", type=_BUFFER, default=default, help="Most events that are kept")
    return Container(name=name, presence=True, help=help_, children=(size,))


def _to_buffer(name: str, word: str = "") -> tuple[Item, ...]:
    return Word(word or name, name), Maybe((Arg(f"{name}/max-entries"),))


_DESTINATION: Final = Container(
    name="destination",
    help="Where the events go",
    classic=Line(
        "to",
        (
            Either(
                (
                    _to_buffer("cli"),
                    (Arg("console", "console"),),
                    (Arg("file", "file"),),
                    _to_buffer("memory"),
                    _to_buffer("netconf"),
                    _to_buffer("cli", "session"),
                    _to_buffer("snmp"),
                    (Arg("syslog", "syslog"),),
                )
            ),
        ),
    ),
    children=(
        Choice(
            name="log-id-destination",
            cases=(
                case_of(
                    Leaf(
                        name="file",
                        type=Reference(
                            "/configure/log/file/file-policy-name",
                            "../../../file/file-policy-name",
                            FILE_NAME,
                        ),
                        help="Files that the events are written to",
                    )
                ),
                case_of(
                    Leaf(
                        name="syslog",
                        type=Reference(
                            "/configure/log/syslog/syslog-name",
                            "../../../syslog/syslog-name",
                            SYSLOG_NAME,
                        ),
                        help="Collector that the events are sent to",
                    )
                ),
                case_of(_buffer("memory", "Keep the events in memory, for show log")),
                case_of(_buffer("snmp", "Keep the events; traps are not emulated")),
                case_of(
                    Leaf(
                        name="console",
                        type=EMPTY_TYPE,
                        help="Print the events in every session",
                    )
                ),
                case_of(_buffer("netconf", "Keep the events for NETCONF and show log", None)),
                case_of(_buffer("cli", "Print the events in every session and keep them too")),
            ),
        ),
    ),
)


def _source(name: str, help_: str, default: str | None = None) -> Leaf:
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_)


_SOURCE: Final = Container(
    name="source",
    help="Streams of events that the log takes from",
    classic=Line(
        "from",
        tuple(
            Maybe((Arg(name, word),))
            for name, word in (
                ("main", "main"),
                ("security", "security"),
                ("change", "change"),
                ("debug", "debug-trace"),
            )
        ),
    ),
    children=(
        _source("main", "Take what belongs to no other stream"),
        _source("security", "Take log-ins and log-outs, and the events of certificates"),
        _source("change", "Take commands and changes of the configuration"),
        _source("debug", "Take what is debugged", "false"),
    ),
)

_LOG_ID: Final = ListNode(
    name="log-id",
    keys=("name",),
    max_elements=30,
    classic=Numbered(order=("description", "filter", "time-format", "source", "destination")),
    help="A log: its source, what it takes of it and where that goes",
    children=(
        Leaf(name="name", type=LOG_NAME, help="Name of the log, often a number"),
        Leaf(
            name="admin-state",
            type=ADMIN_STATE,
            default="enable",
            help="Whether the log takes events",
        ),
        description("log"),
        Leaf(
            name="netconf-stream",
            type=NAMED_ITEM,
            help="Not emulated: name of the stream that NETCONF clients subscribe to",
            emulated=False,
        ),
        Leaf(
            name="time-format",
            type=Enumeration(("utc", "local")),
            default="utc",
            help="Zone of the times in files and messages; that of a node is UTC",
        ),
        Leaf(
            name="python-policy",
            type=NAMED_ITEM,
            help="Not emulated: Python script that changes the events",
            emulated=False,
        ),
        Leaf(
            name="filter",
            type=Reference(
                "/configure/log/filter/filter-name", "../../filter/filter-name", FILTER_NAME
            ),
            help="Filter that says which events the log takes",
        ),
        _SOURCE,
        _DESTINATION,
    ),
)

LOG: Final = Container(
    name="log",
    help="Logs, their filters and destinations",
    classic=Section(
        "Log Configuration",
        rank=4,
        order=(
            *("event-damping", "file", "throttle-rate", "filter", "log-events", "syslog"),
            "log-id",
        ),
    ),
    children=(
        Leaf(
            name="event-damping",
            type=BOOLEAN,
            default="true",
            help="Not emulated: spare the log a flood of changes of filters",
            emulated=False,
        ),
        EVENT_HANDLING,
        EVENT_TRIGGER,
        FILE,
        FILTER,
        LOG_EVENTS,
        _LOG_ID,
        Container(
            name="route-preference",
            help="Not emulated: ways to collectors and file servers",
            classic=Line(
                "route-preference",
                (Maybe((Arg("primary", "primary"),)), Maybe((Arg("secondary", "secondary"),))),
            ),
            children=(
                Leaf(
                    name="primary",
                    type=_BAND,
                    default="outband",
                    help="Not emulated: way that is tried first",
                    emulated=False,
                ),
                Leaf(
                    name="secondary",
                    type=Enumeration(("inband", "outband", "none")),
                    default="inband",
                    help="Not emulated: way that is tried next",
                    emulated=False,
                ),
            ),
        ),
        SYSLOG,
        Container(
            name="throttle-rate",
            help="Most events of one kind in a time; what comes beyond is dropped",
            classic=Line("throttle-rate", (Arg("limit"), Maybe((Arg("interval", "interval"),)))),
            children=(
                Leaf(
                    name="limit",
                    type=Integer("uint32", 1, 20000),
                    default="2000",
                    help="Number of events",
                ),
                Leaf(
                    name="interval",
                    type=Integer("uint32", 1, 1200),
                    default="1",
                    help="Time in seconds",
                ),
            ),
        ),
    ),
)
