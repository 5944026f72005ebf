"""What `--record` keeps: every message, as it was, and nothing that authenticates a user."""

import errno
import io
import os
import stat
from datetime import UTC, datetime

import pytest
from memory import MemoryExchange

from srpki.core.clock import FrozenClock
from srpki.core.errors import ConnectError, StorageError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.frontend import recording
from srpki.frontend.recording import INDEX, Recorder
from srpki.storage.files import OsFiles
from srpki.transport.base import Limits
from srpki.transport.watched import WatchedExchanges

CLOCK = FrozenClock(datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC))
PKCS7 = {"content-type": "application/pkcs7-mime; smime-type=certs-only"}
ENROLL = HttpRequest(
    method="POST",
    url="https://192.0.2.9:8443/.well-known/est/simpleenroll",
    headers=(("Content-Type", "application/pkcs10"), ("Authorization", "Basic c2VjcmV0")),
    body=b"TUlJQg==",
)


def exchange(directory, answer, complaints=None):
    """Return an exchange that is recorded into *directory* and answered by *answer*."""
    recorder = Recorder(directory, CLOCK, complaints)
    made = WatchedExchanges(lambda *, tls, limits: MemoryExchange(answer), recorder)
    return made(tls=None, limits=Limits())


def test_each_message_is_a_file_that_holds_what_went_over_the_wire(tmp_path):
    reply = HttpReply(status=200, headers=PKCS7, body=b"TUlJ\nQw==")
    assert exchange(tmp_path / "rec", lambda request: reply).send(ENROLL) is reply
    sent, received = sorted(p.name for p in (tmp_path / "rec").iterdir() if p.name != INDEX)
    assert sent == "00001-20261123T120005Z-192.0.2.9_8443-sent-simpleenroll.b64"
    assert received == "00002-20261123T120005Z-192.0.2.9_8443-received-simpleenroll.b64"
    assert (tmp_path / "rec" / sent).read_bytes() == ENROLL.body
    assert (tmp_path / "rec" / received).read_bytes() == reply.body


def test_only_the_owner_may_read_a_recording(tmp_path):
    old = os.umask(0)
    try:
        exchange(tmp_path / "rec", lambda request: HttpReply(status=200, body=b"x")).send(ENROLL)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "rec").stat().st_mode) == 0o700
    files = list((tmp_path / "rec").iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_credentials_of_http_are_not_recorded(tmp_path):
    request = HttpRequest(
        method="POST",
        url="http://user:hunter2@192.0.2.9/cmp",
        headers=(*ENROLL.headers, ("Cookie", "hunter3")),
        body=b"x",
    )
    reply = HttpReply(status=401, headers={"www-authenticate": "Basic", "set-cookie": "hunter4"})
    exchange(tmp_path, lambda request: reply).send(request)
    kept = "".join(f"{path.name}\n{path.read_text()}" for path in tmp_path.iterdir())
    assert "Basic c2V" not in kept
    assert "hunter" not in kept
    assert "www-authenticate: Basic" in kept


def test_a_message_without_a_body_and_a_failure_are_lines_of_the_index(tmp_path):
    def refuse(request):
        raise ConnectError("connection refused")

    request = HttpRequest(method="GET", url="http://crl.example/ca.crl")
    with pytest.raises(ConnectError):
        exchange(tmp_path, refuse).send(request)
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]
    assert (tmp_path / INDEX).read_text().splitlines() == [
        "00001-20261123T120005Z-crl.example-sent-ca.crl GET http://crl.example/ca.crl",
        "00002-20261123T120005Z-crl.example-failed-ca.crl connection refused",
    ]


def test_a_second_run_goes_on_counting_and_overwrites_nothing(tmp_path):
    for body in (b"one", b"two"):
        exchange(tmp_path, lambda request, body=body: HttpReply(status=200, body=body)).send(ENROLL)
    contents = {path.name[:5]: path.read_bytes() for path in tmp_path.glob("0*")}
    assert (contents["00002"], contents["00004"]) == (b"one", b"two")


def test_what_a_peer_says_cannot_forge_a_line_or_name_a_file_elsewhere(tmp_path):
    request = HttpRequest(method="GET", url="http://h/../../..%2f\\x\n00009-forged")
    reply = HttpReply(status=302, headers={"location": "http://h/\n00009-forged\x1b[2J"})
    exchange(tmp_path / "rec", lambda request: reply).send(request)
    assert [path.name for path in tmp_path.iterdir()] == ["rec"]
    index = (tmp_path / "rec" / INDEX).read_text()
    assert len(index.splitlines()) == 2
    assert "\x1b" not in index


def test_a_message_that_claims_to_be_cmp_and_is_not_is_kept_all_the_same(tmp_path):
    reply = HttpReply(status=200, headers={"content-type": "application/pkixcmp"}, body=b"\x30\x80")
    exchange(tmp_path, lambda request: reply).send(ENROLL)
    (kept,) = tmp_path.glob("*-received-unreadable.der")
    assert kept.read_bytes() == reply.body


@pytest.mark.parametrize("limit", ["MESSAGES", "OCTETS"])
def test_a_full_recording_says_so_once_and_stops_nothing(tmp_path, monkeypatch, limit):
    monkeypatch.setattr(recording, limit, 1)
    complaints = io.StringIO()
    watched = exchange(tmp_path, lambda request: HttpReply(status=200, body=b"y"), complaints)
    for _ in range(3):
        assert watched.send(ENROLL).body == b"y"
    assert complaints.getvalue().count("the recording is full") == 1
    assert len(complaints.getvalue().splitlines()) == 1


def test_a_disk_that_refuses_stops_the_recording_and_not_the_exchange(tmp_path, monkeypatch):
    complaints = io.StringIO()
    watched = exchange(tmp_path, lambda request: HttpReply(status=200, body=b"y"), complaints)

    def full(*_, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(OsFiles, "write_new", full)
    assert watched.send(ENROLL).status == 200
    assert "No space left on device" in complaints.getvalue()


def test_a_directory_that_cannot_be_made_is_refused_at_the_start(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot record into"):
        Recorder(tmp_path / "file" / "rec", CLOCK)
