"""The whole tree: configuration, state and operations, and the check that it is sound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Final

from srpki.schema.configure.ipsec import IPSEC
from srpki.schema.configure.log import LOG
from srpki.schema.configure.system import SYSTEM
from srpki.schema.nodes import (
    Action,
    Arg,
    Case,
    Choice,
    Container,
    DataNode,
    Either,
    Item,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Maybe,
    Node,
    Word,
    child_of,
    data_children,
)
from srpki.schema.types import Reference, Union, ValueType, ValueTypeError

_CONFIGURE: Final = Container(
    name="configure", help="Configure the node", children=(IPSEC, LOG, SYSTEM)
)


class SchemaTree:
    """Every root that a session can reach, with the ``lab`` commands or without.

    *configure* and *state* are the named data roots; *operations_md* and *operations_classic* are
    nameless containers of the branches below the root prompt. The actions in both are the same
    objects, put in different places. All but *configure* are made when they are first asked for:
    a start is ready for its first line without them.
    """

    def __init__(self, *, lab: bool, configure: Container = _CONFIGURE) -> None:
        self.configure: Final = configure
        self._lab = lab

    @cached_property
    def state(self) -> Container:
        """The state of the node."""
        from srpki.schema.state.root import STATE  # noqa: PLC0415 - start-up time

        return STATE

    @cached_property
    def operations_md(self) -> Container:
        """The operational commands of the MD-CLI."""
        from srpki.schema.operations import roots  # noqa: PLC0415 - start-up time

        return roots.md(lab=self._lab)

    @cached_property
    def operations_classic(self) -> Container:
        """The operational commands of the classic CLI."""
        from srpki.schema.operations import roots  # noqa: PLC0415 - start-up time

        return roots.classic(lab=self._lab)


SCHEMA: Final = SchemaTree(lab=False)
"""The tree of a node."""

LAB_SCHEMA: Final = SchemaTree(lab=True)
"""The tree of a node in lab mode, which has the ``lab`` commands too."""


@cache
def actions() -> Mapping[str, Action]:
    """Return every action of either CLI by the operation that it runs."""
    roots = (LAB_SCHEMA.operations_md, LAB_SCHEMA.operations_classic)
    return {action.operation: action for root in roots for action in _actions(root)}


def _actions(node: Container) -> Iterator[Action]:
    for child in data_children(node):
        if isinstance(child, Action):
            yield child
        elif isinstance(child, Container):
            yield from _actions(child)


def node_at(root: Container, *names: str) -> DataNode | Action | None:
    """Return the node below *root* that *names* lead to, choices left out, or None."""
    node: DataNode | Action | None = root
    for name in names:
        if not isinstance(node, Container | ListNode):
            return None
        node = child_of(node, name)
    return node


def resolve(schema: SchemaTree, target: str) -> Leaf | None:
    """Return the leaf at *target*, as ``/configure/system/name``, or None."""
    root, *names = target.strip("/").split("/")
    tops = {top.name: top for top in (schema.configure, schema.state)}
    found = node_at(tops[root], *names) if root in tops else None
    return found if isinstance(found, Leaf) else None


def check(schema: SchemaTree) -> tuple[str, ...]:
    """Return what is wrong with *schema*, one sentence each; nothing when it is sound.

    Names are unique among siblings in both CLIs' reading, keys and positional inputs exist,
    references lead to the key of a list, defaults are values of their type, classic lines name
    leafs that are there, and every node has help.
    """
    roots = (schema.configure, schema.state, schema.operations_md, schema.operations_classic)
    return tuple(problem for root in roots for problem in _check(schema, root, f"/{root.name}"))


def _check(schema: SchemaTree, node: Node, place: str) -> Iterator[str]:
    if not isinstance(node, Choice | Case) and not node.help:
        yield f"{place}: no help"
    if isinstance(node, Leaf | LeafList):
        yield from _check_value(schema, node, place)
        return
    yield from _check_names(node, place)
    yield from _check_classic(node, place)
    below = node.cases if isinstance(node, Choice) else _children(node)
    for child in below:
        yield from _check(schema, child, f"{place}/{child.name}")


def _children(node: Container | ListNode | Case | Action) -> tuple[Node, ...]:
    return node.inputs if isinstance(node, Action) else node.children


def _check_names(node: Container | ListNode | Choice | Case | Action, place: str) -> Iterator[str]:
    if isinstance(node, Choice):
        names = [case.name for case in node.cases]
        if node.default and node.default not in names:
            yield f"{place}: no case {node.default}"
    else:
        names = [child.name for child in _visible(_children(node))]
    yield from (f"{place}: {name} twice" for name in sorted(set(names)) if names.count(name) > 1)
    wanted = node.keys if isinstance(node, ListNode) else ()
    wanted += node.positional if isinstance(node, Action) else ()
    yield from (f"{place}: no leaf {name}" for name in wanted if name not in names)
    if isinstance(node, ListNode) and not node.keys:
        yield f"{place}: no keys"


def _visible(children: tuple[Node, ...]) -> Iterator[DataNode | Action]:
    return data_children(Case(name="", children=children))


def _check_value(schema: SchemaTree, node: Leaf | LeafList, place: str) -> Iterator[str]:
    for member in _members(node.type):
        if isinstance(member, Reference) and resolve(schema, member.target) is None:
            yield f"{place}: {member.target} does not exist"
    if isinstance(node, Leaf) and node.default is not None:
        try:
            node.type.parse(node.default)
        except ValueTypeError as error:
            yield f"{place}: default {error}"


def _members(value: ValueType) -> Iterator[ValueType]:
    if isinstance(value, Union):
        for member in value.types:
            yield from _members(member)
    else:
        yield value


def _check_classic(node: Node, place: str) -> Iterator[str]:
    if isinstance(node.classic if not isinstance(node, Case) else None, Line):
        assert not isinstance(node, Case)
        assert isinstance(node.classic, Line)
        children = _scope(node)
        for name in _named(node.classic.items):
            scope: Node | None = Container(name="", help="", children=children)
            for part in name.split("/"):
                scope = child_of(scope, part) if isinstance(scope, Container | ListNode) else None
            if scope is None:
                yield f"{place}: classic line names {name}"


def _scope(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Choice):
        return tuple(child for case in node.cases for child in case.children)
    return () if isinstance(node, Leaf | LeafList) else _children(node)


def _named(items: tuple[Item, ...]) -> Iterator[str]:
    for item in items:
        if isinstance(item, Arg):
            yield item.leaf
        elif isinstance(item, Word):
            yield from (item.leaf,) if item.leaf else ()
        elif isinstance(item, Either):
            for alternative in item.alternatives:
                yield from _named(alternative)
        elif isinstance(item, Maybe):
            yield from _named(item.items)
