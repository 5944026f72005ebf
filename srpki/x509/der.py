"""Just enough DER to look at a structure without decoding it; every step is bounded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from srpki.core.errors import InvalidInputError

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
OBJECT_IDENTIFIER: Final = 0x06
SEQUENCE: Final = 0x30

NULL: Final = b"\x05\x00"
MAX_DEPTH: Final = 16


@dataclass(frozen=True, slots=True)
class Element:
    """One element: identifier octet, content octets, and the element as a whole."""

    tag: int
    content: bytes
    whole: bytes

    @property
    def constructed(self) -> bool:
        """Whether the content is elements again."""
        return bool(self.tag & 0x20)


def read(data: bytes, offset: int = 0) -> Element:
    """Return the element that starts at *offset* [X.690, 8.1 with the limits of 10.1].

    Raises:
        InvalidInputError: when it is truncated, has an indefinite length or a high tag number.
    """
    start, end = _span(data, offset)
    return Element(data[offset], data[start:end], data[offset:end])


def _span(data: bytes, offset: int) -> tuple[int, int]:
    """Return where the content of the element at *offset* begins and ends; raises as `read`."""
    if len(data) < offset + 2:
        raise InvalidInputError("the data is truncated")
    if data[offset] & 0x1F == 0x1F:
        raise InvalidInputError("the data is not DER")
    start, length = offset + 2, data[offset + 1]
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise InvalidInputError("the data is not DER")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    end = start + length
    if end > len(data):
        raise InvalidInputError("the data is truncated")
    return start, end


def parts(data: bytes, most: int = 1 << 32) -> list[bytes]:
    """Return the elements, each as a whole, in the element that *data* begins with.

    Of more than *most* the first ones are returned, whatever follows. Raises as `read` does.
    """
    offset, end = _span(data, 0)
    found: list[bytes] = []
    while offset < end and len(found) < most:
        _, stop = _span(data, offset)
        if stop > end:
            raise InvalidInputError("the data is truncated")
        found.append(data[offset:stop])
        offset = stop
    return found


def elements(content: bytes) -> Iterator[Element]:
    """Yield the elements that stand one after the other in *content*; raises as `read` does."""
    offset = 0
    while offset < len(content):
        element = read(content, offset)
        yield element
        offset += len(element.whole)


def sequence(data: bytes) -> Iterator[Element]:
    """Yield the elements of the SEQUENCE that *data* is.

    Raises:
        InvalidInputError: when it is something else, or as `read` does.
    """
    whole = read(data)
    if whole.tag != SEQUENCE or len(whole.whole) != len(data):
        raise InvalidInputError("the data is not a sequence")
    yield from elements(whole.content)


def normal(data: bytes, depth: int = MAX_DEPTH) -> bytes:
    """Return *data*, elements one after the other, with the shortest lengths and TRUE as in DER.

    What is no element is left as it is, and so is what lies deeper than *depth*.
    """
    try:
        found = list(elements(data))
    except InvalidInputError:
        return data
    return b"".join(encode(one.tag, _normal(one, depth)) for one in found)


def _normal(element: Element, depth: int) -> bytes:
    if element.constructed and depth:
        return normal(element.content, depth - 1)
    if element.tag == BOOLEAN and len(element.content) == 1 and any(element.content):
        return b"\xff"
    return element.content


def encode(tag: int, *contents: bytes) -> bytes:
    """Return the element with *tag* around *contents*."""
    content = b"".join(contents)
    if len(content) < 0x80:
        return bytes((tag, len(content))) + content
    length = len(content).to_bytes((len(content).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def encode_integer(value: int) -> bytes:
    """Return the INTEGER *value*."""
    length = value.bit_length() // 8 + 1
    return encode(INTEGER, value.to_bytes(length, "big", signed=True))


@lru_cache(maxsize=256)
def encode_oid(dotted: str) -> bytes:
    """Return the element of object identifier *dotted* [X.690, 8.19]."""
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(0x80 | arc & 0x7F)
        content += bytes(reversed(septets))
    return encode(OBJECT_IDENTIFIER, bytes(content))


def decode_oid(content: bytes) -> str:
    """Return the dotted form of the object identifier with *content*, as far as it is one."""
    arcs: list[int] = []
    arc = 0
    for octet in content[:64]:
        arc = arc << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(arc)
            arc = 0
    if not arcs:
        return "?"
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - first * 40, *arcs[1:])))
