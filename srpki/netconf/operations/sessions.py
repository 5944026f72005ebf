"""``close-session`` and ``kill-session`` [RFC 6241 sections 7.8 and 7.9]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.netconf.arguments import Arguments
from srpki.netconf.errors import bad
from srpki.netconf.namespaces import BASE

if TYPE_CHECKING:
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation


def close_session(exchange: Exchange, operation: Given) -> None:
    """End the session after the answer."""
    Arguments(operation, ())
    exchange.leave()


def kill_session(exchange: Exchange, operation: Given) -> None:
    """End another session of NETCONF now; what it holds is let go.

    Sessions of the CLI are ended by ``admin disconnect``.
    """
    wanted = Arguments(operation, ("session-id",)).element("session-id").value
    for login in exchange.device.sessions.all():
        if str(login.session_id) == wanted and login.kind == "netconf":
            if login is exchange.login:
                break
            exchange.device.sessions.end(login)
            return
    sentence = f"'session-id' - '{wanted}' is no other session of NETCONF"
    raise bad("invalid-value", sentence, "session-id")


OPERATIONS: Final[dict[Name, Operation]] = {
    (BASE, "close-session"): close_session,
    (BASE, "kill-session"): kill_session,
}
