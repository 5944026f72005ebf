"""What findings are made of, and how they name an element."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.rehearsal.material import judges, references
from srpki.x509 import certificates

if TYPE_CHECKING:
    from srpki.config.views import PkiView
    from srpki.rehearsal.material import Material
    from srpki.rehearsal.model import Plan
    from srpki.rehearsal.outages import Calendar

PKI: Final = "system security pki"
TLS: Final = "system security tls"


class Given(Record):
    """What findings are made of: *material*, the *plans* of entries, *calendar* from *start* on.

    *tries* is for how many updates before-expiry is to leave room; *complete* says that files were
    given, so that one that is missing is wanting. *above* says of each certificate when the first
    of the CAs above it ends, and the ca-profile of that.
    """

    material: Material
    plans: Mapping[str, Plan]
    invalid: Mapping[str, str]
    calendar: Calendar
    start: datetime
    end: datetime
    tries: int
    complete: bool
    above: Mapping[str, tuple[datetime, str]]

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


def leaf(*words: str, name: str = "", last: str = "") -> str:
    """Return the path of an element as the MD-CLI spells it."""
    quoted = [f'"{name}"'] if name else []
    return " ".join((*words, *quoted, *([last] if last else [])))


def profile_leaf(profile: str, last: str) -> str:
    """Return the path of the leaf *last* of a certificate-update-profile."""
    return leaf(PKI, "certificate-update-profile", name=profile, last=last)


def by_profile(given: Given) -> Mapping[str, list[Plan]]:
    """Return the plans of the entries of each update-profile."""
    found: defaultdict[str, list[Plan]] = defaultdict(list)
    for plan in given.plans.values():
        found[plan.profile].append(plan)
    return found


def trusted(view: PkiView, plan: Plan) -> tuple[str, ...]:
    """Return the ca-profiles by which an update of *plan* is judged."""
    return judges(view.update_profiles[plan.profile], view)


def window_of(plan: Plan) -> timedelta:
    """Return how long before its end a certificate is due."""
    seconds = timedelta(seconds=plan.schedule.seconds)
    if plan.schedule.kind == "before-expiry":
        return min(seconds, plan.life)
    return plan.life - seconds
