"""PEM: octets in base64 between two lines that say what they are [RFC 7468]."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from srpki.core.errors import InvalidInputError
from srpki.x509 import contents

_BOUNDARY: Final = re.compile(
    rb"-----(?:BEGIN ([A-Z0-9 ]{1,40})-----[ \t]*\r?\n|END ([A-Z0-9 ]{1,40})-----)"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One PEM block: its label, all of its text, and what is between the lines."""

    label: str
    text: bytes
    body: bytes

    def der(self) -> bytes:
        """Return what the block holds; raises `InvalidInputError` when it is not base64."""
        with suppress(binascii.Error):
            return base64.b64decode(b"".join(self.body.split()), validate=True)
        raise InvalidInputError(f"the PEM block {self.label} is not base64", hint="is it damaged?")


def write(der: bytes, label: str) -> bytes:
    """Return *der* in PEM with *label*."""
    text = base64.b64encode(der)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return b"\n".join(
        [f"-----BEGIN {label}-----".encode(), *lines, f"-----END {label}-----".encode(), b""]
    )


def all_blocks(data: bytes) -> Iterator[Block]:
    """Yield the PEM blocks in *data*, in time that grows with its length alone."""
    begun: dict[bytes, re.Match[bytes]] = {}
    for boundary in _BOUNDARY.finditer(data):
        if boundary[2] is None:
            begun.setdefault(boundary[1], boundary)
            continue
        begin = begun.get(boundary[2])
        if begin is not None:
            text = data[begin.start() : boundary.end()] + b"\n"
            yield Block(begin[1].decode("ascii"), text, data[begin.end() : boundary.start()])
            begun.clear()


def blocks(data: bytes, wanted: str, labels: Sequence[str]) -> list[Block]:
    """Return the PEM blocks with one of *labels*; raises `InvalidInputError` without."""
    found = list(all_blocks(data))
    chosen = [block for block in found if block.label in labels]
    if chosen:
        return chosen
    if found:
        kind = contents.of_label(found[0].label)
        hint = contents.CURES.get(kind, "give the right type")
        raise InvalidInputError(f"this is {kind}, not {wanted}", hint=hint)
    if b"-----BEGIN " in data:
        raise InvalidInputError("the PEM block is truncated", hint="its END line is missing")
    kind = contents.identify(data)
    hint = contents.CURES.get(kind, "name the format that it has")
    raise InvalidInputError(f"this is not PEM but {kind}", hint=hint)
