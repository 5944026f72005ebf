"""``lab lock`` and ``lab unlock``: which of the lab's commands a trainee keeps."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Leaf
from srpki.schema.types import Boolean, Text

_PASSWORD: Final = Text(length=(8, 64), password=True)
MAY: Final = Text(length=(1, 400))

GUARD: Final = (
    Action(
        name="lock",
        operation="lab.lock",
        help="Keep the lab's commands for who knows a password",
        inputs=(
            Leaf(
                name="password",
                type=_PASSWORD,
                mandatory=True,
                help="What opens them again",
            ),
            Leaf(
                name="may",
                type=MAY,
                default="lab ca show, lab clock show",
                help="Commands that everybody keeps, parted by commas, or none",
            ),
        ),
    ),
    Action(
        name="unlock",
        operation="lab.unlock",
        help="Open the lab's commands to this session",
        inputs=(
            Leaf(name="password", type=_PASSWORD, mandatory=True, help="Password of the lock"),
            Leaf(
                name="for-all",
                type=Boolean(),
                default="false",
                help="Whether the lock is taken off for everybody",
            ),
        ),
    ),
)
