"""Disks that err under a lab CA: each error is told with the file, nothing is lost or made anew."""

import base64
import errno
import fcntl
import os
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from counting import met
from cryptography import x509
from cryptography.x509.oid import NameOID

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import BusyError, StorageError
from srpki.core.wire import HttpRequest
from srpki.labca import store, vault
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.est_responder import EstResponder
from srpki.protocol.cmp import bodies
from srpki.storage.files import OsFiles
from srpki.x509 import csr

NOW = datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)
SUBJECT = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gw")])


class Erring(OsFiles):
    """The system's files; *calls* are noted, the one numbered *broken* fails."""

    calls: ClassVar = []
    broken: ClassVar = None

    def _step(self, operation, path):
        Erring.calls.append((operation, str(path.relative_to(self._root))))
        if len(Erring.calls) - 1 == Erring.broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))

    def write_new(self, path, content, *, sync=True):
        self._step("write_new", path)
        super().write_new(path, content, sync=False)  # no power is cut here

    def sync_directory(self, path):
        self._step("sync_directory", path)


def _erring(operation):
    def method(self, path, *arguments, **named):
        self._step(operation, path)
        return getattr(OsFiles, operation)(self, path, *arguments, **named)

    return method


for _operation in ("open", "kind", "names", "read", "rename", "unlink"):
    setattr(Erring, _operation, _erring(_operation))


@pytest.fixture
def disk(monkeypatch):
    """Return a function that breaks the *number*-th operation from now, none when it is None."""
    monkeypatch.setattr(vault, "OsFiles", Erring)
    monkeypatch.setattr(store, "OsFiles", Erring)

    def broken(number=None):
        Erring.calls, Erring.broken = [], number

    broken()
    yield broken
    broken()


def found(directory):
    return Authority(directory, FrozenClock(NOW), SystemEntropy(), CaSettings())


def known(authority):
    """Return what must be the same at the next start."""
    secrets = authority.reference, authority.secret, authority.est_username, authority.est_password
    servers = authority.issuing.certificate, authority.cmp_signer.certificate
    return authority.root, *servers, authority.tls.certificate, *secrets


def started(disk, directory):
    """Start a CA, and return the operations that took."""
    disk()
    found(directory).close()
    return list(Erring.calls)


def operations_of_the_sweep(operations):
    """Return how many operations come before the first look at what is kept."""
    return len(operations) - operations[::-1].index(("kind", "unlock")) - 1


def refused(directory):
    """Start a CA, and return why it could not; empty when it could."""
    try:
        found(directory).close()
    except StorageError as error:
        return error.sentence
    return ""


@pytest.mark.parametrize("start", ["first", "second"])
def test_an_error_at_any_step_of_a_start_is_told_and_the_next_start_is_whole(disk, tmp_path, start):
    operations = started(disk, tmp_path / "count")
    if start == "second":
        operations = started(disk, tmp_path / "count")
    assert len(operations) > 10
    told = set()
    for number, (operation, name) in enumerate(operations):
        directory = tmp_path / str(number)
        before = None
        if start == "second":
            disk()
            first = found(directory)
            before = known(first)
            first.close()
        disk(number)
        if sentence := refused(directory):
            assert "Input/output error" in sentence and str(directory) in sentence
            told.add(operation)
        else:
            # what an earlier start has left over is swept first, and is in nobody's way
            assert 0 < number < operations_of_the_sweep(operations), (operation, name)
        assert Erring.calls[number] == (operation, name)
        disk()
        again = found(directory)  # the lock is free, and no half of a file stands in the way
        assert before in (None, known(again)), (operation, name)
        again.close()
    expected = {"open", "kind", "read"}
    if start == "first":
        expected |= {"write_new", "rename", "sync_directory"}
    assert expected <= told


def test_a_directory_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="Not a directory"):
        found(tmp_path / "file" / "ca")


@pytest.mark.parametrize("name", ["lock", "unlock", "credentials.json", "root.key", "issued"])
def test_a_link_or_a_directory_in_a_files_place_is_told(tmp_path, name):
    found(tmp_path / "ca").close()
    path = tmp_path / "ca" / name
    path.rename(tmp_path / name)
    path.symlink_to(tmp_path / name)
    with pytest.raises(StorageError, match="symbolic link"):
        found(tmp_path / "ca")
    path.unlink()
    path.mkdir()
    with pytest.raises(StorageError, match=r"cannot use .*directory|cannot use .*regular file"):
        found(tmp_path / "ca")


