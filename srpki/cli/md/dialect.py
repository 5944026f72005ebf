"""Reads schema nodes as MD-CLI grammar: contexts, values, paths and action inputs.

The classic CLI's reading is in `srpki.cli.classic.dialect`; what both share in
`srpki.cli.reading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from srpki.cli.effects import (
    Close,
    Command,
    Effect,
    Effects,
    Input,
    Into,
    Open,
    Put,
    Root,
)
from srpki.cli.grammar import (
    Alt,
    Closing,
    Grammar,
    Keyword,
    Many,
    Must,
    Named,
    Opt,
    Optional,
    Seq,
    Slot,
    State,
    Terminal,
)
from srpki.cli.md.aliases import everywhere, mounted, places
from srpki.cli.md.picks import several
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
    value_of,
)
from srpki.config.text import spell_path
from srpki.config.tree import EMPTY, Branch
from srpki.core.values import NamedTuple
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import (
    Action,
    Choice,
    Container,
    DataNode,
    Leaf,
    LeafList,
    ListNode,
    child_of,
    data_children,
)
from srpki.schema.paths import Path, path
from srpki.schema.tree import node_at
from srpki.schema.types import Boolean, Empty

if TYPE_CHECKING:
    from srpki.schema.tree import SchemaTree


class Reach(NamedTuple):
    """What a command's paths may lead to.

    With *picks* several entries at once; with *keyed* no list without a key. Of the branches of
    the root those *offered* are, or all; others are known, for the command to say what is wrong.
    """

    picks: bool = False
    keyed: bool = False
    offered: tuple[str, ...] | None = None

    def offers(self, branch: str) -> bool:
        """Return whether *branch* of the root is offered."""
        return self.offered is None or branch in self.offered


ANYWHERE = Reach()

_OPEN_LIST = Keyword("[", structure=True)
_CLOSE_LIST = Keyword("]", structure=True)
EDITABLE = ("configure", "environment")
"""The branches whose values can be typed."""
SHOW_CONFIGURATION = "admin.show-configuration"
"""The operation that may be asked for one element."""

CLOSE = Closing(Keyword("}", "Close the context", (Close(),), structure=True))
CLOSES = Seq((CLOSE.word, Many(CLOSE.word)))
"""Braces that close what earlier lines have opened."""


def modes(*effects: Effect) -> State:
    """Return the configuration modes as words; each also has *effects*."""
    return tuple(
        Keyword(mode, f"Enter {mode} configuration mode", (*effects, Input("mode", constant=mode)))
        for mode in ("exclusive", "global", "private", "read-only")
    )


def keys_of(node: ListNode) -> State:
    """Return what names one entry: the first key bare or named, the others after their names."""
    first, *others = node.key_leafs
    return (Named(key_slot(node, first)), *(further_key(node, leaf) for leaf in others))


def in_cases(node: Context) -> frozenset[str]:
    """Return the names of the nodes that stand in a choice of *node*."""
    return frozenset(
        inner.name
        for child in node.children
        if isinstance(child, Choice)
        for case in child.cases
        for inner in data_children(case)
    )


class MdDialect:
    """The MD-CLI's reading of a tree below *root*; each context is read once, when it is needed.

    All that is kept is kept by the context, of which the schema has so many.
    """

    def __init__(self, root: Container, aliases: Branch = EMPTY) -> None:
        """Read the tree below *root*, a nameless container of what can be typed at ``[/]``.

        *aliases* is the content of ``environment command-alias``.
        """
        self.root = root
        self.lines: dict[tuple[str, ...], State] = {}
        """The grammars of whole lines, by the names of the contexts that they are typed in."""
        self.everywhere = everywhere(aliases)
        self._mounted = dict(_mounted(root, aliases))
        self._contents: dict[tuple[int, bool], MdContent] = {}
        self._places: dict[tuple[int, Reach], MdPlace] = {}
        self._roots: dict[Reach, tuple[Grammar, ...]] = {}

    def content(self, node: Context, *, edits: bool) -> MdContent:
        """Return what may be typed inside *node*; where nothing *edits*, only where to go."""
        key = (id(node), edits)
        if key not in self._contents:
            self._contents.setdefault(key, MdContent(self, node, edits=edits))
        return self._contents[key]

    def place(self, node: Context, reach: Reach = ANYWHERE) -> MdPlace:
        """Return the paths that lead on from *node*, as far as *reach* lets them."""
        key = (id(node), reach)
        if key not in self._places:
            self._places.setdefault(key, MdPlace(self, node, reach))
        return self._places[key]

    def rooted(self, child: Context, reach: Reach = ANYWHERE) -> Grammar:
        """Return the paths to and below *child* of the root, which begin with a slash."""
        effects = (Root(), Into(child.name, enters=False))
        quiet = not reach.offers(child.name)
        keyword = Keyword(f"/{child.name}", child.help, effects, "+", quiet=quiet)
        return Seq((keyword, self.place(child, reach._replace(offered=None))))

    def roots(self, reach: Reach) -> tuple[Grammar, ...]:
        """Return the paths to and below each branch of the root, as far as *reach* lets them."""
        if reach not in self._roots:
            branches = (one for one in data_children(self.root) if isinstance(one, Container))
            self._roots[reach] = tuple(self.rooted(branch, reach) for branch in branches)
        return self._roots[reach]

    def arguments(self, action: Action) -> Grammar:
        """Return what follows the name of *action*: its inputs, and a path where one may."""
        inputs = inputs_of(action)
        if action.operation != SHOW_CONFIGURATION:
            return inputs
        return Seq((inputs, Opt(self.rooted(self.node(path("configure"))))))

    def node(self, context: Path) -> Context:
        """Return the schema node of *context*."""
        return context_at(self.root, context)

    def mounted(self, node: Context) -> tuple[Grammar, ...]:
        """Return the aliases that are known in the context *node*."""
        return self._mounted.get(id(node), ())

    def at(self, place: Path) -> DataNode:
        """Return the schema node at *place*, be it a context or a value."""
        if not place:
            return self.root
        child = child_of(self.node(place[:-1]), place[-1].name)
        assert child is not None
        assert not isinstance(child, Action)
        return child

    def words(self, place: Path) -> str:
        """Return *place* as it is typed after a slash."""
        return spell_path(self.root, place).lstrip()  # the root has no name


@lru_cache(SCHEMAS)
def reading_of(schema: SchemaTree) -> MdDialect:
    """Return the reading of all that can be typed at the operational root under *schema*.

    It is the same for all sessions and all nodes of the process: it never changes but for what it
    has read already, and it may be read from any thread.
    """
    children = (schema.configure, ENVIRONMENT, schema.state, *schema.operations_md.children)
    return MdDialect(Container(name="", help="The operational root", children=children))


def _mounted(root: Container, aliases: Branch) -> Iterator[tuple[int, tuple[Grammar, ...]]]:
    for place in places(aliases):
        node = node_at(root, *re.split("[/ ]+", place.strip("/ ")))
        if isinstance(node, Container | ListNode):
            yield id(node), mounted(aliases, place)


class MdContent(Optional):
    """The inside of a context: values in any number, then at most one step into a context below.

    A step into a context in braces comes back; one without braces stays there, and everything
    that follows on the line is read there.
    """

    def __init__(self, dialect: MdDialect, node: Context, *, edits: bool) -> None:
        """Read the inside of *node*."""
        self._node = node
        self._dialect = dialect
        self._edits = edits
        self._known: dict[int, First] = {}

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the children's names."""
        yield from self.inside(self)

    def inside(self, resume: MdContent) -> First:
        """Return the children's names, to go on in *resume* after a closing brace."""
        if id(resume) not in self._known:
            self._known[id(resume)] = tuple(self._read(resume))
        return self._known[id(resume)]

    def _read(self, resume: MdContent) -> Iterator[tuple[Terminal, State]]:
        if self._node is ENVIRONMENT:
            delete = Keyword(
                "delete", "Return settings of this session to their defaults", (Command("delete"),)
            )
            yield delete, (self._dialect.place(self._node, Reach(keyed=True)),)
        for alias in self._dialect.mounted(self._node):
            yield from alias.first()
        skipped = self._node.keys if isinstance(self._node, ListNode) else ()
        chosen = in_cases(self._node)
        for child in sorted(data_children(self._node), key=lambda node: node.name):
            if isinstance(child, Action):
                yield action_keyword(child, child.name), (self._dialect.arguments(child),)
            elif isinstance(child, Container | ListNode):
                yield self._step(child), self._below(child, resume, makes=child.name in chosen)
            elif self._edits and child.name not in skipped:
                yield _value(child, (_Inside(self, resume),))

    def _step(self, child: Context) -> Keyword:
        keys = child.keys if isinstance(child, ListNode) else ()
        create = self._edits_below(child) and (isinstance(child, ListNode) or child.presence)
        presumed = child.presumed if isinstance(child, ListNode) else ()
        into = Into(child.name, keys, create=create, presumed=presumed)
        return Keyword(child.name, child.help, (into,), "+")

    def _edits_below(self, child: Context) -> bool:
        return self._edits or (self._node is self._dialect.root and child.name in EDITABLE)

    def _below(self, child: Context, resume: MdContent, *, makes: bool) -> State:
        content = self._dialect.content(child, edits=self._edits_below(child))
        tail = _Tail(content, resume, makes=makes and self._edits)
        if isinstance(child, ListNode):
            return (*keys_of(child), tail)
        if self._node is self._dialect.root and child.name == "configure":
            return (Alt((*modes(Command("configure")), tail)),)
        return (tail,)


