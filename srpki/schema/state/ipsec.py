"""``state ipsec``: certificate and trust anchor profiles.

[facts: state-ipsec-cert-profile.json, state-ipsec-trust-anchor-profile.json, release 26.3]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.state.profiles import CHAIN_STATE, DOWN_REASONS, OPER_STATE
from srpki.schema.types import Integer

_OPER_FLAGS: Final = Leaf(name="oper-flags", type=DOWN_REASONS, help="Why it cannot be used")
_NAME: Final = Leaf(name="name", type=NAMED_ITEM, help="As it is called in the configuration")

_ENTRY: Final = ListNode(
    name="entry",
    keys=("id",),
    help="State of one certificate with its key",
    children=(
        Leaf(name="id", type=Integer("uint32", 1, 8), help="Number of the entry"),
        Leaf(
            name="computed-chain-status",
            type=CHAIN_STATE,
            help="How far the chain of the certificate is known",
        ),
        _OPER_FLAGS,
        ListNode(
            name="comp-chain-ca-profile",
            keys=("order",),
            help="CA profiles of the chain, from the issuer upwards",
            children=(
                Leaf(
                    name="order",
                    type=Integer("uint32"),
                    help="Place in the chain, from 1",
                ),
                Leaf(name="ca-profile", type=NAMED_ITEM, help="CA profile at this place"),
            ),
        ),
    ),
)

IPSEC: Final = Container(
    name="ipsec",
    help="State of what IPsec authenticates with",
    children=(
        ListNode(
            name="cert-profile",
            keys=("name",),
            help="State of the certificates that IKE authenticates the node with",
            children=(
                _NAME,
                _OPER_FLAGS,
                Leaf(
                    name="oper-state",
                    type=OPER_STATE,
                    help="Whether the profile can be used",
                ),
                _ENTRY,
            ),
        ),
        ListNode(
            name="trust-anchor-profile",
            keys=("name",),
            help="State of the CAs that peers are trusted by",
            children=(
                _NAME,
                Leaf(
                    name="num-of-ca-profile-down",
                    type=Integer("int32"),
                    help="How many of the CA profiles are down",
                ),
            ),
        ),
    ),
)
