"""Renders what comes of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.port import Answer
from srpki.core.errors import MissingInputError, NotAuthorizedError, NotSavedError
from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.device.results import Data, Message, Result


def answered(result: Result, failed: Callable[[str], str], shown: Callable[[Data], str]) -> Answer:
    """Return what an operation came to; *failed* words the errors of the dialect, *shown* its data.

    Raises `MissingInputError`, `NotAuthorizedError` and `NotSavedError`, which the dialects word
    apart.
    """
    if isinstance(result.error, MissingInputError | NotAuthorizedError | NotSavedError):
        raise result.error
    lines = [_worded(message, failed) for message in result.messages]
    if result.data is not None:
        lines.append(shown(result.data))
    text, error = "\n".join(lines), result.error.code if result.error is not None else ""
    fault = None if result.ok else wording.fault(text, error)
    data = result.data if isinstance(result.data, Record) else None
    return Answer(text, ok=result.ok, fault=fault, data=data)


def _worded(message: Message, failed: Callable[[str], str]) -> str:
    match message.severity:
        case "error":
            return failed(message.text)
        case "warning":
            return f"WARNING: {message.text}"
        case _:
            return message.text