def test_a_start_that_failed_holds_no_lock_while_its_error_is_looked_at(disk, tmp_path):
    """Whichever operation failed: the error keeps alive what was being made."""
    found(tmp_path).close()
    errors = []
    for number in met(6, range(len(started(disk, tmp_path)))):
        disk(number)
        try:
            found(tmp_path).close()
        except StorageError as error:
            errors.append(error)
        disk()
        found(tmp_path).close()
    assert len(errors) > 6
    assert all(error.__traceback__ is not None for error in errors)


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.EWOULDBLOCK, BusyError, "another lab CA uses"),
        (errno.EACCES, BusyError, "another lab CA uses"),
        (errno.ENOLCK, StorageError, "No locks available"),
        (errno.EOPNOTSUPP, StorageError, "not supported"),
    ],
)
def test_a_lock_that_cannot_be_had_is_told_by_its_reason(
    tmp_path, monkeypatch, number, error, words
):
    """A file system without locks is no other lab CA."""

    def refuse(descriptor, operation):
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", refuse)
        with pytest.raises(error, match=words):
            found(tmp_path)
    found(tmp_path).close()


def test_ports_that_cannot_be_kept_are_told_and_those_of_before_stay(disk, tmp_path):
    authority = found(tmp_path)
    authority.keep_ports({"cmp": 1, "est": 2})
    disk()
    authority.keep_ports({"cmp": 3, "est": 4})
    steps, kept = len(Erring.calls), {"cmp": 3, "est": 4}
    for number in met(6, range(steps)):
        disk(number)
        wanted = {"cmp": 5 + number, "est": 6}
        with pytest.raises(StorageError, match="Input/output error"):
            authority.keep_ports(wanted)
        operation, _ = Erring.calls[number]
        if operation == "sync_directory":  # it has its name already
            kept = wanted
        disk()
        assert authority.ports == kept
    authority.close()


def test_a_certificate_that_cannot_be_remembered_is_not_issued(tmp_path, device_key, monkeypatch):
    authority = found(tmp_path)
    record = authority.issue(device_key.public_key(), SUBJECT)
    for operation in ("write", "ftruncate"):
        with monkeypatch.context() as patched:

            def refuse(*arguments):
                raise OSError(errno.EIO, os.strerror(errno.EIO))

            patched.setattr(os, operation, refuse)
            if operation == "ftruncate":  # half a line that cannot be taken back either
                patched.setattr(os, "write", lambda file, line: 1)
            for change in (
                lambda: authority.issue(device_key.public_key(), SUBJECT),
                lambda: authority.confirm(record.certificate),
                lambda: authority.revoke(record.certificate),
            ):
                with pytest.raises(StorageError, match="Input/output error"):
                    change()
        assert [(one.serial, one.state) for one in authority.all_issued()] == [
            (record.serial, store.ISSUED)
        ]
    authority.close()


@pytest.fixture
def full(authority):
    """A disk on which nothing can be noted until the returned function is called."""

    def refuse(record, **more):
        raise StorageError("the lab CA cannot use issued: No space left on device")

    patched = pytest.MonkeyPatch()
    patched.setattr(authority._store, "_append", refuse)
    yield patched.undo
    patched.undo()


def failure(answer):
    assert answer.kind == "error"
    info = bodies.decode_error(answer)
    assert "No space left" in info.text[0]
    return info.fail_info


def test_a_full_disk_is_a_failure_of_the_ca_and_the_client_may_go_on_later(
    cmp, device_key, request
):
    (response,), _ = bodies.decode_responses(cmp.ask(cmp.request("ir", device_key)))
    body, asked = cmp.confirmation(response.certificate), cmp.last
    room = request.getfixturevalue("full")
    assert failure(cmp.ask(body)) == ("systemFailure",)
    assert cmp.states() == [store.ISSUED]
    room()
    cmp.last = asked
    assert cmp.ask(body).kind == "pkiConf"
    assert cmp.states() == [store.CONFIRMED]


def test_what_cannot_be_revoked_for_a_full_disk_is_revoked_when_there_is_room(
    cmp, device_key, clock, log, request
):
    cmp.ask(cmp.request("ir", device_key))
    room = request.getfixturevalue("full")
    clock.advance(timedelta(minutes=5, seconds=1))
    cmp.responder.expire()
    cmp.responder.expire()
    assert [line for line in log if "No space left" in line] == log[-1:]
    room()
    clock.advance(timedelta(minutes=5, seconds=1))
    cmp.responder.expire()
    assert cmp.states() == [store.REVOKED]


def test_est_tells_of_a_full_disk_too(authority, faults, log, device_key, full):
    request = HttpRequest(
        method="POST",
        url="https://127.0.0.1/.well-known/est/simpleenroll",
        headers=(
            ("Content-Type", "application/pkcs10"),
            ("Authorization", "Basic " + base64.b64encode(b"user:pass word").decode()),
        ),
        body=base64.b64encode(csr.build(device_key, SUBJECT)),
    )
    reply = EstResponder(authority, faults, log=log.append).handle(request)
    assert (reply.status, b"No space left" in reply.body) == (500, True)
    full()
    assert EstResponder(authority, faults, log=log.append).handle(request).status == 200
