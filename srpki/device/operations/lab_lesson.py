"""The commands of a lesson: its task, checks, hints and questions; not SR OS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.lab_ca import laboratory_of

if TYPE_CHECKING:
    from srpki.device.lab import Lesson


def _lesson(call: Call) -> Lesson:
    found = laboratory_of(call.node).lesson
    if found is None:
        raise NotFoundError("the node belongs to no lesson", hint="srpki lab start makes one")
    return found


def task(call: Call) -> Outcome:
    """Show what is to be done."""
    return Outcome(data=_lesson(call).task())


def check(call: Call) -> Outcome:
    """Show what holds."""
    return Outcome(data=_lesson(call).check(call.node, call.cancel))


def hint(call: Call) -> Outcome:
    """Show a hint."""
    return Outcome(data=_lesson(call).hint(call.number("number") or None))


def answer(call: Call) -> Outcome:
    """Answer a question."""
    return Outcome(data=_lesson(call).answer(call.number("question"), call.text("text")))


OPERATIONS: dict[str, Operation] = {
    "lab.answer": answer,
    "lab.check": check,
    "lab.hint": hint,
    "lab.task": task,
}
