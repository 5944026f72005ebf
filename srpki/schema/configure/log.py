"""``configure log``: logs, what they take and where they go [nokia-conf-log.yang, 26.3].

Accounting, SNMP trap groups and what the fact sheet has not are left out. Classic spellings:
observed-2.md 3 and public configurations, else decided here.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN, DESCRIPTION, EMPTY_TYPE, NAMED_ITEM
from srpki.schema.configure.event_handling import EVENT_HANDLING, EVENT_TRIGGER
from srpki.schema.configure.log_events import LOG_EVENTS
from srpki.schema.configure.log_filters import FILTER
from srpki.schema.configure.log_types import FILE_NAME, FILTER_NAME, FLASH, LOG_NAME, SYSLOG_NAME
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Item,
    Joined,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Node,
    Numbered,
    Rename,
    Section,
    Word,
)
from srpki.schema.types import Address, Enumeration, Integer, Reference, Text, Union

_UNICAST: Final = Address(
    (4, 6),
    ("inet:ipv4-address-no-zone", "inet:ipv6-address-no-zone"),
    named="ip-unicast-address",
    unicast=True,
)
_BUFFER: Final = Integer("uint32", 50, 3000)
_FLASH_WORDS: Final = tuple(
    (name if name == "cf-unspecified" else f"{name}:", name) for name in FLASH.values
)
_BAND: Final = Enumeration(("inband", "outband"))
FACILITIES: Final = (
    *("kernel", "user", "mail", "systemd", "auth", "syslogd", "printer", "netnews"),
    *("uucp", "cron", "authpriv", "ftp", "ntp", "logaudit", "logalert", "cron2"),
    *("local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
)
"""Words for the facilities of syslog, in the order of their numbers."""
SEVERITIES: Final = (
    *("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug"),
)
"""Words for the severities of syslog, in the order of their numbers."""
NO_PREFIX: Final = "no-prefix"
"""The prefix that stands for none."""


def _description(what: str) -> Leaf:
    return Leaf(name="description", type=DESCRIPTION, help=f"Text that describes the {what}")


def _case(node: Node) -> Case:
    assert not isinstance(node, Case)
    return Case(name=node.name, children=(node,))


# --- files ----------------------------------------------------------------------------------------


def _flash(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=FLASH, default="cf-unspecified", help=help_)


_LOCATION: Final = Container(
    name="compact-flash-location",
    help="Where the files are; a node has cf3 alone",
    classic=Line(
        "location",
        (Arg("primary", words=_FLASH_WORDS), Maybe((Arg("backup", words=_FLASH_WORDS),))),
    ),
    children=(
        _flash("primary", "Flash that the files are written to"),
        _flash("backup", "Flash that takes the place of the primary one where that is not there"),
    ),
)

_FILE: Final = ListNode(
    name="file",
    keys=("file-policy-name",),
    max_elements=99,
    help="Files below cf3:\\log that logs are written to",
    classic=Numbered("file-id", order=("description", "compact-flash-location")),
    children=(
        Leaf(
            name="file-policy-name",
            type=FILE_NAME,
            help="Name by which logs refer to the files",
        ),
        _description("files"),
        Leaf(
            name="rollover",
            type=Integer("int32", 5, 10080),
            units="minutes",
            default="1440",
            classic=Joined("retention"),
            help="Begin a new file after this time",
        ),
        Leaf(
            name="retention",
            type=Integer("int32", 1, 500),
            units="hours",
            default="12",
            help="Keep a file for this time at least; older ones are removed",
        ),
        _LOCATION,
    ),
)


# --- collectors -----------------------------------------------------------------------------------

_HOSTNAME: Final = Container(
    name="hostname",
    help="Name of this node in messages; without it the system name",
    classic=Line(
        "hostname", (Either(((Word("use-system-name", "use-system-name"),), (Arg("value"),))),)
    ),
    children=(
        Choice(
            name="hostname",
            cases=(
                _case(
                    Leaf(
                        name="value",
                        type=Text(
                            length=(1, 255), patterns=(r"(.*\S.*)|()",), named="named-item-255"
                        ),
                        help="Name to send",
                    )
                ),
                _case(
                    Container(
                        name="use-system-name",
                        presence=True,
                        help="Send the system name",
                        children=(),
                    )
                ),
            ),
        ),
    ),
)

_SYSLOG: Final = ListNode(
    name="syslog",
    keys=("syslog-name",),
    max_elements=10,
    classic=Numbered(),
    help="Collectors that logs are sent to by UDP",
    children=(
        Leaf(
            name="syslog-name", type=SYSLOG_NAME, help="Name by which logs refer to the collector"
        ),
        _description("collector"),
        Leaf(name="address", type=_UNICAST, help="IP address of the collector"),
        Leaf(
            name="facility",
            type=Enumeration(FACILITIES),
            default="local7",
            help="Facility that messages are sent with",
        ),
        Leaf(
            name="severity",
            type=Enumeration(SEVERITIES),
            default="info",
            help="Send what is as serious as this, or more",
            classic=Rename("level"),
        ),
        Leaf(
            name="log-prefix",
            type=Union(
                (
                    Enumeration((NO_PREFIX,)),
                    Text(length=(1, 32), patterns=("([!-9;<>-~])+",)),
                )
            ),
            default="TMNX",
            help="Name that messages are sent with",
        ),
        Leaf(
            name="tls-client-profile",
            type=Reference(
                "/configure/system/security/tls/client-tls-profile/client-profile-name",
                "../../../system/security/tls/client-tls-profile/client-profile-name",
                NAMED_ITEM,
            ),
            help="Not emulated: with it nothing is sent, for it must not go in clear",
            emulated=False,
        ),
        Leaf(
            name="port",
            type=Integer("int32", 0, 65535, named="tcp-udp-match-port"),
            default="514",
            help="UDP port of the collector",
        ),
        Leaf(
            name="timestamp-format",
            type=Enumeration(("millisecond",)),
            help="Send the time with milliseconds",
        ),
        _HOSTNAME,
    ),
)


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
                _case(
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
                _case(
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
                _case(_buffer("memory", "Keep the events in memory, for show log")),
                _case(_buffer("snmp", "Keep the events; traps are not emulated")),
                _case(
                    Leaf(
                        name="console",
                        type=EMPTY_TYPE,
                        help="Print the events in every session",
                    )
                ),
                _case(_buffer("netconf", "Keep the events for NETCONF and show log", None)),
                _case(_buffer("cli", "Print the events in every session and keep them too")),
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
        _description("log"),
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
        last=True,
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
        _FILE,
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
        _SYSLOG,
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
