"""What the states of certificate profiles, of TLS and of IPsec, have in common."""

from __future__ import annotations

from typing import Final

from srpki.schema.types import Bits, Enumeration

OPER_STATE: Final = Enumeration(("unknown", "up", "down", "transition"), named="oper-state")
CHAIN_STATE: Final = Enumeration(("not-available", "partial", "complete"))
DOWN_REASONS: Final = Bits(
    (
        "profile-admin-down",
        "invalid-cert-file",
        "invalid-key-file",
        "invalid-cert-key-combo",
        "ca-profile-oper-down",
        "invalid-ca-prof-entry",
    )
)
