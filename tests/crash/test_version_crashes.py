"""The saved configuration and its earlier versions, ended at every step of a new version."""

from pathlib import Path

import pytest
from counting import met

from srpki.core.errors import StorageError
from srpki.storage.versions import Versions

CF3 = Path("/node/cf3")
CONFIG = CF3 / "config.cfg"
MODES = ("before", "torn", "after")
HISTORIES = {
    "nothing saved yet": ([], 3),
    "one": ([b"a"], 3),
    "some": ([b"a", b"b", b"c"], 5),
    "as many as are kept": ([b"a", b"b", b"c"], 2),
    "a limit that was lowered": ([b"a", b"b", b"c", b"d"], 1),
}


def versions(files):
    return Versions(CONFIG, "cf3:\\config.cfg", files)


def prepared(bench, contents):
    disk = bench.MemoryDisk()
    for content in contents:
        versions(disk).save(content, 50)
    return disk


def found(disk):
    """Return the contents of all versions, the latest first, without those kept twice."""
    names = sorted(
        (path for path in disk.content if not path.name.startswith(".")),
        key=lambda path: int(path.suffix[1:]) if path.suffix[1:].isdigit() else 0,
    )
    return list(dict.fromkeys(disk.content[path] for path in names))


def check(disk, contents, backups):
    """Recover *disk*: the latest version is whole, and none within the limit is lost."""
    versions(disk).recover()
    former = contents[::-1]
    kept = found(disk)
    if kept == former:
        return "old"
    assert kept[: backups + 1] == [b"new", *former][: backups + 1]
    assert not [path for path in met(1, disk.content) if path.name.startswith(".")]
    return "new"


@pytest.mark.parametrize("history", HISTORIES)
def test_a_save_that_is_ended_at_any_step_leaves_the_old_or_the_new_and_loses_none(bench, history):
    contents, backups = HISTORIES[history]
    start = prepared(bench, contents)
    counting = bench.Faulty(start.copy())
    versions(counting).save(b"new", backups)
    assert found(counting.disk) == [b"new", *contents[::-1]][: backups + 1]
    outcomes = set()
    for at in range(1, counting.steps + 1):
        for mode in MODES:
            disk = start.copy()
            with pytest.raises(bench.Crash):
                versions(bench.Faulty(disk, at=at, mode=mode)).save(b"new", backups)
            if contents:
                assert disk.content[CONFIG] in (contents[-1], b"new")  # even before it recovers
            for cut in (disk.copy(), *disk.power_cuts()):
                outcomes.add(check(cut, contents, backups))
    assert outcomes == {"old", "new"}


@pytest.mark.parametrize("history", HISTORIES)
def test_a_recovery_that_is_ended_itself_is_finished_by_the_next(bench, history):
    contents, backups = HISTORIES[history]
    start = prepared(bench, contents)
    counting = bench.Faulty(start.copy())
    versions(counting).save(b"new", backups)
    for at in met(1, range(1, counting.steps + 1)):
        half = start.copy()
        with pytest.raises(bench.Crash):
            versions(bench.Faulty(half, at=at)).save(b"new", backups)
        recovering = bench.Faulty(half.copy())
        versions(recovering).recover()
        for step in met(0, range(1, recovering.steps + 1)):
            for mode in ("before", "after"):
                disk = half.copy()
                with pytest.raises(bench.Crash):
                    versions(bench.Faulty(disk, at=step, mode=mode)).recover()
                for cut in (disk.copy(), *disk.power_cuts()):
                    check(cut, contents, backups)


@pytest.mark.parametrize("lasting", [True, False])
def test_a_disk_that_refuses_a_step_is_told_and_nothing_is_lost(bench, lasting):
    contents = [b"a", b"b", b"c"]
    start = prepared(bench, contents)
    counting = bench.Faulty(start.copy())
    versions(counting).save(b"new", 5)
    for at in met(1, range(1, counting.steps + 1)):
        for mode in MODES:
            disk = start.copy()
            faulty = bench.Faulty(disk, at=at, mode=mode, error=bench.no_space, lasting=lasting)
            with pytest.raises(StorageError, match=r'write file "cf3:\\config.cfg": No space left'):
                versions(faulty).save(b"new", 5)
            check(disk, contents, 5)
            assert versions(disk).save(b"later", 5)
            assert disk.content[CONFIG] == b"later"
            assert {*contents} <= {*found(disk)}


def test_a_version_that_is_removed_takes_no_other_with_it(bench):
    contents = [b"a", b"b", b"c", b"d"]
    start = prepared(bench, contents)
    for version, gone in enumerate(reversed(contents)):
        counting = bench.Faulty(start.copy())
        versions(counting).remove(version)
        left = [content for content in reversed(contents) if content != gone]
        assert found(counting.disk) == left
        for at in met(1, range(1, counting.steps + 1)):
            for mode in ("before", "after"):
                disk = start.copy()
                with pytest.raises(bench.Crash):
                    versions(bench.Faulty(disk, at=at, mode=mode)).remove(version)
                for cut in met(1, disk.power_cuts()):
                    assert {*left} <= {*found(cut)}


def test_what_was_saved_or_removed_is_so_after_a_power_cut(bench):
    disk = prepared(bench, [b"a", b"b", b"c"])
    assert [found(cut) for cut in disk.power_cuts()] == [[b"c", b"b", b"a"]]
    versions(disk).remove(2)
    assert [found(cut) for cut in disk.power_cuts()] == [[b"c", b"b"]]


def test_an_unchanged_file_makes_no_new_version(bench):
    disk = prepared(bench, [b"a", b"b"])
    assert not versions(disk).save(b"b", 50)
    assert versions(disk).numbers(50) == (0, 1)
