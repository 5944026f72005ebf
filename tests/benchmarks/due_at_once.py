"""256 certificates that are due at the same moment, on a node that is otherwise at its maximum.

Run from an environment in which srpki is installed:

    python tests/benchmarks/due_at_once.py [due|maximum [DIRECTORY]]

Node, lab CA and operator share one process. Half of the certificates are renewed by CMPv2, where
one request at a time may be outstanding, half by EST. Prints the time of the commit of all entries
and from the deadline until all are renewed, the processor's beside the wall's, and the memory
before and after; then the memory of a node whose configuration has every list at its maximum. The
node lies in DIRECTORY, on whose disk the syncs are waited for; /dev/shm has none.
"""

import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scenarios"))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import maximum
from workbench import workbench

from srpki.cli.session import Session
from srpki.config import persist
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import ConnectError
from srpki.device.router import Router
from srpki.schema.tree import SCHEMA

ENTRIES = 256
PKI = "system security pki"


def resident():
    """Return the resident memory of this process in MiB [proc(5), VmRSS]."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("no VmRSS")


class Spent:
    """The seconds since it was made, as text: those of the wall, and the processor's."""

    def __init__(self):
        self._began = time.perf_counter(), time.process_time()

    def __str__(self):
        wall, processor = time.perf_counter() - self._began[0], time.process_time() - self._began[1]
        return f"{wall:.1f} s, processor {processor:.1f} s"


def due_at_once(place):
    with workbench(place / "node") as bench:
        empty = resident()
        for number in range(ENTRIES):
            (bench.enrol_cmp, bench.enrol_est)[number % 2](f"gw-{number}")
        spent = Spent()
        bench.configure(
            *(
                f'{PKI} certificate-auto-update "gw-{number}.crt" key-file-name "gw-{number}.key"'
                f' profile "{("lab-cmp", "lab-est")[number % 2]}"'
                for number in range(ENTRIES)
            )
        )
        bench.do("show certificate auto-update")  # which looks at each of them
        print(f"commit of {ENTRIES} entries: {spent}")
        before = [bench.pair(f"gw-{number}") for number in range(ENTRIES)]
        ready = resident()
        spent = Spent()
        with bench.lab.clock.stepping():  # in one step: "lab clock advance" stops at each deadline
            bench.lab.clock.move_to(bench.now() + timedelta(days=29, hours=12))
        said = bench.do("lab clock advance 1s")  # returns when what is due has ended
        took = str(spent)
        after = [bench.pair(f"gw-{number}") for number in range(ENTRIES)]
        assert not set(before) & set(after), said
    print(f"{ENTRIES} updates due at once: {took}")
    print(f"memory: {empty:.0f} MiB with the lab, {ready:.0f} with all, {resident():.0f} after")


def nowhere(**_):
    """Stand for a network without anybody: the profiles name CAs that are not there."""
    raise ConnectError("there is no network")


def at_the_maximum(place):
    tree = maximum.configuration()
    node = place / "maximum"
    (node / "cf3").mkdir(parents=True)
    (node / "cf3" / "config.cfg").write_text(persist.dump(SCHEMA.configure, tree), encoding="utf-8")
    del tree
    clock = FrozenClock(datetime(2026, 11, 25, tzinfo=UTC))
    router = Router(node, clock=clock, entropy=SystemEntropy(), exchanges=nowhere)
    router.start()
    Session(router).feed("show certificate auto-update")
    print(f"memory with a configuration at its maximum: {resident():.0f} MiB")
    router.stop()


def main():
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    if not part:  # each part in a process of its own: memory that was used does not come back
        for part in ("due", "maximum"):
            subprocess.run([sys.executable, __file__, part], check=True)
        return
    where = sys.argv[2] if len(sys.argv) > 2 else None
    with tempfile.TemporaryDirectory(dir=where) as name:
        (due_at_once if part == "due" else at_the_maximum)(Path(name))


if __name__ == "__main__":
    main()
