"""What a trainee has done in a lesson: hints, answers, resets; it outlives the process.

It is a file that who owns the machine can write: `srpki lab grade` says what it does not believe.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from srpki.core.errors import CorruptError, StorageError
from srpki.core.record import Record
from srpki.storage.files import OsFiles, replace_file

PROGRESS: Final = "progress.json"
MOST_OCTETS: Final = 1 << 20
LONGEST_ANSWER: Final = 500
MOST_TRIES: Final = 1000


class Answer(Record):
    """The last answer to a question: its *text*, whether it is *correct*, after so many *tries*."""

    text: str
    correct: bool
    tries: int


class Progress(Record):
    """Who takes which *lab* with which parameters, since which real time, and how far he is.

    *marks* are a sign for each check and question as of the last check: ``o`` holds, ``x`` fails,
    ``.`` is open.
    """

    lab: str
    student: str
    seed: str
    parameters: Mapping[str, str]
    started: datetime
    hints: tuple[int, ...] = ()
    answers: Mapping[int, Answer] = {}
    shown: bool = False
    resets: int = 0
    done: bool = False
    points: int = 0
    marks: str = ""

    def plain(self) -> dict[str, object]:
        """Return it as JSON has it."""
        return {
            **self._held(),
            "started": self.started.isoformat(),
            "hints": list(self.hints),
            "parameters": dict(self.parameters),
            "answers": {str(number): one._held() for number, one in self.answers.items()},
        }


def read(place: Path) -> Progress:
    """Return the progress in the directory *place*; raises `StorageError`, `CorruptError`."""
    path = place / PROGRESS
    try:
        found = json.loads(OsFiles(place).read(path, MOST_OCTETS))
        return _from(found)
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise CorruptError(f"{path} is damaged", hint="start the lab again") from None


def write(place: Path, progress: Progress) -> None:
    """Keep *progress* in the directory *place*; raises `StorageError`."""
    path = place / PROGRESS
    content = json.dumps(progress.plain(), indent=1).encode()
    replace_file(OsFiles(place), path, content, shown=str(path))


def _from(found: Mapping[str, Any]) -> Progress:
    return Progress(
        lab=str(found["lab"]),
        student=str(found["student"]),
        seed=str(found["seed"]),
        parameters={str(name): str(value) for name, value in found["parameters"].items()},
        started=datetime.fromisoformat(found["started"]).astimezone(UTC),
        hints=tuple(sorted({int(one) for one in found["hints"]})),
        answers={int(number): _answer(one) for number, one in found["answers"].items()},
        shown=bool(found["shown"]),
        resets=int(found["resets"]),
        done=bool(found["done"]),
        points=int(found["points"]),
        marks=str(found.get("marks", ""))[:400],
    )


def _answer(found: Mapping[str, Any]) -> Answer:
    return Answer(str(found["text"]), bool(found["correct"]), int(found["tries"]))
