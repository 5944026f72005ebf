"""What is made of a node of a schema once, and is asked for again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from srpki.schema.nodes import Container, ListNode

Made = TypeVar("Made")
_Context = Container | ListNode


def once_a_node(make: Callable[[_Context], Made]) -> Callable[[_Context], Made]:
    """Return *make*, which is called once for each node.

    Nodes never change, and those of a schema live as long as the program. They are told apart by
    their identity, for to compare two is to compare all that stands below them; a node is kept
    with what is made of it, so that no other one can have its identity.
    """
    known: dict[int, tuple[_Context, Made]] = {}

    @wraps(make)
    def made(node: _Context) -> Made:
        found = known.get(id(node))
        if found is None:
            found = known[id(node)] = node, make(node)
        return found[1]

    return made
