"""A chart as lines of text, each in parts that know what they are; 80 columns by default."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import groupby
from typing import Final, NamedTuple

from srpki.pictures.chart import Chart, Row, painted, stamped
from srpki.pictures.scale import Scale
from srpki.pictures.shown import cut, shown, width, wrapped

COLUMNS: Final = 80
NARROWEST: Final = 40
_INDENT: Final = 2
_APART: Final = 2
"""Columns between two dates at least."""

Signs = dict[str, str]
SIGNS: Final[Signs] = {
    "unknown": "?",
    "planned": "-",
    "valid": "=",
    "window": "#",
    "gap": "!",
    "now": "|",
    "imported": "I",
    "retry": "T",
    "renewed": "R",
    "failed": "F",
    "both": "X",
}
"""What stands for each kind, in ASCII; what is planned as a mark is a ``P``."""
LINES: Final[Signs] = SIGNS | {
    "unknown": "·",
    "planned": "┄",
    "valid": "━",
    "window": "▒",
    "now": "│",
}
"""The same for terminals that show more."""
_PLANNED: Final = "P"
MEANINGS: Final = {
    "valid": "valid",
    "window": "valid and due",
    "planned": "planned",
    "gap": "no valid certificate",
    "unknown": "not known",
    "now": "now",
    "mark-renewed": "renewed",
    "mark-failed": "failed",
    "mark-both": "renewed and failed",
    "mark-planned": "planned update",
    "mark-retry": "planned retry",
    "mark-imported": "imported",
}
"""What the parts of a picture mean, in the order of a legend."""


class Part(NamedTuple):
    """A piece of a line and its *kind*: ``title``, ``name``, ``note``, ``axis``, or what it shows.

    Marks have ``mark-`` before their kind.
    """

    text: str
    kind: str = "note"


Line = tuple[Part, ...]


def lines(chart: Chart, columns: int = COLUMNS, signs: Signs = SIGNS) -> Iterator[Line]:
    """Yield *chart* in lines of so many *columns*, drawn by *signs*."""
    columns = max(columns, NARROWEST)
    scale = Scale(chart.start, chart.end, columns - _INDENT)
    for text in wrapped(shown(chart.title), columns):
        yield (Part(text, "title"),)
    for text in wrapped(period(chart), columns):
        yield (Part(text),)
    yield ()
    yield from _axis(scale)
    for row in chart.rows:
        yield from _row(row, chart, scale, columns, signs)
    if not chart.rows:
        yield (Part("There is no certificate."),)
    yield ()
    yield from _legend(chart, scale, columns, signs)
    for remark in chart.remarks:
        for text in wrapped(shown(remark), columns):
            yield (Part(text),)


def plain(line: Line) -> str:
    """Return *line* as mere text."""
    return "".join(part.text for part in line).rstrip()


def period(chart: Chart) -> str:
    """Return from when to when *chart* goes, and when now is."""
    return f"{moment(chart.start)} to {moment(chart.end)}, now {moment(chart.now)} UTC"


def moment(at: datetime) -> str:
    """Return *at* in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")


def _axis(scale: Scale) -> Iterator[Line]:
    """Yield the dates, and below them where each lies."""
    ticks = scale.ticks(1, _APART)
    labels, rule = [" "] * int(scale.width), [" "] * int(scale.width)
    for tick in ticks:
        column = scale.column(tick.at)
        labels[column : column + len(tick.label)] = tick.label
        rule[column] = "'"
    for written in (labels, rule):
        yield Part(" " * _INDENT, "axis"), Part("".join(written).rstrip(), "axis")


def _row(row: Row, chart: Chart, scale: Scale, columns: int, signs: Signs) -> Iterator[Line]:
    yield (Part(cut(shown(row.name), columns), "name"),)
    kinds = bar(row, chart.now, scale)
    parts = (
        Part("".join(_sign(kind, signs) for kind in same), kind) for kind, same in groupby(kinds)
    )
    yield Part(" " * _INDENT, "axis"), *parts
    for note in row.notes:
        for text in wrapped(shown(note), columns - 2 * _INDENT):
            yield Part(" " * 2 * _INDENT), Part(text)


def bar(row: Row, now: datetime, scale: Scale) -> list[str]:
    """Return what is seen in each column of *row*: a kind, that of a mark with ``mark-`` before.

    Where a renewal and a failure fall into one column that is ``mark-both``.
    """
    found = [""] * int(scale.width)
    for span in painted(row.spans):
        for column in scale.columns(span.start, span.end):
            found[column] = span.kind
    if scale.holds(now):
        found[scale.column(now)] = "now"
    for mark in stamped(row.marks):
        if scale.holds(mark.at):
            column = scale.column(mark.at)
            # A renewal and a failure are news of either: a column that holds both hides neither.
            both = mark.kind == "failed" and found[column] == "mark-renewed"
            found[column] = (
                "mark-both" if both or found[column] == "mark-both" else f"mark-{mark.kind}"
            )
    return found


def _sign(kind: str, signs: Signs) -> str:
    if not kind:
        return " "
    name = kind.removeprefix("mark-")
    return _PLANNED if kind == "mark-planned" else signs[name]


def _legend(chart: Chart, scale: Scale, columns: int, signs: Signs) -> Iterator[Line]:
    """Yield what the signs mean that *chart* needs."""
    line: list[Part] = []
    used = 0
    bars = (bar(row, chart.now, scale) for row in chart.rows)
    both = any("mark-both" in kinds for kinds in bars)
    kinds = {*needed(chart), *(("mark-both",) if both else ())}
    for kind in (kind for kind in MEANINGS if kind in kinds):
        entry = f" {MEANINGS[kind]}   "
        if line and used + 1 + width(entry.rstrip()) > columns:
            yield tuple(line)
            line, used = [], 0
        line += [Part(_sign(kind, signs), kind), Part(entry)]
        used += 1 + len(entry)
    yield tuple(line)


def needed(chart: Chart) -> list[str]:
    """Return the kinds that *chart* shows, in the order of a legend."""
    scale = Scale(chart.start, chart.end, 1)
    spans = {span.kind for row in chart.rows for span in row.spans}
    marks = {mark.kind for row in chart.rows for mark in row.marks if scale.holds(mark.at)}
    kinds = {"now", *spans, *(f"mark-{kind}" for kind in marks)}
    return [kind for kind in MEANINGS if kind in kinds]
