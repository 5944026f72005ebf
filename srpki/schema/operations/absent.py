"""Commands that SR OS has and this program has not: each is known, and refused in one line."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import ABSENT, Action, LeafList
from srpki.schema.types import Text

_WORDS: Final = LeafList(
    name="words", type=Text(length=(1, 2600)), help="Anything: the command is not emulated"
)


def _absent(before: str, subjects: dict[str, str]) -> tuple[Action, ...]:
    """Return the commands that stand after *before*, each with what it is about."""
    return tuple(
        Action(
            name=name,
            operation=f"{ABSENT}{before}{name}",
            help=f"Not emulated: {subject}",
            positional=("words",),
            inputs=(_WORDS,),
        )
        for name, subject in subjects.items()
    )


ROOT: Final = _absent(
    "",
    {
        "bof": "the boot options",
        "candidate": "candidate configurations of the classic CLI",
        "clear": "clearing counters and states",
        "monitor": "watching counters",
        "enable": "the rights of an administrator",
        "enable-admin": "the rights of an administrator",
        "li": "lawful interception",
        "load-json": "a configuration in JSON",
        "oam": "tests of the network",
        "perform": "operations on subsystems",
        "ping": "test whether a host answers",
        "pyexec": "run a Python script",
        "reset": "restart of subsystems",
        "ssh": "log in to another host",
        "telnet": "log in to another host",
        "tools": "tools for support staff",
        "traceroute": "the way to a host",
    },
)

SHOW: Final = _absent(
    "show ",
    {
        "aaa": "authentication of subscribers",
        "application-assurance": "inspection of applications",
        "bfd": "forwarding detection",
        "bof": "the boot options",
        "call-trace": "traces of subscribers",
        "card": "cards of the chassis",
        "cflowd": "export of flows",
        "chassis": "the chassis and its parts",
        "cron": "scheduled scripts",
        "eth-cfm": "Ethernet connectivity checks",
        "eth-ring": "Ethernet rings",
        "filter": "packet filters",
        "isa": "service adapters",
        "lag": "link aggregation",
        "li": "lawful interception",
        "macsec": "encrypted links",
        "mda": "media adapters",
        "mirror": "mirrored traffic",
        "multicast-management": "bandwidth of multicast",
        "nat": "address translation",
        "oam-pm": "performance monitoring",
        "openflow": "OpenFlow switches",
        "pool": "buffer pools",
        "port": "ports and their counters",
        "pw-port": "pseudowire ports",
        "python": "Python policies and scripts",
        "qos": "quality of service",
        "redundancy": "redundancy of the node",
        "router": "routing protocols and tables",
        "saa": "assurance tests",
        "service": "services and their endpoints",
        "sfm": "switch fabrics",
        "snmp": "SNMP counters and views",
        "subscriber-mgmt": "subscribers",
        "test-oam": "tests of the network",
        "vrrp": "virtual routers",
        "xiom": "expansion modules",
    },
)

SHOW_IPSEC: Final = _absent(
    "show ipsec ",
    {
        "certificate": "certificates of earlier releases",
        "gateway": "gateways for remote access",
        "ike-policy": "policies of IKE",
        "lockout": "peers that are locked out",
        "security-policy": "security policies",
        "static-sa": "static security associations",
        "transform": "transforms",
        "ts-list": "lists of traffic selectors",
        "tunnel-template": "templates of tunnels",
    },
)

SHOW_SYSTEM: Final = _absent(
    "show system ",
    {
        "alarms": "alarms of the chassis",
        "connections": "TCP and UDP connections",
        "cpu": "load of the processors",
        "grpc": "gRPC sessions",
        "lldp": "link-layer neighbours",
        "memory-pools": "use of memory",
        "netconf": "NETCONF sessions",
        "ntp": "time servers",
        "ptp": "precision time",
        "rollback": "rollback files",
        "sntp": "time servers",
    },
)

SHOW_SECURITY: Final = _absent(
    "show system security ",
    {
        "authentication": "how users are authenticated",
        "cpm-filter": "filters of control traffic",
        "management-access-filter": "filters of management traffic",
        "profile": "rights of users",
        "ssh": "the SSH server and its keys",
    },
)

FILE: Final = _absent(
    "file ",
    {
        "format": "erase a compact flash",
        "permission": "permissions of files",
        "repair": "repair a compact flash",
        "unzip": "unpack an archive",
        "version": "the version of a software image",
    },
)

ADMIN: Final = _absent(
    "admin ",
    {
        "application-assurance": "inspection of applications",
        "satellite": "satellites of the chassis",
        "tech-support": "a file for support staff",
    },
)

ADMIN_CERTIFICATE: Final = _absent(
    "admin certificate ",
    {
        "secure-nd-export": "write the key of secure neighbour discovery",
        "secure-nd-import": "import a key for secure neighbour discovery",
    },
)
"""Names from [pki.md 4.1]."""

ADMIN_REDUNDANCY: Final = _absent(
    "admin redundancy ", {"force-switchover": "a change to the standby CPM"}
)
ADMIN_SYNCHRONIZE: Final = _absent(
    "admin redundancy synchronize ",
    {
        "boot-environment": "copy the boot environment to the standby CPM",
        "configuration": "copy the configuration to the standby CPM",
    },
)
