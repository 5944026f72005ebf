"""The walker: what was recognised, what may come next, where it went wrong.

Parsing, completion and help read the same `Walk`, so they cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

from srpki.cli.grammar import (
    FAR,
    Keyword,
    Slot,
    State,
    Terminal,
    may_end,
    missing,
    options,
    spelled,
)
from srpki.config.lexer import Token
from srpki.core.values import NamedTuple
from srpki.schema.paths import Value
from srpki.schema.types import ValueTypeError

Kind = Literal["unknown", "ambiguous", "value", "quote", "missing"]


class Match(NamedTuple):
    """A terminal that was recognised; *value* is what a slot's text means."""

    terminal: Terminal
    token: Token
    value: Value | None = None


Permits = Callable[[Sequence[Match], Keyword], bool]
"""Tells whether a keyword may be offered after what was recognised."""


def anything(matches: Sequence[Match], keyword: Keyword) -> bool:
    """Permit every keyword."""
    del matches, keyword
    return True


class Failure(NamedTuple):
    """Where and how the line went wrong; *at* is the number of the token, *text* says why.

    *names* are the words that an abbreviation fits, or the values that are missing; *element* is
    called what cannot have the value given.
    """

    kind: Kind
    at: int
    text: str = ""
    names: tuple[str, ...] = ()
    element: str = ""


class Thread(NamedTuple):
    """One way to read the words: what was *recognised*, and the *state* that this leads to.

    Words that begin two alternatives alike are read both ways until one of them fails.
    """

    recognised: tuple[Match, ...]
    state: State


