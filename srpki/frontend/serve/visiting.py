"""One connection: who is it, and what may he open."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from srpki.frontend.serve.gate import Gate, Visitor


class Visiting(asyncssh.SSHServer):
    """What a connection asks while it is not known who is there."""

    def __init__(self, gate: Gate, checking: Executor) -> None:
        """Let in whom *gate* knows; it is asked by a thread of *checking*."""
        self._gate = gate
        self._checking = checking
        self._known: dict[str, Visitor] = {}
        self._connection: asyncssh.SSHServerConnection | None = None
        self.address = ""

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """Take note of the connection."""
        self._connection = conn
        self.address = str((conn.get_extra_info("peername") or ("",))[0])

    @property
    def visitor(self) -> Visitor:
        """Who has come in; raises `KeyError` before anybody has."""
        assert self._connection is not None
        return self._known[self._connection.get_extra_info("username")]

    def begin_auth(self, username: str) -> bool:
        """Ask everybody who he is."""
        del username
        return True

    def password_auth_supported(self) -> bool:
        """Take passwords, also by keyboard-interactive."""
        return True

    async def validate_password(self, username: str, password: str) -> bool:
        """Return whether *username* comes in with *password*."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._checking, self._gate.password, username, password, "ssh-cli", self.address
        )
        return self._remembered(username, found)

    def public_key_auth_supported(self) -> bool:
        """Take public keys."""
        return True

    async def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Return whether *username* comes in once he has signed with *key*."""
        found = await asyncio.get_running_loop().run_in_executor(
            self._checking,
            self._gate.public_key,
            username,
            key.public_data,
            "ssh-cli",
            self.address,
        )
        return self._remembered(username, found)

    def _remembered(self, username: str, found: Visitor | None) -> bool:
        if found is None:
            return False
        self._known[username] = found
        return True
