"""Rooms that may use few others: those that are allowed are named, so that a new one is not."""

import ast
from pathlib import Path

import pytest
from counting import met

import srpki

ROOT = Path(srpki.__file__).parent

ALLOWED = {
    "labca": {"protocol", "x509", "storage", "core"},
    "storage": {"core"},
    "pictures": {"core"},
    "x509": {"core"},
    "protocol": {"x509", "core"},
    "core": set(),
}


def used(room):
    """Yield the rooms that the files of *room* import, for types alone too, with the place."""
    for path in sorted((ROOT / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = []
            if isinstance(node, ast.ImportFrom) and node.module == "srpki":
                modules = [f"srpki.{alias.name}" for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                modules = [node.module or ""]
            elif isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            for module in modules:
                if module.startswith("srpki."):
                    yield module.split(".")[1], f"{path.relative_to(ROOT)}:{node.lineno}"


@pytest.mark.parametrize("room", ALLOWED)
def test_a_room_uses_those_that_are_named_and_no_other(room):
    assert {
        (other, place) for other, place in met(1, used(room)) if other not in ALLOWED[room] | {room}
    } == set()


def test_the_lab_ca_uses_all_that_it_may():
    assert {other for other, _ in used("labca")} - {"labca"} == ALLOWED["labca"]
