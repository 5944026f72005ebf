"""A configuration with every list at its documented maximum, made from the schema alone.

Nothing is drawn: the same arguments give the same tree. Every leaf is set, cases of a choice take
turns from entry to entry, references name entries that are there.
"""

from srpki.config.tree import Branch, Entries
from srpki.schema.nodes import Action, Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.tree import SCHEMA, node_at, resolve
from srpki.schema.types import (
    Address,
    Boolean,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
    ValueTypeError,
)

MOST = 256
"""Entries of a list at most: below the maxima of ``ipsec`` alone (10200 and 10128)."""

NESTED = 8
"""Entries of a list within an entry; the first entry holds as many as the schema allows."""

LEFT_OUT = frozenset({"management-interface", "event-trigger"})
"""How sessions behave and what events make the node do, which would change what is measured.

Neither has a list with a maximum.
"""


def configuration(most=MOST, nested=NESTED):
    """Return the content of ``configure``: no list with more than *most* entries."""
    return _Maker(most, nested).branch(SCHEMA.configure, 0, depth=0)


def entries(tree):
    """Return the number of list entries in *tree*, those within entries too."""
    if isinstance(tree, Branch):
        return sum(map(entries, tree.values()))
    if isinstance(tree, Entries):
        return len(tree) + sum(map(entries, tree.values()))
    return 0


def value(kind, number, counted=lambda _list: MOST, name="x"):
    """Return the value of *kind* that has *number*: others have others, as far as there are any.

    *counted* tells how many entries a list has that a reference may name.
    """
    match kind:
        case Integer():
            low, high = kind.bounds
            return low + number % (high - low + 1)
        case Enumeration():
            return kind.values[number % len(kind.values)]
        case Boolean():
            return number % 2 == 0
        case Empty():
            return True
        case Reference():
            target = resolve(SCHEMA, kind.target)
            there = counted(node_at(SCHEMA.configure, *kind.target.split("/")[2:-1]))
            return value(target.type, number % there, counted, target.name)
        case Address():
            wanted = ("2001:db8::{:x}", "192.0.2.{}")[4 in kind.versions]
            return kind.parse(wanted.format(1 + number % 250))
        case Union():
            return value(kind.types[0], number, counted, name)
        case Text():
            return _text(kind, number, name)
    raise TypeError(kind)


def _text(kind, number, name):
    if kind.hashed:
        return f"$2y$10${number:053d}"  # of nobody: what is saved is never in clear
    if kind.secret:
        return f"token{number:04d} hash2"
    forms = (
        f"{name[:20]}-{number:05d}",
        f"http://ca.example/{number}",
        f"/path/{number}",
        f"cf3:\\{number}",
        f"c{number}.example",
        f"C={number % 90 + 10}",
        "Base",
    )
    for text in forms:
        try:
            return kind.parse(text)
        except ValueTypeError:
            continue
    raise TypeError(kind)


class _Maker:
    def __init__(self, most, nested):
        self._most = most
        self._nested = nested

    def branch(self, node, number, *, depth):
        keys = node.keys if isinstance(node, ListNode) else ()
        return Branch(dict(self._items(node.children, number, depth, keys)))

    def _items(self, children, number, depth, keys):
        for child in children:
            if isinstance(child, Action) or child.name in LEFT_OUT or child.name in keys:
                continue
            if isinstance(child, Choice):
                case = child.cases[number % len(child.cases)]
                yield from self._items(case.children, number, depth, keys)
            elif isinstance(child, Container):
                yield child.name, self.branch(child, number, depth=depth)
            elif isinstance(child, ListNode):
                yield child.name, self._entries(child, number, depth)
            else:
                yield child.name, self._value(child, number)

    def _value(self, leaf, number):
        if isinstance(leaf, LeafList):
            some = (value(leaf.type, place, self._count, leaf.name) for place in range(NESTED))
            return tuple(dict.fromkeys(some))[: leaf.max_elements]
        assert isinstance(leaf, Leaf)
        return value(leaf.type, number, self._count, leaf.name)

    def _entries(self, node, number, depth):
        most = self._nested if depth and number else self._most
        numbers = range(self._count(node, most))
        return Entries(
            {
                self._keys(node, place): self.branch(node, place, depth=depth + 1)
                for place in numbers
            }
        )

    def _keys(self, node, number):
        return tuple(value(leaf.type, number, self._count, leaf.name) for leaf in node.key_leafs)

    def _count(self, node, most=None):
        """Return how many entries *node* has: what its maximum and its first key's type allow."""
        first = node.key_leafs[0].type
        allowed = [self._most if most is None else most]
        if node.max_elements is not None:
            allowed.append(node.max_elements)
        if isinstance(first, Reference):
            allowed.append(self._count(node_at(SCHEMA.configure, *first.target.split("/")[2:-1])))
        elif isinstance(first, Integer):
            low, high = first.bounds
            allowed.append(high - low + 1)
        return min(allowed)
