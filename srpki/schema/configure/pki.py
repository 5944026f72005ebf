"""``configure system security pki`` [facts: configure-system-security-pki.json, release 26.3].

Classic spellings: auto-update.md section 5, then pki.md section 4.3; else those of the MD-CLI.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import BOOLEAN, NAMED_ITEM
from srpki.schema.configure.authority import CA_PROFILE
from srpki.schema.configure.renewal import (
    CERTIFICATE_AUTO_UPDATE,
    CERTIFICATE_UPDATE_PROFILE,
    EST_PROFILE,
)
from srpki.schema.nodes import Arg, Container, Leaf, Line, ListNode, Maybe
from srpki.schema.types import Enumeration, Integer, Text

_HOURS: Final = Integer("int32", 0, 8760)


def _expiration_warning(name: str, what: str) -> Container:
    return Container(
        name=name,
        help=f"Warn before {what} expires",
        classic=Line(name, (Maybe((Arg("hours"),)), Maybe((Arg("repeat-hours", "repeat"),)))),
        children=(
            Leaf(
                name="hours",
                type=_HOURS,
                units="hours",
                help=f"How long before {what} expires the first warning is given",
            ),
            Leaf(
                name="repeat-hours",
                type=_HOURS,
                units="hours",
                default="0",
                help="Time between two warnings about the same file; 0 warns once",
            ),
        ),
    )


_COMMON_NAME_LIST: Final = ListNode(
    name="common-name-list",
    keys=("cn-list-name",),
    max_elements=64,
    help="Names of which the peer's certificate must carry one",
    children=(
        Leaf(
            name="cn-list-name",
            type=NAMED_ITEM,
            help="Name by which other profiles refer to the accepted names",
        ),
        ListNode(
            name="common-name",
            keys=("cn-index",),
            help="Name that a peer's certificate may carry",
            classic=Line("cn", (Arg("cn-index"), Arg("cn-type", "type"), Arg("cn-value", "value"))),
            children=(
                Leaf(
                    name="cn-index",
                    type=Integer("uint32", 1, 128),
                    help="Number of the name within the list",
                ),
                Leaf(
                    name="cn-type",
                    type=Enumeration(("ip-address", "domain-name")),
                    mandatory=True,
                    help="Match an IP address or a domain name",
                ),
                Leaf(
                    name="cn-value",
                    type=Text(
                        length=(1, 255),
                        patterns=(r"(.*\S.*)",),
                        named="regular-expression-not-all-spaces",
                    ),
                    mandatory=True,
                    help="Regular expression that the whole name must match",
                ),
            ),
        ),
    ),
)

PKI: Final = Container(
    name="pki",
    help="CAs, enrolment servers, and certificates that renew themselves",
    children=(
        Leaf(
            name="certificate-display-format",
            type=Enumeration(("ascii", "utf8")),
            default="ascii",
            help="Show names of certificates in ASCII or in UTF-8",
        ),
        Leaf(
            name="dynamic-ca",
            type=BOOLEAN,
            default="false",
            help="Accept CAs that a peer presents when a known CA certified them",
        ),
        Leaf(
            name="imported-format",
            type=Enumeration(("any", "secure")),
            default="any",
            help="Load imported files of any storage format, or only of the secure one",
        ),
        Leaf(
            name="maximum-cert-chain-depth",
            type=Integer("uint32", 1, 7),
            default="7",
            help="Longest certificate chain that is accepted; a longer one is refused",
        ),
        _expiration_warning("certificate-expiration-warning", "a certificate"),
        _expiration_warning("crl-expiration-warning", "a CRL"),
        CA_PROFILE,
        _COMMON_NAME_LIST,
        EST_PROFILE,
        CERTIFICATE_UPDATE_PROFILE,
        CERTIFICATE_AUTO_UPDATE,
    ),
)
