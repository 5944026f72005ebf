"""Lays out logs, their events and filters [pki.md section 12, observed-2.md 10].

The table of filters is from memory; a filter and its rules stand in public transcripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from srpki.cli.render.rules import DOUBLE, SINGLE, title
from srpki.device.logging.logfiles import event_lines
from srpki.device.logging.logfilters import inner

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.device.results import FilterPage, LogPage, LogRow, LogTable

_HEADS: Final = (
    "Name",
    "Log   Source  Filter  Admin  Oper        Logged     Dropped  Dest     Dest   Size",
    "Id            Id      State  State                           Type     Id",
)
_OPERATORS: Final = {
    "eq": "equal",
    "neq": "notEqual",
    "lt": "lessThan",
    "lte": "lessThanOrEqual",
    "gt": "greaterThan",
    "gte": "greaterThanOrEqual",
}
_NOT_SPECIFIED: Final = "(Not Specified)"
_RULE: Final = "=" * 75
"""Around a filter, shorter than elsewhere."""


def log_page(data: LogPage) -> Iterator[str]:
    """Yield the heading of a log and its events."""
    yield from title(f"Event Log {data.number} log-name {data.name}")
    yield f"Description : {data.description}"
    wrapped = "wrapped" if data.next_event > data.size + 1 else "not wrapped"
    size = f"[size={data.size}   next event={data.next_event}  ({wrapped})]"
    yield f"{data.kind} Log contents  {size}"
    for number, event in data.events:
        yield ""
        yield from event_lines(number, event)
    yield DOUBLE


def log_table(data: LogTable) -> Iterator[str]:
    """Yield all logs, the name of each on a line of its own."""
    yield from title("Event Logs")
    yield from _HEADS
    yield SINGLE
    for row in data.rows:
        yield row.name
        yield _log_row(row).rstrip()
    yield DOUBLE


def _log_row(row: LogRow) -> str:
    size = str(row.size) if row.size else "N/A"
    return (
        f"{row.number:>3}   {row.source:<7} {row.filter:<7} {_state(row.admin):<6} "
        f"{_state(row.oper):<5} {row.logged:>12} {row.dropped:>11}  "
        f"{row.destination:<8} {row.target or 'N/A':<6} {size}"
    )


def _state(up: bool) -> str:
    return "up" if up else "down"


def filter_page(data: FilterPage) -> Iterator[str]:
    """Yield a filter and its rules."""
    yield from (_RULE, "Log Filter", _RULE)
    applied = "yes" if data.applied else "no"
    default = str(data.entry.get("default-action", "forward"))
    yield (
        f"Filter-id     : {data.number:<8} Applied       : {applied:<8} Default Action: {default}"
    )
    yield f"Filter-name   : {data.name}"
    yield _described(data.entry)
    yield ""
    yield SINGLE
    yield "Log Filter Match Criteria"
    yield SINGLE
    for number, (name, rule) in enumerate(data.rules, start=1):
        yield f"Entry-name    : {name}"
        yield from _rule(number, name, rule)
        yield SINGLE
    yield _RULE


def _described(entry: Branch) -> str:
    return f"Description   : {entry.get('description', '') or _NOT_SPECIFIED}"


def _rule(number: int, name: str, rule: Branch) -> Iterator[str]:
    match = inner(rule, "match")
    shown = name if name.isascii() and name.isdecimal() else str(number)
    yield _pair("Entry-id", shown, "Action", str(rule.get("action", "none")))
    yield _compared(match, "application", "Application", "")
    yield _compared(match, "event", "Event Number", "0")
    yield _compared(match, "severity", "Severity", "none")
    yield _compared(match, "subject", "Subject", "")
    yield _pair("Match Type", _match_type(match, "subject", "exact string"), "", "").rstrip()
    text, operator = _condition(match, "message", "")
    yield f"Message       : {text}".rstrip()
    yield _pair("Match Type", _match_type(match, "message", "sub string"), "Operator", operator)
    text, operator = _condition(match, "vrtr-name", "")
    yield _pair("Router", text, "Operator", operator)
    yield _pair("Match Type", _match_type(match, "vrtr-name", "exact string"), "Operator", operator)
    yield _described(rule)


def _match_type(match: Branch, name: str, otherwise: str) -> str:
    return "regular expression" if inner(match, name).get("regexp") is True else otherwise


def _compared(match: Branch, name: str, label: str, nothing: str) -> str:
    """Return the line of one condition: the value, and how it is compared."""
    value, operator = _condition(match, name, nothing)
    return _pair(label, value, "Operator", operator)


def _condition(match: Branch, name: str, nothing: str) -> tuple[str, str]:
    given = inner(match, name)
    for operator, words in _OPERATORS.items():
        if operator in given:
            return str(given[operator]), words
    return nothing, "off"


def _pair(label: str, value: str, other: str, beside: str) -> str:
    return f"{label:<13} : {value:<23} {other:<13} : {beside}"
