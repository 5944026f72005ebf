"""What a protocol cannot do once a certificate has expired. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.engine.applications import client_pair
from srpki.pictures.text import moment
from srpki.rehearsal.given import PKI, TLS, by_profile, leaf, profile_leaf, trusted, window_of
from srpki.rehearsal.records import Finding
from srpki.rehearsal.words import named, spelled

if TYPE_CHECKING:
    from srpki.config.views import ClientTlsProfile
    from srpki.rehearsal.given import Given
    from srpki.rehearsal.model import Plan

_MOST_NAMED: Final = 4


def cmpv2_alone(given: Given) -> Iterator[Finding]:
    """Yield profiles whose certificates can be renewed by nothing once they have expired."""
    for name, plans in by_profile(given).items():
        profile = given.view.update_profiles[name]
        if profile.protocol != "cmpv2":
            continue
        window = min(window_of(plan) for plan in plans)
        if window <= timedelta():
            continue  # said by `schedule_findings.never_in_time`
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
        others = [one for one in given.plans if one != name and _client(given, one) == name]
        yield Finding(
            kind="est-by-itself",
            severity="warning",
            concerns=(name,),
            why="it authenticates the EST session that renews it: once it has expired nothing"
            " renews it" + (f", nor {named(others, _MOST_NAMED)}" if others else ""),
            leaf=f'{TLS} client-tls-profile "{client.name}" cert-profile',
            cure="authenticate by another certificate",
        )


def _client(given: Given, name: str) -> str:
    """Return the certificate that authenticates the update of *name* by EST, empty for none."""
    profile = given.view.update_profiles[given.plans[name].profile]
    if profile.protocol != "est":
        return ""
    client = given.view.client_tls_profiles[
        given.view.est_profiles[profile.server].client_tls_profile
    ]
    pair = client_pair(given.view.cert_profiles.get(client.cert_profile))
    return "" if pair is None else pair[0]


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
                why=f'it authenticates est-profile "{name}", ends at {moment(dates[1])} UTC and'
                " nothing renews it",
                leaf=leaf(PKI, "certificate-auto-update", name=pair[0]),
                cure="add an entry for it",
            )


def status_of_servers(given: Given) -> Iterator[Finding]:
    """Yield EST clients that refuse a server of which nobody tells whether it is revoked."""
    for name, plans in by_profile(given).items():
        if given.view.update_profiles[name].protocol != "est":
            continue
        est = given.view.est_profiles[plans[0].server]
        client = given.view.client_tls_profiles[est.client_tls_profile]
        if client.default_result == "good":
            continue
        found = _status(given, client, plans)
        if found is not None:
            why, last, cure, certain = found
            yield Finding(
                kind="server-status",
                severity="error" if certain else "warning",
                concerns=tuple(plan.name for plan in plans),
                why=f"{why}, and default-result revoked refuses it then: no update succeeds",
                leaf=leaf(TLS, "client-tls-profile", name=client.name, last=last),
                cure=cure,
            )


def _status(
    given: Given, client: ClientTlsProfile, plans: Sequence[Plan]
) -> tuple[str, str, str, bool] | None:
    """Return why, the leaf, the cure, and whether it is certain; None where the status is known."""
    methods, view = (client.primary, client.secondary), given.view
    profiles = [
        view.ca_profiles[one]
        for one in trusted(view, plans[0])
        if one in view.ca_profiles and view.ca_profiles[one].enabled
    ]
    if not profiles or ("crl" in methods and any(one.crl_file for one in profiles)):
        return None
    asked = [one.name for one in profiles if one.ocsp.responder_url]
    method, window = "status-verify ee-revocation", min(window_of(plan) for plan in plans)
    if "ocsp" not in methods:
        why = "no CA that it trusts has a crl-file: the status of the EST server is not known"
        return why, f"{method} primary", "configure crl-file, or default-result good", True
    if not asked:
        why = "the status of the EST server is not known unless its certificate names a responder"
        return (
            why,
            f"{method} primary",
            "configure ocsp responder-url, or default-result good",
            False,
        )
    longest = max(given.calendar.longest(one) for one in asked)
    if not longest or window > longest:
        return None
    why = (
        f'nobody but the OCSP responder of ca-profile "{asked[0]}" tells the status of the EST'
        f" server: in an outage of {spelled(longest)}, no shorter than the {spelled(window)} to"
        " renew in, it is not known"
    )
    return why, f"{method} secondary", "have a CRL asked as well, or use default-result good", True
