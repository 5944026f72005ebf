"""Statements of YANG, and how they are written [RFC 7950 section 6.3]."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z_][A-Za-z0-9_.-]*)?")
"""What needs no quotes: an identifier with a prefix or without, a number."""


class Statement(NamedTuple):
    """One statement: *keyword*, its *argument* where it has one, and what is *within* it."""

    keyword: str
    argument: str = ""
    within: tuple[Statement, ...] = ()


def written(statements: Iterable[Statement]) -> str:
    """Return *statements* as the text of a module."""
    return "".join(f"{line}\n" for each in statements for line in _lines(each, ""))


def _lines(statement: Statement, pad: str) -> Iterator[str]:
    argument = statement.argument
    if argument and not _BARE.fullmatch(argument):
        argument = _quoted(argument)
    head = f"{pad}{statement.keyword} {argument}".rstrip()
    if not statement.within:
        yield f"{head};"
        return
    yield f"{head} {{"
    for inner in statement.within:
        yield from _lines(inner, f"{pad}  ")
    yield f"{pad}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
