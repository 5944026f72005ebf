"""What the inputs of several actions have in common."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import EMPTY_TYPE, NAMED_ITEM
from srpki.schema.nodes import Arg, Leaf, Maybe
from srpki.schema.types import Reference

STATE: Final = "/state/system/security/pki"
"""Where the live lists are that inputs refer to."""

CA_PROFILE: Final = Reference(
    f"{STATE}/ca-profile/ca-profile-name", f"{STATE}/ca-profile/ca-profile-name", NAMED_ITEM
)

VALIDATE: Final = Leaf(
    name="validate-certificate-chain",
    type=EMPTY_TYPE,
    help="Refuse a certificate whose chain does not lead to a known CA",
)


def maybe(leaf: str, keyword: str = "") -> Maybe:
    """Return the classic item of an input that may be left out; *keyword* when not its name."""
    return Maybe((Arg(leaf, keyword or leaf),))
