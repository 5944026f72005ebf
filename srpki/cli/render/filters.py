"""Lays out the filters of logs [pki.md section 12, observed-2.md 10].

The table of filters is from memory; a filter and its rules stand in public transcripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Layout, Table, said
from srpki.cli.render.rules import SINGLE
from srpki.cli.render.words import NOT_SPECIFIED, yes
from srpki.device.records.filters import FilterCondition, FilterRule, Filters, FilterState

_OPERATORS: Final = {
    "eq": "equal",
    "neq": "notEqual",
    "lt": "lessThan",
    "lte": "lessThanOrEqual",
    "gt": "greaterThan",
    "gte": "greaterThanOrEqual",
}
_RULE: Final = "=" * 75
"""Around a filter, shorter than elsewhere."""


def _filter(data: FilterState) -> Iterator[str]:
    """Yield a filter and its rules."""
    yield ""
    yield from (_RULE, "Log Filter", _RULE)
    yield (
        f"Filter-id     : {data.filter_id:<8} Applied       : {yes(data.applied):<8} "
        f"Default Action: {data.default_action}"
    )
    yield f"Filter-name   : {data.filter_name}"
    yield _described(data.description)
    yield ""
    yield SINGLE
    yield "Log Filter Match Criteria"
    yield SINGLE
    for number, rule in enumerate(data.entry, start=1):
        yield f"Entry-name    : {rule.name}"
        yield from _rule(number, rule)
        yield SINGLE
    yield _RULE


def _described(description: str | None) -> str:
    return f"Description   : {description or NOT_SPECIFIED}"


def _rule(number: int, rule: FilterRule) -> Iterator[str]:
    match = {condition.element: condition for condition in rule.match}
    name = rule.name
    shown = name if name.isascii() and name.isdecimal() else str(number)
    yield _pair("Entry-id", shown, "Action", rule.action or "none")
    yield _compared(match.get("application"), "Application", "")
    yield _compared(match.get("event"), "Event Number", "0")
    yield _compared(match.get("severity"), "Severity", "none")
    yield _compared(match.get("subject"), "Subject", "")
    kind = _match_type(match.get("subject"), "exact string")
    yield _pair("Match Type", kind, "", "").rstrip()
    text, operator = _condition(match.get("message"), "")
    yield f"Message       : {text}".rstrip()
    kind = _match_type(match.get("message"), "sub string")
    yield _pair("Match Type", kind, "Operator", operator)
    text, operator = _condition(match.get("vrtr-name"), "")
    yield _pair("Router", text, "Operator", operator)
    kind = _match_type(match.get("vrtr-name"), "exact string")
    yield _pair("Match Type", kind, "Operator", operator)
    yield _described(rule.description)


def _match_type(given: FilterCondition | None, otherwise: str) -> str:
    return "regular expression" if given is not None and given.regexp else otherwise


def _compared(given: FilterCondition | None, label: str, nothing: str) -> str:
    """Return the line of one condition: the value, and how it is compared."""
    value, operator = _condition(given, nothing)
    return _pair(label, value, "Operator", operator)


def _condition(given: FilterCondition | None, nothing: str) -> tuple[str, str]:
    if given is None or given.operator is None:
        return nothing, "off"
    return str(given.value), _OPERATORS[given.operator]


def _pair(label: str, value: str, other: str, beside: str) -> str:
    return f"{label:<13} : {value:<23} {other:<13} : {beside}"


def _filters(data: Filters) -> Table:
    return Table(
        title="Log Filters",
        columns=("Filter Id", "Applied", "Default Action", "Description"),
        rows=tuple(
            (one.filter_name, yes(one.applied), one.default_action, one.description or "")
            for one in data.filter
        ),
    )


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    FilterState: lambda data: said(*_filter(data)),
    Filters: _filters,
}
