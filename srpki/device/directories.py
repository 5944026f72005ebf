"""The directories of a node: made when they are missing, and whose they are."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from srpki.core.errors import RefusedError, StorageError, UsageError
from srpki.device.flash import CONFIGURATION
from srpki.keystore.store import DIRECTORY
from srpki.storage.files import OsFiles

_OTHERS = ("cf3", "state", f"cf3/{DIRECTORY}", "lab-ca")


def is_new(node: Path) -> bool:
    """Return whether no router has been at the directory *node*, and no configuration waits."""
    files = OsFiles(node)
    try:
        return all(
            files.kind(node / name) == "absent" for name in ("state", f"cf3/{CONFIGURATION}")
        )
    except OSError:  # a link on the way, or nothing for our eyes: `make_directories` tells
        return False


def make_directories(node: Path) -> tuple[Path, Path]:
    """Make what is missing of a node directory; return its ``cf3`` and ``state``.

    Raises `UsageError` or `StorageError`, and `RefusedError` where everybody may write: whoever
    can, decides which keys the node uses.
    """
    cf3, state = node / "cf3", node / "state"
    try:
        files = OsFiles(node)
        files.make_root()
        for directory in (cf3, state):
            files.make_directory(directory)
        for directory, facts in _present(node):
            if facts.st_mode & stat.S_IWOTH:
                raise RefusedError(
                    f"everybody may write into {directory}",
                    hint=f"chmod o-w {directory}, or mount it with umask=077",
                )
    except (FileExistsError, NotADirectoryError):
        raise UsageError(f"{node} is not a directory", hint="name another one") from None
    except OSError as error:
        raise StorageError(
            f"cannot use the node directory {node}: {error.strerror}", hint="name another one"
        ) from None
    return cf3, state


def warnings(node: Path) -> Iterator[str]:
    """Yield a sentence for each directory of *node* that others than its user may change."""
    for directory, facts in _present(node):
        if facts.st_mode & stat.S_IWGRP:
            yield f"the group of {directory} may write into it - chmod g-w {directory}"
        if facts.st_uid != os.geteuid():
            yield f"{directory} belongs to another user, who can change its files"


def _present(node: Path) -> Iterator[tuple[Path, os.stat_result]]:
    files = OsFiles(node)
    yield node, files.facts(node)
    for directory in (node / name for name in _OTHERS):
        if files.kind(directory) == "directory":
            yield directory, files.facts(directory)
