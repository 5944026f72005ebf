"""``lab timeline``: what happens to the certificates, at a glance; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Leaf
from srpki.schema.operations.lab_types import DURATION

PICTURES: Final = (
    Action(
        name="timeline",
        operation="lab.timeline",
        help="Draw the certificates over time: validity, renewals, failures, gaps, what is planned",
        positional=("duration",),
        inputs=(
            Leaf(
                name="duration",
                type=DURATION,
                default="30d",
                help="How far back and how far ahead, as 12h, 30d or 1y",
            ),
        ),
    ),
)
