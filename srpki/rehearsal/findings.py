"""What is wrong with a configuration before anything runs: each with the leaf to change, and why.

Pure: the configuration and facts of its certificates in, findings out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.core.text import utc
from srpki.engine.applications import client_pair
from srpki.engine.policy import Schedule
from srpki.rehearsal import crl_findings, strength
from srpki.rehearsal.material import references
from srpki.rehearsal.model import attempts
from srpki.rehearsal.records import Finding
from srpki.rehearsal.words import spelled
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import PkiView
    from srpki.rehearsal.material import Material
    from srpki.rehearsal.model import Plan
    from srpki.rehearsal.outages import Calendar

PKI: Final = "system security pki"
SAME_MINUTE: Final = 3
"""Certificates of one CA that are due in one minute, from which on it is said."""


class Given(Record):
    """What findings are made of: *material*, the *plans* of entries, *calendar* from *start* on.

    *tries* is for how many updates before-expiry is to leave room; *complete* says that files were
    given, so that one that is missing is wanting.
    """

    material: Material
    plans: Mapping[str, Plan]
    invalid: Mapping[str, str]
    calendar: Calendar
    start: datetime
    end: datetime
    tries: int
    complete: bool

    @property
    def view(self) -> PkiView:
        """The configuration."""
        return self.material.view

    def named(self) -> Mapping[str, str]:
        """Return the files that the configuration names, and what each is to be."""
        return references(self.view)

    def dates(self, name: str) -> tuple[datetime, datetime] | None:
        """Return the dates of the certificate *name*, None where it was not given."""
        der = self.material.files.get(name)
        if der is None:
            return None
        try:
            facts = certificates.facts(der)
        except SrpkiError:
            return None
        return facts.not_before, facts.not_after


def findings(given: Given) -> tuple[Finding, ...]:
    """Return all that is found, errors first."""
    found = [finding for check in CHECKS for finding in check(given)]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


def leaf(*words: str, name: str = "", last: str = "") -> str:
    """Return the path of an element as the MD-CLI spells it."""
    quoted = [f'"{name}"'] if name else []
    return " ".join((*words, *quoted, *([last] if last else [])))


def profile_leaf(profile: str, last: str) -> str:
    """Return the path of the leaf *last* of a certificate-update-profile."""
    return leaf(PKI, "certificate-update-profile", name=profile, last=last)


# --- entries and files ----------------------------------------------------------------------------


def without_entry(given: Given) -> Iterator[Finding]:
    """Yield certificates that somebody uses and nothing renews."""
    for name, users in used(given.view).items():
        if name in given.view.auto_updates:
            continue
        dates = given.dates(name)
        ends = f"; it ends at {utc(dates[1])}" if dates is not None else ""
        soon = dates is not None and dates[1] <= given.end
        yield Finding(
            kind="without-entry",
            severity="error" if soon else "warning",
            concerns=(name,),
            why=f"{users[0]} uses it and no certificate-auto-update entry renews it{ends}",
            leaf=leaf(PKI, "certificate-auto-update", name=name),
            cure="add an entry with key-file-name and profile",
        )


def used(view: PkiView) -> Mapping[str, Sequence[str]]:
    """Return the users of each certificate file."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, ipsec in view.ipsec_cert_profiles.items():
        for entry in ipsec.entries:
            if entry.cert:
                found[entry.cert].append(f'ipsec cert-profile "{name}"')
    for name, tls in view.cert_profiles.items():
        for one in tls.entries:
            if one.certificate_file:
                found[one.certificate_file].append(f'tls cert-profile "{name}"')
    return found


def cannot_be_updated(given: Given) -> Iterator[Finding]:
    """Yield entries that are invalid as they stand: files or profiles are missing."""
    for name, reason in given.invalid.items():
        entry = given.view.auto_updates[name]
        wanting = "key-file-name" if not entry.key_file_name else "profile"
        where = leaf(PKI, "certificate-auto-update", name=name, last=wanting)
        profile = given.view.update_profiles.get(entry.profile)
        if entry.key_file_name and profile is not None:
            where = profile_leaf(profile.name, profile.protocol)
        yield Finding(
            kind="invalid-entry",
            severity="error",
            concerns=(name,),
            why=f"it is never renewed: {reason}",
            leaf=where,
            cure="configure what is missing",
        )


def missing_files(given: Given) -> Iterator[Finding]:
    """Yield files that the configuration names and nobody has given, or that cannot be read."""
    named = {
        **{name: f'certificate-auto-update "{name}"' for name in given.view.auto_updates},
        **{
            one.cert_file: f'ca-profile "{one.name}" cert-file'
            for one in given.view.ca_profiles.values()
        },
        **{
            one.crl_file: f'ca-profile "{one.name}" crl-file'
            for one in given.view.ca_profiles.values()
        },
    }
    for name, where in named.items():
        problem = given.material.problems.get(name, "")
        if not name or name in given.material.files or not (given.complete or problem):
            continue
        why = f"the file cannot be read: {problem}" if problem else "the file is not there"
        yield Finding(
            kind="missing-file",
            severity="warning",
            concerns=(name,),
            why=f"{why}; a stand-in was rehearsed",
            leaf=leaf(PKI, where),
            cure="export the file from the router, or mend its name",
        )


