"""Whether a certificate is to be updated now: a chain of named checks over one frozen Input.

Pure: no clock, no file, no network. The chain is the decision of ``auto-update.md`` sections 2
and 4: what makes an entry invalid, what is not due yet, and what cannot succeed and is said before
anything is sent. `srpki.engine.gather` fills the Input.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Schedule:
    """When an update-profile wants the update: *seconds* before expiry or after issue."""

    kind: Literal["before-expiry", "after-issue"]
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairFacts:
    """What is known of a stored certificate and its key.

    An error sentence means that the file is missing or cannot be read; the other facts of that
    file are then empty. With *storage_failed* the disk is at fault, which may pass by itself.
    *fingerprint* is the SHA-256 of the certificate, in hexadecimal.
    """

    fingerprint: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    certificate_error: str = ""
    key_error: str = ""
    storage_failed: bool = False
    belong_together: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFacts:
    """What a certificate-update-profile says, references resolved.

    *gap* names what the profile still lacks; empty when it is complete. *once_expired* says why
    its protocol cannot renew a certificate that has expired; empty when it can.
    """

    schedule: Schedule
    gap: str = ""
    once_expired: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Everything a decision on one ``certificate-auto-update`` entry may depend on.

    *manual* is an update by hand, *resumed* a retry or the continuation after a restart: both are
    started whether due or not. *held_until* is the instant before which a certificate that was
    due when it was issued is left alone.
    """

    now: datetime
    certificate_file: str
    key_file: str
    profile_name: str
    profile: ProfileFacts | None
    pair: PairFacts
    manual: bool = False
    resumed: bool = False
    in_progress: bool = False
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Invalid:
    """The entry cannot be updated until somebody repairs it; *file* is the one at fault, if any."""

    reason: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Busy:
    """An update of this certificate is running already."""


@dataclass(frozen=True, slots=True)
class NotDue:
    """Nothing to do before *next*."""

    next: datetime


@dataclass(frozen=True, slots=True)
class Hopeless:
    """The update is due and is known to fail; nothing is to be sent."""

    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """Update now."""


Decision = Invalid | Busy | NotDue | Hopeless | Start
Check = Callable[[Input], Decision | None]


def due_at(pair: PairFacts, schedule: Schedule) -> datetime:
    """Instant at which the certificate of *pair* must be updated, to the whole second.

    Pure, and an instant rather than a delay, so a moved clock changes nothing. May lie in the
    past, and before notBefore when the schedule asks for more than the certificate's life. What
    lies beyond the calendar is taken for notAfter.
    """
    assert pair.not_before is not None
    assert pair.not_after is not None
    seconds = timedelta(seconds=schedule.seconds)
    try:
        if schedule.kind == "after-issue":
            return (pair.not_before + seconds).replace(microsecond=0)
        return (pair.not_after - seconds).replace(microsecond=0)
    except OverflowError:
        return pair.not_after


def key_file_not_configured(given: Input) -> Decision | None:
    """The entry does not say which key belongs to the certificate."""
    return None if given.key_file else Invalid("key-file-name is not configured")


def profile_not_configured(given: Input) -> Decision | None:
    """The entry does not say how to update."""
    return None if given.profile_name else Invalid("profile is not configured")


def profile_does_not_exist(given: Input) -> Decision | None:
    """The entry names a certificate-update-profile that is not there."""
    if given.profile is not None:
        return None
    return Invalid(f'certificate-update-profile "{given.profile_name}" does not exist')


def profile_incomplete(given: Input) -> Decision | None:
    """The profile, or a profile it refers to, lacks something an update needs."""
    assert given.profile is not None
    return Invalid(given.profile.gap) if given.profile.gap else None


def certificate_unreadable(given: Input) -> Decision | None:
    """The certificate file is missing or cannot be read."""
    if not given.pair.certificate_error:
        return None
    return Invalid(given.pair.certificate_error, given.certificate_file)


def key_unreadable(given: Input) -> Decision | None:
    """The key file is missing, cannot be read, or holds a key that is not RSA, DSA or ECDSA."""
    return Invalid(given.pair.key_error, given.key_file) if given.pair.key_error else None


def pair_does_not_belong_together(given: Input) -> Decision | None:
    """The key is not the one in the certificate."""
    if given.pair.belong_together:
        return None
    return Invalid(f'key "{given.key_file}" does not belong to "{given.certificate_file}"')


def already_in_progress(given: Input) -> Decision | None:
    """An update of this certificate is running."""
    return Busy() if given.in_progress else None


def not_due_yet(given: Input) -> Decision | None:
    """The deadline has not passed; nobody asks this of an update by hand or a retry."""
    if given.manual or given.resumed:
        return None
    deadline = next_update(given)
    return NotDue(deadline) if given.now < deadline else None


def expired_and_not_renewable(given: Input) -> Decision | None:
    """The certificate has expired, and the protocol needs one that has not."""
    assert given.profile is not None
    reason = given.profile.once_expired
    return Hopeless(reason) if reason and _expired(given) else None


CHAIN: Final[tuple[Check, ...]] = (
    key_file_not_configured,
    profile_not_configured,
    profile_does_not_exist,
    profile_incomplete,
    certificate_unreadable,
    key_unreadable,
    pair_does_not_belong_together,
    already_in_progress,
    not_due_yet,
    expired_and_not_renewable,
)
"""The checks in order; each may rely on those before it having found nothing."""


def decide(given: Input) -> Decision:
    """Return what the first check that finds something says, else `Start`."""
    for check in CHAIN:
        decision = check(given)
        if decision is not None:
            return decision
    return Start()


def next_update(given: Input) -> datetime:
    """Return the deadline of a valid entry: what the schedule says, or later when it is held."""
    assert given.profile is not None
    deadline = due_at(given.pair, given.profile.schedule)
    return deadline if given.held_until is None else max(deadline, given.held_until)


SHORTEST_PAUSE: Final = timedelta(seconds=10)
"""The least time between two updates that nobody asked for."""


def hold_for(not_after: datetime, finished: datetime, retry_interval: int) -> timedelta:
    """Return how long a certificate that was just renewed is left alone, however soon it is due.

    A CA that issues shorter lives than ``before-expiry`` would otherwise be asked in a tight loop.
    The pause is *retry_interval* (seconds), or half of the life that is left when that is less.
    """
    half = (not_after - finished) / 2
    return max(min(timedelta(seconds=retry_interval), half), SHORTEST_PAUSE)


def retry_in(not_after: datetime | None, failed: datetime, retry_interval: int) -> timedelta:
    """Return how long an update that *failed* waits until it is tried again.

    That is *retry_interval* (seconds), unless the certificate ends before: then half of the life
    that it has left. Once it has ended there is nothing to hurry for.
    """
    whole = timedelta(seconds=retry_interval)
    if not_after is None or not failed <= not_after <= failed + whole:
        return whole
    return max((not_after - failed) / 2, SHORTEST_PAUSE)


def _expired(given: Input) -> bool:
    assert given.pair.not_after is not None
    return given.now > given.pair.not_after  # notAfter is still inside [RFC 5280, 4.1.2.5]
