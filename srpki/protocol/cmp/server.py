"""The server's side of CMPv2: requests in, answers out, sans I/O [RFC 4210, RFC 4211, RFC 9483].

Serves ir, cr, p10cr and kur with certConf and pollReq, rr and genm. `CmpServer.receive` reads a
message and proves who sent it; `CmpServer.answer` says what it is told. Certificates come from the
caller, so a lab can decide otherwise, late or wrongly.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import StorageError
from srpki.protocol.cmp import (
    general,
    messages,
    revocations,
    server_refusals,
    server_revocations,
    server_support,
    status,
)
from srpki.protocol.cmp.header import IDENTIFIER_OCTETS
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import (
    CertificateAuthority,
    Peer,
    RefusalError,
    authenticate,
    check_header,
    check_opening,
    check_time,
)
from srpki.protocol.cmp.server_enrolments import FOLLOW_UPS, Enrolments
from srpki.protocol.cmp.server_envelope import (
    AS_IT_SHOULD_BE,
    Content,
    Deviation,
    Envelope,
    ServerIdentity,
)
from srpki.protocol.cmp.server_requests import ANSWERS, Enrolment, read
from srpki.protocol.cmp.server_transactions import Keeper, Nowhere, Transaction
from srpki.protocol.cmp.server_turns import Issue, Turn
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import certificates


@dataclass(frozen=True, slots=True)
class Received:
    """A message that was read: who sent it, or why it is refused."""

    message: Message
    peer: Peer | None
    refusal: RefusalError | None

    @property
    def kind(self) -> str:
        """The name of the message's body, as ``kur``."""
        return self.message.kind


@dataclass(frozen=True, slots=True)
class Answer:
    """A PKIMessage (DER), and what was done, on one line for a log."""

    data: bytes = field(repr=False)
    note: str


class CmpServer:
    """Answers CMP messages for a CA; safe between threads."""

    def __init__(
        self,
        ca: CertificateAuthority,
        identity: Callable[[], ServerIdentity],
        clock: Clock,
        entropy: Entropy,
        *,
        implicit_confirm: bool = True,
        message_time: int = 0,
        strict: bool = False,
        keeper: Keeper | None = None,
    ) -> None:
        """Answer for *ca* as its *identity* of now, the same object as long as it is the same.

        *implicit_confirm* grants what clients ask.

        *message_time* is how many seconds the time of a message may be off, 0 when any will do.
        *strict* asks of requests what RFC 9483 asks, not RFC 4210 alone. Open transactions are
        with *keeper*, from which `take_up` brings them back.
        """
        self._strict = strict
        self._ca = ca
        self._identity = identity
        self._clock = clock
        self._entropy = entropy
        self._message_time = message_time
        self._envelope = Envelope(identity(), clock, entropy)
        self._lock = threading.Lock()
        self._enrolments = Enrolments(ca, keeper or Nowhere(), implicit_confirm=implicit_confirm)
        self._transactions = self._enrolments.transactions

    def take_up(self, identifier: bytes, transaction: Transaction) -> None:
        """Go on with *transaction*, which an earlier process has begun."""
        with self._lock:
            self._transactions.take_up(identifier, transaction)

    def receive(self, data: bytes) -> Received:
        """Read the message in *data* and prove who sent it.

        Raises `ProtocolError` when it is no PKIMessage: then nobody can be answered.
        """
        message = messages.decode(data)
        try:
            check_header(message.header, strict=self._strict)
            if self._message_time:
                check_time(message.header, self._clock.now(), self._message_time)
            return Received(message, authenticate(message, self._ca, strict=self._strict), None)
        except RefusalError as refusal:
            return Received(message, None, refusal)

    def answer(
        self, received: Received, issue: Issue, deviation: Deviation = AS_IT_SHOULD_BE
    ) -> Answer:
        """Return the answer; *issue* makes a certificate when one is due."""
        nonce = self._entropy.octets(IDENTIFIER_OCTETS)
        with self._lock:
            envelope = self._present()
            try:
                now = self._clock.now()
                self._transactions.expire(now)
                content = self._content(received, issue, deviation, nonce, now)
                self._transactions.settle()
            except StorageError as error:  # the CA cannot note what it would have done
                failure = RefusalError("systemFailure", error.sentence)
                content = server_refusals.refused(received.kind, failure)
        asked, peer = received.message.header, received.peer
        data = envelope.encode(asked, peer, content, nonce, deviation)
        return Answer(data, content.note)

    def _present(self) -> Envelope:
        """Return the envelope of who the server is now; keys are changed."""
        identity = self._identity()
        if identity is not self._envelope.identity:
            self._envelope = Envelope(identity, self._clock, self._entropy)
        return self._envelope

    def concerns(self, received: Received) -> Enrolment | None:
        """Return what *received* wants certified, or goes on about; None when that is nothing."""
        if received.peer is None:
            return None
        if received.kind in ANSWERS:
            try:
                outcome = read(received.message, received.peer, self._ca).outcome
            except RefusalError:
                return None
            return outcome if isinstance(outcome, Enrolment) else None
        with self._lock:
            return self._transactions.about(received.message.header.transaction_id or b"")

    def expire(self) -> None:
        """Revoke what was sent and has not been confirmed in time.

        Raises `StorageError` when that cannot be noted: it is tried again later.
        """
        with self._lock:
            self._transactions.expire(self._clock.now())
            self._transactions.settle()

    def next_expiry(self) -> datetime | None:
        """Return when `expire` has something to do, if ever."""
        with self._lock:
            return self._transactions.next_expiry()

    def _content(
        self,
        received: Received,
        issue: Issue,
        deviation: Deviation,
        nonce: bytes,
        now: datetime,
    ) -> Content:
        try:
            if received.refusal is not None or received.peer is None:
                raise received.refusal or RefusalError("badMessageCheck", "the sender is not known")
            return self._served(
                Turn(
                    message=received.message,
                    peer=received.peer,
                    issue=issue,
                    deviation=deviation,
                    nonce=nonce,
                    identity=self._envelope.identity,
                    now=now,
                )
            )
        except RefusalError as refusal:
            return server_refusals.refused(received.kind, refusal)

    def _served(self, turn: Turn) -> Content:
        kind = turn.message.kind
        if kind in ANSWERS:
            return self._enrolments.begin(turn)
        if kind in FOLLOW_UPS:
            return self._enrolments.go_on(turn)
        if kind in ("rr", "genm"):
            return self._single(turn)
        raise RefusalError("badRequest", f"{kind} is not served")

    def _single(self, turn: Turn) -> Content:
        """Answer what is over with one answer: an rr or a genm."""
        message = turn.message
        check_opening(message.header)
        self._transactions.check_new(turn.identifier)
        if message.kind == "genm":
            told = server_support.answer(message, self._ca, turn.identity)
            self._transactions.close(turn.identifier, turn.now)
            return Content(general.encode_general("genp", told), f"told {len(told)} things")
        asked = server_revocations.read(message, turn.peer, self._ca)
        self._ca.revoke(asked.certificate, asked.reason)
        self._transactions.close(turn.identifier, turn.now)
        info = StatusInfo(status.ACCEPTED, ("the certificate is revoked",))
        facts = certificates.facts(asked.certificate)
        return Content(
            revocations.encode_revocation_answer(info),
            f"revoked {facts.subject} serial {facts.serial:x} {asked.reason}".rstrip(),
        )