def _value(child: Leaf | LeafList, after: State) -> tuple[Keyword, State]:
    name = (child.name,)
    if isinstance(child.type, Empty):
        keyword = Keyword(child.name, child.help, (Put(name, constant=True),), mark_of(child))
        return keyword, after
    if isinstance(child.type, Boolean):
        return _switch(child, after)
    keyword = Keyword(child.name, child.help, mark=mark_of(child))
    if isinstance(child, LeafList):
        return keyword, (values_of(child, (Put(name),)), *after)
    return keyword, (value_of(child, (Put(name),)), *after)


def _switch(child: Leaf | LeafList, after: State) -> tuple[Keyword, State]:
    """Return a boolean, which its name alone makes true [observed-2.md 1]."""
    place = (child.name,)
    keyword = Keyword(child.name, child.help, (Put(place, constant=True),), mark_of(child))
    effects = (Put(place, instead=True),)
    value = Slot(child.name, child.type, child.help, effects, child, optional=True)
    return keyword, (value, *after)


def values_of(leaf: LeafList, effects: Effects) -> Grammar:
    """Return one value of *leaf*, or one and more in brackets."""
    slot = value_of(leaf, effects)
    return Alt((slot, Seq((_OPEN_LIST, slot, Many(slot), _CLOSE_LIST))))


