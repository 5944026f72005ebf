"""What the command line gives to a front end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.values import NamedTuple

if TYPE_CHECKING:
    from srpki.core.record import Record


class Screen(NamedTuple):
    """How a session wants to use a terminal; what is no terminal has no use for it.

    With *more* long output stops after each page of *length* lines (None: as the window has) with
    the line *stop*. A command that takes longer than *progress* seconds gives a sign of life,
    unless that is None.
    """

    length: int | None
    more: bool
    stop: str
    progress: float | None = None


class Highlight(NamedTuple):
    """Text to highlight where a terminal shows it: *pattern*, and *styles* as the schema has."""

    pattern: str
    ignore_case: bool
    styles: tuple[str, ...]


class Fault(NamedTuple):
    """Why a line did not go well, for programs.

    *severity* and *code* are those of the message (``minor``, ``2201``), empty where it has none;
    *error* is the `SrpkiError.code`, where one was the cause; *column* is the place in the line,
    from 1, where it went wrong.
    """

    severity: str = ""
    code: str = ""
    error: str = ""
    column: int | None = None


class Answer(NamedTuple):
    """What came of a line: *text* to print and whether it went well, else the *fault*.

    Unless it is empty, a newline is to be printed after the text, even where it ends in one.
    After a *question* the next line is its answer, which a *hidden* one lets nobody see; a *closed*
    session takes no more lines.
    A terminal prints what is *whole* without stopping, and marks what was *found*. What the text
    was made of is *data*, for programs, where an operation has returned a record.
    """

    text: str = ""
    ok: bool = True
    question: str | None = None
    closed: bool = False
    whole: bool = False
    found: tuple[Highlight, ...] = ()
    fault: Fault | None = None
    data: Record | None = None
    hidden: bool = False


class Offer(NamedTuple):
    """A completion: *text* takes the place of the last *replaces* characters before the cursor.

    A value that exists is listed under the *heading* of its type, with what there is to tell of
    it in the *details* below. What is not *whole* goes on without a blank.
    """

    text: str
    replaces: int
    display: str
    heading: str = ""
    whole: bool = True
    details: tuple[str, ...] = ()


class RefusalError(Exception):
    """A line that the session refuses, in the words of its dialect."""

    def __init__(self, text: str) -> None:
        """Keep the *text*, of one line or more."""
        super().__init__(text)
        self.text = text
