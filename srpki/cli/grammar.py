"""What may be typed, as data that knows no dialect: the walker reads it word by word.

A grammar answers two questions: which `Terminal` may come first, and what is left after it; and
whether it may be left out. Everything else (parse, completion, help, syntax lines) is a reading of
the answers. Grammars are deterministic: one word decides, nothing is tried twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from srpki.cli.effects import Effects
from srpki.schema.nodes import Leaf, LeafList
from srpki.schema.types import ValueType

# --- terminals ------------------------------------------------------------------------------------


class Grammar:
    """Base of everything that may be typed."""

    __slots__ = ()

    @property
    def nullable(self) -> bool:
        """Whether it may be left out."""
        return False

    @property
    def stops(self) -> bool:
        """Whether the line may end before it."""
        return False

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield every terminal that may come first, with what is left after it."""
        raise NotImplementedError

    def missing(self) -> tuple[str, ...]:
        """Return the names of what must be typed and cannot be left out."""
        return ()


class Optional(Grammar):
    """Base of what may always be left out."""

    __slots__ = ()

    @property
    def nullable(self) -> bool:
        """Whether it may be left out: always."""
        return True


State = tuple[Grammar, ...]


FAR = 2
"""The tier of words that belong to another context than the present one."""

UNLISTED = FAR + 1
"""The tier of words that are offered only where no other word fits: they do nothing."""


class Keyword(Grammar):
    """A fixed word. *mark* is its sign in help, *group* the heading it is listed under.

    The *tier* orders offers; words that are `FAR` or more give way where an abbreviation fits
    others. *no* tells the classic help that the word also has a ``no`` form; *structure* words are
    marks of the lexer. A *quiet* word is understood but never offered.
    """

    __slots__ = ("effects", "group", "help", "mark", "no", "quiet", "structure", "tier", "word")

    def __init__(
        self,
        word: str,
        help: str = "",  # noqa: A002 - the schema's own word
        effects: Effects = (),
        mark: str = "-",
        *,
        group: str = "",
        tier: int = 0,
        no: bool = False,
        structure: bool = False,
        quiet: bool = False,
    ) -> None:
        self.word = word
        self.help = help
        self.effects = effects
        self.mark = mark
        self.group = group
        self.tier = tier
        self.no = no
        self.structure = structure
        self.quiet = quiet

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the word itself."""
        yield self, ()

    def missing(self) -> tuple[str, ...]:
        """Return the word."""
        return (self.word,)


class Slot(Grammar):
    """A value of *type*, called *name*, declared by *leaf*; a key of the list *entries*.

    Completion lists what there is below the *heading*. Of an *optional* one only a whole word of
    its type is the value; any other word is what follows it.
    """

    __slots__ = ("effects", "entries", "heading", "help", "leaf", "name", "optional", "type")

    def __init__(
        self,
        name: str,
        type: ValueType,  # noqa: A002 - the schema's own word
        help: str = "",  # noqa: A002 - the schema's own word
        effects: Effects = (),
        leaf: Leaf | LeafList | None = None,
        *,
        entries: str = "",
        heading: str = "",
        optional: bool = False,
    ) -> None:
        self.name = name
        self.type = type
        self.help = help
        self.effects = effects
        self.leaf = leaf
        self.entries = entries
        self.heading = heading or name
        self.optional = optional

    @property
    def nullable(self) -> bool:
        """Whether it may be left out."""
        return self.optional

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the slot itself."""
        yield self, ()

    def missing(self) -> tuple[str, ...]:
        """Return the name."""
        return (self.name,)


Terminal = Keyword | Slot


# --- combinations ---------------------------------------------------------------------------------


Options = tuple[tuple[Terminal, State], ...]
"""Terminals that may come next, each with the state after it."""

KNOWN = 512
"""Most states whose options are remembered: lines that are typed in a row have most in common."""


@lru_cache(KNOWN)
def options(state: State) -> Options:
    """Return every terminal that may come next in *state*, with the state after it."""
    return tuple(_options(state))


def _options(state: State) -> Iterator[tuple[Terminal, State]]:
    for index, item in enumerate(state):
        rest = state[index + 1 :]
        for terminal, left in item.first():
            yield terminal, left + rest
        if not item.nullable:
            return


