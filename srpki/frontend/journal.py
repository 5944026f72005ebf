"""The journal of a lab: what was typed at its node and what was answered, a JSON line each.

It is for replaying a lesson and for judging one. Each line vouches for those before it
(`srpki.storage.chained`). Secrets are masked: in commands as the history
does it, in outputs those of the lab's CAs. Whoever can write the lab's files can write the journal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from srpki.storage.chained import ChainedFile

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.core.typed import Typed
    from srpki.storage.files import OsFiles

JOURNAL: Final = "journal"
MOST_OCTETS: Final = 16 << 20
"""Octets of the file; a full one becomes ``journal.1``, and the one before it is gone."""
LONGEST_OUTPUT: Final = 8000
"""Characters of an output that are kept: at six octets each they fit into a line."""
LONGEST_COMMAND: Final = 2600
_MASK: Final = "********"


class Journal:
    """Takes one line a command; safe between threads. It never keeps a command from running."""

    def __init__(
        self,
        directory: Path,
        files: OsFiles,
        real: Clock,
        lab: Clock,
        secrets: Callable[[], Iterable[str]],
    ) -> None:
        """Write below *directory*, with the times of *real* and of *lab*; mask *secrets*."""
        self._file = ChainedFile(directory / JOURNAL, files, MOST_OCTETS)
        self._real, self._lab = real, lab
        self._secrets = secrets
        self._lock = threading.Lock()
        self._lost = 0

    def record(self, typed: Typed) -> None:
        """Note what was *typed* and what became of it.

        What cannot be written is counted, and told of in the next line.
        """
        output = self._masked(typed.output)
        fields = {
            "time": self._real.now().isoformat(timespec="milliseconds"),
            "lab-time": self._lab.now().isoformat(timespec="milliseconds"),
            "session": typed.session,
            "user": typed.user,
            "kind": typed.kind,
            "address": typed.address,
            "mode": typed.mode,
            "prompt": typed.prompt,
            "command": typed.command[:LONGEST_COMMAND],
            "output": output[:LONGEST_OUTPUT],
            "ok": typed.ok,
            "seconds": round(typed.seconds, 3),
            **({"cut": True} if len(output) > LONGEST_OUTPUT else {}),
        }
        with self._lock:
            lost = {"lost": self._lost} if self._lost else {}
            try:
                self._file.append({**fields, **lost})
                self._lost = 0
            except OSError:
                self._lost += 1

    def _masked(self, text: str) -> str:
        for secret in self._secrets():
            text = text.replace(secret, _MASK)
        return text
