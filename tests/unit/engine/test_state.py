"""Records that survive: whole, private, and never in the way when they are damaged."""

import json
import os
import stat
from datetime import UTC, datetime

import pytest

from srpki.core.errors import StorageError
from srpki.engine.state import EntryState, from_json, instant, rfc3339, to_json
from srpki.storage.records import Records

MOMENT = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)
STATE = EntryState(
    update_state="wait-for-retry",
    reason="no answer",
    last_update_start_time=MOMENT,
    last_update_end_time=MOMENT,
    next_update_time=MOMENT,
    step=4,
    pending_reload=True,
    fingerprint="ab",
    held_until=MOMENT,
)


@pytest.fixture
def records(tmp_path):
    return Records(tmp_path / "auto-update")


def test_a_state_comes_back_as_it_was():
    assert from_json(json.loads(json.dumps(to_json(STATE)))) == STATE
    assert from_json(to_json(EntryState())) == EntryState()


def test_times_are_written_in_rfc_3339_and_utc():
    assert to_json(STATE)["next_update_time"] == "2026-05-06T07:08:09.123456Z"
    assert rfc3339(datetime(2026, 5, 6, tzinfo=UTC)) == "2026-05-06T00:00:00Z"
    assert instant("2026-05-06T02:00:00+02:00") == datetime(2026, 5, 6, tzinfo=UTC)


def test_a_record_of_a_later_program_with_more_fields_is_read():
    assert from_json({**to_json(STATE), "more": 1}) == STATE


@pytest.mark.parametrize(
    "damage",
    [
        {"update_state": "dreaming"},
        {"update_state": None},
        {"step": "4"},
        {"step": True},
        {"pending_reload": 1},
        {"next_update_time": "tomorrow"},
        {"next_update_time": "2026-05-06T07:08:09"},
        {"reason": None},
    ],
)
def test_a_record_with_a_wrong_value_is_refused(damage):
    with pytest.raises(ValueError):
        from_json({**to_json(STATE), **damage})


def test_records_are_kept_by_name_whatever_the_name(records):
    names = ["gw.crt", "..", "a" * 95, "\N{SNOWMAN}" * 95, "a b"]
    for number, name in enumerate(names):
        records.save(name, {"number": number})
    found, damaged = records.load()
    assert {name: record["number"] for name, record in found.items()} == {
        name: number for number, name in enumerate(names)
    }
    assert damaged == {}


def test_a_record_is_private_and_leaves_nothing_beside_it(records, tmp_path):
    records.save("gw.crt", {"a": 1})
    records.save("gw.crt", {"a": 2})
    (path,) = (tmp_path / "auto-update").iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_dropped_record_is_gone_and_dropping_it_again_is_nothing(records):
    records.save("gw.crt", {})
    records.drop("gw.crt")
    records.drop("gw.crt")
    assert records.load() == ({}, {})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"name":1}',
        b"\xff\xfe",
        b"[" * 60000,
        b'"' + b"a" * 70000 + b'"',
    ],
)
def test_a_damaged_record_is_reported_once_and_costs_no_other(records, tmp_path, content):
    records.save("good.crt", {"a": 1})
    (tmp_path / "auto-update" / "bad.json").write_bytes(content)
    found, damaged = records.load()
    assert list(found) == ["good.crt"]
    assert list(damaged) == ["bad.json"]
    assert records.load()[1] == {}


def test_a_write_that_fails_leaves_the_old_record(records, monkeypatch):
    records.save("gw.crt", {"a": 1})

    def refuse(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StorageError, match="No space left"):
        records.save("gw.crt", {"a": 2})
    assert records.load()[0]["gw.crt"]["a"] == 1


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+23:00", "9999-12-31T23:59:59-23:00"])
def test_a_time_beyond_the_calendar_is_damage(text):
    with pytest.raises(ValueError, match="calendar"):
        instant(text)
