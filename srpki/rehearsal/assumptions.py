"""Rules that were decided, not documented, and have changed what a rehearsal says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from srpki.core.clock import SKEW
from srpki.engine import chains
from srpki.rehearsal.records import Assumption
from srpki.rehearsal.words import named, spelled

if TYPE_CHECKING:
    from datetime import datetime

    from srpki.rehearsal.run import Found

_MOST_NAMED: Final = 6
HOLD: Final = (
    "Between the end of an update and the start of the next that nobody asked for lie at least"
    " `retry-interval` or half of the life that is left, whichever is less, and ten seconds at the"
    " least"
)
RETRY: Final = (
    "A failed update waits its whole `retry-interval`, unless the certificate ends before: then"
    " half of the life that is left."
)
CLOCKS: Final = (
    "Clocks differ: the `notBefore` of the certificate just issued, and of no other, may lie up to"
    " five minutes ahead"
)
EXPIRED_EST: Final = (
    "An expired certificate is also renewed by EST when HTTP authentication is configured and no"
    " client certificate is used."
)
EXPIRED: Final = (
    "An expired certificate that cannot be renewed starts its update and fails in step 2, before"
    " anything is sent"
)
CHAIN: Final = (
    "`cmpv2 cert-request`, `cmpv2 key-update` and automatic renewal send the CA certificates above"
    " the signer's along in extraCerts"
)
QUOTED: Final = (HOLD, RETRY, CLOCKS, EXPIRED_EST, EXPIRED, CHAIN)
"""Lines of docs/explanation/fidelity.md, word for word but for where they are broken."""


def assumptions(found: Found) -> tuple[Assumption, ...]:
    """Return what the rehearsal *found* rests on, each once with all that it concerns."""
    alike: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name, effect, rule in _assumptions(found):
        alike[effect, rule].append(name)
    return tuple(
        Assumption(f"{named(names, _MOST_NAMED)}: {effect}" if all(names) else effect, rule)
        for (effect, rule), names in alike.items()
    )


def _assumptions(found: Found) -> Iterator[tuple[str, str, str]]:
    """Yield a certificate, or none, with what became of it, and the rule."""
    log, plans = found.log, found.plans
    for name in sorted(log.held):
        yield name, "due when issued, and the next update waits", HOLD
    for name, plan in plans.items():
        instants = [one.at for one in log.failed.get(name, ())]
        early = _early(instants, plan.retry_interval)
        if early is not None:
            yield (
                f"{name} (at {early:%Y-%m-%d %H:%M:%S} UTC)",
                "tried again before the retry-interval had passed",
                RETRY,
            )
    ahead = found.world.terms.skew
    if ahead and any(log.renewals.values()):
        judged = "taken" if ahead <= SKEW else "refused"
        yield "", f"certificates that begin {spelled(ahead)} from now are {judged}", CLOCKS
    yield from _expired(found)
    yield from _chains(found)


def _early(instants: list[datetime], interval: int) -> datetime | None:
    for before, after in pairwise(instants):
        if (after - before).total_seconds() < interval:
            return after
    return None


def _expired(found: Found) -> Iterator[tuple[str, str, str]]:
    for name, renewals in found.log.renewals.items():
        plan = found.plans.get(name)
        late = any(one.left.total_seconds() < 0 for one in renewals)
        profile = found.world.profile(name) if late and plan is not None else None
        if profile is not None and profile.protocol == "est" and not found.world.client(profile):
            yield name, "renewed when it had expired", EXPIRED_EST
    for name, plan in found.plans.items():
        if plan.ends and any(
            "expired" in one.reason for one in found.log.failed.get(name, ())[-1:]
        ):
            yield name, "not renewed any more once expired", EXPIRED


def _chains(found: Found) -> Iterator[tuple[str, str, str]]:
    """Yield what a router that sends no chain might be refused for."""
    world = found.world
    authorities = world.engine.authorities.usable()
    for course in found.courses:
        if course.protocol == "cmpv2" and course.renewals:
            own = world.keystore.read_certificate(course.name)
            if chains.issuers(own, authorities, world.material.view.maximum_cert_chain_depth):
                effect = (
                    "CMPv2 requests carry the chain of their signer: a router may send none, and a"
                    " CA that knows the issuer not by itself refuses it then"
                )
                yield "", effect, CHAIN
                return
