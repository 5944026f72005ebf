"""``state users``: who is logged in [fact sheet state-users.json]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, IP_ADDRESS, NOT_ALL_SPACES
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.types import Enumeration, Integer, Text

_TIME: Final = Text(
    patterns=(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",),
    named="date-and-time",
)

USERS: Final = Container(
    name="users",
    help="Who is logged in",
    children=(
        ListNode(
            name="session",
            keys=("session-id",),
            help="One session",
            children=(
                Leaf(name="session-id", type=Integer("uint32"), help="Number of the session"),
                Leaf(
                    name="user",
                    type=Text(length=(1, 32), named="named-item-or-space"),
                    help="Who it is",
                ),
                Leaf(
                    name="router-instance",
                    type=Text(
                        length=(0, 64), patterns=(NOT_ALL_SPACES,), named="named-item-64-or-empty"
                    ),
                    help="Router instance that he came through",
                ),
                Leaf(name="connection-ip", type=IP_ADDRESS, help="Address that he came from"),
                Leaf(
                    name="connection-type",
                    type=Enumeration(
                        (
                            "none",
                            "telnet",
                            "telnet6",
                            "console",
                            "ssh",
                            "sshv2",
                            "netconf",
                            "ftp",
                            "grpc",
                            "cron-ehs",
                            "bluetooth",
                        ),
                        named="session-type",
                    ),
                    help="How he came in",
                ),
                Leaf(name="login-time", type=_TIME, help="When he logged in"),
                Leaf(
                    name="idle-time",
                    type=Integer("uint32", named="time-duration"),
                    units="seconds",
                    help="How long nothing has been asked in it",
                ),
                Leaf(
                    name="current-active-session",
                    type=BOOLEAN,
                    help="Whether it is the session that asks",
                ),
                Leaf(
                    name="connection-id",
                    type=Integer("uint32"),
                    help="Number of the connection that it came over",
                ),
                Leaf(name="session-create-time", type=_TIME, help="When the session was begun"),
            ),
        ),
    ),
)
