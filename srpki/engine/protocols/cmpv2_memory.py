"""What is remembered of the CMPv2 requests by hand: the last of each ca-profile, over restarts."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, Final

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, SrpkiError, StorageError
from srpki.core.events import CA_PROFILE_ACTION, FILE_READ_FAILED, FILE_WRITE_FAILED, EventBus
from srpki.engine.protocols.cmpv2_record import RequestRecord
from srpki.keystore.seal import Seal
from srpki.storage.records import Records

_SUBJECT: Final = "CA"


class RequestMemory:
    """The last request of each ca-profile; safe between threads."""

    def __init__(self, clock: Clock, bus: EventBus, seal: Seal, records: Records) -> None:
        """Read what earlier runs left in *records*, whose passwords *seal* has sealed."""
        self._clock = clock
        self._bus = bus
        self._seal = seal
        self._records = records
        self._lock = threading.Lock()
        self._last: dict[str, RequestRecord] = {}
        self._unopened: dict[str, Mapping[str, Any]] = {}
        self._load()

    def last(self, name: str) -> RequestRecord | None:
        """Return the last request of the ca-profile *name*, or None.

        Raises `StorageError` when the disk does not tell: one may be pending.
        """
        with self._lock:
            self._look_again(name)
            return self._last.get(name)

    def outstanding(self) -> tuple[str, ...]:
        """Return the ca-profiles whose last request waits for an answer."""
        with self._lock:
            return tuple(name for name, record in self._last.items() if record.pending is not None)

    def forget(self, name: str) -> None:
        """Forget the request of ca-profile *name*; raises `RefusedError` when there is none."""
        with self._lock:
            if not (name in self._last or name in self._unopened or self._records.unread(name)):
                raise RefusedError(f'ca-profile "{name}" has no request')
            self._last.pop(name, None)
            self._unopened.pop(name, None)
            self._records.drop(name)

    def keep(self, name: str, record: RequestRecord) -> None:
        """Take *record* for the last request of the ca-profile *name*, and tell of it."""
        with self._lock:
            self._last[name] = record
        self._bus.publish(
            self._clock.now(),
            CA_PROFILE_ACTION,
            _SUBJECT,
            action=record.request.kind,
            profile=name,
            status=record.status,
            code=record.code,
            text=record.text or None,
        )
        password = record.request.password
        try:
            sealed = self._seal.seal_text(password) if password and record.pending else ""
            self._records.save(name, record.to_json(sealed))
        except StorageError as error:  # the CA's answer must not be lost for that
            self._bus.publish(
                self._clock.now(), FILE_WRITE_FAILED, _SUBJECT, file=name, reason=error.sentence
            )

    def _load(self) -> None:
        found, damaged = self._records.load()
        for name, saved in found.items():
            try:
                self._last[name] = self._opened(saved)
            except SrpkiError as error:
                damaged[name] = error.sentence
                if isinstance(error, StorageError):  # the key is not there now, the record is
                    self._unopened[name] = saved
        for name, reason in (damaged | dict(self._records.unreadable)).items():
            self._bus.publish(
                self._clock.now(), FILE_READ_FAILED, _SUBJECT, file=name, reason=reason
            )

    def _opened(self, saved: Mapping[str, Any]) -> RequestRecord:
        sealed = str(saved.get("password", ""))
        return RequestRecord.from_json(saved, self._seal.open_text(sealed) if sealed else "")

    def _look_again(self, name: str) -> None:
        """Read what the disk did not give before; raises `StorageError` when it still does not."""
        saved = self._unopened.get(name)
        if saved is None and self._records.unread(name):
            saved = self._records.again(name)
        if saved is None:
            return
        try:
            self._last[name] = self._opened(saved)
        except StorageError:
            self._unopened[name] = saved
            raise
        except SrpkiError:
            pass  # damaged: there is nothing to go on with
        self._unopened.pop(name, None)
