"""Events carry the numbers and names of SR OS, and what they say as fields."""

from datetime import UTC, datetime

import pytest

from srpki.core import events
from srpki.core.event_types import EVENT_TYPES

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("number", "name"),
    [
        # facts: pki.md section 12
        (2043, "tmnxPkiFileReadFailed"),
        (2045, "tmnxCAProfileStateChange"),
        (2083, "tmnxPkiCAProfActnStatusChg"),
        (2094, "tmnxCAProfUpDueToRevokeChkCrlOpt"),
        (2101, "tmnxSecNotifFileReloaded"),
        (2109, "tmnxPkiFileWriteFailed"),
        (2231, "tmnxCertKeyPairGen"),
        (2232, "tmnxCertImport"),
        (2233, "tmnxCertExport"),
        (2245, "tmnxPkiCertUpdUpdateStarted"),
        (2246, "tmnxPkiCertUpdUpdateFinished"),
        (2247, "tmnxPkiCertUpdUpdateFailed"),
    ],
)
def test_each_event_has_the_number_and_name_of_sr_os(number, name):
    assert EVENT_TYPES["SECURITY", number].name == name


def test_listeners_hear_every_event_in_order():
    bus, first, second = events.EventBus(), [], []
    bus.subscribe(first.append)
    bus.subscribe(second.append)
    for name in ("a", "b"):
        bus.publish(NOW, events.FILE_RELOADED, "TLS", kind="key", file=name)
    assert first == second
    assert [event.fields["file"] for event in first] == ["a", "b"]


def test_an_event_keeps_what_it_says_by_name():
    event = events.EventBus().publish(
        NOW, events.CRL_EXPIRES, "CA", file='a "quoted" name', hours=6, minutes=0
    )
    assert event.fields == {"file": 'a "quoted" name', "hours": 6, "minutes": 0}
    assert (event.subject, event.time) == ("CA", NOW)
