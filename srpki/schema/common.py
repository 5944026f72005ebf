"""Value types that several branches of the tree share [fact sheets ``*.json``, pki.md section 1].

YANG patterns are XSD regular expressions; those below mean the same to Python's `re.fullmatch`.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Leaf
from srpki.schema.types import Address, Boolean, Empty, Enumeration, Integer, Reference, Text

NOT_ALL_SPACES: Final = r"(.*\S.*)|()"
_PORT: Final = (
    "(:([0-9]{1,4}|[0-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]))?"
)
_AUTHORITY: Final = r"([^@]*@)?((\[[^\]]+\])|([^\\/:])+)" + _PORT + r"([\\/].*)?"


class FlashUrl(Text):
    r"""A file on the compact flash: ``cf3:\x``; ``cf3:/x`` is read as the same."""

    def parse(self, text: str) -> str:
        r"""Return *text* with every ``/`` made a ``\``, when it is a URL then."""
        return Text.parse(self, text.replace("/", "\\"))


class EntryName(Text):
    """The key of a list entry that the models declare as a mere string; *target* as in `Reference`.

    It is completed as a reference is, and never checked against what exists.
    """

    target: str = ""


BOOLEAN: Final = Boolean()
EMPTY_TYPE: Final = Empty()

NAMED_ITEM: Final = Text(length=(1, 32), patterns=(NOT_ALL_SPACES,), named="named-item")
DESCRIPTION: Final = Text(length=(1, 80), patterns=(NOT_ALL_SPACES,), named="description")
SERVICE_NAME: Final = Text(length=(1, 64), patterns=(NOT_ALL_SPACES,), named="service-name")
DISTINGUISHED_NAME: Final = Text(length=(1, 256))
DOMAIN_NAMES: Final = Text(length=(1, 512))
ENCRYPTED: Final = Text(length=(1, 115), named="encrypted-leaf", secret=True)

PKI_FILE_NAME: Final = Text(
    length=(1, 95),
    patterns=(r".*\S.*", r"[^\\:/]*"),
    named="pki-file-name",
    complaint="File name must not contain a path",
)
TLS_FILE_NAME: Final = Text(
    length=(1, 95),
    patterns=(NOT_ALL_SPACES, r"[^:\\/]+"),
    named="string-not-all-spaces",
    complaint="File name must not contain a path",
)
CFLASH_URL: Final = FlashUrl(
    length=(1, 200),
    patterns=(
        r"cf[1-4](-[A-Da-d])?:.*",
        r".*:([\\]?[a-zA-Z0-9._\-\s]{1,99})(\\[a-zA-Z0-9._\-\s]{1,99})*",
    ),
    named="cflash-url",
    complaint="The given string is not a valid cflash URL.",
)
URL: Final = Text(length=(1, 180), named="url")
HTTP_OPTIONAL_URL: Final = Text(
    length=(1, 180),
    patterns=(r"([hH][tT][tT][pP]:[\\/]{2})?" + _AUTHORITY,),
    named="http-optional-url-loose",
    complaint="The given string is not a valid HTTP URL.",
)
HTTP_PATH_URL: Final = Text(
    length=(1, 180),
    patterns=(
        r"[hH][tT][tT][pP]:[\\/]{2}" + _AUTHORITY,
        r"\w[\w+-.]*:[\\/]{2}[^\\/]+[\\/].*",
    ),
    named="http-url-path-loose",
    complaint="The given string is not a valid HTTP URL or is missing a path component.",
)

ADMIN_STATE: Final = Enumeration(("enable", "disable"), named="admin-state")
HASH_ALGORITHM: Final = Enumeration(
    ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"), named="hash-algorithm"
)
CURVE: Final = Enumeration(("secp256r1", "secp384r1", "secp521r1"), named="ecdsa-curve")
HTTP_VERSION: Final = Enumeration(("1.0", "1.1"), named="http-version-type")
KEY_SIZE: Final = Integer("uint32", 512, 8192)

IPV4_UNICAST: Final = Address(
    (4,), ("inet:ipv4-address",), named="ipv4-unicast-address", unicast=True
)
IPV6: Final = Address((6,), ("inet:ipv6-address",), named="ipv6-address")
IP_ADDRESS: Final = Address(
    (4, 6), ("inet:ipv4-address-no-zone", "inet:ipv6-address-no-zone"), named="ip-address"
)

PKI: Final = "/configure/system/security/pki"
TLS: Final = "/configure/system/security/tls"


def to_ca_profile(yang: str) -> Reference:
    """Return the type of a reference, spelled *yang* in the models, to a CA profile."""
    return Reference(f"{PKI}/ca-profile/ca-profile-name", yang, NAMED_ITEM)


def to_transmission_profile(yang: str) -> Reference:
    """Return the type of a reference, spelled *yang*, to a transmission profile."""
    return Reference("/configure/system/transmission-profile/name", yang, NAMED_ITEM)


def description(what: str) -> Leaf:
    """Return the leaf ``description`` of *what*."""
    return Leaf(name="description", type=DESCRIPTION, help=f"Text that describes the {what}")


def admin_state(help_: str) -> Leaf:
    """Return the leaf ``admin-state``, which is off until it is switched on."""
    return Leaf(name="admin-state", type=ADMIN_STATE, help=help_, default="disable")
