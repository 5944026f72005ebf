"""Requests that an operator makes by hand: CMPv2 initial registration and poll, EST.

They run in the caller's thread, write no file (the caller stores what comes back) and share each
CMPv2 server with the automatic updates: one outstanding request at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from srpki.config.tree import EMPTY, Branch
from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import (
    BusyError,
    InvalidInputError,
    PeerError,
    PeerRefusedError,
    ProtocolError,
    RefusedError,
    SrpkiError,
    StorageError,
)
from srpki.core.events import CA_PROFILE_ACTION, FILE_READ_FAILED, FILE_WRITE_FAILED, EventBus
from srpki.engine import drive
from srpki.engine.connections import Connections
from srpki.engine.gather import cmp_lane, cmp_url
from srpki.engine.jobs import Lane
from srpki.engine.peers import Peers
from srpki.engine.request_record import Registration, RequestRecord
from srpki.engine.state import Records
from srpki.protocol.cmp import client as cmp
from srpki.protocol.est import client as est
from srpki.protocol.steps import Machine, R
from srpki.transport.base import ExchangeFactory
from srpki.x509 import certificates, chain, csr
from srpki.x509.chain import RefusedChainError

if TYPE_CHECKING:
    from srpki.keystore.seal import Seal
    from srpki.keystore.store import Keystore

MAX_WAIT: Final = 3600.0
"""Seconds that an operator waits for an EST server at most."""
_SUBJECT: Final = "CA"


@dataclass(frozen=True, slots=True)
class CmpOutcome:
    """What a CMPv2 request by hand came to; *certificate* (DER) is None while the CA waits."""

    ca_profile: str
    status: str
    code: str
    text: str
    certificate: bytes | None = field(repr=False)
    save_as: str
    response_time: datetime | None


class Requests:
    """The requests by hand of one node."""

    def __init__(
        self,
        *,
        clock: Clock,
        entropy: Entropy,
        bus: EventBus,
        keystore: Keystore,
        seal: Seal,
        records: Records,
        exchanges: ExchangeFactory,
        connections: Connections,
        peers: Callable[[], Peers],
        reserved: Callable[[Lane, str], AbstractContextManager[None]],
    ) -> None:
        """Read what earlier runs left in *records*; *reserved* holds a server for one request."""
        self._clock = clock
        self._entropy = entropy
        self._bus = bus
        self._keystore = keystore
        self._seal = seal
        self._records = records
        self._exchanges = exchanges
        self._connections = connections
        self._peers = peers
        self._reserved = reserved
        self._lock = threading.Lock()
        self._last: dict[str, RequestRecord] = {}
        self._load()

    # --- CMPv2 -----------------------------------------------------------------------------------

    def initial_registration(
        self, inputs: Mapping[str, Any], cancel: threading.Event | None = None
    ) -> CmpOutcome:
        """Ask for a first certificate; *inputs* are those of the action, by their YANG names.

        Does not wait for a CA that answers ``waiting``: `poll` asks again. Raises `BusyError` while
        the server has an outstanding request, and whatever stands in the way or is answered.
        """
        registration = Registration.of(inputs)
        name = registration.text("ca-profile")
        peers = self._peers()
        lane = cmp_lane(peers.ca_profile(name))
        with self._reserved(lane, f'ca-profile "{name}"'):
            self.check_none_outstanding(name)
            peer = peers.cmp_peer(name)
            machine = cmp.initial_registration(
                peer,
                self._credentials(registration, peers),
                self._keystore.read_key(registration.text("key-to-certify")),
                certificates.parse_dn(registration.text("subject-dn")),
                certificates.san(registration.text("domain-name"), registration.text("ip-address")),
                clock=self._clock,
                entropy=self._entropy,
                accept=self._accept(peers, peer.ca_certificates),
                poll=False,
            )
            record = RequestRecord(registration=registration, start_time=self._clock.now())
            return self._converse(name, record, machine, peers, cancel)

    def poll(self, name: str, cancel: threading.Event | None = None) -> CmpOutcome:
        """Ask the CMPv2 server of ca-profile *name* for the certificate that it still owes.

        Raises `RefusedError` when no request is pending; else as `initial_registration`.
        """
        peers = self._peers()
        lane = cmp_lane(peers.ca_profile(name))
        with self._reserved(lane, f'ca-profile "{name}"'):
            record = self._record(name)
            if record is None or record.pending is None:
                raise RefusedError(f'ca-profile "{name}" has no pending request')
            peer = peers.cmp_peer(name)
            machine = cmp.poll(
                peer,
                self._credentials(record.registration, peers),
                cmp.Pending.from_json(record.pending),
                self._keystore.read_key(record.registration.text("key-to-certify")),
                clock=self._clock,
                entropy=self._entropy,
                accept=self._accept(peers, peer.ca_certificates),
            )
            return self._converse(name, record, machine, peers, cancel)

    def clear(self, name: str) -> None:
        """Forget the pending request of ca-profile *name*, or what is left of the last one.

        Raises `RefusedError` when there is neither.
        """
        with self._lock:
            if name not in self._last:
                raise RefusedError(f'ca-profile "{name}" has no request')
            del self._last[name]
            self._records.drop(name)

    def state(self, name: str) -> Branch:
        """Return ``cmpv2 request`` of the ca-profile *name* for the state tree, perhaps empty."""
        record = self._record(name)
        return EMPTY if record is None else record.branch()

    def check_none_outstanding(self, name: str) -> None:
        """Raise `BusyError` when the CMPv2 server of ca-profile *name* still owes an answer."""
        profiles = self._peers().view.ca_profiles
        with self._lock:
            pending = [other for other, record in self._last.items() if record.pending is not None]
        for other in pending:
            if other in profiles and cmp_url(profiles[other]) == cmp_url(profiles[name]):
                raise BusyError(
                    f'the request of ca-profile "{other}" is pending', hint="poll or clear it"
                )

    def _credentials(
        self, registration: Registration, peers: Peers
    ) -> cmp.MacCredentials | cmp.SignatureCredentials:
        reference = registration.text("reference")
        if reference:
            return cmp.MacCredentials(reference, registration.password, registration.hash_algorithm)
        file, key_file = registration.text("certificate"), registration.text("protection-key")
        if not key_file:
            raise RefusedError(
                "nothing protects the request", hint="give reference and password, or a key"
            )
        certificate = self._keystore.read_certificate(file) if file else None
        return cmp.SignatureCredentials(
            self._keystore.read_key(key_file),
            certificate,
            self._chain(registration, certificate, peers),
            registration.hash_algorithm,
        )

    def _chain(
        self, registration: Registration, certificate: bytes | None, peers: Peers
    ) -> tuple[bytes, ...]:
        """Return the CA certificates that go along with the signer's, by ``send-chain``."""
        if certificate is None or not registration.inputs.get("send-chain"):
            return ()
        known, with_ca = peers.authorities.certificates(), registration.text("with-ca")
        anchors = (peers.authorities.certificate(with_ca),) if with_ca else known
        return chain.check_chain(certificate, known, anchors, self._clock.now())[1:]

    def _accept(self, peers: Peers, anchors: Sequence[bytes]) -> cmp.Accept:
        def accept(certificate: bytes, others: Sequence[bytes]) -> str | None:
            known = (*peers.authorities.issuers_of(certificate), *others)
            depth = peers.view.maximum_cert_chain_depth
            try:
                chain.check_chain(certificate, known, anchors, self._clock.now(), depth=depth)
            except (RefusedChainError, InvalidInputError) as error:
                return error.sentence
            return None

        return accept

    def _converse(
        self,
        name: str,
        record: RequestRecord,
        machine: Machine[cmp.CmpResult],
        peers: Peers,
        cancel: threading.Event | None,
    ) -> CmpOutcome:
        url, limits = cmp_url(peers.ca_profile(name)), peers.cmp_limits(name)
        try:
            with self._connections.borrowed(url, limits) as exchange:
                result = drive.drive(machine, exchange, self._clock, cancel or threading.Event())
        except SrpkiError as error:
            self._remember(name, self._failed(record, error))
            raise
        record = record.but(
            status="processed" if result.pending is None else "in-progress",
            code=result.status,
            text=result.status_text,
            response_time=result.response_time,
            pending=None if result.pending is None else result.pending.to_json(),
        )
        self._remember(name, record)
        return CmpOutcome(
            ca_profile=name,
            status=record.status,
            code=record.code,
            text=record.text,
            certificate=result.certificate,
            save_as=record.registration.text("save-as"),
            response_time=record.response_time,
        )

    def _failed(self, record: RequestRecord, error: SrpkiError) -> RequestRecord:
        """Return *record* after *error*; the request stays pending unless the CA has ended it.

        It has when it refuses, or when its certificate was rejected: not when there is no answer
        to a poll, or one that could come from anybody.
        """
        ended = isinstance(error, PeerError) and not isinstance(error, ProtocolError)
        if record.pending is not None and not ended:
            return record.but(text=error.sentence)
        refused = isinstance(error, PeerRefusedError)
        return record.but(
            status="failed",
            code="rejection" if refused else "none",
            text=error.sentence,
            response_time=self._clock.now() if refused else record.response_time,
            pending=None,
        )

    # --- what is remembered ----------------------------------------------------------------------

    def _record(self, name: str) -> RequestRecord | None:
        with self._lock:
            return self._last.get(name)

    def _remember(self, name: str, record: RequestRecord) -> None:
        with self._lock:
            self._last[name] = record
        self._bus.publish(
            self._clock.now(),
            CA_PROFILE_ACTION,
            _SUBJECT,
            action="initial registration",
            profile=name,
            status=record.status,
            detail=record.text or record.code,
        )
        password = record.registration.password
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
                sealed = str(saved.get("password", ""))
                password = self._seal.open_text(sealed) if sealed else ""
                self._last[name] = RequestRecord.from_json(saved, password)
            except SrpkiError as error:
                damaged[name] = error.sentence
        for name, reason in damaged.items():
            self._bus.publish(
                self._clock.now(), FILE_READ_FAILED, _SUBJECT, file=name, reason=reason
            )

    # --- EST -------------------------------------------------------------------------------------

    def ca_certificates(
        self, est_profile: str, cancel: threading.Event | None = None
    ) -> tuple[bytes, ...]:
        """Return the CA certificates (DER) of the server of *est_profile*."""
        peers = self._peers()
        machine = est.cacerts(peers.est_server(est_profile), entropy=self._entropy)
        return self._converse_est(est_profile, machine, peers, cancel)

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
    ) -> tuple[bytes, ...]:
        """Return a first certificate (DER) for the imported key *key_file*, and what came along."""
        peers = self._peers()
        request = csr.build(
            self._keystore.read_key(key_file),
            certificates.parse_dn(subject_dn),
            certificates.san(domain_name, ip_address),
            hash_algorithm,
        )
        machine = est.simple_enroll(
            peers.est_server(est_profile),
            request,
            entropy=self._entropy,
            clock=self._clock,
            max_wait=MAX_WAIT,
        )
        return self._converse_est(est_profile, machine, peers, cancel)

    def renew(
        self,
        est_profile: str,
        *,
        certificate_file: str,
        key_file: str,
        hash_algorithm: str = "sha256",
        cancel: threading.Event | None = None,
    ) -> tuple[bytes, ...]:
        """Return a certificate (DER) for *key_file* with the names of *certificate_file*."""
        peers = self._peers()
        old = self._keystore.read_certificate(certificate_file)
        request = csr.build(
            self._keystore.read_key(key_file),
            certificates.parse(old).subject,
            certificates.san_of(old),
            hash_algorithm,
        )
        machine = est.simple_reenroll(
            peers.est_server(est_profile),
            request,
            entropy=self._entropy,
            clock=self._clock,
            max_wait=MAX_WAIT,
        )
        return self._converse_est(est_profile, machine, peers, cancel)

    def _converse_est(
        self, name: str, machine: Machine[R], peers: Peers, cancel: threading.Event | None
    ) -> R:
        exchange = self._exchanges(tls=peers.tls_client(name), limits=peers.est_limits(name))
        with closing(exchange):
            return drive.drive(machine, exchange, self._clock, cancel or threading.Event())
