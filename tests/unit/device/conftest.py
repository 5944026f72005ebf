"""A node at work, shared by the tests of one module, and the openssl program as a judge."""

import importlib.util
import itertools
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from foreign import called

from srpki.config.edit import Edit
from srpki.config.tree import get
from srpki.core.clock import FrozenClock, LabClock
from srpki.core.entropy import SeededEntropy
from srpki.device.configuration.history import Author
from srpki.device.router import Router
from srpki.schema.paths import path

WORKBENCH = Path(__file__).parents[2] / "scenarios" / "workbench.py"


def _load():
    if "workbench" not in sys.modules:
        spec = importlib.util.spec_from_file_location("workbench", WORKBENCH)
        sys.modules["workbench"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["workbench"])
    return sys.modules["workbench"]


@pytest.fixture(scope="session")
def opened():
    """Open a workbench on a node directory: a context manager."""
    return _load().workbench


@pytest.fixture(scope="module")
def bench(opened, tmp_path_factory):
    """A node with ready-made profiles and nothing enrolled."""
    with opened(tmp_path_factory.mktemp("node")) as found:
        yield found


_numbers = itertools.count(1)


@pytest.fixture
def fresh():
    """A name that no other test uses on the shared node."""
    return f"gw-{next(_numbers)}"


@pytest.fixture(scope="session")
def openssl():
    """Run openssl and return what it prints; *fails* when it is expected to refuse."""
    return called("openssl")


class Node:
    """A node without a network, whose clock moves when it is told to; `restart` begins anew."""

    def __init__(self, directory):
        self.directory = directory
        self.cf3 = directory / "cf3"
        self.real = FrozenClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
        self.clock = LabClock(self.real)
        self.router = None
        self.restart()

    def restart(self):
        """Stop the router, if it runs, and start another on the same directory."""
        if self.router is not None:
            self.router.stop()
        self.router = Router(
            self.directory, clock=self.clock, entropy=SeededEntropy(1), exchanges=no_network
        )
        self.router.start()

    def candidate(self, mode="private"):
        return self.router.node.datastore.open(mode, "jo")

    def commit(self, name, **how):
        """Commit another system name."""
        candidate = self.candidate()
        candidate.set(NAME, name)
        self.router.node.commits.commit(candidate, Author("jo", "MD-CLI", "192.0.2.1"), **how)
        candidate.close()

    def set(self, leaf, value):
        """Set a leaf of management-interface at once, as the classic CLI does."""
        place = path("system", "management-interface", *leaf.split("/"))
        self.router.node.datastore.edit([Edit("set", place, value)])

    def advance(self, **by):
        """Move the clock by a timedelta of *by*, doing on the way what is due."""
        self.router.node.engine.run_until(self.clock.now() + timedelta(**by), back=True)

    @property
    def name(self):
        """The system name that is running."""
        return get(self.router.node.datastore.running, NAME)

    def saved(self, version=""):
        """Return the system name in a saved configuration."""
        text = (self.cf3 / f"config.cfg{version}").read_text()
        return text.partition('name "')[2].partition('"')[0]


NAME = path("system", "name")


def no_network(*, tls, limits):
    raise AssertionError("nothing is to be sent")


@pytest.fixture
def node(tmp_path):
    """A node with nothing configured."""
    found = Node(tmp_path / "node")
    yield found
    found.router.stop()
