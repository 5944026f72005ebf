"""The live content of ``state ipsec`` [facts: state-ipsec-*.json], and what ``show ipsec`` tells.

A chain is computed for each pair that is loaded, from all ca-profiles that are up: IKE compares it
with what a peer asks for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from srpki.config.tree import Branch, Element, Entries
from srpki.config.views import TlsCertProfile
from srpki.engine.chains import Chain, as_tls
from srpki.schema.paths import Key

if TYPE_CHECKING:
    from srpki.config.views import IpsecCertEntry, IpsecCertProfile
    from srpki.engine.engine import Engine


class EntryFacts(NamedTuple):
    """One pair of a cert-profile: its configuration, its *flags* and its *chain*."""

    entry: IpsecCertEntry
    flags: tuple[str, ...]
    chain: Chain


class ProfileFacts(NamedTuple):
    """A cert-profile: its *flags*, its own and those of its *entries*; it is up without any."""

    flags: tuple[str, ...]
    entries: tuple[EntryFacts, ...]

    @property
    def oper_state(self) -> str:
        """``up`` or ``down``."""
        return "down" if self.flags else "up"


def facts(engine: Engine, profile: IpsecCertProfile) -> ProfileFacts:
    """Return what is the matter with *profile* of *engine*'s configuration."""
    states, view = engine.tls_states, engine.view
    alike = {entry.id: as_tls(entry) for entry in profile.entries}
    known, depth = engine.authorities.usable(), view.maximum_cert_chain_depth
    whole = TlsCertProfile(profile.name, profile.enabled, tuple(alike.values()))
    return ProfileFacts(
        states.profile_reasons(whole, view),
        tuple(
            EntryFacts(entry, states.entry_reasons(one, view), states.computed(one, known, depth))
            for entry, one in zip(profile.entries, alike.values(), strict=True)
        ),
    )


def state(engine: Engine) -> Branch:
    """Return the state of every IPsec profile of *engine*'s configuration."""
    view = engine.view
    lists: dict[str, dict[tuple[Key, ...], Branch]] = {
        "cert-profile": {
            (name,): _cert_profile(facts(engine, profile))
            for name, profile in view.ipsec_cert_profiles.items()
        },
        "trust-anchor-profile": {
            (name,): Branch({"num-of-ca-profile-down": engine.tls_states.anchors_down(profile)})
            for name, profile in view.ipsec_trust_anchor_profiles.items()
        },
    }
    return Branch({name: Entries(found) for name, found in lists.items() if found})


def _cert_profile(found: ProfileFacts) -> Branch:
    values: dict[str, Element] = {"oper-flags": found.flags, "oper-state": found.oper_state}
    entries: dict[tuple[Key, ...], Branch] = {(one.entry.id,): _entry(one) for one in found.entries}
    if entries:
        values["entry"] = Entries(entries)
    return Branch(values)


def _entry(found: EntryFacts) -> Branch:
    values: dict[str, Element] = {
        "computed-chain-status": found.chain.state,
        "oper-flags": found.flags,
    }
    chain: dict[tuple[Key, ...], Branch] = {
        (place,): Branch({"ca-profile": name})
        for place, name in enumerate(found.chain.ca_profiles, 1)
    }
    if chain:
        values["comp-chain-ca-profile"] = Entries(chain)
    return Branch(values)
