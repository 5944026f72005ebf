"""Tells of the chains that are computed for IPsec pairs [facts: pki.md 7.3; TIMETRA-IPSEC-MIB].

IKE compares the hash of such a chain with what a peer asks for [RFC 7296, 3.7], so operators are
told when it is another one than before. Chains that lead to a root are compared with each other: a
CA that is down for a while changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from srpki.core.clock import Clock
from srpki.core.events import (
    CHAIN_CHANGED,
    CHAIN_HASH_CHANGED,
    CHAIN_LACKS_COMPARED_CA,
    SENT_CHAIN_NOT_COMPUTED,
    TRUST_ANCHORS_DOWN,
    EventBus,
    EventType,
    Field,
)
from srpki.engine.chains import Chain, TlsStates, as_tls

if TYPE_CHECKING:
    from srpki.config.views import IpsecCertEntry, PkiView

_SUBJECT = "IPsec"


class Place(NamedTuple):
    """Where a pair is used: an entry of a cert-profile."""

    cert_profile: str
    entry: IpsecCertEntry

    @property
    def name(self) -> str:
        """How the tunnel is called that it authenticates; no two places have the same."""
        return f"{self.cert_profile}-{self.entry.id}"


class _Complete(NamedTuple):
    """A chain that has led to a root: its CA profiles, and the hash of their keys."""

    certificate: str
    ca_profiles: tuple[str, ...]
    hash: bytes


class ComputedChains:
    """What was said of chains and trust anchors; whoever calls it lets one thread in at a time."""

    def __init__(self, clock: Clock, bus: EventBus, states: TlsStates) -> None:
        """Publish on *bus* what *states* have found."""
        self._clock = clock
        self._bus = bus
        self._states = states
        self._complete: dict[str, _Complete] = {}
        self._said: dict[tuple[EventType, str], tuple[str, ...]] = {}

    def look(self, places: Iterable[Place], known: Mapping[str, bytes], depth: int) -> None:
        """Tell what is new of the chains at *places*, whose CAs are among the *known* (DER)."""
        for place in places:
            chain = self._states.computed(as_tls(place.entry), known, depth)
            if chain.state == "not-available":
                continue
            if chain.state == "complete":
                self._compare(place, chain, known)
            self._look_for_strangers(place, chain)

    def forget(self, name: str) -> None:
        """Begin anew with the place called *name*, which is used no more."""
        self._complete.pop(name, None)
        for kind in (SENT_CHAIN_NOT_COMPUTED, CHAIN_LACKS_COMPARED_CA):
            self._said.pop((kind, name), None)

    def look_at_anchors(self, view: PkiView, known: Mapping[str, bytes]) -> None:
        """Tell of each trust-anchor-profile of which another number of CA profiles is down.

        The others are *known* (DER).
        """
        for name, profile in view.ipsec_trust_anchor_profiles.items():
            down = len([one for one in profile.trust_anchors if one not in known])
            if self._is_news(TRUST_ANCHORS_DOWN, name, (str(down),) if down else ()):
                self._tell(TRUST_ANCHORS_DOWN, trust_anchor_profile=name, down=down)

    def _compare(self, place: Place, chain: Chain, known: Mapping[str, bytes]) -> None:
        from srpki.x509.keys import spki  # noqa: PLC0415 - start-up time

        hashes = (hashlib.sha1(spki(known[one])).digest() for one in chain.ca_profiles)  # noqa: S324
        found = _Complete(place.entry.cert, chain.ca_profiles, b"".join(hashes))
        before = self._complete.get(place.name, found)
        self._complete[place.name] = found
        if before.certificate != found.certificate:
            return
        if before.ca_profiles != found.ca_profiles:
            self._tell_of(CHAIN_CHANGED, place, found.ca_profiles)
        if before.hash != found.hash:
            self._tell_of(CHAIN_HASH_CHANGED, place, found.ca_profiles)

    def _look_for_strangers(self, place: Place, chain: Chain) -> None:
        """Tell of CA profiles that the configuration names and the chain does not have."""
        entry = place.entry
        strangers = tuple(one for one in entry.send_chain if one not in chain.ca_profiles)
        if self._is_news(SENT_CHAIN_NOT_COMPUTED, place.name, strangers):
            self._tell_of(SENT_CHAIN_NOT_COMPUTED, place, strangers)
        compared = entry.compare_chain_include
        stranger = (compared,) if compared and compared not in chain.ca_profiles else ()
        if self._is_news(CHAIN_LACKS_COMPARED_CA, place.name, stranger):
            profiles = chain.ca_profiles or ("none",)
            self._tell_of(CHAIN_LACKS_COMPARED_CA, place, profiles, ca_profile=compared)

    def _is_news(self, kind: EventType, name: str, found: tuple[str, ...]) -> bool:
        """Say whether *found* is to be told: there is something, and it is not what was told."""
        before = self._said.get((kind, name), ())
        self._said[kind, name] = found
        return bool(found) and found != before

    def _tell_of(
        self, kind: EventType, place: Place, ca_profiles: tuple[str, ...], **fields: Field
    ) -> None:
        self._tell(
            kind,
            cert_profile=place.cert_profile,
            entry=place.entry.id,
            ca_profiles=ca_profiles,
            **fields,
        )

    def _tell(self, kind: EventType, **fields: Field) -> None:
        self._bus.publish(self._clock.now(), kind, _SUBJECT, **fields)
