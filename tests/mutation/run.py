"""Break the security rooms at random and see whether a test fails: a sample, in bounded time.

``python tests/mutation/run.py [--seconds N] [--seed N] [--jobs N] [PATH ...]``

Each break is tried in a copy of the tree by the tests of its room, those that speak of the broken
module first, until one fails. What survives is printed as a difference, and the exit status is 1
then: a survivor is a check that no test holds, or one that changes nothing that can be seen. The
seed is printed; with it, the same number of jobs or not, the same breaks come in the same order.
"""

import argparse
import difflib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from mutants import mutants

ROOT = Path(__file__).parents[2]
ROOMS = {
    "srpki/x509": ("tests/unit/x509",),
    "srpki/keystore": ("tests/unit/keystore", "tests/crash/test_swap_crashes.py"),
    "srpki/protocol": ("tests/unit/protocol", "tests/unit/labca"),
    "srpki/engine/checks.py": ("tests/unit/engine/test_checks.py",),
    "srpki/labca": ("tests/unit/labca", "tests/unit/frontend/test_ca_options.py"),
}
"""The security rooms, and where their tests are."""
_LEFT_OUT = ("__pycache__", ".venv", ".git", "*.egg-info", ".mypy_cache", ".ruff_cache")
_LONGEST = 600
"""Seconds for the tests of one break; a break that makes them hang is one that is seen."""
_NO_TESTS = 5
_PYTEST = ("-m", "pytest", "-q", "-x", "-p", "no:randomly", "--no-header", "--hypothesis-seed=0")


def _sources(paths):
    """Return the files below *paths* that are in a security room, each with its tests."""
    found = {}
    for room, tests in ROOMS.items():
        files = sorted((ROOT / room).rglob("*.py")) if (ROOT / room).is_dir() else [ROOT / room]
        for file in files:
            name = file.relative_to(ROOT).as_posix()
            if not paths or any(name.startswith(path) for path in paths):
                found[name] = _ordered(file.stem, tests)
    return found


def _ordered(module, tests):
    """Return the test files of *tests*, those that name *module* first."""
    files = []
    for one in tests:
        place = ROOT / one
        files += sorted(place.rglob("test_*.py")) if place.is_dir() else [place]
    files.sort(key=lambda file: f"{module}" not in file.read_text(encoding="utf-8"))
    return [file.relative_to(ROOT).as_posix() for file in files]


def _sample(sources, seed):
    """Return (file, break) pairs in the order of *seed*, each room as often as the others."""
    chance = random.Random(seed)
    by_room = {}
    for name in sources:
        room = next(room for room in ROOMS if name.startswith(room))
        broken = [(name, one) for one in mutants((ROOT / name).read_bytes())]
        by_room.setdefault(room, []).extend(broken)
    for pairs in by_room.values():
        chance.shuffle(pairs)
    while any(by_room.values()):
        yield from (pairs.pop() for pairs in by_room.values() if pairs)


class Runner:
    """Tries breaks in copies of the tree, one copy a job, until the time is over."""

    def __init__(self, sources, seed, seconds):
        self._sources = sources
        self._sample = _sample(sources, seed)
        self._end = time.monotonic() + seconds
        self._lock = threading.Lock()
        self.tried, self.survivors, self.failures = 0, [], []

    def work(self):
        """Try one break after the other."""
        with tempfile.TemporaryDirectory(prefix="srpki-mutation-") as name:
            tree = Path(name) / "tree"
            shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*_LEFT_OUT))
            while (pair := self._next()) is not None:
                self._try(tree, *pair)

    def _next(self):
        with self._lock:
            return next(self._sample, None) if time.monotonic() < self._end else None

    def _try(self, tree, name, broken):
        path = tree / name
        source = path.read_bytes()
        path.write_bytes(broken.applied(source))
        try:
            status, said = run_tests(tree, self._sources[name])
        finally:
            path.write_bytes(source)
        with self._lock:
            self.tried += 1
            if status == 0:
                self.survivors.append(name)
                print(
                    f"SURVIVED {name}:{broken.line}\n{_difference(source, broken, name)}",
                    flush=True,
                )
            elif status == _NO_TESTS:
                self.failures.append(f"{name}:{broken.line}: pytest ended with {status}: {said}")


def run_tests(tree, tests):
    """Run *tests* in *tree* until one fails; return pytest's status (1 after too long) and last words."""
    environment = os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, *_PYTEST, *tests]
    try:
        done = subprocess.run(
            command,
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LONGEST,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, "too long"
    return done.returncode, (done.stdout or done.stderr).strip().rpartition("\n")[2]


def _difference(source, broken, name):
    before, after = (one.decode().splitlines() for one in (source, broken.applied(source)))
    lines = difflib.unified_diff(before, after, name, name, lineterm="", n=1)
    return "\n".join(f"    {line}" for line in list(lines)[2:])


def _check_whole(tests, jobs):
    """End the program when the tests fail without a break: then nothing can be learnt."""
    status, said = run_tests(ROOT, [f"-n{jobs}", *tests])
    if status:
        sys.exit(f"the tests fail as it is: {said}")


def main(words):
    """Try a sample of breaks; return 1 where some survived."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=int, default=900, help="when no further break is begun")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("paths", nargs="*", help="files or directories of the security rooms")
    given = parser.parse_args(words)
    sources = _sources(given.paths)
    if not sources:
        sys.exit(f"not in a security room: {' '.join(given.paths)}")
    count = sum(len(mutants((ROOT / name).read_bytes())) for name in sources)
    print(
        f"seed {given.seed}: {count} breaks of {len(sources)} files, {given.seconds} seconds",
        flush=True,
    )
    _check_whole(sorted({test for tests in sources.values() for test in tests}), given.jobs)
    runner = Runner(sources, given.seed, given.seconds)
    threads = [threading.Thread(target=runner.work) for _ in range(given.jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(*runner.failures, sep="\n")
    print(f"seed {given.seed}: {runner.tried} tried, {len(runner.survivors)} survived")
    return 1 if runner.survivors or runner.failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
