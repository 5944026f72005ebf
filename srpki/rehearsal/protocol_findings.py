"""What a protocol cannot do once a certificate has expired. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from srpki.core.text import utc
from srpki.engine.applications import client_pair
from srpki.rehearsal.given import PKI, TLS, by_profile, leaf, profile_leaf, window_of
from srpki.rehearsal.records import Finding
from srpki.rehearsal.words import spelled

if TYPE_CHECKING:
    from srpki.rehearsal.given import Given


def cmpv2_alone(given: Given) -> Iterator[Finding]:
    """Yield profiles whose certificates can be renewed by nothing once they have expired."""
    for name, plans in by_profile(given).items():
        profile = given.view.update_profiles[name]
        if profile.protocol != "cmpv2":
            continue
        window = min(window_of(plan) for plan in plans)
        longest = max(given.calendar.longest(plan.server) for plan in plans)
        yield Finding(
            kind="cmpv2-alone",
            severity="warning" if longest >= window else "note",
            concerns=tuple(plan.name for plan in plans),
            why=f"CMPv2 cannot renew an expired certificate: an outage of {spelled(window)} or more"
            " means enrolment by hand",
            leaf=profile_leaf(name, "cmpv2"),
            cure="use EST with another client certificate, or see that before-expiry outlasts it",
        )


def est_by_itself(given: Given) -> Iterator[Finding]:
    """Yield certificates that authenticate their own renewal by EST."""
    for name, plan in given.plans.items():
        profile = given.view.update_profiles[plan.profile]
        if profile.protocol != "est" or not plan.judged:
            continue
        est = given.view.est_profiles[profile.server]
        client = given.view.client_tls_profiles[est.client_tls_profile]
        yield Finding(
            kind="est-by-itself",
            severity="warning",
            concerns=(name,),
            why="it authenticates the EST session that renews it: once it has expired nothing"
            " renews it",
            leaf=f'{TLS} client-tls-profile "{client.name}" cert-profile',
            cure="authenticate by another certificate",
        )


def expired_client(given: Given) -> Iterator[Finding]:
    """Yield EST clients whose certificate nothing renews, and that ends before the rehearsal."""
    for name, est in given.view.est_profiles.items():
        client = given.view.client_tls_profiles.get(est.client_tls_profile)
        pair = client_pair(given.view.cert_profiles.get(client.cert_profile)) if client else None
        dates = given.dates(pair[0]) if pair is not None else None
        if pair is None or dates is None or pair[0] in given.view.auto_updates:
            continue
        if dates[1] <= given.end:
            yield Finding(
                kind="client-expires",
                severity="error",
                concerns=(pair[0],),
                why=f'it authenticates est-profile "{name}", ends at {utc(dates[1])} and nothing'
                " renews it",
                leaf=leaf(PKI, "certificate-auto-update", name=pair[0]),
                cure="add an entry for it",
            )
