"""Issuing, rightly or as a fault asks: for another key, another subject, for too short a time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.labca.authority import Authority
from srpki.labca.faults import Fault
from srpki.labca.store import Issued
from srpki.x509 import keys

_ANOTHER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
_HOUR: Final = timedelta(hours=1)


def issue(
    authority: Authority,
    fault: Fault | None,
    public_key: CertificatePublicKeyTypes,
    subject: x509.Name,
    alternative: x509.SubjectAlternativeName | None,
    *,
    not_after: datetime | None = None,
) -> Issued:
    """Return a certificate issued as *fault* asks, or as it should be.

    *not_after* is the end that was asked for. Raises what `Authority.issue` raises.
    """
    start, now = None, authority.clock.now()
    match fault.action if fault is not None else "":
        case "wrong-key":
            public_key = keys.generate(keys.spec_of(public_key)).public_key()
        case "wrong-subject":
            subject = _ANOTHER
        case "issue-expired":
            start, not_after = now - 2 * _HOUR, now - _HOUR
        case "short-life":
            assert fault is not None
            not_after = now + timedelta(seconds=fault.delay)
    return authority.issue(public_key, subject, alternative, not_after=not_after, start=start)
