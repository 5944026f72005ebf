"""BER, taken apart with bounds, and decoded by pyasn1 where a structure has more than one level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pyasn1.codec.ber import decoder
from pyasn1.error import PyAsn1Error
from pyasn1_modules import rfc5280

from srpki.core.errors import InvalidInputError
from srpki.x509 import ber
from srpki.x509 import der as tlv
from srpki.x509.der import Element

SEQUENCE: Final = tlv.SEQUENCE
SET: Final = 0x31
BOOLEAN: Final = 0x01
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
MAX_ELEMENTS: Final = 1000
"""Elements of one field: pyasn1 takes a tenth of a millisecond for each."""
_MAX_DEPTH: Final = 16
_MAX_NUMBER_OCTETS: Final = 64  # what is longer could not even be printed
_LATIN: Final = (0x14,)
"""T61String: nobody ever wrote anything but Latin-1 into it."""
_WIDE: Final = {0x1E: "utf-16-be", 0x1C: "utf-32-be"}
_UTF8: Final = 0x0C
_STRINGS: Final = frozenset({_UTF8, 0x12, 0x13, 0x14, 0x16, 0x1A, 0x1B, *_WIDE})


class RefusedError(InvalidInputError):
    """A field cannot be read; the sentence goes after ``cannot be read:``."""


def parts(element: Element, tag: int = SEQUENCE) -> list[Element]:
    """Return what stands in *element*, which must have *tag*; raises `RefusedError`."""
    if element.tag != tag:
        raise RefusedError("it is not well formed")
    return elements(element.content)


def elements(content: bytes) -> list[Element]:
    """Return the elements that *content* consists of; raises `RefusedError`."""
    try:
        return list(tlv.elements(content))
    except InvalidInputError:
        raise RefusedError("it is not well formed") from None


def single(octets: bytes, tag: int = SEQUENCE) -> Element:
    """Return the one element with *tag* that *octets* are; raises `RefusedError`."""
    found = elements(octets)
    if len(found) != 1 or found[0].tag != tag:
        raise RefusedError("it is not well formed")
    return found[0]


def decode(octets: bytes, spec: Any) -> Any:
    """Return the value of pyasn1 type *spec* that *octets* are; raises `RefusedError`."""
    _check_size(octets)
    try:
        value, rest = decoder.decode(octets, asn1Spec=spec)
    except (PyAsn1Error, RecursionError, ValueError, TypeError, IndexError, OverflowError):
        raise RefusedError("it is not well formed") from None
    if rest:
        raise RefusedError("other octets follow it")
    return value


def _check_size(octets: bytes) -> None:
    """Raise `RefusedError` for what takes pyasn1 too long or too deep."""
    left = MAX_ELEMENTS
    pending: list[tuple[bytes, int]] = [(octets, 0)]
    while pending:
        content, depth = pending.pop()
        try:
            found = list(ber.elements(content))
        except ber.TooComplexError:
            raise RefusedError("it is too long or too deep") from None
        except InvalidInputError:
            raise RefusedError("it is not well formed") from None
        left -= len(found)
        if left < 0 or (found and depth >= _MAX_DEPTH):
            raise RefusedError("it is too long or too deep")
        pending += [(one.content, depth + 1) for one in found if one.constructed]


def integer(element: Element, tag: int = tlv.INTEGER) -> int:
    """Return the number in *element*, negative or not; raises `RefusedError`."""
    content = element.content
    padded = len(content) > 1 and content[0] in (0, 0xFF) and content[0] >> 7 == content[1] >> 7
    if element.tag != tag or not content or padded:  # BER knows no padding either [X.690, 8.3.2]
        raise RefusedError("it is not a number")
    if len(content) > _MAX_NUMBER_OCTETS:
        raise RefusedError("its number is too long")
    return int.from_bytes(element.content, "big", signed=True)


def boolean(element: Element) -> bool:
    """Return the truth of *element*: every octet but zero is TRUE [X.690, 8.2.2]."""
    if element.tag != BOOLEAN or len(element.content) != 1:
        raise RefusedError("it is not a boolean")
    return element.content != b"\0"


def oid(element: Element) -> str:
    """Return the object identifier in *element*, dotted; raises `RefusedError`."""
    content = element.content
    if element.tag != tlv.OBJECT_IDENTIFIER or not content or content[-1] & 0x80:
        raise RefusedError("it has no object identifier where one is due")
    if len(content) > 64:
        raise RefusedError("an object identifier is too long")
    return tlv.decode_oid(content)


def is_string(tag: int) -> bool:
    """Say whether *tag* is that of a character string."""
    return tag in _STRINGS


def text(tag: int, content: bytes) -> str:
    """Return the characters in *content*, a string with *tag*; raises `RefusedError`.

    T61String is Latin-1. So is what has octets that its type does not allow, unless it is UTF-8.
    """
    try:
        if tag in _WIDE:
            return content.decode(_WIDE[tag])
        if tag == _UTF8:
            return content.decode()
    except UnicodeDecodeError:
        raise RefusedError("a string does not hold the characters that its type says") from None
    if tag not in _LATIN:
        try:
            return content.decode()
        except UnicodeDecodeError:
            pass
    return content.decode("latin-1")


def time(element: Element) -> datetime:
    """Return the instant in *element*, a Time, in UTC; raises `RefusedError`.

    Seconds may be missing, zones and fractions be there, as in BER [X.690, 11.7 and 11.8].
    """
    found = decode(element.whole, rfc5280.Time()).getComponent()
    try:
        moment: datetime = found.asDateTime.astimezone(UTC).replace(microsecond=0)
        if element.tag == UTC_TIME and moment.year >= 2050:  # RFC 5280, 4.1.2.5.1
            moment = moment.replace(year=moment.year - 100)
    except (PyAsn1Error, ValueError, OverflowError, TypeError, IndexError):
        raise RefusedError("it is not a time") from None
    return moment


def optional(found: Sequence[Element], *tags: int) -> tuple[Element | None, ...]:
    """Return the elements with *tags*, which stand in *found* in this order, None for each absent.

    Raises `RefusedError` for anything else there: what is passed over could be what counts.
    """
    waiting = list(found)
    picked = tuple(waiting.pop(0) if waiting and waiting[0].tag == tag else None for tag in tags)
    if waiting:
        raise RefusedError("it is not well formed")
    return picked


def spans(content: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the content of each SEQUENCE in *content* begins and ends, without copying it.

    Raises `RefusedError` for anything else that stands there.
    """
    offset, end = 0, len(content)
    while offset < end:
        head = content[offset : offset + 2]
        if len(head) < 2 or head[0] != SEQUENCE:
            raise RefusedError("it is not well formed")
        start, length = offset + 2, head[1]
        if length & 0x80:
            count = length & 0x7F
            if not 1 <= count <= 4:
                raise RefusedError("it is not well formed")
            length = int.from_bytes(content[start : start + count], "big")
            start += count
        offset = start + length
        if offset > end or not length:
            raise RefusedError("it is not well formed")
        yield start, offset
