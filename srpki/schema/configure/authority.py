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
    Deferred,
    Either,
    Inline,
    Leaf,
    Line,
    ListNode,
    Maybe,
    Ordered,
    Rename,
)
from srpki.schema.types import Enumeration, Integer, Text

_DURATION: Final = Integer("uint32", 0, 31622400, named="time-duration")

_OCSP: Final = Container(
    name="ocsp",
    auto_restart=True,
    help="Ask an OCSP responder whether certificates of this CA are revoked",
    children=(
        Leaf(
            name="responder-url",
            type=HTTP_OPTIONAL_URL,
            auto_restart=True,
            help="URL of the OCSP responder, as http://host:port/path",
        ),
        Leaf(
            name="service-name",
            type=SERVICE_NAME,
            auto_restart=True,
            help="Service (VPRN) through which the OCSP responder is reached",
        ),
        Leaf(
            name="transmission-profile",
            type=to_transmission_profile("../../../../../transmission-profile/name"),
            auto_restart=True,
            help="Source address, timeout and retries towards the OCSP responder",
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

_CMPV2: Final = Container(
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

_AUTO_CRL_UPDATE: Final = Container(
    name="auto-crl-update",
    presence=True,
    classic=Deferred(),
    help="Download the CRL of this CA in time, without an operator",
    children=(
        admin_state("Switch the download of the CRL on or off"),
        Leaf(
            name="periodic-update-interval",
            type=Integer("uint32", 3600, 31622400, named="time-duration"),
            units="seconds",
            default="86400",
            auto_restart=True,
            help="Time between two downloads, with schedule-type periodic",
        ),
        Leaf(
            name="pre-update-time",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="Start this long before the CRL's next update, with next-update-based",
        ),
        Leaf(
            name="retry-interval",
            type=_DURATION,
            units="seconds",
            default="3600",
            auto_restart=True,
            help="Pause before the URLs are tried again after all failed; 0 gives up",
        ),
        Leaf(
            name="schedule-type",
            type=Enumeration(("next-update-based", "periodic")),
            default="next-update-based",
            auto_restart=True,
            help="Download before the CRL's next update, or at fixed intervals",
        ),
        Container(
            name="crl-urls",
            auto_restart=True,
            help="URLs that the CRL is downloaded from, the lowest entry first",
            children=(
                ListNode(
                    name="url-entry",
                    keys=("entry-id",),
                    help="URL that is tried after those with lower numbers have failed",
                    children=(
                        Leaf(
                            name="entry-id",
                            type=Integer("uint32", 1, 8),
                            help="Position in the order of trying, 1 first",
                        ),
                        Leaf(
                            name="transmission-profile",
                            type=to_transmission_profile(
                                "../../../../../../../transmission-profile/name"
                            ),
                            help="Source address, timeout and retries of this download",
                            classic=Rename("file-transmission-profile"),
                        ),
                        Leaf(
                            name="url",
                            type=HTTP_PATH_URL,
                            help="URL of the CRL file, as http://host/path/file.crl",
                        ),
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
    help="CA that the node knows: its certificate, its CRL and how to reach it",
    children=(
        Leaf(
            name="ca-profile-name",
            type=NAMED_ITEM,
            help="Name by which commands and other profiles refer to the CA, 32 characters at most",
        ),
        admin_state("Switch the CA profile on or off; off, nothing that it issued is trusted"),
        Leaf(
            name="description",
            type=DESCRIPTION,
            help="Note on the CA for operators; it has no effect",
        ),
        Leaf(
            name="cert-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="File of the CA certificate in cf3:\\system-pki; import it first",
        ),
        Leaf(
            name="crl-file",
            type=PKI_FILE_NAME,
            auto_restart=True,
            help="File of the CRL in cf3:\\system-pki; downloads replace it",
        ),
        Leaf(
            name="revocation-check",
            type=Enumeration(("crl", "crl-optional")),
            default="crl",
            auto_restart=True,
            help="Refuse the CA without a valid CRL (crl), or not (crl-optional)",
        ),
        _OCSP,
        _CMPV2,
        _AUTO_CRL_UPDATE,
    ),
)
