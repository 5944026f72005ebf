"""One connection: who is it, and what may he open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import asyncssh

from srpki.core.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.frontend.serve.guarding import Guarding
    from srpki.management.access.gate import Service, Visitor

ATTEMPTS: Final = 3
"""Passwords that may be wrong in one connection."""
_WAYS: Final[tuple[Service, ...]] = ("ssh-cli", "scp-sftp", "netconf")
ASKED: Final = 20
"""Most names, keys and passwords that one connection asks about."""


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
        self._guarding.let_in(self)

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
        """Return whether *username* comes in with *password*."""
        self._count()
        guarding = self._guarding
        found = await asyncio.get_running_loop().run_in_executor(
            guarding.checking,
            guarding.gate.password,
            username,
            password,
            self._way(username),
            self.address,
        )
        if found is None:
            self._wrong += 1
            if self._wrong >= ATTEMPTS:
                self.dismiss("Too many authentication failures")
        return self._remembered(username, found)

    def public_key_auth_supported(self) -> bool:
        """Take public keys."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether *username* comes in once he has signed with *key*."""
        self._count()
        guarding = self._guarding
        found = await asyncio.get_running_loop().run_in_executor(
            guarding.checking,
            guarding.gate.public_key,
            username,
            key.public_data,
            self._way(username),
            self.address,
        )
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
