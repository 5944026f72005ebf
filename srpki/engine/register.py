"""The register of ``certificate-auto-update`` entries: their states, and when each is due.

Every change of state happens here, under one lock, and is persisted before the lock is given back.
`EntryState` is what survives; the rest of an `Entry` is computed from configuration and files.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, Final

from srpki.core.clock import Clock, Deadline
from srpki.core.errors import BusyError, NotFoundError, RefusedError, StorageError
from srpki.core.events import FILE_READ_FAILED, FILE_WRITE_FAILED, EventBus, EventType, Field
from srpki.engine import policy, state
from srpki.engine.entries import Entry, Timetable
from srpki.engine.gather import Gatherer
from srpki.engine.jobs import Cause, Job
from srpki.engine.lanes import Lanes
from srpki.engine.policy import Busy, Input, Invalid
from srpki.engine.state import EntryState
from srpki.storage.records import Records

if TYPE_CHECKING:
    from srpki.config.views import PkiView

SUBJECT: Final = "Cert"
"""The subject column of the events about certificates [R-cmp]."""
DISK_PAUSE: Final = 3600
"""Seconds after which a file is read again that a failing disk did not give, without a profile."""


@dataclass(slots=True)
class Register:
    """All entries. *lock* guards them, and is never held while a peer is talked to.

    Whoever waits for something that is done under it waits at *changed*.
    """

    clock: Clock
    bus: EventBus
    records: Records
    gatherer: Gatherer
    lock: threading.RLock = field(default_factory=threading.RLock)
    changed: threading.Condition = field(init=False)
    entries: dict[str, Entry] = field(default_factory=dict)
    _timetable: Timetable = field(default_factory=Timetable)
    _numbers: Iterator[int] = field(default_factory=count)
    _saved: dict[str, EntryState] = field(default_factory=dict)
    _stale: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Let all wait at one lock."""
        self.changed = threading.Condition(self.lock)

    def load(self) -> None:
        """Read what earlier runs left; damaged records are reported and forgotten."""
        found, damaged = self.records.load()
        for name, record in found.items():
            try:
                self._saved[name] = state.from_json(record)
            except ValueError as error:
                damaged[name] = str(error)
        for file, reason in damaged.items():
            self._publish(
                FILE_READ_FAILED,
                file=file,
                reason=f"the update state is damaged ({reason}) and begins afresh",
            )
        for file, reason in self.records.unreadable.items():
            self._publish(
                FILE_READ_FAILED,
                file=file,
                reason=f"the update state cannot be read now ({reason}) and is left as it is",
            )

    # --- configuration and files -----------------------------------------------------------------

    def apply(self, view: PkiView) -> None:
        """Take over a new configuration: entries come, go, or are scheduled anew."""
        with self.lock:
            self.gatherer.view = view
            for name in set(self.entries) - set(view.auto_updates):
                self._delete(self.entries[name])
            for name in self._saved.keys() - set(view.auto_updates):
                self._forget(name)
            for name in view.auto_updates:
                settings, entry = self.gatherer.settings(name), self.entries.get(name)
                if entry is None or entry.settings != settings or entry.deleted:
                    self._configure(name, settings)
            self._saved.clear()
            self._stale.update(view.auto_updates)

    def _configure(self, name: str, settings: object) -> None:
        entry = self.entries.get(name)
        if entry is None:
            known = self._saved.get(name, EntryState())
            self.entries[name] = Entry(name, known, next(self._numbers), settings)
            return
        if entry.settings != settings or entry.deleted:
            entry.settings, entry.deleted, entry.anew = settings, False, True
            self._stop(entry, "the entry was changed")

    def _delete(self, entry: Entry) -> None:
        if entry.job is None:
            self._timetable.forget(entry)
            del self.entries[entry.name]
        else:
            entry.deleted = True
            self._stop(entry, "the entry was deleted")
        self._forget(entry.name)

    def _stop(self, entry: Entry, reason: str) -> None:
        """Stop the job of *entry*, if there is one; where it waits it hears of it at once."""
        if entry.job is not None:
            entry.job.stop(reason)
            if entry.job.cancel.is_set():
                self.lanes.hurry(entry.job)

    def file_changed(self, file: str) -> None:
        """Look again at the entries that use *file*: an operator has imported or removed it."""
        with self.lock:
            self.gatherer.forget(file)
            for entry in self.entries.values():
                if self.gatherer.uses(entry.name, file):
                    entry.anew = True
                    self._stale.add(entry.name)
                    self._stop(entry, f'"{file}" was replaced')

    # --- looking ---------------------------------------------------------------------------------

    def look(self) -> None:
        """Bring the state and the due instant of every entry that something happened to up to date.

        Reads and decrypts files the first time it sees them, so it is left to the last moment.
        """
        with self.lock:
            now = self.clock.now()
            due_again = self._timetable.come(now, self.entries.values())
            self._stale.update(entry.name for entry in due_again)
            stale, self._stale = self._stale, set()
            for entry in [self.entries[name] for name in stale if name in self.entries]:
                self._timetable.look_again(entry, None)
                if entry.job is None:
                    self._look_at(entry)
                    self._timetable.looked_at(entry)

    def _look_at(self, entry: Entry) -> None:
        if self.records.unread(entry.name) and not self._revived(entry):
            return
        given = self.gatherer.input(entry.name, self.clock.now())
        decision = policy.decide(given)
        if isinstance(decision, Invalid):
            self._invalidate(entry, decision, given)
            return
        entry.lane = self.gatherer.lane(entry.name)
        known = self._settled(self._believed(entry, given.now), given)
        fresh = entry.anew or known.fingerprint != given.pair.fingerprint
        entry.anew = False
        if known.update_state == "in-progress":  # left behind: nothing runs
            again = known.but(reason="the node was restarted", next_update_time=given.now)
            self._await(entry, again, "after a restart")
        elif known.update_state == "wait-for-retry" and not fresh:
            self._await(entry, known, "retry")
        elif known.pending_reload:
            again = known.but(next_update_time=given.now, step=4)
            self._await(entry, again.but(fingerprint=given.pair.fingerprint), "retry")
        else:
            self._schedule(entry, given, None if fresh else known)

    def _believed(self, entry: Entry, now: datetime) -> EntryState:
        """Return the state of *entry* with what it waits for as it holds *now*."""
        known, waits = entry.state, entry.state.waits
        if waits is None:
            return known
        if not known.interval:  # it was to be at once, or was written before intervals were
            _, profile = self.gatherer.settings(entry.name)
            assert profile is not None
            waits = Deadline(waits.at, timedelta(seconds=profile.retry_interval))
        at, interval = waits.seen(now).at, waits.interval.total_seconds()
        if known.update_state == "wait-for-retry":
            return known.but(next_update_time=at, interval=interval)
        return known.but(held_until=at, interval=interval)

    def _revived(self, entry: Entry) -> bool:
        """Read again what the disk did not give at the start; say whether it does now.

        What it says is not known before, a reload that is owed perhaps, so nothing begins meanwhile
        and nothing is written over it.
        """
        try:
            record = self.records.again(entry.name)
            if record is not None:
                entry.state = state.from_json(record)
        except ValueError:
            return True  # damaged: it begins afresh
        except StorageError as error:
            self._timetable.plan(entry, None)
            entry.state = EntryState(update_state="invalid", reason=error.sentence)
            self._look_later(entry)
            return False
        return True

    def _look_later(self, entry: Entry) -> None:
        """Look again, when a disk that fails may have recovered."""
        _, profile = self.gatherer.settings(entry.name)
        seconds = DISK_PAUSE if profile is None else profile.retry_interval
        pause = timedelta(seconds=seconds)
        self._timetable.look_again(entry, Deadline.after(self.clock.now(), pause))

    def _settled(self, known: EntryState, given: Input) -> EntryState:
        """Return *known* with a swap that was begun decided: the certificate on disk tells."""
        if known.update_state not in {"in-progress", "wait-for-retry"}:
            return known
        named, there = known.fingerprint, given.pair.fingerprint
        begun = known.update_state == "in-progress" and known.step in {1, 2}
        if named == there if known.step == 3 else begun and named not in {"", there}:
            return known.but(step=4, pending_reload=True, fingerprint=there)
        if known.step == 3 or known.update_state == "in-progress":
            step = 4 if known.step == 4 else 1
            return known.but(step=step, fingerprint=given.pair.fingerprint)
        return known

    def _await(self, entry: Entry, known: EntryState, cause: Cause) -> None:
        due = known.next_update_time or self.clock.now()
        self._timetable.plan(entry, due, cause, 4 if known.step == 4 else 1)
        self.keep(entry, known.but(update_state="wait-for-retry"))

    def _schedule(self, entry: Entry, given: Input, known: EntryState | None) -> None:
        """Schedule *entry* by its certificate, held as *known* says, if it is to count."""
        held_until = None if known is None else known.held_until
        self._timetable.plan(entry, policy.next_update(replace(given, held_until=held_until)))
        self.keep(
            entry,
            entry.state.but(
                update_state="scheduled",
                reason="",
                next_update_time=entry.due,
                step=0,
                fingerprint=given.pair.fingerprint,
                held_until=held_until,
                interval=0.0 if known is None or held_until is None else known.interval,
            ),
        )

    def _invalidate(self, entry: Entry, decision: Invalid, given: Input) -> None:
        """Mark *entry* invalid until configuration or files change.

        When it is the disk that fails, look again later, and leave an update that is not over as
        it is: what became of its step 3 is not known before the certificate can be read.
        """
        self._timetable.plan(entry, None)
        if given.pair.storage_failed:
            self._look_later(entry)
            if entry.state.update_state in {"in-progress", "wait-for-retry"}:
                return
        if entry.state.reason != decision.reason and decision.file:
            self._publish(FILE_READ_FAILED, file=decision.file, reason=decision.reason)
        self.keep(
            entry,
            entry.state.but(
                update_state="invalid", reason=decision.reason, next_update_time=None, step=0
            ),
        )

    # --- jobs ------------------------------------------------------------------------------------

    def by_hand(self, name: str) -> Job:
        """Return a new job for *name*, asked for by the operator, from step 1.

        Raises `NotFoundError`, `BusyError` while one is in progress, `RefusedError` when invalid.
        """
        with self.lock:
            self.look()
            entry = self.entries.get(name)
            if entry is None or entry.deleted:
                raise NotFoundError(f'"{name}" has no certificate-auto-update entry')
            if self.records.unread(name) and not self._revived(entry):
                raise RefusedError(f'"{name}" cannot be updated: {entry.state.reason}')
            now, running = self.clock.now(), entry.job is not None
            given = self.gatherer.input(name, now, manual=True, in_progress=running)
            match policy.decide(given):
                case Busy():
                    raise BusyError(
                        f'an update of "{name}" is in progress', hint="wait for its end"
                    )
                case Invalid(reason=reason):
                    raise RefusedError(f'"{name}" cannot be updated: {reason}')
            return self._open(entry, Job(name, "by hand", Deadline.of(now, now)))

    def take(self, entry: Entry) -> Job:
        """Return a new job for the due *entry*."""
        assert entry.due is not None
        resume = Deadline.of(entry.due, self.clock.now())
        job = Job(entry.name, entry.cause, resume, from_step=entry.from_step)
        return self._open(entry, job)

    def _open(self, entry: Entry, job: Job) -> Job:
        job.lane = entry.lane if job.from_step == 1 else None
        entry.job = job
        self._timetable.plan(entry, None)
        return job

    def assure(self, job: Job) -> None:
        """Let *job* survive a power cut from now on: somebody relies on it."""
        with self.lock:
            entry = self.entries.get(job.certificate)
            if entry is None or entry.job is not job:
                return
            job.assured = True
            if entry.state.update_state == "in-progress":
                self._save(entry, sync=True)

    def close(self, job: Job) -> None:
        """Take *job* off its entry, which is looked at again, or forgotten when it was deleted."""
        with self.lock:
            entry = self.entries[job.certificate]
            entry.job = None
            if entry.deleted:
                self._timetable.forget(entry)
                del self.entries[entry.name]
            else:
                self._stale.add(entry.name)

    def gone(self, job: Job) -> bool:
        """Say whether the entry of *job* was deleted while it ran."""
        return self.entries[job.certificate].deleted

    # --- reading ---------------------------------------------------------------------------------

    def states(self) -> Mapping[str, EntryState]:
        """Return the state of every configured entry."""
        with self.lock:
            self.look()
            return {entry.name: entry.state for entry in self._configured()}

    def next_change(self) -> datetime | None:
        """Return when `look` has something to do although nobody tells, if ever."""
        return self._timetable.next_look()

    @property
    def lanes(self) -> Lanes[Entry | Job]:
        """Where the entries wait that are due at an instant, beside the jobs of the scheduler."""
        return self._timetable.lanes

    def _forget(self, name: str) -> None:
        try:
            self.records.drop(name)
        except StorageError as error:
            self._publish(FILE_WRITE_FAILED, file=name, reason=error.sentence)

    def _publish(self, kind: EventType, **fields: Field) -> None:
        self.bus.publish(self.clock.now(), kind, SUBJECT, **fields)

    def _configured(self) -> Iterator[Entry]:
        return (entry for entry in self.entries.values() if not entry.deleted)

    def note(self, entry: Entry, known: EntryState) -> None:
        """Make *known* the state of *entry* until the next is kept; a restart knows nothing of it.

        The lock is held by the caller.
        """
        entry.state = known

    def keep(self, entry: Entry, known: EntryState, *, sync: bool = True) -> None:
        """Make *known* the state of *entry* and persist it; the lock is held by the caller.

        It need not be synced where both it and the state before are derivable: whichever is found
        after a power cut, or none, the same comes of it.
        """
        if known == entry.state:
            return
        sync = sync and not (known.derivable and entry.state.derivable)
        entry.state = known
        self._save(entry, sync=sync)

    def _save(self, entry: Entry, *, sync: bool) -> None:
        if entry.deleted:
            return
        try:
            self.records.save(entry.name, state.to_json(entry.state), sync=sync)
        except StorageError as error:
            self._publish(FILE_WRITE_FAILED, file=entry.name, reason=error.sentence)
