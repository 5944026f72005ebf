"""What is drawn of one certificate: reckoned by hand from what is known of it."""

from datetime import UTC, datetime, timedelta

import pytest

from srpki.device.lifelines import Arrival, Dates, Known, Plan, row
from srpki.engine.policy import Schedule
from srpki.engine.state import EntryState
from srpki.pictures.chart import Mark, Span

DAY = timedelta(days=1)
ZERO = datetime(2027, 1, 1, tzinfo=UTC)


def day(number):
    return ZERO + number * DAY


NOW, START, END = day(100), day(70), day(130)
LAST = Dates(day(90), day(120))
BEFORE = Dates(day(60), day(95))
TEN_BEFORE = Schedule("before-expiry", 10 * 86400)


def plan(at=110, state="scheduled", reason="", schedule=TEN_BEFORE):
    due = None if at is None else day(at)
    return Plan(EntryState(state, reason, next_update_time=due), "p", schedule, 3600)


def drawn(**known):
    return row(Known(name="gw.crt", **{"present": LAST} | known), NOW, START, END)


def spans(found, kind):
    return [(span.start, span.end) for span in found.spans if span.kind == kind]


def marks(found):
    return [(mark.kind, mark.at) for mark in found.marks]


def test_a_certificate_alone_is_known_from_its_beginning_to_its_end():
    found = drawn()
    assert found.spans == (
        Span("unknown", day(70), day(90)),
        Span("valid", *LAST),
        Span("gap", day(120), day(130)),
    )
    assert found.notes == (
        "not renewed by itself",
        "valid 2027-04-01 00:00:00 to 2027-05-01 00:00:00 UTC: 20 days left",
        "no valid certificate from 2027-05-01 00:00:00 UTC on",
    )


def test_the_window_of_the_schedule_begins_when_it_is_due_and_what_follows_is_planned():
    found = drawn(plan=plan())
    assert spans(found, "window") == [(day(110), day(120))]
    # each lives for 30 days as the present one does, and is due 10 days before its end
    assert spans(found, "planned") == [(day(110), day(140)), (day(130), day(160))]
    assert marks(found) == [("planned", day(110)), ("planned", day(130))]
    assert spans(found, "gap") == []
    assert found.notes[0] == "scheduled by profile p, next update 2027-04-21 00:00:00 UTC"


def test_after_issue_counts_from_the_beginning():
    found = drawn(plan=plan(95, schedule=Schedule("after-issue", 25 * 86400)))
    assert spans(found, "window") == [(day(115), day(120))]


def test_the_one_before_was_there_until_it_was_replaced():
    found = drawn(previous=BEFORE, plan=plan())
    assert spans(found, "unknown") == []
    assert spans(found, "valid") == [(day(60), day(90)), (day(90), day(120))]
    assert spans(found, "window") == [(day(85), day(90)), (day(110), day(120))]


def test_a_renewal_that_came_late_has_left_a_gap():
    found = drawn(
        previous=Dates(day(60), day(80)),
        arrivals=(Arrival(day(60), Dates(day(60), day(80))), Arrival(day(90), LAST)),
        marks=(Mark("failed", day(79), "step 2: no answer"), Mark("renewed", day(90))),
        plan=plan(),
    )
    assert spans(found, "gap") == [(day(80), day(90))]
    assert found.notes[2:] == (
        "renewed 1 time, failed 1 time",
        "last failure 2027-03-21 00:00:00 UTC: step 2: no answer",
        "no valid certificate from 2027-03-22 00:00:00 UTC to 2027-04-01 00:00:00 UTC",
    )


def test_what_came_before_the_one_before_is_known_from_events_or_not_at_all():
    found = drawn(
        arrivals=(
            Arrival(day(72), None),
            Arrival(day(80), Dates(day(80), day(110))),
            Arrival(day(90), None),  # the present one: its file tells
        )
    )
    assert spans(found, "unknown") == [(day(70), day(72)), (day(72), day(80))]
    assert spans(found, "valid") == [(day(80), day(90)), (day(90), day(120))]
    assert found.notes[-1] == "the dates of 1 certificate that was there are not known"


