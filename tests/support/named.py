"""Tests that a table names: ``FILE::FUNCTION``, the file from ``tests`` on."""

import ast
from functools import cache
from pathlib import Path

_TESTS = Path(__file__).parents[1]


def is_a_test(name):
    """Say whether there is a test of this *name*; a file alone is one when it has tests."""
    path, _, function = name.partition("::")
    found = _functions(_TESTS / path)
    return function in found if function else bool(found)


@cache
def _functions(path):
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text())
    return frozenset(
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )
