"""The protocols that a ``certificate-update-profile`` can name, one case each.

What `srpki.engine.protocols` can do stands here as configuration: a container of the protocol's
name with one leaf, which names the profile of its server.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI, to_ca_profile
from srpki.schema.nodes import Arg, Case, Choice, Container, Either, Leaf, Line, Maybe, Word
from srpki.schema.types import Reference

DEFAULT: Final = "cmpv2"


def _case(protocol: str, help_text: str, server: Leaf) -> Case:
    return Case(
        name=protocol,
        children=(Container(name=protocol, help=help_text, children=(server,)),),
    )


CASES: list[Case] = [
    _case(
        "cmpv2",
        "Renew by a key update request of CMPv2",
        Leaf(
            name="ca-profile",
            type=to_ca_profile("../../../ca-profile/ca-profile-name"),
            help="CA profile of the CA that renews the certificate",
        ),
    ),
    _case(
        "est",
        "Renew by EST, authenticated by the present certificate",
        Leaf(
            name="est-profile",
            type=Reference(f"{PKI}/est-profile/name", "../../../est-profile/name", NAMED_ITEM),
            help="EST profile of the server that renews the certificate",
        ),
    ),
]
"""Every protocol; the first is not the default by its place."""


def servers() -> dict[str, str]:
    """Return the name of the leaf that names the server's profile, by protocol."""
    found: dict[str, str] = {}
    for case in CASES:
        (container,) = case.children
        assert isinstance(container, Container)
        found[case.name] = container.children[0].name
    return found


def choice() -> Choice:
    """Return the choice ``protocol``, in classic one line: ``protocol est est-profile NAME``."""
    return Choice(
        name="protocol",
        default=DEFAULT,
        classic=Line(
            "protocol",
            (
                Either(
                    tuple(
                        (Word(name, name), Maybe((Arg(f"{name}/{leaf}", leaf),)))
                        for name, leaf in servers().items()
                    )
                ),
            ),
        ),
        cases=tuple(CASES),
    )
