"""``configure system security tls``: what a TLS client needs.

[facts: configure-system-security-tls.json; classic spellings: pki.md section 4.3]. The server's
profiles and lists are not declared: the router runs no TLS server.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import NAMED_ITEM, TLS_FILE_NAME, admin_state, to_ca_profile
from srpki.schema.common import TLS as TLS_PATH
from srpki.schema.nodes import Arg, Container, Leaf, Line, ListNode, Rename
from srpki.schema.types import Enumeration, Integer, Reference

_RSA_CIPHERS: Final = (
    "tls-rsa-with3des-ede-cbc-sha",
    "tls-rsa-with-aes128-cbc-sha",
    "tls-rsa-with-aes256-cbc-sha",
    "tls-rsa-with-aes128-cbc-sha256",
    "tls-rsa-with-aes256-cbc-sha256",
    "tls-rsa-with-aes128-gcm-sha256",
    "tls-rsa-with-aes256-gcm-sha384",
)
_ECDHE_RSA_CIPHERS: Final = ("tls-ecdhe-rsa-aes128-gcm-sha256", "tls-ecdhe-rsa-aes256-gcm-sha384")
_ECDHE_ECDSA_CIPHERS: Final = (
    "tls-ecdhe-ecdsa-aes128-gcm-sha256",
    "tls-ecdhe-ecdsa-aes256-gcm-sha384",
)
_NULL_CIPHERS: Final = (
    "tls-rsa-with-null-md5",
    "tls-rsa-with-null-sha",
    "tls-rsa-with-null-sha256",
)
_TLS13_CIPHERS: Final = (
    "tls-aes128-gcm-sha256",
    "tls-aes256-gcm-sha384",
    "tls-chacha20-poly1305-sha256",
    "tls-aes128-ccm-sha256",
    "tls-aes128-ccm8-sha256",
)
_GROUPS: Final = ("tls-ecdhe-256", "tls-ecdhe-384", "tls-ecdhe-521", "tls-x25519", "tls-x448")
_SIGNATURES: Final = (
    "tls-rsa-pkcs1-sha256",
    "tls-ecdsa-secp256r1-sha256",
    "tls-rsa-pkcs1-sha384",
    "tls-ecdsa-secp384r1-sha384",
    "tls-rsa-pkcs1-sha512",
    "tls-ecdsa-secp521r1-sha512",
    "tls-rsa-pss-rsae-sha256",
    "tls-rsa-pss-rsae-sha384",
    "tls-rsa-pss-rsae-sha512",
    "tls-ed25519",
    "tls-ed448",
    "tls-rsa-pss-pss-sha256",
    "tls-rsa-pss-pss-sha384",
    "tls-rsa-pss-pss-sha512",
)


def _reference(target: str, yang: str) -> Reference:
    return Reference(f"{TLS_PATH}/{target}", yang, NAMED_ITEM)


def _choices(name: str, values: tuple[str, ...], what: str) -> ListNode:
    """Return the list *name* of numbered choices; the lowest number is preferred."""
    return ListNode(
        name=name,
        keys=("index",),
        help=f"One accepted {what}; lower numbers come first",
        classic=Line(name, (Arg("index"), Arg("name", "name"))),
        children=(
            Leaf(
                name="index",
                type=Integer("uint32", 1, 255),
                help="Position in the order of preference, the lowest first",
            ),
            Leaf(
                name="name",
                type=Enumeration(values),
                mandatory=True,
                help=f"The {what}, by its name in the models",
            ),
        ),
    )


_CERT_PROFILE: Final = ListNode(
    name="cert-profile",
    keys=("cert-profile-name",),
    max_elements=16,
    help="Certificates and keys that TLS authenticates the node with",
    children=(
        Leaf(
            name="cert-profile-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these certificates",
        ),
        admin_state("Switch the certificate profile on or off; off, the node has no certificate"),
        ListNode(
            name="entry",
            keys=("entry-id",),
            max_elements=8,
            help="Certificate and key that belong together",
            children=(
                Leaf(
                    name="entry-id",
                    type=Integer("int32", 1, 8),
                    help="Number of the pair within the profile",
                ),
                Leaf(
                    name="certificate-file",
                    type=TLS_FILE_NAME,
                    help="File of the certificate in cf3:\\system-pki; import it first",
                    classic=Rename("cert"),
                ),
                Leaf(
                    name="key-file",
                    type=TLS_FILE_NAME,
                    help="File of the private key that belongs to the certificate",
                    classic=Rename("key"),
                ),
                Container(
                    name="send-chain",
                    help="Certificates of CAs that are sent after the node's own",
                    children=(
                        ListNode(
                            name="ca-profile",
                            keys=("ca-profile-name",),
                            max_elements=7,
                            help="CA whose certificate completes the chain for the server",
                            classic=Line("ca-profile", (Arg("ca-profile-name"),)),
                            children=(
                                Leaf(
                                    name="ca-profile-name",
                                    type=to_ca_profile(
                                        "../../../../../../pki/ca-profile/ca-profile-name"
                                    ),
                                    help="CA profile whose certificate is sent",
                                ),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    ),
)

_CIPHER_LIST: Final = ListNode(
    name="client-cipher-list",
    keys=("client-cipher-list-name",),
    max_elements=16,
    help="Ciphers that a TLS client offers",
    children=(
        Leaf(
            name="client-cipher-list-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these ciphers",
        ),
        _choices("cipher", _RSA_CIPHERS + _ECDHE_RSA_CIPHERS + _NULL_CIPHERS, "cipher"),
        _choices(
            "tls12-cipher",
            _RSA_CIPHERS + _ECDHE_ECDSA_CIPHERS + _ECDHE_RSA_CIPHERS,
            "TLS 1.2 cipher",
        ),
        _choices("tls13-cipher", _TLS13_CIPHERS, "TLS 1.3 cipher"),
    ),
)

_GROUP_LIST: Final = ListNode(
    name="client-group-list",
    keys=("client-group-list-name",),
    max_elements=16,
    help="Key exchange groups that a TLS 1.3 client offers",
    children=(
        Leaf(
            name="client-group-list-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these groups",
        ),
        _choices("tls13-group", _GROUPS, "TLS 1.3 group"),
    ),
)

_SIGNATURE_LIST: Final = ListNode(
    name="client-signature-list",
    keys=("client-signature-list-name",),
    max_elements=16,
    help="Signature algorithms that a TLS 1.3 client accepts",
    children=(
        Leaf(
            name="client-signature-list-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these algorithms",
        ),
        _choices("tls13-signature", _SIGNATURES, "TLS 1.3 signature algorithm"),
    ),
)

_STATUS_VERIFY: Final = Container(
    name="status-verify",
    help="How the revocation of a server's certificate is checked",
    children=(
        Leaf(
            name="default-result",
            type=Enumeration(("revoked", "good"), named="tls-status-verify"),
            default="revoked",
            help="Take a certificate for good or revoked when no method can tell",
        ),
        Container(
            name="ee-revocation",
            help="Methods that check the server's own certificate (end entity)",
            children=(
                Leaf(
                    name="primary",
                    type=Enumeration(("crl", "ocsp"), named="tls-cert-revocation-status"),
                    default="crl",
                    help="Look a certificate up by this method first",
                ),
                Leaf(
                    name="secondary",
                    type=Enumeration(
                        ("none", "crl", "ocsp"), named="tls-cert-revocation-status-with-none"
                    ),
                    default="none",
                    help="Look a certificate up by this method when the first gives no answer",
                ),
            ),
        ),
    ),
)

_CLIENT_TLS_PROFILE: Final = ListNode(
    name="client-tls-profile",
    keys=("client-profile-name",),
    max_elements=16,
    help="Certificate, trusted CAs, ciphers and versions of the node as a client",
    children=(
        Leaf(
            name="client-profile-name",
            type=NAMED_ITEM,
            help="Name by which EST profiles refer to these TLS settings",
        ),
        Leaf(
            name="cert-profile",
            type=_reference(
                "cert-profile/cert-profile-name", "../../cert-profile/cert-profile-name"
            ),
            help="Certificate profile that the node answers a certificate request with",
        ),
        Leaf(
            name="cipher-list",
            type=_reference(
                "client-cipher-list/client-cipher-list-name",
                "../../client-cipher-list/client-cipher-list-name",
            ),
            help="Client cipher list to offer to the server",
        ),
        admin_state("Switch the client profile on or off; off, its connections fail"),
        Leaf(
            name="trust-anchor-profile",
            type=_reference(
                "trust-anchor-profile/trust-anchor-profile-name",
                "../../trust-anchor-profile/trust-anchor-profile-name",
            ),
            help="Trust anchor profile that the server's certificate must lead to",
        ),
        Leaf(
            name="group-list",
            type=_reference(
                "client-group-list/client-group-list-name",
                "../../client-group-list/client-group-list-name",
            ),
            help="Client group list to offer to a TLS 1.3 server",
        ),
        Leaf(
            name="signature-list",
            type=_reference(
                "client-signature-list/client-signature-list-name",
                "../../client-signature-list/client-signature-list-name",
            ),
            help="Client signature list to offer to a TLS 1.3 server",
        ),
        Leaf(
            name="protocol-version",
            type=Enumeration(
                ("tls-version-all", "tls-version-12", "tls-version-13"),
                named="tls-protocol-version",
            ),
            default="tls-version-12",
            help="TLS versions to offer: 1.2, 1.3 or both",
        ),
        _STATUS_VERIFY,
    ),
)

_TRUST_ANCHOR_PROFILE: Final = ListNode(
    name="trust-anchor-profile",
    keys=("trust-anchor-profile-name",),
    max_elements=16,
    help="CAs that the certificate of a TLS server must lead to",
    children=(
        Leaf(
            name="trust-anchor-profile-name",
            type=NAMED_ITEM,
            help="Name by which client profiles refer to these CAs",
        ),
        ListNode(
            name="trust-anchor",
            keys=("ca-profile-name",),
            max_elements=8,
            help="CA that is trusted",
            classic=Line("trust-anchor", (Arg("ca-profile-name"),)),
            children=(
                Leaf(
                    name="ca-profile-name",
                    type=to_ca_profile("../../../../pki/ca-profile/ca-profile-name"),
                    help="CA profile whose certificate is the anchor",
                ),
            ),
        ),
    ),
)

TLS: Final = Container(
    name="tls",
    help="Profiles and lists that TLS connections are made by",
    children=(
        _CERT_PROFILE,
        _CIPHER_LIST,
        _GROUP_LIST,
        _SIGNATURE_LIST,
        _CLIENT_TLS_PROFILE,
        _TRUST_ANCHOR_PROFILE,
    ),
)
