"""Paths of checks: words as the MD-CLI has them, into the configuration or the state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.core.errors import InvalidInputError
from srpki.schema.nodes import Action, Container, Leaf, LeafList, ListNode, child_of
from srpki.schema.paths import Key, Path, Step
from srpki.schema.tree import SCHEMA
from srpki.schema.types import Integer, ValueTypeError

if TYPE_CHECKING:
    from srpki.schema.nodes import DataNode
    from srpki.training.language.vocabulary import Kind

_ROOTS: Final = {"config": ("configure", SCHEMA.configure), "state": ("state", SCHEMA.state)}


def path_of(subject: str, words: tuple[str, ...]) -> tuple[Path, DataNode]:
    """Return the path that *words* spell below ``configure`` or ``state``, and what is there.

    Raises `InvalidInputError` for what the schema does not have.
    """
    name, root = _ROOTS[subject]
    left = list(words)
    left[0] = left[0].removeprefix("/")
    if left[0] == name:
        left.pop(0)
    node: DataNode = root
    found: list[Step] = []
    while left:
        word = left.pop(0)
        child = child_of(node, word) if isinstance(node, Container | ListNode) else None
        if child is None or isinstance(child, Action):
            raise InvalidInputError(f"'{word}' is not in the schema of {name}")
        keys: tuple[Key, ...] = ()
        if isinstance(child, ListNode) and left:
            count = len(child.keys)
            if len(left) < count:
                raise InvalidInputError(f"'{word}' needs {count} keys")
            keys = tuple(_key(key, left.pop(0)) for key in _keys(child))
        found.append(Step(child.name, keys))
        node = child
    return tuple(found), node


def _keys(node: ListNode) -> tuple[Leaf, ...]:
    return tuple(leaf for name in node.keys if isinstance(leaf := child_of(node, name), Leaf))


def _key(leaf: Leaf, text: str) -> Key:
    try:
        value = leaf.type.parse(text)
    except ValueTypeError as error:
        raise InvalidInputError(f"'{text}': {error}") from None
    assert isinstance(value, str | int)
    return value


def check_path(subject: str, words: tuple[str, ...]) -> Kind:
    """Return of what kind the value at *words* is; raises `InvalidInputError` for no path."""
    _, node = path_of(subject, words)
    if isinstance(node, LeafList):
        return "list"
    if isinstance(node, Leaf) and isinstance(node.type, Integer):
        return "number"
    return "text"
