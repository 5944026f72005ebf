"""Renders what comes of an operation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from srpki.cli import wording
from srpki.cli.port import Answer
from srpki.core.errors import MissingInputError, NotAuthorizedError, NotSavedError

if TYPE_CHECKING:
    from srpki.core.record import Record
    from srpki.device.results import Result


def answered(
    result: Result, failed: Callable[[str], str], shown: Callable[[Record], str]
) -> Answer:
    """Return what an operation came to; *failed* words the errors of the dialect, *shown* its data.

    Raises `MissingInputError`, `NotAuthorizedError` and `NotSavedError`, which the dialects word
    apart.
    """
    error, data = result.error, result.data
    if isinstance(error, MissingInputError | NotAuthorizedError | NotSavedError):
        raise error
    if error is not None:
        text = failed(str(error))
        return Answer(text, ok=False, fault=wording.fault(text, error.code))
    text = "" if data is None else shown(data)
    fault = None if result.ok else wording.fault(text, "")
    return Answer(text, ok=result.ok, fault=fault, data=data)
