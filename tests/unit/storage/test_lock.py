"""One process owns a node."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from srpki.core.errors import BusyError, StorageError
from srpki.storage.lock import NodeLock

HOLDER = """
import sys
from pathlib import Path
from srpki.storage.lock import NodeLock
lock = NodeLock(Path(sys.argv[1]))
lock.acquire()
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(node):
    return node / "state" / "lock"


def test_a_second_process_is_told_who_holds_the_node(path, node):
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout.readline() == b"locked\n"
        with pytest.raises(BusyError) as caught:
            NodeLock(path).acquire()
        assert f"in use by process {holder.pid}" in str(caught.value)
        assert str(node) in str(caught.value)
        holder.kill()
        holder.wait()
    with NodeLock(path):  # the dead hold nothing
        assert path.read_text() == f"{os.getpid()}\n"


def test_the_same_process_cannot_take_it_twice(path):
    with NodeLock(path):
        with pytest.raises(BusyError, match=f"process {os.getpid()}"):
            NodeLock(path).acquire()
    with NodeLock(path):
        pass


def test_release_without_acquire_and_twice_is_harmless(path):
    lock = NodeLock(path)
    lock.release()
    lock.acquire()
    lock.release()
    lock.release()
    assert path.read_text() == ""


def test_the_file_is_for_its_owner_only_and_no_link(path, node):
    with NodeLock(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.unlink()
    (node / "target").write_text("precious")
    path.symlink_to(node / "target")
    with pytest.raises(StorageError):
        NodeLock(path).acquire()
    assert (node / "target").read_text() == "precious"


def test_a_holder_that_left_nonsense_is_another_process(path):
    with NodeLock(path):
        path.write_text("\x1b[31m4711")
        with pytest.raises(BusyError, match="another process"):
            NodeLock(path).acquire()


def test_a_missing_directory_is_a_storage_error(node):
    with pytest.raises(StorageError, match="No such file"):
        NodeLock(node / "nothing" / "lock").acquire()


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.EWOULDBLOCK, BusyError, "in use by"),
        (errno.EACCES, BusyError, "in use by"),
        (errno.ENOLCK, StorageError, "cannot lock .*: No locks available"),
        (errno.EOPNOTSUPP, StorageError, "cannot lock .* not supported"),
        (errno.EIO, StorageError, "cannot lock .*: Input/output error"),
    ],
)
def test_a_lock_that_cannot_be_had_is_told_by_its_reason(path, monkeypatch, number, error, words):
    """A file system without locks is no other process; nothing stays open."""

    def refuse(descriptor, operation):
        raise OSError(number, os.strerror(number))

    def opened():
        return len(list(Path("/proc/self/fd").iterdir()))

    before = opened()
    with monkeypatch.context() as patched:
        patched.setattr(fcntl, "flock", refuse)
        with pytest.raises(error, match=words):
            NodeLock(path).acquire()
    assert opened() == before
    with NodeLock(path):
        pass
