"""``ca-profile``: a certification authority, how to reach it and how to check what it issued.

[facts: configure-system-security-pki.json]. The classic names inside ``cmpv2`` and
``auto-crl-update`` are those recalled in pki.md section 4.3.
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    BOOLEAN,
    DESCRIPTION,
    DISTINGUISHED_NAME,
    EMPTY_TYPE,
    ENCRYPTED,
    HTTP_OPTIONAL_URL,
    HTTP_PATH_URL,
    HTTP_VERSION,
    NAMED_ITEM,
    PKI_FILE_NAME,
    SERVICE_NAME,
    admin_state,
    to_transmission_profile,
)
from srpki.schema.nodes import (
    Arg,
    Case,
    Choice,
    Container,
    Either,
    Inline,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Rename,
)
from srpki.schema.types import Enumeration, Integer, Text

_DURATION: Final = Integer("uint32", 0, 31622400, named="time-duration")

_OCSP: Final = Container(
    name="ocsp",
    auto_restart=True,
    help="Where revocation is asked for by OCSP",
    children=(
        Leaf(
            name="responder-url",
            type=HTTP_OPTIONAL_URL,
            auto_restart=True,
            help="HTTP URL of the OCSP responder",
        ),
        Leaf(
            name="service-name",
            type=SERVICE_NAME,
            auto_restart=True,
            help="Service through which the responder is reached",
        ),
        Leaf(
            name="transmission-profile",
            type=to_transmission_profile("../../../../../transmission-profile/name"),
            auto_restart=True,
            help="Transmission profile used towards the responder",
        ),
    ),
)

_RESPONSE_SIGNING: Final = Choice(
    name="response-signing",
    default="response-signing-cert",
    cases=(
        Case(
            name="response-signing-use-extracert",
            children=(
                Leaf(
                    name="response-signing-use-extracert",
                    type=EMPTY_TYPE,
                    auto_restart=True,
                    help="Check answers with a certificate that the answer itself brings",
                ),
            ),
        ),
        Case(
            name="response-signing-cert",
            children=(
                Leaf(
                    name="response-signing-cert",
                    type=PKI_FILE_NAME,
                    auto_restart=True,
                    help="Imported certificate with which answers are checked",
                ),
            ),
        ),
    ),
)

_RECIPIENT: Final = Choice(
    name="recipient",
    default="use-ca-subject",
    cases=(
        Case(
            name="use-ca-subject",
            children=(
                Leaf(
                    name="use-ca-subject",
                    type=EMPTY_TYPE,
                    auto_restart=True,
                    help="Address requests to the subject of the CA certificate",
                ),
            ),
        ),
        Case(
            name="recipient-subject",
            children=(
                Leaf(
                    name="recipient-subject",
                    type=DISTINGUISHED_NAME,
                    auto_restart=True,
                    help="Distinguished name that requests are addressed to",
                ),
            ),
        ),
    ),
)

_ACCEPT_UNPROTECTED: Final = Container(
    name="accept-unprotected-message",
    auto_restart=True,
    help="Which messages of the CA may come without protection",
    classic=Inline(),
    children=(
        Leaf(
            name="error-message",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Accept error messages without protection",
            classic=Rename("accept-unprotected-errormsg"),
        ),
        Leaf(
            name="pkiconf-message",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Accept the CA's final confirmation without protection",
            classic=Rename("accept-unprotected-pkiconf"),
        ),
    ),
)

_HTTP: Final = Container(
    name="http",
    auto_restart=True,
    help="How CMPv2 messages are carried over HTTP",
    classic=Inline(),
    children=(
        Leaf(
            name="response-timeout",
            type=Integer("uint32", 1, 3600),
            units="seconds",
            default="30",
            auto_restart=True,
            help="How long to wait for the CA's answer",
            classic=Rename("http-response-timeout"),
        ),
        Leaf(
            name="version",
            type=HTTP_VERSION,
            default="1.1",
            auto_restart=True,
            help="Version of HTTP to speak",
            classic=Rename("http-version"),
        ),
    ),
)

_URL: Final = Container(
    name="url",
    auto_restart=True,
    help="Where the CMPv2 server is",
    classic=Line(
        "url",
        (
            Maybe((Arg("url-string"),)),
            Maybe(
                (
                    Either(
                        (
                            (Arg("service-name", "service-name"),),
                            (Arg("transmission-profile", "transmission-profile"),),
                        )
                    ),
                )
            ),
        ),
    ),
    children=(
        Leaf(
            name="url-string",
            type=HTTP_OPTIONAL_URL,
            auto_restart=True,
            help="HTTP URL of the CMPv2 server",
        ),
        Choice(
            name="transport",
            cases=(
                Case(
                    name="service",
                    children=(
                        Leaf(
                            name="service-name",
                            type=SERVICE_NAME,
                            auto_restart=True,
                            help="Service through which the CMPv2 server is reached",
                        ),
                    ),
                ),
                Case(
                    name="transmission",
                    children=(
                        Leaf(
                            name="transmission-profile",
                            type=to_transmission_profile(
                                "../../../../../../transmission-profile/name"
                            ),
                            auto_restart=True,
                            help="Transmission profile used towards the CMPv2 server",
                        ),
                    ),
                ),
            ),
        ),
    ),
)

_KEY_LIST: Final = Container(
    name="key-list",
    auto_restart=True,
    help="Passwords agreed with the CA for initial registration",
    children=(
        ListNode(
            name="key",
            keys=("reference-number",),
            max_elements=128,
            help="Password that belongs to one reference number",
            classic=Line("key", (Maybe((Arg("password"),)), Arg("reference-number", "reference"))),
            children=(
                Leaf(
                    name="reference-number",
                    type=Text(
                        length=(1, 64),
                        patterns=(r".*\S.*",),
                        named="display-string",
                        complaint="Reference number must not be all spaces",
                    ),
                    help="Reference number that names the password to the CA",
                ),
                Leaf(name="password", type=ENCRYPTED, help="Password, kept sealed"),
            ),
        ),
    ),
)

_CMPV2: Final = Container(
    name="cmpv2",
    auto_restart=True,
    help="How certificates are requested by CMPv2",
    children=(
        Leaf(
            name="always-set-sender-for-ir",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Name the subject as sender of an initial registration",
        ),
        Leaf(
            name="same-recipient-nonce-for-poll-request",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Repeat the recipient nonce of the last answer in poll requests",
            classic=Rename("same-recipnonce-for-pollreq"),
        ),
        Leaf(
            name="signing-cert-subject",
            type=DISTINGUISHED_NAME,
            auto_restart=True,
            help="Attributes that the subject of the CA's signing certificate must have",
        ),
        _RESPONSE_SIGNING,
        _RECIPIENT,
        _ACCEPT_UNPROTECTED,
        _HTTP,
        _URL,
        _KEY_LIST,
    ),
)

_AUTO_CRL_UPDATE: Final = Container(
    name="auto-crl-update",
    presence=True,
    help="Download of the CRL without an operator",
    children=(
        admin_state("Whether the CRL is downloaded by itself"),
        Leaf(
            name="periodic-update-interval",
            type=Integer("uint32", 3600, 31622400, named="time-duration"),
            units="seconds",
            default="86400",
            auto_restart=True,
            help="Time between two downloads of the periodic schedule",
        ),
        Leaf(
            name="pre-update-time",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="How long before the CRL's next update the download starts",
        ),
        Leaf(
            name="retry-interval",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="How long to wait after a failed download; 0 gives up",
        ),
        Leaf(
            name="schedule-type",
            type=Enumeration(("next-update-based", "periodic")),
            default="next-update-based",
            auto_restart=True,
            help="What decides when the CRL is downloaded",
        ),
        Container(
            name="crl-urls",
            auto_restart=True,
            help="Where the CRL can be downloaded",
            children=(
                ListNode(
                    name="url-entry",
                    keys=("entry-id",),
                    help="One place to download from; they are tried in order",
                    children=(
                        Leaf(
                            name="entry-id",
                            type=Integer("uint32", 1, 8),
                            help="Place of the URL in the order",
                        ),
                        Leaf(
                            name="transmission-profile",
                            type=to_transmission_profile(
                                "../../../../../../../transmission-profile/name"
                            ),
                            help="Transmission profile used for this URL",
                            classic=Rename("file-transmission-profile"),
                        ),
                        Leaf(name="url", type=HTTP_PATH_URL, help="HTTP URL of the CRL"),
                    ),
                ),
            ),
        ),
    ),
)

CA_PROFILE: Final = ListNode(
    name="ca-profile",
    keys=("ca-profile-name",),
    max_elements=128,
    help="A certification authority that is known to the node",
    children=(
        Leaf(name="ca-profile-name", type=NAMED_ITEM, help="Name of this CA profile"),
        admin_state("Whether the CA may be used"),
        Leaf(name="description", type=DESCRIPTION, help="Free text about this CA"),
        Leaf(
            name="cert-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="Imported certificate of the CA",
        ),
        Leaf(
            name="crl-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="Imported CRL of the CA",
        ),
        Leaf(
            name="revocation-check",
            type=Enumeration(("crl", "crl-optional")),
            default="crl",
            auto_restart=True,
            help="Whether the CA can be used without a valid CRL",
        ),
        _OCSP,
        _CMPV2,
        _AUTO_CRL_UPDATE,
    ),
)