def test_a_file_that_no_event_tells_of_came_after_the_last_event():
    found = drawn(arrivals=(Arrival(day(75), BEFORE),))
    assert spans(found, "valid") == [(day(75), day(90)), (day(90), day(120))]


def test_what_was_not_valid_yet_is_a_gap_unless_clocks_differ_so_much():
    late = Dates(day(92), day(120))
    assert spans(drawn(present=late, arrivals=(Arrival(day(90), late),)), "gap")[0] == (
        day(90),
        day(92),
    )
    skewed = Dates(day(90) + timedelta(minutes=5), day(131))
    assert spans(drawn(present=skewed, arrivals=(Arrival(day(90), skewed),)), "gap") == []


def test_an_expired_certificate_has_a_gap_that_goes_on_and_a_retry():
    found = drawn(present=Dates(day(60), day(99)), plan=plan(101, "wait-for-retry", "expired"))
    assert spans(found, "gap") == [(day(99), day(130))]
    assert marks(found) == [("retry", day(101))]
    assert spans(found, "planned") == []
    assert found.notes[:2] == (
        "wait-for-retry by profile p, retry 2027-04-12 00:00:00 UTC",
        "valid 2027-03-02 00:00:00 to 2027-04-10 00:00:00 UTC: expired",
    )


def test_a_retry_in_time_is_taken_to_succeed():
    found = drawn(plan=plan(101, "wait-for-retry", "no answer"))
    assert marks(found)[0] == ("retry", day(101))
    assert spans(found, "planned")[0] == (day(101), day(131))
    assert spans(found, "gap") == []


@pytest.mark.parametrize(
    ("state", "told"),
    [("invalid", "invalid by profile p: no key"), ("in-progress", "in-progress by profile p")],
)
def test_an_entry_that_is_not_scheduled_is_said_to_be_so(state, told):
    found = drawn(plan=plan(None, state, "no key"))
    assert found.notes[0] == told
    assert (spans(found, "gap") == [(day(120), day(130))]) == (state == "invalid")


def test_without_a_certificate_there_is_none_from_now_on():
    found = drawn(present=None, missing="file not found", plan=plan(None, "invalid", "no file"))
    assert found.spans == (
        Span("unknown", day(70), day(100)),
        Span("gap", day(100), day(130)),
    )
    assert "there is no certificate: file not found" in found.notes


def test_a_certificate_that_is_always_due_is_held_and_the_plan_has_an_end():
    short = Dates(NOW, NOW + timedelta(minutes=1))
    found = row(
        Known(name="x", present=short, plan=plan(100, schedule=TEN_BEFORE)), NOW, START, END
    )
    # half of a life is waited each time; five hundred renewals are drawn
    planned = spans(found, "planned")
    assert len(planned) == 500
    assert planned[1][0] - planned[0][0] == timedelta(seconds=30)
    assert spans(found, "gap") == []


@pytest.mark.parametrize("year", [1, 9999])
def test_dates_at_the_ends_of_the_calendar_are_drawn(year):
    edge = datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)
    for dates in (Dates(min(edge, ZERO), max(edge, ZERO)), Dates(edge, edge)):
        found = row(Known(name="x", present=dates, plan=plan()), NOW, START, END)
        assert found.notes


def test_many_gaps_are_counted():
    arrivals = tuple(
        Arrival(day(70 + 2 * n), Dates(day(70 + 2 * n), day(71 + 2 * n))) for n in range(8)
    )
    found = drawn(present=Dates(day(84), day(131)), arrivals=arrivals)
    assert len([note for note in found.notes if note.startswith("no valid")]) == 5
    assert "and 2 more times without a valid certificate" in found.notes
