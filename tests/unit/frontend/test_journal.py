"""The journal of a lab: a line a command, without secrets, bounded, and never in the way."""

import json
from datetime import UTC, datetime

import pytest

from srpki.cli.session import Session
from srpki.core.clock import FrozenClock
from srpki.frontend import journal as journals
from srpki.frontend.journal import JOURNAL, Journal
from srpki.frontend.node import opened as opened_node
from srpki.storage.files import OsFiles

REAL = FrozenClock(datetime(2026, 12, 1, tzinfo=UTC))
LAB = FrozenClock(datetime(2027, 3, 1, 8, tzinfo=UTC))
TYPED = {
    "session": 3,
    "user": "ann",
    "kind": "ssh",
    "address": "192.0.2.7",
    "mode": "md",
    "prompt": "A:ann@gw# ",
    "command": "show time",
    "output": "Mon",
    "ok": True,
    "seconds": 0.12345,
}


@pytest.fixture
def journal(tmp_path):
    return Journal(tmp_path, OsFiles(tmp_path), REAL, LAB, lambda: ("hush",))


def lines(directory, name=JOURNAL):
    return [json.loads(line) for line in (directory / name).read_text().splitlines()]


def test_a_line_says_who_typed_what_when_and_what_was_answered(journal, tmp_path):
    journal.record(**TYPED | {"output": "the secret is hush"})
    assert lines(tmp_path) == [
        {
            **TYPED,
            "time": "2026-12-01T00:00:00.000+00:00",
            "lab-time": "2027-03-01T08:00:00.000+00:00",
            "output": "the secret is ********",
            "seconds": 0.123,
        }
    ]
    assert (tmp_path / JOURNAL).stat().st_mode & 0o777 == 0o600


def test_long_outputs_are_cut_and_a_full_file_makes_room(journal, tmp_path, monkeypatch):
    journal.record(**TYPED | {"output": "\u4e00" * 20_000, "command": "x" * 5000})
    (line,) = lines(tmp_path)
    assert (len(line["output"]), len(line["command"]), line["cut"]) == (8000, 2600, True)
    monkeypatch.setattr(journals, "MOST_OCTETS", 100)
    for number in range(3):
        journal.record(**TYPED | {"session": number})
    assert [one["session"] for one in lines(tmp_path)] == [2]
    assert [one["session"] for one in lines(tmp_path, f"{JOURNAL}.1")] == [1]


def test_what_the_disk_does_not_take_is_counted(journal, tmp_path, monkeypatch):
    def refuse(fields):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(journal._file, "append", refuse)
        for _ in range(2):
            journal.record(**TYPED)
    for _ in range(2):
        journal.record(**TYPED)
    assert [one.get("lost") for one in lines(tmp_path)] == [2, None]


def test_every_session_of_a_lab_node_is_in_it_without_a_secret(tmp_path):
    from srpki.frontend.labs import opened_lab

    node = tmp_path / "node"
    with opened_lab(node) as (router, lab):
        session, other = Session(router, dialect="md", user="ann"), Session(router, "classic")
        session.feed("lab lock password topsecret1")
        session.feed("lab ca show")
        session.feed("nonsense")
        session.feed("lab unlock password topsecret1")
        assert other.feed("show time").ok
        session.feed("admin reboot now")
        secret = lab.server.secret
    found = lines(node / "lab-ca")
    assert [(one["mode"], one["command"], one["ok"]) for one in found[:5]] == [
        ("md", "lab lock password ********", True),
        ("md", "lab ca show", True),
        ("md", "nonsense", False),
        ("md", "lab unlock password ********", True),
        ("classic", "show time", True),
    ]
    assert found[0]["user"] == "ann" and "A:ann@" in found[0]["prompt"]
    assert "Secret          : ********" in found[1]["output"]
    text = (node / "lab-ca" / JOURNAL).read_text()
    assert secret not in text and "topsecret1" not in text
    with opened_node(tmp_path / "plain", lab=False) as router:
        Session(router, dialect="md").feed("show time")
    assert not list((tmp_path / "plain").rglob(JOURNAL))
