"""Real file operations: synced, exclusive, private."""

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from srpki.storage.files import OsFiles, replace, sweep


@pytest.fixture
def files(tmp_path):
    return OsFiles(tmp_path)


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
    OsFiles(tmp_path).write_new(tmp_path / "a", b"x" * 100_000)
    assert synced == [(False, 100_000)]
    assert (tmp_path / "a").read_bytes() == b"x" * 100_000


def test_a_directory_is_synced_as_a_directory(tmp_path, synced):
    OsFiles(tmp_path).sync_directory(tmp_path)
    assert [is_directory for is_directory, _ in synced] == [True]


def test_a_new_file_never_takes_the_place_of_anything(tmp_path):
    (tmp_path / "file").write_bytes(b"precious")
    (tmp_path / "link").symlink_to(tmp_path / "target")
    (tmp_path / "directory").mkdir()
    for name in ("file", "link", "directory"):
        with pytest.raises(FileExistsError):
            OsFiles(tmp_path).write_new(tmp_path / name, b"new")
    assert (tmp_path / "file").read_bytes() == b"precious"
    assert not (tmp_path / "target").exists()


def test_reading_is_bounded(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert OsFiles(tmp_path).read(tmp_path / "a", 5) == b"12345"
    with pytest.raises(OSError, match="too large"):
        OsFiles(tmp_path).read(tmp_path / "a", 4)


def test_kinds(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    (tmp_path / "directory").mkdir()
    os.mkfifo(tmp_path / "pipe")
    found = {
        name: OsFiles(tmp_path).kind(tmp_path / name) for name in OsFiles(tmp_path).names(tmp_path)
    }
    assert found == {"file": "file", "link": "other", "directory": "directory", "pipe": "other"}
    assert OsFiles(tmp_path).kind(tmp_path / "nothing") == "absent"


def test_a_link_does_not_take_the_place_of_a_file(tmp_path):
    (tmp_path / "a").write_bytes(b"a")
    (tmp_path / "b").write_bytes(b"b")
    with pytest.raises(FileExistsError):
        OsFiles(tmp_path).duplicate(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"b"


def test_without_hard_links_a_file_is_copied(tmp_path, monkeypatch):
    def refused(*_arguments, **_options):
        raise PermissionError(errno.EPERM, "Operation not permitted")  # as FAT answers

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / "a").write_bytes(b"a")
    OsFiles(tmp_path).duplicate(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").read_bytes() == b"a"
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


# --- links, pipes, devices -----------------------------------------------------------------------

OPERATIONS = {
    "kind": lambda files, path: files.kind(path),
    "facts": lambda files, path: files.facts(path),
    "names": lambda files, path: files.names(path.parent),
    "read": lambda files, path: files.read(path, 100),
    "open": lambda files, path: os.close(files.open(path, os.O_RDONLY)),
    "write_new": lambda files, path: files.write_new(path.with_name("new"), b"x"),
    "append": lambda files, path: files.append(path, b"x"),
    "append to a new one": lambda files, path: files.append(path.with_name("new"), b"x"),
    "rename from": lambda files, path: files.rename(path, path.parents[2] / "moved"),
    "rename to": lambda files, path: files.rename(path.parents[2] / "own", path),
    "duplicate from": lambda files, path: files.duplicate(path, path.parents[2] / "copy"),
    "duplicate to": lambda files, path: files.duplicate(
        path.parents[2] / "own", path.with_name("c")
    ),
    "unlink": lambda files, path: files.unlink(path),
    "make_directory": lambda files, path: files.make_directory(path.with_name("d")),
    "remove_directory": lambda files, path: files.remove_directory(path.with_name("empty")),
    "remove a tree": lambda files, path: files.remove_directory(
        path.with_name("empty"), recursive=True
    ),
    "sync": lambda files, path: files.sync_directory(path.parent),
    "replace": lambda files, path: replace(files, path, b"new"),
}


@pytest.fixture
def outside(tmp_path):
    """A directory of somebody, with a file, an empty directory and what is below."""
    (tmp_path / "outside" / "inner" / "empty").mkdir(parents=True)
    (tmp_path / "outside" / "inner" / "file").write_bytes(b"precious")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "own").write_bytes(b"own")
    return tmp_path / "outside"


def everything(directory):
    return {path: path.read_bytes() if path.is_file() else b"" for path in directory.rglob("*")} | {
        directory: b""
    }


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("component", [0, 1])
def test_no_operation_goes_through_a_link_on_the_way(operation, component, outside, tmp_path):
    root = tmp_path / "root"
    if component == 0:
        (root / "a").symlink_to(outside)
    else:
        (root / "a").mkdir()
        (root / "a" / "inner").symlink_to(outside / "inner")
    before = everything(outside)
    with pytest.raises(OSError, match="is a symbolic link, which is not followed"):
        OPERATIONS[operation](OsFiles(root), root / "a" / "inner" / "file")
    assert everything(outside) == before
    assert (root / "own").read_bytes() == b"own"


@pytest.mark.parametrize("operation", ["names", "read", "open", "append"])
@pytest.mark.parametrize("kind", ["link", "dangling link", "pipe", "device", "directory"])
@pytest.mark.timeout(20)
def test_only_a_regular_file_is_opened_and_nothing_is_waited_for(
    kind, operation, outside, tmp_path
):
    path = tmp_path / "root" / "file"
    if kind == "link":
        path.symlink_to(outside / "inner" / "file")
    elif kind == "dangling link":
        path.symlink_to(outside / "nothing")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")  # only root can make one
    else:
        path.mkdir()
    before = everything(outside)
    files = OsFiles(tmp_path / "root")
    if operation == "names":
        if kind != "directory":
            with pytest.raises(OSError):
                files.names(path)
        return
    with pytest.raises(OSError) as caught:
        OPERATIONS[operation](files, path)
    assert caught.value.errno != errno.ENOENT
    assert everything(outside) == before


def test_a_link_is_removed_and_replaced_itself(outside, tmp_path):
    link = tmp_path / "root" / "link"
    files = OsFiles(tmp_path / "root")
    for act in (lambda: files.unlink(link), lambda: replace(files, link, b"new")):
        link.unlink(missing_ok=True)
        link.symlink_to(outside / "inner" / "file")
        act()
        assert not link.is_symlink()
        assert (outside / "inner" / "file").read_bytes() == b"precious"
    assert link.read_bytes() == b"new"


def test_a_tree_is_removed_without_what_its_links_lead_to(outside, tmp_path):
    tree = tmp_path / "root" / "tree"
    tree.mkdir()
    (tree / "link").symlink_to(outside)
    OsFiles(tmp_path / "root").remove_directory(tree, recursive=True)
    assert not tree.exists()
    assert (outside / "inner" / "file").exists()


def test_the_root_itself_may_be_a_link_and_nothing_above_it_is_reached(outside, tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "root")
    files = OsFiles(tmp_path / "link")
    assert files.read(tmp_path / "link" / "own", 3) == b"own"
    assert files.kind(tmp_path / "link") == "directory"
    with pytest.raises(ValueError):
        files.read(outside / "inner" / "file", 100)


def test_a_walk_yields_files_alone_and_follows_nothing(outside, tmp_path):
    root = tmp_path / "root"
    (root / "d" / "e").mkdir(parents=True)
    (root / "d" / "e" / "f").write_bytes(b"")
    (root / "d" / "link").symlink_to(outside)
    os.mkfifo(root / "d" / "pipe")
    assert sorted(OsFiles(root).walk(root)) == [root / "d" / "e" / "f", root / "own"]


def test_what_was_left_half_written_is_swept_and_nothing_else(tmp_path):
    ours = [".config.cfg.new", "log/.x.new", "a/b/.gw.key.new"]
    others = [".new", "x.new", ".x.newer", ".hidden", "log/new", ".d.new/file", "keys/.gw.key.new"]
    for name in (*ours, *others):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    sweep(OsFiles(tmp_path), tmp_path, but="keys")
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(others)


def test_a_file_system_that_cannot_sync_directories_is_good_enough(tmp_path, monkeypatch):
    def fsync(_descriptor):
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", fsync)
    OsFiles(tmp_path).sync_directory(tmp_path)
    with pytest.raises(OSError):
        OsFiles(tmp_path).write_new(tmp_path / "file", b"content that must be safe")


# --- what can be told beforehand -----------------------------------------------------------------


def refusing(monkeypatch, number, *, only=""):
    real = os.link

    def link(source, *arguments, **options):
        if not only or source == only:
            raise OSError(number, os.strerror(number))
        real(source, *arguments, **options)

    monkeypatch.setattr(os, "link", link)


def test_an_ordinary_file_can_be_replaced_and_one_that_is_not_there_too(tmp_path):
    (tmp_path / "file").write_bytes(b"content")
    for name in ("file", "nothing"):
        OsFiles(tmp_path).check_replaceable(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").stat().st_nlink == 1


@pytest.mark.parametrize(
    ("number", "text"), [(errno.EXDEV, "busy"), (errno.EPERM, "not permitted")]
)
def test_a_file_that_is_mounted_alone_or_immutable_is_told_beforehand(
    number, text, tmp_path, monkeypatch
):
    """As Linux answers link(2) for each: tried by hand with mount --bind and chattr +i."""
    (tmp_path / "file").write_bytes(b"content")
    refusing(monkeypatch, number, only="file")
    with pytest.raises(OSError, match=text):
        OsFiles(tmp_path).check_replaceable(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_system_without_hard_links_tells_nothing(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"content")
    refusing(monkeypatch, errno.EPERM)
    OsFiles(tmp_path).check_replaceable(tmp_path / "file")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_who_stays_in_a_directory_walks_there_once(files, tmp_path, monkeypatch):
    (tmp_path / "in" / "deep").mkdir(parents=True)
    place = tmp_path / "in" / "deep"
    walks, real = [], os.open

    def opened(path, flags, *more, **options):
        if flags & os.O_DIRECTORY:
            walks.append(path)
        return real(path, flags, *more, **options)

    monkeypatch.setattr(os, "open", opened)
    with files.staying(place):
        files.write_new(place / "a", b"1")
        files.rename(place / "a", place / "b")
        files.duplicate(place / "b", place / "c")
        files.sync_directory(place)
        assert files.names(place) == ["b", "c"]
        assert files.read(place / "c", 1) == b"1"
        with files.staying(place):
            files.unlink(place / "b")
        assert files.kind(place / "c") == "file"
    assert walks == [tmp_path, "in", "deep"]
    files.unlink(place / "c")
    assert walks == 2 * [tmp_path, "in", "deep"]


def test_a_directory_need_not_be_there_before_somebody_stays_in_it(files, tmp_path):
    place = tmp_path / "later"
    with files.staying(place):
        assert files.names(place) == []
        assert files.kind(place / "a") == "absent"
        files.make_directory(place)
        files.write_new(place / "a", b"1")
    assert files.names(place) == ["a"]


def test_no_link_leads_to_the_directory_somebody_stays_in_nor_out_of_it(files, tmp_path):
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    (outside / "secret").write_bytes(b"1")
    (tmp_path / "link").symlink_to(outside)
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(outside / "secret")
    for place, name in (("link", "secret"), ("in", "out")):
        with files.staying(tmp_path / place), pytest.raises(OSError, match="symbolic link"):
            files.read(tmp_path / place / name, 10)
    with files.staying(outside), pytest.raises(ValueError, match="is not below"):
        files.read(outside / "secret", 10)


def test_each_thread_stays_by_itself(files, tmp_path):
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(name.encode())
    with files.staying(tmp_path / "one"):
        assert files.read(tmp_path / "one" / "file", 10) == b"one"
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(files.read, tmp_path / "other" / "file", 10).result() == b"other"
        with files.staying(tmp_path / "other"):
            assert files.read(tmp_path / "other" / "file", 10) == b"other"
        assert files.read(tmp_path / "one" / "file", 10) == b"one"
