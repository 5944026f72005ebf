"""Reads schema nodes as classic CLI grammar, through the overlay of `srpki.schema.nodes`."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.cli.classic.lines import LineReader, classic_value, keyword_of, line_names
from srpki.cli.effects import Create, Effects, Into, Put, Remove, Run, Take
from srpki.cli.grammar import Grammar, Keyword, Opt, Optional, Seq, Slot, State, Terminal
from srpki.cli.md.dialect import Context, First, in_cases, inputs_of, key_slot, mark_of
from srpki.schema.nodes import (
    Absent,
    Action,
    Case,
    Choice,
    Container,
    Inline,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Node,
    child_of,
)
from srpki.schema.paths import Path
from srpki.schema.types import Boolean, Empty

Names = tuple[str, ...]
Option = tuple[Terminal, State]

_CREATE = Opt(Keyword("create", "Make the entry when it is not there", (Create(),)))


class ClassicDialect:
    """The classic CLI's reading of a tree below *root*; each context is read when it is needed."""

    def __init__(self, root: Container) -> None:
        """Read the tree below *root*, a nameless container of what can be typed at the root."""
        self.root = root
        self._contents: dict[tuple[int, bool], ClassicContent] = {}

    def content(self, node: Context, *, edits: bool) -> ClassicContent:
        """Return what may be typed inside *node*; where nothing *edits*, only where to go."""
        key = (id(node), edits)
        if key not in self._contents:
            self._contents[key] = ClassicContent(self, node, edits=edits)
        return self._contents[key]

    def node(self, context: Path) -> Context:
        """Return the schema node of *context*."""
        node: Context = self.root
        for step in context:
            child = child_of(node, step.name)
            assert isinstance(child, Container | ListNode)
            node = child
        return node

    def names(self, context: Path) -> list[str]:
        """Return what the prompt calls the steps of *context*, those it does not show left out."""
        names: list[str] = []
        node: Context = self.root
        for step in context:
            child = child_of(node, step.name)
            assert isinstance(child, Container | ListNode)
            node = child
            if not isinstance(child.classic, Inline):
                names.append("config" if child.name == "configure" else keyword_of(child))
        return names


class ClassicContent(Optional):
    """The inside of a context: one command, or one step further in; ``no`` undoes it."""

    def __init__(self, dialect: ClassicDialect, node: Context, *, edits: bool) -> None:
        """Read the inside of *node*."""
        self._dialect = dialect
        self._node = node
        self._edits = edits
        self._known: First | None = None

    def first(self) -> Iterator[Option]:
        """Yield the commands, ``no`` last."""
        if self._known is None:
            reader = _Commands(self._dialect, self._node, edits=self._edits)
            self._known = tuple(reader.read())
        yield from self._known


