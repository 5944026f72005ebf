"""Nodes at work: each scenario has one of its own, or one that its module shares."""

import importlib.util
import itertools
import sys
from pathlib import Path

import pytest


def _load():
    if "workbench" not in sys.modules:
        path = Path(__file__).with_name("workbench.py")
        spec = importlib.util.spec_from_file_location("workbench", path)
        sys.modules["workbench"] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules["workbench"])
    return sys.modules["workbench"]


@pytest.fixture(scope="session")
def opened():
    """Open a workbench on a node directory: a context manager."""
    return _load().workbench


@pytest.fixture(scope="module")
def bench(opened, tmp_path_factory):
    """A node for all scenarios of a module, with ready-made profiles and nothing enrolled."""
    with opened(tmp_path_factory.mktemp("node")) as found:
        yield found


_numbers = itertools.count(1)


@pytest.fixture
def fresh():
    """A name that no other scenario uses on the shared node."""
    return f"gw-{next(_numbers)}"


@pytest.fixture
def own(opened, tmp_path):
    """A node of the scenario's own."""
    with opened(tmp_path / "node") as found:
        yield found
