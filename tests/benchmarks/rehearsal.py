"""Rehearse 256 certificates over 400 days: ``python tests/benchmarks/rehearsal.py``.

Prints the processor's seconds, those of every thread; the aim is under 10 for 256 on one core.
"""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from rehearsed import DAY, configuration, entry, material, profile, terms

from srpki.rehearsal.run import rehearse

CERTIFICATES = 256


def main():
    for server in ("cmpv2 lab", "est est"):
        text = configuration(
            profile("p", server, before=30 * 86400),
            *(entry(f"c{number}", "p") for number in range(CERTIFICATES)),
        )
        given = material(text)
        for outages in ((), ("every sunday 00:00-06:00",)):
            began = time.process_time()
            found = rehearse(given, terms(*outages, days=400, life=90 * DAY))
            spent = time.process_time() - began
            renewals = sum(len(course.renewals) for course in found.courses)
            failures = sum(course.failures for course in found.courses)
            print(f"{server}: {renewals} renewals, {failures} failures: {spent:.1f} s")


if __name__ == "__main__":
    main()
