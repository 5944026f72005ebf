"""Fail at every step of a swap, and again at every step of the recovery."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from counting import met

from srpki.core.errors import NotFoundError, StorageError
from srpki.storage.files import OsFiles
from srpki.x509 import keys

JOURNAL = ".gw.key.journal"
MODES = ("before", "torn", "after")  # in the order of what has happened
SCENARIOS = (
    "pair",
    "pair with .previous",
    "certificate only",
    "nothing but .previous",
    "nothing",
)


def swap(bench, store, pairs):
    store.swap(bench.CERTIFICATE, pairs.new[0], bench.KEY, pairs.new[1])


def count_steps(bench, action, disk):
    """Return how many mutating steps *action* takes on a copy of *disk*."""
    counting = bench.Faulty(disk.copy())
    action(counting)
    return counting.steps


@pytest.fixture
def prepared(bench, pairs):
    def make(scenario):
        disk = bench.MemoryDisk()
        bench.prepare(bench.keystore(disk), scenario, pairs)
        assert bench.judge(bench.keystore(disk), scenario, pairs, names_of(disk)) == "old"
        return disk

    return make


def names_of(disk):
    return [path.name for path in disk.content]


def crashed(bench, disk, action, at, mode):
    """Return *disk* after *action* was ended at step *at*."""
    broken = disk.copy()
    with pytest.raises(bench.Crash):
        action(bench.Faulty(broken, at=at, mode=mode))
    return broken


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_crash_at_any_step_and_at_any_step_of_recovery_leaves_a_whole_pair(
    scenario, bench, pairs, prepared
):
    start = prepared(scenario)

    def run(files):
        swap(bench, bench.keystore(files), pairs)

    def recover(files):
        bench.keystore(files).recover()

    steps = count_steps(bench, run, start)
    assert steps >= 11  # two stages, journal, sync, four moves, sync, drop, and sweeping
    outcomes = []
    for at in range(1, steps + 1):
        for mode in MODES:
            wreck = crashed(bench, start, run, at, mode)
            straight = wreck.copy()
            recover(straight)
            outcome = bench.judge(bench.keystore(straight), scenario, pairs, names_of(straight))
            outcomes.append(outcome)
            for again in met(0, range(1, count_steps(bench, recover, wreck) + 1)):
                for second in MODES:
                    ruin = crashed(bench, wreck, recover, again, second)
                    recover(ruin)
                    assert outcome == bench.judge(
                        bench.keystore(ruin), scenario, pairs, names_of(ruin)
                    ), (at, mode, again, second)
    assert outcomes == sorted(outcomes, reverse=True)  # old, old, ..., new, new: one commit point
    assert {"old", "new"} == set(outcomes)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_power_cut_at_any_step_leaves_a_whole_pair(scenario, bench, pairs, prepared):
    """As a crash, but any change of names since the last sync may be lost, and later ones kept."""
    start = prepared(scenario)
    outcomes = {}  # of each disk, by what is on it: many cuts leave the same

    def run(files):
        swap(bench, bench.keystore(files), pairs)

    def recover(files):
        bench.keystore(files).recover()

    def judged(disk):
        found = frozenset(disk.content.items())
        if found not in outcomes:
            twin = disk.copy()
            recover(twin)
            outcomes[found] = bench.judge(bench.keystore(twin), scenario, pairs, names_of(twin))
        return outcomes[found]

    cuts, seen = 0, set()
    for at in range(1, count_steps(bench, run, start) + 1):
        for wreck in crashed(bench, start, run, at, "after").power_cuts():
            found = frozenset(wreck.content.items())
            if found in seen:
                continue
            seen.add(found)
            outcome = judged(wreck)
            for again in range(1, count_steps(bench, recover, wreck) + 1):
                for ruin in crashed(bench, wreck, recover, again, "after").power_cuts():
                    assert judged(ruin) == outcome
                    cuts += 1
    assert cuts > 100


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("name", ["gw.key", "gw.crt"])
def test_a_power_cut_while_a_swap_is_taken_back_leaves_a_whole_pair(
    name, scenario, bench, pairs, prepared
):
    """The disk refuses to put a new file in its place, and the power goes meanwhile."""
    start = prepared(scenario)

    def run(disk, at=0):
        refusing = bench.Stubborn(disk, lambda asked, path: (asked, path.name) == ("to", name))
        files = bench.Faulty(refusing, at=at, mode="after")
        with pytest.raises((StorageError, bench.Crash)):
            swap(bench, bench.keystore(files), pairs)
        return files.steps

    for at in met(1, range(1, run(start.copy()) + 1)):
        broken = start.copy()
        run(broken, at)
        for wreck in met(1, broken.power_cuts()):
            files = bench.Stubborn(wreck, lambda *_: False)
            bench.keystore(files).recover()
            outcome = bench.judge(bench.keystore(files), scenario, pairs, names_of(wreck))
            assert outcome in ("old", "new")
    taken_back = start.copy()
    run(taken_back)
    for cut in met(1, taken_back.power_cuts()):  # it was reported: it is not done by and by
        bench.keystore(cut).recover()
        assert bench.judge(bench.keystore(cut), scenario, pairs, names_of(cut)) == "old"


def test_a_file_that_a_journal_does_not_speak_of_is_left_as_it_is(bench, pairs, prepared):
    """Somebody has put it there past the program, before the journal is found again."""
    start, other = prepared("pair"), prepared("pair")
    bench.keystore(other).put("certificate", bench.CERTIFICATE, pairs.older[0])

    def run(files):
        swap(bench, bench.keystore(files), pairs)

    needed = {".gw.key.journal", ".gw.crt.old", ".gw.crt.new"}
    steps = range(1, count_steps(bench, run, start) + 1)
    wrecks = (crashed(bench, start, run, at, "after") for at in steps)
    wreck = next(wreck for wreck in wrecks if needed <= set(names_of(wreck)))
    (staged,) = (path for path in wreck.content if path.name == ".gw.crt.new")
    wreck.unlink(staged)
    wreck.content[staged.with_name("gw.crt")] = other.content[staged.with_name("gw.crt")]
    store = bench.keystore(wreck)
    store.recover()
    assert store.read_certificate(bench.CERTIFICATE) == pairs.older[0]
    assert keys.private_der(store.read_key(bench.KEY)) == keys.private_der(pairs.old[1])
    assert ".gw." not in "".join(names_of(wreck))


@pytest.mark.parametrize("change", ["import", "remove"])
def test_a_change_by_hand_after_a_swap_is_made_or_not_whatever_power_cuts(
    change, bench, pairs, prepared
):
    """The journal of the swap may come back: it must not take the swap for half done."""
    start = prepared("pair with .previous")
    swap(bench, bench.keystore(start), pairs)

    def run(files):
        store = bench.keystore(files)
        if change == "import":
            store.put("certificate", bench.CERTIFICATE, pairs.older[0])
        else:
            store.remove(bench.CERTIFICATE)

    for at in met(1, range(1, count_steps(bench, run, start) + 1)):
        for cut in met(1, crashed(bench, start, run, at, "after").power_cuts()):
            store = bench.keystore(cut)
            store.recover()
            assert keys.private_der(store.read_key(bench.KEY)) == keys.private_der(pairs.new[1])
            if change == "import" or store.exists(bench.CERTIFICATE):
                found = store.read_certificate(bench.CERTIFICATE)
                assert found in (pairs.new[0], pairs.older[0])
            assert store.read_pair("gw.crt.previous", "gw.key.previous")[0] == pairs.old[0]


def test_what_was_reported_done_survives_a_power_cut(bench, pairs, prepared):
    disk = prepared("pair with .previous")
    swap(bench, bench.keystore(disk), pairs)
    cuts = list(disk.power_cuts())
    for cut in met(1, cuts):
        store = bench.keystore(cut)
        store.recover()
        assert bench.judge(store, "pair with .previous", pairs, names_of(cut)) == "new"
    store = bench.keystore(disk)
    store.remove(bench.CERTIFICATE)
    for cut in met(1, disk.power_cuts()):
        later = bench.keystore(cut)
        later.recover()
        assert not later.exists(bench.CERTIFICATE)


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("mode", MODES)
def test_one_failing_step_is_reported_or_overcome(scenario, mode, bench, pairs, prepared):
    """A disk that refuses once: the same process goes on with a whole pair."""
    start = prepared(scenario)
    steps = count_steps(bench, lambda files: swap(bench, bench.keystore(files), pairs), start)
    for at in met(1, range(1, steps + 1)):
        disk = start.copy()
        files = bench.Faulty(disk, at=at, mode=mode, error=bench.no_space)
        store = bench.keystore(files)
        try:
            swap(bench, store, pairs)
        except StorageError as error:
            reported = error
        else:
            reported = None
        store.names()  # the next access sweeps
        outcome = bench.judge(store, scenario, pairs, names_of(disk))
        assert outcome == ("old" if reported else "new"), (at, files.done)
        if reported:
            assert "No space left on device" in reported.sentence
            swap(bench, store, pairs)  # and the next attempt succeeds
            assert bench.judge(store, scenario, pairs, names_of(disk)) == "new"


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("mode", MODES)
def test_a_disk_that_stays_full_never_shows_a_mixed_pair(scenario, mode, bench, pairs, prepared):
    start = prepared(scenario)
    steps = count_steps(bench, lambda files: swap(bench, bench.keystore(files), pairs), start)
    unreported = 0
    for at in range(1, steps + 1):
        disk = start.copy()
        files = bench.Faulty(disk, at=at, mode=mode, error=bench.no_space, lasting=True)
        store = bench.keystore(files)
        try:
            swap(bench, store, pairs)
        except StorageError:
            done = False
        else:
            done = True
        unreported += done
        for reader in (store, bench.keystore(files)):  # this process and the next one
            try:
                certificate, key = reader.read_pair(bench.CERTIFICATE, bench.KEY)
            except (StorageError, NotFoundError):
                continue
            assert keys.same_public_key(certificate, key)
        files.heal()
        twin = disk.copy()
        bench.keystore(twin).recover()  # the next process
        outcome = bench.judge(bench.keystore(twin), scenario, pairs, names_of(twin))
        assert outcome == "new" or not done
        swap(bench, store, pairs)  # this process, the next time
        assert bench.generation(store, pairs) == "new"
        assert not [name for name in met(1, names_of(disk)) if name.startswith(".")]
    assert unreported <= 2  # dropping the journal, when everything else is done


def test_a_journal_with_another_version_of_a_staged_file_is_not_a_commit(bench, pairs, prepared):
    """The old pair is put back when a staged file is damaged after the moves began."""
    start = prepared("pair")

    def run(files):
        swap(bench, bench.keystore(files), pairs)

    damaged = 0
    for at in range(1, count_steps(bench, run, start) + 1):
        wreck = crashed(bench, start, run, at, "after")
        staged = sorted(path for path in wreck.content if path.name.endswith(".new"))
        if len(staged) < 2 or not any(path.name == JOURNAL for path in wreck.content):
            continue
        damaged += 1
        wreck.content[staged[0]] = wreck.content[staged[0]][:-1]
        store = bench.keystore(wreck)
        store.recover()
        assert bench.judge(store, "pair", pairs, names_of(wreck)) == "old"
    assert damaged >= 3


@pytest.mark.parametrize(
    "journal",
    [b"", b"{}", b"[]", b"[1]", b'[["gw.crt"]]', b'[["gw.crt", "00", "00"]]', b"[" * 60_000],
)
def test_a_journal_of_nonsense_changes_nothing(journal, bench, pairs, prepared):
    disk = prepared("pair with .previous")
    before = dict(disk.content)
    directory = next(path.parent for path in disk.content if path.name == bench.KEY)
    disk.content[directory / JOURNAL] = journal
    bench.keystore(disk).recover()
    assert disk.content == before


def test_a_journal_cannot_lead_out_of_the_directory(bench, pairs, tmp_path):
    for directory in ("cf3", "state"):
        (tmp_path / directory).mkdir()
    store = bench.keystore(OsFiles(tmp_path), tmp_path / "cf3", tmp_path / "state")
    bench.prepare(store, "pair", pairs)
    (tmp_path / "cf3" / "x.previous").write_bytes(b"outside")
    (tmp_path / "cf3" / "system-pki" / JOURNAL).write_bytes(b'[["../x", "00", "00"]]')
    bench.keystore(OsFiles(tmp_path), tmp_path / "cf3", tmp_path / "state").recover()
    assert (tmp_path / "cf3" / "x.previous").exists()
    assert not (tmp_path / "cf3" / "system-pki" / JOURNAL).exists()


@pytest.mark.parametrize("scenario", ["pair", "pair with .previous"])
def test_real_files_survive_as_those_in_memory(scenario, bench, pairs, tmp_path):
    start = tmp_path / "start"
    (start / "cf3").mkdir(parents=True)
    (start / "state").mkdir()

    def store_in(node, files):
        return bench.keystore(files, node / "cf3", node / "state")

    bench.prepare(store_in(start, OsFiles(tmp_path)), scenario, pairs)
    outcomes = []
    at = 0
    while True:
        at += 1
        for mode in MODES:
            node = tmp_path / f"{at}-{mode}"
            shutil.copytree(start, node)
            files = bench.Faulty(OsFiles(tmp_path), at=at, mode=mode)
            try:
                swap(bench, store_in(node, files), pairs)
            except bench.Crash:
                again = bench.Faulty(OsFiles(tmp_path), at=1 + at % 4, mode=mode)
                try:
                    store_in(node, again).recover()
                except bench.Crash:
                    store_in(node, OsFiles(tmp_path)).recover()
            store = store_in(node, OsFiles(tmp_path))
            on_disk = [path.name for path in (node / "cf3" / "system-pki").iterdir()]
            outcomes.append(bench.judge(store, scenario, pairs, on_disk))
        if files.steps < at:
            break
    assert outcomes == sorted(outcomes, reverse=True) and set(outcomes) == {"old", "new"}


SWAPPERS = """
import os
import signal
import sys
from pathlib import Path
from srpki.core.entropy import SystemEntropy
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.x509 import keys
node = Path(sys.argv[1])
pairs = [((node / f"{n}.der").read_bytes(), keys.load_private((node / f"{n}.pk8").read_bytes()))
         for n in ("old", "new")]

