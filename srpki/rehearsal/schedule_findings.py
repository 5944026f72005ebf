"""Schedules that leave too little room, or come too late. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.engine.policy import Schedule
from srpki.pictures.text import moment
from srpki.rehearsal.given import PKI, by_profile, leaf, profile_leaf, trusted, window_of
from srpki.rehearsal.model import attempts
from srpki.rehearsal.records import Finding
from srpki.rehearsal.words import spelled

if TYPE_CHECKING:
    from srpki.rehearsal.given import Given
    from srpki.rehearsal.model import Plan

SHORTEST_RETRY: Final = 60
"""Seconds: the least that retry-interval can be."""
SAME_MINUTE: Final = 3
"""Certificates of one CA that are due in one minute, from which on it is said."""


def too_few_tries(given: Given) -> Iterator[Finding]:
    """Yield profiles whose updates may fail too seldom before the certificate ends."""
    for name, plans in by_profile(given).items():
        longest = max(given.calendar.longest(plan.server) for plan in plans)
        interval = plans[0].retry_interval
        for plan in sorted(plans, key=lambda one: one.life)[:1]:
            window = window_of(plan)
            if window <= timedelta():
                continue  # said by `never_in_time`
            tries = (window - longest) // timedelta(seconds=interval)
            if tries >= given.tries:
                continue
            away = f" after an outage of {spelled(longest)}" if longest else ""
            kind = plan.schedule.kind
            yield Finding(
                kind="too-few-tries",
                severity="error" if tries < 1 and longest else "warning",
                concerns=tuple(one.name for one in plans),
                why=f"{kind} {plan.schedule.seconds} leaves {spelled(window)} to renew in,"
                f" which{away} is room for {max(tries, 0)} tries of retry-interval {interval}, not"
                f" {given.tries}",
                leaf=profile_leaf(name, kind),
                cure=_more_room(plan, longest, given.tries),
            )


def _more_room(plan: Plan, longest: timedelta, tries: int) -> str:
    needed = longest + tries * timedelta(seconds=plan.retry_interval)
    seconds = int(needed.total_seconds())
    if needed >= plan.life:
        half = plan.life / 2
        interval = int((half - longest).total_seconds()) // tries
        if interval < SHORTEST_RETRY:
            return (
                f"no schedule has so much room in a life of {spelled(plan.life)}: have the CA issue"
                f" for longer than {spelled(needed)}"
            )
        return (
            f"a life of {spelled(plan.life)} has no room for that: make retry-interval {interval}"
            f" at most, and this {int(half.total_seconds())}"
        )
    if plan.schedule.kind == "before-expiry":
        return f"make it {seconds} at least, or retry-interval shorter"
    most = int((plan.life - needed).total_seconds())
    return f"make it {most} at most" if most > 0 else f"use before-expiry {seconds} instead"


def never_in_time(given: Given) -> Iterator[Finding]:
    """Yield schedules that ask for updates when the certificate has ended, or always."""
    for name, plans in by_profile(given).items():
        for plan in sorted(plans, key=lambda one: one.life)[:1]:
            schedule, concerns = plan.schedule, tuple(one.name for one in plans)
            if window_of(plan) <= timedelta():
                yield Finding(
                    kind="never-in-time",
                    severity="error",
                    concerns=concerns,
                    why=f"after-issue {schedule.seconds} is not before the end of a certificate"
                    f" that lives {spelled(plan.life)}",
                    leaf=profile_leaf(name, "after-issue"),
                    cure="use before-expiry, or make it shorter than the life",
                )
            if schedule == Schedule("before-expiry", schedule.seconds) and (
                timedelta(seconds=schedule.seconds) >= plan.life
            ):
                yield Finding(
                    kind="always-due",
                    severity="warning",
                    concerns=concerns,
                    why=f"before-expiry {schedule.seconds} is no less than the life of a new"
                    f" certificate ({spelled(plan.life)}): each is due when it is"
                    " issued, and the CA is asked again and again",
                    leaf=profile_leaf(name, "before-expiry"),
                    cure=f"make it less than {int(plan.life.total_seconds())}",
                )


def after_the_ca(given: Given) -> Iterator[Finding]:
    """Yield updates that would come when the CA's own certificate has expired."""
    late: defaultdict[tuple[str, datetime], list[tuple[datetime, str]]] = defaultdict(list)
    for name, plan in given.plans.items():
        ca = _authority_of(given, plan)
        dates = None if ca is None else given.dates(given.view.ca_profiles[ca].cert_file)
        if ca is None or dates is None or dates[1] > given.end:
            continue
        alone = plan.but(until=None)
        every = attempts(alone, given.calendar, given.start, given.end)
        first = next((one.at for one in every if one.at > dates[1]), None)
        if first is not None:
            late[ca, dates[1]].append((first, name))
    for (ca, ends), updates in late.items():
        yield Finding(
            kind="after-the-ca",
            severity="error",
            concerns=tuple(name for _, name in updates),
            why=f"{'its updates' if len(updates) == 1 else 'their updates'} from"
            f' {moment(min(updates)[0])} UTC on come after the certificate of ca-profile "{ca}" has'
            f" expired ({moment(ends)} UTC)",
            leaf=leaf(PKI, "ca-profile", name=ca, last="cert-file"),
            cure="import the CA's next certificate before, and name it here",
        )


def _authority_of(given: Given, plan: Plan) -> str | None:
    """Return the ca-profile by whose certificate an update of *plan* is judged first to expire."""
    profiles = given.view.ca_profiles
    known = [
        (dates[1], name)
        for name in trusted(given.view, plan)
        if name in profiles and (dates := given.dates(profiles[name].cert_file)) is not None
    ]
    return max(known)[1] if known else None


def in_the_same_minute(given: Given) -> Iterator[Finding]:
    """Yield CAs that are asked for several certificates in one minute."""
    due: defaultdict[tuple[str, datetime], list[str]] = defaultdict(list)
    for name, plan in given.plans.items():
        first = next(attempts(plan, given.calendar, given.start, given.end), None)
        if first is not None and name in given.material.files:
            due[plan.server, first.at.replace(second=0)].append(name)
    for (server, minute), names in due.items():
        if len(names) >= SAME_MINUTE:
            profile = given.plans[names[-1]].profile
            yield Finding(
                kind="same-minute",
                severity="warning",
                concerns=tuple(names),
                why=f'{len(names)} certificates of "{server}" are due in the minute of'
                f" {moment(minute)} UTC, and whenever they are renewed together again",
                leaf=profile_leaf(profile, given.plans[names[-1]].schedule.kind),
                cure="give some of them a profile with another schedule",
            )
