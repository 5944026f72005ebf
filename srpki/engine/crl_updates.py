"""Downloads of CRLs: ``auto-crl-update`` and ``crl-update`` [facts: pki.md 12, 13].

The URLs of a profile are tried in order until one gives a CRL that qualifies: DER, signed by the
CA, valid now and newer than the one in use. It becomes the profile's crl-file as if imported, and
is taken into use at once. Nothing of the schedule survives a restart: the CRL in the keystore says
when the next one is due.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from srpki.core.clock import NEVER, SKEW, Clock
from srpki.core.errors import (
    BusyError,
    InvalidInputError,
    PeerRefusedError,
    RefusedError,
    SrpkiError,
    StoppedError,
    StorageError,
)
from srpki.core.events import (
    CRL_PRE_UPDATE_TOO_LONG,
    CRL_UPDATE_FAILED,
    CRL_UPDATE_STARTED,
    CRL_UPDATED,
    CRL_URL_FAILED,
    CRL_WITHOUT_NEXT_UPDATE,
    FILE_WRITE_FAILED,
    EventBus,
    EventType,
    Field,
)
from srpki.engine import drive
from srpki.engine.authorities import Authorities
from srpki.engine.crl_state import CrlUpdateState, FailedDownload
from srpki.engine.jobs import Plan
from srpki.protocol import crl as download
from srpki.transport.base import ExchangeFactory

if TYPE_CHECKING:
    from srpki.config.views import AutoCrlUpdate, CaProfile, CrlUrl, PkiView
    from srpki.engine.peers import Peers
    from srpki.keystore.store import Keystore
    from srpki.x509.crl import CrlFacts

DOWNLOADS: Final = 2
"""Downloads that run at the same time: slow servers must not hold up renewals."""
PAUSE: Final = timedelta(minutes=1)
"""The least time between two downloads of the same CRL that succeed: a CA cannot make us busy."""
_SUBJECT: Final = "CA"

Kind = Literal["auto", "manual"]


@dataclass(slots=True, eq=False)
class _Record:
    """One profile with its downloads; a change of its settings makes another record."""

    profile: CaProfile
    auto: AutoCrlUpdate
    state: CrlUpdateState
    undo: Callable[[], None] = lambda: None
    busy: bool = False

    @property
    def urls(self) -> tuple[CrlUrl, ...]:
        """The entries to try, in order."""
        return tuple(entry for entry in self.auto.crl_urls if entry.url)

    @property
    def complete(self) -> bool:
        """Whether there is something to download, and a place to put it."""
        return bool(self.profile.enabled and self.profile.crl_file and self.urls)


class CrlUpdates:
    """The downloads of all ca-profiles. *lock* guards them; it is not held during a download."""

    def __init__(
        self,
        *,
        clock: Clock,
        bus: EventBus,
        keystore: Keystore,
        authorities: Authorities,
        exchanges: ExchangeFactory,
        peers: Callable[[], Peers],
        plan: Plan,
        updated: Callable[[str], None],
        changed: threading.Condition,
    ) -> None:
        """Download at the instants for which *plan* is asked; tell *updated* the replaced file."""
        self._clock = clock
        self._bus = bus
        self._keystore = keystore
        self._authorities = authorities
        self._exchanges = exchanges
        self._peers = peers
        self._plan = plan
        self._updated = updated
        self._changed = changed
        self._records: dict[str, _Record] = {}
        self._profiles: Mapping[str, CaProfile] = {}
        self._queue: list[_Record] = []
        self._workers = 0
        self._installing = 0
        self._stopped = False
        self._cancel: threading.Event | None = None  # from the first download on

    # --- configuration ---------------------------------------------------------------------------

    def apply(self, view: PkiView) -> None:
        """Take over a new configuration: a profile that changed begins anew."""
        with self._changed:
            for name in self._records.keys() - view.ca_profiles.keys():
                self._records.pop(name).undo()
            known, self._profiles = self._profiles, view.ca_profiles
            for name, profile in view.ca_profiles.items():
                if name not in known or known[name] is not profile:
                    self._configure(name, profile)

    def _configure(self, name: str, profile: CaProfile) -> None:
        known = self._records.get(name)
        if known is not None and _settings(known.profile) == _settings(profile):
            return
        if known is not None:
            del self._records[name]
            known.undo()
        if profile.auto_crl_update is not None:
            state = CrlUpdateState()
            if known is not None:
                state = known.state.but(status="not-updating", next_update=None)
            record = _Record(profile, profile.auto_crl_update, state)
            self._records[name] = record
            self._begin(record)

    def file_changed(self, file: str) -> None:
        """Look anew at the profiles that use *file*, which an operator has replaced."""
        with self._changed:
            for record in self._records.values():
                used = file in (record.profile.crl_file, record.profile.cert_file)
                if used and not record.busy:
                    self._begin(record)

    def stop(self) -> None:
        """Stop: a CRL that is being put in place is, one that is on its way is forgotten."""
        with self._changed:
            self._stopped = True
            if self._cancel is not None:
                self._cancel.set()
            self._changed.wait_for(lambda: not self._installing)

    def state(self, name: str) -> CrlUpdateState | None:
        """Return the state of the downloads of *name*, None when they are not configured."""
        with self._changed:
            record = self._records.get(name)
            return record.state if record is not None else None

    # --- the schedule (the lock is held) ---------------------------------------------------------

    def _begin(self, record: _Record) -> None:
        """Download at once when the CRL is missing, expired or invalid, else in its time."""
        record.undo()
        if not (record.auto.enabled and record.complete):
            record.state = record.state.but(status="not-updating", next_update=None)
        elif not self._authorities.crl(record.profile.name):
            self._schedule(record, self._clock.now())
        else:
            self._schedule_next(record)

    def _schedule_next(self, record: _Record) -> None:
        """Plan the download after the present CRL, which was just downloaded or found good."""
        now, auto = self._clock.now(), record.auto
        if auto.schedule_type == "periodic":
            self._schedule(record, now + timedelta(seconds=auto.periodic_update_interval))
            return
        present = self._present(record)
        if present is None or present.next_update is None:
            self._publish(CRL_WITHOUT_NEXT_UPDATE, record)
            self._schedule(record, None)
            return
        due = present.next_update - timedelta(seconds=auto.pre_update_time)
        if due < now:
            self._publish(CRL_PRE_UPDATE_TOO_LONG, record)
            self._schedule_retry(record)
        else:
            self._schedule(record, max(due, now + PAUSE))

    def _schedule_retry(self, record: _Record) -> None:
        auto = record.auto
        periodic = auto.schedule_type == "periodic"
        seconds = auto.periodic_update_interval if periodic else auto.retry_interval
        now = self._clock.now()
        self._schedule(record, now + timedelta(seconds=seconds) if seconds else None)

    def _schedule(self, record: _Record, at: datetime | None) -> None:
        """Plan a download at the instant *at*; None stops until something changes, as the clock."""
        status = "stopped" if at is None else "auto-scheduled"
        record.state = record.state.but(status=status, next_update=at)
        record.undo = self._plan(
            NEVER if at is None else at, lambda: self._due(record), lambda: self._begin_anew(record)
        )

    def _begin_anew(self, record: _Record) -> None:
        """Look at the CRL in use again: the clock was set back, and may have made it invalid."""
        with self._changed:
            if self._is_current(record) and not record.busy:
                self._begin(record)

    # --- downloading -----------------------------------------------------------------------------

    def _due(self, record: _Record) -> None:
        """Download for *record*, and for what else comes due meanwhile, a few at a time."""
        with self._changed:
            self._queue.append(record)
            if self._workers >= DOWNLOADS:
                return
            self._workers += 1
            cancel = self._cancel = self._cancel or threading.Event()
        while True:
            with self._changed:
                if not self._queue or self._stopped:
                    self._workers -= 1
                    return
                record = self._queue.pop(0)
                if not self._is_current(record) or record.busy:
                    continue
                record.busy = True
            self._update(record, cancel)

    def _update(self, record: _Record, cancel: threading.Event) -> None:
        started = self._clock.now()
        try:
            entry = self._try_urls(record, "auto", cancel)
        except SrpkiError:
            entry = None
        with self._changed:
            record.busy = False
            if not self._is_current(record):
                return
            if entry is None:
                self._schedule_retry(record)
                return
            record.state = record.state.but(
                success_entry_id=entry.entry_id,
                success_started=started,
                success_ended=self._clock.now(),
            )
            self._schedule_next(record)

    def update_now(self, name: str, cancel: threading.Event | None = None) -> str:
        """Download the CRL of *name* by hand; return the URL that it came from.

        Raises `RefusedError` unless auto-crl-update is configured and disabled, `BusyError` while
        a download runs, `PeerRefusedError` when no URL gives a CRL that qualifies, `StorageError`
        when it cannot be kept, `StoppedError` when *cancel* was set.
        """
        with self._changed:
            record = self._records.get(name)
            _check_by_hand(name, record)
            assert record is not None
            record.busy = True
        status = "stopped"
        try:
            entry = self._try_urls(record, "manual", cancel or threading.Event())
            status = "not-updating"
        finally:
            with self._changed:
                record.busy = False
                record.state = record.state.but(status=status)
        return entry.url

    def _try_urls(self, record: _Record, kind: Kind, cancel: threading.Event) -> CrlUrl:
        """Return the entry that gave a CRL that is now in use; raise what the last one failed of.

        Raises `StorageError`, `StoppedError`, and `PeerRefusedError` for all else.
        """
        self._publish(CRL_UPDATE_STARTED, record)
        reason, url = "", ""
        for entry in record.urls:
            began, url = self._clock.now(), entry.url
            try:
                self._try(record, entry, kind, cancel)
            except StoppedError:
                raise
            except SrpkiError as error:
                invalid = isinstance(error, InvalidInputError)
                cause = "invalid-crl" if invalid else "download-failed"
                failed = FailedDownload(entry.entry_id, began, self._clock.now(), cause)
                self._note(record, failed=failed)
                reason = error.sentence
                self._publish(CRL_URL_FAILED, record, url=url, reason=reason)
                if isinstance(error, StorageError):
                    file = record.profile.crl_file
                    self._bus.publish(
                        self._clock.now(), FILE_WRITE_FAILED, _SUBJECT, file=file, reason=reason
                    )
                    raise
                continue
            self._publish(CRL_UPDATED, record, url=url)
            return entry
        self._publish(CRL_UPDATE_FAILED, record, url=url, reason=reason)
        raise PeerRefusedError(f"no URL gave a newer CRL; {url}: {reason}", hint="see log 99")

    def _try(self, record: _Record, entry: CrlUrl, kind: Kind, cancel: threading.Event) -> None:
        started = self._clock.now()
        self._note(record, status=f"{kind}-downloading", entry_id=entry.entry_id, started=started)
        limits = self._peers().crl_limits(entry)
        with closing(self._exchanges(tls=None, limits=limits)) as exchange:
            machine = download.fetch(entry.url)
            der = drive.drive(machine, exchange, self._clock, cancel)
        self._note(record, status=f"{kind}-verifying")
        self._check(record, der)
        self._install(record, der)

    def _check(self, record: _Record, der: bytes) -> None:
        """Raise `InvalidInputError` unless the CRL in *der* qualifies [pki.md 13]."""
        from srpki.x509 import crl  # noqa: PLC0415 - start-up time

        facts = crl.check(der, self._authorities.issuer(record.profile.name))
        now = self._clock.now()
        if facts.this_update > now + SKEW:
            raise InvalidInputError("the CRL is not yet valid")
        if facts.next_update is not None and facts.next_update < now:
            raise InvalidInputError("the CRL has expired")
        present = self._present(record)
        if present is not None and present.this_update <= now and not facts.newer_than(present):
            raise InvalidInputError("the CRL is not newer than the present one")

    def _present(self, record: _Record) -> CrlFacts | None:
        """Return what the CRL in use says, though it may have expired."""
        from srpki.x509 import crl  # noqa: PLC0415 - start-up time

        name = record.profile.name
        held = self._authorities.crl(name, valid=False)
        return crl.check(held, self._authorities.issuer(name)) if held else None

    def _install(self, record: _Record, der: bytes) -> None:
        """Put the CRL in place, unless it is not wanted any more: then `StoppedError`."""
        file = record.profile.crl_file
        with self._changed:
            if self._stopped or not self._is_current(record):
                raise StoppedError("the CRL is not wanted any more")
            self._installing += 1
        try:
            self._keystore.put("crl", file, der)
            self._updated(file)
        finally:
            with self._changed:
                self._installing -= 1
                self._changed.notify_all()

    # --- small things ----------------------------------------------------------------------------

    def _is_current(self, record: _Record) -> bool:
        return self._records.get(record.profile.name) is record

    def _note(self, record: _Record, **changes: Any) -> None:
        with self._changed:
            record.state = record.state.but(**changes)

    def _publish(self, kind: EventType, record: _Record, **fields: Field) -> None:
        name = record.profile.name
        self._bus.publish(self._clock.now(), kind, _SUBJECT, profile=name, **fields)


def _settings(profile: CaProfile) -> tuple[object, ...]:
    """Return the settings whose change begins the downloads anew."""
    return profile.enabled, profile.cert_file, profile.crl_file, profile.auto_crl_update


def _check_by_hand(name: str, record: _Record | None) -> None:
    """Raise unless a download by hand may start [pki.md 13]."""
    if record is None:
        raise RefusedError(f'ca-profile "{name}" has no auto-crl-update', hint="configure it")
    if record.auto.enabled:
        raise RefusedError(
            f'auto-crl-update of ca-profile "{name}" is enabled', hint="disable it first"
        )
    if not record.profile.enabled:
        raise RefusedError(f'ca-profile "{name}" is shut down', hint="enable it")
    if not record.complete:
        raise RefusedError(
            f'ca-profile "{name}" has no crl-file or no url-entry', hint="configure both"
        )
    if record.busy:
        raise BusyError(f'the CRL of ca-profile "{name}" is being downloaded')
