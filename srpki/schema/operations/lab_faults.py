"""``lab ca fault``: what a CA of the lab does wrong on purpose."""

from __future__ import annotations

from typing import Final

from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations.lab_types import AUTHORITY, WORDS
from srpki.schema.types import Enumeration, Integer, Text, Union

FAULT_OPERATIONS: Final = (
    "any",
    "ir",
    "cr",
    "p10cr",
    "kur",
    "certconf",
    "pollreq",
    "cacerts",
    "csrattrs",
    "simpleenroll",
    "simplereenroll",
    "crl",
    "ocsp",
)
"""Requests that a fault can wait for."""

FAULT_ACTIONS: Final = (
    "no-answer",
    "slow",
    "http-500",
    "garbage",
    "reject",
    "waiting",
    "unprotected",
    "bad-protection",
    "wrong-nonce",
    "wrong-transaction",
    "wrong-key",
    "wrong-subject",
    "issue-expired",
    "short-life",
    "not-yet-valid",
    "added-name",
    "reordered-names",
    "wrong-issuer",
    "serial-zero",
    "late-nonce",
    "error-waiting",
    "bad-pkiconf",
    "close-second",
)
"""What the lab CA can be told to do instead of answering well."""

FAILURES: Final = (
    "badAlg",
    "badMessageCheck",
    "badRequest",
    "badTime",
    "badCertId",
    "badDataFormat",
    "wrongAuthority",
    "incorrectData",
    "missingTimeStamp",
    "badPOP",
    "certRevoked",
    "certConfirmed",
    "wrongIntegrity",
    "badRecipientNonce",
    "timeNotAvailable",
    "unacceptedPolicy",
    "unacceptedExtension",
    "addInfoNotAvailable",
    "badSenderNonce",
    "badCertTemplate",
    "signerNotTrusted",
    "transactionIdInUse",
    "unsupportedVersion",
    "notAuthorized",
    "systemUnavail",
    "systemFailure",
    "duplicateCertReq",
)
"""The bits of PKIFailureInfo [RFC 4210 section 5.2.3]."""

_INSTANT: Final = Text(length=(1, 40))

_FAULT_ADD: Final = Action(
    name="add",
    operation="lab.ca.fault.add",
    help="Let the lab CA do something wrong, once or more",
    positional=("operation", "action"),
    inputs=(
        Leaf(
            name="operation",
            type=Enumeration(FAULT_OPERATIONS),
            mandatory=True,
            help="Kind of request that goes wrong",
        ),
        Leaf(
            name="action",
            type=Enumeration(FAULT_ACTIONS),
            mandatory=True,
            help="What the CA does instead of answering well",
        ),
        Leaf(
            name="failinfo",
            type=Enumeration(FAILURES),
            help="Reason that a rejection names [RFC 4210 section 5.2.3]",
        ),
        Leaf(name="text", type=WORDS, help="What a rejection says"),
        Leaf(
            name="seconds",
            type=Integer("uint32", 1, 1_000_000),
            units="seconds",
            help="How long it takes, lives (short-life) or is not valid yet (not-yet-valid)",
        ),
        Leaf(
            name="after",
            type=Integer("uint32", 0, 1_000_000),
            default="0",
            help="How many matching requests are answered well before",
        ),
        Leaf(
            name="times",
            type=Union((Integer("uint32", 1, 1_000_000), Enumeration(("always",)))),
            help="How many matching requests go wrong; once, or always where it is said when",
        ),
        Leaf(name="if", type=WORDS, help='Only for such keys, as "key-size < 3072"'),
        Leaf(name="from", type=_INSTANT, help="Not before this time, as 2027-03-01T08:00:00Z"),
        Leaf(name="to", type=_INSTANT, help="Only before this time, as 2027-03-08T08:00:00Z"),
        Leaf(
            name="every",
            type=Text(length=(11, 11), patterns=("[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}",)),
            help="Only at these times of each day, as 02:00-04:00 (UTC)",
        ),
        Leaf(
            name="subject", type=WORDS, help="Only for subjects in which this expression is found"
        ),
        Leaf(
            name="client",
            type=WORDS,
            help="Only for this client: its reference, user name, common name or address",
        ),
        AUTHORITY,
    ),
)

FAULT: Final = Container(
    name="fault",
    help="Faults that the lab CA is told to make",
    children=(
        _FAULT_ADD,
        Action(
            name="clear",
            operation="lab.ca.fault.clear",
            help="Forget every fault that has not happened yet",
            inputs=(AUTHORITY,),
        ),
        Action(
            name="list",
            operation="lab.ca.fault.list",
            help="List the faults that have not happened yet",
            inputs=(AUTHORITY,),
        ),
    ),
)
