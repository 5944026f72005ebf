"""What SR OS says of a refusal, with severity and number [cli.md 1.4, observed-2.md 9].

One table for whoever words refusals as a router's model-driven interfaces do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.management.reasons import reasons

if TYPE_CHECKING:
    from srpki.core.errors import SrpkiError
    from srpki.management.reasons import Reason

NUMBERS: Final = {
    "exclusive-locked": "MGMT_CORE #2052",
    "global-locked": "MGMT_CORE #2051",
    "not-allowed": "CLI #2069",
    "no-candidate": "CLI #2069",
    "read-only": "CLI #2069",
    "access-denied": "MGMT_CORE #2020",
    "classic-only": "CLI #2069",
    "conflict": "MGMT_CORE #2703",
    "missing-reference": "MGMT_CORE #224",
    "missing-mandatory": "MGMT_CORE #236",
    "too-many": "MGMT_CORE #5001",
    "not-saved": "MGMT_CORE #5001",
    "missing-input": "CLI #2001",
    "unknown-element": "MGMT_CORE #2201",
    "invalid-value": "MGMT_CORE #2301",
}
"""The number of the message by the kind of a `Reason`; others say that the operation failed."""

FAILED: Final = "MGMT_AGENT #2007"
"""The number of what failed for any other reason."""

_BEGINNINGS: Final = {
    "missing-input": "Missing element value - ",
    "unknown-element": "Unknown element - ",
    "invalid-value": "Invalid element value - ",
}


def number(kind: str) -> str:
    """Return application and number of the message about a reason of *kind*."""
    return NUMBERS.get(kind, FAILED)


def message(reason: Reason) -> str:
    """Return *reason* as SR OS says it."""
    return said(reason.kind, reason.sentence)


def said(kind: str, sentence: str) -> str:
    """Return the *sentence* of a reason of *kind* with its number, as SR OS says it."""
    if kind not in NUMBERS:
        return failed(sentence)
    if kind == "missing-input":
        sentence = f"'{sentence}'"
    return f"MINOR: {NUMBERS[kind]}: {_BEGINNINGS.get(kind, '')}{sentence}"


def failed(sentence: str) -> str:
    """Return the message about an operation that failed, and why."""
    return f"MINOR: {FAILED}: Operation failed - {sentence}"


def messages(error: SrpkiError) -> tuple[str, ...]:
    """Return every reason of *error* as SR OS says it, none of them twice."""
    return tuple(dict.fromkeys(map(message, reasons(error))))
