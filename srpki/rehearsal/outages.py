"""When CAs do not answer: the grammar of ``--outage``, and the calendar that comes of it.

An outage is ``every day 22:00-02:00``, ``every sunday 00:00-06:00``, ``2027-03-01..2027-03-04`` or
``random 2 per 30d for 4h``, each perhaps behind ``PROFILE:``; all of it is UTC. Pure.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.core.record import Record

MOST_OUTAGES: Final = 64
MOST_RANDOM: Final = 1000
"""Random outages in one period at the most."""
MOST_WINDOWS: Final = 100_000
_LONGEST: Final = 300
_DAY: Final = timedelta(days=1)
_WEEKDAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday"),
)
_BEGINS: Final = r"(?:every\b|random\b|\d{4}-\d\d-\d\d)"
_WORD: Final = re.compile(r"\S+")
_RFC_3339: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_FIRST_YEAR: Final = 1970
_LAST_YEAR: Final = 2200
_HOURS: Final = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
_GRAMMAR: Final = (
    "[PROFILE:]every day|WEEKDAY HH:MM-HH:MM, FROM..TO, or random N per DURATION for DURATION"
)


class Window(NamedTuple):
    """From *start* until *end*, which is no more part of it (UTC); *text* is how it was given."""

    start: datetime
    end: datetime
    text: str


class Outage(Record):
    """One outage as it was given: *text*; *profile* is empty for that of every CA.

    It happens every *weekday* (0 is Monday, None every day) from *begin* for *length*, or once from
    *start* for *length*, or *count* times in each *period*.
    """

    text: str
    profile: str
    length: timedelta
    weekday: int | None = None
    begin: timedelta = timedelta()
    start: datetime | None = None
    count: int = 0
    period: timedelta = timedelta()

    def windows(self, start: datetime, end: datetime, seed: int) -> Iterator[Window]:
        """Yield when it happens between *start* and *end*; *seed* is for what is random."""
        if self.start is not None:
            yield Window(self.start, self.start + self.length, self.text)
        elif self.count:
            yield from self._random(start, end, seed)
        else:
            yield from self._every(start, end)

    def _every(self, start: datetime, end: datetime) -> Iterator[Window]:
        day = datetime.combine(start.date(), time(), UTC) - _DAY
        while day < end:
            if self.weekday in (None, day.weekday()):
                yield Window(day + self.begin, day + self.begin + self.length, self.text)
            day += _DAY

    def _random(self, start: datetime, end: datetime, seed: int) -> Iterator[Window]:
        number = 0
        while start < end:
            for _ in range(self.count):
                number += 1
                digest = hashlib.sha256(f"{seed} {number} {self.text}".encode()).digest()
                part = int.from_bytes(digest[:8]) / 2**64
                at = (start + part * self.period).replace(microsecond=0)
                yield Window(at, at + self.length, self.text)
            start += self.period


class Calendar:
    """When each CA is away."""

    def __init__(
        self, outages: Sequence[Outage], start: datetime, end: datetime, seed: int = 0
    ) -> None:
        """Lay out *outages* between *start* and *end*; raises `InvalidInputError` for too many."""
        self.outages = tuple(outages)
        found: dict[str, list[Window]] = {}
        count = 0
        for outage in outages:
            for window in outage.windows(start, end, seed):
                if window.end <= start or window.start >= end:
                    continue
                count += 1
                if count > MOST_WINDOWS:
                    raise InvalidInputError(
                        f"the outages happen more than {MOST_WINDOWS} times",
                        hint="give fewer, or rehearse less at once",
                    )
                found.setdefault(outage.profile, []).append(window)
        general = found.get("", [])
        self._merged = {
            name: _merged([*general, *own] if name else own) for name, own in found.items()
        }

    def windows(self, profile: str) -> Sequence[Window]:
        """Return when the CA of *profile* is away, in order; none overlaps another."""
        return self._merged.get(profile) or self._merged.get("", ())

    def away(self, profile: str, at: datetime) -> Window | None:
        """Return the window that the CA of *profile* is away in *at* an instant."""
        windows = self.windows(profile)
        place = bisect_right(windows, at, key=lambda window: window.start) - 1
        return windows[place] if place >= 0 and at < windows[place].end else None

    def longest(self, profile: str) -> timedelta:
        """Return how long the CA of *profile* is away at the most."""
        lengths = (window.end - window.start for window in self.windows(profile))
        return max(lengths, default=timedelta())


def _merged(windows: Sequence[Window]) -> Sequence[Window]:
    found: list[Window] = []
    for window in sorted(windows):
        if found and window.start <= found[-1].end:
            if window.end > found[-1].end:
                last = found[-1]
                text = last.text if window.text == last.text else f"{last.text}, {window.text}"
                found[-1] = Window(last.start, window.end, text[:_LONGEST])
        else:
            found.append(window)
    return found


# --- reading --------------------------------------------------------------------------------------


def parse_outage(text: str) -> Outage:
    """Return the outage that *text* spells; raises `InvalidInputError`, which names the column."""
    if len(text) > _LONGEST:
        raise InvalidInputError(f"an outage has {_LONGEST} characters at most")
    found = re.match(rf"\s*(?={_BEGINS})", text) or re.match(rf"(.*?):\s*(?={_BEGINS})", text)
    if found is None:
        raise _wrong(text, _first(text), "no outage begins so", _GRAMMAR)
    profile = (found[1].strip() if found.re.groups else "") or ""
    if found.re.groups and not profile:
        raise _wrong(text, 0, "the name of a profile is missing", "leave the colon out for all CAs")
    at = found.end()
    outage = Outage(text=text.strip(), profile=profile, length=timedelta())
    if text.startswith("every", at):
        return _every(text, at, outage)
    if text.startswith("random", at):
        return _random(text, at, outage)
    return _once(text, at, outage)


def _every(text: str, at: int, outage: Outage) -> Outage:
    words = _words(text, at)
    day = words[1] if len(words) > 1 else None
    if day is None or day[0].lower() not in ("day", *_WEEKDAYS):
        place = len(text) if day is None else day.start()
        raise _wrong(text, place, "a day is missing", f"day, {', '.join(_WEEKDAYS)}")
    if len(words) < 3:
        raise _wrong(text, len(text), "the hours are missing", "HH:MM-HH:MM")
    hours = _HOURS.fullmatch(words[2][0])
    if hours is None:
        raise _wrong(text, words[2].start(), "these are no hours", "HH:MM-HH:MM")
    begin = _hour(text, words[2].start(), hours[1], hours[2])
    end = _hour(text, words[2].start() + 6, hours[3], hours[4], last=True)
    if begin == end:
        raise _wrong(text, words[2].start(), "it would not last", "00:00-24:00 is a whole day")
    _no_more(text, words, 3)
    name = day[0].lower()
    return outage.but(
        weekday=None if name == "day" else _WEEKDAYS.index(name),
        begin=begin,
        length=(end - begin) % _DAY or _DAY,
    )


def _hour(text: str, at: int, hours: str, minutes: str, *, last: bool = False) -> timedelta:
    found = timedelta(hours=int(hours), minutes=int(minutes))
    if int(minutes) > 59 or found > _DAY or (found == _DAY and not last):
        raise _wrong(text, at, f"{hours}:{minutes} is no time of the day", "00:00 to 24:00")
    return found


def _once(text: str, at: int, outage: Outage) -> Outage:
    dots = text.find("..", at)
    if dots < 0:
        raise _wrong(text, len(text), "the end is missing", "FROM..TO")
    start, _ = _instant(text, at, text[at:dots])
    end, whole = _instant(text, dots + 2, text[dots + 2 :])
    if whole:
        end += _DAY  # a date is a day, the last one too
    if end <= start:
        raise _wrong(text, dots + 2, "it ends before it begins", "FROM..TO")
    return outage.but(start=start, length=end - start)


def _instant(text: str, at: int, given: str) -> tuple[datetime, bool]:
    """Return an instant, and whether *given* is the date of a day."""
    try:
        return parse_instant(given.strip())
    except InvalidInputError as error:
        blanks = len(given) - len(given.lstrip())
        raise _wrong(text, at + blanks, error.sentence, error.hint) from None


def parse_instant(given: str) -> tuple[datetime, bool]:
    """Return the instant that *given* spells, and whether it is a mere date.

    Raises `InvalidInputError` for anything but a date or RFC 3339.
    """
    whole = re.fullmatch(r"\d{4}-\d\d-\d\d", given) is not None
    found = None
    with suppress(ValueError, OverflowError):
        read = datetime.fromisoformat(given)
        if whole or (read.tzinfo is not None and _RFC_3339.match(given)):
            found = read.replace(tzinfo=UTC) if whole else read.astimezone(UTC)
    if found is None or not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise InvalidInputError(
            f"'{given[:40]}' is no date", hint="2027-03-01, or 2027-03-01T06:00:00Z [RFC 3339]"
        )
    return found.replace(microsecond=0), whole


def _random(text: str, at: int, outage: Outage) -> Outage:
    words = _words(text, at)
    spelled = "random N per DURATION for DURATION"
    for place, wanted in ((2, "per"), (4, "for")):
        if len(words) <= place + 1:
            raise _wrong(text, len(text), "more is to be said", spelled)
        if words[place][0] != wanted:
            raise _wrong(text, words[place].start(), f"'{wanted}' is missing", spelled)
    count = words[1][0]
    if not re.fullmatch(r"\d{1,4}", count) or not 1 <= int(count) <= MOST_RANDOM:
        raise _wrong(text, words[1].start(), "a number is missing", f"1 to {MOST_RANDOM}")
    period, length = (_duration(text, words[place]) for place in (3, 5))
    if period < timedelta(hours=1):
        raise _wrong(text, words[3].start(), "the period is too short", "an hour at least")
    _no_more(text, words, 6)
    return outage.but(count=int(count), period=period, length=length)


def _duration(text: str, word: re.Match[str]) -> timedelta:
    try:
        found = parse_duration(word[0])
    except SrpkiError as error:
        raise _wrong(text, word.start(), error.sentence, "") from None
    if not found:
        raise _wrong(text, word.start(), "it would not last", "1s at least")
    return found


def _words(text: str, at: int) -> list[re.Match[str]]:
    return list(_WORD.finditer(text, at))


def _no_more(text: str, words: Sequence[re.Match[str]], count: int) -> None:
    if len(words) > count:
        raise _wrong(text, words[count].start(), "nothing is expected here", _GRAMMAR)


def _first(text: str) -> int:
    return len(text) - len(text.lstrip())


def _wrong(text: str, at: int, sentence: str, hint: str) -> InvalidInputError:
    return InvalidInputError(f"outage '{text}', column {at + 1}: {sentence}", hint=hint)
