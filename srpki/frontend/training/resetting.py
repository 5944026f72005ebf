"""Takes the node of a lab back: to the beginning, or to a checkpoint that was kept.

What it is to be is made aside. From the moment that this has its name, ``reset.ready``, the node is
that: whoever comes to it after a kill finishes the reset first. A checkpoint, too, is made aside.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.errors import NotFoundError, StorageError
from srpki.frontend.isolated import copied, copied_live
from srpki.frontend.labs import LAB_DIRECTORY
from srpki.frontend.training.starting import INITIAL, PARTS
from srpki.frontend.training.unfinished import UNFINISHED
from srpki.storage.files import OsFiles
from srpki.storage.lock import NodeLock
from srpki.training import progress
from srpki.training.chronicle import CHRONICLE
from srpki.training.lesson import DIRECTORY
from srpki.training.progress import PROGRESS

if TYPE_CHECKING:
    from srpki.device.node import Node

CHECKPOINT: Final = "checkpoint"
START: Final = "start"
_KEPT_NEW: Final = "checkpoint.new"
_KEPT_OLD: Final = "checkpoint.old"
_NEW: Final = "reset.new"
_OLD: Final = "reset.old"
_SWAPPED: Final = ("cf3", LAB_DIRECTORY, "state")
"""What a reset swaps, in this order: the lock of the node lies in the last."""
_CHRONICLES: Final = (f"{CHRONICLE}.1", CHRONICLE)
_ASIDE: Final = frozenset(
    {INITIAL, CHECKPOINT, _KEPT_NEW, _KEPT_OLD, _NEW, _OLD, UNFINISHED.name, "messages", PROGRESS}
)
"""What a checkpoint does without, below the directory of the lesson."""


def keep(place: Path, node: Node | None) -> None:
    """Keep what the node in *place* is now, *node* where it runs here, as the checkpoint.

    What was kept before is gone then, and not before. Raises `StorageError`, and `BusyError` where
    another process has the node.
    """
    files, training = OsFiles(place), place / DIRECTORY
    with _alone(place, node, "keep a checkpoint of"):
        _settle(files, training)
        if node is None:
            copied(place, training / _KEPT_NEW, (*PARTS, DIRECTORY), _ASIDE)
        else:
            cancel = threading.Event()
            copied_live(place, node, training / _KEPT_NEW, cancel=cancel, left_out=_ASIDE)
        if files.kind(training / CHECKPOINT) == "directory":
            files.rename(training / CHECKPOINT, training / _KEPT_OLD)
        files.rename(training / _KEPT_NEW, training / CHECKPOINT)
        _remove(files, training / _KEPT_OLD)


def reset(place: Path, to: str) -> None:
    """Take the node in *place* back *to* its start or its checkpoint; hints and answers stay.

    Raises `BusyError` where a process has the node, `NotFoundError` where there is no checkpoint,
    and `StorageError`.
    """
    finish(place)
    files, training = OsFiles(place), place / DIRECTORY
    with _alone(place, None, "reset"):
        _settle(files, training)
        source = training / (INITIAL if to == START else CHECKPOINT)
        if files.kind(source) != "directory":
            raise NotFoundError("there is no checkpoint", hint="srpki lab checkpoint keeps one")
        _prepare(files, training, source, to)
        files.rename(training / _NEW, place / UNFINISHED)
        _finish(files, place)


def finish(place: Path) -> None:
    """Finish a reset of the node in *place* that was killed on its way, where there was one.

    Raises `BusyError` where it still goes on, and `StorageError`.
    """
    files = OsFiles(place)
    if files.kind(place / UNFINISHED) == "directory":
        with _alone(place, None, "finish the reset of"):
            _finish(files, place)


@contextmanager
def _alone(place: Path, node: Node | None, what: str) -> Iterator[None]:
    """Let nobody else keep, reset or, where *node* does not run here, have the node in *place*.

    What the system refuses is told as that it cannot do *what*.
    """
    try:
        OsFiles(place).make_directory(place / "state")
        with (
            NodeLock(place / DIRECTORY / "lock"),
            NodeLock(place / "state" / "lock") if node is None else nullcontext(),
        ):
            yield
    except OSError as error:
        raise StorageError(f"cannot {what} {place}: {error.strerror or error}") from None


def _settle(files: OsFiles, training: Path) -> None:
    """Take back what a process that was killed has left half done."""
    kinds = [files.kind(training / name) for name in (CHECKPOINT, _KEPT_OLD)]
    if kinds == ["absent", "directory"]:
        files.rename(training / _KEPT_OLD, training / CHECKPOINT)
    for name in (_KEPT_OLD, _KEPT_NEW, _NEW, _OLD):
        _remove(files, training / name)


def _prepare(files: OsFiles, training: Path, source: Path, to: str) -> None:
    """Make what the node is to be, whole, aside."""
    new = training / _NEW
    copied(source, new, PARTS)
    for part in _SWAPPED:
        files.make_directory(new / part)
    for name in _CHRONICLES:
        kept = source / DIRECTORY / name
        there = to != START and files.kind(kept) == "file"
        files.write_new(new / name, files.read(kept, 1 << 26) if there else b"")
    found = progress.read(training)
    found = found.but(resets=found.resets + 1, done=False, points=0, marks="")
    progress.write(new, found)


def _finish(files: OsFiles, place: Path) -> None:
    """Swap what is ready for what the node is; what was done before a kill is left out."""
    training, ready = place / DIRECTORY, place / UNFINISHED
    files.make_directory(training / _OLD)
    for part in _SWAPPED:
        if files.kind(ready / part) != "directory":
            continue
        if files.kind(place / part) == "directory":
            _remove(files, training / _OLD / part)
            files.rename(place / part, training / _OLD / part)
        files.rename(ready / part, place / part)
    for name in (*_CHRONICLES, PROGRESS):
        if files.kind(ready / name) == "file":
            files.rename(ready / name, training / name)
    _remove(files, ready)
    _remove(files, training / _OLD)


def _remove(files: OsFiles, directory: Path) -> None:
    if files.kind(directory) == "directory":
        files.remove_directory(directory, recursive=True)
