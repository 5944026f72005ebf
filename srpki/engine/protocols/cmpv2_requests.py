"""CMPv2 requests that an operator makes by hand: ir, cr, kur, and polling for what is owed.

They run in the caller's thread, write no file (the caller stores what comes back) and share each
CMPv2 server with the automatic updates: one outstanding request at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from cryptography import x509

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
from srpki.core.events import EventBus
from srpki.core.timeline import Pause, Timeline
from srpki.engine import chains, drive
from srpki.engine.connections import Connections
from srpki.engine.jobs import Lane
from srpki.engine.peers import Peers
from srpki.engine.protocols import cmpv2
from srpki.engine.protocols.cmpv2_memory import RequestMemory
from srpki.engine.protocols.cmpv2_record import Request, RequestRecord, RequestType
from srpki.protocol.cmp import client as cmp
from srpki.protocol.steps import Machine
from srpki.storage.records import Records
from srpki.x509 import certificates, chain
from srpki.x509.chain import RefusedChainError
from srpki.x509.keys import PrivateKey, same_public_key

if TYPE_CHECKING:
    from srpki.keystore.seal import Seal
    from srpki.keystore.store import Keystore


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


class _Common(TypedDict):
    """What every machine takes."""

    clock: Clock
    entropy: Entropy
    accept: cmp.Accept
    poll: bool


def _names(
    request: Request, present: bytes | None = None
) -> tuple[x509.Name, x509.SubjectAlternativeName | None]:
    """Return subject and alternative names to ask for; those of *present* where none are given."""
    subject_dn = request.text("subject-dn")
    san = certificates.san(request.text("domain-name"), request.text("ip-address"))
    if subject_dn or present is None:
        return certificates.parse_dn(subject_dn), san
    return certificates.parse(present).subject, san or certificates.san_of(present)


class Requests:
    """The CMPv2 requests by hand of one node."""

    def __init__(
        self,
        *,
        timeline: Timeline,
        entropy: Entropy,
        bus: EventBus,
        keystore: Keystore,
        seal: Seal,
        records: Records,
        connections: Connections,
        peers: Callable[[], Peers],
        reserved: Callable[[Lane, str], AbstractContextManager[None]],
    ) -> None:
        """Read what earlier runs left in *records*; *reserved* holds a server for one request."""
        self._timeline = timeline
        self._clock = timeline.clock
        self._entropy = entropy
        self._keystore = keystore
        self._memory = RequestMemory(self._clock, bus, seal, records)
        self._connections = connections
        self._peers = peers
        self._reserved = reserved

    # --- CMPv2 -----------------------------------------------------------------------------------

    def ask(
        self,
        kind: RequestType,
        inputs: Mapping[str, Any],
        cancel: threading.Event | None = None,
    ) -> CmpOutcome:
        """Ask for a certificate; *inputs* are those of the action, by their YANG names.

        Does not wait for a CA that answers ``waiting``: `poll` asks again. Raises `BusyError` while
        the server has an outstanding request, and whatever stands in the way or is answered.
        """
        request = Request.of(kind, inputs)
        name = request.text("ca-profile")
        peers = self._peers()
        lane = cmpv2.server_lane(cmpv2.ca_profile(peers, name))
        with (
            self._timeline.taking_part() as pause,
            self._reserved(lane, f'ca-profile "{name}"'),
        ):
            self.check_none_outstanding(name)
            machine = self._machine(request, peers)
            record = RequestRecord(request=request, start_time=self._clock.now())
            return self._converse(name, record, machine, peers, pause=pause, cancel=cancel)

    def _machine(self, request: Request, peers: Peers) -> Machine[cmp.CmpResult]:
        """Return the machine of *request*; raises for files and names that will not do."""
        peer = cmpv2.peer(peers, request.text("ca-profile"))
        credentials = self._credentials(request, peers)
        key = self._keystore.read_key(request.key_file)
        common: _Common = {
            "clock": self._clock,
            "entropy": self._entropy,
            "accept": self._accept(peers, peer.ca_certificates),
            "poll": False,
        }
        if request.kind == "initial-registration":
            return cmp.initial_registration(peer, credentials, key, *_names(request), **common)
        assert isinstance(credentials, cmp.SignatureCredentials)
        if request.kind == "key-update":
            return cmp.key_update(peer, credentials, key, **common)
        subject, san = _names(request, credentials.certificate)
        return cmp.certificate_request(peer, credentials, key, subject, san, **common)

    def poll(self, name: str, cancel: threading.Event | None = None) -> CmpOutcome:
        """Ask the CMPv2 server of ca-profile *name* for the certificate that it still owes.

        Raises `RefusedError` when no request is pending; else as `initial_registration`.
        """
        peers = self._peers()
        lane = cmpv2.server_lane(cmpv2.ca_profile(peers, name))
        with (
            self._timeline.taking_part() as pause,
            self._reserved(lane, f'ca-profile "{name}"'),
        ):
            record = self.record(name)
            if record is None or record.pending is None:
                raise RefusedError(f'ca-profile "{name}" has no pending request')
            peer = cmpv2.peer(peers, name)
            machine = cmp.poll(
                peer,
                self._credentials(record.request, peers),
                cmp.Pending.from_json(record.pending),
                self._keystore.read_key(record.request.key_file),
                clock=self._clock,
                entropy=self._entropy,
                accept=self._accept(peers, peer.ca_certificates),
            )
            return self._converse(name, record, machine, peers, pause=pause, cancel=cancel)

    def clear(self, name: str) -> None:
        """Forget the pending request of ca-profile *name*, or what is left of the last one.

        Raises `RefusedError` when there is neither.
        """
        self._memory.forget(name)

    def record(self, name: str) -> RequestRecord | None:
        """Return the last request of the ca-profile *name*, or None.

        Raises `StorageError` when the disk does not tell: one may be pending.
        """
        return self._memory.last(name)

    def outstanding(self) -> tuple[str, ...]:
        """Return the ca-profiles whose CMPv2 servers still owe an answer."""
        return self._memory.outstanding()

    def state(self, name: str) -> Branch:
        """Return ``cmpv2 request`` of the ca-profile *name* for the state tree, perhaps empty."""
        with suppress(StorageError):
            record = self.record(name)
            return EMPTY if record is None else record.branch()
        return EMPTY

    def check_none_outstanding(self, name: str) -> None:
        """Raise `BusyError` when the CMPv2 server of ca-profile *name* still owes an answer."""
        profiles = self._peers().view.ca_profiles
        url = cmpv2.server_url(profiles[name])
        for other, profile in profiles.items():
            record = self.record(other) if cmpv2.server_url(profile) == url else None
            if record is not None and record.pending is not None:
                raise BusyError(
                    f'the request of ca-profile "{other}" is pending', hint="poll or clear it"
                )

    def _credentials(
        self, request: Request, peers: Peers
    ) -> cmp.MacCredentials | cmp.SignatureCredentials:
        reference = request.text("reference")
        if reference:
            return cmp.MacCredentials(reference, request.password, request.hash_algorithm)
        file, key_file = request.signer
        if not key_file:
            raise RefusedError(
                "nothing protects the request", hint="give reference and password, or a key"
            )
        certificate = self._keystore.read_certificate(file) if file else None
        key = self._keystore.read_key(key_file)
        if certificate is not None and not same_public_key(certificate, key):
            certificate, key = self._in_use(file, key_file, peers) or (certificate, key)
        return cmp.SignatureCredentials(
            key,
            certificate,
            self._chain(request, certificate, peers),
            request.hash_algorithm,
        )

    @staticmethod
    def _in_use(file: str, key_file: str, peers: Peers) -> tuple[bytes, PrivateKey] | None:
        """Return a pair as it is in use, whose key file holds its successor already.

        So the published renewal script of before 22.10 asks, and routers answer it [pki.md 7.1].
        """
        if not peers.applications.holds(file, key_file):
            return None
        held = peers.applications.held(file, key_file)
        return held.certificate, held.key

    def _chain(
        self, request: Request, certificate: bytes | None, peers: Peers
    ) -> tuple[bytes, ...]:
        """Return the CA certificates that go along with the signer's; by ``send-chain`` for ir."""
        if certificate is None:
            return ()
        if request.kind != "initial-registration":
            return cmpv2.signer_chain(peers, certificate)
        if not request.inputs.get("send-chain"):
            return ()
        known, with_ca = peers.authorities.certificates(), request.text("with-ca")
        anchors = (peers.authorities.certificate(with_ca),) if with_ca else known
        depth = peers.view.maximum_cert_chain_depth
        path = chain.check_chain(certificate, known, anchors, self._clock.now(), depth=depth)
        return chains.without_root(path[1:])

    def _accept(self, peers: Peers, anchors: Sequence[bytes]) -> cmp.Accept:
        def accept(certificate: bytes, others: Sequence[bytes]) -> str | None:
            known = (*peers.authorities.issuers_of(certificate), *others)
            depth = peers.view.maximum_cert_chain_depth
            try:
                # No dates: the action has no validate-certificate-chain, which would ask for them.
                chain.check_chain(certificate, known, anchors, None, depth=depth)
            except (RefusedChainError, InvalidInputError) as error:
                return str(error)
            return None

        return accept

    def _converse(
        self,
        name: str,
        record: RequestRecord,
        machine: Machine[cmp.CmpResult],
        peers: Peers,
        *,
        pause: Pause,
        cancel: threading.Event | None,
    ) -> CmpOutcome:
        url = cmpv2.server_url(cmpv2.ca_profile(peers, name))
        try:
            with self._connections.borrowed(url, cmpv2.limits(peers, name)) as exchange:
                result = drive.drive(machine, exchange, pause, cancel or threading.Event())
        except SrpkiError as error:
            self._memory.keep(name, self._failed(record, error))
            raise
        record = record.but(
            status="processed" if result.pending is None else "in-progress",
            code=result.status,
            text=result.status_text,
            response_time=result.response_time,
            pending=None if result.pending is None else result.pending.to_json(),
        )
        self._memory.keep(name, record)
        return CmpOutcome(
            ca_profile=name,
            status=record.status,
            code=record.code,
            text=record.text,
            certificate=result.certificate,
            save_as=record.request.text("save-as"),
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
