"""Reads schema nodes as classic CLI grammar, through the overlay of `srpki.schema.nodes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from srpki.cli.any_order import AnyOrder
from srpki.cli.classic.layout import required
from srpki.cli.classic.lines import LineReader, classic_value, line_names
from srpki.cli.effects import Create, Effects, Into, Nest, Put, Remove, Take
from srpki.cli.grammar import Alt, Grammar, Keyword, Many, Opt, Optional, Seq, Slot, State, Terminal
from srpki.cli.reading import (
    SCHEMAS,
    Context,
    First,
    action_keyword,
    context_at,
    further_key,
    inputs_of,
    key_slot,
    mark_of,
)
from srpki.cli.walker import walk
from srpki.config.lexer import Token
from srpki.schema.classic import (
    Names,
    Place,
    further_words,
    keyword_of,
    places,
    raised,
    shutdown_word,
)
from srpki.schema.nodes import (
    Action,
    Arg,
    Choice,
    Container,
    Inline,
    Item,
    Joined,
    Leaf,
    LeafList,
    Line,
    ListNode,
    Numbered,
    Word,
    child_of,
)
from srpki.schema.paths import Path
from srpki.schema.types import Boolean, Empty

if TYPE_CHECKING:
    from srpki.schema.tree import SchemaTree

Option = tuple[Terminal, State]

_CREATE = Opt(Keyword("create", "Make the entry when it is not there", (Create(),)))


class ClassicDialect:
    """The classic CLI's reading of a tree below *root*; each context is read when it is needed."""

    def __init__(self, root: Container) -> None:
        """Read the tree below *root*, a nameless container of what can be typed at the root."""
        self.root = root
        self.lines: dict[tuple[str, ...], State] = {}
        """The grammars of whole lines, by the names of the contexts that they are typed in."""
        self._contents: dict[tuple[int, bool], ClassicContent] = {}

    def content(self, node: Context, *, edits: bool) -> ClassicContent:
        """Return what may be typed inside *node*; where nothing *edits*, only where to go."""
        key = (id(node), edits)
        if key not in self._contents:
            self._contents.setdefault(key, ClassicContent(self, node, edits=edits))
        return self._contents[key]

    def node(self, context: Path) -> Context:
        """Return the schema node of *context*."""
        return context_at(self.root, context)

    def names(self, context: Path) -> list[str]:
        """Return what the prompt calls the steps of *context*, those it does not show left out."""
        names: list[str] = []
        for depth in range(1, len(context) + 1):
            child = self.node(context[:depth])
            up = raised(child)
            if up:
                names[-up:] = [""] * up
            shown = "config" if child.name == "configure" else keyword_of(child)
            names.append("" if isinstance(child.classic, Inline) else shown)
        return [name for name in names if name]

    def above(self, context: Path) -> Path:
        """Return the context that holds *context*."""
        while context:
            node = self.node(context)
            context = context[:-1]
            up = raised(node)
            if up:
                context = context[:-up]
            if not context or not isinstance(self.node(context).classic, Inline):
                break
        return context


