"""Regular expressions that are matched in bounded time, whatever they are.

The library's own try one way after another, which some expressions let take for ever; these go all
ways at once. The syntax is that of POSIX extended expressions, with backslashes before d, s and w.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.core.values import NamedTuple

STATES: Final = 500
"""Most states of an expression: an atom is one, one that may come ten times is ten."""
DEPTH: Final = 30
"""Most groups that stand one inside another."""
CHARACTERS: Final = 4100
"""Characters of a text that are looked at."""
_REPEATS: Final = 255
_KNOWN: Final = 1000
"""Most steps that are remembered."""

_Test = Callable[[str], bool]
_CLASSES: Final[dict[str, _Test]] = {
    "d": str.isdecimal,
    "s": str.isspace,
    "w": lambda sign: sign.isalnum() or sign == "_",
}


class _State(NamedTuple):
    """Goes *on* over a character that passes the *test*; without one at once.

    At the *place* ``^`` or ``$`` only, where one is given.
    """

    on: tuple[int, ...]
    test: _Test | None = None
    place: str = ""


_Build = Callable[[int], int]
"""Adds the states of a piece, to be followed by a state; returns the first."""


class Expression:
    """One expression; raises `InvalidInputError` where it is none, or too large."""

    def __init__(self, pattern: str) -> None:
        """Read *pattern*."""
        self._pattern = pattern
        self._at = self._depth = 0
        self._states: list[_State] = [_State(())]
        self._known: dict[tuple[frozenset[int], str], frozenset[int]] = {}
        build = self._alternatives()
        if self._at < len(pattern):
            raise self._wrong("a ) without its (")
        self._first = build(0)
        self._begin = self._closure({self._first}, "^")
        self._again = self._closure({self._first}, "")

    def found_in(self, text: str) -> bool:
        """Say whether a part of *text* matches."""
        text = text[:CHARACTERS]
        now = self._begin
        for sign in text:
            if 0 in now:
                return True
            now = self._step(now, sign)
        return 0 in self._closure(now, "$" if text else "^$")

    # --- matching ---

    def _step(self, now: frozenset[int], sign: str) -> frozenset[int]:
        found = self._known.get((now, sign))
        if found is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            ways = (self._states[number] for number in now)
            passed = {on for way in ways if way.test and way.test(sign) for on in way.on}
            found = self._closure(passed, "") | self._again
            self._known[now, sign] = found
        return found

    def _closure(self, states: Iterable[int], places: str) -> frozenset[int]:
        """Return *states* and what follows them without a character, the text being at *places*."""
        found: set[int] = set()
        left = list(states)
        while left:
            number = left.pop()
            state = self._states[number]
            if number not in found:
                found.add(number)
                if state.test is None and (not state.place or state.place in places):
                    left += state.on
        return frozenset(found)

    # --- reading ---

    def _alternatives(self) -> _Build:
        ways = [self._sequence()]
        while self._taken("|"):
            ways.append(self._sequence())
        return lambda after: self._added(_State(tuple(way(after) for way in ways)))

    def _sequence(self) -> _Build:
        pieces: list[_Build] = []
        while self._at < len(self._pattern) and self._pattern[self._at] not in "|)":
            pieces.append(self._piece())

        def build(after: int) -> int:
            for piece in reversed(pieces):
                after = piece(after)
            return after

        return build

    def _piece(self) -> _Build:
        found = self._atom()
        while self._at < len(self._pattern) and self._pattern[self._at] in "*+?{":
            least, most = self._repeat()
            found = self._repeated(found, least, most)
        return found

    def _repeat(self) -> tuple[int, int | None]:
        sign = self._next()
        if sign != "{":
            return {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        end = self._pattern.find("}", self._at)
        low, comma, high = self._pattern[self._at : end].partition(",")
        self._at = end + 1
        numbers = [part for part in (low, high) if part]
        if end < 0 or not low or not all(part.isascii() and part.isdigit() for part in numbers):
            raise self._wrong("a { that begins no count")
        least = int(low[:4])
        most = None if comma and not high else int((high if comma else low)[:4])
        if max(least, most or 0) > _REPEATS or (most is not None and most < least):
            raise self._wrong(f"counts go up, to {_REPEATS} at most")
        return least, most

    def _repeated(self, piece: _Build, least: int, most: int | None) -> _Build:
        def build(after: int) -> int:
            if most is None:
                loop = self._added(_State(()))
                self._states[loop] = _State((piece(loop), after))
                first = loop
            else:
                first = after
                for _ in range(most - least):
                    first = self._added(_State((piece(first), after)))
            for _ in range(least):
                first = piece(first)
            return first

        return build

    def _atom(self) -> _Build:
        sign = self._next()
        match sign:
            case "(":
                return self._group()
            case "[":
                return self._of(self._bracket())
            case ".":
                return self._of(lambda _sign: True)
            case "^" | "$":
                return lambda after: self._added(_State((after,), place=sign))
            case "\\":
                return self._of(self._escaped())
            case "*" | "+" | "?" | "{":
                raise self._wrong(f"nothing before {sign}")
            case _:
                return self._of(lambda other: other == sign)

    def _group(self) -> _Build:
        self._depth += 1
        if self._depth > DEPTH:
            raise self._wrong(f"more than {DEPTH} groups inside one another")
        found = self._alternatives()
        self._depth -= 1
        if not self._taken(")"):
            raise self._wrong("a ( without its )")
        return found

    def _escaped(self) -> _Test:
        if self._at == len(self._pattern):
            raise self._wrong("nothing after \\")
        sign = self._next()
        if sign.isdigit():
            raise self._wrong("references to groups are not understood")
        if sign.lower() in _CLASSES:
            test, wanted = _CLASSES[sign.lower()], sign.islower()
            return lambda other: test(other) == wanted
        return lambda other: other == sign

    def _bracket(self) -> _Test:
        wanted = not self._taken("^")
        tests = [*self._members()]
        return lambda sign: any(test(sign) for test in tests) == wanted

    def _members(self) -> Iterator[_Test]:
        first = True
        while first or not self._taken("]"):
            first = False
            if self._at == len(self._pattern):
                raise self._wrong("a [ without its ]")
            low = self._next()
            if low == "\\":
                yield self._escaped()
            elif self._pattern[self._at : self._at + 1] == "-" and not self._ends_after("-"):
                self._at += 1
                yield _between(low, self._next())
            else:
                yield _between(low, low)

    def _ends_after(self, sign: str) -> bool:
        return self._pattern[self._at : self._at + 2] in (sign, f"{sign}]")

    def _of(self, test: _Test) -> _Build:
        return lambda after: self._added(_State((after,), test))

    def _added(self, state: _State) -> int:
        if len(self._states) >= STATES:
            raise self._wrong("too large")
        self._states.append(state)
        return len(self._states) - 1

    def _next(self) -> str:
        self._at += 1
        return self._pattern[self._at - 1]

    def _taken(self, sign: str) -> bool:
        found = self._pattern[self._at : self._at + 1] == sign
        self._at += found
        return found

    def _wrong(self, reason: str) -> InvalidInputError:
        return InvalidInputError(f"'{self._pattern}' is no regular expression: {reason}")


def _between(low: str, high: str) -> _Test:
    return lambda sign: low <= sign <= high
