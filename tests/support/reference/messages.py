"""The page of the messages: those with a number, the error tree, the events of the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import srpki.cli
import srpki.config.errors
from reference.tables import code, table
from srpki.core import errors
from srpki.core.event_types import EVENT_TYPES
from srpki.management import messages

_HEAD = """# Messages

## Numbered messages

`<...>` stands for what the message is about.
"""
_TREE = """## Errors

Each error of the program has a code that does not change. The text after it is what the error
means; what the CLI prints is the sentence of the case, and a hint.
"""
_EVENTS = """## Events

What `show log` lists. Numbers and names are those of SR OS.
"""
_NUMBERED: Final = re.compile(r"([A-Z_]+) #(\d+|<number>):? (.*)", re.DOTALL)
_SEVERITY: Final = re.compile(r"(CRITICAL|MAJOR|MINOR|WARNING|INFO): ")


def messages_page() -> str:
    """Return the page."""
    rows = [
        (code(f"{application} #{number}"), severity, text)
        for application, number, severity, text in sorted(set(_numbered()), key=_order)
    ]
    listed = [
        (code(f"{application} #{number}"), code(kind.name), kind.severity, _places(kind.text))
        for (application, number), kind in sorted(EVENT_TYPES.items())
    ]
    return "\n".join(
        (
            _HEAD,
            table(("number", "severity", "text"), rows),
            _TREE,
            "\n".join(_tree(errors.SrpkiError, "")),
            "",
            _EVENTS,
            table(("number", "name", "severity", "text"), listed),
        )
    )


def _order(message: tuple[str, int, str, str]) -> tuple[str, int, str]:
    return message[0], message[1], message[3]


def _places(text: str) -> str:
    """Return a format string with its fields in angle brackets, as code."""
    return code(re.sub(r"\{(\w+)\}", r"<\1>", text))


# --- the messages as they stand in the code of the CLI, and in one table -------------------------


def _numbered() -> Iterator[tuple[str, int, str, str]]:
    """Yield application, number, severity and text of every message that the CLI can print."""
    for file in sorted(Path(next(iter(srpki.cli.__path__))).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for scope in (tree, *functions):
            numbers = sorted(_assigned(scope, "number"))
            for text in _strings(scope):
                yield from _read(text, numbers)
    for kind in (*messages.NUMBERS, "failed"):  # the last stands for every other one
        yield from _read(messages.said(kind, "<sentence>"), [])


def _read(text: str, numbers: list[str]) -> Iterator[tuple[str, int, str, str]]:
    for line in text.split("\n"):
        found = _NUMBERED.search(line)
        if found is not None:
            severity = _SEVERITY.search(line)
            for number in numbers if found[2] == "<number>" else [found[2]]:
                given = severity[1] if severity is not None else ""
                yield found[1], int(number), given, code(found[3].strip())


def _strings(scope: ast.AST) -> Iterator[str]:
    """Yield the strings directly in *scope*; what an f-string puts in is in angle brackets."""
    for node in _directly(scope):
        if isinstance(node, ast.JoinedStr):
            yield "".join(_piece(part) for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _directly(scope: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(scope):
        if isinstance(child, ast.FunctionDef):
            continue
        yield child
        if not isinstance(child, ast.JoinedStr):
            yield from _directly(child)


def _piece(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return f"<{ast.unparse(part.value).rpartition('.')[2]}>"


def _assigned(scope: ast.AST, name: str) -> set[str]:
    """Return the numbers that *scope* assigns to *name*, in whatever expression they stand."""
    return {
        str(inner.value)
        for node in _directly(scope)
        if isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for inner in ast.walk(node.value)
        if isinstance(inner, ast.Constant) and isinstance(inner.value, int)
    }


# --- the error tree -------------------------------------------------------------------------------


def _tree(error: type[errors.SrpkiError], indent: str) -> Iterator[str]:
    meaning = (error.__doc__ or "").partition("\n")[0].partition(" [")[0].rstrip(".")
    yield f"{indent}* {code(error.code)}: {meaning}"
    below = [
        one
        for one in error.__subclasses__()
        if one.__module__ in {errors.__name__, srpki.config.errors.__name__}
    ]
    for one in below:
        yield from _tree(one, indent + "  ")
