"""Folds the effects of recognised words into what the line means, the same for both dialects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from srpki.cli.effects import (
    Close,
    Command,
    Create,
    Effect,
    Input,
    Into,
    KeyOf,
    Make,
    Nest,
    Open,
    Part,
    Pick,
    Pipe,
    Put,
    Remove,
    Root,
    Run,
    Suffix,
    Take,
)
from srpki.cli.walker import Match
from srpki.config.edit import Edit
from srpki.core.values import NamedTuple
from srpki.schema.paths import Key, Path, Step, Value


class Modifier(NamedTuple):
    """An output modifier with its inputs."""

    name: str
    inputs: dict[str, Value]


Picked = tuple[tuple[int, int], ...]
"""Ranges of numbers, both ends included; none stands for every entry."""


class Meaning(NamedTuple):
    """What a line means.

    *context* is where it leads and *target* what it addressed last; *picks* tells of the steps of
    *target*, by their number, that several entries of a list are meant. *opened* are the contexts
    that its unclosed braces return to, outermost first; *closed* counts closing braces without an
    opening one. *create* tells that the classic ``create`` was given, *nested* that the context has
    one ``exit`` more. The *question* comes before
    the *operation*, unless ``now`` or ``force`` is among the inputs.
    """

    context: Path
    target: Path
    entered: tuple[Path, ...]
    edits: tuple[Edit, ...]
    command: str
    operation: str
    question: str
    inputs: dict[str, Value]
    picks: dict[int, Picked]
    modifiers: tuple[Modifier, ...]
    opened: tuple[Path, ...]
    closed: int
    create: bool
    nested: bool = False


class _Segment:
    """One step whose keys may come later; *step* is what it is at the end, if that is known."""

    __slots__ = ("_into", "_step", "keys")

    def __init__(self, into: Into | None = None, step: Step | None = None) -> None:
        self._into = into
        self._step = step
        self.keys: dict[str, Key] = {}

    def step(self) -> Step:
        """Return the step; no keys may come afterwards."""
        if self._step is None:
            assert self._into is not None
            self._step = self._made(self._into)
        return self._step

    def _made(self, into: Into) -> Step:
        keys = {**dict(into.presumed), **self.keys} if self.keys else {}
        if len(keys) < len(into.keys):
            return Step(into.name)
        return Step(into.name, tuple([keys[name] for name in into.keys]))


_Segments = tuple[_Segment, ...]
_Kind = Literal["set", "create", "delete", "take"]
_Pending = tuple[_Kind, _Segments, tuple[str, ...], Value | None]


class _Fold:
    """The state of the fold; one method an effect that needs more than a line."""

    def __init__(self, context: Path, start: Path) -> None:
        self._home: _Segments = tuple([_Segment(step=step) for step in context])
        self._at: _Segments = tuple([_Segment(step=step) for step in start])
        self._base = [self._at]
        self._landed = start != context
        self._entered: list[_Segments] = []
        self._edits: list[_Pending] = []
        self._parts: dict[tuple[str, ...], int] = {}
        self._command = self._operation = self._question = ""
        self._inputs: dict[str, Value] = {}
        self._picks: dict[int, Picked] = {}
        self._modifiers: list[Modifier] = []
        self._closed = 0
        self._create = False
        self._nested = False

    def apply(self, effect: Effect, value: Value | None) -> None:  # noqa: C901 - one case an effect
        match effect:
            case Root():
                self._at = ()
            case Into():
                self._into(effect)
            case KeyOf(name) if isinstance(value, (str, int)):
                self._at[-1].keys[name] = value
            case Pick():
                self._pick(value)
            case Put():
                self._put(effect, value)
            case Suffix(word):
                self._suffix(word)
            case Take(leaf) if isinstance(value, (str, int)):
                self._take(leaf, value)
            case Nest():
                self._nested = True
            case Make(leaf):
                self._edit("create", leaf)
            case Remove(leaf):
                self._edit("delete", leaf)
            case Part(leaf, factor) if isinstance(value, int):
                self._part(leaf, value * factor)
            case Create():
                self._create = self._landed = True
            case Open(makes):
                self._open(makes=makes)
            case Close():
                self._close()
            case Command(name):
                self._command = name
                self._landed = False
            case Run(operation, question):
                self._operation, self._question = operation, question
                self._landed = False
            case Pipe(name):
                self._modifiers.append(Modifier(name, {}))
            case Input():
                self._input(effect, value)
            case _:
                message = f"{effect} needs another value than {value!r}"
                raise TypeError(message)

    def _into(self, effect: Into) -> None:
        self._at = (*self._at, _Segment(effect))
        self._nested = False
        self._landed = effect.enters
        if effect.enters:
            self._entered.append(self._at)
        if effect.create:
            self._edit("create", ())
            self._landed = effect.enters

    def _pick(self, value: Value | None) -> None:
        step = len(self._at) - 1
        known = self._picks.get(step, ())
        if isinstance(value, tuple):
            low, high = value
            known = (*known, (int(low), int(high)))
        self._picks[step] = known

    def _edit(self, kind: _Kind, leaf: tuple[str, ...], value: Value | None = None) -> None:
        self._edits.append((kind, self._at, leaf, value))
        self._landed = False

    def _put(self, effect: Put, value: Value | None) -> None:
        if effect.instead:
            self._edits.pop()
        known = any(at is self._at and leaf == effect.leaf for _, at, leaf, _ in self._edits)
        if not (effect.weak and known):
            self._edit("set", effect.leaf, value if effect.constant is None else effect.constant)

    def _take(self, leaf: tuple[str, ...], value: Key) -> None:
        """Take one value; the word before it alone would have removed all."""
        whole = ("delete", self._at, leaf, None)
        self._edits = [edit for edit in self._edits if edit != whole]
        self._edits.append(("take", self._at, leaf, value))

    def _suffix(self, word: str) -> None:
        kind, at, leaf, value = self._edits.pop()
        self._edits.append((kind, at, leaf, f"{value} {word}"))

    def _part(self, leaf: tuple[str, ...], seconds: int) -> None:
        self._parts[leaf] = self._parts.get(leaf, 0) + seconds
        self._edits = [edit for edit in self._edits if edit[2] != leaf]
        self._edit("set", leaf, self._parts[leaf])

    def _open(self, *, makes: bool) -> None:
        if makes:
            self._edit("create", ())
        self._base.append(self._at)
        self._landed = False

    def _close(self) -> None:
        if len(self._base) > 1:
            self._base.pop()
        else:
            self._closed += 1
        self._at = self._base[-1]
        self._landed = False

    def _input(self, effect: Input, value: Value | None) -> None:
        inputs = self._modifiers[-1].inputs if self._modifiers else self._inputs
        given = value if effect.constant is None else effect.constant
        if effect.many and isinstance(given, (str, int)):
            known = inputs.get(effect.name, ())
            given = (*known, given) if isinstance(known, tuple) else (given,)
        if given is not None and not (effect.weak and effect.name in inputs):
            inputs[effect.name] = given

    def result(self, *, stays: bool = False) -> Meaning:
        target = _path(self._at)

        def path(segments: _Segments) -> Path:
            length = len(segments)
            return target[:length] if segments == self._at[:length] else _path(segments)

        resting = [self._home, *self._base[1:]]
        return Meaning(
            context=target if self._landed and not stays else path(resting[-1]),
            target=target,
            entered=tuple([path(segments) for segments in self._entered]),
            edits=tuple(
                [_edit(kind, path(at), leaf, value) for kind, at, leaf, value in self._edits]
            ),
            command=self._command,
            operation=self._operation,
            question=self._question,
            inputs=self._inputs,
            picks=self._picks,
            modifiers=tuple(self._modifiers),
            opened=tuple([path(segments) for segments in resting[:-1]]),
            closed=self._closed,
            create=self._create,
            nested=self._nested,
        )


def meaning(
    matches: Iterable[Match], context: Path, start: Path, *, stays: bool = False
) -> Meaning:
    """Return what *matches*, read from *start*, mean to a session that stands at *context*.

    One that *stays* is led by braces only, not by the last word.
    """
    fold = _Fold(context, start)
    for match in matches:
        for effect in match.terminal.effects:
            fold.apply(effect, match.value)
    return fold.result(stays=stays)


def _edit(kind: _Kind, at: Path, leaf: tuple[str, ...], value: Value | None) -> Edit:
    path = at + tuple(map(Step, leaf))
    if kind == "take":
        assert isinstance(value, (str, int))
        return Edit("delete", (*path[:-1], Step(path[-1].name, (value,))))
    return Edit(kind, path, "" if value is None else value)


def _path(segments: _Segments) -> Path:
    return tuple([segment.step() for segment in segments])
