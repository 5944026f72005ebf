"""The cache of OCSP answers: its numbers, its bound, its time."""

from datetime import UTC, datetime, timedelta

from srpki.core.clock import FrozenClock, LabClock
from srpki.engine.ocsp_cache import MOST, OcspCache

NOW = datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def keep(cache, serial, hours=1, status="good", start=0):
    cache.keep(
        "ca",
        serial,
        issuer="CN=CA",
        status=status,
        this_update=NOW + start * HOUR,
        expires=NOW + hours * HOUR,
    )


def test_there_is_room_for_two_thousand_and_the_first_to_expire_makes_room():
    cache = OcspCache(FrozenClock(NOW))
    for serial in range(MOST):
        keep(cache, serial, hours=1 + (serial != 700))
    keep(cache, MOST, hours=3)
    assert len(cache.entries()) == MOST == 2000  # the range of entry-id in the facts
    assert cache.find("ca", 700) is None
    assert cache.find("ca", MOST).entry_id == 701
    assert [entry.entry_id for entry in cache.entries()] == list(range(1, MOST + 1))


def test_a_second_answer_about_a_certificate_takes_the_place_of_the_first():
    cache = OcspCache(FrozenClock(NOW))
    keep(cache, 1)
    keep(cache, 2)
    keep(cache, 1, status="revoked")
    assert [(entry.entry_id, entry.status) for entry in cache.entries()] == [
        (1, "revoked"),
        (2, "good"),
    ]


def test_an_answer_holds_from_its_update_to_the_next():
    clock = FrozenClock(NOW)
    cache = OcspCache(clock)
    keep(cache, 1, hours=2, start=1)
    assert cache.find("ca", 1) is None
    clock.advance(HOUR)
    assert cache.find("ca", 1) is not None
    assert cache.find("other ca", 1) is None
    clock.advance(HOUR)
    assert cache.find("ca", 1) is not None
    clock.advance(timedelta(seconds=1))
    assert cache.find("ca", 1) is None
    assert cache.entries() == ()


def test_an_answer_of_a_clock_that_has_come_back_does_not_hold():
    """The responder says that it holds for two hours; it came in a month that is yet to be."""
    base = FrozenClock(NOW)
    clock = LabClock(base, 720 * HOUR)
    cache = OcspCache(clock)
    keep(cache, 1, hours=722, start=720)
    keep(cache, 2, hours=722, start=0)
    assert [entry.serial for entry in cache.entries()] == [1, 2]
    with clock.stepping():
        clock.move_to(NOW + HOUR)
    assert cache.find("ca", 1) is None
    assert cache.find("ca", 2) is None
    assert cache.entries() == ()
    keep(cache, 1, hours=2, start=1)
    assert cache.find("ca", 1) is not None
