"""``environment``: how an MD-CLI session behaves [cli.md 1.7, release 26.3].

The same tree stands twice: below the root for the session itself, and below ``configure system
management-interface cli md-cli`` for what new sessions begin with. Python is not emulated.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import ADMIN_STATE, BOOLEAN, NOT_ALL_SPACES
from srpki.schema.nodes import Case, Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.types import Enumeration, Integer, Text, Union


def _switch(name: str, help_: str, default: str = "true") -> Leaf:
    return Leaf(name=name, type=BOOLEAN, default=default, help=help_)


_ALIAS: Final = ListNode(
    name="alias",
    keys=("alias-name",),
    help="Alias: a word of your own that runs a command",
    children=(
        Leaf(
            name="alias-name",
            type=Text(
                length=(1, 64),
                patterns=(r"[_a-zA-Z0-9][-_a-zA-Z0-9]*",),
                complaint="must only contain alpha-numeric characters, underscore or hyphen"
                " (not as the first character)",
            ),
            help="Word to type in the place of the command",
        ),
        Leaf(
            name="admin-state",
            type=ADMIN_STATE,
            default="disable",
            help="Switch the alias on or off",
        ),
        Leaf(
            name="description",
            type=Text(length=(1, 110), patterns=(NOT_ALL_SPACES,), named="string-not-all-spaces"),
            help="Text that help shows beside the alias",
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
                            help="Command that runs in the place of the word",
                        ),
                    ),
                ),
            ),
        ),
        ListNode(
            name="mount-point",
            keys=("path",),
            help="Context in which the alias can be typed",
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
                    help="Context after a slash, as /configure, or global for all of them",
                ),
            ),
        ),
    ),
)

ENVIRONMENT: Final = Container(
    name="environment",
    help="Screen, prompt, completion and output of this session alone",
    children=(
        _switch("more", "Stop after each screen of output and wait for a key"),
        Leaf(
            name="time-display",
            type=Enumeration(("local", "utc")),
            default="local",
            help="Print times in local time or in UTC",
        ),
        Leaf(
            name="time-format",
            type=Enumeration(("iso-8601", "rfc-1123", "rfc-3339")),
            default="rfc-3339",
            help="Print times as ISO 8601, RFC 1123 or RFC 3339 says",
        ),
        Container(
            name="command-alias",
            help="Aliases: words of your own that run commands",
            children=(_ALIAS,),
        ),
        Container(
            name="command-completion",
            help="Keys that complete keywords: Enter, Space and Tab",
            children=(
                _switch("enter", "Let Enter run a command whose keywords are abbreviated"),
                _switch("space", "Let Space complete a keyword that can be no other"),
                _switch("tab", "Let Tab complete keywords, names and values, or list them"),
            ),
        ),
        Container(
            name="commit-options",
            help="What every commit has to be given",
            children=(
                _switch("confirm", "Refuse a commit that is not a confirmed one", default="false"),
                _switch("comment", "Refuse a commit that has no comment", default="false"),
            ),
        ),
        Container(
            name="console",
            help="Lines and columns of the screen",
            children=(
                Leaf(
                    name="length",
                    type=Integer("uint32", 24, 512),
                    default="24",
                    help="Lines after which output stops, with more",
                ),
                Leaf(
                    name="width",
                    type=Integer("uint32", 80, 512),
                    default="80",
                    help="Columns at which help and tables are wrapped",
                ),
            ),
        ),
        Container(
            name="history",
            help="How many commands are kept, and whether they can be recalled",
            children=(
                _switch("recall", "Let earlier commands be run again by !, with number or text"),
                Leaf(
                    name="size",
                    type=Integer("uint16", 0, 1000),
                    default="50",
                    help="Most commands that history shows",
                ),
            ),
        ),
        Container(
            name="info-output",
            help="What info prints beyond what is configured",
            children=(
                Container(
                    name="always-display",
                    help="Elements that info prints even with their default value",
                    children=(
                        _switch(
                            "admin-state",
                            "Print admin-state even when it is disable",
                            default="false",
                        ),
                    ),
                ),
            ),
        ),
        Container(
            name="match-highlight",
            help="How match marks the text that it has found",
            children=(
                Leaf(
                    name="admin-state",
                    type=ADMIN_STATE,
                    default="disable",
                    help="Switch highlighting on or off",
                ),
                LeafList(
                    name="style",
                    type=Enumeration(("bold", "underline", "reverse")),
                    max_elements=3,
                    help="Print found text bold, underlined or reversed",
                ),
            ),
        ),
        Container(
            name="message-severity-level",
            help="How severe messages must be to be printed",
            children=(
                Leaf(
                    name="cli",
                    type=Enumeration(("warning", "info")),
                    default="info",
                    help="Print warnings only, or information too",
                ),
            ),
        ),
        Container(
            name="progress-indicator",
            help="Sign that a command still runs",
            children=(
                Leaf(
                    name="admin-state",
                    type=ADMIN_STATE,
                    default="enable",
                    help="Switch the sign on or off",
                ),
                Leaf(
                    name="type",
                    type=Enumeration(("dots",)),
                    default="dots",
                    help="Kind of sign: dots, one after another",
                ),
                Leaf(
                    name="delay",
                    type=Integer("uint32", 0, 10000),
                    units="milliseconds",
                    default="1000",
                    help="Time that a command may take before the sign is printed",
                ),
            ),
        ),
        Container(
            name="prompt",
            help="Parts of the prompt",
            children=(
                _switch("context", "Print the context above the prompt"),
                _switch("newline", "Print an empty line before the prompt"),
                _switch("timestamp", "Print the time above the prompt", default="false"),
                _switch(
                    "uncommitted-changes-indicator",
                    "Print * in the prompt while there are changes to commit",
                ),
            ),
        ),
    ),
)
