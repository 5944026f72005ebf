"""One lesson on one node: its task, checks, hints and questions, and how far its trainee is."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from srpki.core.errors import NotFoundError, RefusedError, SrpkiError, StorageError
from srpki.device.records.lesson import (
    LabAnswered,
    LabChecked,
    LabHint,
    LabQuestion,
    LabSolution,
    LabTask,
    LabVerdict,
)
from srpki.storage.files import OsFiles
from srpki.training import beginning, history, labfile, progress
from srpki.training.evaluation import holds
from srpki.training.language.tree import Later, ahead
from srpki.training.parameters import draw, filled
from srpki.training.progress import LONGEST_ANSWER, MOST_TRIES, Answer
from srpki.training.sight.seen import Answered, Sight

if TYPE_CHECKING:
    from srpki.core.clock import Clock
    from srpki.device.node import Node
    from srpki.training.labfile import LabFile
    from srpki.training.progress import Progress

DIRECTORY: Final = "training"
LAB_FILE: Final = "lab.toml"
SIGNS: Final = {True: "o", False: "x", None: "."}
MOST_LOOKS: Final = 12
"""Most durations that the checks of one lab look ahead."""


class Copy(Protocol):
    """An isolated copy of a node, whose clock can be moved."""

    @property
    def node(self) -> Node:
        """The node of the copy."""
        ...

    @property
    def place(self) -> Path:
        """Its directory."""
        ...

    def move(self, target: datetime, cancel: threading.Event) -> bool:
        """Move its clock; False where *cancel* came first."""
        ...


Looked = tuple[frozenset[Later], "Copy | None"]


class Copies(Protocol):
    """What a lesson asks of the program around it."""

    def look(
        self, node: Node, cancel: threading.Event, look: Callable[[], frozenset[Later]]
    ) -> AbstractContextManager[Looked]:
        """Call *look* while nothing happens on *node*; give what it wants to see of later.

        Where it wants anything, there is an isolated copy inside the block of what *node* was then.
        """
        ...

    def ports(self) -> Mapping[str, frozenset[int]]:
        """Return the ports of each CA of the lab, present and past."""
        ...


class Lesson:
    """The lesson of the node in one directory; see `srpki.device.lab.Lesson`.

    Safe between threads. Raises `LabFileError`, `StorageError` and `CorruptError`.
    """

    def __init__(self, place: Path, real: Clock, copies: Copies) -> None:
        """Take up the lesson of the node in *place*; progress is dated by *real* time."""
        self._node_place = place
        self.place = place / DIRECTORY
        self._files = OsFiles(place)
        self._real = real
        self._copies = copies
        self._lock = threading.Lock()
        try:
            content = self._files.read(self.place / LAB_FILE, labfile.MAX_OCTETS)
        except OSError as error:
            raise StorageError(f"cannot read {self.place / LAB_FILE}: {error.strerror}") from None
        self.file: LabFile = labfile.load(content, LAB_FILE)
        self.progress: Progress = progress.read(self.place)

    def judged_by(self, file: LabFile) -> None:
        """Be judged by *file*: parameters are drawn and answers are judged anew."""
        drawn = draw(file.parameters, file.name, self.progress.seed)
        self.file = file
        given = self.progress.answers
        self.progress = self.progress.but(parameters=drawn, answers={}, points=0, done=False)
        for number, one in sorted(given.items()):
            with suppress(SrpkiError):
                self.answer(number, one.text)
                tried = self.progress.answers[number].but(tries=one.tries)
                self._note(answers={**self.progress.answers, number: tried})

    def put_in(self, text: str) -> str:
        """Return *text* with the parameters of this trainee."""
        return filled(text, self.progress.parameters, LAB_FILE)

    # --- what a trainee asks ---------------------------------------------------------------------

    def task(self) -> LabTask:
        """Return what is to be done."""
        file = self.file
        return LabTask(
            lab=file.name,
            title=self.put_in(file.title),
            level=file.level,
            minutes=file.minutes,
            task=self.put_in(file.task).strip("\n"),
            footer=tuple(map(self.put_in, file.decided)),
            questions=self._questions(),
            hints=len(file.hints),
            taken=len(self.progress.hints),
            points=file.points,
        )

    def _questions(self) -> tuple[LabQuestion, ...]:
        answers = self.progress.answers
        return tuple(
            LabQuestion(
                number=number,
                ask=self.put_in(one.ask).strip(),
                points=one.points,
                correct=answers[number].correct if number in answers else None,
            )
            for number, one in enumerate(self.file.questions, 1)
        )

    def hint(self, number: int | None) -> LabHint:
        """Return hint *number*, else the next one, and note that it was taken."""
        with self._lock:
            hints, taken = self.file.hints, self.progress.hints
            if number is None:
                rest = [one for one in range(1, len(hints) + 1) if one not in taken]
                if not rest:
                    raise NotFoundError("there is no other hint", hint="lab hint 1 shows the first")
                number = rest[0]
            if not 1 <= number <= len(hints):
                raise NotFoundError(f"there is no hint {number}", hint=f"1 to {len(hints)}")
            self._note(hints=tuple(sorted({*taken, number})))
            one = hints[number - 1]
            left = len(hints) - len(self.progress.hints)
            return LabHint(number, self.put_in(one.text).strip(), one.cost, left)

    def answer(self, number: int, text: str) -> LabAnswered:
        """Return whether *text* answers question *number*, and note it."""
        with self._lock:
            questions = self.file.questions
            if not 1 <= number <= len(questions):
                count = len(questions)
                hint = f"1 to {count}" if count else "this lab has none"
                raise NotFoundError(f"there is no question {number}", hint=hint)
            before = self.progress.answers.get(number)
            tries = 1 if before is None else before.tries + 1
            if tries > MOST_TRIES:
                raise RefusedError(f"question {number} was answered {MOST_TRIES} times")
            question = questions[number - 1]
            accepted = {_plain(self.put_in(one)) for one in question.accept}
            correct = _plain(text) in accepted
            given = Answer(text[:LONGEST_ANSWER], correct, tries)
            self._note(answers={**self.progress.answers, number: given})
            explain = self.put_in(question.explain).strip() if correct else ""
            return LabAnswered(number, correct, explain, tries)

    def solve(self) -> LabSolution:
        """Return the solution, and note that it was shown."""
        with self._lock:
            self._note(shown=True)
        given = self.file.solution
        return LabSolution(
            md=self.put_in(given.md).strip("\n"),
            classic=self.put_in(given.classic).strip("\n"),
            answers=tuple(self.put_in(one.accept[0]) for one in self.file.questions),
        )

    def _note(self, **changes: object) -> None:
        """Keep *changes* of the progress; the lock is held."""
        made = self.progress.but(**changes)
        progress.write(self.place, made)
        self.progress = made

    # --- checks ----------------------------------------------------------------------------------

    def check(self, node: Node, cancel: threading.Event) -> LabChecked:
        """Return what holds on *node* at this moment, and what will hold on a copy of it.

        No copy is made where what is later decides nothing.
        """
        expressions = labfile.expressions(self.file, self.progress.parameters)
        looks = {one for each in expressions for one in ahead(each)}
        if len({one.duration for one in looks}) > MOST_LOOKS:
            raise RefusedError(f"the checks look ahead more than {MOST_LOOKS} times")
        seen: list[Sight] = []

        def look() -> frozenset[Later]:
            sight = self._sight(node, self._node_place)
            seen.append(sight)
            verdicts.extend(holds(one, sight, {}) for one in expressions)
            pairs = zip(expressions, verdicts, strict=True)
            return frozenset().union(*(ahead(one) for one, held in pairs if held is None))

        verdicts: list[bool | None] = []
        with self._copies.look(node, cancel, look) as (wanted, copy):
            known = {} if copy is None else self._ahead(copy, wanted, cancel)
        sight = seen[0]
        judged = [
            holds(one, sight, known) if held is None else held
            for one, held in zip(expressions, verdicts, strict=True)
        ]
        return self._checked(judged, sight)

    def _ahead(
        self, copy: Copy, looks: frozenset[Later], cancel: threading.Event
    ) -> dict[Later, bool]:
        """Return what holds of *looks* on *copy*, which is moved from one to the next."""
        begun = copy.node.clock.now()
        known: dict[Later, bool] = {}
        for duration in sorted({one.duration for one in looks}):
            if not copy.move(begun + duration, cancel):
                break
            sight = self._sight(copy.node, copy.place)
            for one in looks:
                if one.duration == duration:
                    known[one] = bool(holds(one.inner, sight, {}))
        return known

    def _sight(self, node: Node, place: Path) -> Sight:
        initial = beginning.read(node, self.place)
        return Sight(
            node=node,
            initial=initial,
            history=history.read(place, OsFiles(place), initial.real),
            real=self._real.now(),
            answers={
                number: Answered(one.correct, one.tries)
                for number, one in self.progress.answers.items()
            },
            ports=self._copies.ports(),
        )

    def _checked(self, verdicts: list[bool | None], sight: Sight) -> LabChecked:
        checks = tuple(
            LabVerdict(
                number=number,
                title=self.put_in(one.title),
                holds=held,
                points=one.points,
                says="" if held else self.put_in(one.fail).strip(),
            )
            for number, (one, held) in enumerate(zip(self.file.checks, verdicts, strict=True), 1)
        )
        questions = self._questions()
        taken = self.progress.hints
        hints = self.file.hints
        cost = sum(hints[one - 1].cost for one in taken if 1 <= one <= len(hints))
        guards = {number for number, one in enumerate(self.file.checks, 1) if one.guard}
        begun = any(one.holds for one in checks if one.number not in guards)
        earned = sum(
            one.points for one in checks if one.holds and (begun or one.number not in guards)
        )
        earned += sum(one.points for one in questions if one.correct)
        done = all(one.holds for one in checks) and all(one.correct for one in questions)
        points = max(0, earned - cost)
        checked = LabChecked(
            lab=self.file.name,
            student=self.progress.student,
            lab_time=sight.now,
            elapsed=sight.elapsed,
            checks=checks,
            questions=questions,
            hints=len(taken),
            cost=cost,
            points=points,
            possible=self.file.points,
            commands=sum(1 for _ in sight.history.typed()),
            shown=self.progress.shown,
            done=done,
        )
        self.judged(checked)
        return checked

    def judged(self, checked: LabChecked) -> None:
        """Note what came of a check."""
        held = [one.holds for one in checked.checks] + [one.correct for one in checked.questions]
        marks = "".join(SIGNS[one] for one in held)
        now = {"done": checked.done, "points": checked.points, "marks": marks}
        with self._lock:
            if any(getattr(self.progress, name) != value for name, value in now.items()):
                self._note(**now)


def _plain(text: str) -> str:
    """Return an answer without what does not matter: case, and blanks around and in a row."""
    return " ".join(text.split()).casefold().strip(".\"'")
