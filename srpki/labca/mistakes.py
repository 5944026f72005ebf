"""Issuing, rightly or as a fault asks: for another key, another subject, for too short a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.labca.authority import Authority
from srpki.labca.faults import Fault
from srpki.labca.store import Issued
from srpki.x509 import keys

_ANOTHER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
_EXPIRED: Final = timedelta(hours=1)


def issue(
    authority: Authority,
    fault: Fault | None,
    public_key: CertificatePublicKeyTypes,
    subject: x509.Name,
    alternative: x509.SubjectAlternativeName | None,
    *,
    validity: timedelta | None = None,
) -> Issued:
    """Return a certificate issued as *fault* asks, or as it should be; raises `RefusedError`."""
    start = None
    match fault.action if fault is not None else "":
        case "wrong-key":
            public_key = keys.generate(keys.spec_of(public_key)).public_key()
        case "wrong-subject":
            subject = _ANOTHER
        case "issue-expired":
            # Two hours ago, for one hour.
            start, validity = authority.clock.now() - 2 * _EXPIRED, _EXPIRED
        case "short-life":
            assert fault is not None
            validity = timedelta(seconds=fault.delay)
    return authority.issue(public_key, subject, alternative, validity=validity, start=start)
