"""TLS profiles at work: chains computed for certificates, oper-states and their reasons.

[facts: pki.md 5 and 7.3]. A chain is computed for an entry that has a send-chain, from all
ca-profiles that are up; where none is to be sent, the certificate alone is complete, as a device
was seen to say [pki.md 5, R-18].
"""

from __future__ import annotations

import threading
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from srpki.config.views import TlsCertEntry
from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, SrpkiError
from srpki.core.events import CHAIN_FAILED, EventBus
from srpki.engine.applications import Applications
from srpki.engine.authorities import Authorities

if TYPE_CHECKING:
    from srpki.config.views import (
        ClientTlsProfile,
        IpsecCertEntry,
        PkiView,
        ServerTlsProfile,
        TlsCertProfile,
        TrustAnchorProfile,
    )
    from srpki.keystore.store import Keystore

DOWN_REASONS: Final = (
    "profile-admin-down",
    "invalid-cert-file",
    "invalid-key-file",
    "invalid-cert-key-combo",
    "ca-profile-oper-down",
    "invalid-ca-prof-entry",
)
_SUBJECT: Final = "TLS"


@dataclass(frozen=True, slots=True)
class Chain:
    """``computed-chain-state`` with the profiles of the CAs; *reason* says why not complete."""

    state: Literal["not-available", "partial", "complete"]
    ca_profiles: tuple[str, ...] = ()
    reason: str = ""


def compute(certificate: bytes, known: Mapping[str, bytes], depth: int) -> Chain:
    """Return the chain from *certificate* (DER) up to a root among the *known* ca-profiles.

    *depth* is the number of certificates that it may have, as ``maximum-cert-chain-depth`` says.
    Raises `InvalidInputError` when a certificate cannot be read.
    """
    from srpki.x509 import certificates  # noqa: PLC0415 - start-up time
    from srpki.x509.chain import has_issued, is_self_signed  # noqa: PLC0415 - start-up time

    found: list[str] = []
    below = certificate
    while True:
        if is_self_signed(below):
            return Chain("complete", tuple(found))
        above = next((name for name, der in known.items() if has_issued(der, below)), None)
        if above is None:
            issuer = certificates.facts(below).canonical_issuer
            names = (certificates.facts(der).canonical_subject for der in known.values())
            why = "is known with another key" if issuer in names else "is not known"
            reason = f'its issuer "{certificates.facts(below).issuer}" {why}'
            return Chain("partial", tuple(found), reason)
        if len(found) + 2 > depth or above in found:
            return Chain("partial", tuple(found), f"it has more than {depth} certificates")
        found.append(above)
        below = known[above]


def issuers(certificate: bytes, known: Mapping[str, bytes], depth: int) -> tuple[bytes, ...]:
    """Return the CA certificates above *certificate*, the issuer first, without a root (all DER).

    They are looked for among the *known*, as `compute` does; where one is missing they end.
    """
    found = compute(certificate, known, depth).ca_profiles
    return without_root([known[name] for name in found])


def without_root(path: Sequence[bytes]) -> tuple[bytes, ...]:
    """Return the certificates of *path* (DER) that are not self-signed."""
    from srpki.x509.chain import is_self_signed  # noqa: PLC0415 - start-up time

    return tuple(der for der in path if not is_self_signed(der))