def shared_keys(given: Given) -> Iterator[Finding]:
    """Yield key files of several entries: the first renewal takes the key from the others."""
    users: defaultdict[str, list[str]] = defaultdict(list)
    for name, entry in given.view.auto_updates.items():
        if entry.key_file_name:
            users[entry.key_file_name].append(name)
    for key, names in users.items():
        if len(names) > 1:
            yield Finding(
                kind="shared-key",
                severity="error",
                concerns=tuple(names),
                why=f'they share the key file "{key}", which the first renewal replaces: the'
                " others do not belong to it any more then",
                leaf=leaf(PKI, "certificate-auto-update", name=names[1], last="key-file-name"),
                cure="give each certificate a key of its own",
            )


# --- schedules ------------------------------------------------------------------------------------


def by_profile(given: Given) -> Mapping[str, list[Plan]]:
    """Return the plans of the entries of each update-profile."""
    found: defaultdict[str, list[Plan]] = defaultdict(list)
    for plan in given.plans.values():
        found[plan.profile].append(plan)
    return found


def too_few_tries(given: Given) -> Iterator[Finding]:
    """Yield profiles whose updates may fail too seldom before the certificate ends."""
    for name, plans in by_profile(given).items():
        longest = max(given.calendar.longest(plan.server) for plan in plans)
        interval = plans[0].retry_interval
        for plan in sorted(plans, key=lambda one: one.life)[:1]:
            window = _window(plan)
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


def _window(plan: Plan) -> timedelta:
    """Return how long before its end a certificate is due."""
    seconds = timedelta(seconds=plan.schedule.seconds)
    if plan.schedule.kind == "before-expiry":
        return min(seconds, plan.life)
    return plan.life - seconds


def _more_room(plan: Plan, longest: timedelta, tries: int) -> str:
    needed = longest + tries * timedelta(seconds=plan.retry_interval)
    seconds = int(needed.total_seconds())
    if plan.schedule.kind == "before-expiry":
        return f"make it {seconds} at least, or retry-interval shorter"
    most = int((plan.life - needed).total_seconds())
    return f"make it {most} at most" if most > 0 else f"use before-expiry {seconds} instead"


def never_in_time(given: Given) -> Iterator[Finding]:
    """Yield schedules that ask for updates when the certificate has ended, or always."""
    for name, plans in by_profile(given).items():
        for plan in sorted(plans, key=lambda one: one.life)[:1]:
            schedule, concerns = plan.schedule, tuple(one.name for one in plans)
            if _window(plan) <= timedelta():
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
    for name, plan in given.plans.items():
        ca = _authority_of(given, plan)
        dates = None if ca is None else given.dates(given.view.ca_profiles[ca].cert_file)
        if ca is None or dates is None or dates[1] > given.end:
            continue
        alone = plan.but(until=None)
        late = next(
            (
                one.at
                for one in attempts(alone, given.calendar, given.start, given.end)
                if one.at > dates[1]
            ),
            None,
        )
        if late is not None:
            yield Finding(
                kind="after-the-ca",
                severity="error",
                concerns=(name,),
                why=f'its update of {utc(late)} comes after the certificate of ca-profile "{ca}"'
                f" has expired ({utc(dates[1])})",
                leaf=leaf(PKI, "ca-profile", name=ca, last="cert-file"),
                cure="import the CA's next certificate before, and name it here",
            )


def _authority_of(given: Given, plan: Plan) -> str | None:
    """Return the ca-profile by whose certificate an update of *plan* is judged first to expire."""
    view, profile = given.view, given.view.update_profiles[plan.profile]
    if profile.protocol == "cmpv2":
        return plan.server if plan.server in view.ca_profiles else None
    est = view.est_profiles.get(plan.server)
    client = None if est is None else view.client_tls_profiles.get(est.client_tls_profile)
    anchors = (
        None if client is None else view.trust_anchor_profiles.get(client.trust_anchor_profile)
    )
    known = [
        (dates[1], name)
        for name in (() if anchors is None else anchors.trust_anchors)
        if name in view.ca_profiles
        and (dates := given.dates(view.ca_profiles[name].cert_file)) is not None
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
                f" {utc(minute)}, and whenever they are renewed together again",
                leaf=profile_leaf(profile, given.plans[names[-1]].schedule.kind),
                cure="give some of them a profile with another schedule",
            )


# --- protocols ------------------------------------------------------------------------------------


def cmpv2_alone(given: Given) -> Iterator[Finding]:
    """Yield profiles whose certificates can be renewed by nothing once they have expired."""
    for name, plans in by_profile(given).items():
        profile = given.view.update_profiles[name]
        if profile.protocol != "cmpv2":
            continue
        window = min(_window(plan) for plan in plans)
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
            leaf=f'system security tls client-tls-profile "{client.name}" cert-profile',
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


CHECKS: Final[tuple[Callable[[Given], Iterator[Finding]], ...]] = (
    without_entry,
    cannot_be_updated,
    missing_files,
    shared_keys,
    too_few_tries,
    never_in_time,
    after_the_ca,
    in_the_same_minute,
    cmpv2_alone,
    est_by_itself,
    expired_client,
    crl_findings.expiring,
    strength.weak_hashes,
    strength.weak_certificates,
    strength.weak_keys,
)
