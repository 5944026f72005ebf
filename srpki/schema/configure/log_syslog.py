"""``configure log syslog``: the collectors that logs are sent to [nokia-conf-log.yang, 26.3]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, description
from srpki.schema.configure.log_types import SYSLOG_NAME, case_of
from srpki.schema.nodes import (
    Arg,
    Choice,
    Container,
    Either,
    Leaf,
    Line,
    ListNode,
    Numbered,
    Rename,
    Word,
)
from srpki.schema.types import Address, Enumeration, Integer, Reference, Text, Union

_UNICAST: Final = Address(
    (4, 6),
    ("inet:ipv4-address-no-zone", "inet:ipv6-address-no-zone"),
    named="ip-unicast-address",
    unicast=True,
)
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
                case_of(
                    Leaf(
                        name="value",
                        type=Text(
                            length=(1, 255), patterns=(r"(.*\S.*)|()",), named="named-item-255"
                        ),
                        help="Name to send",
                    )
                ),
                case_of(
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

SYSLOG: Final = ListNode(
    name="syslog",
    keys=("syslog-name",),
    max_elements=10,
    classic=Numbered(),
    help="Collectors that logs are sent to by UDP",
    children=(
        Leaf(
            name="syslog-name", type=SYSLOG_NAME, help="Name by which logs refer to the collector"
        ),
        description("collector"),
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
