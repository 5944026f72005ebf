"""The inputs of an operation, checked against its action before it runs.

What calls an operation may be a grammar that has let only whole lines pass, or may not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from srpki.core.errors import InvalidInputError, MissingInputError
from srpki.schema.nodes import Action, Case, Choice, Leaf, LeafList, Node
from srpki.schema.paths import Value
from srpki.schema.types import Empty, ValueTypeError


def checked(action: Action, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Return *inputs* as the operation of *action* takes them, default values filled in.

    Raises `InvalidInputError` for an input that the action does not have, a value that is none and
    two cases of one choice, and `MissingInputError` for what is mandatory and not there.
    """
    leafs = {leaf.name: leaf for leaf in _leafs(action.inputs)}
    for name in inputs:
        if name not in leafs:
            raise InvalidInputError(f"{action.name} has no input '{name}'")
    found = {name: _read(leafs[name], value) for name, value in inputs.items()}
    missing = tuple(_complete(action.inputs, found))
    if missing:
        raise MissingInputError(missing)
    return found


def _leafs(nodes: Sequence[Node]) -> Iterator[Leaf | LeafList]:
    for node in nodes:
        if isinstance(node, Leaf | LeafList):
            yield node
        elif isinstance(node, Choice):
            yield from (leaf for case in node.cases for leaf in _leafs(case.children))


def _read(leaf: Leaf | LeafList, value: Value) -> Value:
    """Return *value* as the type of *leaf* reads it."""
    if isinstance(value, tuple) and isinstance(leaf, LeafList):
        return tuple(str(_read(leaf, item)) for item in value)
    if isinstance(leaf.type, Empty) and value is True:
        return value
    try:
        return leaf.type.parse(leaf.type.format(value))
    except ValueTypeError as error:
        raise InvalidInputError(f"'{leaf.name}' - {error}") from None


def _complete(nodes: Sequence[Node], found: dict[str, Value]) -> Iterator[str]:
    """Add default values to what was *found* of *nodes*; yield the names of what is missing."""
    for node in nodes:
        if isinstance(node, Choice):
            yield from _choose(node, found)
        elif isinstance(node, Leaf) and node.name not in found:
            if node.default is not None:
                found[node.name] = node.type.parse(node.default)
            elif node.mandatory:
                yield node.name


def _choose(choice: Choice, found: dict[str, Value]) -> Iterator[str]:
    given = {
        case.name: [leaf.name for leaf in _leafs(case.children) if leaf.name in found]
        for case in choice.cases
    }
    chosen = [case for case in choice.cases if given[case.name]]
    if len(chosen) > 1:
        first, second = (given[case.name][0] for case in chosen[:2])
        raise InvalidInputError(f"'{first}' and '{second}' exclude each other")
    chosen = chosen or [case for case in choice.cases if case.name == choice.default]
    if chosen:
        yield from _complete(chosen[0].children, found)
    elif choice.mandatory:
        yield "|".join(_first(case) for case in choice.cases)


def _first(case: Case) -> str:
    return next(leaf.name for leaf in _leafs(case.children))
