"""``environment``: how a session behaves, in the MD-CLI [cli.md 1.7, release 26.3].

Only what this program heeds, and what automation clients switch off before they begin.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN
from srpki.schema.nodes import Container, Leaf
from srpki.schema.types import Enumeration, Integer


def _switch(name: str, help_: str, default: str = "true") -> Leaf:
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_)


ENVIRONMENT: Final = Container(
    name="environment",
    help="How this session behaves",
    children=(
        Container(
            name="command-completion",
            help="Keys that complete a word",
            children=(
                _switch("enter", "Complete words when Enter is pressed"),
                _switch("space", "Complete a word when Space is pressed"),
                _switch("tab", "Complete a word when Tab is pressed"),
            ),
        ),
        Container(
            name="console",
            help="Size of the screen",
            children=(
                Leaf(
                    name="length",
                    type=Integer("uint32", 24, 512),
                    default="24",
                    help="Number of lines on the screen",
                ),
                Leaf(
                    name="width",
                    type=Integer("uint32", 80, 512),
                    default="80",
                    help="Number of columns on the screen",
                ),
            ),
        ),
        Container(
            name="history",
            help="Commands that were typed",
            children=(
                Leaf(
                    name="size",
                    type=Integer("uint32", 0, 1000),
                    default="50",
                    help="Number of commands that are remembered",
                ),
            ),
        ),
        _switch("more", "Stop after each screen of output"),
        Container(
            name="progress-indicator",
            help="Sign of life of a command that takes long",
            children=(
                Leaf(
                    name="admin-state",
                    type=ADMIN_STATE,
                    default="enable",
                    help="Whether there is a sign of life",
                ),
                Leaf(
                    name="delay",
                    type=Integer("uint32", 0, 10000),
                    units="milliseconds",
                    default="1000",
                    help="How long to wait before the sign is given",
                ),
                Leaf(
                    name="type",
                    type=Enumeration(("dots",)),
                    default="dots",
                    help="What the sign looks like",
                ),
            ),
        ),
        Container(
            name="prompt",
            help="What the prompt shows",
            children=(
                _switch("context", "Show the present context"),
                _switch("newline", "Add a new line before every prompt"),
                _switch("timestamp", "Show the time", default="false"),
                _switch("uncommitted-changes-indicator", "Show that there are changes to commit"),
            ),
        ),
    ),
)
