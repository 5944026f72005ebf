"""A chart as SVG: one file, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from srpki.pictures.chart import Chart, Row, painted, stamped
from srpki.pictures.scale import Scale
from srpki.pictures.shown import cut, markup, shown
from srpki.pictures.text import MEANINGS, moment, needed, period

WIDTH: Final = 1000
MARGIN: Final = 20
"""Points at the left and at the right of what is drawn to scale."""
_TOP: Final = 90
_ROW: Final = 46
_BAR: Final = 14
_LETTERS: Final = 120
"""Columns of a name that fit beside the margin."""
_LETTER: Final = 7.2
_APART: Final = 14
"""Points that a letter of a date takes, and that two dates are apart."""

COLOURS: Final = {
    "unknown": "#d5d8dc",
    "planned": "#a9cce3",
    "valid": "#2e86c1",
    "window": "#f5b041",
    "gap": "#c0392b",
    "now": "#17202a",
    "mark-renewed": "#1e8449",
    "mark-failed": "#c0392b",
    "mark-planned": "#1f618d",
    "mark-retry": "#b9770e",
    "mark-imported": "#6c3483",
}
"""A colour for each kind; shapes and words tell the same to whoever sees none."""

_SHAPES: Final = {
    "mark-renewed": "M0,-7 L6,0 L0,7 L-6,0 Z",
    "mark-failed": "M-5,-7 L0,-2 L5,-7 L7,-5 L2,0 L7,5 L5,7 L0,2 L-5,7 L-7,5 L-2,0 L-7,-5 Z",
    "mark-planned": "M-6,-7 L6,-7 L0,6 Z",
    "mark-retry": "M-6,7 L6,7 L0,-6 Z",
    "mark-imported": "M-6,-6 H6 V6 H-6 Z",
}
FONT: Final = "font-family:'DejaVu Sans',Verdana,Arial,sans-serif"


def svg(chart: Chart) -> str:
    """Return *chart* as an SVG document."""
    return "\n".join(('<?xml version="1.0" encoding="UTF-8"?>', drawing(chart), ""))


def drawing(chart: Chart, *, titled: bool = True) -> str:
    """Return *chart* as an element ``svg`` that HTML takes as it stands.

    Where it is not *titled* the page around it names it.
    """
    scale = Scale(chart.start, chart.end, WIDTH - 2 * MARGIN)
    legend = list(_legend(chart))
    bottom = _TOP + _ROW * len(chart.rows)
    height = bottom + 24 * (1 + (len(legend) - 1) // 4) + 16
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    style, heading = f"{FONT};font-size:13px", cut(shown(chart.title), 100)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" style="{style}">',
            f"<title>{markup(chart.title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            _text(MARGIN, 24, heading, "font-size:17px;font-weight:bold") if titled else "",
            _text(MARGIN, 44, period(chart), "fill:#566573"),
            *_axis(scale, bottom),
            *_now(chart.now, scale, bottom),
            *(part for n, row in enumerate(chart.rows) for part in _row(row, n, scale)),
            *(
                f'<g transform="translate({MARGIN + n % 4 * 240},{bottom + 22 + n // 4 * 24})">'
                f"{entry}</g>"
                for n, entry in enumerate(legend)
            ),
            "</svg>",
        )
    )


def _text(x: float, y: float, text: str, style: str = "") -> str:
    styled = f' style="{style}"' if style else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{styled}>{markup(text)}</text>'


def _axis(scale: Scale, bottom: float) -> Iterator[str]:
    for tick in scale.ticks(_LETTER, _APART):
        x = MARGIN + scale.place(tick.at)
        yield _line(x, bottom, "#e5e8e8")
        yield _text(x + 3, 66, tick.label, "fill:#566573;font-size:12px")


def _now(now: datetime, scale: Scale, bottom: float) -> Iterator[str]:
    if scale.holds(now):
        x = MARGIN + scale.place(now)
        yield f'<g class="now">{_line(x, bottom, COLOURS["now"])}</g>'


def _line(x: float, bottom: float, colour: str) -> str:
    return f'<path d="M{x:.1f},54 V{bottom:.1f}" stroke="{colour}"/>'


def _row(row: Row, number: int, scale: Scale) -> Iterator[str]:
    top = _TOP + _ROW * number
    yield f'<g class="row"><title>{markup(". ".join((row.name, *row.notes)))}</title>'
    yield _text(MARGIN, top, cut(shown(row.name), _LETTERS))
    for span in painted(row.spans):
        if span.end < scale.start or span.start > scale.end:
            continue
        start, end = scale.place(span.start), scale.place(span.end)
        told = f"{MEANINGS[span.kind]}: {moment(span.start)} to {moment(span.end)} UTC"
        yield (
            f'<rect class="{span.kind}" x="{MARGIN + start:.1f}" y="{top + 8}"'
            f' width="{max(end - start, 1):.1f}" height="{_BAR}" fill="{COLOURS[span.kind]}">'
            f"<title>{markup(told)}</title></rect>"
        )
    for mark in stamped(row.marks):
        if scale.holds(mark.at):
            x, kind = MARGIN + scale.place(mark.at), f"mark-{mark.kind}"
            told = ": ".join(filter(None, (f"{MEANINGS[kind]} {moment(mark.at)} UTC", mark.text)))
            yield (
                f'<path class="{kind}" transform="translate({x:.1f},{top + 8 + _BAR / 2:.1f})"'
                f' d="{_SHAPES[kind]}" fill="{COLOURS[kind]}" stroke="#ffffff" stroke-width="0.5">'
                f"<title>{markup(told)}</title></path>"
            )
    yield "</g>"


def _legend(chart: Chart) -> Iterator[str]:
    for kind in needed(chart):
        colour = COLOURS[kind]
        if kind in _SHAPES:
            sign = f'<path transform="translate(10,-4)" d="{_SHAPES[kind]}" fill="{colour}"/>'
        elif kind == "now":
            sign = f'<path d="M10,-11 V3" stroke="{colour}"/>'
        else:
            sign = f'<rect y="-10" width="20" height="12" fill="{colour}"/>'
        yield sign + _text(28, 0, MEANINGS[kind])
