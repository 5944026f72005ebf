"""Certificates that cannot serve for what they are used, or that no schedule renews. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.engine.applications import client_pair
from srpki.rehearsal.entry_findings import used
from srpki.rehearsal.given import PKI, TLS, leaf
from srpki.rehearsal.records import Finding
from srpki.x509 import certificates, keys

if TYPE_CHECKING:
    from srpki.rehearsal.given import Given
    from srpki.x509.certificates import CertificateFacts
    from srpki.x509.names import Canonical

_LAST_YEAR: Final = 9999
_ANY: Final = "2.5.29.37.0"
_CLIENT: Final = "1.3.6.1.5.5.7.3.2"
_SERVER: Final = "1.3.6.1.5.5.7.3.1"
"""Purposes of extendedKeyUsage [RFC 5280, 4.2.1.12]."""


def wrong_usages(given: Given) -> Iterator[Finding]:
    """Yield certificates that do not sign, though a request or an application has them sign."""
    for name, users in _signing(given).items():
        facts = _facts(given, name)
        try:
            usage = None if facts is None else facts.key_usage
        except InvalidInputError:
            continue
        if usage is not None and "digitalSignature" not in usage:
            yield Finding(
                kind="key-usage",
                severity="warning",
                concerns=(name,),
                why=f"its keyUsage ({', '.join(usage) or 'none'}) has no digitalSignature, and"
                f" {users} signs with it: who looks at it refuses that",
                leaf=leaf(PKI, "certificate-auto-update", name=name),
                cure="have the CA issue with digitalSignature, and enrol it anew",
            )


def _signing(given: Given) -> Mapping[str, str]:
    """Return the certificates whose keys sign, each with who has it sign."""
    found = {name: users[0] for name, users in used(given.view).items() if "ipsec" in users[0]}
    for name, plan in given.plans.items():
        profile = given.view.update_profiles[plan.profile]
        if profile.protocol == "cmpv2":
            found.setdefault(name, f'certificate-update-profile "{profile.name}" (cmpv2)')
    for client in given.view.client_tls_profiles.values():
        pair = client_pair(given.view.cert_profiles.get(client.cert_profile))
        if pair is not None:
            found.setdefault(pair[0], f'client-tls-profile "{client.name}"')
    return found


def wrong_purposes(given: Given) -> Iterator[Finding]:
    """Yield certificates of TLS clients and servers that are for something else."""
    view = given.view
    ends = (
        *((one.name, one.cert_profile, "client") for one in view.client_tls_profiles.values()),
        *((one.name, one.cert_profile, "server") for one in view.server_tls_profiles.values()),
    )
    for profile, own, end in ends:
        pair = client_pair(view.cert_profiles.get(own))
        facts = None if pair is None else _facts(given, pair[0])
        try:
            purposes = () if facts is None else facts.extended_key_usage
        except InvalidInputError:
            continue
        wanted = _CLIENT if end == "client" else _SERVER
        if pair is None or not purposes or wanted in purposes or _ANY in purposes:
            continue
        yield Finding(
            kind="purpose",
            severity="warning",
            concerns=(pair[0],),
            why=f'{end}-tls-profile "{profile}" uses it, and its extendedKeyUsage has no {end}Auth:'
            f" {'servers' if end == 'client' else 'clients'} refuse it",
            leaf=leaf(TLS, f"{end}-tls-profile", name=profile, last="cert-profile"),
            cure=f"name one whose certificate has {end}Auth, or have the CA issue it so",
        )


def foreign_keys(given: Given) -> Iterator[Finding]:
    """Yield certificates with keys that SR OS has not."""
    for name, kind in given.named().items():
        if kind == "crl" or name not in given.material.files:
            continue
        try:
            spec = keys.spec_of(certificates.public_key(given.material.files[name]))
            why = (
                ""
                if spec.kind != "ecdsa" or spec.curve in keys.CURVES
                else f"a key on the curve {spec.curve} cannot be used"
            )
        except SrpkiError as error:
            why = error.sentence
        if why:
            yield Finding(
                kind="foreign-key",
                severity="error",
                concerns=(name,),
                why=f"{why}: the router refuses to import it; another kind of key was rehearsed",
                leaf=leaf(PKI, "certificate-auto-update", name=name),
                cure="enrol it anew with a key of RSA, or ECDSA on secp256r1, secp384r1 or"
                " secp521r1",
            )


def authorities(given: Given) -> Iterator[Finding]:
    """Yield certificates of CAs that are renewed, or used, as if they were a router's."""
    for name in dict.fromkeys((*given.view.auto_updates, *used(given.view))):
        facts = _facts(given, name)
        try:
            if facts is None or not facts.is_ca:
                continue
        except InvalidInputError:
            continue
        own = facts.canonical_subject == facts.canonical_issuer
        yield Finding(
            kind="ca-certificate",
            severity="warning",
            concerns=(name,),
            why=f"it is the certificate of a CA{', self-signed' if own else ''}, not of a router:"
            " peers and CAs refuse what is signed with it",
            leaf=leaf(PKI, "certificate-auto-update", name=name),
            cure="enrol a certificate of the router's own, and import the pair",
        )


def same_serial(given: Given) -> Iterator[Finding]:
    """Yield certificates of one CA that have one serial number [RFC 5280, 4.1.2.2]."""
    found: defaultdict[tuple[Canonical, int], dict[str, str]] = defaultdict(dict)
    for name, kind in given.named().items():
        facts = _facts(given, name) if kind != "crl" else None
        if facts is not None:
            found[facts.canonical_issuer, facts.serial].setdefault(facts.fingerprint, name)
    for (_, serial), names in found.items():
        if len(names) > 1:
            yield Finding(
                kind="same-serial",
                severity="warning",
                concerns=tuple(names.values()),
                why=f"they are different certificates of one CA with one serial number ({serial}):"
                " who revokes one revokes all, and a CA may renew the wrong one",
                leaf=leaf(PKI, "certificate-auto-update", name=[*names.values()][-1]),
                cure="enrol all but one of them anew, and import the pairs",
            )


def endless(given: Given) -> Iterator[Finding]:
    """Yield certificates without an end [RFC 5280, 4.1.2.5], which before-expiry never renews."""
    for name, plan in given.plans.items():
        if plan.schedule.kind == "before-expiry" and plan.not_after.year >= _LAST_YEAR:
            yield Finding(
                kind="endless",
                severity="warning",
                concerns=(name,),
                why="it has no end (99991231235959Z): before-expiry never renews it",
                leaf=leaf(PKI, "certificate-auto-update", name=name),
                cure="have the CA issue one that ends, or renew it by hand, or after-issue",
            )


def _facts(given: Given, name: str) -> CertificateFacts | None:
    der = given.material.files.get(name)
    try:
        return None if der is None else certificates.facts(der)
    except SrpkiError:
        return None
