"""Pages of HTML out of text: nothing that is shown is ever markup.

They load nothing, run nothing and may be opened from a file.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

_STYLE: Final = (
    "body{font:14px/1.4 system-ui,sans-serif;margin:1.5em;color:#222;background:#fff}"
    "table{border-collapse:collapse}th,td{border-bottom:1px solid #ddd;padding:.3em .6em;"
    "text-align:left;vertical-align:top;unicode-bidi:isolate}th{background:#f4f4f4}"
    "td.yes{color:#067a2a}td.no{color:#b00020}td.open{color:#888}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#111}th{background:#222}"
    "th,td{border-color:#333}td.yes{color:#5fd38a}td.no{color:#ff7b8a}}"
)
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
_CLASSES: Final = {"yes": "yes", "no": "no", "?": "open"}
_LONGEST: Final = 2000


def shown(text: str) -> str:
    """Return *text* with what cannot be seen as what it is: control codes, bidirectional marks."""
    return "".join(sign if sign.isprintable() else _named(sign) for sign in text[:_LONGEST])


def _named(sign: str) -> str:
    return " " if sign in "\n\t" else f"\\u{ord(sign):04x}"


def cell(text: str) -> str:
    """Return *text* for between the tags of an element, or in an attribute in quotes."""
    return html.escape(shown(text), quote=True)


def page(
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    again: int = 0,
    foot: str = "",
) -> str:
    """Return a page with a table; it loads itself *again* after so many seconds."""
    renewed = f'<meta http-equiv="refresh" content="{again}">' if again else ""
    head = "".join(f"<th>{cell(one)}</th>" for one in heads)
    body = "\n".join(f"<tr>{''.join(map(_td, row))}</tr>" for row in rows)
    below = f"<p>{cell(foot)}</p>" if foot else ""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{renewed}\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        f"<title>{cell(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body><h1>{cell(title)}</h1>\n<table><thead><tr>{head}</tr></thead>\n"
        f"<tbody>\n{body}\n</tbody></table>{below}</body></html>\n"
    )


def _td(text: str) -> str:
    kind = _CLASSES.get(text)
    return f'<td class="{kind}">{cell(text)}</td>' if kind else f"<td>{cell(text)}</td>"