class TlsStates:
    """What the state tree says of TLS profiles, and the event when a chain is not complete."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        keystore: Keystore,
        authorities: Authorities,
        applications: Applications,
    ) -> None:
        """Look at what *applications* and *authorities* have loaded."""
        self._clock = clock
        self._bus = bus
        self._keystore = keystore
        self._authorities = authorities
        self._applications = applications
        self._lock = threading.Lock()
        self._told: dict[str, str] = {}

    def apply(self, view: PkiView, former: PkiView | None, *, moved: bool) -> None:
        """Take over a configuration after the *former* one: look, if chains may be other ones.

        They are where the files or CAs in use have *moved*.
        """
        if moved or former is None or _of_chains(former) != _of_chains(view):
            self.look(view)

    def look(self, view: PkiView) -> None:
        """Tell of every chain that can no longer be computed, once until it can be again."""
        failing: dict[str, str] = {}
        known = self._authorities.usable()
        for profile in view.cert_profiles.values():
            for entry in profile.entries if profile.enabled else ():
                reason = self._chain(entry, known, view.maximum_cert_chain_depth).reason
                if reason:
                    failing[entry.certificate_file] = reason
        with self._lock:
            news = {file: why for file, why in failing.items() if self._told.get(file) != why}
            self._told = failing
        for file, reason in news.items():
            now = self._clock.now()
            self._bus.publish(now, CHAIN_FAILED, _SUBJECT, file=file, reason=reason)

    # --- cert-profile ----------------------------------------------------------------------------

    def chain(self, entry: TlsCertEntry, depth: int) -> Chain:
        """Return the chain of the certificate of *entry*, as its application has loaded it."""
        return self._chain(entry, self._authorities.usable(), depth)

    def _chain(self, entry: TlsCertEntry, known: Mapping[str, bytes], depth: int) -> Chain:
        if entry.send_chain or not self._applications.holds(entry.certificate_file, entry.key_file):
            return self.computed(entry, known, depth)
        return Chain("complete")

    def computed(self, entry: TlsCertEntry, known: Mapping[str, bytes], depth: int) -> Chain:
        """Return the chain of what is loaded for *entry*, whether or not it is sent.

        Its CAs are among the *known* ca-profiles (DER).
        """
        try:
            held = self._applications.held(entry.certificate_file, entry.key_file)
            return compute(held.certificate, known, depth)
        except SrpkiError:
            return Chain("not-available")

    def entry_reasons(
        self, entry: TlsCertEntry, view: PkiView, usable: Container[str] | None = None
    ) -> tuple[str, ...]:
        """Return the ``down-reasons`` of *entry*; who knows the *usable* ca-profiles gives them."""
        usable = self._authorities.usable() if usable is None else usable
        found = set(self._pair_reasons(entry.certificate_file, entry.key_file))
        for name in entry.send_chain:
            if name not in view.ca_profiles:
                found.add("invalid-ca-prof-entry")
            elif name not in usable:
                found.add("ca-profile-oper-down")
        return _ordered(found)

    def _pair_reasons(self, certificate: str, key: str) -> Iterator[str]:
        """Yield what keeps a pair from being loaded; nothing when it is."""
        try:
            self._applications.held(certificate, key)
        except RefusedError:
            wrong = False
            for reason, file, read in (
                ("invalid-cert-file", certificate, self._keystore.read_certificate),
                ("invalid-key-file", key, self._keystore.read_key),
            ):
                try:
                    read(file)
                except SrpkiError:
                    wrong = True
                    yield reason
            if not wrong and not self._match(certificate, key):
                yield "invalid-cert-key-combo"

    def _match(self, certificate: str, key: str) -> bool:
        from srpki.x509 import keys  # noqa: PLC0415 - start-up time

        try:
            return keys.same_public_key(*self._keystore.read_pair(certificate, key))
        except SrpkiError:
            return False

    def profile_reasons(self, profile: TlsCertProfile, view: PkiView) -> tuple[str, ...]:
        """Return the ``down-reasons`` of *profile*: its own and those of its entries."""
        usable = self._authorities.usable()
        reasons = (self.entry_reasons(one, view, usable) for one in profile.entries)
        found = {reason for of in reasons for reason in of}
        if not profile.enabled:
            found.add("profile-admin-down")
        if not profile.entries:
            found.add("invalid-cert-file")
        return _ordered(found)

    # --- the other profiles ----------------------------------------------------------------------

    def client_up(self, client: ClientTlsProfile, view: PkiView) -> bool:
        """Say whether *client* is up: enabled, with a pair and an anchor where it names them."""
        pair = view.cert_profiles.get(client.cert_profile)
        anchors = view.trust_anchor_profiles.get(client.trust_anchor_profile)
        return (
            client.enabled
            and (pair is not None or not client.cert_profile)
            and (pair is None or not self.profile_reasons(pair, view))
            and (anchors is None or self.anchors_down(anchors) < len(anchors.trust_anchors))
        )

    def server_up(self, server: ServerTlsProfile, view: PkiView) -> bool:
        """Say whether *server* is up: enabled, with a good pair, anchors where it names them."""
        pair = view.cert_profiles.get(server.cert_profile)
        anchors = view.trust_anchor_profiles.get(server.trust_anchor_profile)
        return (
            server.enabled
            and pair is not None
            and not self.profile_reasons(pair, view)
            and (anchors is not None or not server.common_name_list)
            and (anchors is None or self.anchors_down(anchors) < len(anchors.trust_anchors))
        )

    def anchors_down(self, profile: TrustAnchorProfile) -> int:
        """Return how many CA profiles of *profile* are down."""
        return sum(not self._authorities.state(name).up for name in profile.trust_anchors)


def _of_chains(view: PkiView) -> tuple[object, ...]:
    return view.cert_profiles, view.maximum_cert_chain_depth


def as_tls(entry: IpsecCertEntry) -> TlsCertEntry:
    """Return *entry* as TLS would have it: what keeps a pair from being used is the same."""
    return TlsCertEntry(entry.id, entry.cert, entry.key, entry.send_chain)


def _ordered(found: set[str]) -> tuple[str, ...]:
    return tuple(reason for reason in DOWN_REASONS if reason in found)
