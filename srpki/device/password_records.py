"""When each password of a user was set, and those before it: for their age and their history.

They are kept beside the configuration, as routers do, which says nothing of either.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.config.passwords import passwords_of, same_users
from srpki.core.values import NamedTuple
from srpki.storage.lines import Fields, LineFile

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.core.clock import Clock
    from srpki.storage.files import OsFiles

MOST: Final = 20
"""Most earlier passwords of a user that are remembered [``history-size``]."""
_MAX_OCTETS: Final = 1 << 22


class PasswordRecord(NamedTuple):
    """The hash of a *password*, *since* when it is in force, and the *earlier* ones, last first."""

    password: str
    since: datetime
    earlier: tuple[str, ...] = ()

    def followed_by(self, password: str, now: datetime) -> PasswordRecord:
        """Return the record of the *password* that is set *now* after this one."""
        return PasswordRecord(password, now, (self.password, *self.earlier)[:MOST])


class PasswordRecords:
    """A participant of every commit that refuses nothing and notes which passwords it sets.

    A disk that refuses what is noted does not stop a commit: it is in memory then.
    """

    def __init__(
        self,
        running: Branch,
        clock: Clock,
        path: Path | None = None,
        files: OsFiles | None = None,
    ) -> None:
        """Begin with the passwords in *running*, and with what *path* among *files* has of them.

        One that is not known there is taken to be set now.
        """
        self._clock = clock
        self._file = None if path is None or files is None else LineFile(path, files)
        self._records: dict[str, PasswordRecord] = {}
        self._load()
        self._take(passwords_of(running))

    def of(self, user: str) -> PasswordRecord | None:
        """Return the record of the password of *user*, who may have none."""
        return self._records.get(user)

    def clear(self, user: str | None = None) -> None:
        """Forget the earlier passwords of *user*, or of everybody."""
        for name, record in self._records.items():
            if user in (None, name):
                self._records[name] = record._replace(earlier=())
        self._keep()

    # --- as a participant of commits ---

    def prepare(self, old: Branch, new: Branch) -> None:
        """Refuse nothing."""

    def apply(self, old: Branch, new: Branch) -> None:
        """Note the passwords that *new* sets."""
        if same_users(old, new):
            return
        before, after = passwords_of(old), passwords_of(new)
        if before != after:
            self._take(after)

    def abort(self) -> None:
        """Forget nothing: nothing was prepared."""

    def _take(self, passwords: Mapping[str, str]) -> None:
        now, former = self._clock.now(), self._records
        self._records = {}
        for user, password in passwords.items():
            record = former.get(user)
            if record is None:
                record = PasswordRecord(password, now)
            elif record.password != password:
                record = record.followed_by(password, now)
            self._records[user] = record
        if self._records != former:
            self._keep()

    # --- the file ---

    def _load(self) -> None:
        if self._file is None:
            return
        with suppress(OSError):
            for fields in self._file.read(_MAX_OCTETS):
                with suppress(ValueError, KeyError, TypeError, AttributeError):
                    self._records.update([_decoded(fields or {})])

    def _keep(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                lines = [_encoded(user, record) for user, record in self._records.items()]
                self._file.rewrite(lines, sync=True)


def _encoded(user: str, record: PasswordRecord) -> Fields:
    return {
        "user": user,
        "password": record.password,
        "since": record.since.isoformat(),
        "earlier": list(record.earlier),
    }


def _decoded(fields: Fields) -> tuple[str, PasswordRecord]:
    since = datetime.fromisoformat(fields["since"])
    if since.tzinfo is None:
        raise ValueError("an instant without a zone")
    earlier = tuple(map(str, fields["earlier"]))[:MOST]
    return str(fields["user"]), PasswordRecord(str(fields["password"]), since, earlier)
