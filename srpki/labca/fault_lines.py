"""Faults as lines of text: words in pairs, what has spaces in quotes [docs/reference/lab.md]."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from srpki.core.errors import InvalidInputError
from srpki.labca.conditions import instant
from srpki.labca.faults import ALWAYS, MOST, Fault, When

_LONGEST_LINE: Final = 1000
_WORD: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|#.*|([^\s"#]+))')
_USUAL: Final = "failinfo, text, seconds, after, times, if, from, to, every, for, once each"
_JOINT: Final = "and"


def parse_fault(line: str) -> Fault:
    """Return the fault that *line* says; raises `InvalidInputError` when it says none."""
    if len(line) > _LONGEST_LINE:
        raise InvalidInputError("the line is too long for a fault")
    words = _words(line)
    if len(words) < 2:
        raise _no_fault()
    fields: dict[str, Any] = {}
    when: dict[str, Any] = {}
    left = words[2:]
    while left:
        name, value, left = _clause(left)
        found = when if name in _WHEN else fields
        if name in found:
            raise InvalidInputError(f"'{name}' is not expected here", hint=_USUAL)
        found[name] = value
    circumstances = When(**when)
    fields.setdefault("times", ALWAYS if circumstances.lasts else 1)
    return Fault(words[0], words[1], when=circumstances, **fields)


_WHEN: Final = When.__dataclass_fields__


def _clause(words: list[str]) -> tuple[str, Any, list[str]]:
    """Return the name of the field that *words* begin with, its value, and the words after it."""
    name, *left = words
    if name not in _CLAUSES:
        raise InvalidInputError(f"'{name}' is not expected here", hint=_USUAL)
    if not left:
        raise _no_fault()
    match name:
        case "if":
            return "key", *_condition(left)
        case "for":
            return _for(left)
        case "every":  # every night, or day: which it is says the time
            value, *left = left[1:] if left[0] in ("night", "day") and len(left) > 1 else left
            return name, value, left
        case "from" | "to":
            return _INSTANTS[name], instant(left[0]), left[1:]
        case "times" if left[0] == "always":
            return name, ALWAYS, left[1:]
        case "times" | "seconds" | "after":
            return name, _number(name, left[0]), left[1:]
    return name, left[0], left[1:]


_CLAUSES: Final = (
    "failinfo",
    "text",
    "seconds",
    "after",
    "times",
    "if",
    "from",
    "to",
    "every",
    "for",
)
_INSTANTS: Final = {"from": "begin", "to": "end"}


def _condition(words: list[str]) -> tuple[str, list[str]]:
    """Return the rule that *words* begin with, quoted or not, and the words after it."""
    if " " in words[0]:
        return words[0], words[1:]
    taken = 3
    while words[taken : taken + 1] == [_JOINT]:
        taken += 4
    return " ".join(words[:taken]), words[taken:]


def _for(words: list[str]) -> tuple[str, str, list[str]]:
    if words[0] == "client" and len(words) > 1:
        return "client", words[1], words[2:]
    if words[:2] == ["subject", "~"] and len(words) > 2:
        return "subject", words[2], words[3:]
    raise InvalidInputError(
        f"'for {words[0]}' is not expected here",
        hint="for client NAME, or for subject ~ EXPRESSION",
    )


def _no_fault() -> InvalidInputError:
    return InvalidInputError("not a fault", hint="as: kur reject failinfo badPOP after 1 times 1")


def _words(line: str) -> list[str]:
    """Return the words of *line*, a comment at its end apart."""
    words, at = [], 0
    line = line.strip()
    while at < len(line):
        found = _WORD.match(line, at)
        if found is None:
            raise InvalidInputError("a quotation mark is missing")
        at = found.end()
        if found[1] is not None:
            words.append(re.sub(r"\\(.)", r"\1", found[1]))
        elif found[2] is not None:
            words.append(found[2])
    return words


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(MOST))):
        raise InvalidInputError(f"{name} '{text}' is not a number", hint=f"0..{MOST}")
    number = int(text)
    if name == "times" and number == ALWAYS:
        raise InvalidInputError("times is out of range", hint=f"1..{MOST}, or always")
    return number


def parse_script(text: str) -> tuple[Fault, ...]:
    """Return the faults of a script: one a line, blank lines and ``#`` comments apart.

    Raises `InvalidInputError` naming the first line that is wrong.
    """
    return tuple(_lines(text))


def _lines(text: str) -> Iterator[Fault]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            if _words(line):
                yield parse_fault(line)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"line {number} of the fault script: {error.sentence}", hint=error.hint
            ) from None
