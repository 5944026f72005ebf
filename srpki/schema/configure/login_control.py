"""``configure system login-control``: sessions, and what those who log in are told.

[facts: configure-system-login-control.json; classic: system management guides]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NOT_ALL_SPACES
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Leaf,
    Line,
    Maybe,
    Section,
    Spelled,
)
from srpki.schema.types import Enumeration, Integer, Text, Union

NEVER: Final = "none"
"""The idle time-out of sessions that wait for ever."""


def _text(longest: int) -> Text:
    return Text(length=(1, longest), patterns=(NOT_ALL_SPACES,), named="string-not-all-spaces")


def _sessions(name: str, most: int, default: str, help_: str, *, emulated: bool = True) -> Leaf:
    return Leaf(
        name=f"{name}-max-sessions",
        type=Integer("uint32", 0, most),
        default=default,
        help=help_,
        emulated=emulated,
    )


_MOTD: Final = Container(
    name="motd",
    help="Message of the day, shown to those who have logged in",
    classic=Line("motd", (Either(((Arg("url", "url"),), (Arg("text", "text"),))),)),
    children=(
        Choice(
            name="motd",
            cases=(
                Case(
                    name="url",
                    children=(
                        Leaf(name="url", type=_text(180), help="File on cf3: with the message"),
                    ),
                ),
                Case(
                    name="text",
                    children=(Leaf(name="text", type=_text(900), help="The message itself"),),
                ),
            ),
        ),
    ),
)

_PRE_LOGIN_MESSAGE: Final = Container(
    name="pre-login-message",
    help="Message shown to those who want to log in",
    classic=Line("pre-login-message", (Maybe((Arg("message"),)), Maybe((Arg("name", "name"),)))),
    children=(
        Leaf(name="message", type=_text(900), help="The message; \\n in it begins a new line"),
        Leaf(
            name="name",
            type=BOOLEAN,
            default="false",
            help="Whether the name of the node stands behind the message",
        ),
    ),
)

_SSH: Final = Container(
    name="ssh",
    help="Sessions over SSH",
    children=(
        Leaf(
            name="graceful-shutdown",
            type=BOOLEAN,
            default="true",
            help="Whether clients are told when the server ends",
        ),
        Leaf(
            name="max-channels-per-connection",
            type=Integer("uint32", 1, 50),
            default="5",
            help="Most channels that a connection may have open at once",
        ),
        _sessions("inbound", 50, "5", "Most sessions that may be open at once"),
        _sessions(
            "outbound", 15, "5", "Not emulated: the node is no client of SSH", emulated=False
        ),
        Leaf(
            name="ttl-security",
            type=Integer("uint32", 1, 255),
            help="Not emulated: least time to live of the packets of clients",
            emulated=False,
        ),
    ),
)

LOGIN_CONTROL: Final = Container(
    name="login-control",
    help="Sessions, and what those who log in are told",
    classic=Section("System Login Control Configuration", rank=2),
    children=(
        Leaf(
            name="exponential-backoff",
            type=BOOLEAN,
            default="false",
            help="Not emulated: let one who has failed to log in wait longer each time",
            emulated=False,
        ),
        Leaf(
            name="idle-timeout",
            type=Union((Enumeration((NEVER,)), Integer("int64", 1, 1440))),
            default="30",
            units="minutes",
            help="End sessions in which nothing has been typed for so long",
            classic=Spelled((("disable", NEVER),)),
        ),
        Leaf(
            name="login-banner",
            type=BOOLEAN,
            default="false",
            help="Show those who want to log in what software this is",
        ),
        _MOTD,
        _PRE_LOGIN_MESSAGE,
        _SSH,
    ),
)
