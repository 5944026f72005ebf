"""What ``show log filter-id`` finds: which events a log takes."""

from __future__ import annotations

from srpki.core.record import Record


class FilterCondition(Record):
    """What a rule compares an event by: its *element*, the *operator* and the *value*.

    With *regexp* the value is a regular expression. Without an operator every event fits.
    """

    element: str
    operator: str | None
    value: str | int | None
    regexp: bool = False


class FilterRule(Record):
    """A rule: its *action* for the events that all conditions fit, None where it has none."""

    name: str
    action: str | None
    description: str | None
    match: tuple[FilterCondition, ...]


class FilterState(Record):
    """A filter, whether a log applies it, and its rules in the order in which they are tried."""

    filter_id: int
    filter_name: str
    applied: bool
    default_action: str
    description: str | None
    entry: tuple[FilterRule, ...]


class Filters(Record):
    """All filters."""

    filter: tuple[FilterState, ...]
