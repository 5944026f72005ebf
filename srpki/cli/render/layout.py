"""The forms in which records are laid out: titled values, tables, lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from srpki.cli.render.times import spell_time

if TYPE_CHECKING:
    from srpki.schema.tree import SchemaTree

Cell = str | int | datetime | None
"""A value to be shown; None where there is none."""


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


class Lines(NamedTuple):
    """Plain lines, printed as they are."""

    lines: tuple[str, ...]


class Reader(NamedTuple):
    """For whom something is laid out: the *schema* of the node, and the words of a session.

    *moment* spells the instants for which SR OS has no form of its own, *failed* an error.
    """

    schema: SchemaTree
    moment: Callable[[datetime], str] = spell_time
    failed: Callable[[str], str] = str


class ForReader(NamedTuple):
    """Lines that differ with the session that reads them."""

    lines: Callable[[Reader], Iterable[str]]


Layout = Fields | Table | Lines | ForReader


def counted(title: str, columns: tuple[str, ...], rows: Iterable[tuple[Cell, ...]]) -> Table:
    """Return a table with the number of its rows below it."""
    every = tuple(rows)
    footer = f"Entries found: {len(every)}"
    return Table(title=title, columns=columns, rows=every, footer=footer)


def said(*lines: str) -> Lines:
    """Return *lines* as they are; without any nothing is printed."""
    return Lines(lines=lines)
