"""No part of the engine but the protocols' own folder asks for a protocol by its name."""

import ast
from pathlib import Path

import srpki
from srpki.engine.protocols.registry import PROTOCOLS

ENGINE = Path(srpki.__file__).parent / "engine"


def strings(file):
    """Return the strings in *file* that a program could compare with, docstrings not among them."""
    tree = ast.parse(file.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


def test_no_file_of_the_engine_outside_the_folder_names_a_protocol():
    files = [file for file in ENGINE.rglob("*.py") if file.parent.name != "protocols"]
    assert len(files) > 20
    naming = {file.name: strings(file) & PROTOCOLS.keys() for file in files}
    assert {file: found for file, found in naming.items() if found} == {}


def test_the_schema_and_the_engine_know_the_same_protocols():
    from srpki.schema.configure import protocols

    assert protocols.servers().keys() == PROTOCOLS.keys() == {"cmpv2", "est"}
