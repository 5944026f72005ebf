"""A disk that refuses a step of a swap for good: before, during and after a restart.

A file that is mounted alone, one that is immutable, a sector that errs. What cannot go forward goes
back; what can do neither is refused, and nothing else is.
"""

import pytest
from counting import met

from srpki.core.errors import StorageError
from srpki.x509 import keys

OPERATIONS = ("from", "to", "unlink", "write", "read")
PAIR = ("gw.crt", "gw.key")
SCENARIOS = ("pair", "pair with .previous", "certificate only", "nothing but .previous", "nothing")
HIDDEN = (".{}.new", ".{}.older", ".{}.journal")


def swap(bench, store, pair):
    store.swap(bench.CERTIFICATE, pair[0], bench.KEY, pair[1])


@pytest.fixture
def disk(bench, pairs):
    """Make a disk with the pair of a scenario, another pair and a lone certificate."""

    def make(scenario):
        disk = bench.MemoryDisk()
        store = bench.keystore(disk)
        bench.prepare(store, scenario, pairs)
        store.put("certificate", "b.crt", pairs.old[0])
        store.put("key", "b.key", keys.private_der(pairs.old[1]))
        store.put("certificate", "lone.crt", pairs.older[0])
        return disk

    return make


def the_rest_works(store, pairs):
    """Everything but the pair is read, written and renewed as ever."""
    assert store.read_certificate("lone.crt") == pairs.older[0]
    assert {"lone.crt", "b.crt", "b.key"} <= set(store.names())
    store.put("certificate", "fresh.crt", pairs.new[0], replace=True)
    assert store.read_certificate("fresh.crt") == pairs.new[0]
    store.remove("fresh.crt")
    for certificate, key in (pairs.new, pairs.old):
        store.writable()
        store.swap("b.crt", certificate, "b.key", key)
        assert store.read_pair("b.crt", "b.key")[0] == certificate


def look(bench, store, scenario, pairs, disk):
    """Return ``old`` or ``new``, or ``refused`` when both files are, with the reason."""
    hidden = [path.name for path in disk.content if path.name.startswith(".gw.")]
    try:
        return bench.judge(store, scenario, pairs, hidden)
    except StorageError:
        for name, read in zip(PAIR, (store.read_certificate, store.read_key), strict=True):
            with pytest.raises(StorageError, match=r"neither finished nor undone: .* busy"):
                read(name)
            with pytest.raises(StorageError, match="neither finished nor undone"):
                store.put("certificate", name, pairs.older[0])
        return "refused"


def cases():
    for name in PAIR:
        for place in (name, f"{name}.previous", *(hidden.format(name) for hidden in HIDDEN)):
            for operation in OPERATIONS:
                yield operation, place


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize(("operation", "place"), met(1, [*cases()]))
def test_what_is_refused_for_good_leaves_a_whole_pair(
    operation, place, scenario, bench, pairs, disk
):
    start = disk(scenario)
    files = bench.Stubborn(start, lambda asked, path: (asked, path.name) == (operation, place))
    store = bench.keystore(files)
    try:
        swap(bench, store, pairs.new)
    except StorageError:
        expected = "old"
    else:
        expected = "new"
    for again in (store, bench.keystore(files)):  # this process and the next one
        again.recover()
        if operation == "read" and place in PAIR:
            with pytest.raises(StorageError, match="busy"):
                again.read_pair(*PAIR)
        elif (operation, place) == ("unlink", ".gw.key.journal"):
            # All is in place, either way, but for the journal that says it still has to be done.
            assert look(bench, again, scenario, pairs, start) == "refused"
        elif operation != "read":
            assert _whole(bench, again, scenario, pairs) == expected
        the_rest_works(again, pairs)
    files.heal()
    last = bench.keystore(files)
    assert last.recover() == ()
    assert look(bench, last, scenario, pairs, start) in ("old", "new")
    swap(bench, last, pairs.new)
    assert bench.generation(last, pairs) == "new"


def _whole(bench, store, scenario, pairs):
    return bench.judge(store, scenario, pairs, [])


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("names", [("gw.key",), ("gw.crt",), PAIR])
def test_files_that_nothing_works_on_any_more_are_refused_alone(
    scenario, names, bench, pairs, disk
):
    """From a step on, nothing that touches these files succeeds: neither forward nor back."""
    seen = set()
    for at in range(1, 60):
        start = disk(scenario)
        steps = [0]

        def refuses(asked, path, steps=steps, at=at):
            if asked == "read" or not any(name in path.name for name in names):
                return False
            steps[0] += 1
            return steps[0] >= at

        files = bench.Stubborn(start, refuses)
        store = bench.keystore(files)
        try:
            swap(bench, store, pairs.new)
        except StorageError:
            done = False
        else:
            done = True
        for again in (store, bench.keystore(files)):
            again.recover()
            outcome = look_without_strays(bench, again, scenario, pairs, start)
            assert outcome != "old" or not done
            seen.add(outcome)
            the_rest_works(again, pairs)
        files.heal()
        for again in (store, bench.keystore(start.copy())):  # it heals as it runs, or is restarted
            assert look_without_strays(bench, again, scenario, pairs, start) in ("old", "new")
            swap(bench, again, pairs.new)
            again.recover()
            assert not [p for p in start.content if p.name.startswith(".")] or again is not store
        if done and steps[0] < at:
            break
    assert {"old", "new"} <= seen
    assert "refused" in seen or scenario != "pair with .previous"


