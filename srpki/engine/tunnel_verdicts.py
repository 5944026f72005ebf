"""Whether a pair would still authenticate an IPsec tunnel, and why not [decided].

It would while a peer that trusts the CAs of the node's ca-profiles would take the certificate: the
pair is loaded and its files are there, its chain holds at the node's time, and no CRL at hand lists
it or a CA above it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.core.errors import SrpkiError
from srpki.core.text import utc
from srpki.engine.applications import Applications, Loaded, Pair
from srpki.engine.authorities import Authorities
from srpki.engine.chains import TlsStates, as_tls

if TYPE_CHECKING:
    from srpki.config.views import IpsecCertEntry, PkiView
    from srpki.keystore.store import Keystore

_SENTENCES: Final = {
    "invalid-cert-file": 'certificate file "{cert}" is missing or cannot be used',
    "invalid-key-file": 'key file "{key}" is missing or cannot be used',
    "invalid-cert-key-combo": 'key "{key}" does not belong to certificate "{cert}"',
    "ca-profile-oper-down": "a ca-profile of its send-chain is down",
    "invalid-ca-prof-entry": "a ca-profile of its send-chain does not exist",
}


class Verdict(NamedTuple):
    """Why a pair would not do: *flags* in words, *reason* as a sentence; empty while it would.

    *refused* says that it is the certificate that a peer would refuse.
    """

    flags: tuple[str, ...] = ()
    reason: str = ""
    refused: bool = False

    @property
    def up(self) -> bool:
        """Whether nothing holds the tunnel down."""
        return not self.flags


class World(NamedTuple):
    """What certificates are judged by at one moment: CA certificates by profile, CRLs (DER).

    They may begin to be valid *skew* later.
    """

    now: datetime
    skew: timedelta
    view: PkiView
    known: Mapping[str, bytes]
    lists: tuple[bytes, ...]

    @property
    def depth(self) -> int:
        """Certificates that a chain may have."""
        return self.view.maximum_cert_chain_depth

    @property
    def basis(self) -> tuple[object, ...]:
        """What every certificate is judged by, but for the time."""
        return self.known, self.lists, self.depth, self.view.ca_profiles.keys()


class Judge:
    """Judges pairs; what it has found is kept as long as nothing that it depends on changes."""

    def __init__(
        self,
        keystore: Keystore,
        authorities: Authorities,
        applications: Applications,
        states: TlsStates,
    ) -> None:
        """Judge what *applications* have loaded by what *authorities* have."""
        self._keystore = keystore
        self._authorities = authorities
        self._applications = applications
        self._states = states
        self._kept: dict[Pair, tuple[object, Verdict]] = {}

    def world(self, view: PkiView, now: datetime, skew: timedelta) -> World:
        """Return what is judged by at *now*, when the configuration is *view*."""
        known = self._authorities.usable()
        return World(now, skew, view, known, tuple(map(self._authorities.crl, known)))

    def keep(self, pairs: Collection[Pair]) -> None:
        """Forget what was found of all but *pairs*."""
        self._kept = {pair: kept for pair, kept in self._kept.items() if pair in pairs}

    def judge(self, entry: IpsecCertEntry, world: World) -> Verdict:
        """Return whether the pair of *entry* would do in *world*."""
        flags = self._states.entry_reasons(as_tls(entry), world.view, world.known) or self._lost(
            entry
        )
        if flags:
            said = (_SENTENCES[flag].format(cert=entry.cert, key=entry.key) for flag in flags)
            return Verdict(flags, ", ".join(said))
        pair = entry.cert, entry.key
        kept = self._kept.get(pair)
        try:
            held = self._applications.held(*pair)
        except SrpkiError:  # it is being loaded, or let go, at this moment
            return kept[1] if kept is not None else Verdict()
        known = tuple(world.known.values())
        basis = held.fingerprint, _phase(held, world), known, world.lists, world.depth
        if kept is None or kept[0] != basis:
            kept = self._kept[pair] = basis, self._of_certificate(held.certificate, world)
        return kept[1]

    def _lost(self, entry: IpsecCertEntry) -> tuple[str, ...]:
        """Return which files are gone of what is in use from memory still."""
        found = []
        with self._keystore.held():
            for flag, file in (("invalid-cert-file", entry.cert), ("invalid-key-file", entry.key)):
                try:
                    there = self._keystore.exists(file)
                except SrpkiError:
                    there = False
                if not there:
                    found.append(flag)
        return tuple(found)

    def _of_certificate(self, certificate: bytes, world: World) -> Verdict:
        """Return what a peer with the CAs of *world* would say of *certificate* (DER)."""
        from srpki.engine.revocations import Revocations, named  # noqa: PLC0415 - start-up time
        from srpki.x509 import certificates, chain  # noqa: PLC0415 - start-up time

        facts, anchors = certificates.facts(certificate), tuple(world.known.values())
        if world.now > facts.not_after:
            return _refused("expired-cert", f"the certificate expired on {utc(facts.not_after)}")
        if facts.not_before - world.now > world.skew:
            begins = utc(facts.not_before)
            return _refused("not-yet-valid-cert", f"the certificate is not valid before {begins}")
        if not anchors:
            return _refused("invalid-chain", "no ca-profile is up")
        revocations = Revocations(self._authorities)
        try:
            path = chain.check_chain(
                certificate, anchors, anchors, world.now, depth=world.depth, skew=world.skew
            )
            issuers = revocations.issuers_of(certificate)
            if revocations.by_crl(certificate, issuers).status == "revoked":
                return _refused("revoked-cert", "the certificate is revoked")
            for one in revocations.revoked_authorities(path[1:]):
                return _refused("revoked-ca-cert", f"the CA {named(one)} is revoked")
        except SrpkiError as error:
            return _refused("invalid-chain", error.sentence)
        return Verdict()


def _refused(flag: str, reason: str) -> Verdict:
    return Verdict((flag,), reason, refused=True)


def _phase(held: Loaded, world: World) -> int:
    """Say whether what is *held* is not valid yet (-1), valid (0) or expired (1)."""
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time

    facts = certificates.facts(held.certificate)
    return (world.now > facts.not_after) - (facts.not_before - world.now > world.skew)
