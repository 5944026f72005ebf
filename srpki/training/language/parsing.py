"""Reads the line of a check into its tree.

A check is ``SUBJECT PROPERTY OPERATOR VALUE``, joined by ``and``, ``or``, ``not`` and parentheses.
The prefixes ``in``, ``always``, ``never`` and ``after`` apply to all that follows them, up to the
closing parenthesis where one is open.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError
from srpki.core.expressions import Expression as Pattern
from srpki.training.language.tree import (
    After,
    All,
    Condition,
    Expression,
    Later,
    Not,
    Some,
    Through,
    Value,
    ahead,
)
from srpki.training.language.vocabulary import OPERATORS, SUBJECTS, Kind, Subject
from srpki.training.language.words import Word, split
from srpki.training.paths import check_path

if TYPE_CHECKING:
    from collections.abc import Iterable

DEPTH: Final = 30
"""Most parentheses and prefixes one inside another."""
MOST_WORDS: Final = 400
LONGEST_LOOK: Final = timedelta(days=3650)
"""The farthest that ``in`` looks ahead."""
_HISTORY: Final = frozenset({"event", "message", "typed", "commands", "clock"})
"""What ``always``, ``never`` and ``after`` can speak of: it is known of each moment."""


def parse(line: str) -> Expression:
    """Return the tree of *line*; raises `InvalidInputError` for what is none."""
    words = split(line)
    if not words:
        raise InvalidInputError("empty")
    if len(words) > MOST_WORDS:
        raise InvalidInputError(f"more than {MOST_WORDS} words")
    reader = _Reader(words)
    found = reader.whole()
    reader.at_end()
    _judge(found)
    return found


class _Reader:
    """Reads words from left to right."""

    def __init__(self, words: list[Word]) -> None:
        self._words = words
        self._at = 0
        self._depth = 0

    # --- words -----------------------------------------------------------------------------------

    @property
    def _next(self) -> Word | None:
        return self._words[self._at] if self._at < len(self._words) else None

    def _taken(self, text: str, kind: str = "word") -> bool:
        word = self._next
        if word is None or word.kind != kind or word.text != text:
            return False
        self._at += 1
        return True

    def _name(self, what: str) -> str:
        word = self._next
        if word is None or word.kind not in ("word", "quoted"):
            raise self._wrong(f"{what} is expected")
        self._at += 1
        return word.text

    def _wrong(self, sentence: str) -> InvalidInputError:
        word = self._next
        place = "at the end" if word is None else f"column {word.at + 1}, at '{word.text}'"
        return InvalidInputError(f"{place}: {sentence}")

    def at_end(self) -> None:
        """Raise `InvalidInputError` unless all words are read."""
        if self._next is not None:
            raise self._wrong("and, or, or the end is expected")

    # --- conditions joined -----------------------------------------------------------------------

    def whole(self) -> Expression:
        """Return prefixes and what they apply to."""
        self._depth += 1
        if self._depth > DEPTH:
            raise InvalidInputError(f"nested more than {DEPTH} times")
        try:
            return self._prefixed() or self._some()
        finally:
            self._depth -= 1

    def _prefixed(self) -> Expression | None:
        if self._taken("in"):
            duration = _duration(self._name("a duration"))
            if duration > LONGEST_LOOK:
                raise self._wrong("in looks ahead ten years at most")
            return Later(duration, self.whole())
        for word in ("always", "never"):
            if self._taken(word):
                return Through(word == "always", self.whole())
        if self._taken("after"):
            if not self._taken("event"):
                raise self._wrong("event is expected")
            subject = SUBJECTS["event"]
            words, option = self._subject_words(subject)
            return After(Condition("event", words, "seen", option=option), self.whole())
        return None

    def _some(self) -> Expression:
        parts = [self._all()]
        while self._taken("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _all(self) -> Expression:
        parts = [self._one()]
        while self._taken("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Expression:
        word = self._next
        if word is not None and word.kind == "word" and word.text in _PREFIXES:
            return self.whole()
        if self._taken("not"):
            self._depth += 1
            if self._depth > DEPTH:
                raise InvalidInputError(f"nested more than {DEPTH} times")
            try:
                return Not(self._one())
            finally:
                self._depth -= 1
        if self._taken("(", "mark"):
            inner = self.whole()
            if not self._taken(")", "mark"):
                raise self._wrong(") is expected")
            return inner
        return self._condition()

    # --- one condition ---------------------------------------------------------------------------

    def _condition(self) -> Condition:
        word = self._next
        if word is None or word.kind != "word" or word.text not in SUBJECTS:
            raise self._wrong(f"one of {', '.join(SUBJECTS)} is expected")
        self._at += 1
        name, subject = word.text, SUBJECTS[word.text]
        if subject.path:
            return self._about_path(name)
        words, option = self._subject_words(subject)
        found, arguments = self._property(name, subject)
        pattern = _pattern(words[0]) if name == "typed" else None
        kind = subject.properties[found].kind
        operator, value, compared = self._comparison(kind)
        return Condition(
            subject=name,
            words=words,
            property=found,
            arguments=arguments,
            operator=operator,
            value=value,
            pattern=pattern or compared,
            option=option,
        )

    def _subject_words(self, subject: Subject) -> tuple[tuple[str, ...], str]:
        words = tuple(self._name(what) for what in subject.takes)
        for keyword, what in subject.optional.items():
            if self._taken(keyword):
                option = self._name(what)
                if what == "CLI" and option not in ("md", "classic"):
                    raise InvalidInputError(f"'{option}' is neither md nor classic")
                return words, option
        return words, ""

    def _property(self, name: str, subject: Subject) -> tuple[str, tuple[str, ...]]:
        """Return the property that stands here, the longest that does, and its arguments."""
        for spelled in sorted(subject.properties, key=lambda one: -len(one.split())):
            before, arguments = self._at, []
            for part in spelled.split():
                if part.isupper():
                    arguments.append(self._name(part))
                elif not self._taken(part):
                    break
            else:
                return spelled, tuple(arguments)
            self._at = before
        if subject.default:
            return subject.default, ()
        raise self._wrong(f"{name} has no such property: one of {', '.join(subject.properties)}")

    def _comparison(self, kind: Kind) -> tuple[str, Value, Pattern | None]:
        allowed = OPERATORS[kind]
        if not allowed:
            return "", None, None
        word = self._next
        if word is None or word.text not in allowed or word.kind == "quoted":
            raise self._wrong(f"one of {' '.join(allowed)} is expected")
        self._at += 1
        text = self._name("a value")
        if word.text in ("~", "!~"):
            return word.text, text, _pattern(text)
        if kind == "list" and word.text in ("==", "!="):
            items = tuple(sorted(one.strip() for one in text.split(",") if one.strip()))
            return word.text, items, None
        return word.text, _value(kind, text), None

    # --- paths -----------------------------------------------------------------------------------

    def _about_path(self, name: str) -> Condition:
        if name == "config" and self._taken("saved"):
            return Condition("config", (), "saved")
        if name == "config" and self._taken("unchanged"):
            if not self._taken("except"):
                return Condition("config", (), "unchanged")
            return Condition("config", self._paths(), "unchanged except PATHS")
        words = self._path(name)
        for flag in ("exists", "absent"):
            if self._taken(flag):
                return Condition(name, words, flag)
        kind = check_path(name, words)
        word = self._next
        if word is None or word.text not in OPERATORS[kind] or word.kind == "quoted":
            raise self._wrong(f"exists, absent, or one of {' '.join(OPERATORS[kind])} is expected")
        operator, value, pattern = self._comparison(kind)
        return Condition(name, words, "value", (), operator, value, pattern)

    def _path(self, name: str) -> tuple[str, ...]:
        words: list[str] = []
        while (word := self._next) is not None and word.kind in ("word", "quoted"):
            if word.kind == "word" and word.text in _AFTER_PATHS:
                break
            words.append(word.text)
            self._at += 1
        if not words:
            raise self._wrong("a path is expected")
        check_path(name, tuple(words))
        return tuple(words)

    def _paths(self) -> tuple[str, ...]:
        """Return the paths of a list, each as one text of words parted by newlines."""
        if not self._taken("[", "mark"):
            return ("\n".join(self._path("config")),)
        found = ["\n".join(self._path("config"))]
        while self._taken(",", "mark"):
            found.append("\n".join(self._path("config")))
        if not self._taken("]", "mark"):
            raise self._wrong(", or ] is expected")
        return tuple(found)


_PREFIXES: Final = frozenset({"in", "always", "never", "after"})
_AFTER_PATHS: Final = frozenset({"exists", "absent", "has", "lacks", "and", "or"})


def _pattern(text: str) -> Pattern:
    return Pattern(text)


def _duration(text: str) -> timedelta:
    return parse_duration(text)


def _value(kind: Kind, text: str) -> Value:
    match kind:
        case "number":
            return _number(text)
        case "duration":
            return -_duration(text[1:]) if text.startswith("-") else _duration(text)
        case "instant":
            return _instant(text)
    return text


def _number(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = float("nan")
    if not abs(found) < 2**63:
        raise InvalidInputError(f"'{text}' is not a number")
    return found


def _instant(text: str) -> Value:
    """Return an instant, a time of day (UTC), or ``now`` as a text."""
    if text == "now":
        return text
    try:
        if ":" in text and len(text) <= len("00:00:00"):
            return time.fromisoformat(text)
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInputError(f"'{text}' is no time: as 2027-03-01T08:00:00Z, 02:00 or now")
    return found.astimezone(UTC)


def _judge(found: Expression) -> None:
    """Refuse ``in`` within ``in``, and what cannot be known of the past."""
    match found:
        case Later(_, inner):
            if ahead(inner):
                raise InvalidInputError("in cannot stand within in")
            _judge(inner)
        case Through(_, inner) | After(_, inner):
            for one in _conditions(inner):
                if one.subject not in _HISTORY:
                    known = ", ".join(sorted(_HISTORY))
                    raise InvalidInputError(
                        f"{one.subject} is known of now alone: always, never and after take {known}"
                    )
            if ahead(inner):
                raise InvalidInputError("in stands before always, never and after")
            _judge(inner)
        case All(parts) | Some(parts):
            for part in parts:
                _judge(part)
        case Not(inner):
            _judge(inner)


def _conditions(found: Expression) -> Iterable[Condition]:
    match found:
        case Condition():
            yield found
        case All(parts) | Some(parts):
            for part in parts:
                yield from _conditions(part)
        case _:
            yield from _conditions(found.inner)
