"""One connection: who is it, and what may he open; and one who has come in by it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

import asyncssh

from srpki.core.errors import RefusedError, SrpkiError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from srpki.device.router import Router
    from srpki.frontend.serve.guarding import Guarding
    from srpki.management.access.gate import Service, Visitor
    from srpki.management.access.rights import Rights

ATTEMPTS: Final = 3
"""Passwords that may be wrong in one connection, new ones that will not do among them."""
WANTED: Final = "A new password is wanted"
"""What is told to who comes in with a new password alone."""
_NEW: Final = (("Enter new password: ", False), ("Re-enter new password: ", False))
Challenge = tuple[str, str, str, tuple[tuple[str, bool], ...]]
"""Title, instruction, language, and prompts, each with whether the answer is shown [RFC 4256]."""
_WAYS: Final[tuple[Service, ...]] = ("ssh-cli", "scp-sftp", "netconf")
ASKED: Final = 20
"""Most names, keys and passwords that one connection asks about."""


class Visit(NamedTuple):
    """Where a *visitor* from *address* has come in: at *router*, which may be in a *lab*.

    *service* is what the port is for. *rights* tells what he may do now.
    """

    router: Router
    lab: bool
    visitor: Visitor
    address: str
    service: Service
    rights: Callable[[], Rights]


class Visiting(asyncssh.SSHServer):
    """What a connection asks while it is not known who is there, and how many channels it has."""

    def __init__(
        self,
        guarding: Guarding,
        service: Service,
        channel: Callable[[Visiting], asyncssh.SSHServerProcess[bytes]],
    ) -> None:
        """Let in whom *guarding* knows, who wants *service*; a *channel* is made for each wish."""
        self._guarding = guarding
        self.service: Service = service
        self._channel = channel
        self._known: dict[str, Visitor] = {}
        self._connection: asyncssh.SSHServerConnection | None = None
        self._begun = False
        self._asked = self._wrong = 0
        self._given: str | None = None
        self.channels = 0
        self.address = ""

    # --- the connection ---

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Take note of the connection."""
        self._connection = conn
        self.address = str((conn.get_extra_info("peername") or ("",))[0])
        self._guarding.came(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the connection has gone."""
        del exc
        self._guarding.went(self)

    def auth_completed(self) -> None:
        """Take note that somebody has logged in."""
        self._given = None
        self._guarding.let_in(self, self.visitor.user)

    @property
    def stage(self) -> int:
        """How far a connection has come in which nobody has logged in."""
        assert self._connection is not None
        if self._begun:
            return 2
        return int(self._connection.get_extra_info("client_version") is not None)

    def abort(self) -> None:
        """Cut the connection."""
        if self._connection is not None:
            self._connection.abort()

    def dismiss(self, sentence: str) -> None:
        """End the connection in order, with a *sentence*."""
        if self._connection is not None:
            self._connection.disconnect(asyncssh.DISC_BY_APPLICATION, sentence)

    # --- who is there ---

    @property
    def visitor(self) -> Visitor:
        """Who has come in; raises `KeyError` before anybody has."""
        assert self._connection is not None
        return self._known[self._connection.get_extra_info("username")]

    def begin_auth(self, username: str) -> bool:
        """Ask everybody who he is, after what is told to all."""
        del username
        assert self._connection is not None
        self._count()
        if not self._begun and (told := self._guarding.told_before()):
            self._connection.send_auth_banner(told)
        self._begun = True
        return True

    def password_auth_supported(self) -> bool:
        """Take passwords, also by keyboard-interactive."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Return whether *username* comes in with *password*.

        Raises `PasswordChangeRequired` where he comes in with a new one alone.
        """
        found = await self._asked_of(self._guarding.gate.password, username, password)
        self._count_wrong(found)
        if found is not None and found.new_password:
            raise asyncssh.PasswordChangeRequired(WANTED)
        return self._remembered(username, found)

    async def change_password(self, username: str, old_password: str, new_password: str) -> bool:
        """Return whether *username* comes in with the old password, and has the new one now.

        Raises `PasswordChangeRequired` with the reason where the new one will not do.
        """
        change = self._guarding.gate.change_password
        try:
            found = await self._asked_of(change, username, old_password, new_password)
        except SrpkiError as error:
            self._count_wrong(None)
            raise asyncssh.PasswordChangeRequired(f"{error}. {WANTED}") from None
        self._count_wrong(found)
        return self._remembered(username, found)

    def _count_wrong(self, found: Visitor | None) -> None:
        if found is None:
            self._wrong += 1
            if self._wrong >= ATTEMPTS:
                self.dismiss("Too many authentication failures")

    async def _asked_of(
        self, ask: Callable[..., Visitor | None], username: str, *what: str | bytes
    ) -> Visitor | None:
        """Return whom the gate lets in, which is *ask*ed beside the loop."""
        self._count()
        way = self._way(username)
        return await asyncio.get_running_loop().run_in_executor(
            self._guarding.checking, lambda: ask(username, *what, way, self.address)
        )

    # --- keyboard-interactive: the same, and the change of a password that must be changed ---

    def kbdint_auth_supported(self) -> bool:
        """Take passwords by keyboard-interactive, too."""
        return True

    def get_kbdint_challenge(self, username: str, lang: str, submethods: str) -> Challenge:
        """Ask for the password."""
        del username, lang, submethods
        self._given = None
        return ("", "", "", (("Password:", False),))

    async def validate_kbdint_response(
        self, username: str, responses: Sequence[str]
    ) -> Challenge | bool:
        """Return whether *username* comes in with *responses*, or what he is asked next."""
        try:
            if self._given is None:
                self._given = "".join(responses[:1])
                return await self.validate_password(username, self._given)
            if len(responses) != len(_NEW) or len(set(responses)) != 1:
                self._count_wrong(None)
                return ("", f"Passwords do not match. {WANTED}", "", _NEW)
            return await self.change_password(username, self._given, responses[0])
        except asyncssh.PasswordChangeRequired as wanted:
            return ("", wanted.prompt, "", _NEW)

    def public_key_auth_supported(self) -> bool:
        """Take public keys."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether *username* comes in once he has signed with *key*."""
        gate = self._guarding.gate
        found = await self._asked_of(gate.public_key, username, key.public_data)
        return self._remembered(username, found)

    def _way(self, username: str) -> Service:
        """Return the service by which *username* comes in here: what he opens is asked again."""
        gate = self._guarding.gate
        if self.service == "netconf":
            return self.service
        return next((each for each in _WAYS if gate.admits(username, each)), self.service)

    def _remembered(self, username: str, found: Visitor | None) -> bool:
        if found is None:
            return False
        self._known[username] = found
        return True

    def _count(self) -> None:
        self._asked += 1
        if self._asked > ASKED:
            self.dismiss("Too many authentication requests")

    # --- what he opens ---

    def session_requested(self) -> asyncssh.SSHServerProcess[bytes]:
        """Return a channel; raises `ChannelOpenError` where there are too many."""
        self._check_room()
        if not self._guarding.has_room(self.channels):
            raise asyncssh.ChannelOpenError(
                asyncssh.OPEN_RESOURCE_SHORTAGE, "too many sessions are open"
            )
        return self._channel(self)

    def _check_room(self) -> None:
        try:
            self._guarding.gate.check_room(self.visitor.user)
        except RefusedError as error:
            raise asyncssh.ChannelOpenError(asyncssh.OPEN_RESOURCE_SHORTAGE, str(error)) from None
