"""Peers that mean harm; each test says how many cases it tries, and fails when it tries fewer."""

import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from borrowed import borrowed

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy
from srpki.core.errors import SrpkiError

_CASES, _PLACES = "hostile cases", "hostile refusals"


class Tally:
    """Counts the cases of one test by their class, and the places of the code that refused."""

    def __init__(self):
        self.tried = Counter()
        self.promised = Counter()
        self.places = set()
        self.lines = 0

    def __call__(self, kind, least, lines=0):
        """Promise *least* cases of *kind*, which at least *lines* lines of code refuse.

        Returns what is called for each that is tried.
        """
        self.promised[kind] += least
        self.lines = lines

        def case():
            self.tried[kind] += 1

        return case

    def note(self):
        """Note the line that makes an error of ours: what was made again of another counts, too."""
        frame = sys._getframe(2)
        while frame.f_code.co_name == "__init__":
            frame = frame.f_back
        name = Path(frame.f_code.co_filename)
        if "srpki" in name.parts and "tests" not in name.parts:
            self.places.add(f"{'/'.join(name.parts[-3:])}:{frame.f_lineno}")


@pytest.fixture
def tally(record_property, monkeypatch):
    counted, made = Tally(), SrpkiError.__init__

    def noted(self, *arguments, **named):
        made(self, *arguments, **named)
        counted.note()

    monkeypatch.setattr(SrpkiError, "__init__", noted)
    yield counted
    for kind, number in counted.tried.items():
        record_property(_CASES, (kind, number))
        record_property(_PLACES, (kind, sorted(counted.places)))
    short = {
        kind: (counted.tried[kind], least)
        for kind, least in counted.promised.items()
        if counted.tried[kind] < least
    }
    assert counted.promised, "how many cases are there at least?"
    assert not short, f"fewer cases than promised: {short}"
    ended = len(counted.places)
    assert ended >= counted.lines, (
        f"they end at {ended} lines, not at {counted.lines}: how deep do they go?"
    )


def pytest_terminal_summary(terminalreporter):
    """Print the number of cases of each class, and at how many lines of code they end."""
    total, places = Counter(), defaultdict(set)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":  # when they have been counted
                for name, value in report.user_properties:  # others' as well
                    if name == _CASES:
                        total[value[0]] += value[1]
                    elif name == _PLACES:
                        places[value[0]].update(value[1])
    if total:
        terminalreporter.section("hostile cases, and the distinct lines that refuse them")
        for kind, number in sorted(total.items()):
            terminalreporter.line(f"{number:8} {len(places[kind]):4} {kind}")
        everywhere = set().union(*places.values())
        terminalreporter.line(f"{sum(total.values()):8} {len(everywhere):4} in all")


@pytest.fixture
def ca():
    """A CA for the CMP client that answers what it is told to."""
    return borrowed("unit/protocol/cmp/conftest.py").Ca()


@pytest.fixture
def around():
    """What every CMP machine needs, its nonces the same each time."""
    return lambda: {
        "clock": FrozenClock(borrowed("unit/protocol/cmp/conftest.py").NOW),
        "entropy": SeededEntropy(7),
    }
