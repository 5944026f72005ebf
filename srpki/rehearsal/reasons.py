"""Why a certificate was not renewed in time."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.pictures.text import moment

if TYPE_CHECKING:
    from srpki.rehearsal.log import Log
    from srpki.rehearsal.records import Failure
    from srpki.rehearsal.world import World

_UNKNOWN: Final = "answered 401 "
"""What names an EST server that does not know who asks."""
_NUMBER: Final = re.compile(r"\d+")
_VARIES: Final = ": outage ("
"""What names the outages of an instant: from there on two reasons are alike."""


def why(world: World, log: Log, name: str, invalid: str, at: datetime) -> str:
    """Return why *name*, whose entry is *invalid* for a reason, has a gap from *at* on."""
    begins, _ = world.first[name]
    if at < begins:
        return f"it is not valid before {moment(begins)} UTC"
    above = world.above.get(name)
    if above is not None and at >= above[0]:
        return (
            f'the certificate of ca-profile "{above[1]}" above it has ended'
            f" ({moment(above[0])} UTC)"
        )
    if name not in world.material.view.auto_updates:
        return "no certificate-auto-update entry renews it"
    if invalid:
        return f"its entry is invalid: {invalid}"
    return _not_renewed(world, log, name, at)


def _not_renewed(world: World, log: Log, name: str, at: datetime) -> str:
    """Return why *name* was not renewed before it ended, *at* an instant."""
    since = max((one.at for one in log.renewals.get(name, ()) if one.at <= at), default=None)
    failed = log.failed.get(name, [])
    before = [one for one in failed if one.at <= at and (since is None or one.at >= since)]
    if before:
        return _failed(world, log, name, before)
    if at <= world.terms.start:
        return "it had expired when the rehearsal began"
    if turned := world.invalid(name):
        return f"its entry has become invalid: {turned}"
    late = "its update comes only after it has expired"
    after = [one for one in failed if one.at > at][:1]
    return f"{late}: {_failed(world, log, name, after)}" if after else late


def _failed(world: World, log: Log, name: str, failures: Sequence[Failure]) -> str:
    """Return why *failures* of *name* were: what most of them had, and the last one of them."""
    most, last = _most(failures), failures[-1]
    text = f"the update of {moment(last.at)} UTC failed in step {last.step}: {last.reason}"
    if _kind(most) != _kind(last):
        text = (
            f"the updates from {moment(most.at)} UTC on failed in step {most.step}: {most.reason};"
            f" the last, of {moment(last.at)} UTC: {last.reason}"
        )
    client = world.client_of(name)
    if _UNKNOWN in text and client not in ("", name) and log.ended(client, last.at):
        text += f' ("{client}", which authenticates it, has expired)'
    return text


def _most(failures: Sequence[Failure]) -> Failure:
    """Return the first of *failures* that failed for the reason which most of them had."""
    (kind, _), *_ = Counter(map(_kind, failures)).most_common(1)
    return next(one for one in failures if _kind(one) == kind)


def _kind(failure: Failure) -> str:
    """Return the reason of *failure* without the outages and instants that it names."""
    return _NUMBER.sub("", failure.reason.partition(_VARIES)[0])
