"""``configure system``: name, management interfaces, transmission profiles, security below.

[facts: configure-system-transmission-profile.json, cli.md section 1.1; classic: pki.md section 3]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import HTTP_VERSION, IPV4_UNICAST, IPV6, NAMED_ITEM
from srpki.schema.configure.management import MANAGEMENT_INTERFACE
from srpki.schema.configure.pki import PKI
from srpki.schema.configure.tls import TLS
from srpki.schema.nodes import Container, Leaf, ListNode, Rename, Section
from srpki.schema.types import Integer, Text

_TRANSMISSION_PROFILE: Final = ListNode(
    name="transmission-profile",
    keys=("name",),
    help="How files and requests are carried to a server",
    classic=Rename("file-transmission-profile"),
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name of this transmission profile"),
        Leaf(
            name="ipv4-source-address",
            type=IPV4_UNICAST,
            help="IPv4 address that connections start from",
        ),
        Leaf(
            name="ipv6-source-address",
            type=IPV6,
            help="IPv6 address that connections start from",
        ),
        Leaf(
            name="redirection",
            type=Integer("uint32", 1, 8),
            help="How many redirections are followed",
        ),
        Leaf(
            name="retry",
            type=Integer("uint32", 1, 256),
            help="How often a failed transmission is tried again",
        ),
        Leaf(
            name="router-instance",
            type=Text(length=(1, 64), named="router-instance-base-management-vprn-loose"),
            default="Base",
            help="Router instance that connections leave through",
        ),
        Leaf(
            name="timeout",
            type=Integer("uint32", 1, 3600),
            units="seconds",
            default="60",
            help="How long a server may take to answer",
        ),
        Leaf(
            name="http-version",
            type=HTTP_VERSION,
            default="1.1",
            help="Version of HTTP to speak",
        ),
    ),
)

SYSTEM: Final = Container(
    name="system",
    help="Settings of the node as a whole",
    classic=Section("System Configuration"),
    children=(
        Leaf(
            name="name",
            type=Text(length=(1, 64), patterns=(r"[ -~]*[!-~][ -~]*",)),
            help="Name of the node, as the prompt shows it",
        ),
        MANAGEMENT_INTERFACE,
        Container(
            name="security",
            help="Security of the node",
            classic=Section("System Security Configuration"),
            children=(PKI, TLS),
        ),
        _TRANSMISSION_PROFILE,
    ),
)
