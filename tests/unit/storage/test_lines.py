"""Files of lines: each whole or not there, none ever lost to another."""

import errno
import os
import stat
from pathlib import Path

import pytest

from srpki.storage.files import OsFiles
from srpki.storage.lines import LONGEST, LineFile


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.jsonl"


@pytest.fixture
def lines(path):
    return LineFile(path, OsFiles(path.parent))


def kept(path):
    return [*LineFile(path, OsFiles(path.parent)).read()]


def test_what_is_not_there_has_no_lines_and_is_made_for_its_owner_alone(path, lines):
    assert [*lines.read()] == [] and not path.exists()
    lines.append({"n": 1})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_held_is_made_at_once_and_opened_once(path, lines, monkeypatch):
    opened = []
    real = OsFiles.open
    monkeypatch.setattr(
        OsFiles, "open", lambda files, path, flags: opened.append(path) or real(files, path, flags)
    )
    descriptors = len([*Path("/proc/self/fd").iterdir()])
    lines.keep_open()
    assert path.read_bytes() == b"" and stat.S_IMODE(path.stat().st_mode) == 0o600
    lines.append({"n": 1})
    lines.append({"n": 2})
    assert opened == [path]
    lines.close()
    lines.close()
    assert len([*Path("/proc/self/fd").iterdir()]) == descriptors
    lines.append({"n": 3})
    assert kept(path) == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("half", [b'{"n": 2', b"{", b"x" * 3 * LONGEST])
def test_half_a_line_at_the_end_is_none_and_the_next_takes_its_place(path, lines, half):
    lines.append({"n": 1})
    with path.open("ab") as stream:
        stream.write(half)
    before = path.read_bytes()
    later = LineFile(path, OsFiles(path.parent))
    assert [*later.read()] == [{"n": 1}]
    assert path.read_bytes() == before  # reading writes nothing
    later.append({"n": 3})
    later.append({"n": 4})
    assert kept(path) == [{"n": 1}, {"n": 3}, {"n": 4}]


@pytest.mark.parametrize(
    "line", [b"", b"[]", b"5", b'{"n": ', b"\xff\xfe", b"[" * 60_000, b"x" * 2 * LONGEST]
)
def test_a_line_that_is_no_object_costs_no_other(path, lines, line):
    lines.append({"n": 1})
    with path.open("ab") as stream:
        stream.write(line + b"\n")
    lines.append({"n": 2})
    assert kept(path) == [{"n": 1}, None, {"n": 2}]


@pytest.mark.parametrize("taken_back", [True, False])
def test_a_line_that_a_full_disk_cuts_short_is_taken_back(path, lines, monkeypatch, taken_back):
    lines.append({"n": 1})
    write = os.write

    def refuse(*arguments):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as full:
        full.setattr(os, "write", lambda file, line: write(file, line[:5]))
        if not taken_back:
            full.setattr(os, "ftruncate", refuse)
        with pytest.raises(OSError, match="No space" if taken_back else "Input/output"):
            lines.append({"n": 2})
    lines.append({"n": 3})
    assert kept(path) == [{"n": 1}, {"n": 3}]


def test_a_line_that_is_too_long_is_refused_and_the_longest_is_not(path, lines):
    room = LONGEST - len('{"n": ""}\n')
    with pytest.raises(OSError, match="too long") as caught:
        lines.append({"n": "x" * (room + 1)})
    assert caught.value.errno == errno.EFBIG and not path.exists()
    lines.append({"n": "x" * room})
    assert kept(path) == [{"n": "x" * room}]


def test_a_file_beyond_what_is_asked_for_is_refused(path, lines):
    lines.append({"n": 1})
    octets = path.stat().st_size
    assert [*lines.read(octets)] == [{"n": 1}]
    with pytest.raises(OSError, match="too large"):
        [*lines.read(octets - 1)]


def test_all_are_replaced_at_once_and_half_a_line_goes_with_them(path, lines):
    path.write_bytes(b'{"n": 1}\n{"n"')
    assert [*lines.read()] == [{"n": 1}]
    lines.rewrite([{"n": 2}, {"n": 3}], sync=True)
    lines.append({"n": 4})
    assert kept(path) == [{"n": 2}, {"n": 3}, {"n": 4}]


def test_a_file_that_was_removed_meanwhile_begins_anew(path, lines):
    path.write_bytes(b'{"n": 1}\n{"n"')
    assert [*lines.read()] == [{"n": 1}]
    path.unlink()
    lines.append({"n": 2})
    assert path.read_bytes() == b'{"n": 2}\n'


def test_a_link_is_not_followed(path, lines, tmp_path):
    (tmp_path / "target").write_bytes(b"precious")
    path.symlink_to(tmp_path / "target")
    for touch in (lines.keep_open, lambda: [*lines.read()], lambda: lines.append({"n": 1})):
        with pytest.raises(OSError, match="symbolic link"):
            touch()
    assert (tmp_path / "target").read_bytes() == b"precious"
