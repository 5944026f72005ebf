"""The live content of ``/state system`` and ``/state chassis``: what the node is."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from srpki.config.tree import Branch, Entries
from srpki.device.system import TYPE, version

if TYPE_CHECKING:
    from datetime import timedelta
    from pathlib import Path

FLASH: Final = "cf3:\\"
"""What the serial number is made of: where the flash lies."""
_DIGITS = 11


def identity(name: str, up_time: timedelta) -> dict[str, str | int | Branch]:
    """Return what ``/state system`` says of a node called *name* that has been up so long."""
    return {
        "oper-name": name,
        "up-time": int(up_time.total_seconds() * 1000),
        "platform": TYPE,
        "version": Branch({"version-number": version()}),
    }


def chassis(directory: Path) -> Entries:
    """Return the chassis of the node whose flash is *directory*: its serial number is made of it.

    So each node has another one, and keeps it.
    """
    digest = hashlib.sha256(str(directory).encode("utf-8", "surrogateescape")).hexdigest()
    data = Branch({"serial-number": f"SRPKI{digest[:_DIGITS].upper()}"})
    return Entries({("router", 1): Branch({"hardware-data": data})})
