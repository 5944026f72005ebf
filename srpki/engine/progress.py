"""The life of one job, as the states of its entry: begun, importing, failed, finished, cancelled.

Each step is one change of state, made under the register's lock and persisted with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from srpki.core.clock import Deadline
from srpki.engine import policy
from srpki.engine.jobs import Job
from srpki.engine.policy import Decision, Invalid, Start
from srpki.engine.register import Register

if TYPE_CHECKING:
    from srpki.config.views import AutoUpdate, UpdateProfile
    from srpki.x509.keys import PrivateKey


class Renewed(NamedTuple):
    """What is known of a certificate that has just been renewed: its dates, and what comes next.

    Where it is *due* sooner than it should be it is left alone until *held*; both are None else.
    """

    not_before: datetime | None = None
    not_after: datetime | None = None
    due: datetime | None = None
    held: datetime | None = None


class Progress:
    """What an update tells the register, and asks it."""

    def __init__(self, register: Register) -> None:
        """Report to *register*."""
        self._register = register

    def settings(self, job: Job) -> tuple[AutoUpdate, UpdateProfile] | None:
        """Return the configuration that *job* works by, None when it is gone."""
        register = self._register
        with register.lock:
            if register.gone(job):
                return None
            entry, profile = register.gatherer.settings(job.certificate)
            return None if profile is None else (entry, profile)

    def decide(self, job: Job) -> tuple[Decision, tuple[bytes, PrivateKey] | None]:
        """Look again, with the certificate's lock held: what is to be done with *job* now.

        Returns the decision and the pair that it is about, which was read for it.
        """
        register = self._register
        with register.lock:
            if register.gone(job) or job.cancel.is_set():
                return Invalid(job.cancel_reason), None
            if job.from_step == 4:
                job.importing = True
                return Start(), None
            entry, _ = register.gatherer.settings(job.certificate)
            pair = register.gatherer.read(job.certificate, entry.key_file_name)
            decision = policy.decide(
                register.gatherer.input(
                    job.certificate,
                    register.clock.now(),
                    manual=job.cause == "by hand",
                    resumed=job.cause in {"retry", "after a restart"},
                    held_until=register.entries[job.certificate].state.held_until,
                )
            )
            return decision, pair

    def started(self, job: Job) -> None:
        """Mark the entry of *job* in-progress from the step it begins with.

        Synced only where it is assured: after a power cut the rest is due all the same, or whoever
        asked for it has not been told anything yet.
        """
        register = self._register
        with register.lock:
            entry = register.entries[job.certificate]
            started = entry.state.last_update_start_time
            register.keep(
                entry,
                entry.state.but(
                    update_state="in-progress",
                    reason="",
                    last_update_start_time=started if job.from_step == 4 else register.clock.now(),
                    next_update_time=None,
                    step=job.from_step,
                    fingerprint=register.gatherer.fingerprint(job.certificate),
                ),
                sync=job.assured,
            )

    def importing(self, job: Job, fingerprint: str) -> bool:
        """Begin step 3 with the certificate of *fingerprint*; False when *job* was cancelled.

        Not persisted: that step 4 is still owed is seen, after a crash, from what `started` kept:
        the update was in progress, and the certificate is another one than it began with.
        """
        register = self._register
        with register.lock:
            if job.cancel.is_set():
                return False
            job.importing = True
            entry = register.entries[job.certificate]
            register.note(entry, entry.state.but(step=3, fingerprint=fingerprint))
            return True

    def imported(self, job: Job, key_file: str, certificate: bytes, key: PrivateKey) -> None:
        """Take note of the pair that *job* has put in place."""
        register = self._register
        with register.lock:
            register.gatherer.remember(job.certificate, key_file, certificate, key)

    def failed(
        self, job: Job, reason: str, retry_interval: int, *, sync: bool = True
    ) -> datetime | None:
        """Let the entry of *job* wait for its retry; return when that is, None when it is gone.

        When the swap itself failed it may yet be completed from its journal: the record then keeps
        step 3 and the new fingerprint, and `Register.look` finds out.
        """
        register = self._register
        with register.lock:
            if register.gone(job):
                return None
            entry, now = register.entries[job.certificate], register.clock.now()
            not_after = register.gatherer.input(job.certificate, now).pair.not_after
            retry = Deadline.after(now, policy.retry_in(not_after, now, retry_interval))
            swapping = job.importing and job.step == 3
            owed = job.step == 4
            current = register.gatherer.fingerprint(job.certificate)
            register.keep(
                entry,
                entry.state.but(
                    update_state="wait-for-retry",
                    reason=reason,
                    last_update_end_time=now,
                    next_update_time=retry.at,
                    held_until=None,
                    interval=retry.interval.total_seconds(),
                    step=3 if swapping else 4 if owed else 1,
                    pending_reload=owed or entry.state.pending_reload,
                    fingerprint=entry.state.fingerprint if swapping else current,
                ),
                sync=sync,
            )
            return retry.at

    def finished(self, job: Job, retry_interval: int) -> Renewed:
        """Schedule the entry of *job* by its new certificate, and return what is known of that.

        Nothing is known of it when the entry is gone.
        """
        register = self._register
        with register.lock:
            if register.gone(job):
                return Renewed()
            entry, now = register.entries[job.certificate], register.clock.now()
            given = register.gatherer.input(job.certificate, now)
            held = following = None
            if given.profile is not None and given.pair.not_after is not None:
                following = policy.due_at(given.pair, given.profile.schedule)
                pause = policy.hold_for(given.pair.not_after, now, retry_interval)
                if following < now + pause:
                    held = Deadline.after(now, pause)
            register.keep(
                entry,
                entry.state.but(
                    update_state="scheduled",
                    reason="",
                    last_update_end_time=now,
                    next_update_time=following if held is None else held.at,
                    step=0,
                    pending_reload=False,
                    fingerprint=given.pair.fingerprint,
                    held_until=None if held is None else held.at,
                    interval=0.0 if held is None else held.interval.total_seconds(),
                ),
                sync=False,  # after a power cut the same is computed anew from the certificate
            )
            dates = Renewed(given.pair.not_before, given.pair.not_after)
            return dates if held is None else dates._replace(due=following, held=held.at)

    def cancelled(self, job: Job) -> None:
        """Put the entry of *job*, which changed nothing, back where it can be scheduled."""
        register = self._register
        with register.lock:
            if register.gone(job):
                return
            entry, now = register.entries[job.certificate], register.clock.now()
            owed = entry.state.pending_reload
            register.keep(
                entry,
                entry.state.but(
                    update_state="wait-for-retry" if owed else "scheduled",
                    last_update_end_time=now,
                    next_update_time=now if owed else None,
                    step=4 if owed else 0,
                ),
            )
