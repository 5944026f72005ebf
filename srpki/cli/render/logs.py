"""Lays out logs, their events and filters [pki.md section 12, observed-2.md 10].

The table of filters is from memory; a filter and its rules stand in public transcripts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from srpki.cli.render.rules import SINGLE
from srpki.device.logging.logfilters import inner

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.device.results import FilterPage

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
