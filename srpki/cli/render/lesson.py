"""Lays out what the commands of a lesson find."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import wrap
from typing import Any, Final

from srpki.cli.render.layout import Layout, said
from srpki.device.records.lesson import (
    LabAnswered,
    LabChecked,
    LabHint,
    LabQuestion,
    LabTask,
    LabVerdict,
)

_MARKS: Final = {True: "ok", False: "no", None: "??"}
_UNJUDGED: Final = "cannot be judged now"


def folded(text: str, indent: str = "") -> list[str]:
    """Return *text* in lines of a screen, each paragraph filled anew.

    A line that is indented, or begins an item of a list, stands by itself.
    """
    found: list[str] = []
    filling: list[str] = []

    def end() -> None:
        if filling:
            joined = " ".join(filling)
            found.extend(
                wrap(
                    joined,
                    WIDTH,
                    initial_indent=indent,
                    subsequent_indent=indent,
                    break_on_hyphens=False,
                )
            )
            filling.clear()

    for line in text.strip("\n").split("\n"):
        apart = not line.strip() or line[:1].isspace() or line.startswith(("- ", "* ", "| "))
        if apart:
            end()
            found.append(f"{indent}{line}".rstrip())
        else:
            filling.append(line.strip())
    end()
    return found


WIDTH: Final = 79


def _task(data: LabTask) -> Layout:
    return said(*_task_lines(data))


def _task_lines(data: LabTask) -> Iterator[str]:
    head = f"{data.title} (level {data.level}, {data.minutes} minutes, {data.points} points)"
    yield from folded(head)
    yield ""
    yield from folded(data.task)
    if data.footer:
        yield ""
        yield "The emulator has decided here what no documentation says:"
        for remark in data.footer:
            yield from folded(remark, "  ")
    for one in data.questions:
        yield ""
        yield from _question(one)
    yield ""
    hints = f"Hints: {data.hints}, of which {data.taken} taken." if data.hints else "No hints."
    yield f"{hints} See lab check, lab hint, lab answer, lab task."


def _question(one: LabQuestion) -> Iterator[str]:
    yield from folded(f"Question {one.number}: {one.ask}")
    if one.correct is not None:
        yield "  answered right" if one.correct else "  answered wrong"


def _checked(data: LabChecked) -> Layout:
    return said(*_checked_lines(data))


def _checked_lines(data: LabChecked) -> Iterator[str]:
    for one in data.checks:
        yield from _verdict(one)
    for question in data.questions:
        mark = "--" if question.correct is None else _MARKS[question.correct]
        yield f"[{mark}] Question {question.number} ({question.points} points)"
    held = sum(bool(one.holds) for one in data.checks)
    yield ""
    yield f"{held} of {len(data.checks)} checks hold; {data.points} of {data.possible} points."
    if data.hints:
        yield f"Hints taken: {data.hints}, which cost {data.cost} points."
    if data.shown:
        yield "The solution was shown."
    if data.done:
        yield "The lab is done."


def _verdict(one: LabVerdict) -> Iterator[str]:
    title = f": {one.title}" if one.title else ""
    head = f"[{_MARKS[one.holds]}] Check {one.number}{title} ({one.points} points)"
    yield from wrap(head, WIDTH, subsequent_indent="     ", break_on_hyphens=False)
    says = _UNJUDGED if one.holds is None else one.says
    if not one.holds:
        yield from folded(says, "     ")


def _hint(data: LabHint) -> Layout:
    left = f"{data.left} left" if data.left else "none is left"
    return said(*folded(f"Hint {data.number}: {data.text}"), f"It cost {data.cost} points; {left}.")


def _answered(data: LabAnswered) -> Layout:
    word = "right" if data.correct else "not right"
    explained = folded(data.explain) if data.explain else []
    return said(f"The answer to question {data.number} is {word}.", *explained)


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {
    LabAnswered: _answered,
    LabChecked: _checked,
    LabHint: _hint,
    LabTask: _task,
}
