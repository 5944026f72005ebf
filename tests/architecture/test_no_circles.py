"""No file imports, by whatever way, one that imports it: not lazily, and not for a type either."""

import ast
from pathlib import Path

import srpki

ROOT = Path(srpki.__file__).parent
NAMES = {
    ".".join(("srpki", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
    for file in ROOT.rglob("*.py")
}


def imported(name):
    """Return the files that *name* imports anywhere in it."""
    file = ROOT.joinpath(*name.split(".")[1:])
    source = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in NAMES)
        elif isinstance(node, ast.ImportFrom) and node.module in NAMES:
            below = {f"{node.module}.{alias.name}" for alias in node.names} & NAMES
            yield from below or {node.module}


def circles(graph):
    """Return the groups of files that reach each other (Tarjan's components of more than one)."""
    numbers, lowest, stack, found = {}, {}, [], []

    def visit(name):
        numbers[name] = lowest[name] = len(numbers)
        stack.append(name)
        for other in graph[name]:
            if other not in numbers:
                visit(other)
            if other in stack:
                lowest[name] = min(lowest[name], lowest[other])
        if lowest[name] == numbers[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            found.extend([sorted(group)] if len(group) > 1 else [])

    for name in graph:
        if name not in numbers:
            visit(name)
    return found


def test_circles_are_found():
    graph = {"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}
    assert circles(graph) == [["b", "c"]]


def test_no_file_imports_one_that_imports_it():
    graph = {name: sorted(set(imported(name)) - {name}) for name in sorted(NAMES)}
    assert len(graph) > 300
    assert sum(map(len, graph.values())) > 1500
    assert circles(graph) == []
