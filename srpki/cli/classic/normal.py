"""A configuration without what says nothing: the classic CLI knows no configured defaults."""

from __future__ import annotations

from srpki.cli.md.dialect import Context, in_cases
from srpki.config.edit import stands_alone
from srpki.config.tree import Branch, Element, Entries
from srpki.schema.nodes import Container, Leaf, ListNode, data_children
from srpki.schema.paths import Value


def is_default(parent: Context, leaf: Leaf, value: Value) -> bool:
    """Return whether *value* means the same as no value; in a choice every value decides."""
    if leaf.default is None or leaf.name in in_cases(parent):
        return False
    return leaf.type.parse(leaf.default) == value


def normal(node: Context, branch: Branch) -> Branch:
    """Return *branch*, the content of *node*, without default values and what they leave empty."""
    kept: dict[str, Element] = {}
    for child in data_children(node):
        held = branch.get(child.name)
        if held is None:
            continue
        if isinstance(child, Container) and isinstance(held, Branch):
            inside = normal(child, held)
            if inside or stands_alone(node, child):
                kept[child.name] = inside
        elif isinstance(child, ListNode) and isinstance(held, Entries):
            kept[child.name] = Entries({keys: normal(child, one) for keys, one in held.items()})
        elif isinstance(held, Branch | Entries):
            continue
        elif not (isinstance(child, Leaf) and is_default(node, child, held)):
            kept[child.name] = held
    return Branch(kept)
