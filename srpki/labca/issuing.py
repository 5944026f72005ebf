"""Issuing, rightly or as a fault asks: for another key, other names, a wrong time or issuer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

from srpki.labca.authority import Authority
from srpki.labca.faults import Fault
from srpki.labca.forgery import signed_again
from srpki.labca.store import Issued
from srpki.x509 import keys
from srpki.x509.wishes import Wishes

_ANOTHER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "somebody else")])
_STRANGER: Final = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "another CA")])
_ADDED: Final = x509.DNSName("added.lab.example")
_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be issued; *start* and *spoil* are as `Authority.issue` has them.

    Who asks, by the *operation*, is named to who approves requests: *client* is a function, as
    names cost time.
    """

    subject: x509.Name
    public_key: CertificatePublicKeyTypes
    extensions: Wishes = ()
    operation: str = ""
    client: Callable[[], str] = str
    not_before: datetime | None = None
    not_after: datetime | None = None
    start: datetime | None = None
    spoil: Callable[[bytes], bytes] | None = None


def issue(authority: Authority, fault: Fault | None, wanted: Wanted) -> Issued:
    """Return a certificate issued as *fault* asks, or as it should be.

    Raises what `Authority.judge` and `Authority.issue` raise, and `NotYetError` where the policy
    lets it wait for approval.
    """
    authority.judge(wanted.public_key, wanted.subject, wanted.extensions)
    digest = _approved(authority, wanted) if authority.rules.policy.approval else ""
    if fault is not None:
        wanted = _mistaken(wanted, fault, authority)
    issued = _issued(authority, wanted)
    if digest:
        authority.desk.done(digest)
    return issued


def _approved(authority: Authority, wanted: Wanted) -> str:
    """Return the number by which the desk knows that *wanted* is approved."""
    alternative = next(
        (one.value for one in wanted.extensions if one.oid == x509.SubjectAlternativeName.oid), None
    )
    names = wanted.subject.public_bytes() + (alternative.public_bytes() if alternative else b"")
    return authority.desk.ask(
        wanted.public_key,
        names,
        operation=wanted.operation,
        client=wanted.client(),
        subject=wanted.subject.rfc4514_string(),
        check_after=authority.rules.policy.check_after,
    )


def _issued(authority: Authority, wanted: Wanted) -> Issued:
    return authority.issue(
        wanted.public_key,
        wanted.subject,
        extensions=wanted.extensions,
        not_before=wanted.not_before,
        not_after=wanted.not_after,
        start=wanted.start,
        spoil=wanted.spoil,
    )


def _mistaken(wanted: Wanted, fault: Fault, authority: Authority) -> Wanted:
    now, signer = authority.clock.now(), authority.issuing.key
    match fault.action:
        case "wrong-key":
            return replace(wanted, public_key=_another_key(wanted.public_key))
        case "wrong-subject":
            return replace(wanted, subject=_ANOTHER)
        case "issue-expired":
            return replace(wanted, start=now - 2 * _HOUR, not_after=now - _HOUR)
        case "short-life":
            return replace(wanted, not_after=now + timedelta(seconds=fault.delay))
        case "not-yet-valid":
            return replace(wanted, start=now + timedelta(seconds=fault.delay))
        case "added-name" | "reordered-names":
            return _renamed(wanted, reorder=fault.action == "reordered-names")
        case "wrong-issuer":
            stranger = keys.generate(keys.spec_of(signer))
            return replace(wanted, spoil=partial(signed_again, key=stranger, issuer=_STRANGER))
        case "serial-zero":
            return replace(wanted, spoil=partial(signed_again, key=signer, serial=0))
        case _:
            return wanted


def _renamed(wanted: Wanted, *, reorder: bool) -> Wanted:
    """Return *wanted* with its alternative names turned round, or one more of them."""
    kind = x509.SubjectAlternativeName
    found = next((one.value for one in wanted.extensions if one.oid == kind.oid), None)
    had = list(found) if isinstance(found, kind) else []
    names = had[::-1] if reorder else [*had, _ADDED]
    if not names:
        return wanted
    others = tuple(one for one in wanted.extensions if one.oid != kind.oid)
    critical = any(one.critical for one in wanted.extensions if one.oid == kind.oid)
    return replace(wanted, extensions=(*others, x509.Extension(kind.oid, critical, kind(names))))


def _another_key(key: CertificatePublicKeyTypes) -> CertificatePublicKeyTypes:
    if isinstance(key, Ed25519PublicKey):
        return Ed25519PrivateKey.generate().public_key()
    return keys.generate(keys.spec_of(key)).public_key()
