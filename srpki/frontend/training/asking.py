"""Asks a lesson something, in whichever process its node is."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki import __version__
from srpki.core.clock import SystemClock
from srpki.core.errors import BusyError, NotFoundError, ProtocolError
from srpki.core.plain import plain
from srpki.frontend.isolated import isolated
from srpki.frontend.joining.frames import PROTOCOL
from srpki.frontend.joining.joiner import join, refusal
from srpki.frontend.labs import opened_lab
from srpki.frontend.node import made_whole
from srpki.frontend.training.copies import lesson_of
from srpki.frontend.training.resetting import keep
from srpki.storage.lock import NodeLock
from srpki.training import progress
from srpki.training.lesson import DIRECTORY
from srpki.training.packing import Pack, pack

if TYPE_CHECKING:
    from srpki.core.record import Record
    from srpki.device.lab import Lesson
    from srpki.device.node import Node

NOBODY: Final = "nobody has the lab open"


def ask(place: Path, what: str, **inputs: object) -> dict[str, Any]:
    """Return what the lesson in *place* says to *what*, ``check`` or another, as JSON has it.

    Raises what the lesson raises, and `BusyError` where the process that has the node ends.
    """
    made_whole(place)
    hello = {
        "srpki": __version__,
        "protocol": PROTOCOL,
        "wants": "lesson",
        "lab": True,
        "asks": what,
        "inputs": inputs,
    }
    joined = join(place, hello)
    if joined is not None:
        try:
            for frame in joined.wire.messages():
                if frame.message is not None:
                    return _told(frame.message)
        finally:
            joined.wire.close()
        raise BusyError("the process that held the node has ended", hint="ask again")
    return _own(place, what, inputs)


def _told(message: Mapping[str, Any]) -> dict[str, Any]:
    match message:
        case {"told": dict(found)}:
            return found
        case {"refused": [code, sentence, hint]}:
            raise refusal(code, sentence, hint)
    raise ProtocolError("it is not known what was answered")


def _own(place: Path, what: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """Ask the lesson of a node that no process has."""
    if what == "pack":
        with NodeLock(place / "state" / "lock"):
            packed(place, inputs)
        return {}
    if what == "checkpoint":
        keep(place, None)
        return {}
    if what == "push":
        raise NotFoundError(NOBODY)
    if what == "inject":
        with opened_lab(place) as (router, _):
            injected(router.node, inputs)
        return {}
    if what == "check":
        with isolated(place) as copy:
            found = lesson_of(copy.place, SystemClock()).check(copy.node, threading.Event())
        lesson_of(place, SystemClock()).judged(found)
        return as_json(found)
    with NodeLock(place / "state" / "lock"):
        return as_json(said(lesson_of(place, SystemClock()), what, inputs))


def packed(place: Path, inputs: Mapping[str, Any]) -> None:
    """Pack the node in *place*, whose lock is held, into the file that is named."""
    found = progress.read(place / DIRECTORY)
    about = Pack(found.lab, found.student, SystemClock().now())
    pack(place, Path(str(inputs["target"])), about)


def injected(node: Node, inputs: Mapping[str, Any]) -> None:
    """Script a fault of a CA of the lab of *node*; raises `UsageError` for what is none."""
    authority, fault = str(inputs["authority"]), str(inputs["fault"])
    assert node.laboratory is not None
    node.laboratory.authority(authority).add_fault(fault)


def said(lesson: Lesson, what: str, inputs: dict[str, Any]) -> Record:
    """Return what *lesson* says to *what* but ``check``."""
    match what:
        case "task":
            return lesson.task()
        case "hint":
            number = inputs.get("number")
            return lesson.hint(number if isinstance(number, int) else None)
        case "solve":
            return lesson.solve()
        case "answer":
            return lesson.answer(int(inputs["number"]), str(inputs["text"]))
    raise ProtocolError(f"a lesson is not asked to '{what[:20]}'")


def as_json(found: Record) -> dict[str, Any]:
    """Return a record as JSON has it."""
    shown = plain(found)
    assert isinstance(shown, dict)
    return shown
