"""``show ipsec``: the profiles that certificates come from, and what becomes of tunnels."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations import absent
from srpki.schema.types import Reference, Text


def _profile(name: str, help_: str) -> Action:
    kind = Reference(f"/configure/ipsec/{name}/name", "", NAMED_ITEM)
    return Action(
        name=name,
        operation=f"show.ipsec.{name}",
        help=help_,
        positional=("name",),
        inputs=(Leaf(name="name", type=kind, help=f"Print this {name} alone, in full"),),
    )


TUNNEL: Final = Text(length=(1, 64), named="ipsec-tunnel")
"""Name of an emulated tunnel: that of its cert-profile, a hyphen, the number of its entry."""

IPSEC: Final = Container(
    name="ipsec",
    help="Certificates and trust anchors of IPsec",
    children=(
        _profile("cert-profile", "Print state, pairs and chains of certificate profiles"),
        _profile("trust-anchor-profile", "Print which CAs are trusted, and their state"),
        Action(
            name="tunnel",
            operation="show.ipsec.tunnel",
            help="Print emulated tunnels, up or down as their certificates are",
            positional=("name",),
            inputs=(Leaf(name="name", type=TUNNEL, help="Print this tunnel alone, in full"),),
        ),
        *absent.SHOW_IPSEC,
    ),
)
