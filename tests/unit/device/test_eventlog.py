"""The event log outlives the process and never stands in its way."""

import json
import stat
from datetime import UTC, datetime

import pytest

from srpki.core.events import FILE_RELOADED, UPDATE_FAILED, Event, EventBus
from srpki.device.logging.eventlog import CAPACITY, EventLog
from srpki.device.logging.sentences import sentence

NOW = datetime(2026, 1, 1, 12, 30, 15, 250000, tzinfo=UTC)


def event(name):
    return Event(NOW, FILE_RELOADED, "TLS", {"kind": "key", "file": name})


def files(log):
    """Return what the events of *log* are about."""
    return [kept.fields["file"] for _, kept in log.events()]


def test_events_survive_a_restart_with_their_numbers(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.append(event("one"))
    log.append(event("two"))
    again = EventLog(tmp_path / "events.jsonl")
    again.append(event("three"))
    assert [number for number, _ in again.events()] == [1, 2, 3]
    assert files(again) == ["one", "two", "three"]
    assert again.events()[0][1] == event("one")


def test_only_the_last_events_are_kept_in_memory_and_on_disk(tmp_path):
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    for number in range(3 * CAPACITY):
        log.append(event(str(number)))
    assert len(log.events()) == CAPACITY
    assert log.events()[-1] == (3 * CAPACITY, event(str(3 * CAPACITY - 1)))
    assert len(path.read_text().splitlines()) <= 2 * CAPACITY
    assert EventLog(path).events() == log.events()


def test_the_log_is_readable_by_its_owner_alone(tmp_path):
    path = tmp_path / "events.jsonl"
    EventLog(path).append(event("one"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_line_costs_that_line_only(tmp_path):
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.append(event("one"))
    with path.open("a") as stream:
        stream.write('{"id": 2, "time"\n\x00\n{"id": 3}\n[]\n')
    log = EventLog(path)
    log.append(event("next"))
    assert files(EventLog(path)) == ["one", "next"]


def test_a_disk_that_refuses_does_not_stop_the_router(tmp_path):
    log = EventLog(tmp_path / "missing" / "events.jsonl")
    log.append(event("one"))
    assert files(log) == ["one"]


def test_the_fields_of_an_event_survive_a_restart(tmp_path):
    """Each kind of value that there is."""
    log, bus = EventLog(tmp_path / "events.jsonl"), EventBus()
    bus.subscribe(log.append)
    fields = {"certificate": "a.crt", "step": 3, "due": NOW, "flags": ("x", "y"), "reason": None}
    said = bus.publish(NOW, UPDATE_FAILED, "Cert", **fields)
    kept = EventLog(tmp_path / "events.jsonl").events()[0][1]
    assert kept == said
    assert kept.fields == fields


def old(number, text, **more):
    """Return a line of a release that kept the sentence."""
    return {
        "id": 7,
        "time": NOW.isoformat(),
        "event": number,
        "subject": "TLS",
        "text": text,
    } | more


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        (old(2101, "one"), {"message": "one"}),
        (
            old(2101, 'Key file "a" has been reloaded.', fields={"kind": "Key", "file": "a"}),
            {"kind": "Key", "file": "a"},
        ),
        # what is a field of its own now was a part of the sentence
        (
            old(
                2045, 'CA profile "a" is up.', fields={"profile": "a", "state": "up", "reason": ""}
            ),
            {"message": 'CA profile "a" is up.'},
        ),
        (old(2101, "other words", fields={"kind": "Key", "file": "a"}), {"message": "other words"}),
    ],
)
def test_a_log_of_an_earlier_release_says_what_it_said(tmp_path, line, fields):
    path = tmp_path / "events.jsonl"
    path.write_text(f"{json.dumps(line)}\n")
    ((number, kept),) = EventLog(path).events()
    assert (number, sentence(kept), kept.fields) == (7, line["text"], fields)
    path.unlink()
    EventLog(path).append(kept)  # as it is written again when the file is full
    assert EventLog(path).events() == ((1, kept),)


def test_fields_that_are_none_cost_that_line_only(tmp_path):
    good = {"id": 1, "time": NOW.isoformat(), "event": 2101, "subject": "TLS", "text": "one"}
    bad = [
        good | {"id": number, "fields": said}
        for number, said in ((2, 5), (3, "x"), (4, [1]), (5, {"a": {}}), (6, {"a": 0.5}))
    ]
    lines = [json.dumps(line) for line in (good, *bad)]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    assert [number for number, _ in EventLog(tmp_path / "events.jsonl").events()] == [1]
