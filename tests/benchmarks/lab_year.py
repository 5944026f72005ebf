"""A year in a lab: ``python tests/benchmarks/lab_year.py [DIRECTORY]``.

256 certificates, half by CMPv2 and half by EST, are renewed for a year while ``lab clock advance``
moves the clock from one instant to the next; router, lab CA and operator share one process. Prints
the processor's seconds, those of every thread, and the wall's beside them. The node lies in
DIRECTORY: on a disk its syncs are waited for, in memory (/dev/shm) they cost nothing.
"""

import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scenarios"))
sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from workbench import workbench

ENTRIES = 256
DAYS = 365
PKI = "system security pki"


def year(place):
    with workbench(place / "node") as bench:
        for number in range(ENTRIES):
            (bench.enrol_cmp, bench.enrol_est)[number % 2](f"gw-{number}")
        bench.configure(
            *(
                f'{PKI} certificate-auto-update "gw-{number}.crt" key-file-name "gw-{number}.key"'
                f' profile "{("lab-cmp", "lab-est")[number % 2]}"'
                for number in range(ENTRIES)
            )
        )
        processor, wall = time.process_time(), time.perf_counter()
        said = bench.do(f"lab clock advance {DAYS}d")
        processor, wall = time.process_time() - processor, time.perf_counter() - wall
    print(said.strip())
    print(f"{ENTRIES} entries, {DAYS} days: processor {processor:.1f} s, wall {wall:.1f} s")


def main():
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as name:
        year(Path(name))


if __name__ == "__main__":
    main()
