"""Real file operations: synced, exclusive, private."""

import errno
import os
import stat

import pytest

from srpki.keystore.files import OsFiles


@pytest.fixture
def synced(monkeypatch):
    """What fsync was called on, as (is a directory, size)."""
    calls = []
    real = os.fsync

    def fsync(descriptor):
        facts = os.fstat(descriptor)
        calls.append((stat.S_ISDIR(facts.st_mode), facts.st_size))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    return calls


def test_a_new_file_is_whole_on_the_disk_before_the_call_returns(tmp_path, synced):
    OsFiles().write_new(tmp_path / "a", b"x" * 100_000)
    assert synced == [(False, 100_000)]
    assert (tmp_path / "a").read_bytes() == b"x" * 100_000


def test_a_directory_is_synced_as_a_directory(tmp_path, synced):
    OsFiles().sync_directory(tmp_path)
    assert [is_directory for is_directory, _ in synced] == [True]


def test_a_new_file_never_takes_the_place_of_anything(tmp_path):
    (tmp_path / "file").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "directory").mkdir()
    for name in ("file", "link", "directory"):
        with pytest.raises(FileExistsError):
            OsFiles().write_new(tmp_path / name, b"new")
    assert (tmp_path / "file").read_bytes() == b"precious"
    assert not (tmp_path / "target").exists()


def test_reading_is_bounded(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert OsFiles().read(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        OsFiles().read(tmp_path / "a", 4)


def test_kinds(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    found = {name: OsFiles().kind(tmp_path / name) for name in OsFiles().names(tmp_path)}
    assert found == {"file": "file", "link": "other", "directory": "directory", "pipe": "other"}
    assert OsFiles().kind(tmp_path / "nothing") == "absent"


def test_a_link_does_not_take_the_place_of_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        OsFiles().duplicate(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"b"


def test_without_hard_links_a_file_is_copied(tmp_path, monkeypatch):
    def refused(*_arguments, **_options):
        raise PermissionError(errno.EPERM, "Operation not permitted")  # as FAT answers

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / "a").write_bytes(b"a")
    OsFiles().duplicate(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"a"
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600
