"""Where instants lie on a picture, and which dates are written along it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.pictures.scale import Scale

START = datetime(2027, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCALE = Scale(START, START + 100 * HOUR, 50)


@pytest.mark.parametrize(
    ("hours", "place"), [(0, 0), (1, 0.5), (50, 25), (100, 50), (-7, 0), (250, 50)]
)
def test_an_instant_lies_in_proportion_or_at_the_edge(hours, place):
    assert SCALE.place(START + hours * HOUR) == place


@pytest.mark.parametrize(
    ("start", "end", "columns"),
    [
        (0, 100, range(50)),
        (0, 2, range(1)),
        (2, 4, range(1, 2)),
        (2, 5, range(1, 3)),
        (3, 3, range(1, 2)),  # one column at least, however short
        (99, 300, range(49, 50)),
        (-50, 0, range(1)),
        (-50, -1, range(0)),
        (101, 200, range(0)),
        (5, 4, range(0)),
    ],
)
def test_a_while_takes_the_columns_that_it_touches(start, end, columns):
    assert SCALE.columns(START + start * HOUR, START + end * HOUR) == columns


@pytest.mark.parametrize(
    ("span", "labels"),
    [
        (DAY, ["Mar 01 00:00", "Mar 01 06:00", "Mar 01 12:00", "Mar 01 18:00"]),
        (20 * DAY, ["Mar 03", "Mar 07", "Mar 11", "Mar 15"]),
        (
            60 * DAY,
            ["Mar 01", "Mar 08", "Mar 15", "Mar 22", "Mar 29", "Apr 05", "Apr 12", "Apr 19"],
        ),
        (3653 * DAY, [str(year) for year in range(2028, 2037)]),
    ],
)
def test_dates_are_as_close_as_they_fit(span, labels):
    found = [tick.label for tick in Scale(START, START + span, 78).ticks(1, 2)]
    assert found == labels


@given(
    st.datetimes(datetime(1951, 1, 1), datetime(8980, 1, 1), timezones=st.just(UTC)),
    st.timedeltas(HOUR, 3653 * 2 * DAY),
    st.integers(38, 1000),
)
def test_dates_lie_on_the_picture_in_order_and_apart(start, span, width):
    scale = Scale(start, start + span, width)
    ticks = scale.ticks(1, 2)
    places = [scale.place(tick.at) for tick in ticks]
    room = max((len(tick.label) for tick in ticks), default=0) + 2
    assert ticks
    assert all(start <= tick.at <= start + span for tick in ticks)
    assert min((after - before for before, after in pairwise(places)), default=room) >= room
    assert width - places[-1] >= room
