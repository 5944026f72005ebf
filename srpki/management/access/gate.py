"""The gate of a node: who may come in, by which service, and who is kept out for a while.

A user who fails as often as ``user-params attempts`` says, within its time, is locked out; so is
one who does not exist, and whoever is not let in costs the same work. Times are those of the node's
clock. Anybody can lock a user out who knows his name, as on a router.
"""

from __future__ import annotations

import hmac
import ipaddress
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from srpki.config import passwords as rules
from srpki.config.tree import Branch, get
from srpki.core import passwords
from srpki.core.errors import NotSavedError, RefusedError
from srpki.core.text import printable
from srpki.device.configuration.history import Author
from srpki.management.access import own_password, users
from srpki.management.access.own_password import OwnPassword
from srpki.management.access.rights import ADMINISTRATOR, Rights
from srpki.schema.paths import path

if TYPE_CHECKING:
    from srpki.device.sessions import Kind
    from srpki.management.access.users import User
    from srpki.management.port import Device, Machine

Service = Literal["console", "ssh-cli", "scp-sftp", "netconf"]

LAB_USER: Final = "admin"
LAB_PASSWORD: Final = "admin"  # noqa: S105 - what a lab takes is no secret
LINE: Final = (
    'a user: /configure system security user-params local-user user "NAME" password'
    ' "PASSWORD" access console true'
)
"""What makes a user, as it is named to who has none."""

_ACCESS: Final[dict[Service, tuple[str, ...]]] = {
    "console": ("console", "console-port-cli"),
    "ssh-cli": ("console", "ssh-cli"),
    "scp-sftp": ("console", "scp-sftp"),
    "netconf": ("netconf",),
}
"""The flags of a user of which one lets him in by a service [access.md 2]."""

_KEYS_ONLY: Final = path(
    "system", "security", "ssh", "authentication-method", "server", "public-key-only"
)
_LONGEST: Final = 32
"""Characters of a name that are told of: no user has more."""


class Visitor(NamedTuple):
    """One who has been let in as *user*, with his *rights*; *home* is a URL, or None.

    *new_password* tells that he must change his password first; *cli_engines* are those that he
    may use, all where there are none. One *of_lab* has come into a lab without users.
    """

    user: str
    rights: Rights = ADMINISTRATOR
    home: str | None = None
    restricted_to_home: bool = False
    save_when_restricted: bool = True
    cli_engines: tuple[str, ...] = ()
    new_password: bool = False
    of_lab: bool = False