@lru_cache(SCHEMAS)
def reading_of(schema: SchemaTree) -> ClassicDialect:
    """Return the reading of all that can be typed at the root under *schema*.

    It is the same for all sessions and all nodes of the process: it never changes but for what it
    has read already, and it may be read from any thread.
    """
    children = (schema.configure, *schema.operations_classic.children)
    return ClassicDialect(Container(name="", help="The root of all commands", children=children))


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
        positive = [option for place in places(self._node) for option in self._options(place)]
        yield from sorted(positive, key=lambda option: _word(option[0]))
        if self._negative:
            keyword = Keyword("no", "Remove what follows, or return it to its default")
            yield keyword, (Negative(tuple(self._negative)),)

    def _options(self, place: Place) -> Iterator[Option]:
        prefix, node = place
        if isinstance(node, Choice):
            yield self._choice(node, prefix)
        elif isinstance(node, Action):
            yield self._action(node)
        elif isinstance(node, Container | ListNode):
            keyword, inside = self._context(node, prefix)
            yield keyword, inside
            if isinstance(node.classic, Numbered) and node.classic.within:
                # A context of its own there, and in the schema the same as the one around it.
                entry = Opt(Seq((keyword, *inside)))
                yield Keyword(node.classic.within, node.help, (Nest(),), "+"), (entry,)
        elif self._edits:
            yield self._value(node, prefix)

    # --- commands that take no context of their own ---

    def _choice(self, choice: Choice, prefix: Names) -> Option:
        assert isinstance(choice.classic, Line)
        scope = tuple(child for case in choice.cases for child in case.children)
        reader = LineReader(scope, prefix)
        line = choice.classic
        *others, last = (case.name for case in choice.cases)
        help_ = f"Choose {', '.join(others)} or {last}"
        firsts = dict.fromkeys(name.partition("/")[0] for name in line_names(line.items))
        removal = tuple(Remove((*prefix, first)) for first in firsts)
        self._no(line.keyword, help_, removal)
        return Keyword(line.keyword, help_, no=True), reader.line(line.items)

    def _action(self, action: Action) -> Option:
        keyword = action_keyword(action, keyword_of(action))
        if isinstance(action.classic, Line):
            reader = LineReader(action.inputs, (), action=True)
            return keyword, reader.state(action.classic.items)
        return keyword, (inputs_of(action),)

    def _value(self, child: Leaf | LeafList, prefix: Names) -> Option:
        place = (*prefix, child.name)
        shutdown = shutdown_word(child)
        if shutdown:
            self._no(shutdown, child.help, (Put(place, "enable"),))
            return Keyword(shutdown, child.help, (Put(place, "disable"),), no=True), ()
        word = keyword_of(child)
        if isinstance(child, LeafList):
            taken = Slot(child.name, child.type, child.help, (Take(place),), child)
            self._no(word, child.help, (Remove(place),), (Opt(taken),))
            value = classic_value(child, (Put(place),))
            return Keyword(word, child.help, no=True), (value, Many(value))
        if isinstance(child.type, Boolean | Empty):
            boolean = isinstance(child.type, Boolean)
            self._no(word, child.help, (Put(place, constant=False) if boolean else Remove(place),))
            return Keyword(word, child.help, (Put(place, constant=True),), no=True), ()
        self._no(word, child.help, (Remove(place),))
        keyword = Keyword(word, child.help, mark=mark_of(child), no=True)
        return keyword, (classic_value(child, (Put(place),)), *self._beside(child, prefix))

    def _beside(self, child: Leaf, prefix: Names) -> State:
        """Return what may follow the value of *child* on its line."""
        if not isinstance(child.classic, Joined):
            return ()
        leaf = child_of(self._node, child.classic.beside)
        assert isinstance(leaf, Leaf)
        value = classic_value(leaf, (Put((*prefix, leaf.name)),))
        return (Opt(Seq((Keyword(leaf.name, leaf.help), value))),)

    # --- contexts ---

    def _context(self, child: Context, prefix: Names) -> Option:
        way: Effects = tuple(Into(name, enters=False) for name in prefix)
        word = keyword_of(child)
        if isinstance(child.classic, Line):
            return self._line(child, child.classic, prefix, way)
        content = self._dialect.content(child, edits=self._edits_below(child))
        if isinstance(child, Container):
            words = tuple(Keyword(one, child.help) for one in further_words(child))
            if self._edits:
                self._no(word, child.help, (Remove((*prefix, child.name)),), words)
            create = self._edits and child.presence
            into = (*way, Into(child.name, create=create))
            # A presence container is made by its name; files say create [observed-2.md 2].
            inside = (_CREATE, content) if create else (content,)
            return Keyword(word, child.help, into, "+", no=self._edits), (*words, *inside)
        keys = _keys(child)
        step = Into(child.name, child.keys, presumed=child.presumed)
        if not self._edits:
            return Keyword(word, child.help, (*way, step), "+"), (*keys, content)
        removal = (*way, step.but(enters=False), Remove())
        self._no(word, child.help, removal, keys)
        numbered = isinstance(child.classic, Numbered)
        into = (*way, step.but(create=numbered))
        named = AnyOrder(tuple(Opt(_named(leaf)) for leaf in required(child)))
        name = (Opt(_name(child)),) if numbered and len(child.keys) == 1 else ()
        inside = (*keys, *name, named, _CREATE, content)
        return Keyword(word, child.help, into, "+", no=True), inside

    def _line(self, child: Context, line: Line, prefix: Names, way: Effects) -> Option:
        if isinstance(child, Container):
            place = (*prefix, child.name)
            self._no(line.keyword, child.help, (Remove(place),))
            reader = LineReader(child.children, place)
            return Keyword(line.keyword, child.help, no=True), reader.line(line.items)
        into = Into(child.name, child.keys, enters=False)
        reader = LineReader(child.children, (), keys=child)
        keys = tuple(item for item in line.items if _is_key(item, child))
        self._no(line.keyword, child.help, (*way, into, Remove()), reader.state(keys))
        made = Into(child.name, child.keys, create=True, enters=False)
        return Keyword(line.keyword, child.help, (*way, made), no=True), reader.line(line.items)

    def _edits_below(self, child: Context) -> bool:
        return self._edits or (self._node is self._dialect.root and child.name == "configure")

    def _no(self, word: str, help_: str, effects: Effects, state: State = ()) -> None:
        self._negative.append((Keyword(word, help_, effects), state))


def wants_command(state: State, tokens: Sequence[Token]) -> bool:
    """Return whether a command may come after *tokens*, read from *state*, rather than a value."""
    return any(_begins(thread.state) for thread in walk(state, tokens).threads)


def _begins(state: State) -> bool:
    for item in state:
        if isinstance(item, ClassicContent | Negative):
            return True
        if isinstance(item, Alt) and any(_begins((inner,)) for inner in item.items):
            return True
        if not item.nullable:
            break
    return False


def _is_key(item: Item, node: ListNode) -> bool:
    """Return whether *item* tells which entry of *node* is meant."""
    return (
        item.quoted if isinstance(item, Word) else isinstance(item, Arg) and item.leaf in node.keys
    )


def _word(terminal: Terminal) -> str:
    return terminal.word if isinstance(terminal, Keyword) else ""


def _keys(node: ListNode) -> State:
    first, *others = node.key_leafs
    keys = (key_slot(node, first), *(further_key(node, leaf) for leaf in others))
    word = node.classic.word if isinstance(node.classic, Numbered) else ""
    return (Keyword(word, node.help), *keys) if word else keys


def _named(leaf: Leaf) -> Grammar:
    return Seq((Keyword(keyword_of(leaf), leaf.help), classic_value(leaf, (Put((leaf.name,)),))))


def _name(node: ListNode) -> Grammar:
    """Return the name that a numbered entry has besides its number: the key itself."""
    slot = key_slot(node, node.key_leafs[0])
    return Seq(
        (Keyword("name", "Name of the entry, which counts in the place of its number"), slot)
    )


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
