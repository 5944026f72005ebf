"""Who may come in: what the listeners ask of the node's users."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, Protocol

from srpki.config.tree import get
from srpki.core.errors import RefusedError
from srpki.frontend.serve.users import USERS

if TYPE_CHECKING:
    from srpki.device.router import Router
    from srpki.frontend.serve.places import Address

Service = Literal["console", "ssh-cli", "scp-sftp", "netconf"]

LINE: Final = (
    'a user: /configure system security user-params local-user user "NAME" password'
    ' "PASSWORD" access console true'
)
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


class NodeGate:
    """The gate of one node: its users, or admin by the password admin in a lab that has none.

    It asks the node anew each time: a commit or a reboot changes at once who may come in.
    """

    def __init__(self, router: Router) -> None:
        """Guard *router*."""
        self._router = router

    @property
    def open(self) -> bool:
        """Whether the node is in a lab and has no users: admin comes in by the password admin."""
        return self._router.node.lab and not self._has_users

    @property
    def _has_users(self) -> bool:
        return bool(get(self._router.node.datastore.running, USERS))

    def check(self, name: str, at: Address) -> None:
        """Raise `RefusedError` where nobody could, or anybody would, log in *at* the node *name*.

        It names the line to configure.
        """
        if self._has_users or (self.open and at.loopback):
            return
        why = "a lab without users is open to this machine alone" if self.open else "it has no user"
        raise RefusedError(f"{name} is not served at {at}: {why}", hint=f"configure {LINE}")

    def password(self, user: str, password: str, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *password*, nobody where that is refused."""
        del service
        if self.open and _is_here(address) and (user, password) == (LAB_USER, LAB_PASSWORD):
            return Visitor(user)
        self._router.node.announcer.turned_away(user, "ssh", address, "wrong password")
        return None

    def public_key(self, user: str, key: bytes, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *key*."""
        del user, key, service, address
        return None


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
