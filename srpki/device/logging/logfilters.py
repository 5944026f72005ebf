"""``configure log filter``: which events a log takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from typing import Final

from srpki.config.tree import EMPTY, Branch, Entries
from srpki.core.errors import InvalidInputError
from srpki.core.events import Event
from srpki.core.expressions import Expression
from srpki.core.values import NamedTuple
from srpki.device.logging.sentences import sentence

ROUTER: Final = "Base"
"""The router instance that every event is of: a node has no other."""

_TEXTS: Final[dict[str, Callable[[Event], str]]] = {
    "message": sentence,
    "subject": lambda event: event.subject,
    "vrtr-name": lambda _event: ROUTER,
}
"""What can be compared with a text or a regular expression."""

Takes = Callable[[Event], bool]
_Compare = Callable[[int, int], bool]

_RANKS: Final = {
    name: rank
    for rank, name in enumerate(
        ("cleared", "indeterminate", "warning", "minor", "major", "critical")
    )
}
_COMPARE: Final[dict[str, _Compare]] = {
    "eq": lambda one, other: one == other,
    "neq": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "lte": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "gte": lambda one, other: one >= other,
}


def takes(filter_: Branch | None) -> Takes:
    """Return what *filter_*, with its defaults, says of an event; without one all are taken.

    Rules with a number are tried in the order of their numbers, then the others as configured; one
    without an action is passed over. What no rule matches is taken unless the filter drops it.
    """
    if filter_ is None:
        return _every
    otherwise = filter_.get("default-action") != "drop"

    @cache  # when the first event comes, which may be never
    def rules() -> list[tuple[bool, list[Takes]]]:
        return [
            (entry["action"] == "forward", list(_conditions(inner(entry, "match"))))
            for _, entry in ordered(filter_)
            if "action" in entry
        ]

    def decide(event: Event) -> bool:
        for action, conditions in rules():
            if all(condition(event) for condition in conditions):
                return action
        return otherwise

    return decide


def _every(event: Event) -> bool:
    del event
    return True


def ordered(filter_: Branch) -> list[tuple[str, Branch]]:
    """Return the rules of *filter_* by name in the order in which they are tried."""
    return sorted(entries(filter_, "named-entry"), key=lambda item: _order(item[0]))


def _order(name: str) -> tuple[bool, int]:
    number = name.isascii() and name.isdecimal()
    return not number, int(name) if number else 0


def application(event: Event) -> str:
    """Return the application of *event* as the configuration spells it."""
    return event.type.application.lower().replace("_", "-")


def _conditions(match: Branch) -> Iterator[Takes]:
    for operator, wanted in _operands(match, "application"):
        yield _equal(operator, str(wanted), application)
    for operator, wanted in _operands(match, "event"):
        yield _ordered(_COMPARE[operator], _whole(wanted), lambda event: event.type.number)
    for operator, wanted in _operands(match, "severity"):
        yield _ordered(_COMPARE[operator], _RANKS[str(wanted)], _rank)
    for name, of in _TEXTS.items():
        for operator, wanted in _operands(match, name):
            if inner(match, name).get("regexp") is True:
                yield _matched(operator, str(wanted), of)
            else:
                yield (_part if name == "message" else _equal)(operator, str(wanted), of)


def _operands(match: Branch, name: str) -> Iterator[tuple[str, object]]:
    for operator, wanted in inner(match, name).items():
        if operator in _COMPARE:
            yield operator, wanted


class Compared(NamedTuple):
    """What a rule compares the *element* of an event with, and how; with *regexp* by a pattern."""

    element: str
    operator: str | None
    value: object
    regexp: bool


def compared(match: Branch) -> Iterator[Compared]:
    """Yield what *match* compares; an element may say how, and not yet with what."""
    for name in match:
        regexp = inner(match, name).get("regexp") is True
        operands = list(_operands(match, name))
        if operands or regexp:
            operator, value = operands[0] if operands else (None, None)
            yield Compared(name, operator, value, regexp)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value


def _rank(event: Event) -> int:
    return _RANKS.get(event.type.severity.lower(), 0)


@lru_cache(maxsize=512)
def _expression(pattern: str) -> Expression:
    """Return the expression *pattern*, read once for the check of a filter and for its use."""
    return Expression(pattern)


def _equal(operator: str, wanted: str, of: Callable[[Event], str]) -> Takes:
    return lambda event: (of(event) == wanted) == (operator == "eq")


def _part(operator: str, wanted: str, of: Callable[[Event], str]) -> Takes:
    return lambda event: (wanted in of(event)) == (operator == "eq")


def _matched(operator: str, wanted: str, of: Callable[[Event], str]) -> Takes:
    """Return whether the expression *wanted* is found; one that is none is found nowhere."""
    try:
        expression = _expression(wanted)
    except InvalidInputError:
        return lambda _event: False
    return lambda event: expression.found_in(of(event)) == (operator == "eq")


def check(tree: Branch, checked: Branch) -> None:
    """Raise `InvalidInputError` for what is no regular expression in ``configure log``, *tree*.

    What is the same in the tree that was *checked* before is not looked at again.
    """
    for name, filter_, known in _new_entries(tree, checked, "filter"):
        for rule, entry, _ in _new_entries(filter_, known, "named-entry"):
            match = inner(entry, "match")
            for kind in _TEXTS:
                compared = inner(match, kind)
                place = f'log filter "{name}" named-entry "{rule}" match {kind}'
                for operator, wanted in _operands(match, kind):
                    if compared.get("regexp") is True:
                        _check(f"{place} {operator}", wanted)


def _check(place: str, wanted: object) -> None:
    try:
        _expression(str(wanted))
    except InvalidInputError as error:
        raise InvalidInputError(f"{place} - {error.sentence}") from None


def _ordered(compare: _Compare, wanted: int, of: Callable[[Event], int]) -> Takes:
    return lambda event: compare(of(event), wanted)


# --- the tree ------------------------------------------------------------------------------------


def entries(tree: Branch, name: str) -> Iterator[tuple[str, Branch]]:
    """Yield the entries of the list *name* by their key, as configured."""
    found = tree.get(name)
    if isinstance(found, Entries):
        for keys, entry in found.items():
            yield str(keys[0]), entry


def entry_of(tree: Branch, kind: str, name: str) -> Branch | None:
    """Return the entry *name* of the list *kind*, if it is there."""
    found = tree.get(kind)
    return found.get((name,)) if isinstance(found, Entries) else None


def _new_entries(tree: Branch, known: Branch, name: str) -> Iterator[tuple[str, Branch, Branch]]:
    """Yield the entries of the list *name* that *known* has not, with those of their keys there."""
    found, before = tree.get(name), known.get(name)
    if not isinstance(found, Entries) or found is before:
        return
    there = before if isinstance(before, Entries) else Entries()
    for keys, entry in found.changed(there):
        yield str(keys[0]), entry, there.get(keys, EMPTY)


def inner(branch: Branch, name: str) -> Branch:
    """Return the content of the container *name*, be it nothing."""
    found = branch.get(name)
    return found if isinstance(found, Branch) else EMPTY
