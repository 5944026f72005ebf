"""The benchmark of scale runs, on a small configuration; its figures are not judged here."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from foreign import need

SCRIPT = Path(__file__).parents[1] / "benchmarks" / "scale.py"


@pytest.mark.interop
def test_the_benchmark_of_scale_measures_everything():
    need("yanglint")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), "2", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert re.search(
        r"^load, validate, commit: process +processor +\d+ ms +\d+ ms +\d+\.\d$",
        done.stdout,
        re.MULTILINE,
    )
    for step in (
        "commit",
        "admin save",
        "get-config by NETCONF",
        "paste of",
        "admin display-config",
    ):
        assert re.search(rf"{step}.* \d+\.\d ms$", done.stdout, re.MULTILINE), step
    for keys in ("md: completion", "md: ?", "classic: completion", "classic: ?"):
        assert re.search(
            rf"^{re.escape(keys)}, p99 of \d{{3,}} +\d+\.\d ms$", done.stdout, re.MULTILINE
        )
