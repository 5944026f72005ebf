"""Lays out what a PKI file holds; the rest of it is in `srpki.cli.render.x509` [pki.md 6.3]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Lines, said
from srpki.core.errors import InvalidInputError
from srpki.device.records.contents import FileContent
from srpki.x509 import certificates


def file_content(data: FileContent) -> Lines:
    """Return what a PKI file holds, in lines; of a private key only type and size.

    Raises `InvalidInputError`: many fields are looked at only now.
    """
    try:
        return said("", *_mark(data), *_content(data))
    except certificates.UNREADABLE:
        raise InvalidInputError(
            f"the {data.kind} has fields that cannot be read", hint="is it damaged?"
        ) from None


def _mark(data: FileContent) -> Iterator[str]:
    if data.not_der:
        yield f"not DER: {', '.join(data.not_der)}; a router may refuse it"


def _content(data: FileContent) -> Iterator[str]:
    from srpki.cli.render import x509  # noqa: PLC0415 - start-up time

    if data.der is None:
        size = data.curve or f"{data.key_size} bits"
        yield from ("Private Key:", f"    Type: {data.key_type}", f"    Size: {size}")
        return
    match data.kind:
        case "certificate":
            yield from x509.certificate(data.der)
        case "crl":
            yield from x509.crl(data.der)
        case _:
            yield from x509.request(data.der)


LAYOUTS: Final[dict[type, Callable[[Any], Lines]]] = {FileContent: file_content}
