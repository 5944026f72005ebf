"""Value types as YANG types [RFC 7950 section 9].

Control characters and what cannot be seen are refused by srpki in every string, and an address that
must be unicast is more than an address: neither is said in YANG, as the vendor's models do not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.netconf.yang.statements import Statement
from srpki.schema.types import (
    SEALED_MARK,
    Address,
    Bits,
    Boolean,
    Decimal,
    Empty,
    Enumeration,
    Integer,
    Reference,
    Text,
    Union,
    ValueType,
)

COMMON: Final = "nokia-types-sros"
"""The module of the types that others import, and its prefix."""

PREFIXES: Final = {"configure": "conf", "state": "state"}
"""The prefix of the module that each root of data stands in."""

_OCTET: Final = "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])"
_IPV4: Final = rf"({_OCTET}\.){{3}}{_OCTET}"
_GROUP: Final = "[0-9a-fA-F]{0,4}"
_IPV6: Final = (
    rf"((:|{_GROUP}):)({_GROUP}:){{0,5}}((({_GROUP}:)?(:|{_GROUP}))|({_IPV4}))",
    r"(([^:]+:){6}(([^:]+:[^:]+)|(.*\..*)))|((([^:]+:)*[^:]+)?::(([^:]+:)*[^:]+)?)",
)
"""Two patterns: which groups there may be, and how many [RFC 6991 section 4]."""

_ADDRESSES: Final = {4: ("ipv4-address", (_IPV4,)), 6: ("ipv6-address", _IPV6)}
_LENGTH_SEALED: Final = (1, 512)


def common() -> Iterator[Statement]:
    """Yield the types that `COMMON` defines: the two kinds of addresses, without a zone."""
    for version, (name, patterns) in _ADDRESSES.items():
        restrictions = _each("pattern", patterns)
        about = Statement("description", f"An IPv{version} address without a zone.")
        yield Statement("typedef", name, (Statement("type", "string", restrictions), about))


def type_of(kind: ValueType) -> Statement:
    """Return the statement ``type`` of *kind*."""
    match kind:
        case Integer() | Decimal():
            return _number(kind)
        case Enumeration():
            return Statement("type", "enumeration", _each("enum", kind.values))
        case Bits():
            return Statement("type", "bits", _each("bit", kind.flags))
        case Boolean() | Empty():
            return Statement("type", "boolean" if isinstance(kind, Boolean) else "empty")
        case Reference():
            reference = Statement("type", "leafref", (Statement("path", _path(kind.target)),))
            built_in = Enumeration(kind.built_in)
            return _one_of(reference, *((type_of(built_in),) if kind.built_in else ()))
        case Address():
            names = (_ADDRESSES[version][0] for version in kind.versions)
            return _one_of(*(Statement("type", f"{COMMON}:{name}") for name in names))
        case Union():
            return _one_of(*map(type_of, kind.types))
        case Text():
            return _string(kind)
    raise TypeError(kind)


def _number(kind: Integer | Decimal) -> Statement:
    if isinstance(kind, Decimal):
        limits = Statement("range", f"{kind.low:.3f}..{kind.high:.3f}")
        return Statement("type", "decimal64", (Statement("fraction-digits", "3"), limits))
    return Statement("type", kind.base, (Statement("range", kind.range),))


def _each(keyword: str, names: tuple[str, ...]) -> tuple[Statement, ...]:
    return tuple(Statement(keyword, name) for name in names)


def _path(target: str) -> str:
    root, *names = target.strip("/").split("/")
    return "".join(f"/{PREFIXES[root]}:{name}" for name in (root, *names))


def _string(kind: Text) -> Statement:
    plain = Statement("type", "string", tuple(_restrictions(kind)))
    if not kind.secret:
        return plain
    # It may be sealed already, and is longer then.
    sealed = Text(length=_LENGTH_SEALED, patterns=(f".*{SEALED_MARK}",))
    return _one_of(plain, Statement("type", "string", tuple(_restrictions(sealed))))


def _restrictions(kind: Text) -> Iterator[Statement]:
    if kind.length is not None:
        yield Statement("length", f"{kind.length[0]}..{kind.length[1]}")
    yield from _each("pattern", kind.patterns)


def _one_of(*members: Statement) -> Statement:
    return members[0] if len(members) == 1 else Statement("type", "union", members)
