"""Lays out the chain of a certificate, the root at the top."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from srpki.cli.render.layout import Layout, said
from srpki.device.records.chain import CertificateChain, ChainLink
from srpki.pictures.shown import shown, wrapped
from srpki.pictures.text import COLUMNS, moment

_INDENT: Final = 9
"""Columns before what belongs to a certificate: the longest role, and two."""


def _chain(data: CertificateChain) -> Layout:
    return said(*_lines(data))


def _lines(data: CertificateChain) -> Iterator[str]:
    yield f"Chain of {shown(data.certificate)} at {moment(data.now)} UTC"
    yield ""
    if not data.complete:
        yield "???"
        yield "  |"
    for place, link in enumerate(data.links):
        if place:
            yield "  |"
        yield from _link(link)
    yield ""
    verdict = "The node trusts it." if data.refused is None else f"Not trusted: {data.refused}."
    yield from wrapped(shown(verdict), COLUMNS)


def _link(link: ChainLink) -> Iterator[str]:
    profiles = ", ".join(link.ca_profiles)
    facts = (
        f"serial {link.serial_number:x}, issued by {link.issuer}",
        f"{link.key}, valid {moment(link.not_before)} to {moment(link.not_after)} UTC",
        f"file {', '.join(link.files) or 'none'}"
        + (f"; ca-profile {profiles}" if profiles else ""),
    )
    line = "" if link.role == "leaf" else "  |"
    yield from _hung(link.role, line, link.subject or "no subject")
    for fact in facts:
        yield from _hung(line, line, fact)
    for problem in link.problems:
        yield from _hung(f"{line:<4}!", line, problem)


def _hung(head: str, below: str, text: str) -> Iterator[str]:
    """Yield *text* behind *head*, in lines, the further ones behind *below*."""
    for place, line in enumerate(wrapped(shown(text), COLUMNS - _INDENT)):
        yield f"{below if place else head:<{_INDENT}}{line}".rstrip()


LAYOUTS: Final[dict[type, Callable[[Any], Layout]]] = {CertificateChain: _chain}
