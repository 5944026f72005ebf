"""Packs from strangers: every known trick of archives is tried, and nothing is left outside."""

import hashlib
import io
import json
import stat
import zipfile
from datetime import UTC, datetime

import pytest

from srpki.core.errors import InvalidInputError, RefusedError
from srpki.training import packing
from srpki.training.packing import Pack, pack, unpack

ABOUT = Pack("refused", "anna", datetime(2026, 11, 30, 12, tzinfo=UTC))


@pytest.fixture
def node(tmp_path):
    place = tmp_path / "node"
    for name, content in {
        "cf3/config.cfg": b"x",
        "cf3/system-pki/gw 1.crt": b"y",
        "state/lock": b"1",
        "training/lab.toml": b"z",
        "lab-ca/clock.json": b"{}",
        "applications.json": b"{}",
        "settings.json": b"{}",
    }.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def test_a_pack_is_unpacked_as_it_was(node, tmp_path):
    (node / "cf3" / "link").symlink_to("/etc/passwd")
    pack(node, tmp_path / "a.labz", ABOUT)
    with (tmp_path / "a.labz").open("rb") as stream:
        assert unpack(stream, tmp_path / "out", "a.labz") == ABOUT
    out = sorted(p.relative_to(tmp_path / "out").as_posix() for p in (tmp_path / "out").rglob("*"))
    assert [name for name in out if (tmp_path / "out" / name).is_file()] == [
        "cf3/config.cfg",
        "cf3/system-pki/gw 1.crt",
        "lab-ca/clock.json",
        "settings.json",
        "training/lab.toml",
    ]


def test_a_file_that_is_there_is_not_written_over(node, tmp_path):
    (tmp_path / "a.labz").write_text("mine")
    with pytest.raises(RefusedError):
        pack(node, tmp_path / "a.labz", ABOUT)
    assert (tmp_path / "a.labz").read_text() == "mine"


def crafted(*entries, manifest=True):
    """Return an archive of *entries*: a name or `ZipInfo`, and its content."""
    out = io.BytesIO()
    digests = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, content in entries:
            archive.writestr(entry, content)
            name = entry if isinstance(entry, str) else entry.filename
            digests[name] = hashlib.sha256(content).hexdigest()
        if manifest:
            said = {"format": 1, "lab": "a", "student": "b", "packed": "2026-11-30T12:00:00+00:00"}
            archive.writestr("pack.json", json.dumps({**said, "files": digests}))
    return out.getvalue()


def entry(name, mode):
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    return found


def compressed_by(name, how):
    found = zipfile.ZipInfo(name)
    found.compress_type = how
    return found


TRICKS = {
    "parent": [("cf3/../../evil", b"x")],
    "absolute": [("/etc/evil", b"x")],
    "drive": [("C:/evil", b"x")],
    "backslashes": [("cf3\\..\\evil", b"x")],
    "elsewhere": [("evil", b"x")],
    "daemons": [("applications.json", b"{}")],
    "dot": [("cf3/./evil", b"x")],
    "empty part": [("cf3//evil", b"x")],
    "device": [("cf3/NUL.txt", b"x")],
    "trailing dot": [("cf3/evil.", b"x")],
    "control": [("cf3/ev\x1bil", b"x")],
    "bidi": [("cf3/ev\u202eil", b"x")],
    "long": [("cf3/" + "x" * 200, b"x")],
    "deep": [("cf3/" + "x/" * 20 + "x", b"x")],
    "link": [(entry("cf3/link", stat.S_IFLNK | 0o777), b"/etc/passwd")],
    "pipe": [(entry("cf3/pipe", stat.S_IFIFO | 0o600), b"")],
    "block device": [(entry("cf3/disk", stat.S_IFBLK | 0o600), b"")],
    "directory": [("cf3/sub/", b"")],
    "case": [("cf3/a", b"x"), ("cf3/A", b"y")],
    "file as directory": [("cf3/a", b"x"), ("cf3/a/b", b"y")],
    "bzip2": [(compressed_by("cf3/a", zipfile.ZIP_BZIP2), b"x")],
    "lzma": [(compressed_by("cf3/a", zipfile.ZIP_LZMA), b"x")],
}


@pytest.mark.parametrize("trick", TRICKS)
def test_a_trick_is_refused_and_nothing_is_written(trick, tmp_path):
    with pytest.raises(InvalidInputError):
        unpack(io.BytesIO(crafted(*TRICKS[trick])), tmp_path / "out", "a.labz")
    assert not list(tmp_path.rglob("*evil*"))
    assert not (tmp_path / "out").exists()


def test_what_is_unpacked_by_the_crafting_without_a_trick(tmp_path):
    unpack(io.BytesIO(crafted(("cf3/a", b"x"))), tmp_path / "out", "a.labz")
    assert (tmp_path / "out" / "cf3" / "a").read_bytes() == b"x"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_that_is_there_twice_is_refused(tmp_path):
    with pytest.raises(InvalidInputError, match="twice"):
        unpack(io.BytesIO(crafted(("cf3/a", b"x"), ("cf3/a", b"y"))), tmp_path / "out", "a.labz")


def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "MOST_OCTETS", 1000)
    with pytest.raises(InvalidInputError, match="too large"):
        unpack(io.BytesIO(crafted(("cf3/a", bytes(2000)))), tmp_path / "out", "a.labz")


def test_a_bomb_that_hides_its_size_is_refused(tmp_path):
    content = crafted(("cf3/a", bytes(100_000)))
    size = (100_000).to_bytes(4, "little")
    assert content.count(size) == 2  # in the entry, and in the directory at the end
    hidden = content.replace(size, (10).to_bytes(4, "little"))
    with pytest.raises(InvalidInputError):
        unpack(io.BytesIO(hidden), tmp_path / "out", "a.labz")


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(packing, "MOST_FILES", 3)
    many = [(f"cf3/{number}", b"x") for number in range(5)]
    with pytest.raises(InvalidInputError, match="too large"):
        unpack(io.BytesIO(crafted(*many)), tmp_path / "out", "a.labz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 1000, bytes(100)])
def test_what_is_no_archive_is_refused(content, tmp_path):
    with pytest.raises(InvalidInputError):
        unpack(io.BytesIO(content), tmp_path / "out", "a.labz")


def test_files_that_are_not_those_that_are_listed_are_refused(tmp_path):
    content = crafted(("cf3/a", b"x"), manifest=False)
    with pytest.raises(InvalidInputError, match=r"no pack\.json"):
        unpack(io.BytesIO(content), tmp_path / "out", "a.labz")
    out = io.BytesIO(crafted(("cf3/a", b"x")))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("cf3/b", b"late")
    with pytest.raises(InvalidInputError, match="not those that it lists"):
        unpack(out, tmp_path / "out2", "a.labz")
