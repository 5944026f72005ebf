"""``environment``: how an MD-CLI session behaves [cli.md 1.7, release 26.3].

The same tree stands twice: below the root for the session itself, and below ``configure system
management-interface cli md-cli`` for what new sessions begin with. Python is not emulated.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN
from srpki.schema.nodes import Case, Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.types import Enumeration, Integer, Text, Union


def _switch(name: str, help_: str, default: str = "true") -> Leaf:
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_)


_ALIAS: Final = ListNode(
    name="alias",
    keys=("alias-name",),
    help="A word of your own for a command",
    children=(
        Leaf(
            name="alias-name",
            type=Text(
                length=(1, 64),
                patterns=(r"[_a-zA-Z0-9][-_a-zA-Z0-9]*",),
                complaint="must only contain alpha-numeric characters, underscore or hyphen"
                " (not as the first character)",
            ),
            help="The word",
        ),
        Leaf(
            name="admin-state",
            type=ADMIN_STATE,
            default="disable",
            help="Whether the word may be used",
        ),
        Leaf(
            name="description",
            type=Text(length=(1, 110), patterns=(r".*\S.*",), named="string-not-all-spaces"),
            help="What the word is for",
        ),
        Choice(
            name="alias-expansion",
            mandatory=True,
            cases=(
                Case(
                    name="cli",
                    children=(
                        Leaf(
                            name="cli-command",
                            type=Text(length=(1, 255)),
                            help="The command that runs in its place",
                        ),
                    ),
                ),
            ),
        ),
        ListNode(
            name="mount-point",
            keys=("path",),
            help="Where the word is known",
            children=(
                Leaf(
                    name="path",
                    type=Union(
                        (
                            Enumeration(("global",)),
                            Text(
                                length=(1, 255),
                                patterns=(r"/.*",),
                                complaint="must start with forward slash",
                            ),
                        )
                    ),
                    help="A context after a slash, or global for every context",
                ),
            ),
        ),
    ),
)

ENVIRONMENT: Final = Container(
    name="environment",
    help="How this session behaves",
    children=(
        Container(name="command-alias", help="Words of your own for commands", children=(_ALIAS,)),
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
            name="commit-options",
            help="What a commit must say",
            children=(
                _switch("comment", "Ask for a comment with every commit", default="false"),
                _switch("confirm", "Ask for a confirmed commit every time", default="false"),
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
                _switch("recall", "Let earlier commands be run again by number or text"),
                Leaf(
                    name="size",
                    type=Integer("uint16", 0, 1000),
                    default="50",
                    help="Number of commands that are remembered",
                ),
            ),
        ),
        Container(
            name="info-output",
            help="What info prints",
            children=(
                Container(
                    name="always-display",
                    help="What info prints even when it has its default value",
                    children=(_switch("admin-state", "Print every admin-state", default="false"),),
                ),
            ),
        ),
        Container(
            name="match-highlight",
            help="How match shows what it has found",
            children=(
                Leaf(
                    name="admin-state",
                    type=ADMIN_STATE,
                    default="disable",
                    help="Whether what was found is highlighted",
                ),
                LeafList(
                    name="style",
                    type=Enumeration(("bold", "underline", "reverse")),
                    max_elements=3,
                    help="What highlighted text looks like",
                ),
            ),
        ),
        Container(
            name="message-severity-level",
            help="Which messages are printed",
            children=(
                Leaf(
                    name="cli",
                    type=Enumeration(("warning", "info")),
                    default="info",
                    help="Least severe message of the MD-CLI that is printed",
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
        Leaf(
            name="time-display",
            type=Enumeration(("local", "utc")),
            default="local",
            help="Time zone of the times that are printed",
        ),
        Leaf(
            name="time-format",
            type=Enumeration(("iso-8601", "rfc-1123", "rfc-3339")),
            default="rfc-3339",
            help="Format of the times that are printed",
        ),
    ),
)
