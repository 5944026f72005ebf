"""Peers that mean harm; each test says how many cases it tries, and fails when it tries fewer."""

from collections import Counter

import pytest
from borrowed import borrowed

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy

_PROPERTY = "hostile cases"


class Tally:
    """Counts the cases of one test by their class."""

    def __init__(self):
        self.tried = Counter()
        self.promised = Counter()

    def __call__(self, kind, least):
        """Promise *least* cases of *kind*; return what is called for each."""
        self.promised[kind] += least

        def case():
            self.tried[kind] += 1

        return case


@pytest.fixture
def tally(record_property):
    counted = Tally()
    yield counted
    for kind, number in counted.tried.items():
        record_property(_PROPERTY, (kind, number))
    short = {
        kind: (counted.tried[kind], least)
        for kind, least in counted.promised.items()
        if counted.tried[kind] < least
    }
    assert not short, f"fewer cases than promised: {short}"


def pytest_terminal_summary(terminalreporter):
    """Print the number of cases of each class."""
    total = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":  # when they have been counted
                for name, value in report.user_properties:
                    if name == _PROPERTY:
                        total[value[0]] += value[1]
    if total:
        terminalreporter.section("hostile cases")
        for kind, number in sorted(total.items()):
            terminalreporter.line(f"{number:8} {kind}")
        terminalreporter.line(f"{sum(total.values()):8} in all")


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
