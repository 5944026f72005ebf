"""What may be typed, as data that knows no dialect: the walker reads it word by word.

A grammar answers two questions: which `Terminal` may come first, and what is left after it; and
whether it may be left out. Everything else (parse, completion, help, syntax lines) is a reading of
the answers. Grammars are deterministic: one word decides, nothing is tried twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from srpki.schema.nodes import Leaf, LeafList
from srpki.schema.paths import Value
from srpki.schema.types import ValueType

# --- effects: what a recognised word means, folded by `srpki.cli.meaning` -------------------------


@dataclass(frozen=True, slots=True)
class Root:
    """The words that follow are read from the root, wherever the session is."""


@dataclass(frozen=True, slots=True)
class Into:
    """One step down to *name*; a list entry waits for *keys*; *create* makes what is missing.

    *enters* is false when the step only addresses something and the session stays where it is.
    """

    name: str
    keys: tuple[str, ...] = ()
    create: bool = False
    enters: bool = True


@dataclass(frozen=True, slots=True)
class KeyOf:
    """The value is the key *name* of the list entry stepped into last."""

    name: str


@dataclass(frozen=True, slots=True)
class Put:
    """The value, or *constant*, goes to the leaf at *leaf*, relative to the present step.

    A *weak* one gives way to a value that the line gave before.
    """

    leaf: tuple[str, ...]
    constant: Value | None = None
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Suffix:
    """*word* joins the value given last, after a blank."""

    word: str


@dataclass(frozen=True, slots=True)
class Take:
    """The value leaves the leaf-list at *leaf*."""

    leaf: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Make:
    """The container at *leaf* comes into being."""

    leaf: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """What is at *leaf* goes, or the present step itself when *leaf* is empty."""

    leaf: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """The value times *factor* is added to the number at *leaf*."""

    leaf: tuple[str, ...]
    factor: int


@dataclass(frozen=True, slots=True)
class Create:
    """The word ``create`` of the classic CLI."""


@dataclass(frozen=True, slots=True)
class Open:
    """A brace opens; *makes* brings the container before it into being."""

    makes: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """A brace closes."""


@dataclass(frozen=True, slots=True)
class Command:
    """The line is the session's own command *name*."""

    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """The line runs the device's *operation*."""

    operation: str


@dataclass(frozen=True, slots=True)
class Input:
    """The value, or *constant*, is the input *name*; *weak* as for `Put`.

    With *many* the values given are collected in a tuple.
    """

    name: str
    constant: Value | None = None
    weak: bool = False
    many: bool = False


@dataclass(frozen=True, slots=True)
class Pipe:
    """An output modifier *name* begins; inputs that follow belong to it."""

    name: str


Effect = (
    Root
    | Into
    | KeyOf
    | Put
    | Suffix
    | Take
    | Make
    | Remove
    | Part
    | Create
    | Open
    | Close
    | Command
    | Run
    | Input
    | Pipe
)
Effects = tuple[Effect, ...]


# --- terminals ------------------------------------------------------------------------------------


class Grammar:
    """Base of everything that may be typed.

    What is *nullable* may be left out; where something *stops*, the line may end whatever follows.
    """

    nullable: bool = False
    stops: bool = False

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield every terminal that may come first, with what is left after it."""
        raise NotImplementedError

    def missing(self) -> tuple[str, ...]:
        """Return the names of what must be typed and cannot be left out."""
        return ()


State = tuple[Grammar, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Keyword(Grammar):
    """A fixed word. *mark* is its sign in help, *group* the heading it is listed under.

    Words of a lower *tier* win over those of a higher one when an abbreviation fits both. *no*
    tells the classic help that the word also has a ``no`` form; *hidden* words are never offered.
    """

    word: str
    help: str = ""
    effects: Effects = ()
    mark: str = "-"
    group: str = ""
    tier: int = 0
    no: bool = False
    hidden: bool = False
    structure: bool = False

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the word itself."""
        yield self, ()

    def missing(self) -> tuple[str, ...]:
        """Return the word."""
        return (self.word,)


