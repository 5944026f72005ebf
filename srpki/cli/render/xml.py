"""Lays out a piece of a tree as XML for ``info xml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.text import INDENT
from srpki.config.xml import located
from srpki.core.xml import lines

if TYPE_CHECKING:
    from srpki.config.tree import Element
    from srpki.schema.nodes import Container
    from srpki.schema.paths import Path


def xml(root: Container, target: Path, element: Element) -> str:
    """Return *element*, which is at *target* below *root*, inside all that it is inside of."""
    found = located(root, target, element)
    return "\n".join(line for each in found for line in lines(each, INDENT))
