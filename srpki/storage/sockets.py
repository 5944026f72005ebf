"""Where a socket lies in a node, by a name that fits into a socket's address.

An address holds 108 octets; a node's path may be longer. The name that is handed out leads through
a descriptor of the directory, which is walked to as for any file: through no link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from srpki.storage.files import OsFiles

SOCKET: Final = "joining.socket"
"""The name of a node's socket in its ``state``."""

_DESCRIPTORS: Final = Path("/proc/self/fd")


@contextmanager
def free_place(node: Path) -> Iterator[str]:
    """Give the name for a new socket of *node*, whose lock is held: what a killed owner left goes.

    Raises `OSError`, also where something else than a socket has the name.
    """
    remove(node)
    with _named(node) as name:
        yield name


@contextmanager
def place(node: Path, owner: int) -> Iterator[str]:
    """Give the name of the socket of *node*, whose directory for it must be that of user *owner*.

    Raises `OSError`, `FileNotFoundError` where there is no such socket.
    """
    files, path = OsFiles(node), node / "state" / SOCKET
    if not stat.S_ISSOCK(files.facts(path).st_mode) or keeper(node) != owner:
        raise FileNotFoundError(f"{path} is no socket of user {owner}")
    with _named(node) as name:
        yield name


def keeper(node: Path) -> int:
    """Return the number of the user whose directory would have the socket of *node*.

    Raises `OSError`.
    """
    return OsFiles(node).facts(node / "state").st_uid


def remove(node: Path) -> None:
    """Remove the socket of *node*, if there is one; raises `OSError`."""
    files, path = OsFiles(node), node / "state" / SOCKET
    try:
        found = files.facts(path).st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(found):
        raise FileExistsError(f"{path} is no socket")
    files.unlink(path)


@contextmanager
def _named(node: Path) -> Iterator[str]:
    path = node / "state" / SOCKET
    with OsFiles(node).directory(path.parent) as directory:
        if _DESCRIPTORS.is_dir():
            yield os.fspath(_DESCRIPTORS / str(directory) / SOCKET)
        else:
            yield os.fspath(path)
