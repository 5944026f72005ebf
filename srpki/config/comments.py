"""Comments on elements, held in the tree as RFC 7952 holds annotations in JSON.

The comment of a container or a list entry stands inside it under ``@``, that of a leaf beside it
under ``@`` and its name. No schema has such names, so what walks by the schema does not meet them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.schema.nodes import Container, DataNode, Leaf, ListNode
from srpki.schema.paths import Path, Step
from srpki.schema.types import Text, ValueTypeError

MARK: Final = "@"
PREFIX: Final = "# comment: "
"""What stands before a comment in text [cli.md 1.3]."""

COMMENT: Final = Leaf(name="comment", type=Text(length=(1, 255)), help="What is said of an element")
"""The node of every comment."""


def is_comment(name: str) -> bool:
    """Return whether *name* is that of a comment."""
    return name.startswith(MARK)


def accepted(text: str) -> bool:
    """Return whether *text* may be a comment."""
    try:
        return COMMENT.type.parse(text) == text.strip()
    except ValueTypeError:
        return False


def place_of(node: DataNode, path: Path) -> Path:
    """Return where the comment of the element at *path*, which *node* declares, is held."""
    if isinstance(node, Container | ListNode):
        return (*path, Step(MARK))
    return (*path[:-1], Step(MARK + path[-1].name))


def element_of(path: Path) -> Path:
    """Return the path of the element whose comment is held at *path*."""
    name = path[-1].name.removeprefix(MARK)
    return (*path[:-1], Step(name)) if name else path[:-1]


def lines(comment: object, indent: str) -> Iterator[str]:
    """Yield the line of *comment* before its element, if there is one."""
    if isinstance(comment, str):
        yield f"{indent}{PREFIX}{comment}"
