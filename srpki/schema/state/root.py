"""The state of a node, put together from its branches."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Container
from srpki.schema.state.ipsec import IPSEC
from srpki.schema.state.log import LOG
from srpki.schema.state.pki import PKI
from srpki.schema.state.system import CHASSIS, IDENTITY
from srpki.schema.state.tls import TLS
from srpki.schema.state.users import USERS

STATE: Final = Container(
    name="state",
    help="Navigate and print the state of the node",
    children=(
        CHASSIS,
        IPSEC,
        LOG,
        Container(
            name="system",
            help="State of the node's own parts",
            children=(
                *IDENTITY,
                Container(
                    name="security",
                    help="State of PKI and TLS",
                    children=(PKI, TLS),
                ),
            ),
        ),
        USERS,
    ),
)
