"""A node at work, shared by the tests of one module, and the openssl program as a judge."""

import importlib.util
import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
    program = shutil.which("openssl")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("openssl is not installed")
        pytest.skip("openssl is not installed")

    def run(*arguments, octets=b"", fails=False):
        done = subprocess.run(
            [program, *map(str, arguments)],
            input=octets,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode != 0) == fails, (done.stdout, done.stderr)
        return done.stdout

    return run
