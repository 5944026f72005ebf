"""``ca-profile cmpv2``: how a CA is spoken to by CMPv2, and which of its answers are believed.

[facts: configure-system-security-pki.json; classic names: pki.md section 4.3].
"""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    BOOLEAN,
    DISTINGUISHED_NAME,
    EMPTY_TYPE,
    ENCRYPTED,
    HTTP_OPTIONAL_URL,
    HTTP_VERSION,
    PKI_FILE_NAME,
    SERVICE_NAME,
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
    Ordered,
    Rename,
)
from srpki.schema.types import Integer, Text

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
                    help="Trust the signer's certificate that comes in the extraCerts of an answer",
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
                    help="File of the certificate that verifies answers, if not the CA's own",
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
                    help="Recipient of requests, as a distinguished name",
                ),
            ),
        ),
    ),
)

_ACCEPT_UNPROTECTED: Final = Container(
    name="accept-unprotected-message",
    auto_restart=True,
    help="Messages of the CA that are accepted without protection",
    classic=Inline(),
    children=(
        Leaf(
            name="error-message",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Accept error messages that are not protected",
            classic=Rename("accept-unprotected-errormsg"),
        ),
        Leaf(
            name="pkiconf-message",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Accept the final confirmation (pkiconf) when it is not protected",
            classic=Rename("accept-unprotected-pkiconf"),
        ),
    ),
)

_HTTP: Final = Container(
    name="http",
    auto_restart=True,
    help="How long and by which HTTP version CMPv2 messages travel",
    classic=Inline(),
    children=(
        Leaf(
            name="response-timeout",
            type=Integer("uint32", 1, 3600),
            units="seconds",
            default="30",
            auto_restart=True,
            help="Give up an exchange when the CA has not answered within this time",
            classic=Rename("http-response-timeout"),
        ),
        Leaf(
            name="version",
            type=HTTP_VERSION,
            default="1.1",
            auto_restart=True,
            help="HTTP version of the requests",
            classic=Rename("http-version"),
        ),
    ),
)

_URL: Final = Container(
    name="url",
    auto_restart=True,
    help="Address of the CMPv2 server and the way to it",
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
            help="URL that CMPv2 requests are posted to, as http://host:port/path",
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
                            help="Service (VPRN) through which the CMPv2 server is reached",
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
                            help="Source address, timeout and retries towards the CMPv2 server",
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
    help="Passwords agreed with the CA, told apart by reference number",
    children=(
        ListNode(
            name="key",
            keys=("reference-number",),
            max_elements=128,
            help="Password for requests that carry one reference number",
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
                    help="Number that tells the CA which password protects a request",
                ),
                Leaf(
                    name="password",
                    type=ENCRYPTED,
                    help="Secret that protects requests; it is stored and shown sealed",
                ),
            ),
        ),
    ),
)

CMPV2: Final = Container(
    name="cmpv2",
    auto_restart=True,
    help="Request and renew certificates of this CA by CMPv2",
    # The order in which routers write them [observed-2.md 4].
    classic=Ordered(
        ("accept-unprotected-message", "always-set-sender-for-ir", "url", "response-signing-cert")
    ),
    children=(
        Leaf(
            name="always-set-sender-for-ir",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Put the subject as sender into an initial registration by password",
        ),
        Leaf(
            name="same-recipient-nonce-for-poll-request",
            type=BOOLEAN,
            default="false",
            auto_restart=True,
            help="Send the same recipient nonce in every poll request of a transaction",
            classic=Rename("same-recipnonce-for-pollreq"),
        ),
        Leaf(
            name="signing-cert-subject",
            type=DISTINGUISHED_NAME,
            auto_restart=True,
            help="Attributes that the subject of the signer of answers must have",
        ),
        _RESPONSE_SIGNING,
        _RECIPIENT,
        _ACCEPT_UNPROTECTED,
        _HTTP,
        _URL,
        _KEY_LIST,
    ),
)
