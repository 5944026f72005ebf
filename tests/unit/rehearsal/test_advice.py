"""What is advised holds when the engine runs it, and what lies just beyond does not."""

import pytest
from rehearsed import DAY, configuration, entry, material, profile, terms

from srpki.rehearsal.advice import BEFORE_EXPIRY, RETRY_INTERVAL, Trial, advice
from srpki.rehearsal.run import rehearse

AWAY = ("every sunday 00:00-06:00", "2027-03-27..2027-03-30")
LIFE, MARGIN = 90 * DAY, DAY


def rehearsed(before, retry):
    text = configuration(profile("p", "cmpv2 lab", before=before, retry=retry), entry("gw", "p"))
    return rehearse(material(text), terms(*AWAY, days=200, life=LIFE))


def holds(before, retry):
    """Say whether the engine leaves no gap, and `MARGIN` at least."""
    (course,) = rehearsed(before, retry).courses
    assert course.renewals
    return not course.gaps and course.margin >= MARGIN


@pytest.mark.parametrize("present", [(86400, 3600), (6 * 86400, 7200)])
def test_the_engine_holds_what_is_advised_and_nothing_just_beyond(present):
    asked = terms(*AWAY, days=200, life=LIFE)
    plans = rehearsed(*present).plans.values()
    trial = Trial(asked.calendar, asked.start, asked.end, MARGIN)
    (advised,) = advice(plans, trial, 3)
    before, retry = present
    assert advised.survives == holds(*present)
    assert advised.before_expiry is not None
    assert holds(advised.before_expiry, retry)
    assert not holds(max(one for one in BEFORE_EXPIRY if one < advised.before_expiry), retry)
    if advised.retry_interval is None:
        assert not holds(before, RETRY_INTERVAL[0])
    else:
        assert holds(before, advised.retry_interval)
        longer = [one for one in RETRY_INTERVAL if one > advised.retry_interval]
        assert not longer or not holds(before, longer[0])
    assert holds(*advised.pair)
    room = advised.pair[0] - asked.calendar.longest("lab").total_seconds()
    assert room >= 3 * advised.pair[1]
