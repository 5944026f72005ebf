"""What is remembered of each entry through a restart: one small JSON file an entry.

Each file is written beside its place, synced and renamed (mode 0600), so that a crash leaves the
old or the new record. A damaged file costs what it said and nothing else.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal, get_args

from srpki.core.errors import StorageError

UpdateState = Literal["invalid", "scheduled", "in-progress", "wait-for-retry"]
MAX_RECORD: Final = 1 << 16
"""Octets of one record; ours are a few hundred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryState:
    """The state of one ``certificate-auto-update`` entry, in YANG's words; times are UTC.

    *reason* says why the entry is invalid or what failed last. *step* is the step that runs, or
    the one that a retry begins with. *fingerprint* names the certificate that the schedule was
    made for; during step 3 it is the new one, so that a restart can tell whether the swap took
    place. *pending_reload* is a step 4 still owed to the applications.
    """

    update_state: UpdateState = "invalid"
    reason: str = ""
    last_update_start_time: datetime | None = None
    last_update_end_time: datetime | None = None
    next_update_time: datetime | None = None
    step: int = 0
    pending_reload: bool = False
    fingerprint: str = ""
    held_until: datetime | None = None

    def but(self, **changes: Any) -> EntryState:
        """Return this state with *changes*."""
        return replace(self, **changes)


def to_json(state: EntryState) -> dict[str, object]:
    """Return *state* as JSON values, times in RFC 3339."""
    values = {item.name: getattr(state, item.name) for item in fields(state)}
    return {
        name: rfc3339(value) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def from_json(record: Mapping[str, object]) -> EntryState:
    """Return the state that *record* holds; raises `ValueError` when it holds none."""
    given: dict[str, Any] = {
        item.name: record[item.name] for item in fields(EntryState) if item.name in record
    }
    for name, value in given.items():
        wanted = type(getattr(EntryState(), name))
        if name.endswith(("_time", "_until")):
            given[name] = instant(value)
        elif type(value) is not wanted:
            raise ValueError(f"{name} is not a {wanted.__name__}")
    if given.get("update_state") not in get_args(UpdateState):
        raise ValueError("update_state is unknown")
    return EntryState(**given)


def rfc3339(moment: datetime) -> str:
    """Return *moment* as RFC 3339 in UTC, to the microsecond where it has any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def instant(text: object) -> datetime | None:
    """Return the instant that *text* spells, None for None; raises `ValueError` otherwise."""
    if text is None:
        return None
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError("a time without zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time beyond the calendar") from None


class Records:
    """A directory of JSON records by name; the name is inside, the file is its hash."""

    def __init__(self, directory: Path) -> None:
        """Keep the records in *directory*, which is made by the first `save`."""
        self._directory = directory

    def load(self) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
        """Return the records by name, and what is wrong with the damaged ones, by file name.

        A damaged file is moved aside (``.damaged``), so that it is reported once.
        """
        found: dict[str, dict[str, Any]] = {}
        damaged: dict[str, str] = {}
        try:
            paths = sorted(self._directory.glob("*.json"))
        except OSError as error:
            return found, {self._directory.name: error.strerror or "unreadable"}
        for path in paths:
            try:
                record = _read(path)
            except (OSError, ValueError, RecursionError) as error:
                damaged[path.name] = str(error)
                with suppress(OSError):
                    path.replace(path.with_suffix(".damaged"))
            else:
                found[record["name"]] = record
        return found, damaged

    def save(self, name: str, record: Mapping[str, object], *, sync: bool = True) -> None:
        """Put *record* in the place of what was kept under *name*; raises `StorageError`.

        Without *sync* it survives the end of the process, but perhaps not a power cut.
        """
        path = self._path(name)
        content = json.dumps({"name": name, **record}, separators=(",", ":")).encode()
        try:
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write(path, content, sync=sync)
        except OSError as error:
            raise StorageError(f'write the state of "{name}": {error.strerror}') from None

    def drop(self, name: str) -> None:
        """Forget what is kept under *name*, if anything; raises `StorageError`."""
        try:
            self._path(name).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(f'remove the state of "{name}": {error.strerror}') from None

    def _path(self, name: str) -> Path:
        # A hash: names may hold any character, and be longer than a file's name once quoted.
        import hashlib  # noqa: PLC0415 - start-up time

        return self._directory / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as stream:
        content = stream.read(MAX_RECORD + 1)
    if len(content) > MAX_RECORD:
        raise ValueError("too long for a record")
    record = json.loads(content)
    if not isinstance(record, dict) or not isinstance(record.get("name"), str):
        raise ValueError("not a record")  # noqa: TRY004 - one kind of damage for the caller
    return record


def _write(path: Path, content: bytes, *, sync: bool) -> None:
    fresh = path.with_suffix(".new")
    with suppress(FileNotFoundError):
        fresh.unlink()
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with os.fdopen(os.open(fresh, flags, 0o600), "wb") as stream:
        stream.write(content)
        if sync:
            stream.flush()
            os.fsync(stream.fileno())
    fresh.replace(path)
