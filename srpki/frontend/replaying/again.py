"""Runs a journal once more, on a copy of the node it began with, and compares.

The copy is cut off: its own lab CAs, its own clock, which stands and is moved to the lab time of
each line. Secrets were not kept; where a command needs one of the lab's CAs it is that of the copy.
"""

from __future__ import annotations

import difflib
import re
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.cli.session import Session
from srpki.core.errors import SrpkiError, UsageError
from srpki.core.plain import plain
from srpki.frontend import modes
from srpki.frontend.isolated import copied, opened_apart
from srpki.frontend.journal import LONGEST_OUTPUT
from srpki.frontend.profiles import configure_lab_profiles
from srpki.frontend.replaying.masks import alike
from srpki.frontend.variables import check_names, filled, lab_variables
from srpki.storage.lock import NodeLock

if TYPE_CHECKING:
    from srpki.cli.engines import Dialect
    from srpki.cli.port import Answer
    from srpki.frontend.isolated import Copy
    from srpki.frontend.replaying.entries import Entry

MASK: Final = "********"
PATIENCE: Final = 0.5
"""Seconds after which a command that has not ended is taken to wait for time to pass."""
LONGEST: Final = 120.0
"""Seconds that a command may take."""
MOST_SESSIONS: Final = 64
_MOVES: Final = re.compile(r"^/?(lab clock|admin set)\b")
_REFERENCE: Final = re.compile(r"(?<=\breference )\S+")
_NOT_AGAIN: Final = re.compile(
    r"^/?(logout|quit$|admin (disconnect|reboot)|sleep|wait\b"
    r"|lab (check|hint|answer|task|lock|unlock|messages))\b"
)
"""What ends a session, waits for time to pass, or belongs to a lesson or to its lock."""


class Difference(NamedTuple):
    """What has come out otherwise: the *number* of the line, its *command*, and how it differs."""

    number: int
    command: str
    lines: tuple[str, ...]


class Outcome(NamedTuple):
    """How a journal went again: so many were *run*, those *skipped*, and what differs."""

    run: int
    skipped: tuple[int, ...]
    differences: tuple[Difference, ...]


def again(entries: Sequence[Entry], initial: Path | None) -> Outcome:
    """Run *entries* once more on a copy of the node *initial*, or on a new one, and compare.

    Raises what opening the copy raises.
    """
    skipped: list[int] = []
    differences: list[Difference] = []
    with _beginning(entries, initial) as copy:
        sessions = Sessions(copy)
        for number, entry in enumerate(entries, 1):
            found = sessions.run(entry)
            if found is None:
                skipped.append(number)
            elif found:
                differences.append(Difference(number, entry.command, found))
        sessions.close()
    return Outcome(len(entries) - len(skipped), tuple(skipped), tuple(differences))


@contextmanager
def _beginning(entries: Sequence[Entry], initial: Path | None) -> Iterator[Copy]:
    """Run what *entries* were typed at inside the block."""
    with tempfile.TemporaryDirectory(prefix="srpki-") as directory:
        place = Path(directory) / "node"
        began = None  # where the clock was left
        if initial is None:
            first = entries[0]
            # A lab that is new has real time, whatever its first line makes of it.
            at = first.ended if _MOVES.match(first.command.strip()) else first.at
            began = at - timedelta(seconds=first.seconds)
            place.mkdir(mode=0o700)
            classic = any(entry.mode == "classic" for entry in entries)
            modes.prepare(place, "mixed" if classic else None)
        else:
            with NodeLock(initial / "state" / "lock"):
                copied(initial, place)
        with opened_apart(place, began) as copy:
            if initial is None:
                configure_lab_profiles(copy.node, copy.lab.server, copy.lab.certificates())
            yield copy


class Sessions:
    """The sessions of a journal on a copy, each begun with its first line."""

    def __init__(self, copy: Copy) -> None:
        self._copy = copy
        facts = plain(copy.lab.describe())
        assert isinstance(facts, dict)
        self._facts: dict[str, object] = facts
        self._sessions: dict[int, Session] = {}

    def close(self) -> None:
        """End them."""
        for session in self._sessions.values():
            session.close()

    def run(self, entry: Entry) -> tuple[str, ...] | None:
        """Run *entry*; return how its answer differs, None where it cannot be run."""
        command = self._with_secrets(entry.command)
        if command is None or _NOT_AGAIN.match(entry.command.strip()):
            return None
        moves = _MOVES.match(entry.command.strip()) is not None
        if not moves:
            self._move(entry.at - timedelta(seconds=entry.seconds))
        session = self._of(entry)
        if session is None:
            return None
        answer = self._answer(session, command, entry, moves=moves)
        if answer is None:
            return ("it does not end",)
        return self._difference(entry, answer)

    def _move(self, at: datetime) -> None:
        with suppress(SrpkiError):
            if at > self._copy.node.clock.now():
                self._copy.move(at)

    def _answer(
        self, session: Session, command: str, entry: Entry, *, moves: bool
    ) -> Answer | None:
        """Return what *session* answers; while it waits the clock goes on to where it has ended."""
        found: list[Answer] = []

        def feed() -> None:
            with suppress(SrpkiError):
                found.append(session.feed(command))

        thread = threading.Thread(target=feed, name="replayed", daemon=True)
        thread.start()
        thread.join(PATIENCE)
        if thread.is_alive() and not moves:
            self._move(entry.at)
        thread.join(LONGEST)
        if thread.is_alive():
            session.interrupt()
            thread.join(LONGEST)
        return found[0] if found else None

    def _of(self, entry: Entry) -> Session | None:
        session = self._sessions.get(entry.session)
        if session is None or session.gone:
            if len(self._sessions) >= MOST_SESSIONS:
                return None
            mode: Dialect = "classic" if entry.mode == "classic" else "md"
            session = Session(self._copy.router, mode, entry.user)
            self._sessions[entry.session] = session
        return session

    def _with_secrets(self, command: str) -> str | None:
        """Return *command* with the secrets of the copy's CA, None where it needs another one.

        What a script had in the place of a variable is not in the journal, but its name.
        """
        if "${" in command:
            known = lab_variables(self._facts)
            try:
                check_names([(1, command)], known.keys(), "the journal")
            except UsageError:
                return None
            return filled(1, command, known).typed
        if MASK not in command:
            return command
        server = self._copy.lab.server
        if "initial-registration" in command:
            named = _REFERENCE.sub(lambda _: server.reference, command)
            return named.replace(MASK, server.secret)
        if "http-authentication" in command:
            return command.replace(MASK, server.est_password)
        return None

    def _difference(self, entry: Entry, answer: Answer) -> tuple[str, ...]:
        """Return how *answer* differs from that of *entry*, ``-`` for what is missing now."""
        server, text = self._copy.lab.server, answer.text
        for secret in (server.secret, server.est_password):
            text = text.replace(secret, MASK)
        found = [] if answer.ok == entry.ok else ["it " + ("succeeds" if answer.ok else "fails")]
        was, now = alike(entry.output), alike(text[:LONGEST_OUTPUT] if entry.cut else text)
        if was != now:
            found += [line for line in difflib.ndiff(was, now) if line[:1] in "+-"]
        return tuple(found)
