"""CAs that are down for what their files are, and certificates that are not theirs. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.engine.authorities import check_authority
from srpki.pictures.text import moment
from srpki.rehearsal.given import PKI, leaf, trusted
from srpki.rehearsal.records import Finding
from srpki.x509 import certificates, crl
from srpki.x509.chain import check_chain

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.config.views import CaProfile
    from srpki.rehearsal.given import Given
    from srpki.x509.names import Canonical

_DOWN: Final = "the profile is down, and nothing is renewed by it"


def down(given: Given) -> Iterator[Finding]:
    """Yield ca-profiles that are enabled and are down for what their files are, or want one."""
    for name, profile in given.view.ca_profiles.items():
        if not profile.enabled:
            continue
        for last, why, cure in _wrong_files(given, profile):
            yield Finding(
                kind="ca-down",
                severity="error",
                concerns=(name,),
                why=f"{why}: {_DOWN}",
                leaf=leaf(PKI, "ca-profile", name=name, last=last),
                cure=cure,
            )


def shut_down(given: Given) -> Iterator[Finding]:
    """Yield ca-profiles that are shut down; by which updates go is said of the entries."""
    asked = {one for plan in given.plans.values() for one in trusted(given.view, plan)}
    for name, profile in given.view.ca_profiles.items():
        if profile.enabled or name in asked:
            continue
        yield Finding(
            kind="ca-shut-down",
            severity="note",
            concerns=(name,),
            why="it is shut down: nothing that this CA has issued is verified",
            leaf=leaf(PKI, "ca-profile", name=name, last="admin-state"),
            cure="enable it, or remove it",
        )


def _wrong_files(given: Given, profile: CaProfile) -> Iterator[tuple[str, str, str]]:
    files = given.material.files
    own, listed = files.get(profile.cert_file), files.get(profile.crl_file)
    if not profile.cert_file:
        yield "cert-file", "it has no cert-file", "import the CA's certificate, and name it"
    if own is not None and (problem := _no_authority(own)):
        yield "cert-file", f"{profile.cert_file} is refused: {problem}", "name the CA's certificate"
        own = None
    if profile.revocation_check == "crl-optional":
        return
    if not profile.crl_file:
        yield (
            "crl-file",
            "revocation-check crl asks for a CRL, and there is no crl-file",
            "import a CRL and name it, or use revocation-check crl-optional",
        )
    elif own is not None and listed is not None and (problem := _not_of(listed, own)):
        yield "crl-file", f"{profile.crl_file} is refused: {problem}", "import the CRL of this CA"


def _no_authority(der: bytes) -> str:
    """Return why a ca-profile cannot have the certificate *der*; empty where it can."""
    try:
        check_authority(certificates.facts(der))
    except SrpkiError as error:
        return error.sentence
    return ""


def _not_of(listed: bytes, own: bytes) -> str:
    """Return why the CRL *listed* is not that of the CA *own*; empty where it is."""
    try:
        crl.check(listed, own)
    except SrpkiError as error:
        return error.sentence
    return ""


def ending(given: Given) -> Iterator[Finding]:
    """Yield CAs that end before the rehearsal, and what is below them."""
    below: defaultdict[tuple[datetime, str], list[str]] = defaultdict(list)
    for name, ends in given.above.items():
        if ends[0] <= given.end:
            below[ends].append(name)
    for (ends_at, ca), names in below.items():
        verb = "ended" if ends_at <= given.start else "ends"
        yield Finding(
            kind="ca-ends",
            severity="error",
            concerns=tuple(names),
            why=f'the certificate of ca-profile "{ca}" above {_them(names)} {verb} at'
            f" {moment(ends_at)} UTC: from then on no renewal keeps {_them(names)} valid",
            leaf=leaf(PKI, "ca-profile", name=ca, last="cert-file"),
            cure="import the CA's next certificate before, and renew what is below it",
        )


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def foreign(given: Given) -> Iterator[Finding]:
    """Yield certificates that the CA whom their update asks has not issued."""
    files, profiles = given.material.files, given.view.ca_profiles
    known = [files[one.cert_file] for one in profiles.values() if one.cert_file in files]
    for name, plan in given.plans.items():
        names = [one for one in trusted(given.view, plan) if one in profiles]
        anchors = [files.get(profiles[one].cert_file) for one in names]
        own, usable = files.get(name), [one for one in anchors if one is not None]
        if own is None or not usable or None in anchors:
            continue
        try:
            check_chain(own, known, usable, None)
        except SrpkiError as error:
            of = ", ".join(f'"{one}"' for one in names)
            where, cure = _other(own, known, usable)
            yield Finding(
                kind="other-issuer",
                severity="warning",
                concerns=(name,),
                why=f"it does not lead to the CA of ca-profile {of}, by which its update is judged:"
                f" {error.sentence}",
                leaf=leaf(PKI, "certificate-auto-update", name=name, last=where),
                cure=cure,
            )


def _other(own: bytes, known: Sequence[bytes], anchors: Sequence[bytes]) -> tuple[str, str]:
    """Return the leaf, and the cure, of a certificate that is refused where *anchors* judge it."""
    above = {
        facts.canonical_subject: facts.canonical_issuer for facts in map(certificates.facts, known)
    }
    ends = {certificates.facts(one).canonical_subject for one in anchors}
    issuer = certificates.facts(own).canonical_issuer
    for _ in known:  # it may lead to them by its names, and be refused for what it is
        if issuer in ends:
            return "", "enrol it anew, as CAs and peers accept it"
        issuer = above.get(issuer, issuer)
    return "profile", "name a profile of the CA that has issued it, or enrol it at this one"


def revoked(given: Given) -> Iterator[Finding]:
    """Yield certificates that a CRL of their CA lists."""
    listed = _listed(given)
    for name, kind in given.named().items():
        if kind == "crl" or name not in given.material.files:
            continue
        try:
            facts = certificates.facts(given.material.files[name])
        except SrpkiError:
            continue
        if facts.serial in listed.get(facts.canonical_issuer, ()):
            yield Finding(
                kind="revoked",
                severity="error",
                concerns=(name,),
                why="the CRL of its CA lists it as revoked: peers refuse it, and the CA may refuse"
                " to renew it",
                leaf=leaf(PKI, "certificate-auto-update", name=name),
                cure="enrol it anew with a new key, and import the pair",
            )


def _listed(given: Given) -> Mapping[Canonical, set[int]]:
    """Return the serial numbers that CRLs list, by the subject of the CA that has signed them."""
    files = given.material.files
    found: defaultdict[Canonical, set[int]] = defaultdict(set)
    pairs = {(one.cert_file, one.crl_file) for one in given.view.ca_profiles.values()}
    for own, listed in pairs:
        if own in files and listed in files and not _not_of(files[listed], files[own]):
            subject = certificates.facts(files[own]).canonical_subject
            with suppress(SrpkiError):
                found[subject].update(one.serial_number for one in crl.entries(files[listed]))
    return found
