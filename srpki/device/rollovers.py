"""A CA's change of key in words, for the operator who has to act on it [RFC 7030, 4.1.3]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srpki.x509 import rollover
from srpki.x509.rollover import Link, Rollover


def explain(certificates: Sequence[bytes]) -> tuple[str, ...]:
    """Return the lines that explain what *certificates* (DER) show; none when no key changes."""
    return tuple(line for change in rollover.find(certificates) for line in _lines(change))


def _lines(change: Rollover) -> Iterator[str]:
    yield f'CA "{change.subject}" is changing its key:'
    for link in change.links:
        yield f"    certificate {link.position + 1} in the file: {_meaning(link)}"
    new = change.link(new=True, by_new=True)
    if new is None:
        return
    if change.link(new=True, by_new=False) is None:
        yield "The old key does not vouch for the new one. Compare by another way its SHA-256"
        yield f"fingerprint {new.facts.fingerprint}."
    old = change.link(new=False, by_new=False)
    until = f" before {_instant(old)}" if old is not None else ""
    yield f"Import certificate {new.position + 1} and trust it by a ca-profile{until}."


def _meaning(link: Link) -> str:
    until = f"valid to {_instant(link)}"
    match link.new, link.by_new:
        case True, True:
            return f"new key, signed by itself: the new trust anchor, {until}"
        case True, False:
            return f"new key, signed by the old one: for those who trust the old key, {until}"
        case False, True:
            return f"old key, signed by the new one: for those who trust the new key, {until}"
    return f"old key, signed by itself: the old trust anchor, {until}"


def _instant(link: Link) -> str:
    return f"{link.facts.not_after:%Y-%m-%dT%H:%M:%SZ}"
