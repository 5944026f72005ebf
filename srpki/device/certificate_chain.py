"""The chain of one certificate, as the files and ca-profiles of a node have it, with what is wrong.

Unlike a path that is to be trusted it is followed as far as it goes, past whatever is wrong with a
link: what is looked for is where it breaks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.core.errors import InvalidInputError, SrpkiError
from srpki.core.text import utc
from srpki.device.records.chain import CertificateChain, ChainLink
from srpki.storage.filenames import PREVIOUS
from srpki.x509 import certificates, chain, crl, revocation

if TYPE_CHECKING:
    from srpki.config.views import CaProfile
    from srpki.device.node import Node

_DEPTH: Final = chain.MAX_DEPTH


def chain_of(node: Node, name: str) -> CertificateChain:
    """Return the chain of the certificate in the file *name*, the root first.

    Raises what reading that file raises; whatever else cannot be read is not part of it.
    """
    leaf = node.keystore.read_certificate(name)
    certificates.facts(leaf)
    files = _files(node)
    path, missing = _path(leaf, files)
    links = [_link(node, path, place, name, files) for place in range(len(path))]
    if missing:
        links[-1] = links[-1].but(problems=(*links[-1].problems, missing))
    refused = _refused(node, leaf)
    return CertificateChain(
        certificate=name,
        now=node.clock.now(),
        complete=not missing,
        links=tuple(reversed(links)),
        refused=refused,
    )


def _files(node: Node) -> Mapping[str, bytes]:
    """Return the certificates (DER) by the names of their files, without those of before."""
    found: dict[str, bytes] = {}
    for name in node.keystore.names():
        if name.endswith(PREVIOUS):
            continue
        try:
            der = node.keystore.read_certificate(name)
            certificates.facts(der)
        except SrpkiError:
            continue
        found[name] = der
    return found


def _path(leaf: bytes, files: Mapping[str, bytes]) -> tuple[list[bytes], str]:
    """Return the certificates from *leaf* upwards, and why they do not lead to a root, if so."""
    path = [leaf]
    known = list(dict.fromkeys(files.values()))
    while not chain.is_self_signed(path[-1]):
        above = [der for der in known if der not in path and chain.has_issued(der, path[-1])]
        if not above:
            return path, _why(path[-1], known)
        if len(path) >= _DEPTH:
            return path, f"the chain has more than {_DEPTH} certificates"
        path.append(max(above, key=lambda der: certificates.facts(der).not_after))
    return path, ""


def _why(below: bytes, known: Sequence[bytes]) -> str:
    """Return why none of the *known* certificates has issued *below*."""
    said = certificates.facts(below)
    facts = [certificates.facts(der) for der in known if der != below]
    if any(one.canonical_subject == said.canonical_issuer for one in facts):
        return f'its issuer "{said.issuer}" is known with another key'
    identifier = said.authority_key_identifier
    for one in facts:
        if identifier is not None and one.subject_key_identifier == identifier:
            return f'the CA whose key it names is called "{one.subject}", not "{said.issuer}"'
    return f'its issuer "{said.issuer}" is not known'


def _link(
    node: Node, path: Sequence[bytes], place: int, name: str, files: Mapping[str, bytes]
) -> ChainLink:
    der = path[place]
    facts = certificates.facts(der)
    profiles = [
        one for one in node.engine.view.ca_profiles.values() if files.get(one.cert_file) == der
    ]
    root = chain.is_self_signed(der)
    return ChainLink(
        role="leaf" if place == 0 else "root" if root else "issuing",
        subject=facts.subject,
        issuer=facts.issuer,
        serial_number=facts.serial,
        key=facts.public_key,
        not_before=facts.not_before,
        not_after=facts.not_after,
        files=(name,) if place == 0 else tuple(file for file, one in files.items() if one == der),
        ca_profiles=tuple(profile.name for profile in profiles),
        problems=tuple(_problems(node, path, place, profiles)),
    )


def _problems(
    node: Node, path: Sequence[bytes], place: int, profiles: Sequence[CaProfile]
) -> Iterator[str]:
    """Yield what is wrong with the certificate at *place* of *path*, whose profiles these are."""
    der, now = path[place], node.clock.now()
    facts = certificates.facts(der)
    if now > facts.not_after:
        yield f"it expired {utc(facts.not_after)}"
    if now < facts.not_before:
        yield f"it is not valid before {utc(facts.not_before)}"
    if place:
        yield from _as_authority(der)
        if not profiles:
            yield "no ca-profile has it"
    for profile in profiles:
        state = node.engine.authorities.state(profile.name)
        if not state.up:
            wrong = "; ".join((*state.oper_flags, *state.errors))
            yield f'ca-profile "{profile.name}" is down: {wrong}'
        yield from _list(node, profile, der, now)
    if place + 1 < len(path):
        yield from _revoked(node, der, path[place + 1])


def _as_authority(der: bytes) -> Iterator[str]:
    try:
        facts = certificates.facts(der)
        if not facts.is_ca:
            yield "it is no CA certificate"
        elif facts.key_usage is not None and "keyCertSign" not in facts.key_usage:
            yield "it may not sign certificates (keyUsage)"
    except InvalidInputError as error:
        yield error.sentence


def _list(node: Node, profile: CaProfile, issuer: bytes, now: datetime) -> Iterator[str]:
    """Yield what is wrong with the CRL of *profile*, whose CA is *issuer*."""
    if not profile.crl_file:
        return
    try:
        dates = crl.check(node.keystore.read_crl(profile.crl_file), issuer)
    except SrpkiError as error:
        yield f'CRL "{profile.crl_file}": {error.sentence}'
        return
    if dates.next_update is not None and dates.next_update < now:
        yield f'CRL "{profile.crl_file}" is stale: the next one was due {utc(dates.next_update)}'
    if dates.this_update > now:
        yield f'CRL "{profile.crl_file}" is not valid before {utc(dates.this_update)}'


def _revoked(node: Node, der: bytes, issuer: bytes) -> Iterator[str]:
    """Yield that *der* is revoked, as the CRLs of the ca-profiles of *issuer* tell."""
    for profile in node.engine.view.ca_profiles.values():
        try:
            if node.keystore.read_certificate(profile.cert_file) != issuer or not profile.crl_file:
                continue
            found = node.keystore.read_crl(profile.crl_file)
            crl.check(found, issuer)
            if revocation.by_crls(der, (found,)).status == "revoked":
                yield f'it is revoked, as CRL "{profile.crl_file}" tells'
        except SrpkiError:
            continue


def _refused(node: Node, leaf: bytes) -> str | None:
    """Return why the node does not trust the chain, None where it does."""
    try:
        node.engine.check_chain(leaf)
    except SrpkiError as error:
        return error.sentence
    return None
