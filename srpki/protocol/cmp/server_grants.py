"""Whether a certificate is what a CMP request asked for: accepted or grantedWithMods."""

from __future__ import annotations

from cryptography import x509

from srpki.protocol.cmp.server_requests import Enrolment
from srpki.x509 import certificates, names
from srpki.x509.forms import Certificate


def as_asked(enrolment: Enrolment, certificate: bytes) -> bool:
    """Whether *certificate* (DER) has all that *enrolment* asks for [RFC 4210, 5.2.3].

    Names are compared by RFC 5280, 7.1, extensions by content and criticality.
    """
    issued = certificates.parse(certificate)
    issuer = enrolment.issuer
    return (
        names.same_name(enrolment.subject, issued.subject)
        and (issuer is None or names.same_name(issuer, issued.issuer))
        and enrolment.not_before in (None, issued.not_valid_before_utc)
        and enrolment.not_after in (None, issued.not_valid_after_utc)
        and all(_has(issued, extension) for extension in enrolment.extensions)
    )


def _has(issued: Certificate, asked: x509.Extension[x509.ExtensionType]) -> bool:
    try:
        found = issued.extensions.get_extension_for_oid(asked.oid)
    except x509.ExtensionNotFound:
        return False
    same = found.value == asked.value or found.value.public_bytes() == asked.value.public_bytes()
    return found.critical == asked.critical and same
