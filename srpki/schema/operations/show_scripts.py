"""``show system script-control`` and ``show log event-handling``, as routers of today have them."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.types import Reference

_CONTROL: Final = "/configure/system/script-control"


def _owned(name: str, key: str, help_: str) -> Action:
    return Action(
        name=name,
        operation=f"show.system.{name}",
        help=help_,
        positional=("name",),
        inputs=(
            Leaf(
                name="name",
                type=Reference(f"{_CONTROL}/{name}/{key}", "", NAMED_ITEM),
                help="Print what has this name alone",
            ),
            Leaf(name="owner", type=NAMED_ITEM, help="Print what belongs to this owner alone"),
        ),
    )


SCRIPT_CONTROL: Final = Container(
    name="script-control",
    help="Scripts that events run",
    children=(
        _owned("script", "script-name", "Print where scripts are and whether they may run"),
        _owned("script-policy", "policy-name", "Print how scripts run, and how they have run"),
    ),
)

EVENT_HANDLING: Final = Container(
    name="event-handling",
    help="What events make the node do",
    children=(
        Action(
            name="handler",
            operation="show.log.event-handling.handler",
            help="Print what handlers do, and how often they have done it",
            positional=("name",),
            inputs=(
                Leaf(
                    name="name",
                    type=Reference("/configure/log/event-handling/handler/name", "", NAMED_ITEM),
                    help="Print this handler alone",
                ),
            ),
        ),
        Action(
            name="information",
            operation="show.log.event-handling.information",
            help="Print which events ask which handlers",
            inputs=(),
        ),
    ),
)
