"""What has happened on a node since a session began: events by number, certificates renewed."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Final

from srpki.core.errors import StorageError
from srpki.core.values import NamedTuple

if TYPE_CHECKING:
    from srpki.core.events import Event
    from srpki.keystore.store import Keystore

_NAMING: Final = ("certificate", "file")
"""The fields of events that name a certificate file."""


class Mark(NamedTuple):
    """A moment: how often each event had happened, which files there were and how often changed."""

    events: Mapping[tuple[int, str], int]
    files: AbstractSet[str]
    changes: Mapping[str, int]


class Happenings:
    """Counts what happens on one node from its start on; safe between threads."""

    def __init__(self, keystore: Keystore) -> None:
        """Count the changes of *keystore*, and the events that `happened` is given."""
        self._keystore = keystore
        self._lock = threading.Lock()
        self._events: Counter[tuple[int, str]] = Counter()

    def happened(self, event: Event) -> None:
        """Count *event*, once and once more for each file that it names."""
        named = {str(event.fields[field]) for field in _NAMING if field in event.fields}
        with self._lock:
            for name in {"", *named}:
                self._events[event.type.number, name] += 1

    def mark(self) -> Mark:
        """Return the present moment."""
        try:
            files = frozenset(self._keystore.names())
        except StorageError:
            files = frozenset()
        with self._lock:
            return Mark(dict(self._events), files, dict(self._keystore.changes))

    def seen(self, mark: Mark, number: int, file: str = "") -> bool:
        """Say whether event *number*, about *file* if named, has happened since *mark*."""
        with self._lock:
            return self._events[number, file] > mark.events.get((number, file), 0)

    def renewed(self, mark: Mark, file: str) -> bool:
        """Say whether another certificate has taken the place of the one in *file* since *mark*.

        A certificate that was not there yet must come and then be replaced.
        """
        changes = self._keystore.changes.get(file, 0) - mark.changes.get(file, 0)
        return changes > (0 if file in mark.files else 1)
