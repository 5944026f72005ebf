"""What an operation returns: messages and data, never text laid out for a screen.

``cli/render`` is the only place that turns these into what SR OS prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from srpki.config.tree import Branch
from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.device.scripting.pages import Scripting

if TYPE_CHECKING:
    from srpki.device.configuration.history import Commit

Severity = Literal["error", "warning", "info"]
Cell = str | int | datetime | None
"""A value to be shown; None where there is none."""


class Message(NamedTuple):
    """One line for the operator."""

    severity: Severity
    text: str


class Beside(NamedTuple):
    """A named value that belongs beside the one before it."""

    name: str
    value: Cell


class Heading(NamedTuple):
    """A line of its own that the named values after it belong to."""

    name: str
    value: Cell = ""


class Fields(NamedTuple):
    """Named values under a *title*; *sections* follow with their own titles.

    A pair without a name parts those before it from those after it. The names are as wide as the
    longest of them, and at least *width*.
    """

    title: str
    pairs: tuple[tuple[str, Cell], ...]
    sections: tuple[Fields, ...] = ()
    width: int = 0


class Table(NamedTuple):
    """Rows under column headings; *footer* is a line such as ``Entries found: 2``."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footer: str = ""


def counted(title: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Return a table with the number of its rows below it."""
    every = tuple(rows)
    footer = f"Entries found: {len(every)}"
    return Table(title=title, columns=columns, rows=every, footer=footer)


class FilterPage(NamedTuple):
    """A filter of logs: its *entry* of the configuration, and its *rules* as they are tried."""

    number: int
    name: str
    applied: bool
    entry: Branch
    rules: tuple[tuple[str, Branch], ...]


class FileEntry(NamedTuple):
    """One row of a directory; *size* is None for a directory."""

    name: str
    size: int | None
    modified: datetime


class Listing(NamedTuple):
    """A directory on the compact flash; *url* in its backslash form; *free* in octets."""

    url: str
    entries: tuple[FileEntry, ...]
    free: int


class FileText(NamedTuple):
    """The *text* of the file at *url*, in its backslash form."""

    url: str
    text: str


class CommitHistory(NamedTuple):
    """The commits that are remembered, the newest first."""

    commits: tuple[Commit, ...]


class Configuration(NamedTuple):
    """A configuration to print: the running *tree*, when, and the *last* commit if known.

    With *detail* default values are wanted too.
    """

    tree: Branch
    generated: datetime
    last: Commit | None = None
    detail: bool = False


class FileContent(NamedTuple):
    """What a PKI file holds: the *der* of a certificate, crl or csr; of a *key* type and size.

    *not_der* names what of it is not as RFC 5280 has it.
    """

    kind: str
    der: bytes = b""
    key: tuple[str, str] = ("", "")
    not_der: tuple[str, ...] = ()


class Comparison(NamedTuple):
    """Two configurations whose differences are to be shown: what turns *old* into *new*.

    *read* names both as they are told, with the seconds that reading them took.
    """

    old: Branch
    new: Branch
    read: tuple[tuple[str, float], ...] = ()


class Lines(NamedTuple):
    """Plain lines, printed as they are."""

    lines: tuple[str, ...]


Data = (
    Fields
    | Table
    | FilterPage
    | Listing
    | FileText
    | CommitHistory
    | Configuration
    | Comparison
    | FileContent
    | Lines
    | Scripting
    | Record
)


class Result(NamedTuple):
    """How an operation ended [YANG action output: status, messages, start-time, end-time].

    The *error* that ended it is among the messages too.
    """

    ok: bool
    operation_id: int
    start_time: datetime
    end_time: datetime
    messages: tuple[Message, ...] = ()
    data: Data | None = None
    error: SrpkiError | None = None
