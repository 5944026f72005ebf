"""What is wrong with a configuration before anything runs: each with the leaf to change, and why.

Pure: the configuration and facts of its certificates in, findings out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from srpki.rehearsal import (
    ca_findings,
    crl_findings,
    entry_findings,
    protocol_findings,
    purpose_findings,
    schedule_findings,
    strength,
)
from srpki.rehearsal.given import Given
from srpki.rehearsal.records import Finding


def findings(given: Given) -> tuple[Finding, ...]:
    """Return all that is found, errors first."""
    found = [finding for check in CHECKS for finding in check(given)]
    order = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda one: order.index(one.severity)))


CHECKS: Final[tuple[Callable[[Given], Iterator[Finding]], ...]] = (
    entry_findings.without_entry,
    entry_findings.cannot_be_updated,
    entry_findings.missing_files,
    entry_findings.bad_dates,
    entry_findings.shut_down,
    entry_findings.shared_keys,
    entry_findings.other_keys,
    entry_findings.unused,
    ca_findings.down,
    ca_findings.shut_down,
    ca_findings.ending,
    ca_findings.foreign,
    ca_findings.revoked,
    schedule_findings.too_few_tries,
    schedule_findings.never_in_time,
    schedule_findings.after_the_ca,
    schedule_findings.in_the_same_minute,
    protocol_findings.cmpv2_alone,
    protocol_findings.est_by_itself,
    protocol_findings.expired_client,
    protocol_findings.status_of_servers,
    crl_findings.expiring,
    purpose_findings.foreign_keys,
    purpose_findings.authorities,
    purpose_findings.wrong_usages,
    purpose_findings.wrong_purposes,
    purpose_findings.same_serial,
    purpose_findings.endless,
    strength.weak_hashes,
    strength.weak_certificates,
    strength.weak_keys,
)
