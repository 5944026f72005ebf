"""Reads the classic overlay's one-line commands, and the forms that classic values take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from srpki.cli.any_order import AnyOrder, Some
from srpki.cli.effects import Effects, Input, KeyOf, Make, Part, Put, Suffix
from srpki.cli.grammar import Alt, Grammar, Keyword, Many, Opt, Seq, Slot, State
from srpki.cli.reading import key_slot
from srpki.config.lexer import Token
from srpki.schema.classic import Names
from srpki.schema.nodes import (
    Action,
    Arg,
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
    Spelled,
    Word,
    child_of,
)
from srpki.schema.paths import Path, Value
from srpki.schema.types import Boolean, Empty, Enumeration, Integer, Text

_UNITS = (
    ("days", 86400, "days"),
    ("hrs", 3600, "hours"),
    ("min", 60, "minutes"),
    ("sec", 1, "seconds"),
)
"""The classic words for parts of a time, what they are in seconds, and what help calls them."""
_SEALED = Text(length=(1, 2600))


class Sealable(Alt):
    """A secret: the value itself, or a sealed one with its mark after it."""

    __slots__ = ()


class Quotable(Alt):
    """A fixed word, bare or in quotes."""

    __slots__ = ()


def absolute(tokens: list[Token], context: Path) -> tuple[list[Token], Path]:
    """Return *tokens* without a leading slash or backslash, and where they are to be read from."""
    if not tokens or tokens[0].quoted or tokens[0].text[:1] not in ("/", "\\"):
        return tokens, context
    first = tokens[0]
    rest = first.without_slash()
    return ([rest, *tokens[1:]] if rest.text else tokens[1:]), ()


def presumed(action: Action, inputs: Mapping[str, Value]) -> dict[str, Value]:
    """Return *inputs* with what the line of *action* presumes where it has chosen no case."""
    name = action.classic.presumed if isinstance(action.classic, Line) else ""
    choices = (node for node in action.inputs if isinstance(node, Choice))
    for choice in choices:
        leafs = {leaf.name: leaf for case in choice.cases for leaf in case.children}
        if name in leafs and not leafs.keys() & inputs.keys():
            leaf = leafs[name]
            assert isinstance(leaf, Leaf)
            assert leaf.default is not None
            return {**inputs, name: leaf.type.parse(leaf.default)}
    return dict(inputs)


def line_names(items: tuple[Item, ...]) -> Iterator[str]:
    """Yield the leafs and containers that *items* set."""
    for item in items:
        if isinstance(item, Arg):
            yield item.leaf
        elif isinstance(item, Word):
            yield from (item.leaf,) if item.leaf else ()
        elif isinstance(item, Maybe):
            yield from line_names(item.items)
        else:
            for alternative in item.alternatives:
                yield from line_names(alternative)


def member(scope: tuple[Node, ...], name: str) -> DataNode:
    """Return the node below *scope* that *name*, as ``rsa/key-size``, leads to."""
    node: DataNode = Container(name="", help="", children=scope)
    for part in name.split("/"):
        assert isinstance(node, Container | ListNode)
        child = child_of(node, part)
        assert child is not None
        assert not isinstance(child, Action)
        node = child
    return node


def classic_value(leaf: Leaf | LeafList, effects: Effects) -> Grammar:
    """Return the value of *leaf* in every form that the classic CLI takes.

    Seconds also as ``days 1 hrs 2``; a secret also sealed, with ``hash2`` after it.
    """
    slot = Slot(leaf.name, leaf.type, leaf.help, effects, leaf)
    if isinstance(leaf.type, Text) and leaf.type.secret:
        sealed = Slot(leaf.name, _SEALED, leaf.help, effects, leaf)
        marks = tuple(
            Keyword(
                word,
                "Take the value before this word for one that is sealed already",
                (Suffix("hash2"),),
            )
            for word in ("hash", "hash2")
        )
        return Sealable((slot, Seq((sealed, Alt(marks)))))
    places = [effect.leaf for effect in effects if isinstance(effect, Put)]
    if isinstance(leaf.classic, Spelled) and places:
        words = (
            Keyword(word, f"{leaf.help}: {meant}", (Put(places[0], leaf.type.parse(meant)),))
            for word, meant in leaf.classic.words
        )
        return Alt((*words, slot))
    if isinstance(leaf, Leaf) and leaf.units == "seconds" and places:
        return Alt((slot, _duration(places[0], leaf)))
    return slot


def _duration(place: Names, leaf: Leaf) -> Grammar:
    number = Integer("uint32", 0, 31536000)
    parts = []
    for word, factor, name in _UNITS:
        slot = Slot(word, number, f"Part of the time in {name}", (Part(place, factor),), leaf)
        parts.append(Seq((Keyword(word, f"Part of the time in {name}"), slot)))
    return Some(tuple(parts))


class LineReader:
    """Reads the items of one line; *prefix* leads to where the leafs of *scope* stand.

    On a list the *keys* node tells which leafs are keys; on an *action* the leafs are inputs.
    """

    def __init__(
        self,
        scope: tuple[Node, ...],
        prefix: Names,
        *,
        keys: ListNode | None = None,
        action: bool = False,
    ) -> None:
        """Read lines over *scope*."""
        self._scope = scope
        self._prefix = prefix
        self._keys = keys
        self._action = action

    def line(self, items: tuple[Item, ...]) -> State:
        """Return the grammar of a whole line: of what may all be left out, something is there."""
        optional = [item.items for item in items if isinstance(item, Maybe)]
        if len(optional) < len(items):
            return self.state(items)
        return (Some(tuple(Seq(self.state(one)) for one in optional)),)

    def state(self, items: tuple[Item, ...]) -> State:
        """Return the grammar of *items*; neighbours that begin with a keyword in any order."""
        found: list[Grammar] = []
        loose: list[Grammar] = []
        for item in items:
            if isinstance(item, Maybe) or (isinstance(item, Arg) and item.keyword):
                loose.append(self._item(item))
                continue
            found += _grouped(loose)
            loose = []
            found.append(self._item(item))
        return (*found, *_grouped(loose))

    def _item(self, item: Item) -> Grammar:
        match item:
            case Arg():
                return self._arg(item)
            case Maybe(items):
                return Opt(Seq(self.state(items)))
            case Either(alternatives):
                return Alt(tuple(Seq(self.state(items)) for items in alternatives))
            case Word():
                return self._word(item)

    def _word(self, item: Word) -> Grammar:
        if item.quoted:
            kind = Enumeration((item.keyword,))
            return Quotable((Keyword(item.keyword, item.help), Slot(item.keyword, kind, item.help)))
        if not item.leaf:
            return Keyword(item.keyword, item.help)
        node = member(self._scope, item.leaf)
        if isinstance(node, Leaf):
            assert node.default is not None
            constant = node.type.parse(node.default)
            if self._action:
                effects: Effects = (Input(item.leaf, constant, weak=True),)
            else:
                effects = (Put(self._place(item.leaf), constant, weak=True),)
        else:
            effects = (Make(self._place(item.leaf)),)
        return Keyword(item.keyword, node.help, effects)

    def _arg(self, arg: Arg) -> Grammar:
        leaf = member(self._scope, arg.leaf)
        assert isinstance(leaf, Leaf | LeafList)
        if isinstance(leaf.type, Boolean | Empty) and not arg.words:
            return Keyword(arg.keyword, leaf.help, self._effects(leaf, arg.leaf, constant=True))
        value = self._value(leaf, arg)
        if isinstance(leaf, LeafList):
            value = Seq((value, Many(value)))
        return Seq((Keyword(arg.keyword, leaf.help), value)) if arg.keyword else value

    def _value(self, leaf: Leaf | LeafList, arg: Arg) -> Grammar:
        if arg.words:
            words = (
                Keyword(
                    word,
                    f"{leaf.help}: {value}",
                    self._effects(leaf, arg.leaf, constant=leaf.type.parse(value)),
                )
                for word, value in arg.words
            )
            return Alt(tuple(words))
        if self._keys is not None and arg.leaf in self._keys.keys:
            assert isinstance(leaf, Leaf)
            return key_slot(self._keys, leaf)
        return classic_value(leaf, self._effects(leaf, arg.leaf))

    def _effects(self, leaf: Leaf | LeafList, name: str, constant: Value | None = None) -> Effects:
        if self._action:
            return (Input(name, constant),)
        if self._keys is not None and leaf.name in self._keys.keys and "/" not in name:
            return (KeyOf(name),)
        return (Put(self._place(name), constant),)

    def _place(self, name: str) -> Names:
        return (*self._prefix, *name.split("/"))


def _grouped(loose: list[Grammar]) -> list[Grammar]:
    return [AnyOrder(tuple(loose))] if len(loose) > 1 else loose
