"""Makes the text of what operations return: each record by its layout [cli.md 1.9]."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from srpki.cli.render.layout import Beside, Cell, Fields, Heading, Layout, Lines, Reader, Table
from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.cli.render.times import instant
from srpki.core.record import Record

SECOND_COLUMN = 48
"""Where the second of two values on a line begins [pki.md 6.1]."""


def render(data: Record, reader: Reader) -> str:
    """Return *data* as text without a newline at its end, laid out for *reader*."""
    return text(layouts(type(data))[type(data)](data), reader)


def layouts(kind: type[Record]) -> Mapping[type, Callable[[Any], Layout]]:
    """Return the layouts of the family of *kind*: those of the module that is called as its own."""
    family = kind.__module__.rpartition(".")[2]
    found: Mapping[type, Callable[[Any], Layout]] = import_module(
        f"srpki.cli.render.{family}"
    ).LAYOUTS
    return found


def text(layout: Layout, reader: Reader) -> str:
    """Return *layout* as text; what has a title comes after an empty line [cli.md 1.9]."""
    match layout:
        case Fields():
            return "\n".join(("", *fields(layout)))
        case Table():
            return "\n".join(("", *table(layout)))
        case Lines():
            return "\n".join(layout.lines)
    return "\n".join(layout.lines(reader))


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