def look_without_strays(bench, store, scenario, pairs, disk):
    disk = bench.MemoryDisk()  # nothing hidden is looked at: what cannot be touched stays
    return look(bench, store, scenario, pairs, disk)


def test_two_swaps_in_a_row_after_one_that_could_not_end(bench, pairs, disk):
    """The second one settles the first before it touches anything."""
    start = disk("pair")
    moved = []

    def refuses(asked, path):
        if asked == "from" and path.name == ".gw.crt.new":
            moved.append(path)
        return bool(moved) and asked in ("from", "to") and path.name.startswith(("gw.", ".gw."))

    files = bench.Stubborn(start, refuses)
    store = bench.keystore(files)
    with pytest.raises(StorageError):
        swap(bench, store, pairs.new)
    files.heal()
    swap(bench, store, pairs.older)
    swap(bench, store, pairs.new)
    assert bench.generation(store, pairs) == "new"
    assert bench.generation(store, pairs, ".previous") == "older"
    assert not [path for path in met(1, start.content) if path.name.startswith(".")]


@pytest.mark.parametrize("kind", ["import", "swap"])
def test_a_write_that_failed_leaves_nothing_after_the_next_one(kind, bench, pairs, disk):
    """What could not be removed then is swept by the next write, of whatever file."""
    start = disk("pair")
    failing = [True]

    def refuses(asked, path):
        return failing[0] and path.name.startswith(".lone") and asked in ("from", "unlink")

    # The first unlink makes room for the staged file: that one must succeed.
    files = bench.Stubborn(start, lambda asked, path: False)
    store = bench.keystore(files)
    store.names()
    first = []

    def later(asked, path):
        if asked == "unlink" and not first:
            first.append(path)
            return False
        return refuses(asked, path)

    files.refuses = later
    with pytest.raises(StorageError):
        store.put("certificate", "lone.crt", pairs.new[0])
    assert [path.name for path in start.content if path.name.startswith(".")] == [".lone.crt.new"]
    failing[0] = False
    if kind == "import":
        store.put("certificate", "b.crt", pairs.new[0])
    else:
        swap(bench, store, pairs.new)
    assert not [path.name for path in start.content if path.name.startswith(".")]
    assert store.read_certificate("lone.crt") == pairs.older[0]


def test_recovery_leaves_foreign_files_alone(bench, pairs, disk):
    """Only what bears a name of ours is swept: hidden, and with our ending, and a file."""
    start = disk("pair")
    directory = next(path.parent for path in start.content if path.name == "gw.key")
    ours = {".gw.crt.new": b"", ".other.older": b"", ".probe.new": b""}
    foreign = {
        ".hidden": b"1",
        "signed.new": b"2",
        "x.older": b"3",
        ".new": b"4",
        "a.journal": b"5",
    }
    foreign |= {".x.newer": b"6", "..new": b"7"}
    for name, content in (ours | foreign).items():
        start.content[directory / name] = content
    bench.keystore(start).recover()
    left = {path.name for path in start.content}
    assert foreign.keys() <= left
    assert not ours.keys() & left
    assert bench.generation(bench.keystore(start), pairs) == "old"


def test_a_journal_that_cannot_be_read_concerns_its_own_files_only(bench, pairs, disk):
    start = disk("pair")
    files = bench.Faulty(start, at=0)
    steps = bench.Faulty(start.copy())
    swap(bench, bench.keystore(steps), pairs.new)
    for at in met(1, range(1, steps.steps + 1)):
        wreck = start.copy()
        files = bench.Faulty(wreck, at=at, mode="after")
        with pytest.raises(bench.Crash):
            swap(bench, bench.keystore(files), pairs.new)
        if not any(path.name == ".gw.key.journal" for path in wreck.content):
            continue
        unreadable = bench.Stubborn(wreck, lambda asked, path: path.name == ".gw.key.journal")
        store = bench.keystore(unreadable)
        assert "gw.key" in store.recover()
        with pytest.raises(StorageError, match="neither finished nor undone"):
            store.read_pair(*PAIR)
        the_rest_works(store, pairs)
        unreadable.heal()
        assert bench.judge(store, "pair", pairs, []) == "new"