class _Inside(Optional):
    """More of *content*, which was entered without braces from *resume*."""

    __slots__ = ("_content", "_resume")

    def __init__(self, content: MdContent, resume: MdContent) -> None:
        self._content = content
        self._resume = resume

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the children's names."""
        yield from self._content.inside(self._resume)


class _Tail(Optional):
    """What follows the name of a context: its inside, in braces or without."""

    __slots__ = ("_content", "_makes", "_resume")

    def __init__(self, content: MdContent, resume: MdContent, *, makes: bool) -> None:
        self._content = content
        self._resume = resume
        self._makes = makes

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the brace, then the children's names."""
        brace = Keyword("{", "Open the context", (Open(makes=self._makes),), structure=True)
        yield brace, (self._content, CLOSE, self._resume)
        yield from self._content.inside(self._resume)


class MdPlace(Optional):
    """A path from a context to anything below it, values left out."""

    def __init__(self, dialect: MdDialect, node: Context, reach: Reach) -> None:
        """Read the paths from *node*."""
        self._dialect = dialect
        self._node = node
        self._reach = reach
        self._known: First | None = None

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the children's names."""
        if self._known is None:
            self._known = tuple(self._read())
        yield from self._known

    def _read(self) -> Iterator[tuple[Terminal, State]]:
        skipped = self._node.keys if isinstance(self._node, ListNode) else ()
        for child in sorted(data_children(self._node), key=lambda node: node.name):
            if isinstance(child, Action) or child.name in skipped:
                continue
            wanted = child.keys if isinstance(child, ListNode) else ()
            presumed = child.presumed if isinstance(child, ListNode) else ()
            into = (Into(child.name, wanted, enters=False, presumed=presumed),)
            quiet = self._node is self._dialect.root and not self._reach.offers(child.name)
            keyword = Keyword(child.name, child.help, into, mark_of(child), quiet=quiet)
            if isinstance(child, ListNode):
                keys = Seq(keys_of(child))
                chosen = Must(Alt((keys, several(child))), child.keys[0])
                which = chosen if self._reach.picks else keys
                entry = Seq((which, self._below(child)))
                yield keyword, (entry if self._reach.keyed else Opt(entry),)
            elif isinstance(child, Container):
                yield keyword, (self._below(child),)
            elif isinstance(child, LeafList):
                yield keyword, (Opt(values_of(child, (Input("value", many=True),))),)
            else:
                yield keyword, ()

    def _below(self, child: Context) -> MdPlace:
        return self._dialect.place(child, self._reach._replace(offered=None))