@lru_cache(KNOWN)
def spelled(state: State) -> Mapping[str, Sequence[tuple[Keyword, State]]]:
    """Return the keywords among the `options` of *state*, by their words."""
    found: dict[str, tuple[tuple[Keyword, State], ...]] = {}
    for terminal, left in options(state):
        if isinstance(terminal, Keyword):
            found[terminal.word] = (*found.get(terminal.word, ()), (terminal, left))
    return found


def may_end(state: State) -> bool:
    """Return whether nothing more need be typed."""
    for item in state:
        if item.stops:
            return True
        if not item.nullable:
            return False
    return True


def missing(state: State) -> tuple[str, ...]:
    """Return the names of what must still be typed; nothing where the line may end."""
    if may_end(state):
        return ()
    return next((item.missing() for item in state if not item.nullable), ())


class Items(Grammar):
    """Base of a grammar made of several *items*."""

    __slots__ = ("items",)
    __match_args__ = ("items",)

    def __init__(self, items: State) -> None:
        self.items = items


class _Item(Optional):
    """A grammar made of one *item*, which may be left out."""

    __slots__ = ("item",)
    __match_args__ = ("item",)

    def __init__(self, item: Grammar) -> None:
        self.item = item


class Seq(Items):
    """*items* one after another."""

    @property
    def nullable(self) -> bool:
        """Whether every item may be left out."""
        return may_end(self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the first items begin with."""
        yield from options(self.items)

    def missing(self) -> tuple[str, ...]:
        """Return what the first necessary item misses."""
        return missing(self.items)


class Alt(Items):
    """One of *items*; nothing, when one of them is nothing."""

    @property
    def nullable(self) -> bool:
        """Whether one of the items may be left out."""
        return any(item.nullable for item in self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any of the items begins with."""
        for item in self.items:
            yield from item.first()

    def missing(self) -> tuple[str, ...]:
        """Return the alternatives as one name, without the brackets of several values."""
        names = (name for item in self.items for name in item.missing()[:1])
        return ("|".join(name for name in names if name not in "[{"),)


class Opt(_Item):
    """*item*, or nothing."""

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the item begins with."""
        yield from self.item.first()


class Argument(Opt):
    """An argument of a command that may be left out, as may its *name* before it.

    Help describes it as a whole instead of listing what it begins with: by its *kind*, as
    ``string``, the *words* that it takes, its *default* and its *help* [cli.md 1.3].
    """

    __slots__ = ("default", "help", "kind", "name", "words")

    def __init__(
        self,
        name: str,
        kind: str,
        help: str,  # noqa: A002 - the schema's own word
        item: Grammar,
        *,
        words: tuple[str, ...] = (),
        default: str = "",
    ) -> None:
        super().__init__(Seq((Opt(Keyword(name, help)), item)))
        self.name = name
        self.kind = kind
        self.help = help
        self.words = words
        self.default = default


class Named(Grammar):
    """A value by its place, before which its name may stand, as help shows: ``[name] <type>``."""

    __slots__ = ("_name", "slot")

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self._name = Keyword(slot.name, slot.help, quiet=True)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the value, then its name."""
        yield self.slot, ()
        yield self._name, (self.slot,)

    def missing(self) -> tuple[str, ...]:
        """Return the name."""
        return (self.slot.name,)


class Must(Grammar):
    """At least one word of *item*, which as a whole is called *name*."""

    __slots__ = ("_item", "_name")

    def __init__(self, item: Grammar, name: str) -> None:
        self._item = item
        self._name = name

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the item begins with."""
        yield from self._item.first()

    def missing(self) -> tuple[str, ...]:
        """Return the name."""
        return (self._name,)


class Many(_Item):
    """*item* any number of times."""

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the item begins with; the same may follow again."""
        for terminal, left in self.item.first():
            yield terminal, (*left, self)


class Closing(Grammar):
    """The *word* that ends what a brace began; the line may end before it."""

    __slots__ = ("word",)

    def __init__(self, word: Keyword) -> None:
        self.word = word

    @property
    def stops(self) -> bool:
        """Whether the line may end before it."""
        return True

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the word."""
        yield self.word, ()
