"""Just enough BER to look into files that are not DER [X.690, 8.1.3.6, 8.7.3].

Some programs write PKCS#12 and PKCS#7 with indefinite lengths and strings in parts. Nothing is
decoded by this: it is for telling what a file is and what opening it would cost.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509.der import OCTET_STRING, Element, read

_INDEFINITE: Final = b"\x80"
_END: Final = b"\0\0"
_IN_PARTS: Final = OCTET_STRING | 0x20
_MAX_DEPTH: Final = 32
_MAX_ELEMENTS: Final = 20_000


class TooComplexError(InvalidInputError):
    """The structure is deeper or has more elements than any file of use."""


def elements(content: bytes) -> Iterator[Element]:
    """Yield the elements that stand one after the other in *content*.

    The content of an element of indefinite length is without its end; an OCTET STRING in parts is
    yielded as one.

    Raises:
        InvalidInputError: when it is truncated or has a high tag number.
        TooComplexError: when it is nested deeper than 32 or has more than 20,000 elements.
    """
    yield from _Reader().elements(content)


class _Reader:
    """Reads elements, each of which counts, whatever it stands in."""

    def __init__(self) -> None:
        self._left = _MAX_ELEMENTS

    def elements(self, content: bytes, depth: int = 0) -> Iterator[Element]:
        offset = 0
        while offset < len(content):
            element = self._element(content, offset, depth)
            yield element
            offset += len(element.whole)

    def _element(self, data: bytes, offset: int, depth: int) -> Element:
        self._left -= 1
        if self._left < 0 or depth >= _MAX_DEPTH:
            raise TooComplexError("the structure of the file is too deep or too long")
        if data[offset + 1 : offset + 2] == _INDEFINITE and _may_be_indefinite(data[offset]):
            found = self._indefinite(data, offset, depth)
        else:
            found = read(data, offset)
        if found.tag != _IN_PARTS:
            return found
        parts = self.elements(found.content, depth + 1)
        return Element(OCTET_STRING, b"".join(part.content for part in parts), found.whole)

    def _indefinite(self, data: bytes, offset: int, depth: int) -> Element:
        end = offset + 2
        while data[end : end + 2] != _END:
            end += len(self._element(data, end, depth + 1).whole)
        return Element(data[offset], data[offset + 2 : end], data[offset : end + 2])


def _may_be_indefinite(tag: int) -> bool:
    """Say whether *tag* is that of a constructed element and is no high tag number."""
    return bool(tag & 0x20) and tag & 0x1F != 0x1F
