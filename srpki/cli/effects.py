"""What a recognised word means: the effects that `srpki.cli.meaning` folds together."""

from __future__ import annotations

from srpki.core.record import Record
from srpki.schema.paths import Value


class Root(Record):
    """The words that follow are read from the root, wherever the session is."""


class Into(Record):
    """One step down to *name*; a list entry waits for *keys*; *create* makes what is missing.

    *enters* is false when the step only addresses something and the session stays where it is.
    Keys that are *presumed* have their values where only others are given.
    """

    name: str
    keys: tuple[str, ...] = ()
    create: bool = False
    enters: bool = True
    presumed: tuple[tuple[str, str], ...] = ()


class Nest(Record):
    """The context stays the same, but one ``exit`` more leads out of it (classic CLI)."""


class KeyOf(Record):
    """The value is the key *name* of the list entry stepped into last."""

    name: str


class Pick(Record):
    """Entries of the list stepped into last: those with a number in the value, else every one."""


class Put(Record):
    """The value, or *constant*, goes to the leaf at *leaf*, relative to the present step.

    A *weak* one gives way to a value that the line gave before, one that is given *instead* takes
    the place of the value that the word before it stands for.
    """

    leaf: tuple[str, ...]
    constant: Value | None = None
    weak: bool = False
    instead: bool = False


class Suffix(Record):
    """*word* joins the value given last, after a blank."""

    word: str


class Take(Record):
    """The value leaves the leaf-list at *leaf*."""

    leaf: tuple[str, ...]


class Make(Record):
    """The container at *leaf* comes into being."""

    leaf: tuple[str, ...]


class Remove(Record):
    """What is at *leaf* goes, or the present step itself when *leaf* is empty."""

    leaf: tuple[str, ...] = ()


class Part(Record):
    """The value times *factor* is added to the number at *leaf*."""

    leaf: tuple[str, ...]
    factor: int


class Create(Record):
    """The word ``create`` of the classic CLI."""


class Open(Record):
    """A brace opens; *makes* brings the container before it into being."""

    makes: bool = False


class Close(Record):
    """A brace closes."""


class Command(Record):
    """The line is the session's own command *name*."""

    name: str


class Run(Record):
    """The line runs the device's *operation*, after a *question* if there is one."""

    operation: str
    question: str = ""


class Input(Record):
    """The value, or *constant*, is the input *name*; *weak* as for `Put`.

    With *many* the values given are collected in a tuple.
    """

    name: str
    constant: Value | None = None
    weak: bool = False
    many: bool = False


class Pipe(Record):
    """An output modifier *name* begins; inputs that follow belong to it."""

    name: str


Effect = (
    Root
    | Into
    | KeyOf
    | Pick
    | Put
    | Suffix
    | Take
    | Make
    | Nest
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
