"""When a fault of the lab CA may strike: at certain times, for certain requests, for one client.

Everything is data and pure: what is known of a request goes in, yes or no comes out. Expressions
of strangers are matched in bounded time [srpki.core.expressions].
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError, UsageError
from srpki.core.expressions import Expression
from srpki.x509 import certificates, keys

_COMPARISONS: Final[dict[str, Callable[[int, int], bool]]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}
KINDS: Final = ("rsa", "dsa", "ecdsa", "ed25519")
"""Types of keys, as conditions and policies name them."""
_MOST_CLAUSES: Final = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request is about: *subject* as text, and *key*, None when there is none."""

    subject: str = ""
    key: CertificatePublicKeyTypes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Under which a request came: the instant, who asks under all his names, and what for.

    *clients* and *wish* are functions: names cost time, and so does reading a request, and faults
    rarely ask.
    """

    now: datetime | None = None
    clients: Callable[[], tuple[str, ...]] = tuple
    wish: Callable[[], Wish] = Wish


NOTHING_KNOWN: Final = Circumstances()


def kind_and_size(key: CertificatePublicKeyTypes) -> tuple[str, int]:
    """Return the kind of *key*, of `KINDS` or another word, and its size in bits."""
    try:
        spec = keys.spec_of(key)
    except UsageError:
        return type(key).__name__.removesuffix("PublicKey").lower(), getattr(key, "key_size", 256)
    return spec.kind, spec.size


def subject_names(certificate: bytes) -> tuple[str, ...]:
    """Return what the subject of *certificate* (DER) may be called: as a whole, by common name."""
    subject = certificates.parse(certificate).subject
    common = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return (subject.rfc4514_string(), *(str(one.value) for one in common))


class KeyRule:
    """What the key of a request must be: ``key-size < 3072 and key-type == rsa``.

    Raises `InvalidInputError` for what is no rule.
    """

    def __init__(self, text: str) -> None:
        """Read *text*: clauses joined by ``and``."""
        clauses = re.split(r"\s+and\s+", text.strip())
        if len(clauses) > _MOST_CLAUSES:
            raise InvalidInputError("the condition is too long")
        self._clauses = tuple(_clause(clause) for clause in clauses)

    def holds(self, key: CertificatePublicKeyTypes | None) -> bool:
        """Whether *key* is such a key; none is not."""
        if key is None:
            return False
        kind, size = kind_and_size(key)
        return all(clause(kind, size) for clause in self._clauses)


def _clause(text: str) -> Callable[[str, int], bool]:
    found = re.fullmatch(r"(key-size|key-type)\s*(<=|>=|==|!=|<|>)\s*(\S+)", text)
    if found is None:
        raise InvalidInputError(
            f"'{text}' is not a condition", hint='as "key-size < 3072" or "key-type == rsa"'
        )
    name, sign, value = found.groups()
    compare = _COMPARISONS[sign]
    if name == "key-type":
        if value not in KINDS or sign not in ("==", "!="):
            raise InvalidInputError(
                f"'{text}' is not a condition", hint=f"key-type == or != one of {' '.join(KINDS)}"
            )
        return lambda kind, _: (kind == value) == (sign == "==")
    if not (value.isascii() and value.isdigit() and len(value) <= 5):
        raise InvalidInputError(f"'{value}' is not a size in bits")
    return lambda _, size: compare(size, int(value))


@dataclass(frozen=True, slots=True)
class Window:
    """The times of day from *begin* to *end*, UTC; over midnight when *end* is the earlier one."""

    begin: time
    end: time

    def holds(self, now: datetime) -> bool:
        """Whether *now* lies in it; the end does not."""
        at = now.astimezone(UTC).time()
        if self.begin <= self.end:
            return self.begin <= at < self.end
        return at >= self.begin or at < self.end


def window(text: str) -> Window:
    """Return the window that *text* says, as ``02:00-04:00``; raises `InvalidInputError`."""
    found = re.fullmatch(r"([0-9]{2}:[0-9]{2})-([0-9]{2}:[0-9]{2})", text)
    try:
        if found is not None and found[1] != found[2]:
            return Window(time.fromisoformat(found[1]), time.fromisoformat(found[2]))
    except ValueError:
        pass
    raise InvalidInputError(f"'{text}' is no time of day", hint="as 02:00-04:00, in UTC")


def instant(text: str) -> datetime:
    """Return the instant that *text* says in RFC 3339; raises `InvalidInputError`."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidInputError(f"'{text}' is not an RFC 3339 time", hint="as 2027-03-01T08:00:00Z")
    return found.astimezone(UTC)


def expression(text: str) -> Expression:
    """Return the expression *text*, which has no control characters; raises `InvalidInputError`."""
    if not text.isprintable():
        raise InvalidInputError("the expression has characters that cannot be printed")
    return Expression(text)