class Gate:
    """Lets users in at a node, or not; its methods may block and be called from any thread.

    The node is asked anew each time: a commit or a reboot changes at once who may come in.
    """

    def __init__(self, machine: Machine) -> None:
        """Guard the node of *machine*."""
        self._machine = machine

    # --- whether there is anybody to let in ---

    @property
    def open(self) -> bool:
        """Whether the node is in a lab and has no users: admin comes in by the password admin."""
        node = self._machine.node
        return node.lab and not users.any_users(node.datastore.running)

    def check(self, name: str, address: str, *, loopback: bool) -> None:
        """Raise `RefusedError` where nobody could, or anybody would, log in at *address*.

        It names the node by its *name*, and the line to configure.
        """
        if users.any_users(self._machine.node.datastore.running) or (self.open and loopback):
            return
        why = "a lab without users is open to this machine alone" if self.open else "it has no user"
        raise RefusedError(f"{name} is not served at {address}: {why}", hint=f"configure {LINE}")

    # --- letting in ---

    def password(self, user: str, password: str, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *password*, nobody where that is refused."""
        node = self._machine.node
        running = node.datastore.running
        if self.open:
            given = f"{user}\0{password}".encode("utf-8", "surrogatepass")
            right = hmac.compare_digest(given, f"{LAB_USER}\0{LAB_PASSWORD}".encode())
            if right and _is_here(address) and not node.attempts.is_locked(user):
                node.attempts.proved(user)
                return Visitor(user, of_lab=True)
        found = users.user(running, user)
        known = found.password if found is not None else ""
        try:
            right = passwords.verified(
                password, known or passwords.decoy(rules.algorithm_of(running))
            )
            why = "wrong user or password"
        except RefusedError as error:
            right, why = False, f"{error} - {error.hint}"
        if found is None or not known or not right:
            self._refuse(node, user, service, address, why, counts=True)
            return None
        if self._keys_only(running, found) and service != "console":
            self._refuse(node, user, service, address, "a public key is wanted")
            return None
        return self._let_in(node, found, service, address, by_password=True)

    def change_password(
        self, user: str, old: str, new: str, service: Service, address: str
    ) -> Visitor | None:
        """Return who comes in as *user* with *old*, for which *new* is his password from now on.

        Nobody does where *old* is refused. Raises `SrpkiError` where *new* will not do.
        """
        found = self.password(user, old, service, address)
        if found is None:
            return None
        node, author = self._machine.node, Author(user, "SSH", address)
        own = OwnPassword(node, author, _kind(service), old)
        own.check_user()
        own.check_new(new, forced=found.new_password)
        with suppress(NotSavedError):  # it holds, and the log tells that it is not saved
            own.change(new)
        return found._replace(new_password=False)

    def public_key(self, user: str, key: bytes, service: Service, address: str) -> Visitor | None:
        """Return who comes in as *user* with *key*, an SSH wire blob, once he has signed.

        A client may ask about several keys before it signs, so that one does not fit is no failure.
        """
        node = self._machine.node
        found = users.user(node.datastore.running, user)
        if found is None or not any(hmac.compare_digest(key, one) for one in found.keys):
            return None
        return self._let_in(node, found, service, address, by_password=False)

    def admits(self, user: str, service: Service) -> bool:
        """Return whether *user*, once it is sure who he is, may come in by *service* now."""
        if self.open:
            return True
        found = users.user(self._machine.node.datastore.running, user)
        return found is not None and not found.access.isdisjoint(_ACCESS[service])

    def rights(self, visitor: Visitor) -> Rights:
        """Return what *visitor* may do now: a commit changes it at once, for those inside too.

        Who has been removed may do nothing more; who came into a lab without users stays what he
        is when users are made.
        """
        running = self._machine.node.datastore.running
        found = users.user(running, visitor.user)
        if found is None:
            return visitor.rights if visitor.of_lab else Rights(())
        return users.rights(running, found)

    def trusted(self, user: str) -> Visitor:
        """Return *user* as he comes in where nobody is asked for a password: at the console.

        Raises `RefusedError` where there is no such user, or he may not come in there.
        """
        running = self._machine.node.datastore.running
        found = users.user(running, user)
        if found is None:
            raise RefusedError(f"no user {printable(user[:_LONGEST])}", hint=f"configure {LINE}")
        if found.access.isdisjoint(_ACCESS["console"]):
            raise RefusedError(
                f"{user} may not come in at the console", hint="set access console true"
            )
        return _visitor(running, found)

    def _let_in(
        self, node: Device, found: User, service: Service, address: str, *, by_password: bool
    ) -> Visitor | None:
        if node.attempts.is_locked(found.name):
            self._refuse(node, found.name, service, address, "locked out")
            return None
        if found.access.isdisjoint(_ACCESS[service]):
            self._refuse(node, found.name, service, address, f"no access by {service}")
            return None
        if by_password:
            node.attempts.proved(found.name)
        visitor = _visitor(node.datastore.running, found)
        wanted = by_password and own_password.must_change(node, found)
        return visitor._replace(new_password=wanted)

    @staticmethod
    def _keys_only(running: Branch, found: User) -> bool:
        if found.public_key_only is not None:
            return found.public_key_only
        return get(running, _KEYS_ONLY) is True

    # --- keeping out ---

    def _refuse(
        self,
        node: Device,
        user: str,
        service: Service,
        address: str,
        why: str,
        *,
        counts: bool = False,
    ) -> None:
        """Tell that *user* is not let in, and why; where it *counts*, that may lock him out."""
        name, kind = printable(user[:_LONGEST]), _kind(service)
        if node.attempts.is_locked(user):
            why, counts = "locked out", False
        node.announcer.turned_away(name, kind, address, why)
        node.attempts.failed(user)
        if counts and own_password.locks_out(node, user):
            node.announcer.locked_out(name, kind, address)

    def entered(self, user: str) -> None:
        """Note that *user*, who was let in, has come."""
        self._machine.node.attempts.succeeded(user)

    # --- limits ---

    def check_room(self, user: str) -> None:
        """Raise `RefusedError` where *user* may have no more sessions over SSH now."""
        node = self._machine.node
        running = node.datastore.running
        found = users.user(running, user)
        sessions = [one for one in node.sessions.all() if one.kind in ("ssh", "netconf")]
        for name in found.members if found is not None else ():
            most = users.most_sessions(running, name)
            others = (users.user(running, one.user) for one in sessions)
            held = sum(one is not None and name in one.members for one in others)
            if most is not None and held >= most:
                raise RefusedError(
                    f"the members of profile {name} have {held} sessions already",
                    hint="end one of them",
                )


def _visitor(running: Branch, found: User) -> Visitor:
    return Visitor(
        found.name,
        users.rights(running, found),
        found.home,
        found.restricted_to_home,
        found.save_when_restricted,
        found.cli_engines,
    )


def _kind(service: Service) -> Kind:
    if service == "console":
        return "console"
    return "netconf" if service == "netconf" else "ssh"


def _is_here(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
