"""``settings.json``: what is set for a node and a router does not have [the emulator's own].

The file stands in the node directory, beside ``cf3``, and is read at the start.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from srpki.core.errors import UsageError
from srpki.engine.settings import DEFAULT, Settings
from srpki.storage.files import OsFiles

FILE: Final = "settings.json"
EXAMPLE: Final = '{"cmpv2": {"send-chain": false}}'
MAX_OCTETS: Final = 65536


def chosen(node: Path) -> Settings:
    """Return the settings of *node*, those that hold by default without a file.

    Raises `UsageError` for a file that cannot be read or says anything else.
    """
    path = node / FILE
    content = own_file(node, FILE)
    if content is None:
        return DEFAULT
    try:
        return _read(json.loads(content))
    except (ValueError, RecursionError):
        raise UsageError(
            f"{path} is not understood", hint=f"it holds {EXAMPLE}, or is not there"
        ) from None


def own_file(node: Path, name: str) -> bytes | None:
    """Return the content of the file *name* in *node*, None when it is not there.

    Raises `UsageError` for what cannot be read, is a link or no file, or is longer than 64 KiB.
    """
    try:
        return OsFiles(node).read(node / name, MAX_OCTETS)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UsageError(f"cannot read {node / name}: {error.strerror}") from None


def _read(found: object) -> Settings:
    match found:
        case {"cmpv2": {"send-chain": bool(send_chain), **more}, **others} if not (more or others):
            return Settings(cmpv2_send_chain=send_chain)
        case {**others} if not others:
            return DEFAULT
    raise ValueError("not settings")
