"""What the golden tests share: values with their limits, lines, and how a golden file is kept."""

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from differing import agree

HERE = Path(__file__).parent


def _load(name):
    full = f"golden_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, HERE / f"{name}.py")
        sys.modules[full] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[full])
    return sys.modules[full]


@pytest.fixture(scope="session")
def values():
    """The module of values and facts."""
    return _load("values")


@pytest.fixture(scope="session")
def lines():
    """The module that makes lines of the schema."""
    _load("values")
    return _load("lines")


@pytest.fixture(scope="session")
def verdicts():
    """The module that says what must come of commands."""
    return _load("verdicts")


@pytest.fixture(scope="session")
def shortened():
    """Write runs of one character as ``a{95}``."""
    return lambda text: re.sub(r"([^-= ])\1{19,}", lambda run: f"{run[1]}{{{len(run[0])}}}", text)


@pytest.fixture(scope="session")
def golden():
    """Compare text with a golden file, or write it anew."""

    def compare(name, found):
        assert "=> " in found, "no line was typed"
        agree(HERE / f"{name}.golden", found)

    return compare
