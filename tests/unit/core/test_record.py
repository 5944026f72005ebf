"""Records behave as dataclasses do, and are made without writing code."""

import copy

import pytest

from srpki.core.record import Record


class Point(Record):
    """A place."""

    x: int
    y: int = 0


class Named(Point):
    """A place with a name."""

    name: str = ""


class Other(Record):
    """The same fields, another meaning."""

    x: int
    y: int = 0


class Counter(Record, frozen=False):
    """What changes."""

    count: int = 0


def test_fields_are_given_by_place_or_by_name():
    assert Point(1, 2) == Point(x=1, y=2) == Point(1, y=2)
    assert (Point(1).x, Point(1).y) == (1, 0)
    assert Named(1, 2, "here") == Named(1, name="here", y=2)


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        ((1, 2, 3), {}),
        ((1,), {"x": 2}),
        ((1, 2), {"y": 3}),
        ((1,), {"z": 2}),
        ((1, 2), {"z": 3}),
        ((), {"y": 1}),
        ((), {"x": 1, "z": 2}),
    ],
)
def test_what_is_missing_too_much_given_twice_or_unknown_is_refused(values, named):
    with pytest.raises(TypeError, match=r"^Point takes x, y$"):
        Point(*values, **named)


def test_equal_are_those_of_one_class_that_hold_the_same():
    assert Point(1) != Point(2)
    assert Point(1) != Other(1)
    assert Point(1) != Named(1)
    assert Point(1) != (1, 0)
    assert hash(Point(1)) == hash(Point(1, 0))
    assert len({Point(1), Point(1, 0), Other(1), Named(1)}) == 3


def test_nothing_can_be_set_again():
    point = Point(1)
    with pytest.raises(AttributeError, match=r"Point\.x cannot be set"):
        point.x = 2
    assert point.but(x=2) == Point(2)
    assert point.x == 1
    with pytest.raises(TypeError, match="Point takes x, y"):
        point.but(z=1)
    assert copy.deepcopy(point) == point


def test_what_is_not_frozen_changes_and_equals_itself_alone():
    counter = Counter()
    counter.count += 1
    assert counter.count == 1
    assert Counter() != Counter()
    assert counter == counter  # noqa: PLR0124 - that is the question
    assert len({Counter(), Counter()}) == 2
    with pytest.raises(AttributeError, match=r"Counter\.size cannot be set"):
        counter.size = 1


def test_it_shows_how_it_is_made():
    assert repr(Named(1)) == "Named(x=1, y=0, name='')"


def test_patterns_take_fields_by_place():
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)
