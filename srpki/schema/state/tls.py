"""``state system security tls`` [fact sheet state-system-security-tls.json]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Container, Leaf, LeafList, ListNode
from srpki.schema.state.profiles import CHAIN_STATE, DOWN_REASONS, OPER_STATE
from srpki.schema.types import Integer, Reference

_DOWN_REASONS: Final = Leaf(name="down-reasons", type=DOWN_REASONS, help="Why it cannot be used")


def _ca_profile(yang: str) -> Reference:
    return Reference("/state/system/security/pki/ca-profile/ca-profile-name", yang, NAMED_ITEM)


def _oper_state(help_: str) -> Leaf:
    return Leaf(name="oper-state", type=OPER_STATE, help=help_)


_ENTRY: Final = ListNode(
    name="entry",
    keys=("entry-id",),
    help="State of one certificate with its key",
    children=(
        Leaf(name="entry-id", type=Integer("int32", 1, 8), help="Number of the entry"),
        Leaf(
            name="computed-chain-state",
            type=CHAIN_STATE,
            help="How far the chain of the certificate is known",
        ),
        _DOWN_REASONS,
        Container(
            name="computed-chain",
            help="CA certificates above the certificate",
            children=(
                LeafList(
                    name="ca-profiles",
                    type=_ca_profile("../../../../../pki/ca-profile/ca-profile-name"),
                    help="CA profiles, from the issuer upwards",
                ),
            ),
        ),
    ),
)

TLS: Final = Container(
    name="tls",
    help="State of TLS profiles",
    children=(
        ListNode(
            name="cert-profile",
            keys=("cert-profile-name",),
            help="State of the certificates that the node shows",
            children=(
                Leaf(
                    name="cert-profile-name",
                    type=NAMED_ITEM,
                    help="As it is called in the configuration",
                ),
                _DOWN_REASONS,
                _oper_state("Whether the profile can be used"),
                _ENTRY,
            ),
        ),
        ListNode(
            name="client-tls-profile",
            keys=("client-profile-name",),
            help="State of a TLS client",
            children=(
                Leaf(
                    name="client-profile-name",
                    type=NAMED_ITEM,
                    help="As it is called in the configuration",
                ),
                _oper_state("Whether the client can open sessions"),
            ),
        ),
        ListNode(
            name="server-tls-profile",
            keys=("server-profile-name",),
            help="State of a TLS server",
            children=(
                Leaf(
                    name="server-profile-name",
                    type=NAMED_ITEM,
                    help="As it is called in the configuration",
                ),
                _oper_state("Whether the server can take sessions"),
            ),
        ),
        ListNode(
            name="trust-anchor-profile",
            keys=("trust-anchor-profile-name",),
            help="State of the CAs that are trusted",
            children=(
                Leaf(
                    name="trust-anchor-profile-name",
                    type=NAMED_ITEM,
                    help="As it is called in the configuration",
                ),
                Leaf(
                    name="ca-profile-down",
                    type=Integer("uint32", 0, 8),
                    help="How many of the CA profiles are down",
                ),
                ListNode(
                    name="trust-anchor",
                    keys=("ca-profile-name",),
                    help="State of one CA that is trusted",
                    children=(
                        Leaf(
                            name="ca-profile-name",
                            type=_ca_profile("../../../../pki/ca-profile/ca-profile-name"),
                            help="As it is called in the configuration",
                        ),
                        _oper_state("Whether the CA can be used"),
                    ),
                ),
            ),
        ),
    ),
)
