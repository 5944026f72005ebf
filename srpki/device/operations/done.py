"""What there is to tell of a certificate that an action was about."""

from __future__ import annotations

from datetime import datetime

from srpki.core.errors import SrpkiError


def serial_number(der: bytes) -> int:
    """Return the serial number of the certificate *der*; raises `InvalidInputError`."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    return certificates.facts(der).serial


def validity_of(der: bytes) -> tuple[datetime | None, datetime | None]:
    """Return from when to when the certificate *der* is valid, None where it cannot be read."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    try:
        facts = certificates.facts(der)
    except SrpkiError:
        return None, None
    return facts.not_before, facts.not_after


def told_of(der: bytes | None) -> tuple[int | None, datetime | None]:
    """Return serial number and end of the certificate *der*, None where it cannot be read."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    if der is None:
        return None, None
    try:
        facts = certificates.facts(der)
    except SrpkiError:
        return None, None
    return facts.serial, facts.not_after
