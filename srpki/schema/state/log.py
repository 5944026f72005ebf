"""``state log``: files, filters, logs and collectors [fact sheet state-log.json, release 26.3]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NOT_ALL_SPACES
from srpki.schema.configure.log_types import (
    APPLICATION,
    FILE_NAME,
    FILTER_NAME,
    FLASH,
    LOG_NAME,
    SEVERITY,
    SYSLOG_NAME,
)
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.state.profiles import OPER_STATE
from srpki.schema.types import Enumeration, Integer, Text

_TIME: Final = Text(
    patterns=(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",),
    named="date-and-time",
)
_AS_CONFIGURED: Final = "As it is called in the configuration"
_COUNTER: Final = Integer("uint64", named="counter64")

_FILE: Final = ListNode(
    name="file",
    keys=("file-policy-name",),
    help="Files that logs are written to",
    children=(
        Leaf(name="file-policy-name", type=FILE_NAME, help=_AS_CONFIGURED),
        Leaf(
            name="log-type",
            type=Enumeration(("none", "event-log", "accounting-policy"), named="file-log-type"),
            help="What is written",
        ),
        Leaf(
            name="used-by", type=Integer("int32", 0, 99), help="Number of the log that writes there"
        ),
        Leaf(name="creation-time", type=_TIME, help="When the present file was begun"),
        Leaf(
            name="current-file-name",
            type=Text(length=(1, 255), patterns=(NOT_ALL_SPACES,), named="named-item-255"),
            help="File that is written to at present",
        ),
        Leaf(name="oper-location", type=FLASH, help="Flash that is written to"),
        ListNode(
            name="associated-files",
            keys=("file-name",),
            help="Files that are there",
            children=(
                Leaf(
                    name="file-name",
                    type=Text(length=(0, 255)),
                    help="What the file is called on the flash",
                ),
                Leaf(
                    name="expired",
                    type=Enumeration(("yes", "no")),
                    help="Whether it is older than retention wants",
                ),
                Leaf(
                    name="state",
                    type=Enumeration(("complete", "in-progress")),
                    help="Whether more is written to it",
                ),
            ),
        ),
    ),
)

_EVENT: Final = ListNode(
    name="event",
    keys=("sequence-number",),
    help="An event that the log holds",
    children=(
        Leaf(name="sequence-number", type=Integer("uint64"), help="Number of the event in the log"),
        Leaf(name="time", type=_TIME, help="When it happened"),
        Leaf(name="severity", type=SEVERITY, help="How serious it is"),
        Leaf(
            name="application",
            type=Enumeration(APPLICATION.values, named="application-state"),
            help="Part of the node that it is about",
        ),
        Leaf(name="event-id", type=Integer("uint32", 1), help="Number of its type"),
        Leaf(
            name="event-name",
            type=Text(length=(1, 32), patterns=(NOT_ALL_SPACES,), named="named-item"),
            help="Name of its type",
        ),
        Leaf(
            name="vrtr-name",
            type=Text(length=(1, 32), named="vrtr-name"),
            default="Base",
            help="Router instance that it is of",
        ),
        Leaf(name="subject", type=Text(length=(0, 32)), help="What it is about"),
        Leaf(name="message", type=Text(length=(1, 4100)), help="What has happened"),
    ),
)

LOG: Final = Container(
    name="log",
    help="State of logs, their filters and destinations",
    children=(
        _FILE,
        ListNode(
            name="filter",
            keys=("filter-name",),
            help="Rules that say which events a log takes",
            children=(
                Leaf(
                    name="filter-name",
                    type=FILTER_NAME,
                    help=_AS_CONFIGURED,
                ),
                Leaf(name="applied", type=BOOLEAN, help="Whether a log has it"),
            ),
        ),
        ListNode(
            name="log-id",
            keys=("name",),
            help="What each log takes, keeps and drops",
            children=(
                Leaf(name="name", type=LOG_NAME, help=_AS_CONFIGURED),
                Leaf(name="oper-state", type=OPER_STATE, help="Whether it takes events"),
                Leaf(
                    name="wrapped", type=BOOLEAN, help="Whether older events have made room for new"
                ),
                Leaf(name="next-event", type=_COUNTER, help="Number that the next event will have"),
                Container(
                    name="statistics",
                    help="How many events came",
                    children=(
                        Leaf(name="logged-events", type=_COUNTER, help="How many were taken"),
                        Leaf(
                            name="dropped-events",
                            type=_COUNTER,
                            help="How many the filter or the throttle has dropped",
                        ),
                    ),
                ),
                _EVENT,
            ),
        ),
        ListNode(
            name="syslog",
            keys=("syslog-name",),
            help="Collectors",
            children=(
                Leaf(
                    name="syslog-name",
                    type=SYSLOG_NAME,
                    help=_AS_CONFIGURED,
                ),
                Leaf(
                    name="below-severity-drops",
                    type=Integer("uint32", named="counter32"),
                    help="How many events were not serious enough to be sent",
                ),
            ),
        ),
    ),
)
