"""Who may come in: what the listeners ask of the node's users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from srpki.management.port import Machine

Service = Literal["console", "ssh-cli", "scp-sftp", "netconf"]

LAB_USER: Final = "admin"
LAB_PASSWORD: Final = "admin"  # noqa: S105 - what a lab takes is no secret


class Visitor(NamedTuple):
    """One who has been let in as *user*; his files begin in *home*, a URL, where he has one."""

    user: str
    home: str | None = None


class Gate(Protocol):
    """Knows the users of a node; its methods may block and be called from any thread."""

    def password(self, user: str, password: str, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *password*, nobody where that is refused."""
        ...

    def public_key(self, user: str, key: bytes, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *key*, an SSH wire blob, once he has signed."""
        ...


class LabGate:
    """Lets in admin by the password admin: a lab that has no users."""

    def __init__(self, machine: Machine) -> None:
        """Guard *machine*."""
        self._machine = machine

    def password(self, user: str, password: str, service: Service, address: str) -> Visitor | None:
        """Return admin where he says the password."""
        del service
        if (user, password) == (LAB_USER, LAB_PASSWORD):
            return Visitor(user)
        self._machine.node.announcer.turned_away(user, "ssh", address, "wrong password")
        return None

    def public_key(self, user: str, key: bytes, service: Service, address: str) -> Visitor | None:
        """Return nobody."""
        del user, key, service, address
        return None
