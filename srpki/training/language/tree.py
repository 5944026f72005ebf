"""A check as a tree of values."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.core.expressions import Expression as Pattern

Value = str | float | datetime | time | timedelta | tuple[str, ...] | None
"""What a property is compared with: `time` is a time of each day."""


class Condition(Record):
    """*subject* with its *words*, a *property* with *arguments*, and what it is compared with.

    Where *operator* is empty the property itself is true or not. A *pattern* belongs to ``~``, and
    to a subject that has one.
    """

    subject: str
    words: tuple[str, ...]
    property: str
    arguments: tuple[str, ...] = ()
    operator: str = ""
    value: Value = None
    pattern: Pattern | None = None
    option: str = ""


class All(Record):
    """All *parts* hold."""

    parts: tuple[Expression, ...]


class Some(Record):
    """One of *parts* holds."""

    parts: tuple[Expression, ...]


class Not(Record):
    """*inner* does not hold."""

    inner: Expression


class Later(Record):
    """*inner* holds on a copy whose clock has been moved by *duration*."""

    duration: timedelta
    inner: Expression


class Through(Record):
    """*inner* holds *always*, else never, at each thing that has happened."""

    always: bool
    inner: Expression


class After(Record):
    """*inner* holds of what has happened since the first *event*, which has happened."""

    event: Condition
    inner: Expression


Expression = Condition | All | Some | Not | Later | Through | After


def ahead(expression: Expression) -> frozenset[Later]:
    """Return the parts of *expression* that look ahead."""
    match expression:
        case Later():
            return frozenset((expression,))
        case All() | Some():
            return frozenset().union(*(ahead(part) for part in expression.parts))
        case Not() | Through() | After():
            return ahead(expression.inner)
    return frozenset()
