"""The lists of ciphers, groups and signatures of ``configure system security tls``.

[facts: configure-system-security-tls.json]. Those of clients and of servers have the same members.
"""

from __future__ import annotations

from typing import Final, Literal

from srpki.schema.common import NAMED_ITEM
from srpki.schema.nodes import Arg, Leaf, Line, ListNode
from srpki.schema.types import Enumeration, Integer

Side = Literal["client", "server"]

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


def _list(side: Side, name: str, what: str, *children: ListNode) -> ListNode:
    """Return the list of lists called *name* that the *side* of TLS refers to."""
    key = f"{side}-{name}-name"
    does = "offers" if side == "client" else "takes"
    return ListNode(
        name=f"{side}-{name}",
        keys=(key,),
        max_elements=16,
        help=f"{what} that a TLS {side} {does}",
        children=(
            Leaf(
                name=key,
                type=NAMED_ITEM,
                help=f"Name by which {side} profiles refer to this list",
            ),
            *children,
        ),
    )


def lists(side: Side) -> tuple[ListNode, ...]:
    """Return the lists of ciphers, groups and signatures of the *side* of TLS, in this order."""
    return (
        _list(
            side,
            "cipher-list",
            "Ciphers",
            _choices("cipher", _RSA_CIPHERS + _ECDHE_RSA_CIPHERS + _NULL_CIPHERS, "cipher"),
            _choices(
                "tls12-cipher",
                _RSA_CIPHERS + _ECDHE_ECDSA_CIPHERS + _ECDHE_RSA_CIPHERS,
                "TLS 1.2 cipher",
            ),
            _choices("tls13-cipher", _TLS13_CIPHERS, "TLS 1.3 cipher"),
        ),
        _list(
            side,
            "group-list",
            "Key exchange groups of TLS 1.3",
            _choices("tls13-group", _GROUPS, "TLS 1.3 group"),
        ),
        _list(
            side,
            "signature-list",
            "Signature algorithms of TLS 1.3",
            _choices("tls13-signature", _SIGNATURES, "TLS 1.3 signature algorithm"),
        ),
    )
