"""``configure log``: logs, what they take and where they go [nokia-conf-log.yang, 26.3].

The part that serves this router: destinations memory, cli, console, file and syslog; filters by
application, severity and message. Lengths of names and the classic spellings are decided here.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN, DESCRIPTION, EMPTY_TYPE
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
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
from srpki.schema.types import Address, Enumeration, Integer, Reference, Text, ValueType

LOG_NAME: Final = Text(length=(1, 64), patterns=(r"[A-Za-z0-9._\-]+",), named="log-name")
"""Names stand in the names of files: hence no other signs."""
_ACTION: Final = Enumeration(("forward", "drop"), named="filter-action")
_SEVERITY: Final = Enumeration(
    ("cleared", "indeterminate", "critical", "major", "minor", "warning"), named="severity-level"
)
_APPLICATION: Final = Enumeration(
    ("logger", "security", "system", "tls", "user"), named="application"
)
_UNICAST: Final = Address(
    (4, 6),
    ("inet:ipv4-address", "inet:ipv6-address"),
    named="ip-unicast-address",
    unicast=True,
)
_ENTRIES: Final = Integer("uint32", 50, 3000)
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


def _name(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=LOG_NAME, help=help_)


def _description(what: str) -> Leaf:
    return Leaf(name="description", type=DESCRIPTION, help=f"Text that describes the {what}")


def _case(node: Node) -> Case:
    assert not isinstance(node, Case)
    return Case(name=node.name, children=(node,))


def _match(name: str, kind: ValueType, what: str, *, ordered: bool = False) -> Container:
    """Return the container that compares one property of an event with a value."""
    operators = {"eq": "equal to", "neq": "other than"}
    if ordered:
        operators |= {
            "lt": "less serious than",
            "lte": "as serious as, or less than,",
            "gt": "more serious than",
            "gte": "as serious as, or more than,",
        }
    cases = tuple(
        _case(Leaf(name=operator, type=kind, help=f"Match events whose {what} is {words} this"))
        for operator, words in operators.items()
    )
    arguments = tuple((Arg(operator, operator),) for operator in operators)
    return Container(
        name=name,
        help=f"Compare the {what} of the event",
        classic=Line(name, (Either(arguments),)),
        children=(Choice(name=f"{name}-match", cases=cases),),
    )


_FILTER: Final = ListNode(
    name="filter",
    keys=("filter-name",),
    max_elements=1500,
    help="Rules that say which events a log takes",
    children=(
        _name("filter-name", "Name by which logs refer to the filter"),
        _description("filter"),
        Leaf(
            name="default-action",
            type=_ACTION,
            default="forward",
            help="What becomes of an event that no entry matches",
        ),
        ListNode(
            name="named-entry",
            keys=("entry-name",),
            max_elements=999,
            help="One rule; the first that matches decides, by number, then by name",
            classic=Rename("entry"),
            children=(
                _name("entry-name", "Name of the rule; numbers are tried in their order"),
                _description("rule"),
                Leaf(
                    name="action",
                    type=_ACTION,
                    help="What becomes of an event that matches; without it the rule is passed",
                ),
                Container(
                    name="match",
                    help="What an event must have, all of it; nothing matches every event",
                    children=(
                        _match("application", _APPLICATION, "application"),
                        _match("message", Text(length=(1, 400)), "message, or part of it,"),
                        _match("severity", _SEVERITY, "severity", ordered=True),
                    ),
                ),
            ),
        ),
    ),
)

_FILE: Final = ListNode(
    name="file",
    keys=("file-policy-name",),
    max_elements=99,
    help="Files below cf3:\\log that logs are written to",
    classic=Numbered("file-id"),
    children=(
        _name("file-policy-name", "Name by which logs refer to the files"),
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
    ),
)

_SYSLOG: Final = ListNode(
    name="syslog",
    keys=("syslog-name",),
    max_elements=10,
    classic=Numbered(),
    help="Collectors that logs are sent to, by UDP in the form of RFC 5424",
    children=(
        _name("syslog-name", "Name by which logs refer to the collector"),
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
            type=Text(length=(1, 32), patterns=(r"[!-9;<>-~]+",)),
            default="TMNX",
            help=f"Name that messages are sent with; {NO_PREFIX} for none",
        ),
        Leaf(
            name="port",
            type=Integer("uint32", 1, 65535),
            default="514",
            help="UDP port of the collector",
        ),
    ),
)


def _buffer(name: str, help_: str) -> Container:
    return Container(
        name=name,
        presence=True,
        help=help_,
        children=(
            Leaf(
                name="max-entries",
                type=_ENTRIES,
                default="100",
                help="Most events that are kept",
            ),
        ),
    )


_DESTINATION: Final = Container(
    name="destination",
    help="Where the events go",
    classic=Line(
        "to",
        (
            Either(
                (
                    (Word("cli", "cli"), Maybe((Arg("cli/max-entries"),))),
                    (Arg("console", "console"),),
                    (Arg("file", "file"),),
                    (Word("memory", "memory"), Maybe((Arg("memory/max-entries"),))),
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
                            LOG_NAME,
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
                            LOG_NAME,
                        ),
                        help="Collector that the events are sent to",
                    )
                ),
                _case(_buffer("memory", "Keep the events in memory, for show log")),
                _case(
                    Leaf(
                        name="console",
                        type=EMPTY_TYPE,
                        help="Print the events in every session",
                    )
                ),
                _case(_buffer("cli", "Print the events in every session and keep them too")),
            ),
        ),
    ),
)

_LOG_ID: Final = ListNode(
    name="log-id",
    keys=("name",),
    max_elements=30,
    classic=Numbered(),
    help="A log: its source, what it takes of it and where that goes",
    children=(
        _name("name", "Name of the log, often a number"),
        Leaf(
            name="admin-state",
            type=ADMIN_STATE,
            default="enable",
            help="Whether the log takes events",
        ),
        _description("log"),
        Leaf(
            name="filter",
            type=Reference(
                "/configure/log/filter/filter-name", "../../filter/filter-name", LOG_NAME
            ),
            help="Filter that says which events the log takes",
        ),
        Container(
            name="source",
            help="Streams of events that the log takes from",
            classic=Line(
                "from", (Maybe((Arg("main", "main"),)), Maybe((Arg("security", "security"),)))
            ),
            children=(
                Leaf(
                    name="main",
                    type=BOOLEAN,
                    default="false",
                    help="Take the events of the main stream",
                ),
                Leaf(
                    name="security",
                    type=BOOLEAN,
                    default="false",
                    help="Take the events of the security stream",
                ),
            ),
        ),
        _DESTINATION,
    ),
)

LOG: Final = Container(
    name="log",
    help="Logs, their filters and destinations",
    classic=Section("Log Configuration", last=True),
    children=(_FILE, _FILTER, _LOG_ID, _SYSLOG),
)
