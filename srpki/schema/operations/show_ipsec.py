"""``show ipsec``: the profiles that certificates come from; tunnels are not emulated."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations import absent
from srpki.schema.types import Reference


def _profile(name: str, help_: str) -> Action:
    kind = Reference(f"/configure/ipsec/{name}/name", "", NAMED_ITEM)
    return Action(
        name=name,
        operation=f"show.ipsec.{name}",
        help=help_,
        positional=("name",),
        inputs=(Leaf(name="name", type=kind, help=f"Print this {name} alone, in full"),),
    )


IPSEC: Final = Container(
    name="ipsec",
    help="Certificates and trust anchors of IPsec",
    children=(
        _profile("cert-profile", "Print state, pairs and chains of certificate profiles"),
        _profile("trust-anchor-profile", "Print which CAs are trusted, and their state"),
        *absent.SHOW_IPSEC,
    ),
)
