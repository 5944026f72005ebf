"""What lies in a node's directory and was not put there by this program, or not whole."""

import os
from datetime import UTC, datetime

import pytest

from srpki.core.events import CA_PROFILE_STATE_CHANGE, Event
from srpki.device.filesystem import FileSystem
from srpki.device.logging.eventlog import EventLog

GOOD = Event(datetime(2026, 1, 1, tzinfo=UTC), CA_PROFILE_STATE_CHANGE, "CA", {"message": "text"})


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"id": 1, "time": "0001-01-01T00:00:00+23:00", "event": 2045, "subject": "", "text": ""}',
        '{"id": 1e999, "time": "2026-01-01T00:00:00Z", "event": 2045, "subject": "", "text": ""}',
        '{"id": 1, "time": "2026-01-01T0',
        "[]",
    ],
)
def test_a_line_of_the_event_log_that_cannot_be_is_skipped(tmp_path, line):
    path = tmp_path / "events.jsonl"
    EventLog(path).append(GOOD)
    with path.open("a") as stream:
        stream.write(line + "\n")
    assert EventLog(path).events() == ((1, GOOD),)


def test_a_listing_shows_no_octet_that_a_terminal_obeys_or_cannot_print(tmp_path):
    directory = os.fsencode(tmp_path)
    for name in (b"a\x1b[31mb", b"c\xff"):
        with open(os.path.join(directory, name), "w"):  # noqa: PTH118, PTH123 - octets
            pass
    shown = [entry.name for entry in FileSystem(tmp_path).listing("cf3:").file]
    assert shown == ["a?[31mb", "c?"]
