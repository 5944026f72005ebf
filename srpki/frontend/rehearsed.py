"""The answer of a rehearsal for people."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from srpki.core.text import printable
from srpki.frontend import timelines
from srpki.pictures.text import moment
from srpki.rehearsal.charts import chart
from srpki.rehearsal.words import counted, spelled

if TYPE_CHECKING:
    from srpki.rehearsal.records import Answer, Course, Dated, Fate, Finding

_WIDEST: Final = 160
_COLUMNS: Final = 100
_MOST_GAPS: Final = 5
_INSTANT: Final = re.compile(r" (?:of|from) \d{4,}-\d\d-\d\d \d\d:\d\d:\d\d UTC(?: on)?")
"""An instant in a sentence on one certificate, which it does not share with others."""
_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def show(made: Answer, windows: Mapping[str, timedelta], out: TextIO) -> None:
    """Show *made* on *out*, as wide as it is, in colours where it has any; *windows* as `chart`."""
    console = Console(file=out, highlight=False, markup=False, emoji=False)
    width = min(console.width, _WIDEST) if console.is_terminal else _COLUMNS
    console = Console(file=out, highlight=False, markup=False, emoji=False, width=width)
    console.print(_text(made.title, "bold"))
    console.print(_text(f"{moment(made.start)} to {moment(made.end)} UTC, by the {made.by}"))
    for outage in made.outages:
        console.print(_text(f"outage: {outage}"))
    console.print()
    console.print(_courses(made.courses, "%Y-%m-%d" if width < _COLUMNS else ""))
    console.print()
    found = chart(made, windows)
    bare = tuple(row.but(notes=()) for row in found.rows)
    timelines.show(found.but(title="Timeline", rows=bare), out)
    for title, lines in sections(made):
        console.print()
        console.print(_text(title, "bold"))
        for line, style in lines:
            text = line.lstrip(" ")
            indent = " " * (len(line) - len(text))
            for part in _text(text, style).wrap(console, width - len(indent)):
                part.rstrip()
                console.print(Text(indent).append_text(part))


def _text(text: str, style: str = "") -> Text:
    return Text(printable(text), style=style)


def _courses(courses: Sequence[Course], days: str) -> Table:
    """Return the table of *courses*; where *days* is a format, renewals have their day alone."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name, justify in (
        ("certificate", "left"),
        ("first", "left"),
        ("last", "left"),
        ("renewals", "right"),
        ("failures", "right"),
        ("least margin", "right"),
        ("gaps", "right"),
    ):
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for course in courses:
        renewals = course.renewals
        cells = (
            course.name,
            _instant(renewals[0], days) if renewals else "-",
            _instant(renewals[-1], days) if renewals else "-",
            str(len(renewals)),
            str(course.failures),
            "-" if course.margin is None else spelled(course.margin),
            str(len(course.gaps)),
        )
        table.add_row(*(_text(cell, "bold red" if course.gaps else "") for cell in cells))
    return table


def _instant(one: Dated, days: str) -> str:
    return f"{one.at:{days}}" if days else moment(one.at)


Lines = Iterator[tuple[str, str]]


def sections(made: Answer) -> Iterator[tuple[str, Lines]]:
    """Yield what there is to say beside the table: a title, and its lines with their styles."""
    if made.has_gap:
        yield "Gaps", _gaps(made.courses)
    if made.findings:
        yield "Findings", _findings(made.findings)
    if made.changes:
        yield "What the change does", _changes(made)
    if made.advice:
        yield "Advice", _advice(made)
    if made.loads:
        yield "Requests", _loads(made)
    if made.said:
        yield "Stood in for, or left out", ((line, "") for line in made.said)
    if made.assumptions:
        yield "Assumptions", _assumptions(made)
    verdict = _verdict(made)
    yield "Result", iter([(verdict, "bold red" if made.has_gap else "bold green")])


def remarks(made: Answer) -> Iterator[str]:
    """Yield what there is to say beside the rows of a chart, line by line below its title."""
    for title, lines in sections(made):
        if title != "Gaps":
            yield f"{title}:"
            yield from (f"  {line.rstrip()}" for line, _ in lines)


