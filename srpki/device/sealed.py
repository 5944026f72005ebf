"""What of a node cannot be read without its chassis key, which must not be replaced in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from srpki.core.patterns import regex
from srpki.keystore.seal import MAGIC
from srpki.keystore.store import DIRECTORY
from srpki.storage.files import OsFiles

_MOST_OCTETS: Final = 1 << 24
_HEAD: Final = 256
"""Octets in which the mark of a sealed file stands, also of one in the legacy format."""
_TOKEN: Final = regex(rb"[A-Za-z0-9_-]{38,} hash2\b|\"password\":\"[A-Za-z0-9_-]{38,}")
"""A secret in a configuration, and the one of a pending request [see `Seal.seal_text`]."""


def sealed_thing(files: OsFiles, cf3: Path, state: Path) -> str:
    """Return what an operator calls something that is sealed on the node; empty when nothing is."""
    for directory, shown in ((cf3, "cf3:"), (state, "state")):
        for path in files.walk(directory):
            if _needs_key(files, path):
                slash = "\\" if shown == "cf3:" else "/"
                return slash.join((shown, *path.relative_to(directory).parts))
    return ""


def _needs_key(files: OsFiles, path: Path) -> bool:
    try:
        content = files.read(path, _MOST_OCTETS)
    except OSError:
        return path.parent.name == DIRECTORY  # nothing else is kept there
    return MAGIC in content[:_HEAD] or _TOKEN.search(content) is not None
