"""The configuration mode that a node is made with: ``--mode``, or what ``--cli classic`` needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.cli.engines import NOT_AUTHORIZED
from srpki.config.management import in_mode
from srpki.config.tree import EMPTY
from srpki.core.clock import SystemClock
from srpki.core.errors import UsageError
from srpki.device.configuration.forms import Forms
from srpki.device.directories import is_new, make_directories
from srpki.device.flash import CONFIGURATION
from srpki.frontend.parts import ClassicForm
from srpki.schema.tree import SCHEMA
from srpki.storage.files import OsFiles, replace_file
from srpki.storage.lock import NodeLock

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.cli.engines import Dialect
    from srpki.config.management import ConfigurationMode

MADE_MIXED: Final = (
    "a new node in configuration-mode mixed, in which both CLIs may edit; --mode chooses another"
)
"""What is told where a node is made for a script in the classic CLI."""


def chosen(
    node: Path, mode: ConfigurationMode | None, dialect: Dialect | None
) -> ConfigurationMode | None:
    """Return the mode that *node* is to have: *mode*, or one in which a new node's CLI may edit.

    Raises `UsageError` where *dialect*, the first CLI, does not exist in *mode*.
    """
    if mode == "classic" and dialect == "md":
        raise UsageError(NOT_AUTHORIZED, hint="a classic node has the classic CLI alone")
    return "mixed" if mode is None and dialect == "classic" and is_new(node) else mode


def prepare(node: Path, mode: ConfigurationMode | None) -> None:
    """Make *node*, where it is new and a *mode* is wanted, with a configuration that sets it.

    Raises `BusyError`, `StorageError` and `UsageError`.
    """
    if mode is None or not is_new(node):
        return
    cf3, state = make_directories(node)
    with NodeLock(state / "lock"):
        text = Forms(SCHEMA.configure, SystemClock(), ClassicForm()).encode(in_mode(EMPTY, mode))
        files, place = OsFiles(node), cf3 / CONFIGURATION
        replace_file(files, place, text.encode(), shown=f"cf3:\\{CONFIGURATION}")
