"""Each command of the page on performance runs, in small; its figures are not judged here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from foreign import need

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

PLACE = Path(__file__).parents[1] / "benchmarks"
PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
RUN = """\
import importlib.util, sys
sys.path[:0] = [{place!r}, {support!r}]
spec = importlib.util.spec_from_file_location("benchmark", {path!r})
sys.modules["benchmark"] = benchmark = importlib.util.module_from_spec(spec)
spec.loader.exec_module(benchmark)
vars(benchmark).update({numbers!r})
{call}
"""
IN_SMALL = {
    "startup.py": (
        {"RUNS": 1},
        "benchmark.main()",
        r"srpki shell, first prompt +\d+ ms +\d+\.\d+ +\d+ ms +\d+\.\d+",
    ),
    "renewals.py": ({"RENEWALS": 3, "PROCESSES": 2}, "benchmark.main()", r"ratio: \d+\.\d"),
    "renewal_in_router.py": (
        {"ROUNDS": 2, "WARM": 1},
        "benchmark.main()",
        r"EST +\d+\.\d\d ms +\d+\.\d\d ms +\d+\.\d ms +\d+\.\d\d +\d+ +[5-7]\n",
    ),
    "reenrolments.py": ({"RENEWALS": 2}, "benchmark.main()", r"ratio: \d+\.\d"),
    "lab_ca.py": ({"DEVICES": 1, "ROUNDS": 1}, "benchmark.main()", r"srpki ca, EST +\d+\.\d+ ms"),
    "due_at_once.py": (
        {"ENTRIES": 4},
        "for part in (benchmark.due_at_once, benchmark.at_the_maximum): part(benchmark.Path.cwd())",
        r"4 updates due at once: \d+\.\d s[^\0]*at its maximum: \d+ MiB",
    ),
    "lab_year.py": (
        {"ENTRIES": 2, "DAYS": 31},
        "benchmark.main()",
        r"Updates on the way: [1-9][^\0]*2 entries, 31 days: processor \d+\.\d s",
    ),
    "rehearsal.py": ({"CERTIFICATES": 2}, "benchmark.main()", r"est est: \d+ renewals, [1-9]"),
    "configuration.py": (
        {"FEW": 1, "LARGE": 3, "ROUNDS": 1},
        "benchmark.main()",
        r"write again .+ 0\.\d+[^\0]+ of a log filter's entry .+\d\n[^\0]+start a node .+ 0\.\d+",
    ),
    "keyboard.py": (
        {"DEFAULTS": (2, 1, 20)},
        "benchmark.main()",
        r"key +srpki +\d+\.\d\d[^\0]*srpki, classic CLI, without a terminal +\d+\.\d\d\d",
    ),
    "nodes.py": (
        {"NODES": 4, "IDLE": 0.1},
        "benchmark.main()",
        r"gw\.crt +scheduled[^\0]*one more: -?\d+ KiB, 0 threads, 2 descriptors",
    ),
    "traces.py": ({}, "benchmark.main()", r"Tab on a list key +\d+ +\d+"),
}
"""Of each script: how little it is to measure, what runs it, and what it says then."""


@pytest.mark.parametrize("script", IN_SMALL)
def test_the_command_measures_what_the_page_says(script, tmp_path):
    for program in ("openssl", "pki"):
        need(program)
    numbers, call, says = IN_SMALL[script]
    code = RUN.format(
        place=str(PLACE),
        support=str(PLACE.parent / "support"),
        path=str(PLACE / script),
        numbers=numbers,
        call=call,
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert re.search(says, done.stdout), done.stdout


def test_every_script_of_the_page_is_run_or_named_here():
    named = set(re.findall(r"python tests/benchmarks/(\w+\.py)", PAGE.read_text()))
    # One has a file of its own; two need a quiet machine, and minutes: they are run by hand.
    assert named == {*IN_SMALL, "scale.py", "ssh.py"}
