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
    to_ca_profile,
)
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
    help="Where the EST server is",
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
            help="TCP port of the EST server",
        ),
        Choice(
            name="address",
            cases=(
                Case(
                    name="ipv4",
                    children=(
                        Leaf(name="ipv4", type=IPV4_UNICAST, help="IPv4 address of the EST server"),
                    ),
                ),
                Case(
                    name="ipv6",
                    children=(
                        Leaf(name="ipv6", type=IP_ADDRESS, help="IPv6 address of the EST server"),
                    ),
                ),
                Case(
                    name="fqdn",
                    children=(
                        Leaf(
                            name="fqdn",
                            type=Text(length=(1, 255), named="fully-qualified-domain-name"),
                            help="Domain name of the EST server",
                        ),
                    ),
                ),
            ),
        ),
        Container(
            name="path",
            help="Paths that differ from those of RFC 7030",
            children=(
                Leaf(name="cacerts", type=_PATH, help="Path for the CA certificates"),
                Leaf(name="simpleenroll", type=_PATH, help="Path for the first certificate"),
                Leaf(name="simplereenroll", type=_PATH, help="Path for the renewal"),
            ),
        ),
    ),
)

EST_PROFILE: Final = ListNode(
    name="est-profile",
    keys=("name",),
    max_elements=128,
    help="An EST server and how to talk to it",
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name of this EST profile"),
        Leaf(
            name="transmission-profile",
            type=NAMED_ITEM,
            help="Transmission profile used towards the server",
        ),
        Leaf(
            name="client-tls-profile",
            type=NAMED_ITEM,
            help="TLS profile of the connection to the server",
        ),
        Leaf(
            name="check-id-kp-cmcra-only",
            type=BOOLEAN,
            default="false",
            help="Accept only a server whose certificate is marked for a registration authority",
        ),
        _SERVER,
        Container(
            name="http-authentication",
            help="User and password for a server that asks for them",
            classic=Line(
                "http-authentication",
                (Maybe((Arg("username", "username"),)), Maybe((Arg("password", "password"),))),
            ),
            children=(
                Leaf(
                    name="username",
                    type=Text(length=(1, 32)),
                    help="User name given to the EST server",
                ),
                Leaf(name="password", type=ENCRYPTED, help="Password of the user, kept sealed"),
            ),
        ),
    ),
)

_PROTOCOL: Final = Choice(
    name="protocol",
    default="cmpv2",
    classic=Line(
        "protocol",
        (
            Either(
                (
                    (Word("cmpv2", "cmpv2"), Maybe((Arg("cmpv2/ca-profile", "ca-profile"),))),
                    (Word("est", "est"), Maybe((Arg("est/est-profile", "est-profile"),))),
                )
            ),
        ),
    ),
    cases=(
        Case(
            name="cmpv2",
            children=(
                Container(
                    name="cmpv2",
                    help="Renew by a CMPv2 key update",
                    children=(
                        Leaf(
                            name="ca-profile",
                            type=to_ca_profile("../../../ca-profile/ca-profile-name"),
                            help="CA that renews the certificate",
                        ),
                    ),
                ),
            ),
        ),
        Case(
            name="est",
            children=(
                Container(
                    name="est",
                    help="Renew by EST re-enrolment",
                    children=(
                        Leaf(
                            name="est-profile",
                            type=Reference(
                                f"{PKI}/est-profile/name", "../../../est-profile/name", NAMED_ITEM
                            ),
                            help="EST profile of the server that renews the certificate",
                        ),
                    ),
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
                    help="Generate a key of the type and length of the present one",
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
                            help="Curve of the new key",
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
                    help="Renew this long before the certificate expires",
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
                    help="Renew this long after the certificate became valid",
                ),
            ),
        ),
    ),
)

CERTIFICATE_UPDATE_PROFILE: Final = ListNode(
    name="certificate-update-profile",
    keys=("name",),
    max_elements=256,
    help="How certificates are renewed: protocol, new key, schedule, retry",
    children=(
        Leaf(name="name", type=NAMED_ITEM, help="Name of this update profile"),
        Leaf(
            name="hash-algorithm",
            type=HASH_ALGORITHM,
            default="sha256",
            help="Hash with which requests are signed",
        ),
        Leaf(
            name="retry-interval",
            type=Integer("uint32", 60, 36000),
            units="seconds",
            default="3600",
            help="How long to wait after a failed update",
        ),
        _PROTOCOL,
        _KEY_GENERATION,
        _SCHEDULE,
    ),
)

CERTIFICATE_AUTO_UPDATE: Final = ListNode(
    name="certificate-auto-update",
    keys=("certificate-file-name",),
    max_elements=256,
    help="An imported certificate that is renewed by itself",
    children=(
        Leaf(
            name="certificate-file-name",
            type=PKI_FILE_NAME,
            help="Imported certificate to renew",
        ),
        Leaf(
            name="key-file-name",
            type=PKI_FILE_NAME,
            help="Imported key that belongs to the certificate",
        ),
        Leaf(
            name="profile",
            type=Reference(
                f"{PKI}/certificate-update-profile/name",
                "../../certificate-update-profile/name",
                NAMED_ITEM,
            ),
            help="Update profile that says how to renew",
        ),
    ),
)
