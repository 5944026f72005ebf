"""Runs a journal again on a copy of what its node was, so that two ends can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import SrpkiError
from srpki.frontend.console import console
from srpki.frontend.training.starting import settle
from srpki.storage.files import OsFiles
from srpki.storage.lines import LineFile

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.cli.session import Session
    from srpki.frontend.isolated import Copy

MOST_LINES: Final = 5000
"""Lines of a journal that are run again."""
MOST_SESSIONS: Final = 64
_MASK: Final = "********"
_OWN: Final = (
    "lab check",
    "lab hint",
    "lab answer",
    "lab task",
    "lab unlock",
    "lab lock",
    "lab tls",
)
_MOST_OCTETS: Final = 1 << 25


class Replayed:
    """What became of a journal: lines that *ran*, that were *masked*, that ended *otherwise*."""

    def __init__(self) -> None:
        self.ran = 0
        self.masked = 0
        self.otherwise = 0
        self.whole = True


def replay(place: Path, copy: Copy) -> Replayed:
    """Run the journal of the node in *place* on *copy*, each line at its lab time.

    A line that holds a secret cannot be run: it was masked. What a line raises ends nothing.
    """
    found = Replayed()
    with ExitStack() as stack:
        sessions: dict[object, Session] = {}
        for count, line in enumerate(_lines(place)):
            if count >= MOST_LINES:
                found.whole = False
                break
            command = str(line.get("command", ""))
            if not command.strip() or command.strip().lstrip("/").startswith(_OWN):
                continue
            if _MASK in command:
                found.masked += 1
                continue
            session = _session(sessions, stack, copy, line)
            if session is None:
                found.whole = False
                continue
            with suppress(SrpkiError, ValueError, TypeError):
                at = datetime.fromisoformat(str(line["lab-time"])).astimezone(UTC)
                if not line.get("moved") and at > copy.lab.clock.now() and _passes(line):
                    copy.move(at)
            answer = session.feed(command)
            found.ran += 1
            found.otherwise += answer.ok != bool(line.get("ok"))
            with suppress(SrpkiError):
                settle(session)
    return found


def _passes(line: Mapping[str, Any]) -> bool:
    """Say whether time has passed by itself until *line*: a line that moves the clock does that."""
    return not str(line.get("command", "")).lstrip("/").startswith(("lab clock", "admin set"))


def _lines(place: Path) -> Iterator[Mapping[str, Any]]:
    files = OsFiles(place)
    for name in ("journal.1", "journal"):
        with suppress(OSError):
            for line in LineFile(place / "lab-ca" / name, files).read(_MOST_OCTETS):
                if line is not None:
                    yield line


def _session(
    sessions: dict[object, Session], stack: ExitStack, copy: Copy, line: Mapping[str, Any]
) -> Session | None:
    """Return the session that *line* was typed in, begun where it is not there yet."""
    key = (str(line.get("session")), str(line.get("user")))
    if key not in sessions or sessions[key].gone:
        if len(sessions) >= MOST_SESSIONS:
            return None
        try:
            session = console(copy.router, "classic" if line.get("mode") == "classic" else "md")
        except SrpkiError:
            return None
        sessions[key] = stack.enter_context(closing(session))
    return sessions[key]
