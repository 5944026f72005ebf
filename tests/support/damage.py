"""What a hostile peer does to octets: flips, cuts, nests, claims lengths, swaps parts."""

from srpki.x509 import der


def flipped(data, step=1):
    """Yield (position, octets) with one bit of each *step*-th octet changed."""
    for position in range(0, len(data), step):
        changed = bytearray(data)
        changed[position] ^= 1 << (position // step) % 8
        yield position, bytes(changed)


def cut(data, step=1):
    """Yield what is left of *data* after each *step*-th octet, from nothing on."""
    for length in range(0, len(data), step):
        yield data[:length]


def nested(depth, tag=0x30):
    """Return *depth* elements of definite length, each within the one before."""
    heads, length = [], 0
    for _ in range(depth):
        octets = der.encode(tag, b"\x00" * min(length, 0x7F))[:2]
        if length >= 0x80:
            size = length.to_bytes((length.bit_length() + 7) // 8, "big")
            octets = bytes((tag, 0x80 | len(size))) + size
        heads.append(octets)
        length += len(octets)
    return b"".join(reversed(heads))


LENGTHS = (
    b"\x30",
    b"\x30\x80",
    b"\x30\xff",
    b"\x30\x81\x05",
    b"\x30\x82\xff\xff",
    b"\x30\x84\x7f\xff\xff\xff",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x30\x85\x01\x00\x00\x00\x00",
    b"\x30\x88" + b"\xff" * 8,
    b"\x30\xfe" + b"\xff" * 126,
    b"\x3f\xff\xff\xff\xff\x7f\x00",
)
"""Elements that claim more than there is, or what DER does not know."""

BLOBS = {
    "nothing": b"",
    "null": b"\x05\x00",
    "empty": b"\x30\x00",
    "boolean": b"\x01\x01\x02",
    "negative": b"\x02\x01\xff",
    "huge number": b"\x02\x82\x10\x00" + b"\x7f" * 4096,
    "not minimal": b"\x02\x02\x00\x01",
    "bad identifier": b"\x06\x02\x80\x80",
    "bad text": b"\x0c\x02\xff\xfe",
    "long text": der.encode(0x0C, b"\x1b]0;x\x07" * 4000),
    "bad time": b"\x18\x0f99999999999999Z",
    "bad bits": b"\x03\x01\x09",
    "10,000 elements": der.encode(0x30, b"\x30\x00" * 10_000),
    "10,000 deep": nested(10_000),
    "20,000 deep without lengths": b"\x30\x80" * 20_000,
    "a tag of many octets": b"\x3f" + b"\xff" * 64 + b"\x7f\x00",
}
"""What can stand where something else belongs."""


def swapped(data, blob, deepest=12):
    """Yield *data* (DER) with each element in turn replaced by *blob*, lengths corrected."""
    yield blob
    element = der.read(data)
    if not element.constructed or deepest == 0:
        return
    children = [child.whole for child in der.elements(element.content)]
    for index, child in enumerate(children):
        for changed in swapped(child, blob, deepest - 1):
            yield der.encode(element.tag, *children[:index], changed, *children[index + 1 :])


NUMBERS = tuple(
    der.encode(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))
    for number in (-1, 0, 1, 2, 3, 255, 2**31 - 1, 2**31, 2**64, -(2**31), 2**200)
)


def rearranged(data, opaque=(), deepest=12):
    """Yield *data* (DER) with one element at a time left out, doubled, moved, emptied, renamed.

    Lengths are corrected. Into the elements of *opaque* nothing is looked: what is signed by
    itself is refused for that.
    """
    element = der.read(data)
    if not element.constructed or deepest == 0 or data in opaque:
        return
    children = [child.whole for child in der.elements(element.content)]

    def made(*parts):
        return der.encode(element.tag, *parts)

    for index, child in enumerate(children):
        before, after = children[:index], children[index + 1 :]
        yield made(*before, *after)
        yield made(*before, child, child, *after)
        if after:
            yield made(*before, after[0], child, *after[1:])
        for other in _others(child):
            if other != child:
                yield made(*before, other, *after)
        for changed in rearranged(child, opaque, deepest - 1):
            yield made(*before, changed, *after)


def _others(child):
    """Yield what is nearly *child*: of another type, emptied, cut, longer, another number."""
    content = der.read(child).content
    for tag in {child[0] ^ 0x20, child[0] ^ 0x01, child[0] ^ 0x80}:
        if tag & 0x1F != 0x1F:
            yield der.encode(tag, content)
    yield der.encode(child[0])
    yield der.encode(child[0], content[:-1])
    yield der.encode(child[0], content, b"\x00")
    if child[0] == 0x02:
        yield from NUMBERS
