"""The live content of ``state system security tls`` [facts: pki.md section 5]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from srpki.config.tree import Branch, Element, Entries

if TYPE_CHECKING:
    from srpki.config.views import PkiView, TlsCertProfile, TrustAnchorProfile
    from srpki.engine.authorities import Authorities
    from srpki.engine.chains import TlsStates
    from srpki.engine.engine import Engine


def state(engine: Engine) -> Branch:
    """Return the state of every TLS profile of *engine*'s configuration."""
    view = engine.view
    profiles = (view.cert_profiles, view.client_tls_profiles, view.server_tls_profiles)
    if not (any(profiles) or view.trust_anchor_profiles):
        return Branch()
    states, authorities = engine.tls_states, engine.authorities
    lists: dict[str, dict[str, dict[str, Element]]] = {
        "cert-profile": {
            name: _cert_profile(profile, states, view)
            for name, profile in view.cert_profiles.items()
        },
        "client-tls-profile": {
            name: {"oper-state": _oper_state(up=states.client_up(client, view))}
            for name, client in view.client_tls_profiles.items()
        },
        "server-tls-profile": {
            name: {"oper-state": _oper_state(up=states.server_up(server, view))}
            for name, server in view.server_tls_profiles.items()
        },
        "trust-anchor-profile": {
            name: _trust_anchors(profile, states, authorities)
            for name, profile in view.trust_anchor_profiles.items()
        },
    }
    return Branch({name: _entries(found) for name, found in lists.items() if found})


def _entries(found: Mapping[str, Mapping[str, Element]]) -> Entries:
    return Entries({(name,): Branch(values) for name, values in found.items()})


def _oper_state(*, up: bool) -> str:
    return "up" if up else "down"


def _cert_profile(profile: TlsCertProfile, states: TlsStates, view: PkiView) -> dict[str, Element]:
    reasons = states.profile_reasons(profile, view)
    values: dict[str, Element] = {
        "oper-state": _oper_state(up=not reasons),
        "down-reasons": reasons,
    }
    entries: dict[tuple[str | int, ...], Branch] = {}
    for entry in profile.entries:
        chain = states.chain(entry, view.maximum_cert_chain_depth)
        found: dict[str, Element] = {
            "computed-chain-state": chain.state,
            "down-reasons": states.entry_reasons(entry, view),
        }
        if chain.ca_profiles:
            found["computed-chain"] = Branch({"ca-profiles": chain.ca_profiles})
        entries[entry.entry_id,] = Branch(found)
    if entries:
        values["entry"] = Entries(entries)
    return values


def _trust_anchors(
    profile: TrustAnchorProfile, states: TlsStates, authorities: Authorities
) -> dict[str, Element]:
    values: dict[str, Element] = {"ca-profile-down": states.anchors_down(profile)}
    if profile.trust_anchors:
        values["trust-anchor"] = _entries(
            {
                name: {"oper-state": authorities.state(name).oper_state}
                for name in profile.trust_anchors
            }
        )
    return values
