"""Sessions of NETCONF with an MD-CLI behind them, for who carries their octets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.cli.engines import NOT_AUTHORIZED, engines
from srpki.cli.session import Session
from srpki.management.access.rights import ADMINISTRATOR
from srpki.netconf.session import NetconfSession

if TYPE_CHECKING:
    from collections.abc import Callable

    from srpki.device.sessions import Caller, Login
    from srpki.management.access.rights import Rights
    from srpki.management.port import Device, Machine
    from srpki.management.session import CallerSession

_ASKED: Final = "MINOR: CLI #2005: Error while processing command - nobody is there to answer"


class _Here(NamedTuple):
    """The node that the command is run on."""

    node: Device


class _Commands(Session):
    """One command of a client of NETCONF, in the MD-CLI at its operational root.

    It is no session of its own to others: what it does, the caller does.
    """

    def __init__(self, caller: CallerSession) -> None:
        self._behalf = caller
        login = self.known_as
        super().__init__(
            _Here(caller.device), "md", login.user, "script", login.address, rights=caller.rights
        )

    @property
    def known_as(self) -> Login:
        """The session of the client."""
        login = self._behalf.caller("").session
        assert login is not None
        return login

    def caller(self, origin: str) -> Caller:
        """Return the client, who has his own session."""
        return self._behalf.caller(origin)

    @property
    def interrupted(self) -> bool:
        """Whether the client has gone."""
        return self._behalf.interrupted


def command(caller: CallerSession, line: str) -> tuple[str, bool]:
    """Return what the MD-CLI answers *caller* to *line*, and whether that went well.

    A command that asks something first is not done, and none where nobody may use the MD-CLI.
    """
    if "md" not in engines(caller.device):
        return NOT_AUTHORIZED, False
    session = _Commands(caller)
    try:
        answer = session.feed(line)
        if answer.question is not None:
            return f"{answer.text}\n{_ASKED}".lstrip("\n"), False
        return answer.text, answer.ok
    finally:
        session.close()


def netconf(
    machine: Machine,
    user: str,
    address: str,
    rights: Rights | Callable[[], Rights] = ADMINISTRATOR,
) -> NetconfSession:
    """Log *user* in at *machine* from *address*, for NETCONF, with *rights*."""
    return NetconfSession(machine, user, address, command, rights)
