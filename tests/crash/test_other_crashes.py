"""A single import and the making of the chassis key, ended at every step."""

import pytest
from counting import met

from srpki.core.entropy import SeededEntropy
from srpki.core.errors import StorageError
from srpki.keystore.seal import Seal

MODES = ("before", "torn", "after")


@pytest.mark.parametrize("first", [True, False])
def test_an_import_is_whole_or_not_there(first, bench, pairs):
    start = bench.MemoryDisk()
    if not first:
        bench.keystore(start).put("certificate", "a.crt", pairs.old[0])
    else:
        bench.keystore(start)._seal.seal(b"", b"")  # the chassis key, nothing else
    counting = bench.Faulty(start.copy())
    bench.keystore(counting).put("certificate", "a.crt", pairs.new[0])
    seen = set()
    for at in range(1, counting.steps + 1):
        for mode in MODES:
            disk = start.copy()
            with pytest.raises(bench.Crash):
                bench.keystore(bench.Faulty(disk, at=at, mode=mode)).put(
                    "certificate", "a.crt", pairs.new[0]
                )
            store = bench.keystore(disk)
            store.recover()
            found = store.read_certificate("a.crt") if store.exists("a.crt") else None
            assert found in (pairs.new[0], None if first else pairs.old[0])
            assert not [path for path in met(1, disk.content) if path.name.startswith(".")]
            seen.add(found)
    assert len(seen) == 2


def test_a_failed_import_leaves_what_was_there(bench, pairs):
    start = bench.MemoryDisk()
    bench.keystore(start).put("certificate", "a.crt", pairs.old[0])
    for at in range(1, 4):  # sweep, stage, rename
        for mode in ("before", "torn"):
            disk = start.copy()
            store = bench.keystore(bench.Faulty(disk, at=at, mode=mode, error=bench.no_space))
            with pytest.raises(StorageError, match="No space"):
                store.put("certificate", "a.crt", pairs.new[0])
            assert store.read_certificate("a.crt") == pairs.old[0]
            assert store.names() == ("a.crt",)
            assert not [path for path in met(1, disk.content) if path.name.startswith(".")]


def test_a_chassis_key_is_made_whole_or_not_at_all_and_only_once(bench):
    counting = bench.Faulty(bench.MemoryDisk())
    path = next(
        iter(directory for directory in counting.disk.directories if directory.name == "state")
    )
    path = path / "chassis.key"
    Seal(path, SeededEntropy(1), counting).seal(b"", b"")
    for at in met(1, range(1, counting.steps + 1)):
        for mode in MODES:
            disk = bench.MemoryDisk()
            with pytest.raises(bench.Crash):
                Seal(path, SeededEntropy(1), bench.Faulty(disk, at=at, mode=mode)).seal(b"", b"")
            made = disk.content.get(path)
            assert made is None or len(made) == 32
            sealed = Seal(path, SeededEntropy(2), disk).seal(b"plain", b"key")
            assert Seal(path, SeededEntropy(3), disk).open(sealed, b"key") == b"plain"
            if made is not None:
                assert disk.content[path] == made
            assert set(disk.content) <= {path, path.with_name(".chassis.key.new")}


def test_what_was_sealed_survives_a_power_cut(bench):
    """The chassis key's name is synced before anything sealed under it is handed out."""
    disk = bench.MemoryDisk()
    path = next(name for name in disk.directories if name.name == "state") / "chassis.key"
    sealed = Seal(path, SeededEntropy(1), disk).seal(b"plain", b"key")
    for cut in met(1, disk.power_cuts()):
        assert Seal(path, SeededEntropy(2), cut).open(sealed, b"key") == b"plain"


def test_a_chassis_key_made_by_another_meanwhile_is_not_written_over(bench):
    class Race(bench.MemoryDisk):
        def write_new(self, path, content, *, sync=True):
            super().write_new(path, content)
            self.content[path.with_name("chassis.key")] = b"k" * 32

    disk = Race()
    path = next(name for name in disk.directories if name.name == "state") / "chassis.key"
    sealed = Seal(path, SeededEntropy(1), disk).seal(b"plain", b"key")
    assert disk.content == {path: b"k" * 32}
    assert Seal(path, SeededEntropy(2), disk).open(sealed, b"key") == b"plain"


def test_probing_leaves_nothing_behind_and_tells_a_full_disk(bench, pairs):
    disk = bench.MemoryDisk()
    bench.keystore(disk).put("certificate", "a.crt", pairs.old[0])
    before = dict(disk.content)
    bench.keystore(disk).writable()
    assert disk.content == before
    counting = bench.Faulty(disk.copy())
    bench.keystore(counting).writable()
    for at in met(1, range(1, counting.steps + 1)):
        for mode in MODES:
            twin = disk.copy()
            store = bench.keystore(bench.Faulty(twin, at=at, mode=mode, error=bench.no_space))
            with pytest.raises(StorageError, match="No space"):
                store.writable()
            store.recover()
            assert twin.content == before
