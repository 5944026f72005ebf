"""``lab tls``: ports at which server-tls-profiles answer; the emulator's own."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import IP_ADDRESS, NAMED_ITEM
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.types import Integer, Reference

_PROFILE: Final = Reference(
    "/configure/system/security/tls/server-tls-profile/server-profile-name", "", NAMED_ITEM
)

TLS: Final = Container(
    name="tls",
    help="Ports at which TLS is answered, to see the certificate in use",
    children=(
        Action(
            name="show",
            operation="lab.tls.show",
            help="Print the ports, and which certificate each shows now",
            inputs=(),
        ),
        Action(
            name="start",
            operation="lab.tls.start",
            help="Answer TLS at a port: a handshake, and then the end",
            positional=("profile",),
            inputs=(
                Leaf(
                    name="profile",
                    type=_PROFILE,
                    mandatory=True,
                    help="Server TLS profile that says how",
                ),
                Leaf(
                    name="address",
                    type=IP_ADDRESS,
                    default="127.0.0.1",
                    help="Address to listen on; others than this machine reach all but loopback",
                ),
                Leaf(
                    name="port",
                    type=Integer("uint16", 0, 65535),
                    default="0",
                    help="Port to listen on, 0 for any free one",
                ),
            ),
        ),
        Action(
            name="stop",
            operation="lab.tls.stop",
            help="Answer TLS no more",
            positional=("profile",),
            inputs=(Leaf(name="profile", type=_PROFILE, help="This one alone (default: all)"),),
        ),
    ),
)
