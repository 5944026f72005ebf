"""Whether a configuration is whole, found out by tables much quicker than what is wrong with it.

`srpki.config.validate` says what is wrong; it is asked where this has any doubt.
"""

from __future__ import annotations

from srpki.config.edit import always_there
from srpki.config.tables import table
from srpki.config.tree import Branch, Entries
from srpki.core.values import NamedTuple
from srpki.schema.nodes import Choice, Container, Leaf, LeafList, ListNode, Node, data_children
from srpki.schema.once import once_a_node
from srpki.schema.paths import Value
from srpki.schema.types import Reference


def is_whole(root: Container, tree: Branch) -> bool:
    """Return True only if nothing is wrong with *tree*, the content of *root*."""
    return _Check(root, tree).passes(_demands(root), tree)


class _Needs(NamedTuple):
    """What must be there: *names*, and of each choice *cases* that hold, with what they need.

    At least one must hold of a choice that is *mandatory*.
    """

    names: frozenset[str]
    choices: tuple[tuple[bool, tuple[tuple[frozenset[str], _Needs], ...]], ...]

    def are_met(self, branch: Branch) -> bool:
        """Return whether *branch* has it."""
        there = branch.keys()
        if not self.names <= there:
            return False
        for mandatory, cases in self.choices:
            held = [needs for names, needs in cases if not names.isdisjoint(there)]
            if (mandatory and not held) or not all(needs.are_met(branch) for needs in held):
                return False
        return True


class _Demands:
    """What is demanded of the content of one node of the schema."""

    def __init__(self, node: Container | ListNode) -> None:
        known = table(node)
        self.node = node
        self.needs = _needs(node.children)
        self.below = {name: _demands(inner) for name, inner in known.contexts.items()}
        self.most = {name: one.max_elements for name, one in _counted(node)}
        self.references = {
            name: leaf.type
            for name, leaf in known.leafs.items()
            if isinstance(leaf.type, Reference)
        }
        self.keys = tuple(
            (place, leaf.type)
            for place, leaf in enumerate(known.key_leafs)
            if isinstance(leaf.type, Reference)
        )
        self.hollow = frozenset(
            name
            for name, inner in known.contexts.items()
            if always_there(node, inner) and self.below[name].is_hollow
        )
        """Containers that lack something when nothing is set in them."""

    @property
    def is_hollow(self) -> bool:
        """Whether something is missing in empty content."""
        return bool(self.hollow) or not self.needs.are_met(Branch())


@once_a_node
def _demands(node: Container | ListNode) -> _Demands:
    return _Demands(node)


def _needs(children: tuple[Node, ...]) -> _Needs:
    choices = tuple(child for child in children if isinstance(child, Choice))
    return _Needs(
        frozenset(child.name for child in children if isinstance(child, Leaf) and child.mandatory),
        tuple(
            (
                choice.mandatory,
                tuple(
                    (
                        frozenset(inner.name for inner in data_children(case)),
                        _needs(case.children),
                    )
                    for case in choice.cases
                ),
            )
            for choice in choices
        ),
    )


def _counted(node: Container | ListNode) -> list[tuple[str, ListNode | LeafList]]:
    return [
        (child.name, child)
        for child in data_children(node)
        if isinstance(child, ListNode | LeafList) and child.max_elements is not None
    ]


class _Check:
    """One look through *tree*, below *root*."""

    def __init__(self, root: Container, tree: Branch) -> None:
        self._root = root
        self._tree = tree
        self._known: dict[str, frozenset[object]] = {}

    def passes(self, demands: _Demands, branch: Branch) -> bool:
        """Return whether *branch* meets *demands*, with all below it."""
        if not demands.needs.are_met(branch) or not demands.hollow <= branch.keys():
            return False
        most, references = demands.most, demands.references
        for name, content in branch.items():
            if isinstance(content, Branch):
                if not self.passes(demands.below[name], content):
                    return False
            elif isinstance(content, Entries):
                if not self._entries(demands.below[name], content, most.get(name)):
                    return False
            else:
                values = content if isinstance(content, tuple) else (content,)
                limit, kind = most.get(name), references.get(name)
                if limit is not None and len(values) > limit:
                    return False
                if kind is not None and not all(self._exists(kind, value) for value in values):
                    return False
        return True

    def _entries(self, demands: _Demands, entries: Entries, limit: int | None) -> bool:
        if limit is not None and len(entries) > limit:
            return False
        for place, kind in demands.keys:
            if not all(self._exists(kind, keys[place]) for keys in entries):
                return False
        return all(self.passes(demands, entry) for entry in entries.values())

    def _exists(self, kind: Reference, value: Value) -> bool:
        known = self._known.get(kind.target)
        if known is None:
            known = self._known[kind.target] = frozenset(self._named(kind.target))
        return value in known or value in kind.built_in

    def _named(self, target: str) -> list[object]:
        """Return the keys of all entries that *target*, as in `Reference`, may mean."""
        *steps, key = target.strip("/").split("/")[1:]
        node: object = self._root
        found: list[Branch | Entries] = [self._tree]
        for step in steps:
            node = table(node).contexts[step] if isinstance(node, Container | ListNode) else None
            below = (
                inner.get(step)
                for one in found
                for inner in (one.values() if isinstance(one, Entries) else (one,))
            )
            found = [one for one in below if isinstance(one, Branch | Entries)]
        assert isinstance(node, ListNode)
        at = node.keys.index(key)
        return [keys[at] for one in found if isinstance(one, Entries) for keys in one]
