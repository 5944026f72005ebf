"""``state system security pki`` [facts: state-system-security-pki.json, release 26.3]."""

from __future__ import annotations

from typing import Final

from srpki.schema.common import (
    BOOLEAN,
    CFLASH_URL,
    DISTINGUISHED_NAME,
    DOMAIN_NAMES,
    HASH_ALGORITHM,
    IP_ADDRESS,
    NAMED_ITEM,
    PKI_FILE_NAME,
)
from srpki.schema.nodes import Case, Choice, Container, Leaf, ListNode, Node
from srpki.schema.types import Bits, Enumeration, Integer, Text, Union

_COUNTER: Final = Integer("uint32", named="counter32")
_SECONDS: Final = Integer("uint32")
_URL_ID: Final = Integer("uint32", 1, 8)
_TIME: Final = Text(
    patterns=(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[\+\-]\d{2}:\d{2})",),
    named="date-and-time",
)

OPER_FLAGS: Final = Bits(
    (
        "admin-down",
        "invalid-crl",
        "invalid-cert",
        "invalid-cmpv2-signing-cert",
        "expired-crl",
        "expired-cert",
        "expired-cmpv2-signing-cert",
        "not-yet-valid-crl",
        "not-yet-valid-cert",
        "not-yet-valid-cmpv2-signing-cert",
        "loading-crl",
        "loading-cert",
        "loading-cmpv2-signing-cert",
    )
)
UPDATE_STATE: Final = Enumeration(("invalid", "scheduled", "in-progress", "wait-for-retry"))


def _time(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=_TIME, help=help_)


_PROTECTION: Final = Choice(
    name="protection-algorithm",
    cases=(
        Case(
            name="password",
            children=(
                Leaf(
                    name="reference",
                    type=Text(length=(1, 64)),
                    help="Reference number of the password that protected the request",
                ),
            ),
        ),
        Case(
            name="signature",
            children=(
                Leaf(
                    name="certificate",
                    type=PKI_FILE_NAME,
                    help="Certificate of the key that signed the request",
                ),
                Leaf(
                    name="send-chain",
                    type=BOOLEAN,
                    help="Whether the chain was sent with the request",
                ),
                Leaf(
                    name="send-chain-ca",
                    type=Text(length=(1, 32)),
                    help="CA profile that chose the chain",
                ),
                Leaf(
                    name="protection-key",
                    type=PKI_FILE_NAME,
                    help="Key that signed the request",
                ),
                Leaf(
                    name="hash-algorithm",
                    type=HASH_ALGORITHM,
                    help="Hash with which the request was signed",
                ),
            ),
        ),
    ),
)

_REQUEST_PARAMETERS: Final = Container(
    name="request-parameters",
    help="Contents of the request",
    children=(
        Leaf(
            name="request-type",
            type=Enumeration(
                ("unknown", "initial-registration", "certificate-request", "key-update"),
                named="cmpv2-request-type",
            ),
            help="Kind of request",
        ),
        Leaf(name="key-filename", type=PKI_FILE_NAME, help="Key that was to be certified"),
        Leaf(name="new-key-filename", type=PKI_FILE_NAME, help="Key that replaces the present one"),
        Leaf(name="subject-dn", type=DISTINGUISHED_NAME, help="Subject that was asked for"),
        Leaf(
            name="domain-name",
            type=DOMAIN_NAMES,
            help="Domain names that were asked for as alternative names",
        ),
        Leaf(
            name="ip-address",
            type=IP_ADDRESS,
            help="Address that was asked for as alternative name",
        ),
        Leaf(name="save-as", type=CFLASH_URL, help="File that the certificate is written to"),
        _PROTECTION,
    ),
)

_REQUEST: Final = Container(
    name="request",
    help="The last CMPv2 request made by hand",
    children=(
        _time("request-start-time", "Time at which the request was sent"),
        _time("last-ca-response-time", "Time of the last answer of the CA"),
        Leaf(
            name="transaction-status",
            type=Enumeration(
                ("processed", "in-progress", "failed"), named="cmpv2-transaction-status"
            ),
            help="How far the request has come",
        ),
        Leaf(
            name="transaction-status-code",
            type=Enumeration(
                (
                    "none",
                    "accepted",
                    "granted-with-mods",
                    "rejection",
                    "waiting",
                    "revocation-warning",
                    "revocation-notification",
                    "key-update-warning",
                ),
                named="cmpv2-transaction-status-code",
            ),
            help="Status that the CA answered with",
        ),
        Leaf(
            name="transaction-status-string",
            type=Text(length=(1, 255)),
            help="Text that came with the CA's status",
        ),
        _REQUEST_PARAMETERS,
    ),
)