def dying(steps):
    left = iter(range(steps))
    def step(frame, event, argument):
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
    return step

for line in sys.stdin:
    child = os.fork()
    if not child:
        store = Keystore(node / "cf3", Seal(node / "state" / "chassis.key", SystemEntropy()))
        store.recover()
        os.write(1, f"{os.getpid()}\\n".encode())
        if int(line):
            sys.setprofile(dying(int(line)))
        for _ in range(1000):
            for certificate, key in pairs:
                store.swap("gw.crt", certificate, "gw.key", key)
        os._exit(1)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""
"""Makes a process that swaps until it is killed, as often as it is asked: a start takes longer.

It is asked by a number: of calls, after which the process kills itself, or 0 when others will. Most
of the time goes to the disk, so a clock alone would hardly ever strike between two renames.
"""
KILLS = 200
CALLS = 20_000
"""Calls, and returns from them, within which a process kills itself: those of three swaps."""


def test_a_process_killed_at_any_moment_leaves_a_whole_pair(bench, pairs, tmp_path):
    seed = int.from_bytes(os.urandom(4))
    print(f"seed {seed}")  # shown when the test fails
    chance, halfway = random.Random(seed), 0
    (tmp_path / "cf3").mkdir()
    (tmp_path / "state").mkdir()
    for name in ("old", "new"):
        certificate, key = getattr(pairs, name)
        (tmp_path / f"{name}.der").write_bytes(certificate)
        (tmp_path / f"{name}.pk8").write_bytes(keys.private_der(key))
    store = bench.keystore(OsFiles(tmp_path), tmp_path / "cf3", tmp_path / "state")
    bench.prepare(store, "pair", pairs)
    swappers = subprocess.Popen(
        [sys.executable, "-c", SWAPPERS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    )
    with swappers:
        for number in range(KILLS):
            calls = number % 2 and chance.randrange(1, CALLS)
            swappers.stdin.write(f"{calls}\n")
            swapping = int(swappers.stdout.readline())
            if not calls:
                threading.Event().wait(chance.uniform(0.002, 0.03))
                os.kill(swapping, signal.SIGKILL)
            assert swappers.stdout.readline() == f"{-signal.SIGKILL}\n"
            halfway += bool(left_over(tmp_path))
            store = bench.keystore(OsFiles(tmp_path), tmp_path / "cf3", tmp_path / "state")
            store.recover()
            assert keys.same_public_key(*store.read_pair("gw.crt", "gw.key"))
            if store.exists("gw.crt.previous"):
                assert keys.same_public_key(*store.read_pair("gw.crt.previous", "gw.key.previous"))
            assert left_over(tmp_path) == []
        swappers.stdin.close()
    assert halfway > KILLS / 10, "most were killed between two swaps"


def left_over(node):
    """Return the names of what an unfinished swap has on disk."""
    return [path.name for path in (node / "cf3/system-pki").iterdir() if path.name[:1] == "."]


def test_readers_beside_a_swap_see_whole_pairs_only(bench, pairs, prepared):
    store = bench.keystore(prepared("pair"))
    stop, seen, wrong = threading.Event(), set(), []

    def read():
        while not stop.is_set():
            certificate, key = store.read_pair(bench.CERTIFICATE, bench.KEY)
            seen.add(certificate)
            if not keys.same_public_key(certificate, key):
                wrong.append(certificate)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(50):
        for certificate, key in (pairs.new, pairs.old):
            store.swap(bench.CERTIFICATE, certificate, bench.KEY, key)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong and seen


@pytest.mark.parametrize("blocker", ["gw.crt", "gw.key.previous"])
def test_a_directory_in_the_way_is_found_before_the_commit(blocker, bench, pairs, tmp_path):
    (tmp_path / "cf3").mkdir()
    (tmp_path / "state").mkdir()
    store = bench.keystore(OsFiles(tmp_path), tmp_path / "cf3", tmp_path / "state")
    bench.prepare(store, "pair", pairs)
    if store.exists(blocker):
        store.remove(blocker)
    (tmp_path / "cf3" / "system-pki" / blocker).mkdir()
    with pytest.raises(StorageError, match="directory"):
        swap(bench, store, pairs)
    assert keys.private_der(store.read_key(bench.KEY)) == keys.private_der(pairs.old[1])
    assert not [
        p for p in met(1, (tmp_path / "cf3/system-pki").iterdir()) if p.name.startswith(".")
    ]


def test_an_error_names_its_cause_in_words(bench, pairs, prepared):
    files = bench.Faulty(
        prepared("pair"), at=1, error=lambda: OSError(errno.EROFS, "Read-only file system")
    )
    with pytest.raises(StorageError, match=r'"gw\.crt" and "gw\.key": Read-only file system'):
        swap(bench, bench.keystore(files), pairs)
