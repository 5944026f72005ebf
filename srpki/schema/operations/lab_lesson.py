"""``lab task``, ``check``, ``hint``, ``answer``: the lesson of a node; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Leaf
from srpki.schema.types import Integer, Text

_NUMBER: Final = Integer("uint32", 1, 1000)

LESSON: Final = (
    Action(
        name="answer",
        operation="lab.answer",
        help="Answer a question of the lesson",
        positional=("question", "text"),
        inputs=(
            Leaf(name="question", type=_NUMBER, mandatory=True, help="Number of the question"),
            Leaf(name="text", type=Text(length=(1, 500)), mandatory=True, help="What you answer"),
        ),
    ),
    Action(name="check", operation="lab.check", help="Print what holds of the lesson", inputs=()),
    Action(
        name="hint",
        operation="lab.hint",
        help="Print a hint, which costs points",
        positional=("number",),
        inputs=(
            Leaf(
                name="number",
                type=_NUMBER,
                help="Which one (the first that was not taken yet)",
            ),
        ),
    ),
    Action(name="task", operation="lab.task", help="Print what is to be done", inputs=()),
)
