"""What the lab CA certifies, as its trainer wants it: keys, names, life, extensions, approval.

A policy is data: what is empty is no rule. It judges what was asked for, before a fault spoils it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.core.errors import InvalidInputError, RefusedError
from srpki.labca.conditions import expression, kind_and_size
from srpki.protocol.cmp.status import FAIL_INFO
from srpki.x509.wishes import Wishes

LONGEST_LIFE: Final = 100 * 365 * 86400
LONGEST_TEXT: Final = 200
MOST_EXTENSIONS: Final = 8
MOST_OCTETS: Final = 200
"""Octets of one extension's value."""
CHECK_AFTER: Final = 600
"""Seconds after which a client whose request waits for approval is told to ask again."""
_OURS: Final = (
    *("2.5.29.14", "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.31", "2.5.29.35", "2.5.29.37"),
    "1.3.6.1.5.5.7.1.1",
)
"""Extensions that the CA makes itself: key identifiers, usages, names, places."""


class PolicyError(RefusedError):
    """The policy has something against a request; *fail_info* is a PKIFailureInfo name."""

    def __init__(self, fail_info: str, text: str) -> None:
        """Refuse with *text*, which is the trainer's where he has given one."""
        super().__init__(text)
        self.fail_info = fail_info


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules; raises `InvalidInputError` for what is none.

    Attributes:
        rsa, dsa, ecdsa: sizes in bits: ``>=3072``, ``<=4096``, ``2048..3072``, ``3072``, ``none``.
        names: an expression that subject and alternative names must match as a whole, each.
        life: of what is issued, in seconds; 0 is that of the CA's settings.
        extensions: what is added, each as ``OID [critical] HEX``.
        approval: each request waits until somebody approves it.
        check_after: seconds after which a client that waits is to ask again.
        text: what is said to who is refused; empty for the rule that he broke.
        failinfo: what CMP says then; empty for what the rule usually says.
    """

    rsa: str = ""
    dsa: str = ""
    ecdsa: str = ""
    names: str = ""
    life: int = 0
    extensions: tuple[str, ...] = ()
    approval: bool = False
    check_after: int = CHECK_AFTER
    text: str = ""
    failinfo: str = ""

    def __post_init__(self) -> None:
        """Check each rule."""
        for sizes in (self.rsa, self.dsa, self.ecdsa):
            _Sizes(sizes)
        if self.names:
            _whole(self.names)
        if not 0 <= self.life <= LONGEST_LIFE:
            raise InvalidInputError("the life is out of range", hint="a century at most")
        if not 1 <= self.check_after <= 86400:
            raise InvalidInputError("check-after is out of range", hint="1..86400 seconds")
        if len(self.extensions) > MOST_EXTENSIONS:
            raise InvalidInputError(f"a policy adds {MOST_EXTENSIONS} extensions at most")
        added = [extension(text).oid for text in self.extensions]
        if len(set(added)) < len(added):
            raise InvalidInputError("an extension is added twice")
        if not self.text.isprintable() or len(self.text) > LONGEST_TEXT:
            raise InvalidInputError(f"a text has {LONGEST_TEXT} printable characters at most")
        if self.failinfo and self.failinfo not in FAIL_INFO:
            raise InvalidInputError(f"'{self.failinfo}' is not a PKIFailureInfo name")

    def check(
        self, key: CertificatePublicKeyTypes, subject: x509.Name, wanted: Wishes = ()
    ) -> None:
        """Raise `PolicyError` for what is not certified: a key, or one of the names."""
        if not (self.rsa or self.dsa or self.ecdsa or self.names):
            return
        for reason in self._reasons(key, subject, wanted):
            raise PolicyError(self.failinfo or "badCertTemplate", self.text or reason)

    def _reasons(
        self, key: CertificatePublicKeyTypes, subject: x509.Name, wanted: Wishes
    ) -> Iterator[str]:
        kind, size = kind_and_size(key)
        sizes = {"rsa": self.rsa, "dsa": self.dsa, "ecdsa": self.ecdsa}.get(kind, "")
        if not _Sizes(sizes).have(size):
            told = "are not certified" if sizes == "none" else f"must have {sizes} bits"
            yield f"{kind.upper()} keys {told}"
        if self.names:
            allowed = _whole(self.names)
            for name in _names(subject, wanted):
                if not allowed.found_in(name):
                    yield f"the name {name} is not certified"

    def added(self) -> tuple[x509.Extension[x509.UnrecognizedExtension], ...]:
        """Return the extensions that are added."""
        return tuple(extension(text) for text in self.extensions)

    def as_json(self) -> dict[str, Any]:
        """Return what `from_json` reads."""
        return {**asdict(self), "extensions": list(self.extensions)}


def from_json(found: Mapping[str, Any]) -> Policy:
    """Return the policy in *found*; raises `InvalidInputError` when it is none."""
    known = {field.name: field.type for field in fields(Policy)}
    usual = Policy()
    for name, value in found.items():
        if name not in known:
            raise InvalidInputError(f"'{name}' is no rule")
        if name == "extensions":
            if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
                raise InvalidInputError("extensions is a list")
        elif type(value) is not type(getattr(usual, name)):
            raise InvalidInputError(f"the rule {name} is of another type")
    return Policy(**{**found, "extensions": tuple(found.get("extensions", ()))})


def extension(text: str) -> x509.Extension[x509.UnrecognizedExtension]:
    """Return the extension that *text* says, as ``1.2.3.4 critical 0500``."""
    found = re.fullmatch(r"([0-9.]{3,100})( critical)? ([0-9A-Fa-f]+)", text)
    complaint = InvalidInputError(
        f"'{text}' is not an extension", hint='as "1.2.3.4 0500" or "1.2.3.4 critical 0500"'
    )
    if found is None:
        raise complaint
    try:
        oid, value = x509.ObjectIdentifier(found[1]), bytes.fromhex(found[3])
    except ValueError:
        raise complaint from None
    if found[1] in _OURS:
        raise InvalidInputError(f"extension {found[1]} is made by the CA itself")
    if len(value) > MOST_OCTETS:
        raise InvalidInputError(f"an extension has {MOST_OCTETS} octets at most")
    return x509.Extension(oid, found[2] is not None, x509.UnrecognizedExtension(oid, value))


class _Sizes:
    """Sizes in bits."""

    def __init__(self, text: str) -> None:
        self._least, self._most = 0, 1 << 20
        found = re.fullmatch(r"(>=|<=)?([0-9]{1,5})|([0-9]{1,5})\.\.([0-9]{1,5})", text)
        if text in ("", "any"):
            return
        if text == "none":
            self._most = -1
        elif found is None:
            raise InvalidInputError(
                f"'{text}' is no size of a key", hint='as ">=3072", 2048..4096, 3072, none or any'
            )
        elif found[3] is not None:
            self._least, self._most = int(found[3]), int(found[4])
            if self._least > self._most:
                raise InvalidInputError(f"'{text}' begins after its end")
        else:
            self._least = int(found[2]) if found[1] != "<=" else 0
            self._most = int(found[2]) if found[1] != ">=" else self._most

    def have(self, size: int) -> bool:
        return self._least <= size <= self._most


def _whole(pattern: str) -> Any:
    return expression(f"^({pattern})$")


def _names(subject: x509.Name, wanted: Wishes) -> Iterator[str]:
    """Yield the common names of *subject*, and each alternative name, as text."""
    for attribute in subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        yield str(attribute.value)
    for one in wanted:
        if isinstance(one.value, x509.SubjectAlternativeName):
            yield from _alternatives(one.value)


def _alternatives(found: Sequence[x509.GeneralName] | x509.SubjectAlternativeName) -> Iterator[str]:
    for name in found:
        value = name.value
        yield value.rfc4514_string() if isinstance(value, x509.Name) else str(value)
