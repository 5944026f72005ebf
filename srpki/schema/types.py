"""Value types: how the text of a value is read, checked, printed and described.

Names and restrictions are those of the public YANG models (fact sheets ``*.json``). A type raises
`ValueTypeError` with a text for the operator; it never looks at anything but the text.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from typing import Final

from srpki.core.patterns import regex
from srpki.core.record import Record
from srpki.schema.paths import Value

_INTEGER_LIMITS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}


SEALED_MARK: Final = " hash2"
"""What ends a secret that is sealed already, so that it can be pasted back."""

_LONGEST_SEALED: Final = 512
"""A sealed secret is longer than the plain one that the length of its type is about."""


_CONTROL: Final = regex(r"[\x00-\x1f\x7f]")


class ValueTypeError(ValueError):
    """The text is not a value of the type; the message says why."""


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


class ValueType(Record):
    """Base of all value types."""

    def parse(self, text: str) -> Value:
        """Return the value that *text* spells; raise `ValueTypeError` otherwise."""
        raise NotImplementedError

    def format(self, value: Value) -> str:
        """Return *value* as its bare text, without quotes."""
        return str(value)

    def syntax(self) -> str:
        """Return the short form for help, as ``<1..7>``, ``(any|secure)`` or ``<string>``."""
        raise NotImplementedError

    def words(self) -> tuple[str, ...]:
        """Return every accepted word when there are finitely many, else nothing."""
        return ()

    @property
    def quoted(self) -> bool:
        """Whether the MD-CLI prints values of this type between double quotes."""
        return False


class Integer(ValueType):
    """A whole number of YANG type *base* between *low* and *high*, both included, or one *below*.

    *named* is the YANG type's name where it is derived.
    """

    base: str
    low: int | None = None
    high: int | None = None
    named: str = ""
    below: tuple[int, ...] = ()

    @property
    def bounds(self) -> tuple[int, int]:
        """The smallest and the largest accepted value."""
        low, high = _INTEGER_LIMITS[self.base]
        return (
            low if self.low is None else self.low,
            high if self.high is None else self.high,
        )

    def parse(self, text: str) -> int:
        """Return the number; only ASCII digits with an optional minus are read."""
        low, high = self.bounds
        if not re.fullmatch(r"-?[0-9]{1,20}", text):
            raise ValueTypeError(f"'{text}' is not a number")
        number = int(text)
        if not low <= number <= high and number not in self.below:
            raise ValueTypeError(f"'{text}' out of range {self.range}")
        return number

    @property
    def range(self) -> str:
        """What is accepted, as YANG writes it: ``22|1024..49151``."""
        low, high = self.bounds
        return "|".join((*map(str, self.below), str(low) if low == high else f"{low}..{high}"))

    def syntax(self) -> str:
        """Return ``<low..high>``."""
        return f"<{self.range}>"


class Decimal(ValueType):
    """A number between *low* and *high*, both included, with up to three digits after its point."""

    low: float
    high: float

    def parse(self, text: str) -> str:
        """Return *text* itself; only ASCII digits with a point between them are read."""
        if not re.fullmatch(r"[0-9]{1,20}(\.[0-9]{1,3})?", text):
            raise ValueTypeError(f"'{text}' is not a number such as 0.5 or 100")
        if not self.low <= float(text) <= self.high:
            raise ValueTypeError(f"'{text}' out of range {self.low:g}..{self.high:g}")
        return text

    def syntax(self) -> str:
        """Return ``<low..high>``."""
        return f"<{self.low:g}..{self.high:g}>"


class Text(ValueType):
    """A string with a length in characters and patterns that must all match the whole of it.

    *named* is the YANG type's name, *complaint* replaces "does not match" in messages, *secret*
    marks a value that is stored sealed and never shown (YANG ``encrypted-leaf``), *hashed* one that
    is kept as its hash (YANG ``hashed-leaf``), *password* one that is used at once and stored
    nowhere.
    """

    length: tuple[int, int] | None = None
    patterns: tuple[str, ...] = ()
    named: str = ""
    complaint: str = ""
    secret: bool = False
    password: bool = False
    hashed: bool = False

    @property
    def confidential(self) -> bool:
        """Whether what is typed must be shown and noted nowhere."""
        return self.secret or self.password or self.hashed

    def parse(self, text: str) -> str:
        """Return *text* itself when it is short enough and matches."""
        if _CONTROL.search(text):
            raise ValueTypeError("control characters are not allowed")
        if not (self.confidential or text.isprintable()):  # as for file names
            raise ValueTypeError("characters that cannot be seen are not allowed")
        if self.length is not None:
            low, high = self.length
            high = _LONGEST_SEALED if self.secret and text.endswith(SEALED_MARK) else high
            if not low <= len(text) <= high:
                raise ValueTypeError(f"length {len(text)} out of range {low}..{high}")
        for pattern in self.patterns:
            if not _compiled(pattern).fullmatch(text):
                raise ValueTypeError(self.complaint or f"'{text}' does not match the pattern")
        return text

    def syntax(self) -> str:
        """Return ``<string>`` with its length where there is one."""
        if self.length is None:
            return "<string>"
        return f"<string - {self.length[0]}..{self.length[1]} characters>"

    @property
    def quoted(self) -> bool:
        """Strings are printed between quotes, times are not [cli.md 1.3]."""
        return self.named != "date-and-time"


class Enumeration(ValueType):
    """One of *values*; *named* is the YANG type's name."""

    values: tuple[str, ...]
    named: str = ""

    def parse(self, text: str) -> str:
        """Return the value, which must be spelled in full."""
        if text not in self.values:
            raise ValueTypeError(f"'{text}' is not one of {', '.join(self.values)}")
        return text

    def syntax(self) -> str:
        """Return ``(a|b|c)``."""
        return f"({'|'.join(self.values)})"

    def words(self) -> tuple[str, ...]:
        """Return the values, in declared order."""
        return self.values


