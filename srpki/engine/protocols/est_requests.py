"""EST requests that an operator makes by hand: CA certificates, enrolment, renewal [RFC 7030].

They run in the caller's thread and write no file but the record of a request that the server has
put off: the caller stores what comes back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from srpki.core.entropy import Entropy
from srpki.core.errors import (
    PeerError,
    PendingError,
    ProtocolError,
    SrpkiError,
    StoppedError,
    StorageError,
    TransportError,
)
from srpki.core.events import FILE_WRITE_FAILED, EventBus
from srpki.core.timeline import Timeline
from srpki.engine import drive
from srpki.engine.peers import Peers
from srpki.engine.protocols import est as servers
from srpki.engine.protocols.est_record import Kind, PendingRequests, PutOff, name_of
from srpki.protocol.est import client as est
from srpki.protocol.est import messages
from srpki.protocol.est.application import Application
from srpki.protocol.est.attributes import NONE
from srpki.protocol.steps import Machine, Wait
from srpki.transport.base import ExchangeFactory
from srpki.x509 import certificates, csr, keys

if TYPE_CHECKING:
    from srpki.keystore.store import Keystore

MAX_WAIT: Final = 3600.0
"""Seconds that an operator waits for an EST server at most."""

Waiting = Callable[[Wait], None]
"""Is told of every wait before it begins."""

_OPERATIONS: Final = {"enroll": est.simple_enroll, "renew": est.simple_reenroll}
_PENDING: Final = "the EST server has not issued the certificate yet"
_CURE: Final = "the request is pending: the same command goes on with it"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    """One request by hand: what is asked of the server of *est_profile*, and for which key."""

    kind: Kind
    est_profile: str
    key_file: str
    application: Application = field(repr=False)

    @property
    def name(self) -> str:
        """The name under which it is remembered."""
        return name_of(self.kind, self.est_profile, self.key_file)

    def is_about(self, pending: PutOff) -> bool:
        """Whether *pending* asks for the same: the key may be another by now, or the subject."""
        said = csr.check(pending.request, own=True)
        return (
            said.spki == keys.spki(self.application.key)
            and said.subject == self.application.subject
        )


class EstRequests:
    """The EST requests by hand of one node."""

    def __init__(
        self,
        *,
        timeline: Timeline,
        entropy: Entropy,
        bus: EventBus,
        keystore: Keystore,
        exchanges: ExchangeFactory,
        peers: Callable[[], Peers],
        pending: PendingRequests,
    ) -> None:
        """Talk by *exchanges* to the servers that *peers* knows; *pending* is what they put off."""
        self._timeline = timeline
        self._clock = timeline.clock
        self._entropy = entropy
        self._bus = bus
        self._keystore = keystore
        self._exchanges = exchanges
        self._peers = peers
        self._pending = pending

    def ca_certificates(
        self, est_profile: str, cancel: threading.Event | None = None
    ) -> tuple[bytes, ...]:
        """Return the CA certificates (DER) of the server of *est_profile*."""
        peers = self._peers()
        machine = est.cacerts(servers.server(peers, est_profile), entropy=self._entropy)
        return self._converse(est_profile, machine, peers, cancel, None)

    def enroll(
        self,
        est_profile: str,
        *,
        key_file: str,
        subject_dn: str,
        domain_name: str = "",
        ip_address: str = "",
        hash_algorithm: str = "sha256",
        cancel: threading.Event | None = None,
        waiting: Waiting | None = None,
    ) -> tuple[bytes, ...]:
        """Return a first certificate (DER) for the imported key *key_file*, and what came along.

        A request that the server has put off, and that was not waited for, is gone on with.
        """
        application = Application(
            key=self._keystore.read_key(key_file),
            subject=certificates.parse_dn(subject_dn),
            san=certificates.san(domain_name, ip_address),
            hash_name=hash_algorithm,
        )
        task = _Task(
            kind="enroll", est_profile=est_profile, key_file=key_file, application=application
        )
        return self._ask(task, cancel, waiting)

    def renew(
        self,
        est_profile: str,
        *,
        certificate_file: str,
        key_file: str,
        hash_algorithm: str = "sha256",
        cancel: threading.Event | None = None,
        waiting: Waiting | None = None,
    ) -> tuple[bytes, ...]:
        """Return a certificate (DER) for *key_file* with the names of *certificate_file*.

        A request that was put off is gone on with, as by `enroll`.
        """
        old = self._keystore.read_certificate(certificate_file)
        application = Application(
            key=self._keystore.read_key(key_file),
            subject=certificates.parse(old).subject,
            san=certificates.san_of(old),
            hash_name=hash_algorithm,
            renewed=old,
        )
        task = _Task(
            kind="renew", est_profile=est_profile, key_file=key_file, application=application
        )
        return self._ask(task, cancel, waiting)

    def _ask(
        self, task: _Task, cancel: threading.Event | None, waiting: Waiting | None
    ) -> tuple[bytes, ...]:
        peers = self._peers()
        task.application.request(NONE)  # what cannot be asked does not trouble the server
        pending = self._pending.find(task.name)
        if pending is not None and not task.is_about(pending):
            pending = None

        def wait(step: Wait) -> None:
            if step.put_off:
                self._keep(task, step)
            if waiting is not None:
                waiting(step)

        machine = self._machine(task, pending, peers)
        try:
            found = self._converse(task.est_profile, machine, peers, cancel, wait)
        except SrpkiError as error:
            raise self._ended(task, error) from None
        self._forget(task)
        return found

    def _machine(
        self, task: _Task, pending: PutOff | None, peers: Peers
    ) -> Machine[tuple[bytes, ...]]:
        """Wait for what is left of the pause that the server wanted, then ask."""
        server, kept = servers.server(peers, task.est_profile), pending.request if pending else b""
        left = pending.remaining(self._clock.now()) if pending else 0.0
        if left:
            yield Wait(left, _PENDING, messages.encode_body(kept, wrapped=True))
        return (
            yield from _OPERATIONS[task.kind](
                server,
                task.application.request,
                entropy=self._entropy,
                clock=self._clock,
                max_wait=MAX_WAIT,
                kept=kept,
            )
        )

    def _converse(
        self,
        name: str,
        machine: Machine[tuple[bytes, ...]],
        peers: Peers,
        cancel: threading.Event | None,
        waiting: Waiting | None,
    ) -> tuple[bytes, ...]:
        tls, limits = servers.tls_client(peers, name), servers.limits(peers, name)
        exchange = self._exchanges(tls=tls, limits=limits)
        with closing(exchange), self._timeline.taking_part() as pause:
            stop = cancel or threading.Event()
            return drive.drive(machine, exchange, pause, stop, waiting)

    # --- what is remembered ----------------------------------------------------------------------

    def _keep(self, task: _Task, wait: Wait) -> None:
        request = messages.decode_body(wait.put_off)
        pending = PutOff(request=request, at=self._clock.now(), seconds=wait.seconds)
        try:
            self._pending.keep(task.name, pending)
        except StorageError as error:  # the certificate must not be lost for that
            self._tell(task, error)

    def _ended(self, task: _Task, error: SrpkiError) -> SrpkiError:
        """Forget the request when the server has ended it; return what is to be told of *error*."""
        if isinstance(error, PeerError) and not isinstance(error, ProtocolError):
            self._forget(task)
        elif self._pending.find(task.name):
            if isinstance(error, TransportError):
                return PendingError(error.sentence, hint=error.hint or _CURE)
            if isinstance(error, StoppedError):
                error.hint = error.hint or _CURE
        return error

    def _forget(self, task: _Task) -> None:
        try:
            self._pending.drop(task.name)
        except StorageError as error:
            self._tell(task, error)

    def _tell(self, task: _Task, error: StorageError) -> None:
        self._bus.publish(
            self._clock.now(),
            FILE_WRITE_FAILED,
            "Cert",
            file=task.key_file,
            reason=error.sentence,
        )
