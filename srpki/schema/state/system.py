"""``state system`` and ``state chassis``: what the node is, as far as clients of NETCONF ask.

[access.md section 3]. Names and places are those that clients read; types are decided.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.types import Enumeration, Integer, Text

IDENTITY: Final = (
    Leaf(name="oper-name", type=Text(), help="Name of the node"),
    Leaf(
        name="up-time",
        type=Integer("uint64"),
        units="milliseconds",
        help="How long the node has been up",
    ),
    Leaf(name="platform", type=Text(), help="What the node is"),
    Container(
        name="version",
        help="What runs on the node",
        children=(Leaf(name="version-number", type=Text(), help="Release that is emulated"),),
    ),
)

CHASSIS: Final = ListNode(
    name="chassis",
    keys=("chassis-class", "chassis-number"),
    help="The chassis of the node, of which there is none to touch",
    children=(
        Leaf(
            name="chassis-class",
            type=Enumeration(("router", "ess", "vm")),
            help="Kind of the chassis",
        ),
        Leaf(name="chassis-number", type=Integer("uint32", 1), help="Which one it is: 1"),
        Container(
            name="hardware-data",
            help="What is printed on the chassis",
            children=(
                Leaf(
                    name="serial-number",
                    type=Text(),
                    help="Number made from the directory of the node, so that each has another",
                ),
            ),
        ),
    ),
)
