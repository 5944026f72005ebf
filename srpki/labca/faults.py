"""Faults as data: what the lab CA does wrong on purpose, when, and how often.

A script is text, one fault a line: ``kur reject failinfo badPOP after 1 times 2``. Faults are used
up in the order in which they were added: the first one that fits a request takes it, either by
letting it pass (*after*) or by striking (*times*). Nothing is random, so a script can be replayed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from srpki.core.errors import InvalidInputError, RefusedError, StorageError
from srpki.labca.documents import Document
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

# What each action takes besides "after" and "times", and what it means when not given.
_SECONDS: Final = {
    "slow": 5,
    "waiting": 5,
    "late-nonce": 5,
    "error-waiting": 5,
    "short-life": 60,
    "not-yet-valid": 3600,
}
_MOST: Final = 1_000_000
_MOST_FAULTS: Final = 1000
_LONGEST_LINE: Final = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: *action* strikes *times* requests for *operation* after letting *after* pass.

    *failinfo* is the PKIFailureInfo name of a ``reject``; *seconds* the delay of ``slow``, the
    checkAfter or Retry-After of ``waiting``, ``late-nonce`` and ``error-waiting``, the life of a
    ``short-life`` certificate, or the time until a ``not-yet-valid`` one begins.
    Raises `InvalidInputError` when the words do not go together.
    """

    operation: str
    action: str
    failinfo: str = ""
    seconds: int = 0
    after: int = 0
    times: int = 1

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
        if self.failinfo and (self.action != "reject" or self.failinfo not in FAIL_INFO):
            raise InvalidInputError(
                f"failinfo {self.failinfo} does not fit {self.action}",
                hint="failinfo goes with reject and is a PKIFailureInfo name, as badPOP",
            )
        if self.seconds and self.action not in _SECONDS:
            raise InvalidInputError(
                f"seconds do not fit {self.action}", hint=f"they go with {' '.join(_SECONDS)}"
            )
        if not (0 <= self.seconds <= _MOST and 0 <= self.after <= _MOST):
            raise InvalidInputError("a number is out of range", hint=f"0..{_MOST}")
        if not 1 <= self.times <= _MOST:
            raise InvalidInputError("times is out of range", hint=f"1..{_MOST}")

    @property
    def delay(self) -> int:
        """The seconds given, or what the action takes when none are."""
        return self.seconds or _SECONDS.get(self.action, 0)

    def fits(self, operation: str, *, kept: bool) -> bool:
        """Whether this fault may strike a request for *operation*.

        *kept* says that it came over a connection that has served another one before.
        """
        if self.action == "close-second" and not kept:
            return False
        return self.operation in (ANY, operation) and operation in _WHERE[self.action]

    def __str__(self) -> str:
        """Return the line that says this fault."""
        words = [self.operation, self.action]
        if self.failinfo:
            words += ["failinfo", self.failinfo]
        for name, value, usual in (
            ("seconds", self.seconds, 0),
            ("after", self.after, 0),
            ("times", self.times, 1),
        ):
            if value != usual:
                words += [name, str(value)]
        return " ".join(words)


def parse_fault(line: str) -> Fault:
    """Return the fault that *line* says; raises `InvalidInputError` when it says none."""
    if len(line) > _LONGEST_LINE:
        raise InvalidInputError("the line is too long for a fault")
    words = line.split()
    if len(words) < 2 or len(words) % 2:
        raise InvalidInputError(
            "not a fault", hint="as: kur reject failinfo badPOP after 1 times 1"
        )
    fields: dict[str, str] = {}
    for name, value in zip(words[2::2], words[3::2], strict=True):
        if name not in ("failinfo", "seconds", "after", "times") or name in fields:
            raise InvalidInputError(
                f"'{name}' is not expected here", hint="failinfo, seconds, after, times, once each"
            )
        fields[name] = value
    failinfo = fields.pop("failinfo", "")
    numbers = {name: _number(name, value) for name, value in fields.items()}
    return Fault(words[0], words[1], failinfo, **numbers)


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(_MOST))):
        raise InvalidInputError(f"{name} '{text}' is not a number", hint=f"0..{_MOST}")
    return int(text)


def parse_script(text: str) -> tuple[Fault, ...]:
    """Return the faults of a script: one a line, blank lines and ``#`` comments apart.

    Raises `InvalidInputError` naming the first line that is wrong.
    """
    return tuple(_lines(text))


def _lines(text: str) -> Iterator[Fault]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.partition("#")[0].strip()
        if not words:
            continue
        try:
            yield parse_fault(words)
        except InvalidInputError as error:
            raise InvalidInputError(
                f"line {number} of the fault script: {error.sentence}", hint=error.hint
            ) from None


class FaultScript:
    """The faults that wait to happen, shared by the responders; safe between threads.

    What has become of them is kept before it shows: a kill forgets none and repeats none.
    """

    def __init__(self, faults: tuple[Fault, ...] = (), document: Document | None = None) -> None:
        """Start with *faults*, in order, or without any with those in *document*.

        Raises what `Document.read` raises.
        """
        self._lock = threading.Lock()
        self._document = document or Document(None, "")
        self._faults: list[Fault] = list(faults)
        if not faults:
            self._faults = self._kept()

    def _kept(self) -> list[Fault]:
        lines = self._document.read().get("faults", [])
        try:
            return [parse_fault(line) for line in lines][:_MOST_FAULTS]
        except (InvalidInputError, TypeError, AttributeError):
            raise self._document.damaged() from None

    def add(self, fault: Fault | str) -> None:
        """Let *fault*, or the one a script line says, happen after those already here.

        Raises `InvalidInputError` as `parse_fault` does, `RefusedError` when too many wait, and
        `StorageError` when it cannot be kept.
        """
        if isinstance(fault, str):
            fault = parse_fault(fault)
        with self._lock:
            if len(self._faults) >= _MOST_FAULTS:
                raise RefusedError("too many faults are waiting", hint="clear them first")
            self._keep([*self._faults, fault])

    def take(self, operation: str, *, kept: bool = False) -> Fault | None:
        """Return the fault that strikes this request for *operation*, if one does.

        *kept* is as for `Fault.fits`.
        """
        with self._lock:
            for index, fault in enumerate(self._faults):
                if not fault.fits(operation, kept=kept):
                    continue
                self._use(index, fault)
                return None if fault.after else fault
        return None

    def _use(self, index: int, fault: Fault) -> None:
        """Count that *fault* has let a request pass, or has struck it."""
        left = [replace(fault, after=fault.after - 1)] if fault.after else []
        if not fault.after and fault.times > 1:
            left = [replace(fault, times=fault.times - 1)]
        faults = [*self._faults[:index], *left, *self._faults[index + 1 :]]
        try:
            self._keep(faults, sync=False)
        except StorageError:  # it happens all the same; after a kill perhaps once more
            self._faults = faults

    def _keep(self, faults: list[Fault], *, sync: bool = True) -> None:
        self._document.write({"faults": [str(fault) for fault in faults]}, sync=sync)
        self._faults = faults

    def lines(self) -> tuple[str, ...]:
        """Return what is still to happen, as script lines, in order."""
        with self._lock:
            return tuple(str(fault) for fault in self._faults)

    def clear(self) -> None:
        """Forget every fault; raises `StorageError`."""
        with self._lock:
            self._keep([])
