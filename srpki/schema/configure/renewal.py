"""``est-profile``, ``certificate-update-profile`` and ``certificate-auto-update``.

[facts: configure-system-security-pki.json; classic spellings: auto-update.md section 5]
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    BOOLEAN,
    CURVE,
    EMPTY_TYPE,
    ENCRYPTED,
    HASH_ALGORITHM,
    IP_ADDRESS,
    IPV4_UNICAST,
    KEY_SIZE,
    NAMED_ITEM,
    PKI,
    PKI_FILE_NAME,
)
from srpki.schema.configure import protocols
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Word,
)
from srpki.schema.types import Integer, Reference, Text

_PATH: Final = Text(length=(1, 255), patterns=("/.*",), complaint="must start with forward slash")

_SERVER: Final = Container(
    name="server",
    help="Address, port and paths of the EST server",
    classic=Line(
        "server",
        (
            Maybe(
                (
                    Either(
                        (
                            (Arg("ipv4", "ipv4"),),
                            (Arg("ipv6", "ipv6"),),
                            (Arg("fqdn", "fqdn"),),
                        )
                    ),
                )
            ),
            Maybe((Arg("port", "port"),)),
            Maybe((Arg("path/cacerts", "cacerts"),)),
            Maybe((Arg("path/simpleenroll", "simpleenroll"),)),
            Maybe((Arg("path/simplereenroll", "simplereenroll"),)),
        ),
    ),
    children=(
        Leaf(
            name="port",
            type=Integer("int32", 1, 65535, named="tcp-udp-port-non-zero"),
            default="443",
            help="TCP port that the EST server listens on",
        ),
        Choice(
            name="address",
            cases=(
                Case(
                    name="ipv4",
                    children=(
                        Leaf(
                            name="ipv4",
                            type=IPV4_UNICAST,
                            help="Reach the server at this IPv4 address",
                        ),
                    ),
                ),
                Case(
                    name="ipv6",
                    children=(
                        Leaf(
                            name="ipv6",
                            type=IP_ADDRESS,
                            help="Reach the server at this IPv6 address",
                        ),
                    ),
                ),
                Case(
                    name="fqdn",
                    children=(
                        Leaf(
                            name="fqdn",
                            type=Text(length=(1, 255), named="fully-qualified-domain-name"),
                            help="Reach the server by this domain name",
                        ),
                    ),
                ),
            ),
        ),
        Container(
            name="path",
            help="URL paths of a server that does not use those of RFC 7030",
            children=(
                Leaf(
                    name="cacerts",
                    type=_PATH,
                    help="URL path that CA certificates are fetched from",
                ),
                Leaf(
                    name="simpleenroll",
                    type=_PATH,
                    help="URL path that first certificates are requested from",
                ),
                Leaf(
                    name="simplereenroll",
                    type=_PATH,
                    help="URL path that renewals are requested from",
                ),
            ),
        ),
    ),
)

EST_PROFILE: Final = ListNode(
    name="est-profile",
    keys=("name",),
    max_elements=128,
    help="EST server (RFC 7030) that issues and renews certificates",
    children=(
        Leaf(
            name="name",
            type=NAMED_ITEM,
            help="Name by which update profiles and commands refer to the server",
        ),
        Leaf(
            name="transmission-profile",
            type=NAMED_ITEM,
            help="Source address, timeout and retries towards the EST server",
        ),
        Leaf(
            name="client-tls-profile",
            type=NAMED_ITEM,
            help="TLS client profile: trusted CAs, ciphers and the node's certificate",
        ),
        Leaf(
            name="check-id-kp-cmcra-only",
            type=BOOLEAN,
            default="false",
            help="Accept only a server with id-kp-cmcRA in its certificate [RFC 6402]",
        ),
        _SERVER,
        Container(
            name="http-authentication",
            help="User and password for a server that asks for HTTP authentication",
            classic=Line(
                "http-authentication",
                (Maybe((Arg("username", "username"),)), Maybe((Arg("password", "password"),))),
            ),
            children=(
                Leaf(
                    name="username",
                    type=Text(length=(1, 32)),
                    help="Account of the node on the EST server",
                ),
                Leaf(
                    name="password",
                    type=ENCRYPTED,
                    help="Secret of the account; it is stored and shown sealed",
                ),
            ),
        ),
    ),
)


def _sized(name: str, algorithm: str) -> Case:
    return Case(
        name=name,
        children=(
            Container(
                name=name,
                help=f"Generate a new {algorithm} key",
                children=(
                    Leaf(
                        name="key-size",
                        type=KEY_SIZE,
                        default="2048",
                        help=f"Length of the new {algorithm} key in bits",
                    ),
                ),
            ),
        ),
    )


_KEY_GENERATION: Final = Choice(
    name="key-generation",
    default="same-as-existing-key",
    classic=Line(
        "key-generation",
        (
            Either(
                (
                    (Arg("same-as-existing-key", "same-as-existing-key"),),
                    (Word("rsa", "rsa"), Maybe((Arg("rsa/key-size", "size"),))),
                    (Word("dsa", "dsa"), Maybe((Arg("dsa/key-size", "size"),))),
                    (Word("ecdsa", "ecdsa"), Maybe((Arg("ecdsa/curve", "curve"),))),
                )
            ),
        ),
    ),
    cases=(
        Case(
            name="same-as-existing-key",
            children=(
                Leaf(
                    name="same-as-existing-key",
                    type=EMPTY_TYPE,
                    help="Generate a new key of the same type and length as the present one",
                ),
            ),
        ),
        _sized("rsa", "RSA"),
        _sized("dsa", "DSA"),
        Case(
            name="ecdsa",
            children=(
                Container(
                    name="ecdsa",
                    help="Generate a new elliptic curve key",
                    children=(
                        Leaf(
                            name="curve",
                            type=CURVE,
                            default="secp256r1",
                            help="Elliptic curve of the new key",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

_SCHEDULE: Final = Choice(
    name="schedule",
    default="before-expiry",
    classic=Line(
        "schedule",
        (
            Either(
                (
                    (Arg("before-expiry", "before-expiry"),),
                    (Arg("after-issue", "after-issue"),),
                )
            ),
        ),
    ),
    cases=(
        Case(
            name="before-expiry",
            children=(
                Leaf(
                    name="before-expiry",
                    type=Integer("uint32", 3600, 157680000),
                    units="seconds",
                    default="86400",
                    help="Renew so many seconds before the certificate expires",
                ),
            ),
        ),
        Case(
            name="after-issue",
            children=(
                Leaf(
                    name="after-issue",
                    type=Integer("uint32", 864000, 157680000),
                    units="seconds",
                    help="Renew so many seconds after the certificate became valid",
                ),
            ),
        ),
    ),
)

CERTIFICATE_UPDATE_PROFILE: Final = ListNode(
    name="certificate-update-profile",
    keys=("name",),
    max_elements=256,
    help="How certificates renew: schedule, protocol, new key, retries",
    children=(
        Leaf(
            name="name",
            type=NAMED_ITEM,
            help="Name by which certificates refer to this way of renewing",
        ),
        Leaf(
            name="hash-algorithm",
            type=HASH_ALGORITHM,
            default="sha256",
            help="Hash algorithm of the signatures on requests",
        ),
        Leaf(
            name="retry-interval",
            type=Integer("uint32", 60, 36000),
            units="seconds",
            default="3600",
            help="Pause after a failed update, before it is tried again",
        ),
        protocols.choice(),
        _KEY_GENERATION,
        _SCHEDULE,
    ),
)

CERTIFICATE_AUTO_UPDATE: Final = ListNode(
    name="certificate-auto-update",
    keys=("certificate-file-name",),
    max_elements=256,
    help="Certificate that renews itself when its update profile says so",
    children=(
        Leaf(
            name="certificate-file-name",
            type=PKI_FILE_NAME,
            help="File of the certificate in cf3:\\system-pki that renews itself",
        ),
        Leaf(
            name="key-file-name",
            type=PKI_FILE_NAME,
            help="File of its private key in cf3:\\system-pki; a renewal replaces both",
        ),
        Leaf(
            name="profile",
            type=Reference(
                f"{PKI}/certificate-update-profile/name",
                "../../certificate-update-profile/name",
                NAMED_ITEM,
            ),
            help="Update profile that says when and how to renew",
        ),
    ),
)
