"""Lays out what operations return, one function a kind of data [cli.md 1.9, pki.md section 6]."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from srpki.cli.render.configuration import configuration_file
from srpki.cli.render.files import file_text, listing
from srpki.cli.render.logs import filter_page
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.sessions import commit_history
from srpki.cli.render.times import instant, spell_time
from srpki.core.record import Record
from srpki.device.results import (
    Beside,
    Cell,
    CommitHistory,
    Configuration,
    Data,
    Fields,
    FileContent,
    FileText,
    FilterPage,
    Heading,
    Lines,
    Listing,
    Table,
)
from srpki.device.scripting.pages import Scripting

if TYPE_CHECKING:
    from srpki.schema.tree import SchemaTree

SECOND_COLUMN = 48
"""Where the second of two values on a line begins [pki.md 6.1]."""


def render(  # noqa: C901 - one case a kind of data
    schema: SchemaTree, data: Data, moment: Callable[[datetime], str] = spell_time
) -> str:
    """Return *data* as text without a newline at its end.

    *moment* spells the instants for which SR OS has no form of their own. What has a title, and a
    directory, comes after an empty line [cli.md 1.9].
    """
    lines: Iterable[str]
    match data:
        case Fields():
            lines = fields(data)
        case Table():
            lines = table(data)
        case FilterPage():
            lines = filter_page(data)
        case CommitHistory():
            lines = commit_history(data, moment)
        case Listing():
            lines = listing(data)
        case FileText():
            return "\n".join(file_text(data))
        case Configuration():
            return "\n".join(configuration_file(schema, data))
        case FileContent():
            from srpki.cli.render.x509 import file_content  # noqa: PLC0415 - start-up time

            lines = file_content(data)
        case Scripting():
            from srpki.cli.render.scripts import scripting  # noqa: PLC0415 - start-up time

            lines = scripting(data)
        case Lines():
            return "\n".join(data.lines)
        case Record():
            return render(schema, _laid_out(data), moment)
    return "\n".join(("", *lines))


def _laid_out(data: Record) -> Fields | Lines | Table:
    """Return the layout of *data* by the module that is called as the one that has its class."""
    family = type(data).__module__.rpartition(".")[2]
    layouts = import_module(f"srpki.cli.render.{family}").LAYOUTS
    laid_out: Fields | Lines | Table = layouts[type(data)](data)
    return laid_out


def fields(data: Fields) -> Iterator[str]:
    """Yield a titled block of ``Name : value`` lines, then the sections below it.

    The names of all sections are equally wide, as on the router.
    """
    sections = (data, *data.sections)
    names = (name for section in sections for name, _ in section.pairs)
    parts = (len(part) for name in names for part in name.split("\n"))
    width = max(parts, default=0)
    width = max(width, data.width)
    yield from title(data.title)
    yield from _pairs(data.pairs, width)
    for section in data.sections:
        yield ""
        yield section.title
        yield SINGLE
        yield from _pairs(section.pairs, width)
    yield DOUBLE


def _pairs(pairs: Sequence[tuple[str, Cell]], width: int) -> Iterator[str]:
    rest = list(pairs)
    while rest:
        pair = rest.pop(0)
        name, value = pair
        if isinstance(pair, Heading):
            yield name
            continue
        label, *below = name.split("\n")
        line = f"{label:<{width}}: {cell(value)}" if name else ""
        if rest and isinstance(rest[0], Beside) and len(line) < SECOND_COLUMN:
            label, value = rest.pop(0)
            line = f"{line:<{SECOND_COLUMN}}{label:<{width}}: {cell(value)}"
        yield line.rstrip()
        yield from below


def cell(value: Cell) -> str:
    """Return *value* as it is shown; ``N/A`` where there is none."""
    if isinstance(value, datetime):
        return instant(value)
    return "N/A" if value is None else str(value)


def table(data: Table) -> Iterator[str]:
    """Yield a titled table; columns are as wide as their widest cell."""
    rows = [[cell(value) for value in row] for row in data.rows]
    widths = [
        max(len(row[place]) for row in (data.columns, *rows)) for place in range(len(data.columns))
    ]
    yield from title(data.title)
    yield _row(data.columns, widths)
    yield SINGLE
    for row in rows:
        yield _row(row, widths)
    if not rows:
        yield "No Matching Entries"
    elif data.footer:
        yield SINGLE
        yield data.footer
    yield DOUBLE


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (f"{text:<{width}}" for text, width in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
