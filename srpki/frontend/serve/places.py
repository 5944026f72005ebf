"""What is served: the nodes, where they listen, and who shares a lab."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.core.errors import UsageError
from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.config.management import ConfigurationMode

SSH_PORT: Final = 22
NETCONF_PORT: Final = 830
_ADDRESS: Final = re.compile(r"(?:\[(?P<long>[^\]]*)\]|(?P<short>[^:]*))(?::(?P<port>\d{1,5}))?")


class Address(NamedTuple):
    """An IP address *host* and a *port*; port 0 is chosen by the system."""

    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return ipaddress.ip_address(self.host).is_loopback

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


LOCAL: Final = Address("127.0.0.1", 0)
"""Where a node listens that is not told."""


class LabPlace(Record):
    """A lab that nodes share: its *name*, and the *directory* of its CA and its clock."""

    name: str
    directory: Path


class User(Record):
    """A user whom an inventory names, with a *password* in clear.

    *member* are the names of his profiles, *access* the ways in which he may come in.
    """

    name: str
    password: str
    member: tuple[str, ...]
    access: tuple[str, ...]


class Place(Record):
    """A node that is served, called *name* where it is told of.

    *lab* is whether it has a lab of its own, or the lab that it shares. *mode* and *record* are as
    the options of the program have them.
    """

    name: str
    directory: Path
    ssh: tuple[Address, ...] = ()
    netconf: tuple[Address, ...] = ()
    lab: bool | LabPlace = False
    mode: ConfigurationMode | None = None
    record: Path | None = None
    users: tuple[User, ...] = ()


def address(text: str, port: int) -> Address:
    """Return the address that *text* is: ``127.0.0.1:2222``, ``[::1]:2222``, *port* without one.

    Raises `UsageError` for anything else: a name may stand for another address tomorrow.
    """
    match = _ADDRESS.fullmatch(text)
    host = "" if match is None else match["long"] or match["short"] or ""
    try:
        shown = str(ipaddress.ip_address(host))
    except ValueError:
        raise UsageError(
            f"{text!r} is not an IP address and a port",
            hint="as in 127.0.0.1:2222 or [::1]:2222",
        ) from None
    assert match is not None
    number = port if match["port"] is None else int(match["port"])
    if number > 0xFFFF:
        raise UsageError(f"{text!r}: a port is at most 65535")
    return Address(shown, number)


def check_apart(places: tuple[Place, ...]) -> None:
    """Raise `UsageError` where two of *places* want one directory or one address."""
    names: dict[str, str] = {}
    directories: dict[Path, str] = {}
    taken: dict[Address, str] = {}
    for place in places:
        name, directory = place.name, place.directory.resolve()
        if directory in directories or name in names:
            raise UsageError(f"the node {name} is named twice")
        directories[directory] = names[name] = name
        for each in (*place.ssh, *place.netconf):
            if each.port and each in taken:
                raise UsageError(
                    f"{taken[each]} and {name} cannot both listen on {each}",
                    hint="port 0 lets the system choose; an inventory names addresses",
                )
            taken[each] = name
