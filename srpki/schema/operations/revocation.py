"""Actions about CRLs and OCSP [facts: admin-system-security-pki.json; classic: pki.md 4.1, 4.2]."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Arg, Leaf, Line, Maybe
from srpki.schema.operations.inputs import CA_PROFILE
from srpki.schema.types import Integer

CLEAR_OCSP_CACHE: Final = Action(
    name="clear-ocsp-cache",
    operation="pki.clear-ocsp-cache",
    help="Forget what OCSP responders have said",
    classic=Line("clear-ocsp-cache", (Maybe((Arg("entry-id"),)),)),
    inputs=(
        Leaf(
            name="entry-id",
            type=Integer("uint32", 1, 2000),
            help="Number of the one answer to forget; without it, all are",
        ),
    ),
)

CRL_UPDATE: Final = Action(
    name="crl-update",
    operation="pki.crl-update",
    help="Download the CRL of a CA now; auto-crl-update is configured and disabled",
    classic=Line("crl-update", (Arg("ca-profile", "ca"),)),
    inputs=(
        Leaf(
            name="ca-profile",
            type=CA_PROFILE,
            mandatory=True,
            help="CA whose CRL is to be downloaded",
        ),
    ),
)
