"""What a new certificate must be before anything is replaced [auto-update.md, section 4]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, chain, keys
from srpki.x509.chain import RefusedChainError


def objection(
    new: bytes,
    *,
    old: bytes,
    key: keys.PrivateKey,
    others: Sequence[bytes],
    anchors: Sequence[bytes],
    now: datetime,
    skew: timedelta,
    depth: int,
) -> str | None:
    """Return why the certificate *new* must not replace *old*, or None.

    It has to certify *key*, be valid at *now* or no later than *skew* after it, have the subject
    and subjectAltName of *old*, and chain to one of *anchors*; *others* are certificates that may
    stand in between. Everything is DER; *depth* is the number of certificates in the chain.
    """
    try:
        if not keys.same_public_key(new, key):
            return "the new certificate is not for the key that was generated"
        if not certificates.same_subject(new, old):
            subject, was = certificates.facts(new).subject, certificates.facts(old).subject
            return f'the new certificate is for subject "{subject}" instead of "{was}"'
        if not certificates.same_alternative_names(new, old):
            return "the new certificate has other subject alternative names"
        chain.check_chain(new, others, anchors, now, depth=depth, skew=skew)
    except (InvalidInputError, RefusedChainError) as error:
        return f"the new certificate is not acceptable: {error}"
    return None
