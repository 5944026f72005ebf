"""Value types of ``configure log`` [nokia-types-log.yang, 26.3].

A class of characters that Python's expressions lack is left to `srpki.schema.types.Text`, which
takes printable characters only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from srpki.schema.nodes import Case, Node
from srpki.schema.types import Enumeration, Text


class EventName(Enumeration):
    """The name of an event; its number, by *numbers*, is understood too.

    The classic CLI prints the number.
    """

    numbers: Mapping[str, int] = MappingProxyType({})

    def parse(self, text: str) -> str:
        """Return the name that *text* is, or the one whose number it is."""
        named = (name for name, number in self.numbers.items() if str(number) == text)
        return Enumeration.parse(self, next(named, text))

    def __hash__(self) -> int:
        """Return the same for equals: of equal names."""
        return hash(self.values)

    def number(self, name: str) -> str:
        """Return the number of the event *name*."""
        return str(self.numbers[name])


_OTHER_NAMES: Final = r"([^\s0-9_])|([^\s0-9_].*[^\s])|([0-9]+[^\s0-9])|([0-9]+[^0-9].*[^\s])"


def _name(numbers: str, most: int, named: str) -> Text:
    """Return the type of names of which those that are numbers match *numbers*, up to *most*."""
    return Text(
        length=(1, 64),
        patterns=(f"(({numbers})|{_OTHER_NAMES})",),
        named=named,
        complaint=f"Neither a number from 1 to {most} nor a name",
    )


LOG_NAME: Final = _name("[1-9]|[1-9][0-9]|10[01]", 101, "log-name")
FILE_NAME: Final = _name("[1-9]|[1-9][0-9]", 99, "file-policy-name")
FILTER_NAME: Final = _name(
    "[1-9]|[1-9][0-9]|[1-9][0-9][0-9]|1[0-4][0-9][0-9]|1500", 1500, "log-filter-name"
)
ENTRY_NAME: Final = _name("[1-9]|[1-9][0-9]|[1-9][0-9][0-9]", 999, "log-filter-entry-name")
SYSLOG_NAME: Final = _name("[1-9]|10", 10, "log-syslog-name")
NAMES: Final = frozenset(
    kind.named for kind in (LOG_NAME, FILE_NAME, FILTER_NAME, ENTRY_NAME, SYSLOG_NAME)
)
"""The types of names that are often numbers, which the classic CLI prints bare."""

FLASH: Final = Enumeration(
    ("cf-unspecified", "cf1", "cf2", "cf3", "cf4"), named="compact-flash-drive"
)
ACTION: Final = Enumeration(("drop", "forward"), named="filter-action")
SEVERITY: Final = Enumeration(
    ("cleared", "indeterminate", "critical", "major", "minor", "warning"), named="severity-level"
)
APPLICATION: Final = Enumeration(
    (
        *("application-assurance", "aps", "bgp", "cflowd", "chassis", "debug", "dhcp", "dhcps"),
        *("diameter", "dot1x", "efm-oam", "elmi", "ering", "eth-cfm", "etun", "filter", "gsmp"),
        *("igmp", "igmp-snooping", "ip", "ipsec", "isis", "l2tp", "lag", "ldp", "li", "lldp"),
        *("logger", "mcpath", "mc-redundancy", "mirror", "mld", "mld-snooping", "mpls", "msdp"),
        *("nat", "ntp", "oam", "ospf", "pim", "pim-snooping", "port", "pppoe", "ptp", "rip"),
        *("route-policy", "rsvp", "security", "snmp", "stp", "svcmgr", "system", "user"),
        *("video", "vrrp", "vrtr", "radius", "wpp", "wlan-gw", "dynsvc", "mpls-tp", "bfd"),
        *("python", "ripng", "openflow", "sflow", "rpki", "pcep", "calltrace", "satellite"),
        *("ldap", "pppoe-clnt", "tls", "adp", "mgmt-core", "macsec", "sr-policy", "pcap"),
        *("auto-prov", "bier", "pfcp", "tree-sid", "srv6", "sr-mpls", "anysec"),
    ),
    named="application",
)


def case_of(node: Node) -> Case:
    """Return the case of a choice that is *node* alone, by its name."""
    assert not isinstance(node, Case)
    return Case(name=node.name, children=(node,))
