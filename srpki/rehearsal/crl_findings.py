"""CRLs that will have expired before there is another one. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.pictures.text import moment
from srpki.rehearsal.records import Finding
from srpki.rehearsal.words import spelled
from srpki.x509 import crl

if TYPE_CHECKING:
    from srpki.config.views import AutoCrlUpdate, CaProfile
    from srpki.rehearsal.given import Given

_PKI: Final = "system security pki ca-profile"

_Reason = tuple[str, str, str, bool]
"""Why, the leaf, the cure, and whether the CRL is not valid then."""


def expiring(given: Given) -> Iterator[Finding]:
    """Yield ca-profiles whose CRL expires before it is updated."""
    for name, profile in given.view.ca_profiles.items():
        if not profile.crl_file or not profile.enabled:
            continue
        dates = _dates(given, profile.crl_file)
        yield from (
            Finding(
                kind="crl-expires",
                severity="error" if down and profile.revocation_check == "crl" else "warning",
                concerns=(name,),
                why=f"{why}: {_effect(profile)}" if down else why,
                leaf=f'{_PKI} "{name}" {leaf}',
                cure=cure,
            )
            for why, leaf, cure, down in _reasons(given, name, profile, dates)
        )


def _effect(profile: CaProfile) -> str:
    if profile.revocation_check == "crl-optional":
        return "revocation is not known then"
    return "the profile is down then, and nothing is renewed by it"


def _dates(given: Given, file: str) -> tuple[datetime, datetime] | None:
    der = given.material.files.get(file)
    try:
        found = None if der is None else crl.contents(der).dates
    except SrpkiError:
        return None
    if found is None or found.next_update is None:
        return None
    return found.this_update, found.next_update


def _reasons(
    given: Given, name: str, profile: CaProfile, dates: tuple[datetime, datetime] | None
) -> Iterator[_Reason]:
    update = profile.auto_crl_update
    if update is None or not update.enabled or not update.crl_urls:
        if dates is not None and dates[1] <= given.end:
            missing = "admin-state" if update is not None and not update.enabled else "crl-urls"
            leaf = "auto-crl-update" if update is None else f"auto-crl-update {missing}"
            yield (
                f"its CRL expires at {moment(dates[1])} UTC and nothing fetches another",
                leaf,
                "let the router fetch it",
                True,
            )
        return
    if dates is not None and dates[1] <= given.start:
        yield (
            (
                f"its CRL ended at {moment(dates[1])} UTC, before the rehearsal, in which the next"
                " is fetched at once: see whether the router can"
            ),
            "auto-crl-update crl-urls",
            "name a URL that the router reaches, and that has a CRL which is valid",
            False,
        )
    life = None if dates is None else dates[1] - dates[0]
    longest = given.calendar.longest(name)
    yield from _scheduled(update, life, longest)


def _scheduled(
    update: AutoCrlUpdate, life: timedelta | None, longest: timedelta
) -> Iterator[_Reason]:
    """Yield what is wrong with when CRLs are fetched that live for *life*."""
    retry = timedelta(seconds=update.retry_interval)
    if update.schedule_type == "periodic":
        interval = timedelta(seconds=update.periodic_update_interval)
        if life is not None and interval + longest >= life:
            away = f", and {spelled(longest)} more in an outage," if longest else ""
            yield (
                f"its CRL is fetched every {spelled(interval)}{away} and lives for {spelled(life)}",
                "auto-crl-update periodic-update-interval",
                "make it shorter than the life of a CRL, or use next-update-based",
                True,
            )
        return
    before = timedelta(seconds=update.pre_update_time)
    if life is not None and before >= life:
        yield (
            (
                f"pre-update-time {spelled(before)} is no less than a CRL lives ({spelled(life)}):"
                " each is due when it comes, and the next is fetched again and again"
            ),
            "auto-crl-update pre-update-time",
            "make it shorter than the life of a CRL",
            False,
        )
    if life is not None and life <= longest:
        yield (
            f"a CRL lives for {spelled(life)}, which an outage of {spelled(longest)} outlasts",
            "auto-crl-update crl-urls",
            "have the CA issue CRLs that live longer, or name another place as well",
            True,
        )
    elif before <= longest:
        yield (
            f"pre-update-time {spelled(before)} does not outlast an outage of {spelled(longest)}"
            if longest
            else "pre-update-time 0 fetches a CRL only when the one before has expired",
            "auto-crl-update pre-update-time",
            "make it longer than the longest outage",
            True,
        )
    if not retry:
        yield (
            "retry-interval 0 gives up after one download that fails",
            "auto-crl-update retry-interval",
            "let it be tried again",
            True,
        )