class Boolean(ValueType):
    """``true`` or ``false``."""

    def parse(self, text: str) -> bool:
        """Return the truth value."""
        if text not in ("true", "false"):
            raise ValueTypeError(f"'{text}' is not true or false")
        return text == "true"

    def format(self, value: Value) -> str:
        """Return ``true`` or ``false``."""
        return "true" if value else "false"

    def syntax(self) -> str:
        """Return the two words."""
        return "(true|false)"

    def words(self) -> tuple[str, ...]:
        """Return the two words."""
        return ("true", "false")


class Empty(ValueType):
    """A leaf without a value (YANG ``empty``): present (True) or absent."""

    def parse(self, text: str) -> bool:
        """Refuse any text: the keyword alone is the value."""
        raise ValueTypeError(f"no value is expected, not '{text}'")

    def format(self, value: Value) -> str:
        """Return nothing: the keyword says it all."""
        return ""

    def syntax(self) -> str:
        """Return nothing."""
        return ""


class Bits(ValueType):
    """A set of flags, as a tuple in declared order; state only."""

    flags: tuple[str, ...]

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the flags named in *text*, separated by blanks."""
        chosen = tuple(text.split())
        for flag in chosen:
            if flag not in self.flags:
                raise ValueTypeError(f"'{flag}' is not one of {', '.join(self.flags)}")
        return tuple(flag for flag in self.flags if flag in chosen)

    def format(self, value: Value) -> str:
        """Return the flags between brackets."""
        return f"[{' '.join(map(str, value))}]" if isinstance(value, tuple) else str(value)

    def syntax(self) -> str:
        """Return ``[flags]``."""
        return f"[{'|'.join(self.flags)}]"


class Address(ValueType):
    """An IP address without zone: *versions* is (4,), (6,) or both; *yang* holds the type names.

    *unicast* also refuses multicast, unspecified and broadcast addresses.
    """

    versions: tuple[int, ...]
    yang: tuple[str, ...]
    named: str = ""
    unicast: bool = False

    def parse(self, text: str) -> str:
        """Return the address in its canonical form [RFC 5952]."""
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            raise ValueTypeError(f"'{text}' is not {self._wanted}") from None
        if address.version not in self.versions or "%" in text:
            raise ValueTypeError(f"'{text}' is not {self._wanted}")
        if self.unicast and (
            address.is_multicast or address.is_unspecified or str(address) == "255.255.255.255"
        ):
            raise ValueTypeError(f"'{text}' is not a unicast address")
        return str(address)

    @property
    def _wanted(self) -> str:
        return (
            "an IPv4 or IPv6 address"
            if len(self.versions) > 1
            else f"an IPv{self.versions[0]} address"
        )

    def syntax(self) -> str:
        """Return the accepted kinds."""
        return "|".join(f"<ipv{version}-address>" for version in self.versions)


class Reference(ValueType):
    """The key of a list entry elsewhere (YANG ``leafref``).

    *target* is absolute, as ``/configure/system/security/pki/ca-profile/ca-profile-name``; *yang*
    is the spelling of the fact sheet; *type* is the type of the key referred to. Whether the entry
    exists is checked when the configuration is validated or the action runs; those that are
    *built_in* exist without being configured.
    """

    target: str
    yang: str
    type: ValueType
    built_in: tuple[str, ...] = ()

    def parse(self, text: str) -> Value:
        """Return the key as its own type reads it."""
        return self.type.parse(text)

    def format(self, value: Value) -> str:
        """Return the key as its own type prints it."""
        return self.type.format(value)

    def syntax(self) -> str:
        """Return the syntax of the key."""
        return self.type.syntax()

    @property
    def quoted(self) -> bool:
        """As the key referred to."""
        return self.type.quoted


class Union(ValueType):
    """A value of the first of *types* that accepts it."""

    types: tuple[ValueType, ...]
    named: str = ""

    def parse(self, text: str) -> Value:
        """Return what the first accepting type makes of *text*."""
        reason = ""
        for member in self.types:
            try:
                return member.parse(text)
            except ValueTypeError as error:
                reason = reason or str(error)
        raise ValueTypeError(reason)

    def syntax(self) -> str:
        """Return the syntaxes of all members."""
        return "|".join(member.syntax() for member in self.types)

    def words(self) -> tuple[str, ...]:
        """Return the words of all members."""
        return tuple(word for member in self.types for word in member.words())

    @property
    def quoted(self) -> bool:
        """Whether the first member is printed between quotes."""
        return self.types[0].quoted
