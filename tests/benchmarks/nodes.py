"""Many idle nodes in one process of ``srpki serve``: memory, time to create them, rest.

Run from an environment in which srpki[test] is installed:
python tests/benchmarks/nodes.py [NODES]
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from served import Served

NODES = 1000
IDLE = 10
"""Seconds in which it is looked at how much a process does for which nobody has work."""


def used(process):
    """Return the seconds of a processor that *process* has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").split()
    return sum(map(int, fields[13:15])) / 100


def memory(process):
    """Return the resident memory of *process* in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def main():
    nodes = int(sys.argv[1]) if sys.argv[1:] else NODES
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        tables = (f'[nodes.gw{n}]\nlab = "town"\nssh = "127.0.0.1:0"\n' for n in range(nodes))
        (home / "nodes.toml").write_text("[labs.town]\n" + "".join(tables))
        with Served(home / "clients", "--inventory", home / "nodes.toml", nodes=nodes) as served:
            created = used(served.process)
            print(f"{nodes} nodes: {memory(served.process):.0f} MiB, {created:.0f} s to create")
            time.sleep(IDLE)
            print(f"idle: {(used(served.process) - created) / IDLE:.2%} of a processor")
            begin = time.perf_counter()
            served.terminate()
            print(f"ended in {time.perf_counter() - begin:.1f} s")


if __name__ == "__main__":
    main()
