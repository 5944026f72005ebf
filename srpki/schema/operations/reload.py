"""``reload``: takes a replaced certificate, key or both into use [pki.md 2, 4.1, 7.1]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import PKI_FILE_NAME
from srpki.schema.nodes import Action, Arg, Case, Choice, Either, Leaf, Line, Maybe, Word
from srpki.schema.types import Enumeration

RELOAD: Final = Action(
    name="reload",
    operation="pki.reload",
    help="Let an application take a replaced certificate and key into use",
    inputs=(
        Leaf(
            name="application",
            type=Enumeration(("ipsec",)),
            mandatory=True,
            help="Application that the pair is configured for",
        ),
        Leaf(
            name="certificate",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported certificate that was replaced",
        ),
        Leaf(
            name="key",
            type=PKI_FILE_NAME,
            mandatory=True,
            help="Imported private key that was replaced",
        ),
    ),
)

RELOAD_TYPE: Final = Action(
    name="reload",
    operation="pki.reload-type",
    help="Let an application take a replaced certificate, key or both into use",
    classic=Line(
        "reload",
        (
            Word("type", help="What is reloaded"),
            Either(
                (
                    (Arg("cert", "cert"),),
                    (Arg("key", "key"),),
                    (Arg("cert-key-pair", "cert-key-pair"),),
                )
            ),
            Arg("protocol", "protocol"),
            Maybe((Arg("key-file", "key-file"),)),
        ),
    ),
    inputs=(
        Choice(
            name="type",
            mandatory=True,
            cases=tuple(
                Case(name, (Leaf(name=name, type=PKI_FILE_NAME, help=help_),))
                for name, help_ in (
                    ("cert", "Imported certificate that was replaced"),
                    ("key", "Imported private key that was replaced"),
                    ("cert-key-pair", "Imported certificate that was replaced with its key"),
                )
            ),
        ),
        Leaf(
            name="protocol",
            type=Enumeration(("ipsec", "tls")),
            mandatory=True,
            help="Application that the files are configured for",
        ),
        Leaf(
            name="key-file",
            type=PKI_FILE_NAME,
            help="Private key of the certificate, which a pair must name",
        ),
    ),
)
"""The classic CLI's own, which a certificate or a key alone can be told to too [pki.md 4.1]."""
