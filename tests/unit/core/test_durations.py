"""Durations of the lab commands."""

from datetime import timedelta

import pytest

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("45m", timedelta(minutes=45)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(days=14)),
        ("1y", timedelta(days=365)),
        ("100y", timedelta(days=36500)),
        ("0s", timedelta()),
    ],
)
def test_a_whole_number_and_a_unit_are_a_duration(text, duration):
    assert parse_duration(text) == duration


@pytest.mark.parametrize(
    "text",
    ["", "d", "30", "30x", "101y", "-1d", "1.5h", "1d 2h", "٣d", "9999999999d", "99999999999d"],
)
def test_anything_else_is_refused_with_the_forms_that_work(text):
    with pytest.raises(InvalidInputError) as caught:
        parse_duration(text)
    assert str(caught.value) == (
        f"'{text}' is not a duration such as 90s, 45m, 12h, 30d, 2w or 1y, of a century at most"
    )


def test_a_duration_beyond_a_century_is_refused():
    with pytest.raises(InvalidInputError, match="century"):
        parse_duration("36501d")
