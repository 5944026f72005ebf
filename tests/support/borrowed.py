"""Benches that other directories of tests have built, for those that want to use them too."""

import importlib.util
import sys
from pathlib import Path

_TESTS = Path(__file__).parents[1]


def borrowed(path):
    """Return the module at *path* below ``tests``; one object, however often it is asked for."""
    name = "borrowed_" + path.removesuffix(".py").replace("/", "_")
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _TESTS / path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
