"""The use case: one certificate is renewed, in the four steps of ``auto-update.md`` section 3.

A generator that yields once when it has begun, then its waits, and never raises: however an update
ends, the entry's state, the events and the `Outcome` say so, and before step 3 nothing on disk has
changed.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, SrpkiError, StoppedError, StorageError
from srpki.core.events import (
    FILE_WRITE_FAILED,
    UPDATE_FAILED,
    UPDATE_FINISHED,
    UPDATE_STARTED,
    EventBus,
    EventType,
    Field,
)
from srpki.engine import drive
from srpki.engine.applications import Applications
from srpki.engine.jobs import Job, Outcome
from srpki.engine.peers import Peers
from srpki.engine.policy import Hopeless, Start
from srpki.engine.progress import Progress
from srpki.engine.protocols.base import EnrolmentProtocol, Renewal, Services
from srpki.engine.register import SUBJECT
from srpki.protocol.steps import Wait
from srpki.x509 import certificates, keys
from srpki.x509.keys import KeySpec, PrivateKey

if TYPE_CHECKING:
    from srpki.config.views import AutoUpdate, UpdateProfile
    from srpki.keystore.store import Keystore


BEGUN: Final = Wait(0.0, "the update has begun")
"""What `Updater.run` yields first; what it yields later are waits for the peer."""


class _HopelessError(RefusedError):
    """No retry helps before the operator does something; nothing was sent."""


class _NothingToDoError(Exception):
    """Looking again found that there is nothing to update now."""


@dataclass(slots=True)
class _Run:
    """What one run works on: the configuration as it was when the run began.

    *old* and *new* are the certificates (DER), once the one has been replaced by the other.
    """

    job: Job
    entry: AutoUpdate
    profile: UpdateProfile
    started: datetime
    old: bytes = b""
    new: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Updater:
    """Runs updates with what it is given; holds no state of its own.

    New keys are made by *generate*, where it is given.
    """

    clock: Clock
    bus: EventBus
    keystore: Keystore
    progress: Progress
    applications: Applications
    services: Services
    protocols: Mapping[str, EnrolmentProtocol]
    peers: Callable[[], Peers]
    generate: Callable[[KeySpec], PrivateKey] | None = None

    def run(self, job: Job) -> Generator[Wait, None, Outcome | None]:
        """Run *job*; return how it ended, or None when there was nothing to do."""
        settings = self.progress.settings(job)
        if settings is None:
            return None
        run = _Run(job, *settings, self.clock.now())
        try:
            yield from self._steps(run)
        except _NothingToDoError:
            return None
        except Exception as error:  # noqa: BLE001 - a bug must not stop every other renewal
            return self._ended(run, error)
        return self._finished(run)

    def _steps(self, run: _Run) -> Generator[Wait, None, None]:
        job = run.job
        pair = self._begin(run)
        yield BEGUN
        if pair is not None:
            old, key = pair
            job.step = 1
            new_key = (self.generate or keys.generate)(_key_spec(run.profile, key))
            job.step = 2
            new = yield from self._enrol(run, old, key, new_key)
            job.step = 3
            self._import(run, old, new, new_key)
        job.step = 4
        self.applications.reload(job.certificate)

    def _begin(self, run: _Run) -> tuple[bytes, PrivateKey] | None:
        """Look again, now that the certificate is locked, and say that the update has started.

        Returns the pair to be renewed, None when only step 4 is left.
        """
        job = run.job
        decision, pair = self.progress.decide(job)
        if not isinstance(decision, Start | Hopeless):
            raise _NothingToDoError
        if job.from_step == 4:
            self.progress.started(job)
            return None
        unwritable = None if isinstance(decision, Hopeless) else self._unwritable(run)
        self.progress.started(job)
        self._publish(UPDATE_STARTED, run, cause=job.cause)
        if isinstance(decision, Hopeless):
            job.step = 2
            raise _HopelessError(decision.reason, hint="import a new pair")
        if unwritable is not None:
            job.step = 3
            raise unwritable
        return pair

    def _unwritable(self, run: _Run) -> StorageError | None:
        """Probe the keystore: a certificate that cannot be stored must not be asked for."""
        try:
            self.keystore.writable(run.job.certificate, run.entry.key_file_name)
        except StorageError as error:
            return error
        return None

    def _enrol(
        self, run: _Run, old: bytes, key: PrivateKey, new_key: PrivateKey
    ) -> Generator[Wait, None, bytes]:
        renewal = Renewal(
            profile=run.profile,
            peers=self.peers(),
            certificate=old,
            key=key,
            new_key=new_key,
            cancelled=run.job.cancel.is_set,
        )
        enrolment = self.protocols[run.profile.protocol].enrolment(renewal, self.services)
        with enrolment.exchange as exchange:
            return (yield from drive.converse(enrolment.machine, exchange, run.job.cancel))

    def _import(self, run: _Run, old: bytes, new: bytes, new_key: PrivateKey) -> None:
        """Replace the pair; from here on the job is not cancelled any more."""
        job, key_file = run.job, run.entry.key_file_name
        if self.keystore.read_certificate(job.certificate) != old:
            job.stop(f'"{job.certificate}" was replaced')
        fingerprint = certificates.facts(new).fingerprint
        if not self.progress.importing(job, fingerprint):
            raise StoppedError("cancelled")
        self.keystore.swap(job.certificate, new, key_file, new_key)
        run.old, run.new = old, new
        self.progress.imported(job, key_file, new, new_key)

    # --- ends ------------------------------------------------------------------------------------

    def _finished(self, run: _Run) -> Outcome:
        new = self.progress.finished(run.job, run.profile.retry_interval)
        self._publish(
            UPDATE_FINISHED,
            run,
            not_before=new.not_before,
            not_after=new.not_after,
            due=new.due,
            next_update=new.held,
        )
        return self._outcome(run)

    def _ended(self, run: _Run, error: Exception) -> Outcome | None:
        """Say what became of an update that *error* ended."""
        job = run.job
        if job.cancel.is_set() and not job.importing:
            return None if job.leave else self._cancelled(run)
        if isinstance(error, SrpkiError):
            return self._failed(run, error, str(error))
        return self._failed(run, error, f"internal error ({type(error).__name__})")

    def _cancelled(self, run: _Run) -> Outcome:
        self.progress.cancelled(run.job)
        reason = f"cancelled: {run.job.cancel_reason}"
        self._publish(UPDATE_FAILED, run, step=run.job.step or 1, reason=reason)
        return self._outcome(run, reason)

    def _failed(self, run: _Run, error: Exception, reason: str) -> Outcome:
        step = run.job.step = run.job.step or 1
        if step == 3 and isinstance(error, StorageError):
            file = run.job.certificate
            self.bus.publish(
                self.clock.now(), FILE_WRITE_FAILED, SUBJECT, file=file, reason=error.sentence
            )
        # What nothing but the operator can cure is found again after a power cut: not synced.
        sync = not isinstance(error, _HopelessError)
        retry = self.progress.failed(run.job, reason, run.profile.retry_interval, sync=sync)
        self._publish(UPDATE_FAILED, run, step=step, reason=reason)
        return self._outcome(run, reason, retry)

    def _outcome(self, run: _Run, reason: str = "", retry: datetime | None = None) -> Outcome:
        return Outcome(
            certificate=run.job.certificate,
            ok=not reason,
            started=run.started,
            ended=self.clock.now(),
            step=run.job.step if reason else 0,
            reason=reason,
            retry=retry,
            old=run.old,
            new=run.new,
        )

    def _publish(self, kind: EventType, run: _Run, **fields: Field) -> None:
        self.bus.publish(
            self.clock.now(),
            kind,
            SUBJECT,
            certificate=run.job.certificate,
            profile=run.profile.name,
            **fields,
        )


def _key_spec(profile: UpdateProfile, key: PrivateKey) -> KeySpec:
    """Return the type and size of the new key [auto-update.md, section 3, step 1]."""
    if profile.key_generation == "same-as-existing-key":
        return keys.spec_of(key)
    return KeySpec(profile.key_generation, size=profile.key_size, curve=profile.curve)
