"""Lays out the users of the configuration, and who is locked out.

[users: public transcripts of 24.7; who is locked out: decided]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Lines, said
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.words import yes
from srpki.device.records.access import LocalUser, LocalUsers, LockedOutUsers

_WAYS: Final = (
    ("bt", "Bluetooth", ("console", "bluetooth")),
    ("cc", "Console port CLI", ("console", "console-port-cli")),
    ("fp", "FTP", ("ftp",)),
    ("gr", "gRPC", ("grpc",)),
    ("li", "LI", ("li",)),
    ("nc", "NETCONF", ("netconf",)),
    ("sp", "SCP/SFTP", ("console", "scp-sftp")),
    ("sn", "SNMP", ("snmp",)),
    ("sc", "SSH CLI", ("console", "ssh-cli")),
    ("tc", "Telnet CLI", ("console", "telnet-cli")),
)
"""The ways in, in the order of the column, each with the flags of which one opens it."""
_HEADING: Final = (
    f"{'User ID':<13}{'New':<4}{'Access':<33}{'Password':<9}{'Login':<8}{'Failed':<7}Local",
    f"{'':<13}{'Pwd':<4}{'Permissions':<33}{'Expires':<9}{'Attempt':<8}{'Logins':<7}Conf",
)
_LEGEND: Final = (
    "Permissions: (bt) Bluetooth, (cc) Console port CLI, (fp) FTP, (gr) gRPC,",
    "             (li) LI, (nc) NETCONF, (sp) SCP/SFTP, (sn) SNMP, (sc) SSH CLI,",
    "             (tc) Telnet CLI",
)


def _users(data: LocalUsers) -> Iterator[str]:
    yield ""
    yield from title("Users")
    yield from _HEADING
    yield SINGLE
    for user in data.user:
        yield from _user(user)
    yield SINGLE
    yield f"Number of users : {len(data.user)}"
    yield from _LEGEND
    yield DOUBLE


def _user(user: LocalUser) -> Iterator[str]:
    """Yield the line of *user*; a name too long has one of its own."""
    name = user.user
    if len(name) > 12:
        yield name
        name = ""
    ways = " ".join(
        short if any(flag in user.access for flag in flags) else "--" for short, _, flags in _WAYS
    )
    new = yes(user.new_password_at_login)[0]
    logins = f"{user.attempted_logins:<8}{user.failed_logins:<7}"
    yield f"{name:<13}{new:<4}{ways:<33}{'never':<9}{logins}y"


def _locked_out(data: LockedOutUsers) -> Iterator[str]:
    yield ""
    yield from title("Users that are locked out")
    yield f"{'User ID':<33}Remaining lockout time (min:s)"
    yield SINGLE
    for user in data.user:
        minutes, seconds = divmod(max(0, int(user.remaining.total_seconds())), 60)
        yield f"{user.user:<33}{minutes}:{seconds:02}"
    yield SINGLE
    yield f"Number of users : {len(data.user)}"
    yield DOUBLE


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {
    LocalUsers: lambda data: said(*_users(data)),
    LockedOutUsers: lambda data: said(*_locked_out(data)),
}
