"""``configure system``: name, management interfaces, transmission profiles, security below.

[facts: configure-system-transmission-profile.json, cli.md section 1.1; classic: pki.md section 3]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import HTTP_VERSION, IPV4_UNICAST, IPV6, NAMED_ITEM
from srpki.schema.configure.login_control import LOGIN_CONTROL
from srpki.schema.configure.management import MANAGEMENT_INTERFACE
from srpki.schema.configure.pki import PKI
from srpki.schema.configure.profiles import AAA
from srpki.schema.configure.script_control import SCRIPT_CONTROL
from srpki.schema.configure.ssh import SSH
from srpki.schema.configure.tls import TLS
from srpki.schema.configure.users import USER_PARAMS
from srpki.schema.nodes import Container, Leaf, ListNode, Rename, Section
from srpki.schema.types import Integer, Text

_TRANSMISSION_PROFILE: Final = ListNode(
    name="transmission-profile",
    keys=("name",),
    help="Source address, timeout, retries and redirections of downloads and requests",
    classic=Rename("file-transmission-profile"),
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name by which profiles refer to these settings"),
        Leaf(
            name="ipv4-source-address",
            type=IPV4_UNICAST,
            help="Local address of connections to IPv4 servers",
        ),
        Leaf(
            name="ipv6-source-address",
            type=IPV6,
            help="Local address of connections to IPv6 servers",
        ),
        Leaf(
            name="redirection",
            type=Integer("uint32", 1, 8),
            help="Most HTTP redirections that are followed for one file",
        ),
        Leaf(
            name="retry",
            type=Integer("uint32", 1, 256),
            help="Number of attempts after a transmission has failed",
        ),
        Leaf(
            name="router-instance",
            type=Text(length=(1, 64), named="router-instance-base-management-vprn-loose"),
            default="Base",
            help="Router instance that connections leave through",
            classic=Rename("router"),
        ),
        Leaf(
            name="timeout",
            type=Integer("uint32", 1, 3600),
            units="seconds",
            default="60",
            help="Give up a server that has not answered within this time",
        ),
        Leaf(
            name="http-version",
            type=HTTP_VERSION,
            default="1.1",
            help="HTTP version of the requests",
        ),
    ),
)

_USERS: Final = ("aaa", "user-params", "ssh")
"""What of the security stands under a banner of its own, in that order."""

SYSTEM: Final = Container(
    name="system",
    help="Name, management, security and transmission profiles of the node",
    classic=Section("System Configuration"),
    children=(
        Leaf(
            name="name",
            type=Text(length=(1, 64), patterns=(r"[ -~]*[!-~][ -~]*",)),
            help="Host name of the node; the prompt shows it at once",
        ),
        LOGIN_CONTROL,
        MANAGEMENT_INTERFACE,
        SCRIPT_CONTROL,
        Container(
            name="security",
            help="Users of the node, its SSH server, PKI and TLS",
            classic=Section(
                "System Security Cpm Hw Filters, PKI, TLS and LDAP Configuration",
                rank=3,
                later="System Security Auto CRL Update (no shutdown) Configuration",
                order=_USERS,
                part=Section("System Security Configuration", rank=1, order=_USERS, names=_USERS),
            ),
            children=(AAA, PKI, SSH, TLS, USER_PARAMS),
        ),
        _TRANSMISSION_PROFILE,
    ),
)