_CURRENT_CRL_UPDATE: Final = Container(
    name="current-crl-update",
    help="The download that runs or comes next",
    children=(
        Leaf(
            name="status",
            type=Enumeration(
                (
                    "not-updating",
                    "auto-scheduled",
                    "auto-downloading",
                    "manual-downloading",
                    "stopped",
                    "auto-verifying",
                    "manual-verifying",
                ),
                named="crl-update-status",
            ),
            help="What the download is doing",
        ),
        Leaf(name="entry-id", type=_URL_ID, help="URL that is being downloaded from"),
        _time("start-time", "When the download started"),
        Container(
            name="last-failed-update",
            help="The last download that failed",
            children=(
                _time("start-time", "When the failed download started"),
                _time("end-time", "When the failed download ended"),
                Leaf(name="entry-id", type=_URL_ID, help="URL that failed"),
                Leaf(
                    name="cause",
                    type=Enumeration(("no-failure", "download-failed", "invalid-crl")),
                    help="Why the download failed",
                ),
            ),
        ),
    ),
)


def _epoch(name: str, help_: str) -> Leaf:
    return Leaf(name=name, type=_SECONDS, units="seconds", help=help_)


_AUTO_CRL_UPDATE: Final = Container(
    name="auto-crl-update",
    help="Download of the CRL without an operator",
    children=(
        Leaf(
            name="last-success-auto-crl-update-url-id",
            type=Union((_URL_ID, Enumeration(("not-applicable",)))),
            help="URL that the last good CRL came from",
        ),
        _epoch("last-success-auto-crl-update-time-start", "When the last good download started"),
        _epoch("last-success-auto-crl-update-time-end", "When the last good download ended"),
        _epoch("next-scheduled-auto-crl-update-time", "When the next download starts"),
        _CURRENT_CRL_UPDATE,
    ),
)

_CA_PROFILE: Final = ListNode(
    name="ca-profile",
    keys=("ca-profile-name",),
    help="State of a certification authority",
    children=(
        Leaf(
            name="ca-profile-name", type=NAMED_ITEM, help="Name of the profile in the configuration"
        ),
        Leaf(
            name="oper-state",
            type=Enumeration(("unknown", "up", "down", "transition"), named="oper-state"),
            help="Whether the CA can be used",
        ),
        Leaf(name="oper-flags", type=OPER_FLAGS, help="Why the CA cannot be used"),
        Container(name="cmpv2", help="State of CMPv2 with this CA", children=(_REQUEST,)),
        _AUTO_CRL_UPDATE,
    ),
)

_STATISTICS_AUTHENTICATION: Final[tuple[Node, ...]] = (
    Leaf(name="failed", type=_COUNTER, help="Authentications that failed"),
    Leaf(name="passed", type=_COUNTER, help="Authentications that succeeded"),
    Leaf(name="attempted", type=_COUNTER, help="Authentications that were tried"),
)

PKI: Final = Container(
    name="pki",
    help="State of certificates, keys and CA profiles",
    children=(
        Container(
            name="statistics",
            help="Counters of certificate use",
            children=(
                Container(
                    name="authentication",
                    help="Counters of authentications by certificate",
                    children=_STATISTICS_AUTHENTICATION,
                ),
            ),
        ),
        _CA_PROFILE,
        ListNode(
            name="certificate-auto-update",
            keys=("certificate-file-name",),
            help="State of a certificate that is renewed by itself",
            children=(
                Leaf(
                    name="certificate-file-name",
                    type=PKI_FILE_NAME,
                    help="File of the certificate in cf3:\\system-pki that renews itself",
                ),
                Leaf(name="update-state", type=UPDATE_STATE, help="What the renewal is doing"),
                _time("last-update-start-time", "When the last update started"),
                _time("last-update-end-time", "When the last update ended"),
                _time("next-update-time", "When the next update starts"),
            ),
        ),
    ),
)
