"""What is told of an edit besides what it does: that a value has no effect here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from srpki.config.edit import Edit, nodes_along
from srpki.schema.nodes import Container, Leaf


def without_effect(root: Container, edits: Iterable[Edit]) -> Iterator[str]:
    """Yield a line for each value that *edits*, below *root*, set and this program does not use."""
    for edit in edits:
        node = nodes_along(root, edit.path)[-1] if edit.kind == "set" else None
        if isinstance(node, Leaf) and not node.emulated:
            words = " ".join(step.name for step in edit.path[1:])
            yield f"INFO: CLI '{words}' is kept, but not emulated."
