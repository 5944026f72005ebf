"""The event log outlives the process and never stands in its way."""

import json
import stat
from datetime import UTC, datetime

from srpki.core.events import FILE_RELOADED, Event, EventBus
from srpki.device.logging.eventlog import CAPACITY, EventLog

NOW = datetime(2026, 1, 1, 12, 30, 15, 250000, tzinfo=UTC)


def event(text):
    return Event(NOW, FILE_RELOADED, "TLS", text)


def test_events_survive_a_restart_with_their_numbers(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.append(event("one"))
    log.append(event("two"))
    again = EventLog(tmp_path / "events.jsonl")
    again.append(event("three"))
    assert [(number, kept.text) for number, kept in again.events()] == [
        (1, "one"),
        (2, "two"),
        (3, "three"),
    ]
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
    assert [kept.text for _, kept in EventLog(path).events()] == ["one", "next"]


def test_a_disk_that_refuses_does_not_stop_the_router(tmp_path):
    log = EventLog(tmp_path / "missing" / "events.jsonl")
    log.append(event("one"))
    assert [kept.text for _, kept in log.events()] == ["one"]


def test_the_fields_of_an_event_survive_a_restart(tmp_path):
    log, bus = EventLog(tmp_path / "events.jsonl"), EventBus()
    bus.subscribe(log.append)
    said = bus.publish(NOW, FILE_RELOADED, "TLS", kind="Key", file="a.key")
    kept = EventLog(tmp_path / "events.jsonl").events()[0][1]
    assert kept == said
    assert kept.fields == {"kind": "Key", "file": "a.key"}


def test_a_log_of_before_there_were_fields_is_read(tmp_path):
    line = {"id": 7, "time": NOW.isoformat(), "event": 2101, "subject": "TLS", "text": "one"}
    (tmp_path / "events.jsonl").write_text(f"{json.dumps(line)}\n")
    assert EventLog(tmp_path / "events.jsonl").events() == ((7, event("one")),)


def test_fields_that_are_none_cost_that_line_only(tmp_path):
    good = {"id": 1, "time": NOW.isoformat(), "event": 2101, "subject": "TLS", "text": "one"}
    bad = [good | {"id": number, "fields": said} for number, said in ((2, 5), (3, "x"), (4, [1]))]
    lines = [json.dumps(line) for line in (good, *bad)]
    (tmp_path / "events.jsonl").write_text("\n".join(lines) + "\n")
    assert [number for number, _ in EventLog(tmp_path / "events.jsonl").events()] == [1]