def _verdict(made: Answer) -> str:
    bad = sum(bool(course.gaps) for course in made.courses)
    every = counted(len(made.courses), "certificate")
    if bad:
        return f"{bad} of {every} {'is' if bad == 1 else 'are'} not valid all the time."
    if not made.courses:
        return "There is no certificate that is renewed or used."
    if not made.complete:
        return f"No gap until {moment(made.reached)} UTC; what comes after is not known."
    return f"{every}: valid all the time."


def _gaps(courses: Sequence[Course]) -> Lines:
    alike: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for course in courses:
        for gap in course.gaps[:_MOST_GAPS]:
            until = "on" if gap.end is None else f"to {moment(gap.end)} UTC"
            line = f"{course.name}: from {moment(gap.start)} UTC {until}"
            alike[_INSTANT.sub("", gap.why)].append((line, gap.why))
        if len(course.gaps) > _MOST_GAPS:
            more = f"{course.name}: and {len(course.gaps) - _MOST_GAPS} more"
            alike[_INSTANT.sub("", course.gaps[0].why)].append((more, course.gaps[0].why))
    for why, gaps in alike.items():
        if len(gaps) == 1:
            yield f"{gaps[0][0]}: {gaps[0][1]}", "red"
            continue
        yield f"{why}:", "red"
        yield from ((f"    {line}", "red") for line, _ in gaps)


def _findings(findings: Sequence[Finding]) -> Lines:
    for one in findings:
        concerns = ", ".join(one.concerns[:4])
        if len(one.concerns) > 4:
            concerns += f" and {len(one.concerns) - 4} more"
        yield f"{one.severity}: {concerns}: {one.why}", _STYLES[one.severity]
        yield f"    {one.leaf}: {one.cure}", ""


def _changes(made: Answer) -> Lines:
    styles = {"better": "green", "worse": "bold red"}
    for one in made.changes:
        style = styles.get(one.verdict, "")
        if one.verdict == "same":
            yield f"{one.name}: same: {_fate(one.after)}", style
            continue
        yield f"{one.name}: {one.verdict}", style
        yield f"    before: {_fate(one.before)}", style
        yield f"    after: {_fate(one.after)}", style


def _fate(fate: Fate | None) -> str:
    if fate is None:
        return "not there"
    margin = "never renewed" if fate.margin is None else f"least margin {spelled(fate.margin)}"
    counts = (fate.renewals, "renewal"), (fate.failures, "failure"), (fate.gaps, "gap")
    return ", ".join((margin, *(counted(*count) for count in counts)))


def _advice(made: Answer) -> Lines:
    for one in made.advice:
        before, retry = one.present
        survives = "survives" if one.survives else "does not survive"
        yield (
            f"{one.profile}: before-expiry {before} with retry-interval {retry} {survives}",
            "" if one.survives else "yellow",
        )
        yield (
            f"    smallest before-expiry at that retry-interval: {_or_none(one.before_expiry)}",
            "",
        )
        yield (
            f"    largest retry-interval at that before-expiry: {_or_none(one.retry_interval)}",
            "",
        )
        pair = "none"
        if one.pair is not None:
            pair = f"before-expiry {one.pair[0]}, retry-interval {one.pair[1]}"
        yield f"    recommended: {pair}", ""
    yield (
        "Schedules, outages and the ends of CAs count here; findings have their weight beside.",
        "",
    )


def _or_none(seconds: int | None) -> str:
    return "none" if seconds is None else str(seconds)


def _loads(made: Answer) -> Lines:
    for load in made.loads:
        busiest = ", ".join(
            f"{storm.requests} in the hour from {storm.hour:%Y-%m-%d %H:%M}"
            for storm in load.busiest[:3]
        )
        yield f"{load.profile}: {load.requests}; {busiest}", ""


def _assumptions(made: Answer) -> Lines:
    for one in made.assumptions:
        yield f"{one.effect}.", ""
        yield f'    fidelity.md: "{one.fidelity}"', "dim"
