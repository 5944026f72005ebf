"""What has happened in a lesson, in order: events, messages, typed lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from srpki.core.record import Record
from srpki.storage.lines import LineFile
from srpki.training import chronicle
from srpki.training.chronicle import Message

if TYPE_CHECKING:
    from srpki.storage.files import OsFiles

MOST: Final = 100_000
"""Most things of a history that are looked at, the last ones."""
_OWN: Final = ("lab ", "/lab ")
"""How commands begin that are the emulator's, not the router's."""


class Happening(Record):
    """An event: its *application* and *number*, whom it is about, and its fields as text."""

    application: str
    number: int
    subject: str
    fields: Mapping[str, object]

    def about(self, text: str) -> bool:
        """Say whether it is about *text*: its subject, or one of its fields, is that."""
        if text == self.subject or f'"{text}"' in self.subject:
            return True
        return any(
            text == value or (isinstance(value, list) and text in value)
            for value in self.fields.values()
        )


class Typed(Record):
    """A line that was typed: *command* without its secrets, and whether it went well.

    *cli* is ``md`` or ``classic``.
    """

    command: str
    ok: bool
    cli: str

    @property
    def counts(self) -> bool:
        """Whether it is a command of the router, and no comment."""
        line = self.command.strip()
        return bool(line) and not line.startswith((*_OWN, "#"))


class Moment(Record):
    """One thing that happened: *real* and *lab* time, and what."""

    real: datetime
    lab: datetime
    what: Happening | Message | Typed


class History(Record):
    """The *moments* of a lesson, in order."""

    moments: tuple[Moment, ...] = ()

    def happenings(self) -> Iterator[tuple[datetime, Happening]]:
        """Yield events with their lab time."""
        for one in self.moments:
            if isinstance(one.what, Happening):
                yield one.lab, one.what

    def messages(self) -> Iterator[Message]:
        """Yield the messages."""
        for one in self.moments:
            if isinstance(one.what, Message):
                yield one.what

    def typed(self) -> Iterator[Typed]:
        """Yield what was typed, but for what is the emulator's own."""
        for one in self.moments:
            if isinstance(one.what, Typed) and one.what.counts:
                yield one.what

    def prefixes(self) -> Iterator[tuple[Moment, History]]:
        """Yield each moment, with the history that ends with it."""
        for count, one in enumerate(self.moments, 1):
            yield one, History(self.moments[:count])


def read(place: Path, files: OsFiles, since: datetime) -> History:
    """Return what has happened since the real time *since* on the node in *place*."""
    found = [*_chronicled(place, files), *_journalled(place, files)]
    found = [one for one in found if one.real >= since]
    found.sort(key=lambda one: one.real)
    return History(tuple(found[-MOST:]))


def _chronicled(place: Path, files: OsFiles) -> Iterator[Moment]:
    for line in chronicle.lines(place / "training", files):
        with suppress(KeyError, TypeError, ValueError, AttributeError):
            yield Moment(_time(line["time"]), _time(line["lab-time"]), _what(line))


def _what(line: Mapping[str, Any]) -> Happening | Message:
    if "event" in line:
        event = line["event"]
        return Happening(
            str(event["application"]),
            int(event["number"]),
            str(event["subject"]),
            dict(event["fields"]),
        )
    message = line["message"]
    return Message(
        direction=str(message["direction"]),
        kind=str(message["kind"]),
        url=str(message["url"]),
        status=_texts(message["status"]),
        failinfo=_texts(message["failinfo"]),
        protection=str(message["protection"]),
        transaction=str(message["transaction"]),
    )


def _texts(found: Iterable[object]) -> tuple[str, ...]:
    return tuple(str(one) for one in found)


def _journalled(place: Path, files: OsFiles) -> Iterator[Moment]:
    for name in ("journal.1", "journal"):
        with suppress(OSError):
            for line in LineFile(place / "lab-ca" / name, files).read(MOST_JOURNAL):
                with suppress(KeyError, TypeError, ValueError, AttributeError):
                    if line is not None:
                        yield _moment(line)


MOST_JOURNAL: Final = 1 << 25


def _moment(line: Mapping[str, Any]) -> Moment:
    typed = Typed(str(line["command"]), bool(line["ok"]), str(line["mode"]))
    return Moment(_time(line["time"]), _time(line["lab-time"]), typed)


def _time(text: object) -> datetime:
    return datetime.fromisoformat(str(text)).astimezone(UTC)
