"""Faults as data: what the lab CA does wrong on purpose, when, and how often.

A script is text, one fault a line: ``kur reject failinfo badPOP after 1 times 2``, as
`srpki.labca.fault_lines` reads it. Faults are used up in the order in which they were added: the
first one that fits a request takes it, either by letting it pass (*after*) or by striking
(*times*). Nothing is random, so a script can be replayed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.labca.conditions import NOTHING_KNOWN, Circumstances, KeyRule, expression, window
from srpki.protocol.cmp.status import FAIL_INFO

FAULTS: Final = "faults.json"
"""The document that keeps the script in a lab CA's directory."""

CMP_OPERATIONS: Final = ("ir", "cr", "p10cr", "kur", "certconf", "pollreq")
EST_OPERATIONS: Final = ("cacerts", "csrattrs", "simpleenroll", "simplereenroll")
REVOCATION_OPERATIONS: Final = ("crl", "ocsp")
ANY: Final = "any"
_ALL: Final = (*CMP_OPERATIONS, *EST_OPERATIONS, *REVOCATION_OPERATIONS)
OPERATIONS: Final = (*_ALL, ANY)

_CMP_ISSUING: Final = ("ir", "cr", "p10cr", "kur")
_ISSUING: Final = (*_CMP_ISSUING, "simpleenroll", "simplereenroll")

_WHERE: Final = {
    "no-answer": _ALL,
    "http-500": _ALL,
    "garbage": _ALL,
    "slow": _ALL,
    "reject": (*CMP_OPERATIONS, "simpleenroll", "simplereenroll"),
    "waiting": (*_ISSUING, "pollreq"),
    "wrong-nonce": CMP_OPERATIONS,
    "wrong-transaction": CMP_OPERATIONS,
    "unprotected": CMP_OPERATIONS,
    "bad-protection": CMP_OPERATIONS,
    "wrong-key": _ISSUING,
    "wrong-subject": _ISSUING,
    "issue-expired": _ISSUING,
    "short-life": _ISSUING,
    "not-yet-valid": _ISSUING,
    "added-name": _ISSUING,
    "reordered-names": _ISSUING,
    "wrong-issuer": _ISSUING,
    "serial-zero": _ISSUING,
    "late-nonce": _CMP_ISSUING,
    "error-waiting": (*_CMP_ISSUING, "certconf"),
    "bad-pkiconf": ("certconf",),
    "close-second": (*CMP_OPERATIONS, *EST_OPERATIONS),
}
ACTIONS: Final = tuple(_WHERE)

# What each action takes besides the words of all, and what it means when not given.
_SECONDS: Final = {
    "slow": 5,
    "waiting": 5,
    "late-nonce": 5,
    "error-waiting": 5,
    "short-life": 60,
    "not-yet-valid": 3600,
}
MOST: Final = 1_000_000
ALWAYS: Final = 0
"""As *times*: the fault is never used up."""
LONGEST_TEXT: Final = 200
_ABOUT_CERTIFICATES: Final = (*_ISSUING, "certconf", "pollreq")
"""Requests that have a subject and a key; the others are about no certificate."""


