"""The side of who has a node: answers what another process asks its lesson."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import NotFoundError, ProtocolError, SrpkiError
from srpki.core.text import printable
from srpki.frontend.isolated import copied_live
from srpki.frontend.training.asking import NOBODY, as_json, injected, packed, said
from srpki.frontend.training.resetting import keep

if TYPE_CHECKING:
    from srpki.frontend.joining.frames import Message
    from srpki.frontend.joining.holding import Guest, Holding


def answer(guest: Guest, holding: Holding, hello: Message) -> None:
    """Answer *guest* what *hello* asks of the lesson that is held; raises `SrpkiError`."""
    node = holding.router.node
    lesson = None if node.laboratory is None else node.laboratory.lesson
    if lesson is None:
        raise NotFoundError("the process that holds the node runs no lesson")
    what, inputs = str(hello.get("asks")), hello.get("inputs")
    if not isinstance(inputs, dict):
        raise ProtocolError("it is not known what was asked")
    guest.wire.tell({"welcome": {}})
    try:
        if what in _ACTS:
            _ACTS[what](holding, inputs)
            guest.wire.tell({"told": {}})
            return
        judged = lesson.check(node, threading.Event()) if what == "check" else None
        found = judged or said(lesson, what, inputs)
    except SrpkiError as error:
        guest.wire.tell({"refused": [error.code, error.sentence, error.hint]})
        return
    guest.wire.tell({"told": as_json(found)})


def _pack(holding: Holding, inputs: Mapping[str, Any]) -> None:
    node = holding.router.node
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        copy = Path(directory) / "node"
        copied_live(holding.node, node, copy, cancel=threading.Event(), left_out=frozenset())
        packed(copy, inputs)


def _checkpoint(holding: Holding, inputs: Mapping[str, Any]) -> None:
    del inputs
    keep(holding.node, holding.router.node)


def _push(holding: Holding, inputs: Mapping[str, Any]) -> None:
    """Show a line of the trainer in every session of a CLI, above its prompt.

    Raises `NotFoundError` where nobody has logged in.
    """
    line = printable(str(inputs["text"])[:_LONGEST])
    logins = [one for one in holding.router.node.sessions.all() if one.kind != "netconf"]
    if not logins:
        raise NotFoundError(NOBODY)
    for login in logins:
        login.listener.put([f"Trainer: {line}"])


def _inject(holding: Holding, inputs: Mapping[str, Any]) -> None:
    injected(holding.router.node, inputs)


_LONGEST: Final = 400
_ACTS: Final[Mapping[str, Callable[[Holding, Mapping[str, Any]], None]]] = {
    "pack": _pack,
    "checkpoint": _checkpoint,
    "push": _push,
    "inject": _inject,
}