class Walk(NamedTuple):
    """How far the words led: the *threads* that are still alive, and the *failure* if any."""

    threads: tuple[Thread, ...]
    failure: Failure | None = None

    @property
    def matches(self) -> tuple[Match, ...]:
        """What was recognised, preferably by a thread that may end here."""
        return self._best.recognised

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of what must still be typed; nothing when the line may end here."""
        return missing(self._best.state)

    @property
    def _best(self) -> Thread:
        first, *others = self.threads
        if not others:
            return first
        ending = (thread for thread in self.threads if may_end(thread.state))
        return next(ending, first)

    def expected(self) -> list[Terminal]:
        """Return the terminals that may come next, each once, in order."""
        seen: dict[object, Terminal] = {}
        for thread in self.threads:
            for terminal, _ in options(thread.state):
                name = terminal.word if isinstance(terminal, Keyword) else (terminal.name,)
                seen.setdefault(name, terminal)
        return list(seen.values())


class _Way(NamedTuple):
    """A terminal that may come next for *thread*, and what is left after it."""

    thread: Thread
    terminal: Terminal
    state: State

    def taken(self, token: Token, value: Value | None = None) -> Thread:
        match = Match(self.terminal, token, value)
        return Thread((*self.thread.recognised, match), self.state)


def walk(state: State, tokens: Sequence[Token]) -> Walk:
    """Read *tokens* from *state* on, as far as they can be recognised."""
    return Walker().walk(state, tokens)


class Walker:
    """Walks lines one after another; what begins like the one before is not walked again.

    So a line that is completed word by word, masked and run is walked once.
    """

    def __init__(self) -> None:
        self._state: State = ()
        self._tokens: Sequence[Token] = ()
        self._reached: list[tuple[Thread, ...]] = []

    def walk(self, state: State, tokens: Sequence[Token]) -> Walk:
        """Read *tokens* from *state* on, as far as they can be recognised."""
        reached = self._known(state, tokens)
        self._state, self._tokens, self._reached = state, tokens, reached
        for at in range(len(reached) - 1, len(tokens)):
            outcome = _step(reached[at], tokens[at], at)
            if isinstance(outcome, Failure):
                return Walk(reached[at], outcome)
            reached.append(outcome)
        return Walk(reached[-1])

    def _known(self, state: State, tokens: Sequence[Token]) -> list[tuple[Thread, ...]]:
        """Return where each of the first words led, as far as that is known."""
        if not self._reached or state != self._state:
            return [(Thread((), state),)]
        same = 0
        for token, known in zip(tokens, self._tokens[: len(self._reached) - 1], strict=False):
            if token != known:
                break
            same += 1
        return self._reached[: same + 1]


def parse(state: State, tokens: Sequence[Token], *, abbreviations: bool = True) -> Walk:
    """Read *tokens* from *state* on as a `whole` line."""
    return whole(walk(state, tokens), len(tokens), abbreviations=abbreviations)


def whole(found: Walk, words: int, *, abbreviations: bool = True) -> Walk:
    """Return *found*, a walk over so many *words*, as of a line where what must follow is there.

    Without *abbreviations* every keyword must be there in full too.
    """
    if found.failure is not None:
        return found
    if not abbreviations:
        for at, match in enumerate(found.matches):
            if isinstance(match.terminal, Keyword) and match.terminal.word != match.token.text:
                return Walk(found.threads, Failure("unknown", at, match.token.text))
    if not found.missing:
        return found
    return Walk(found.threads, Failure("missing", words, names=found.missing))


def fitting(terminals: Iterable[Keyword], prefix: str) -> list[Keyword]:
    """Return the keywords that *prefix* abbreviates: the exact one, else near ones, else all."""
    candidates = [keyword for keyword in terminals if keyword.word.startswith(prefix)]
    exact = [keyword for keyword in candidates if keyword.word == prefix]
    near = [keyword for keyword in candidates if keyword.tier < FAR]
    return exact[:1] or near or candidates


def _step(threads: tuple[Thread, ...], token: Token, at: int) -> tuple[Thread, ...] | Failure:
    if not token.closed:
        return Failure("quote", at, "missing closing quote")
    if not token.quoted and (found := _by_word(threads, token)):
        return found
    ways = [
        _Way(thread, terminal, left)
        for thread in threads
        for terminal, left in options(thread.state)
    ]
    keywords = [] if token.quoted else fitting(_keywords(ways, mark=token.mark), token.text)
    failure: Failure | None = None
    if not token.mark:
        outcomes = [_value(way, token, at) for way in ways if _may_take(way.terminal, token)]
        threads = tuple(outcome for outcome in outcomes if isinstance(outcome, Thread))
        if threads:
            return threads
        failure = next((out for out in outcomes if isinstance(out, Failure)), None)
    if len(keywords) == 1 and token.text:
        return _by_keyword(ways, keywords[0], token)
    if keywords and token.text:
        return Failure("ambiguous", at, token.text, tuple(keyword.word for keyword in keywords))
    return failure or Failure("unknown", at, token.text)


def _may_take(terminal: Terminal, token: Token) -> bool:
    if not isinstance(terminal, Slot):
        return False
    return not terminal.optional or token.text in terminal.type.words()


def _by_word(threads: tuple[Thread, ...], token: Token) -> tuple[Thread, ...]:
    """Return where the keyword that *token* spells in full leads to, if it is one."""
    text, mark = token.text, token.mark
    found = [
        (thread, way)
        for thread in threads
        for way in spelled(thread.state).get(text, ())
        if way[0].structure == mark
    ]
    return tuple(
        [
            Thread((*thread.recognised, Match(keyword, token)), left)
            for thread, (keyword, left) in found
            if keyword.tier == found[0][1][0].tier
        ]
    )


def _keywords(ways: list[_Way], *, mark: bool) -> list[Keyword]:
    unique: dict[str, Keyword] = {}
    for way in ways:
        if isinstance(way.terminal, Keyword) and way.terminal.structure == mark:
            unique.setdefault(way.terminal.word, way.terminal)
    return list(unique.values())


def _by_keyword(ways: list[_Way], keyword: Keyword, token: Token) -> tuple[Thread, ...]:
    return tuple(
        way.taken(token)
        for way in ways
        if isinstance(way.terminal, Keyword)
        and way.terminal.word == keyword.word
        and way.terminal.tier == keyword.tier
    )


def _value(way: _Way, token: Token, at: int) -> Thread | Failure:
    assert isinstance(way.terminal, Slot)
    text, name = token.text, way.terminal.name
    words = way.terminal.type.words()
    if text and text not in words and not token.quoted:
        fits = [word for word in words if word.startswith(text)]
        if len(fits) > 1:
            several = f"'{text}' is ambiguous: {', '.join(fits)}"
            return Failure("value", at, several, tuple(fits), name)
        text = fits[0] if fits else text
    try:
        return way.taken(token, way.terminal.type.parse(text))
    except ValueTypeError as error:
        return Failure("value", at, str(error), element=name)
