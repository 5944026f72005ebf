"""What an operation returns: messages and data, never text laid out for a screen.

``cli/render`` is the only place that turns these into what SR OS prints.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from srpki.config.tree import Branch
from srpki.core.events import Event

if TYPE_CHECKING:
    from srpki.device.history import Commit

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Message:
    """One line for the operator."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """Named values under a *title*; *sections* follow with their own titles."""

    title: str
    pairs: tuple[tuple[str, str], ...]
    sections: tuple[Fields, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under column headings; *footer* is a line such as ``Entries found: 2``."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    footer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Events of a log, oldest first, with the number each had when it was written.

    *size* is how many the log can hold.
    """

    log_id: int
    name: str
    events: tuple[tuple[int, Event], ...]
    size: int = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """One row of a directory; *size* is None for a directory."""

    name: str
    size: int | None
    modified: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A directory on the compact flash; *url* in its backslash form; *free* in octets."""

    url: str
    entries: tuple[FileEntry, ...]
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """A configuration to print: the running *tree*, when, and the *last* commit if known.

    With *detail* default values are wanted too.
    """

    tree: Branch
    generated: datetime
    last: Commit | None = None
    detail: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContent:
    """What a PKI file holds: the *der* of a certificate, crl or csr; of a *key* type and size."""

    kind: str
    der: bytes = b""
    key: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Two configurations whose differences are to be shown: what turns *old* into *new*."""

    old: Branch
    new: Branch


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Plain lines, printed as they are."""

    lines: tuple[str, ...]


Data = Fields | Table | LogPage | Listing | Configuration | Comparison | FileContent | Lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How an operation ended [YANG action output: status, messages, start-time, end-time]."""

    ok: bool
    operation_id: int
    start_time: datetime
    end_time: datetime
    messages: tuple[Message, ...] = ()
    data: Data | None = field(default=None)
