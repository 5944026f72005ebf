"""What is remembered of a lab's clock: where it is, how fast it runs, and the skew it allows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.core.clock import SKEW, Clock
from srpki.core.errors import StorageError
from srpki.core.timeline import LOOK_AGAIN
from srpki.schema.operations.lab import FACTORS
from srpki.storage.files import replace_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.storage.files import FileOps

_MOST_OCTETS: Final = 1 << 16
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRecord:
    """A lab's clock as it was left: *offset* from real time where it runs, *at* where it stands.

    Both are None when nothing that makes sense is remembered. *factor* is 0 where it stands. A
    clock that runs was last *seen* at an instant; the lab was *opened* and, if it still is so in
    the file, never closed in order. While it is closed time *passes* or does not.
    """

    offset: timedelta | None = None
    at: datetime | None = None
    factor: float = 1.0
    skew: timedelta = SKEW
    seen: datetime | None = None
    opened: bool = False
    passes: bool = False

    def offset_when_closed(self, now: datetime) -> timedelta:
        """Return how far a clock that runs is from real time *now*, when the lab is opened.

        Unless time passes while the lab is closed it goes on where it was seen last; after a kill,
        where it had come to at the most before it would have been seen again.
        """
        if self.passes or self.seen is None:
            return self.offset or timedelta()
        unseen = timedelta(seconds=LOOK_AGAIN) if self.opened and self.factor == 1 else timedelta()
        return self.seen + unseen - now

    def time_when_closed(self, now: datetime) -> datetime:
        """Return what the clock shows at the real time *now* while nobody has the lab open."""
        return self.at if self.at is not None else now + self.offset_when_closed(now)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The record as whole numbers by name, as the file has them."""
        standing = self.at is not None
        place = self.at - _EPOCH if self.at is not None else self.offset or timedelta()
        return {
            "at" if standing else "offset": place.days * 86400 + place.seconds,
            "microseconds": place.microseconds,
            "factor-thousandths": round(self.factor * 1000),
            "skew": int(self.skew.total_seconds()),
            "opened": int(self.opened),
            "passes": int(self.passes),
            # rounded up: a clock does not go back
            **({} if self.seen is None else {"seen": -((_EPOCH - self.seen) // _SECOND)}),
        }


class ClockFile:
    """The file of a lab's clock; a damaged one is as good as none."""

    def __init__(self, files: FileOps, path: Path, real: Clock) -> None:
        """Keep the record at *path*; *real* time says whether an offset leads into the calendar."""
        self._files = files
        self._path = path
        self._real = real

    def read(self) -> ClockRecord:
        """Return the record; raises `StorageError` for one that cannot be read, it may be whole."""
        found = self._numbers()
        skew = found.get("skew", -1)
        thousandths = found.get("factor-thousandths", 1000)
        low, high = FACTORS
        return ClockRecord(
            offset=self._offset(found),
            at=_instant(found, "at") if not thousandths else None,
            factor=thousandths / 1000 if low <= thousandths / 1000 <= high else 1.0,
            skew=timedelta(seconds=skew) if 0 <= skew <= SKEW.total_seconds() else SKEW,
            seen=_instant(found, "seen"),
            opened=found.get("opened") == 1,
            passes=found.get("passes") == 1,
        )

    def write(self, record: ClockRecord, *, sync: bool = True) -> None:
        """Keep *record*, not over a power cut unless with *sync*; raises `StorageError`.

        On a full disk what is kept already is good enough.
        """
        content = json.dumps(record.numbers).encode("ascii")
        try:
            replace_file(self._files, self._path, content, shown=str(self._path), sync=sync)
        except StorageError:
            if not sync or self._numbers() != record.numbers:
                raise

    def _offset(self, found: Mapping[str, int]) -> timedelta | None:
        try:
            offset = timedelta(seconds=found["offset"], microseconds=found.get("microseconds", 0))
            self._real.now() + offset
        except (KeyError, OverflowError):  # no clock of ours has been there
            return None
        return offset

    def _numbers(self) -> dict[str, int]:
        try:
            found = json.loads(self._files.read(self._path, _MOST_OCTETS))
        except (FileNotFoundError, ValueError, RecursionError):
            return {}
        except OSError as error:
            raise StorageError(f"cannot read {self._path}: {error.strerror}") from None
        if not isinstance(found, dict):
            return {}
        return {name: value for name, value in found.items() if isinstance(value, int)}


def _instant(found: Mapping[str, int], name: str) -> datetime | None:
    try:
        micros = found.get("microseconds", 0) if name == "at" else 0
        return _EPOCH + timedelta(seconds=found[name], microseconds=micros)
    except (KeyError, OverflowError):
        return None
