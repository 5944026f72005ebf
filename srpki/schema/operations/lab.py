"""``lab``: the emulator's own commands, in both CLIs, on a node in lab mode; not SR OS."""

from __future__ import annotations

from typing import Final

from srpki.core.clock import SKEW
from srpki.core.durations import parse_duration
from srpki.core.errors import InvalidInputError
from srpki.schema.common import PKI_FILE_NAME
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.operations.clock import INSTANT
from srpki.schema.types import Decimal, Enumeration, Integer, Text, ValueTypeError


class _Duration(Text):
    """A duration as `parse_duration` reads it."""

    def parse(self, text: str) -> str:
        """Return *text* itself when it is a duration."""
        try:
            parse_duration(text)
        except InvalidInputError as error:
            raise ValueTypeError(error.sentence) from None
        return text


FACTORS: Final = (0.1, 100_000.0)
"""How slow and how fast a lab's clock may be told to run, as multiples of real time."""
_DURATION: Final = _Duration(length=(2, 11), patterns=("[0-9]{1,10}[smhdwy]",))

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

_CLOCK: Final = Container(
    name="clock",
    help="The clock that the node and the lab CA share",
    children=(
        Action(
            name="advance",
            operation="lab.clock.advance",
            help="Move the clock forward and run what becomes due on the way",
            positional=("duration",),
            inputs=(
                Leaf(
                    name="duration",
                    type=_DURATION,
                    mandatory=True,
                    help="How far, as 90s, 45m, 12h, 30d, 2w or 1y",
                ),
            ),
        ),
        Action(
            name="run",
            operation="lab.clock.run",
            help="Let the clock run, as fast as real time or faster or slower",
            positional=("factor",),
            inputs=(
                Leaf(
                    name="factor",
                    type=Decimal(*FACTORS),
                    default="1",
                    help="How many times as fast as real time, from 0.1 to 100000",
                ),
            ),
        ),
        Action(
            name="set",
            operation="lab.clock.set",
            help="Move the clock to a time and run what becomes due on the way",
            positional=("time",),
            inputs=(
                Leaf(
                    name="time",
                    type=INSTANT,
                    mandatory=True,
                    help="The time to go to, as 2026-01-31T12:00:00Z [RFC 3339]",
                ),
            ),
        ),
        Action(
            name="show",
            operation="lab.clock.show",
            help="Print the time that the node and the lab CA take it for",
            inputs=(),
        ),
        Action(
            name="skew",
            operation="lab.clock.skew",
            help="Set how far ahead a certificate that was just issued may begin",
            positional=("seconds",),
            inputs=(
                Leaf(
                    name="seconds",
                    type=Integer("uint32", 0, int(SKEW.total_seconds())),
                    units="seconds",
                    mandatory=True,
                    help="What counts as the same time, as the clocks of CAs differ",
                ),
            ),
        ),
        Action(
            name="stop",
            operation="lab.clock.stop",
            help="Let the clock stand, over restarts too, until it is moved or runs again",
            inputs=(),
        ),
    ),
)

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
            type=Integer("uint32", 1, 1_000_000),
            default="1",
            help="How many matching requests go wrong",
        ),
    ),
)

LAB: Final = Container(
    name="lab",
    help="The emulator's lab: its clock and its CA (not part of SR OS)",
    children=(
        Container(
            name="ca",
            help="CA of the lab: where it is, and its faults",
            children=(
                Container(
                    name="fault",
                    help="Faults that the lab CA is told to make",
                    children=(
                        _FAULT_ADD,
                        Action(
                            name="clear",
                            operation="lab.ca.fault.clear",
                            help="Forget every fault that has not happened yet",
                            inputs=(),
                        ),
                        Action(
                            name="list",
                            operation="lab.ca.fault.list",
                            help="List the faults that have not happened yet",
                            inputs=(),
                        ),
                    ),
                ),
                Action(
                    name="revoke",
                    operation="lab.ca.revoke",
                    help="Let the lab CA revoke an imported certificate; nothing undoes it",
                    positional=("certificate",),
                    inputs=(
                        Leaf(
                            name="certificate",
                            type=PKI_FILE_NAME,
                            mandatory=True,
                            help="Imported certificate that the lab CA has issued",
                        ),
                    ),
                ),
                Action(
                    name="show",
                    operation="lab.ca.show",
                    help="Show where the lab CA is and what it expects",
                    inputs=(),
                ),
            ),
        ),
        _CLOCK,
    ),
)
