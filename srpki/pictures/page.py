"""A chart as a page of HTML: one file, no script, nothing from outside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.pictures.chart import Chart, Row, stamped
from srpki.pictures.shown import markup
from srpki.pictures.svg import drawing
from srpki.pictures.text import MEANINGS, moment

HEAD: Final = (
    '<meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy"'
    " content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
)
"""How every page of ours begins: whatever a name holds, a browser runs and fetches nothing."""
_SPACE: Final = 0.5
"""Width of a blank at the beginning of a remark, in ems."""
STYLE: Final = """
body { margin: 1.5em auto; max-width: 1000px; padding: 0 1em; color: #17202a;
  font-family: 'DejaVu Sans', Verdana, Arial, sans-serif; font-size: 14px; line-height: 1.45 }
svg { max-width: 100%; height: auto }
h1 { font-size: 1.4em } h2 { font-size: 1.05em; margin: 1.4em 0 .2em; overflow-wrap: anywhere }
p { margin: .2em 0; overflow-wrap: anywhere; white-space: pre-wrap }
td:first-child, td:nth-child(2) { white-space: nowrap }
table { border-collapse: collapse; margin: .4em 0 }
td, th { text-align: left; padding: .15em .9em .15em 0; vertical-align: top;
  overflow-wrap: anywhere }
"""


def page(chart: Chart) -> str:
    """Return *chart* as an HTML document: the drawing, then each row in words."""
    parts = (
        "<!DOCTYPE html>",
        f'<html lang="en"><head>{HEAD}<title>{markup(chart.title)}</title>',
        f"<style>{STYLE}</style></head><body>",
        f"<h1>{markup(chart.title)}</h1>",
        drawing(chart, titled=False),
        *(part for row in chart.rows for part in _row(row)),
        "<h2>Remarks</h2>" if chart.remarks else "",
        *map(_remark, chart.remarks),
        "</body></html>",
    )
    return "\n".join(filter(None, parts)) + "\n"


def _remark(remark: str) -> str:
    """Return *remark* as a paragraph that keeps its indent on each of its lines."""
    text = remark.lstrip(" ")
    indent = (len(remark) - len(text)) * _SPACE
    style = f' style="margin-left: {indent:g}em"' if indent else ""
    return f"<p{style}>{markup(text)}</p>"


def _row(row: Row) -> Iterator[str]:
    yield f"<h2>{markup(row.name)}</h2>"
    for note in row.notes:
        yield f"<p>{markup(note)}</p>"
    if row.marks:
        yield "<table>"
        for mark in sorted(stamped(row.marks), key=lambda mark: mark.at):
            cells = (f"{moment(mark.at)} UTC", MEANINGS[f"mark-{mark.kind}"], mark.text)
            yield f"<tr>{''.join(f'<td>{markup(cell)}</td>' for cell in cells)}</tr>"
        yield "</table>"
