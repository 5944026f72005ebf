"""Records as JSON has them [RFC 3339, RFC 7951, RFC 8259]."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from srpki.core.plain import plain
from srpki.core.record import Record


class Inner(Record):
    entry_id: int


class Outer(Record):
    not_after: datetime | None
    entry: tuple[Inner, ...] = ()


MOMENT = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (2**53 - 1, 2**53 - 1),
        (2**53, "9007199254740992"),
        (-(2**160), str(-(2**160))),
        (MOMENT, "2026-11-23T12:00:00Z"),
        (MOMENT.astimezone(timezone(timedelta(hours=2))), "2026-11-23T12:00:00Z"),
        (timedelta(minutes=1), 60),
        (timedelta(milliseconds=1500), 1.5),
        (b"\x00\xff", "AP8="),
        ((), []),
        (
            Outer(None, (Inner(1), Inner(2))),
            {"not-after": None, "entry": [{"entry-id": 1}, {"entry-id": 2}]},
        ),
    ],
)
def test_each_kind_of_value_has_one_form(value, expected):
    found = plain(value)
    assert found == expected
    assert type(found) is type(expected)
    json.dumps(found, allow_nan=False)


def test_strings_are_said_as_the_caller_wants_at_any_depth():
    assert plain(({"a": ("secret",)},), lambda text: text.replace("secret", "***")) == [
        {"a": ["***"]}
    ]


def test_what_is_no_value_is_refused_by_name():
    with pytest.raises(TypeError, match="object is no value of a record"):
        plain(object())
