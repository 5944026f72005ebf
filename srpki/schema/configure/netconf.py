"""``configure system management-interface netconf``: the NETCONF server of the node.

[facts: configure-system-management-interface.json; classic: ``system netconf``, as public
configurations have it]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, admin_state
from srpki.schema.nodes import Container, Leaf, Moved
from srpki.schema.types import Integer

_DELAY: Final = Leaf(
    name="delay-on-boot",
    type=Integer("uint16", 1, 3600),
    units="seconds",
    help="Not emulated: how long the server waits when the node has booted",
    emulated=False,
)

NETCONF: Final = Container(
    name="netconf",
    help="NETCONF server of the node",
    classic=Moved(1, "netconf"),
    children=(
        admin_state("Whether sessions of NETCONF may begin, in its older place"),
        Leaf(
            name="port",
            type=Integer("uint32", 830, 830, below=(22,)),
            default="830",
            help="Not emulated: port of the server; here it is given when it is started",
            emulated=False,
        ),
        _DELAY,
        Leaf(
            name="auto-config-save",
            type=BOOLEAN,
            default="true",
            help="Write the configuration to the flash after every commit by NETCONF",
        ),
        Container(
            name="capabilities",
            help="What clients may do",
            children=(
                Leaf(
                    name="candidate",
                    type=BOOLEAN,
                    default="true",
                    help="Whether clients may edit the candidate",
                ),
                Leaf(
                    name="writable-running",
                    type=BOOLEAN,
                    default="false",
                    help="Not emulated: edit the running configuration without a candidate",
                    emulated=False,
                ),
            ),
        ),
        Container(
            name="listen",
            help="Sessions that clients begin",
            children=(
                admin_state("Whether clients may begin sessions"),
                Leaf(
                    name="port",
                    type=Integer("uint32", 1024, 49151, below=(22, 830)),
                    default="830",
                    help="Not emulated: port of the server; here it is given when it is started",
                    emulated=False,
                ),
                _DELAY,
                Leaf(
                    name="idle-timeout",
                    type=Integer("uint32", 1, 10080, named="time-duration"),
                    units="minutes",
                    help="End sessions in which nothing has been asked for so long",
                ),
            ),
        ),
    ),
)