class _Commands:
    """Reads the children of one node into commands and their ``no`` forms."""

    def __init__(self, dialect: ClassicDialect, node: Context, *, edits: bool) -> None:
        self._dialect = dialect
        self._edits = edits
        self._node = node
        self._negative: list[Option] = []

    def read(self) -> Iterator[Option]:
        """Yield the commands in order of their words, then ``no``."""
        skipped = self._node.keys if isinstance(self._node, ListNode) else ()
        children = tuple(child for child in self._node.children if child.name not in skipped)
        positive = list(self._children(children, (), in_cases(self._node)))
        yield from sorted(positive, key=lambda option: _word(option[0]))
        if self._negative:
            keyword = Keyword("no", "Remove what follows, or return it to its default")
            yield keyword, (Negative(tuple(self._negative)),)

    def _children(
        self, children: tuple[Node, ...], prefix: Names, chosen: frozenset[str]
    ) -> Iterator[Option]:
        for child in children:
            classic = None if isinstance(child, Case) else child.classic
            if isinstance(classic, Absent):
                continue
            if isinstance(child, Case):
                yield from self._children(child.children, prefix, chosen)
            elif isinstance(child, Choice):
                yield from self._choice(child, prefix, chosen)
            elif isinstance(child, Container) and isinstance(classic, Inline):
                below = (*prefix, child.name)
                yield from self._children(child.children, below, in_cases(child))
            elif isinstance(child, Action):
                yield self._action(child)
            elif isinstance(child, Container | ListNode):
                yield self._context(child, prefix)
            elif self._edits:
                yield self._value(child, prefix, exact=child.name in chosen)

    # --- commands that take no context of their own ---

    def _choice(self, choice: Choice, prefix: Names, chosen: frozenset[str]) -> Iterator[Option]:
        if not isinstance(choice.classic, Line):
            for case in choice.cases:
                yield from self._children(case.children, prefix, chosen)
            return
        scope = tuple(child for case in choice.cases for child in case.children)
        reader = LineReader(scope, prefix)
        line = choice.classic
        help_ = f"Choose {choice.name.replace('-', ' ')}"
        firsts = dict.fromkeys(name.partition("/")[0] for name in line_names(line.items))
        removal = tuple(Remove((*prefix, first)) for first in firsts)
        self._no(line.keyword, help_, removal)
        yield Keyword(line.keyword, help_, no=True), reader.state(line.items)

    def _action(self, action: Action) -> Option:
        effects: Effects = (Run(action.operation, action.question),)
        keyword = Keyword(keyword_of(action), action.help, effects)
        if isinstance(action.classic, Line):
            reader = LineReader(action.inputs, (), action=True)
            return keyword, reader.state(action.classic.items)
        return keyword, (inputs_of(action),)

    def _value(self, child: Leaf | LeafList, prefix: Names, *, exact: bool) -> Option:
        place = (*prefix, child.name)
        if child.name == "admin-state":
            self._no("shutdown", child.help, (Put(place, "enable"),))
            return Keyword("shutdown", child.help, (Put(place, "disable"),), no=True), ()
        word = keyword_of(child)
        if isinstance(child, LeafList):
            taken = Slot(child.name, child.type, child.help, (Take(place),), child)
            self._no(word, child.help, (), (taken,))
            return Keyword(word, child.help, no=True), (classic_value(child, (Put(place),)),)
        if isinstance(child.type, Boolean | Empty):
            off: Effects = (Remove(place),)
            if isinstance(child.type, Boolean) and (exact or child.default != "false"):
                off = (Put(place, constant=False),)
            self._no(word, child.help, off)
            return Keyword(word, child.help, (Put(place, constant=True),), no=True), ()
        self._no(word, child.help, (Remove(place),))
        keyword = Keyword(word, child.help, mark=mark_of(child), no=True)
        return keyword, (classic_value(child, (Put(place),)),)

    # --- contexts ---

    def _context(self, child: Context, prefix: Names) -> Option:
        way: Effects = tuple(Into(name, enters=False) for name in prefix)
        word = keyword_of(child)
        if isinstance(child.classic, Line):
            return self._line(child, child.classic, prefix, way)
        content = self._dialect.content(child, edits=self._edits_below(child))
        if isinstance(child, Container):
            if self._edits:
                self._no(word, child.help, (Remove((*prefix, child.name)),))
            create = self._edits and child.presence
            into = (*way, Into(child.name, create=create))
            return Keyword(word, child.help, into, "+", no=self._edits), (content,)
        keys = _keys(child)
        if not self._edits:
            return Keyword(word, child.help, (*way, Into(child.name, child.keys)), "+"), (
                *keys,
                content,
            )
        removal = (*way, Into(child.name, child.keys, enters=False), Remove())
        self._no(word, child.help, removal, keys)
        into = (*way, Into(child.name, child.keys))
        return Keyword(word, child.help, into, "+", no=True), (*keys, _CREATE, content)

    def _line(self, child: Context, line: Line, prefix: Names, way: Effects) -> Option:
        if isinstance(child, Container):
            place = (*prefix, child.name)
            self._no(line.keyword, child.help, (Remove(place),))
            reader = LineReader(child.children, place)
            return Keyword(line.keyword, child.help, no=True), reader.state(line.items)
        into = Into(child.name, child.keys, enters=False)
        self._no(line.keyword, child.help, (*way, into, Remove()), _keys(child))
        reader = LineReader(child.children, (), keys=child)
        made = Into(child.name, child.keys, create=True, enters=False)
        return Keyword(line.keyword, child.help, (*way, made), no=True), reader.state(line.items)

    def _edits_below(self, child: Context) -> bool:
        return self._edits or (self._node is self._dialect.root and child.name == "configure")

    def _no(self, word: str, help_: str, effects: Effects, state: State = ()) -> None:
        self._negative.append((Keyword(word, help_, effects), state))


def _word(terminal: Terminal) -> str:
    return terminal.word if isinstance(terminal, Keyword) else ""


def _keys(node: ListNode) -> State:
    first, *others = (key_slot(node, leaf) for leaf in node.key_leafs)
    return (first, *(Seq((Keyword(slot.name, slot.help), slot)) for slot in others))


class Negative(Grammar):
    """What may follow ``no``."""

    def __init__(self, found: First) -> None:
        self._found = tuple(sorted(found, key=lambda option: _word(option[0])))

    def first(self) -> Iterator[Option]:
        """Yield the commands that can be undone."""
        yield from self._found

    def missing(self) -> tuple[str, ...]:
        """Return what is wanted, in general."""
        return ("command",)
