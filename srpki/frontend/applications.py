"""``applications.json``: the real daemons that use the certificates of a node [the emulator's own].

The file stands in the node directory, beside ``cf3``; the router itself has nothing like it.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import UsageError
from srpki.frontend.settings import own_file

if TYPE_CHECKING:
    from srpki.engine.applications import Daemon

FILE: Final = "applications.json"
EXAMPLE: Final = '{"strongswan": {"vici": "/run/charon.vici"}}'


def configured(node: Path) -> Daemon | None:
    """Return the daemon that *node* names, None when it names none; raises `UsageError`."""
    path = node / FILE
    content = own_file(node, FILE)
    if content is None:
        return None
    socket = _socket(content)
    if socket is None:
        raise UsageError(f"{path} is not understood", hint=f"it holds {EXAMPLE}, or is not there")
    if find_spec("vici") is None:
        raise UsageError(
            f"{path} names strongSwan, but the library vici is missing",
            hint='install the extra: pip install "srpki[strongswan]"',
        )
    from srpki.transport.vici import StrongSwan  # noqa: PLC0415 - start-up time

    return StrongSwan(socket)


def _socket(content: bytes) -> str | None:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return None
    inner = found.get("strongswan") if isinstance(found, dict) and len(found) == 1 else None
    socket = inner.get("vici") if isinstance(inner, dict) and len(inner) == 1 else None
    return socket if isinstance(socket, str) and socket.startswith("/") else None
