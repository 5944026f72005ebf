"""What the configuration of a node says of those who log in [system login-control, security ssh].

It is read anew for each who comes, so a commit counts for the next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.tree import get
from srpki.core.errors import SrpkiError
from srpki.schema.paths import path
from srpki.storage.urls import display

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.device.node import Node

SESSIONS: Final = 50
"""Most sessions of a node, and how many it has room for where nothing is configured [decided]."""
CHANNELS: Final = 10
"""Channels of one connection where nothing is configured [decided]."""
IDLE: Final = 30
"""Minutes after which a session ends in which nothing is typed."""
LONGEST: Final = 4096
"""Most characters of a message of the day in a file."""
_CONTROL: Final = ("system", "login-control")
_NETCONF: Final = ("system", "management-interface", "netconf")


def _control(running: Branch, *names: str) -> object:
    return get(running, path(*_CONTROL, *names))


def idle_seconds(running: Branch) -> float | None:
    """Return after how many seconds without a key a session ends, None for never."""
    found = _control(running, "idle-timeout")
    if found == "none":
        return None
    return 60.0 * (found if isinstance(found, int) else IDLE)


def netconf_idle_seconds(running: Branch) -> float | None:
    """Return after how many seconds without a request a session of NETCONF ends, None for never."""
    found = get(running, path(*_NETCONF, "listen", "idle-timeout"))
    return 60.0 * found if isinstance(found, int) else None


def most_sessions(running: Branch) -> int:
    """Return how many sessions a node has room for."""
    found = _control(running, "ssh", "inbound-max-sessions")
    return min(found, SESSIONS) if isinstance(found, int) else SESSIONS


def most_channels(running: Branch) -> int:
    """Return how many channels one connection may have."""
    found = _control(running, "ssh", "max-channels-per-connection")
    return found if isinstance(found, int) else CHANNELS


def before_log_in(node: Node) -> str:
    """Return what is told to whoever wants to log in, nothing where nothing is configured."""
    running = node.datastore.running
    message = _control(running, "pre-login-message", "message")
    text = _lines(message) if isinstance(message, str) else ""
    if _control(running, "pre-login-message", "name") is True:
        text += node.system_name()
    return f"{text}\r\n" if text else ""


def after_log_in(node: Node) -> str:
    """Return the message of the day, each line ended, nothing where there is none."""
    running = node.datastore.running
    text, url = (_control(running, "motd", name) for name in ("text", "url"))
    if isinstance(text, str):
        return f"{_lines(text)}\n"
    if not isinstance(url, str):
        return ""
    try:
        found = node.files.read_own(url).decode(errors="replace")[:LONGEST]
    except SrpkiError as error:
        return f"The message of the day in {display(url)} cannot be read: {error}\n"
    return f"{found.rstrip()}\n"


def _lines(message: str) -> str:
    r"""Return *message* with line ends where it has ``\n``, as it is typed."""
    return message.replace("\\n", "\n")