@dataclass(frozen=True, slots=True, eq=False)
class Slot(Grammar):
    """A value of *type*, called *name*, declared by *leaf*; a key of the list *entries*."""

    name: str
    type: ValueType
    help: str = ""
    effects: Effects = ()
    leaf: Leaf | LeafList | None = None
    entries: str = ""

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the slot itself."""
        yield self, ()

    def missing(self) -> tuple[str, ...]:
        """Return the name."""
        return (self.name,)


Terminal = Keyword | Slot


# --- combinations ---------------------------------------------------------------------------------


def options(state: State) -> Iterator[tuple[Terminal, State]]:
    """Yield every terminal that may come next in *state*, with the state after it."""
    for index, item in enumerate(state):
        rest = state[index + 1 :]
        for terminal, left in item.first():
            yield terminal, left + rest
        if not item.nullable:
            return


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


@dataclass(frozen=True, slots=True, eq=False)
class Seq(Grammar):
    """*items* one after another."""

    items: State

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        """Whether every item may be left out."""
        return may_end(self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the first items begin with."""
        yield from options(self.items)

    def missing(self) -> tuple[str, ...]:
        """Return what the first necessary item misses."""
        return missing(self.items)


@dataclass(frozen=True, slots=True, eq=False)
class Alt(Grammar):
    """One of *items*; nothing, when one of them is nothing."""

    items: State

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        """Whether one of the items may be left out."""
        return any(item.nullable for item in self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any of the items begins with."""
        for item in self.items:
            yield from item.first()

    def missing(self) -> tuple[str, ...]:
        """Return the alternatives as one name."""
        return ("|".join(name for item in self.items for name in item.missing()[:1]),)


@dataclass(frozen=True, slots=True, eq=False)
class Opt(Grammar):
    """*item*, or nothing."""

    item: Grammar
    nullable = True

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the item begins with."""
        yield from self.item.first()


@dataclass(frozen=True, slots=True, eq=False)
class Many(Grammar):
    """*item* any number of times."""

    item: Grammar
    nullable = True

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what the item begins with; the same may follow again."""
        for terminal, left in self.item.first():
            yield terminal, (*left, self)


@dataclass(frozen=True, slots=True, eq=False)
class Closing(Grammar):
    """The *word* that ends what a brace began; the line may end before it."""

    word: Keyword
    stops = True

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield the word."""
        yield self.word, ()


@dataclass(frozen=True, slots=True, eq=False)
class Cases(Grammar):
    """One of several sets of items, for `AnyOrder`: the first item typed decides which."""

    sets: tuple[State, ...]
    mandatory: bool = False

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        """Whether no case need be chosen."""
        return not self.mandatory

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item of any set begins with."""
        yield from AnyOrder((self,)).first()

    def missing(self) -> tuple[str, ...]:
        """Return the first word of every set, as one name."""
        firsts = (next(options(items), None) for items in self.sets)
        return ("|".join(_spelled(found[0]) for found in firsts if found),)


def _spelled(terminal: Terminal) -> str:
    return terminal.word if isinstance(terminal, Keyword) else terminal.name


@dataclass(frozen=True, slots=True, eq=False)
class AnyOrder(Grammar):
    """Each of *items* at most once, in any order; those that may not be left out exactly once."""

    items: State

    @property
    def nullable(self) -> bool:  # type: ignore[override]
        """Whether every item may be left out."""
        return may_end(self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item begins with; the others may still follow."""
        for index, item in enumerate(self.items):
            others = self.items[:index] + self.items[index + 1 :]
            if isinstance(item, Cases):
                for chosen in item.sets:
                    yield from _from_case(chosen, others)
            else:
                for terminal, left in item.first():
                    yield terminal, (*left, AnyOrder(others))

    def missing(self) -> tuple[str, ...]:
        """Return the names of all items that may not be left out."""
        return tuple(name for item in self.items if not item.nullable for name in item.missing())


def _from_case(chosen: State, others: State) -> Iterator[tuple[Terminal, State]]:
    for index, item in enumerate(chosen):
        remaining = chosen[:index] + chosen[index + 1 :] + others
        for terminal, left in item.first():
            yield terminal, (*left, AnyOrder(remaining))


@dataclass(frozen=True, slots=True, eq=False)
class Some(Grammar):
    """At least one of *items*, each at most once, in any order."""

    items: State

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item begins with; each of the others may follow."""
        for item in self.items:
            others = AnyOrder(tuple(Opt(other) for other in self.items if other is not item))
            for terminal, left in item.first():
                yield terminal, (*left, others)

    def missing(self) -> tuple[str, ...]:
        """Return the first word of every item, as one name."""
        return ("|".join(name for item in self.items for name in item.missing()[:1]),)
