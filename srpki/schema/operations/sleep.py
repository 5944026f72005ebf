"""``sleep``: a global command of both CLIs, for scripts [observed-2.md 14].

The range and the default are those of the classic CLI, from memory of the field.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Leaf
from srpki.schema.types import Integer

SLEEP: Final = Action(
    name="sleep",
    operation="sleep",
    help="Wait for some seconds before the next command; a lab's clock is moved by them",
    positional=("seconds",),
    inputs=(
        Leaf(
            name="seconds",
            type=Integer("uint32", 1, 100),
            default="1",
            units="seconds",
            help="How long to wait",
        ),
    ),
)
