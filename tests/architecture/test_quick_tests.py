"""The quick tests of ``docs/contributing.md``: the command selects what is said of it."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from borrowed import borrowed
from counting import met

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contributing.md"
SLOW = ("interop", "scenarios", "terminal", "hostile", "crash", "benchmark")
"""What whole nodes, foreign programs and long lives are in."""


@pytest.fixture(scope="module")
def command():
    part = PAGE.read_text().partition("## The quick tests\n")[2].partition("\n## ")[0]
    (line,) = re.findall(r"^    (pytest .*)$", part, re.MULTILINE)
    return shlex.split(line)


def test_every_place_of_the_command_is_there_and_none_is_slow(command):
    places = [word for word in command if word.startswith("tests/")]
    for place in met(5, places):
        assert (ROOT / place).exists(), place
        assert not any(word in place for word in SLOW), place


def test_the_command_selects_tests_of_every_place(command):
    places = [word for word in command if word.startswith("tests/")]
    collecting = ["-p", "no:randomly", "-p", "no:xdist", "--collect-only", "-q"]
    found = subprocess.run(
        [sys.executable, "-m", "pytest", *collecting, *places],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout[-2000:]
    names = [line for line in found.stdout.splitlines() if "::" in line]
    assert len(names) > 2500
    for place in met(5, places):
        assert any(name.startswith(place) for name in names), place


def test_what_is_to_come_first_is_there():
    """A file that was renamed would come at its chance, and perhaps last."""
    found = borrowed("conftest.py").LONG
    assert [name for name in met(10, found) if not (ROOT / "tests" / name).is_file()] == []