@dataclass(frozen=True, slots=True)
class When:
    """The circumstances under which a fault strikes; what is empty is no condition.

    *key* is a rule as ``key-size < 3072``, *begin* and *end* are instants, *every* is a window as
    ``02:00-04:00`` each day, *subject* an expression that is found in the subject, *client* one of
    the names of who asks. Raises `InvalidInputError` for what is none.
    """

    key: str = ""
    begin: datetime | None = None
    end: datetime | None = None
    every: str = ""
    subject: str = ""
    client: str = ""

    def __post_init__(self) -> None:
        """Read what is text."""
        for text, read in ((self.key, KeyRule), (self.every, window), (self.subject, expression)):
            if text:
                read(text)
        if self.begin is not None and self.end is not None and self.begin >= self.end:
            raise InvalidInputError("the end is not after the beginning")

    @property
    def lasts(self) -> bool:
        """Whether it says when, and so by itself how often."""
        return bool(self.key or self.begin or self.end or self.every)

    def holds(self, found: Circumstances) -> bool:
        """Whether a request comes under these circumstances."""
        return self._in_time(found.now) and self._for_whom(found) and self._about(found)

    def _in_time(self, now: datetime | None) -> bool:
        if now is None:
            return not (self.begin or self.end or self.every)
        began = self.begin is None or self.begin <= now
        ended = self.end is not None and self.end <= now
        return began and not ended and (not self.every or window(self.every).holds(now))

    def _for_whom(self, found: Circumstances) -> bool:
        return not self.client or self.client in found.clients()

    def _about(self, found: Circumstances) -> bool:
        if not (self.key or self.subject):
            return True
        wish = found.wish()
        if self.key and not KeyRule(self.key).holds(wish.key):
            return False
        return not self.subject or expression(self.subject).found_in(wish.subject)

    def __str__(self) -> str:
        """Return the words that say it."""
        words = [f"if {self.key}"] if self.key else []
        words += [f"from {_rfc3339(self.begin)}"] if self.begin else []
        words += [f"to {_rfc3339(self.end)}"] if self.end else []
        words += [f"every day {self.every}"] if self.every else []
        words += [f"for subject ~ {quoted(self.subject)}"] if self.subject else []
        words += [f"for client {quoted(self.client)}"] if self.client else []
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: *action* strikes *times* requests for *operation* after letting *after* pass.

    *failinfo* is the PKIFailureInfo name of a ``reject``, *text* what is said with it; *seconds*
    the delay of ``slow``, the checkAfter or Retry-After of ``waiting``, ``late-nonce`` and
    ``error-waiting``, the life of a ``short-life`` certificate, or the time until a
    ``not-yet-valid`` one begins. Requests count only under the circumstances of *when*.
    Raises `InvalidInputError` when the words do not go together.
    """

    operation: str
    action: str
    failinfo: str = ""
    seconds: int = 0
    after: int = 0
    times: int = 1
    text: str = ""
    when: When = field(default_factory=When)

    def __post_init__(self) -> None:
        """Check that the words go together."""
        if self.operation not in OPERATIONS:
            raise InvalidInputError(
                f"'{self.operation}' is not an operation", hint=f"one of {' '.join(OPERATIONS)}"
            )
        if self.action not in _WHERE:
            raise InvalidInputError(
                f"'{self.action}' is not an action", hint=f"one of {' '.join(ACTIONS)}"
            )
        if self.operation != ANY and self.operation not in _WHERE[self.action]:
            raise InvalidInputError(
                f"'{self.action}' cannot happen to {self.operation}",
                hint=f"it can to {' '.join(_WHERE[self.action])}",
            )
        self._check_refusal()
        self._check_numbers()
        if (self.when.key or self.when.subject) and self.operation not in (
            ANY,
            *_ABOUT_CERTIFICATES,
        ):
            raise InvalidInputError(
                f"{self.operation} is about no subject and no key",
                hint=f"{' '.join(_ABOUT_CERTIFICATES)} are",
            )

    def _check_refusal(self) -> None:
        if self.failinfo and (self.action != "reject" or self.failinfo not in FAIL_INFO):
            raise InvalidInputError(
                f"failinfo {self.failinfo} does not fit {self.action}",
                hint="failinfo goes with reject and is a PKIFailureInfo name, as badPOP",
            )
        if self.text and self.action != "reject":
            raise InvalidInputError("text goes with reject")
        if not self.text.isprintable() or len(self.text) > LONGEST_TEXT:
            raise InvalidInputError(f"a text has {LONGEST_TEXT} printable characters at most")

    def _check_numbers(self) -> None:
        if self.seconds and self.action not in _SECONDS:
            raise InvalidInputError(
                f"seconds do not fit {self.action}", hint=f"they go with {' '.join(_SECONDS)}"
            )
        if not (0 <= self.seconds <= MOST and 0 <= self.after <= MOST):
            raise InvalidInputError("a number is out of range", hint=f"0..{MOST}")
        if not ALWAYS <= self.times <= MOST:
            raise InvalidInputError("times is out of range", hint=f"1..{MOST}, or always")

    @property
    def delay(self) -> int:
        """The seconds given, or what the action takes when none are."""
        return self.seconds or _SECONDS.get(self.action, 0)

    def fits(
        self, operation: str, *, kept: bool, circumstances: Circumstances = NOTHING_KNOWN
    ) -> bool:
        """Whether this fault may strike a request for *operation*.

        *kept* says that it came over a connection that has served another one before.
        """
        if self.action == "close-second" and not kept:
            return False
        fits = self.operation in (ANY, operation) and operation in _WHERE[self.action]
        return fits and self.when.holds(circumstances)

    def __str__(self) -> str:
        """Return the line that says this fault."""
        words = [self.operation, self.action]
        if self.failinfo:
            words += ["failinfo", self.failinfo]
        if self.text:
            words += ["text", quoted(self.text)]
        for name, value, usual in (("seconds", self.seconds, 0), ("after", self.after, 0)):
            if value != usual:
                words += [name, str(value)]
        if self.times != (ALWAYS if self.when.lasts else 1):
            words += ["times", str(self.times or "always")]
        return " ".join((*words, *([str(self.when)] if str(self.when) else [])))


def quoted(text: str) -> str:
    """Return *text* as one word of a line."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _rfc3339(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
