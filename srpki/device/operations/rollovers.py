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
        key = "new" if link.new else "old"
        other = "the new one" if link.by_new else "the old one"
        signer = "itself" if link.new == link.by_new else other
        yield (
            f"    certificate {link.position + 1}: {key} key signed by {signer},"
            f" valid to {_instant(link)}"
        )
    yield from _advice(change)


def _advice(change: Rollover) -> Iterator[str]:
    back = change.link(new=False, by_new=True)
    if back is not None:
        number = back.position + 1
        yield f"Certificate {number} leads from the new key to what the old one has issued."
    new = change.link(new=True, by_new=True)
    if new is None:
        return
    link = change.link(new=True, by_new=False)
    if link is not None:
        yield f"The old key vouches for the new one by certificate {link.position + 1}."
    else:
        yield "The old key does not vouch for the new one. Compare by another way its SHA-256"
        yield f"fingerprint {new.facts.fingerprint}."
    old = change.link(new=False, by_new=False)
    until = f" before {_instant(old)}" if old is not None else ""
    yield f"Import certificate {new.position + 1} and trust it by a ca-profile{until}."


def _instant(link: Link) -> str:
    return f"{link.facts.not_after:%Y-%m-%dT%H:%M:%SZ}"
