"""The decision table of ``auto-update.md``: what is invalid, not due, hopeless, or started."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from counting import met

from srpki.engine import policy
from srpki.engine.policy import (
    Busy,
    Hopeless,
    Input,
    Invalid,
    NotDue,
    PairFacts,
    ProfileFacts,
    Schedule,
    Start,
)

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)
EXPIRES = datetime(2026, 1, 31, tzinfo=UTC)
DAY = 86400

PAIR = PairFacts(
    fingerprint="ab" * 32,
    not_before=ISSUED,
    not_after=EXPIRES,
    belong_together=True,
)
PROFILE = ProfileFacts(schedule=Schedule("before-expiry", DAY))
DUE = EXPIRES - timedelta(seconds=DAY)
AFTER = EXPIRES + timedelta(seconds=1)


def given(**changes):
    values = {
        "now": DUE,
        "certificate_file": "gw.crt",
        "key_file": "gw.key",
        "profile_name": "by-cmp",
        "profile": PROFILE,
        "pair": PAIR,
    }
    return Input(**{**values, **changes})


def pair(**changes):
    return replace(PAIR, **changes)


@pytest.mark.parametrize(
    ("reason", "changes"),
    [
        ("key-file-name is not configured", {"key_file": ""}),
        ("profile is not configured", {"profile_name": "", "profile": None}),
        ('certificate-update-profile "by-cmp" does not exist', {"profile": None}),
        ("it has no ca-profile", {"profile": replace(PROFILE, gap="it has no ca-profile")}),
        ("no such file", {"pair": pair(certificate_error="no such file", not_after=None)}),
        ("sealed elsewhere", {"pair": pair(key_error="sealed elsewhere")}),
        ('key "gw.key" does not belong to "gw.crt"', {"pair": pair(belong_together=False)}),
    ],
)
def test_an_entry_that_lacks_something_is_invalid_and_says_what(reason, changes):
    decision = policy.decide(given(**changes))
    assert isinstance(decision, Invalid)
    assert decision.reason == reason


def test_invalid_names_the_file_at_fault():
    assert policy.decide(given(pair=pair(certificate_error="x"))).file == "gw.crt"
    assert policy.decide(given(pair=pair(key_error="x"))).file == "gw.key"
    assert policy.decide(given(key_file="")).file == ""


def test_what_is_invalid_by_schedule_is_invalid_by_hand_too():
    broken = pair(belong_together=False)
    assert isinstance(policy.decide(given(pair=broken, manual=True)), Invalid)


@pytest.mark.parametrize(
    ("sentence", "expected", "changes"),
    [
        ("starts at the very second of the deadline", Start(), {"now": DUE}),
        ("waits a second before it", NotDue(DUE), {"now": DUE - timedelta(seconds=1)}),
        ("starts long after a deadline that was missed", Start(), {"now": EXPIRES}),
        ("starts by hand before the deadline", Start(), {"now": ISSUED, "manual": True}),
        ("goes on after a restart before the deadline", Start(), {"now": ISSUED, "resumed": True}),
        ("refuses a second one by hand", Busy(), {"in_progress": True, "manual": True}),
        ("does not start twice by schedule", Busy(), {"in_progress": True}),
        (
            "leaves a certificate alone while it is held",
            NotDue(DUE + timedelta(hours=1)),
            {"held_until": DUE + timedelta(hours=1)},
        ),
        ("starts when the hold ends", Start(), {"held_until": DUE}),
        (
            "a hold does not bring a deadline forward",
            NotDue(DUE),
            {"now": ISSUED, "held_until": ISSUED},
        ),
        ("a hold does not bind the operator", Start(), {"held_until": EXPIRES, "manual": True}),
    ],
)
def test_when_an_update_starts(sentence, expected, changes):
    assert policy.decide(given(**changes)) == expected, sentence


@pytest.mark.parametrize("manual", [False, True])
def test_an_expired_certificate_is_renewed_where_its_protocol_can(manual):
    assert policy.decide(given(now=AFTER, profile=PROFILE, manual=manual)) == Start()
    never = replace(PROFILE, once_expired="there is nothing to sign with")
    decision = policy.decide(given(now=AFTER, profile=never, manual=manual))
    assert decision == Hopeless("there is nothing to sign with")


def test_a_certificate_is_still_good_in_its_last_second():
    never = replace(PROFILE, once_expired="there is nothing to sign with")
    assert policy.decide(given(now=EXPIRES, profile=never)) == Start()


def test_before_expiry_counts_from_not_after():
    assert policy.due_at(PAIR, Schedule("before-expiry", 3600)) == EXPIRES - timedelta(hours=1)


def test_after_issue_counts_from_not_before():
    assert policy.due_at(PAIR, Schedule("after-issue", 10 * DAY)) == ISSUED + timedelta(days=10)


def test_a_deadline_may_lie_before_the_certificate_was_issued():
    assert policy.due_at(PAIR, Schedule("before-expiry", 365 * DAY)) < ISSUED


def test_a_deadline_is_a_whole_second():
    odd = pair(not_after=EXPIRES + timedelta(microseconds=7))
    assert policy.due_at(odd, Schedule("before-expiry", 1)).microsecond == 0


@pytest.mark.parametrize(
    ("life", "pause"),
    # The lesser of an hour and half of the life that is left, never under ten seconds.
    [(86400, 3600), (7200, 3600), (7198, 3599), (1800, 900), (60, 30), (20, 10), (19, 10), (1, 10)],
)
def test_a_renewed_certificate_is_left_alone_for_a_while(life, pause):
    not_after = ISSUED + timedelta(seconds=life)
    assert policy.hold_for(not_after, ISSUED, 3600) == timedelta(seconds=pause)


@pytest.mark.parametrize(
    ("left", "wait"),
    # The whole interval unless the certificate ends before; after its end there is no hurry.
    [
        (None, 3600),
        (86400, 3600),
        (3601, 3600),
        (3600, 1800),
        (1800, 900),
        (60, 30),
        (20, 10),
        (5, 10),
        (0, 10),
        (-1, 3600),
        (-86400, 3600),
    ],
)
def test_a_retry_does_not_outlast_the_certificate(left, wait):
    not_after = None if left is None else ISSUED + timedelta(seconds=left)
    assert policy.retry_in(not_after, ISSUED, 3600) == timedelta(seconds=wait)


def test_every_check_says_in_a_sentence_what_it_finds():
    for check in met(5, policy.CHAIN):
        assert check.__doc__
        assert check.__doc__.rstrip().endswith(".")


@pytest.mark.parametrize(
    ("year", "schedule"),
    [(9999, Schedule("after-issue", 365 * DAY)), (1, Schedule("before-expiry", 365 * DAY))],
)
def test_a_deadline_beyond_the_calendar_is_the_end_of_the_certificate(year, schedule):
    begins = datetime(year, 3, 1, tzinfo=UTC)
    odd = replace(PAIR, not_before=begins, not_after=begins + timedelta(days=9))
    assert policy.due_at(odd, schedule) == odd.not_after
