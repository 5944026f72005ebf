"""``configure ipsec``: who uses certificates for IPsec.

[facts: configure-ipsec-cert-profile.json, configure-ipsec-trust-anchor-profile.json, pki.md 3.1]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, PKI_FILE_NAME, admin_state, to_ca_profile
from srpki.schema.nodes import Arg, Bare, Container, Leaf, LeafList, Line, ListNode, Section
from srpki.schema.types import Enumeration, Integer

_CERT_PROFILE: Final = ListNode(
    name="cert-profile",
    keys=("name",),
    max_elements=10200,
    help="Certificates and keys that IKE authenticates the node with",
    children=(
        Leaf(
            name="name", type=NAMED_ITEM, help="Name by which tunnels refer to these certificates"
        ),
        admin_state("Switch the certificate profile on or off; off, its tunnels cannot use it"),
        ListNode(
            name="entry",
            keys=("id",),
            max_elements=8,
            help="Certificate and key that belong together",
            children=(
                Leaf(
                    name="id",
                    type=Integer("uint32", 1, 8),
                    help="Number of the pair within the profile",
                ),
                Leaf(
                    name="cert",
                    type=PKI_FILE_NAME,
                    help="File of the certificate in cf3:\\system-pki; import it first",
                    classic=Bare(),
                ),
                Leaf(
                    name="key",
                    type=PKI_FILE_NAME,
                    help="File of the private key that belongs to the certificate",
                    classic=Bare(),
                ),
                Leaf(
                    name="rsa-signature",
                    type=Enumeration(("pkcs1", "pss")),
                    default="pkcs1",
                    help="Padding of RSA signatures: PKCS #1 version 1.5, or PSS",
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
                    help="Certificates of CAs that are sent after the node's own",
                    children=(
                        LeafList(
                            name="ca-profile",
                            type=to_ca_profile(
                                "../../../../../system/security/pki/ca-profile/ca-profile-name"
                            ),
                            max_elements=7,
                            help="CA profiles whose certificates complete the chain for the peer",
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
    help="CAs that the certificate of an IKE peer must lead to",
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name by which tunnels refer to these CAs"),
        ListNode(
            name="trust-anchor",
            keys=("ca-profile",),
            max_elements=8,
            help="CA that is trusted, up to eight in a profile",
            classic=Line("trust-anchor", (Arg("ca-profile"),)),
            children=(
                Leaf(
                    name="ca-profile",
                    type=to_ca_profile(
                        "../../../../system/security/pki/ca-profile/ca-profile-name"
                    ),
                    help="CA profile whose certificate is the anchor",
                ),
            ),
        ),
    ),
)

IPSEC: Final = Container(
    name="ipsec",
    help="Certificates and trusted CAs of IPsec tunnels",
    classic=Section("IPsec Configuration"),
    children=(_CERT_PROFILE, _TRUST_ANCHOR_PROFILE),
)
