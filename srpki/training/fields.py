"""Reads values out of a TOML table, and names the place of one that will not do.

Every table is closed: a word that is not known is a mistake, so that a typing error is none that
goes unseen. Every text and every list has a longest length.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError
from srpki.training.mistakes import LabFileError

LONGEST_LINE: Final = 2000
LONGEST_TEXT: Final = 100_000
MOST_ITEMS: Final = 200

_Item = TypeVar("_Item")


class Fields:
    """The fields of one *table* at *place*; `close` refuses what nobody has asked for."""

    def __init__(self, table: object, place: str) -> None:
        """Read *table*, which must be one."""
        if not isinstance(table, dict):
            raise LabFileError(place, "a table is expected")
        self._table: Mapping[str, Any] = table
        self.place = place
        self._known: set[str] = set()

    def _value(self, name: str, kind: type | tuple[type, ...], what: str, default: Any) -> Any:
        self._known.add(name)
        if name not in self._table:
            if default is REQUIRED:
                raise LabFileError(self.place, f"{name} is missing")
            return default
        value = self._table[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.wrong(name, f"{what} is expected")
        return value

    def wrong(self, name: str, sentence: str, hint: str = "") -> LabFileError:
        """Return what is raised for the field *name*."""
        return LabFileError(f"{self.place} {name}", sentence, hint=hint)

    def line(self, name: str, default: Any = None) -> str:
        """Return a text of one line."""
        value: str = self._value(name, str, "a text", REQUIRED if default is None else default)
        if len(value) > LONGEST_LINE:
            raise self.wrong(name, f"longer than {LONGEST_LINE} characters")
        if "\n" in value or "\r" in value:
            raise self.wrong(name, "a text of one line is expected")
        return value

    def text(self, name: str, default: Any = None) -> str:
        """Return a text, of several lines where it has them."""
        value: str = self._value(name, str, "a text", REQUIRED if default is None else default)
        if len(value) > LONGEST_TEXT:
            raise self.wrong(name, f"longer than {LONGEST_TEXT} characters")
        return value.replace("\r\n", "\n")

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """Return a whole number from *low* to *high*."""
        value: int = self._value(name, int, "a whole number", default)
        if not low <= value <= high:
            raise self.wrong(name, f"a number from {low} to {high} is expected")
        return value

    def truth(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        return bool(self._value(name, bool, "true or false", default))

    def one_of(self, name: str, choices: tuple[str, ...], default: str) -> str:
        """Return one of *choices*."""
        value = self.line(name, default)
        if value not in choices:
            raise self.wrong(name, f"'{value}' is not one of {', '.join(choices)}")
        return value

    def lines(self, name: str) -> tuple[str, ...]:
        """Return a list of texts of one line; none where it is not there."""
        found: list[Any] = self._value(name, list, "a list of texts", [])
        if len(found) > MOST_ITEMS:
            raise self.wrong(name, f"more than {MOST_ITEMS} items")
        for one in found:
            if not isinstance(one, str) or "\n" in one or len(one) > LONGEST_LINE:
                raise self.wrong(name, "a list of texts of one line is expected")
        return tuple(found)

    def instant(self, name: str, default: datetime) -> datetime:
        """Return an instant: a TOML date-time with its offset, or its text."""
        value = self._value(name, (str, datetime), "a time such as 2027-03-01T08:00:00Z", default)
        if isinstance(value, str):
            try:
                value = datetime.fromisoformat(value)
            except ValueError:
                value = None
        if value is None or value.tzinfo is None:
            raise self.wrong(name, "a time such as 2027-03-01T08:00:00Z is expected")
        found: datetime = value.astimezone(UTC)
        return found

    def duration(self, name: str, default: str) -> str:
        """Return a duration as it is written."""
        value = self.line(name, default)
        if value:
            try:
                parse_duration(value)
            except InvalidInputError as error:
                raise self.wrong(name, error.sentence) from None
        return value

    def table(self, name: str) -> Fields:
        """Return a table, empty where it is not there."""
        self._known.add(name)
        return Fields(self._table.get(name, {}), f"{self.place} {name}".replace("] ", "."))

    def raw(self, name: str) -> Any:
        """Return what is there, None for nothing."""
        self._known.add(name)
        return self._table.get(name)

    def names(self) -> tuple[str, ...]:
        """Return the words of the table."""
        return tuple(self._table)

    def close(self) -> None:
        """Refuse a word that nobody has asked for."""
        for name in self._table:
            if name not in self._known:
                known = ", ".join(sorted(self._known))
                raise LabFileError(
                    self.place, f"'{name[:80]}' is not known", hint=f"one of {known}"
                )


class _Required:
    pass


REQUIRED: Final = _Required()


def each(
    found: object, place: str, read: Callable[[Fields], _Item], most: int
) -> tuple[_Item, ...]:
    """Return what *read* makes of each table of the list *found*, which may be None."""
    if found is None:
        return ()
    if not isinstance(found, list) or len(found) > most:
        raise LabFileError(place, f"a list of {most} tables at most is expected")
    items = []
    for number, table in enumerate(found, 1):
        fields = Fields(table, f"{place} {number}")
        items.append(read(fields))
        fields.close()
    return tuple(items)
