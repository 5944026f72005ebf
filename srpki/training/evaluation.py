"""Says whether a check holds, of one view; whoever evaluates it has made sure that it is one."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import SrpkiError
from srpki.training.history import Happening, History, Moment
from srpki.training.language.tree import (
    After,
    All,
    Condition,
    Expression,
    Later,
    Not,
    Some,
    Through,
)
from srpki.training.sight import configured, contents, happened

if TYPE_CHECKING:
    from srpki.training.sight.seen import Sight

READERS: Final[Mapping[str, Callable[[Sight, Condition], object]]] = {
    **configured.READERS,
    **contents.READERS,
    **happened.READERS,
}
MOST_MOMENTS: Final = 3000
"""Moments that ``always`` and ``never`` look at; of a longer history the last ones."""


def holds(expression: Expression, sight: Sight, known: Mapping[Later, bool]) -> bool | None:
    """Say whether *expression* holds in *sight*, with what is *known* of later.

    None where it depends on what is not known.
    """
    match expression:
        case Condition():
            return _condition(expression, sight)
        case All(parts):
            found = [holds(part, sight, known) for part in parts]
            return False if False in found else None if None in found else True
        case Some(parts):
            found = [holds(part, sight, known) for part in parts]
            return True if True in found else None if None in found else False
        case Not(inner):
            held = holds(inner, sight, known)
            return None if held is None else not held
        case Later():
            return known.get(expression)
        case Through(always, inner):
            return _through(inner, sight, always=always)
        case After(event, inner):
            rest = _since(sight.history, event)
            return False if rest is None else holds(inner, sight.but(history=rest), known)
    raise TypeError(type(expression).__name__)


def _through(inner: Expression, sight: Sight, *, always: bool) -> bool:
    """Say whether *inner* holds always, or never, after each thing that has happened."""
    moments = sight.history.moments
    first = max(0, len(moments) - MOST_MOMENTS)
    for count in range(first, len(moments) + 1):
        at = moments[count - 1].lab if count else sight.initial.lab
        past = sight.but(history=History(moments[:count]), at=at)
        if holds(inner, past, {}) != always:
            return False
    return True


def _since(history: History, event: Condition) -> History | None:
    """Return what has happened since the first *event*; None where it has not happened."""
    wanted = happened.number_of(event.words[0])
    for place, one in enumerate(history.moments):
        if _is(one, wanted, event.option):
            return History(history.moments[place + 1 :])
    return None


def _is(moment: Moment, wanted: tuple[str, int] | None, about: str) -> bool:
    what = moment.what
    return (
        isinstance(what, Happening)
        and (what.application, what.number) == wanted
        and (not about or what.about(about))
    )


def _condition(about: Condition, sight: Sight) -> bool:
    """Say whether one condition holds; what cannot be read or is not there holds nothing."""
    try:
        found = READERS[about.subject](sight, about)
    except SrpkiError:
        found = None
    if not about.operator:
        return bool(found)
    if found is None:
        return about.operator in ("!=", "!~", "lacks")
    if isinstance(found, list):  # each of several
        return all(_compared(about, one, sight) for one in found)
    return _compared(about, found, sight)


_ORDER: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "==": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}


def _compared(about: Condition, found: object, sight: Sight) -> bool:
    operator, value = about.operator, about.value
    if operator in ("~", "!~"):
        assert about.pattern is not None
        texts = found if isinstance(found, tuple) else (str(found),)
        return any(about.pattern.found_in(one) for one in texts) == (operator == "~")
    if isinstance(found, tuple):
        if operator in ("has", "lacks"):
            return (value in found) == (operator == "has")
        return (tuple(sorted(found)) == value) == (operator == "==")
    if isinstance(found, datetime):
        if isinstance(value, time):
            found = found.astimezone(UTC).time().replace(microsecond=0)
        elif value == "now":
            value = sight.now
    if isinstance(value, str) and not isinstance(found, str):
        found = str(found)
    return _ORDER[operator](found, value)
