"""Schema nodes as YANG data definitions and actions [RFC 7950 sections 7.5 to 7.9, 7.15]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.netconf.yang.statements import Statement
from srpki.netconf.yang.types import type_of
from srpki.schema.nodes import Action, Case, Choice, Container, Leaf, LeafList, ListNode, Node
from srpki.schema.operations.global_operations import (
    COMPARE,
    COMPARE_RESULTS,
    RAW_COMMAND,
    RAW_RESULTS,
)
from srpki.schema.types import Enumeration, Integer, Text

_INSTANT: Final = Text(
    patterns=(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",)
)
_MESSAGE: Final = Text(length=(1, 255))
_STATUS: Final = Enumeration(("in-progress", "completed", "terminated-incomplete"))
_BEGUN: Final[tuple[Node, ...]] = (
    Leaf("operation-id", Integer("uint16", 1, 10000), "Number of the operation"),
    Leaf("start-time", _INSTANT, "When the operation began"),
)
_ENDED: Final[tuple[Node, ...]] = (
    Leaf("status", _STATUS, "What came of the operation"),
    LeafList("error-message", _MESSAGE, "What went wrong"),
    LeafList("warning-message", _MESSAGE, "What may be wrong"),
    LeafList("info-message", _MESSAGE, "What there is to say"),
    Leaf("end-time", _INSTANT, "When the operation ended"),
)
"""What every action answers, its results between both [fact sheet ``oper-global.json``]."""

RESULTS: Final = {
    action.operation: results
    for action, results in ((RAW_COMMAND, RAW_RESULTS), (COMPARE, COMPARE_RESULTS))
}
"""What actions have found, by their operation."""


_SUBTREE: Final = (
    Statement(
        "container",
        "path",
        (
            Statement("description", "The only part that is compared."),
            Statement("anydata", "subtree-path", (Statement("description", "Its path."),)),
        ),
    ),
)
"""The input of `COMPARE` that no type of the schema is for."""


def definition(node: Node, keys: tuple[str, ...] = (), *, config: bool = True) -> Statement:
    """Return the statement of *node*, which is among the *keys* of its list or not.

    What stands below is there too, in declared order; actions that srpki has not are left out.
    """
    within = tuple(_within(node, keys, config=config))
    return Statement(_KEYWORDS[type(node)], node.name, within)


_KEYWORDS: Final[dict[type, str]] = {
    Action: "action",
    Case: "case",
    Choice: "choice",
    Container: "container",
    Leaf: "leaf",
    LeafList: "leaf-list",
    ListNode: "list",
}


def _within(node: Node, keys: tuple[str, ...], *, config: bool) -> Iterator[Statement]:
    match node:
        case Leaf():
            yield from _leaf(node, key=node.name in keys)
        case LeafList():
            yield from _leaf_list(node, config=config)
        case Container():
            if node.presence:
                yield Statement("presence", "It stands in the configuration.")
            yield _about(node.help)
            yield from _below(node.children, (), config=config)
        case ListNode():
            yield Statement("key", " ".join(node.keys))
            yield from _at_most(node.max_elements)
            yield _about(node.help)
            yield from _below(node.children, node.keys, config=config)
        case Choice():
            yield from _choice(node, config=config)
        case Case():
            yield from _below(node.children, (), config=config)
        case Action():
            yield from _action(node)


def _leaf(node: Leaf, *, key: bool) -> Iterator[Statement]:
    yield type_of(node.type)
    if node.units:
        yield Statement("units", node.units)
    if node.mandatory and not key:
        yield Statement("mandatory", "true")
    elif node.default is not None and not key:
        yield Statement("default", node.default)
    yield _about(node.help)


def _leaf_list(node: LeafList, *, config: bool) -> Iterator[Statement]:
    yield type_of(node.type)
    yield from _at_most(node.max_elements)
    if config:
        yield Statement("ordered-by", "user")
    yield _about(node.help)


def _choice(node: Choice, *, config: bool) -> Iterator[Statement]:
    if node.mandatory:
        yield Statement("mandatory", "true")
    elif node.default:
        yield Statement("default", node.default)
    yield from (definition(case, config=config) for case in node.cases)


def _action(node: Action) -> Iterator[Statement]:
    yield _about(node.help)
    if node.inputs:
        inputs = tuple(_below(node.inputs, (), config=True))
        yield Statement("input", within=(*_SUBTREE, *inputs) if node is COMPARE else inputs)
    results = RESULTS.get(node.operation, ())
    found = (Container("results", results, "What was found"),) if results else ()
    reply = (*_BEGUN, *found, *_ENDED)
    yield Statement("output", within=tuple(_below(reply, (), config=False)))


def _below(nodes: tuple[Node, ...], keys: tuple[str, ...], *, config: bool) -> Iterator[Statement]:
    for node in nodes:
        if not isinstance(node, Action) or node.emulated:
            yield definition(node, keys, config=config)


def _at_most(number: int | None) -> Iterator[Statement]:
    if number is not None:
        yield Statement("max-elements", str(number))


def _about(help_: str) -> Statement:
    return Statement("description", f"{help_}.")
