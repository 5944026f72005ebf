"""``configure log event-handling`` and ``event-trigger``: what events make the node do.

[facts: configure-log-event-handling.json; classic: 7705 SAR system management guide]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, admin_state, description
from srpki.schema.configure.event_numbers import EVENT_NUMBERS
from srpki.schema.configure.log_types import FILTER_NAME
from srpki.schema.configure.script_control import OWNER
from srpki.schema.nodes import (
    Arg,
    Container,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Numbered,
    Rename,
)
from srpki.schema.types import Enumeration, Integer, Reference

_NUMBER: Final = Integer("uint32", 1, 1500)
_POLICY: Final = "/configure/system/script-control/script-policy"
_CONTROL: Final = "../../../../../../system/script-control/script-policy"


def _on(help_: str) -> Leaf:
    return admin_state(help_)._replace(default="enable")


_HANDLER: Final = ListNode(
    name="handler",
    keys=("name",),
    max_elements=1500,
    help="What is done when an event asks for it, entry by entry",
    classic=Numbered(named=False),
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name by which triggers refer to it"),
        admin_state("Whether it does anything"),
        description("handler"),
        ListNode(
            name="entry",
            keys=("id",),
            max_elements=1500,
            help="One thing that is done, in the order of the numbers",
            classic=Numbered(named=False, within="action-list"),
            children=(
                Leaf(name="id", type=_NUMBER, help="Number of the entry"),
                _on("Whether it is done"),
                description("entry"),
                Leaf(
                    name="min-delay",
                    type=Integer("uint32", 1, 604800),
                    units="seconds",
                    help="Do it at most once in this time",
                ),
                Container(
                    name="script-policy",
                    presence=True,
                    help="The script policy that is run",
                    classic=Line("script-policy", (Arg("name"), Maybe((Arg("owner", "owner"),)))),
                    children=(
                        Leaf(
                            name="name",
                            type=Reference(
                                f"{_POLICY}/policy-name",
                                f"{_CONTROL}[owner=current()/../owner]/policy-name",
                                NAMED_ITEM,
                            ),
                            mandatory=True,
                            help="Name of the script policy",
                        ),
                        Leaf(
                            name="owner",
                            type=Reference(
                                f"{_POLICY}/owner",
                                f"{_CONTROL}[policy-name=current()/../name]/owner",
                                NAMED_ITEM,
                            ),
                            default=OWNER,
                            help="Owner of the script policy",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

EVENT_HANDLING: Final = Container(
    name="event-handling", help="What the node does when events ask for it", children=(_HANDLER,)
)


def _trigger(application: str, events: tuple[str, ...]) -> ListNode:
    return ListNode(
        name=application,
        keys=("event",),
        named=True,
        help=f"Which handlers an event of the application {application} asks",
        classic=Numbered("event", named=False, word=application),
        children=(
            Leaf(
                name="event",
                type=Enumeration(events, named=f"{application}-events"),
                help="Name of the event",
            ),
            admin_state("Whether the event asks anybody"),
            description("event"),
            ListNode(
                name="entry",
                keys=("id",),
                help="One handler that is asked, and when",
                classic=Numbered("trigger-entry", named=False),
                children=(
                    Leaf(name="id", type=_NUMBER, help="Number of the entry"),
                    _on("Whether it counts"),
                    description("entry"),
                    Leaf(
                        name="filter",
                        type=Reference(
                            "/configure/log/filter/filter-name",
                            "../../../../filter/filter-name",
                            FILTER_NAME,
                        ),
                        help="Log filter that must forward the event",
                        classic=Rename("log-filter"),
                    ),
                    Leaf(
                        name="handler",
                        type=Reference(
                            "/configure/log/event-handling/handler/name",
                            "../../../../event-handling/handler/name",
                            NAMED_ITEM,
                        ),
                        help="Handler that is asked",
                        classic=Rename("event-handler"),
                    ),
                    Container(
                        name="debounce",
                        help="Ask only when the event happens several times",
                        classic=Line("debounce", (Arg("value"), Maybe((Arg("time", "within"),)))),
                        children=(
                            Leaf(
                                name="value",
                                type=Integer("uint32", 2, 15),
                                help="How many times it must happen",
                            ),
                            Leaf(
                                name="time",
                                type=Integer("uint32", 1, 604800),
                                units="seconds",
                                help="Time in which it must; without one, whenever",
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )


EVENT_TRIGGER: Final = Container(
    name="event-trigger",
    help="Which events make the node do something",
    children=tuple(_trigger(name, tuple(EVENT_NUMBERS[name])) for name in ("ipsec", "security")),
)
