"""Our named tuples are those of `typing`, but for when their constructor is written."""

import copy
import typing
from typing import get_type_hints

import pytest

from srpki.core.values import NamedTuple


def defined(base):
    class Point(base):
        """A place, and what it is called."""

        x: int
        y: int = 2
        name: str = ""

        @property
        def total(self):
            return self.x + self.y

        def moved(self):
            return self._replace(x=self.x + 1)

    class Nothing(base):
        """It has no fields."""

    return Point, Nothing


KINDS = (defined(NamedTuple), defined(typing.NamedTuple))
USES = {
    "by place": lambda kind: kind(1, 3, "a"),
    "by name": lambda kind: kind(name="a", x=1),
    "defaults": lambda kind: kind(7),
    "made": lambda kind: kind._make([1, 2, "b"]),
    "replaced": lambda kind: kind(1)._replace(y=5),
    "property": lambda kind: kind(1).total,
    "method": lambda kind: kind(1).moved(),
    "as a dict": lambda kind: kind(1)._asdict(),
    "as text": lambda kind: repr(kind(1, name="c")),
    "as a tuple": lambda kind: (kind(1) == (1, 2, ""), hash(kind(1)) == hash((1, 2, ""))),
    "cut": lambda kind: kind(1)[1:],
    "copies": lambda kind: (copy.copy(kind(1)), copy.deepcopy(kind(1))),
    "fields": lambda kind: (kind._fields, kind._field_defaults, kind.__match_args__),
    "types": get_type_hints,
    "text of the class": lambda kind: kind.__doc__,
    "names of the class": lambda kind: (kind.__name__, kind.__module__),
    "too few": lambda kind: kind(),
    "too many": lambda kind: kind(1, 2, 3, 4),
    "unknown": lambda kind: kind(1, z=4),
    "twice": lambda kind: kind(1, x=4),
    "replaced by what is none": lambda kind: kind(1)._replace(z=4),
    "too few made": lambda kind: kind._make([]),
    "set": lambda kind: setattr(kind(1), "x", 3),
    "set what is none": lambda kind: setattr(kind(1), "z", 3),
}


def outcome(use, kind):
    try:
        return use(kind)
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


@pytest.mark.parametrize("use", USES)
def test_they_do_what_those_of_typing_do(use):
    ours, theirs = (outcome(USES[use], kind) for kind, _ in KINDS)
    assert ours == theirs
    assert type(ours).__name__ == type(theirs).__name__


def test_one_without_fields_is_an_empty_tuple():
    assert [nothing() for _, nothing in KINDS] == [(), ()]


def test_the_first_and_the_others_are_made_alike():
    kind, _ = defined(NamedTuple)
    first, second = kind(y=1, x=2), kind(y=1, x=2)
    assert first == second == (2, 1, "")
    match second:
        case kind(x, y):
            assert (x, y) == (2, 1)


def test_one_takes_no_more_memory():
    ours, theirs = (kind(1) for kind, _ in KINDS)
    assert ours.__sizeof__() == theirs.__sizeof__()
    assert not hasattr(ours, "__dict__")
