"""The CA certificates of an EST server, and what change of key they show [RFC 7030, 4.1.3]."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from srpki.core.errors import SrpkiError
from srpki.device.records.pki import CaCertificate, CaCertificates, CaRollover, RolloverLink
from srpki.x509 import certificates, rollover
from srpki.x509.rollover import Link, Rollover


def received(profile: str, url: str, found: Sequence[bytes]) -> CaCertificates:
    """Return what the server of *profile* sent, the certificates *found* (DER), now at *url*."""
    return CaCertificates(
        est_profile=profile,
        output_url=url,
        received=len(found),
        certificate=tuple(_readable(found)),
        rollover=tuple(map(_rollover, rollover.find(found))),
    )


def _readable(found: Sequence[bytes]) -> Iterator[CaCertificate]:
    for der in found:
        try:
            facts = certificates.facts(der)
        except SrpkiError:
            continue
        yield CaCertificate(
            subject=facts.subject,
            serial_number=facts.serial,
            not_before=facts.not_before,
            not_after=facts.not_after,
            fingerprint=facts.fingerprint,
        )


def _rollover(change: Rollover) -> CaRollover:
    return CaRollover(subject=change.subject, link=tuple(map(_link, change.links)))


def _link(link: Link) -> RolloverLink:
    return RolloverLink(
        position=link.position + 1,
        new=link.new,
        by_new=link.by_new,
        not_after=link.facts.not_after,
        fingerprint=link.facts.fingerprint,
    )
