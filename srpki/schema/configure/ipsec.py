"""``configure ipsec``: who uses certificates for IPsec.

[facts: configure-ipsec-cert-profile.json, configure-ipsec-trust-anchor-profile.json, pki.md 3.1]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME, admin_state, to_ca_profile
from srpki.schema.nodes import Arg, Container, Leaf, LeafList, Line, ListNode, Section
from srpki.schema.types import Enumeration, Integer

_CERT_PROFILE: Final = ListNode(
    name="cert-profile",
    keys=("name",),
    max_elements=10200,
    help="Certificates and keys that the node shows in IKE",
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name of this certificate profile"),
        admin_state("Whether the certificate profile may be used"),
        ListNode(
            name="entry",
            keys=("id",),
            max_elements=8,
            help="One certificate with its key",
            children=(
                Leaf(
                    name="id",
                    type=Integer("uint32", 1, 8),
                    help="Place of the entry in the profile",
                ),
                Leaf(name="cert", type=PKI_FILE_NAME, help="Imported certificate to show"),
                Leaf(
                    name="key",
                    type=PKI_FILE_NAME,
                    help="Imported key that belongs to the certificate",
                ),
                Leaf(
                    name="rsa-signature",
                    type=Enumeration(("pkcs1", "pss")),
                    default="pkcs1",
                    help="How RSA signatures are padded",
                ),
                Leaf(
                    name="compare-chain-include",
                    type=to_ca_profile(
                        "../../../../system/security/pki/ca-profile/ca-profile-name"
                    ),
                    help="CA that the chain must contain when it is compared with a request",
                ),
                Container(
                    name="send-chain",
                    help="CA certificates sent with the certificate",
                    children=(
                        LeafList(
                            name="ca-profile",
                            type=to_ca_profile(
                                "../../../../../system/security/pki/ca-profile/ca-profile-name"
                            ),
                            max_elements=7,
                            help="CAs whose certificates are sent",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

_TRUST_ANCHOR_PROFILE: Final = ListNode(
    name="trust-anchor-profile",
    keys=("name",),
    max_elements=10128,
    help="CAs that are trusted in IKE",
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name of this trust anchor profile"),
        ListNode(
            name="trust-anchor",
            keys=("ca-profile",),
            max_elements=8,
            help="One trusted CA",
            classic=Line("trust-anchor", (Arg("ca-profile"),)),
            children=(
                Leaf(
                    name="ca-profile",
                    type=to_ca_profile(
                        "../../../../system/security/pki/ca-profile/ca-profile-name"
                    ),
                    help="CA profile of the trusted CA",
                ),
            ),
        ),
    ),
)

IPSEC: Final = Container(
    name="ipsec",
    help="Certificates of IPsec tunnels",
    classic=Section("IPsec Configuration"),
    children=(_CERT_PROFILE, _TRUST_ANCHOR_PROFILE),
)
