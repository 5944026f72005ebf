"""The grammar of outages, and the calendar that comes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from srpki.core.errors import InvalidInputError
from srpki.rehearsal.outages import Calendar, parse_outage

START = datetime(2027, 1, 1, tzinfo=UTC)  # a Friday
END = START + timedelta(days=30)


def at(day, hour=0, minute=0):
    return datetime(2027, 1, day, hour, minute, tzinfo=UTC)


def windows(*texts, profile="ca", start=START, end=END, seed=1):
    calendar = Calendar([parse_outage(text) for text in texts], start, end, seed)
    return [(one.start, one.end) for one in calendar.windows(profile)]


def test_a_weekday_comes_once_a_week():
    assert windows("every sunday 00:00-06:00")[:2] == [(at(3), at(3, 6)), (at(10), at(10, 6))]
    assert len(windows("every sunday 00:00-06:00")) == 4


def test_a_day_may_go_across_midnight_and_be_a_whole_one():
    found = windows("every day 22:30-02:00")
    assert found[0] == (datetime(2026, 12, 31, 22, 30, tzinfo=UTC), at(1, 2))
    assert found[1] == (at(1, 22, 30), at(2, 2))
    assert windows("every friday 00:00-24:00")[0] == (at(1), at(2))
    assert windows("every friday 20:00-00:00")[0] == (at(1, 20), at(2))


def test_a_date_is_a_whole_day_the_last_one_too():
    assert windows("2027-01-03..2027-01-04") == [(at(3), at(5))]
    assert windows("2027-01-03T06:00:00Z..2027-01-03T09:30:00+02:00") == [(at(3, 6), at(3, 7, 30))]
    assert windows("2027-01-03..2027-01-03T05:00:00Z") == [(at(3), at(3, 5))]


def test_a_profile_stands_before_it_and_may_hold_anything():
    outage = parse_outage("my: ca 2027:every day 01:00-02:00")
    assert (outage.profile, outage.begin) == ("my: ca 2027", timedelta(hours=1))
    assert windows("other:2027-01-03..2027-01-04") == []
    assert windows("ca:2027-01-03..2027-01-04", "2027-01-04..2027-01-06") == [(at(3), at(7))]


def test_away_is_from_the_start_and_no_more_at_the_end():
    calendar = Calendar([parse_outage("every sunday 00:00-06:00")], START, END)
    assert calendar.away("ca", at(3)).text == "every sunday 00:00-06:00"
    assert calendar.away("ca", at(3, 5, 59)) is not None
    assert calendar.away("ca", at(3, 6)) is None
    assert calendar.away("ca", at(2, 23, 59)) is None
    assert calendar.longest("ca") == timedelta(hours=6)


def test_random_ones_follow_the_seed_and_keep_the_rate():
    text = "random 2 per 10d for 4h"
    assert windows(text, seed=7) == windows(text, seed=7) != windows(text, seed=8)
    lengths = sum((end - start for start, end in windows(text, seed=7)), timedelta())
    assert timedelta(hours=16) <= lengths <= timedelta(hours=24)  # six, of which two may overlap


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        ("always", 1, "no outage begins so"),
        ("  sunday 00:00-06:00", 3, "no outage begins so"),
        ("every", 6, "a day is missing"),
        ("every funday 00:00-06:00", 7, "a day is missing"),
        ("every sunday", 13, "the hours are missing"),
        ("every sunday 0:00-06:00", 14, "these are no hours"),
        ("every sunday 24:00-06:00", 14, "24:00 is no time"),
        ("every sunday 00:00-06:60", 20, "06:60 is no time"),
        ("every sunday 06:00-06:00", 14, "it would not last"),
        ("every sunday 00:00-06:00 UTC", 26, "nothing is expected here"),
        ("ca:every funday 00:00-06:00", 10, "a day is missing"),
        (":every day 00:00-06:00", 1, "the name of a profile is missing"),
        ("2027-01-03", 11, "the end is missing"),
        ("2027-13-03..2027-12-04", 1, "is no date"),
        ("2027-01-03..tomorrow", 13, "is no date"),
        ("2027-01-03T06:00:00..2027-01-04", 1, "is no date"),
        ("2027-01-03..2027-01-02", 13, "it ends before it begins"),
        ("random 2 per 10d", 17, "more is to be said"),
        ("random 0 per 10d for 4h", 8, "a number is missing"),
        ("random 2 in 10d for 4h", 10, "'per' is missing"),
        ("random 2 per 10 for 4h", 14, "'10' is not a duration"),
        ("random 2 per 10d for 0s", 22, "it would not last"),
    ],
)
def test_a_wrong_one_is_named_with_its_column(text, column, why):
    with pytest.raises(InvalidInputError) as caught:
        parse_outage(text)
    assert f"column {column}: " in caught.value.sentence
    assert why in caught.value.sentence


def test_there_is_an_end_to_what_is_laid_out():
    with pytest.raises(InvalidInputError, match="characters at most"):
        parse_outage("x" * 1000)
    many = [parse_outage("random 1000 per 1h for 1m")]
    with pytest.raises(InvalidInputError, match="more than 100000 times"):
        Calendar(many, START, START + timedelta(days=300))
