"""The live content of ``/state system`` and ``/state chassis``: what the node is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.tree import Branch, Entries
from srpki.device.system import TYPE, rfc3339, version

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from srpki.device.sessions import Login, Sessions

FLASH: Final = "cf3:\\"
"""What the serial number is made of: where the flash lies."""
_DIGITS = 11
_KINDS = {"console": "console", "ssh": "sshv2", "netconf": "netconf", "script": "cron-ehs"}
"""How sessions reached the node, as the models call it."""


def identity(name: str, up_time: timedelta) -> dict[str, str | int | Branch]:
    """Return what ``/state system`` says of a node called *name* that has been up so long."""
    return {
        "oper-name": name,
        "up-time": int(up_time.total_seconds() * 1000),
        "platform": TYPE,
        "version": Branch({"version-number": version()}),
    }


def users(sessions: Sessions, now: datetime) -> Branch:
    """Return who is logged in, as `show users` tells it [state-users.json]."""
    return Branch(
        {
            "session": Entries(
                {(login.session_id,): Branch(_session(login, now)) for login in sessions.all()}
            )
        }
    )


def _session(login: Login, now: datetime) -> dict[str, str | int]:
    found: dict[str, str | int] = {"user": login.user, "connection-type": _KINDS[login.kind]}
    if login.address:
        found["connection-ip"] = login.address
    idle = max(0, int((now - login.active).total_seconds()))
    return found | {"login-time": rfc3339(login.since), "idle-time": idle}


def chassis(directory: Path) -> Entries:
    """Return the chassis of the node whose flash is *directory*: its serial number is made of it.

    So each node has another one, and keeps it.
    """
    import hashlib  # noqa: PLC0415 - start-up time

    digest = hashlib.sha256(str(directory).encode("utf-8", "surrogateescape")).hexdigest()
    data = Branch({"serial-number": f"SRPKI{digest[:_DIGITS].upper()}"})
    return Entries({("router", 1): Branch({"hardware-data": data})})
