"""The server's side of CMPv2: requests in, answers out, sans I/O [RFC 4210, RFC 4211, RFC 9483].

Serves ir, cr, p10cr and kur with certConf and pollReq, rr and genm. `CmpServer.receive` reads a
message and proves who sent it; `CmpServer.answer` says what it is told. Certificates come from the
caller, so a lab can decide otherwise, late or wrongly.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from srpki.core.clock import Clock, Deadline
from srpki.core.entropy import Entropy
from srpki.core.errors import ProtocolError, StorageError
from srpki.protocol.cmp import (
    bodies,
    general,
    messages,
    revocations,
    server_refusals,
    server_revocations,
    server_support,
    status,
)
from srpki.protocol.cmp.bodies import CertificateResponse, PollAnswer
from srpki.protocol.cmp.header import IDENTIFIER_OCTETS, Header
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import (
    CertificateAuthority,
    Peer,
    RefusalError,
    authenticate,
    check_follow_up,
    check_header,
    check_opening,
    check_time,
)
from srpki.protocol.cmp.server_confirmations import accepts
from srpki.protocol.cmp.server_envelope import (
    AS_IT_SHOULD_BE,
    Content,
    Deviation,
    Envelope,
    ServerIdentity,
)
from srpki.protocol.cmp.server_grants import as_asked
from srpki.protocol.cmp.server_requests import ANSWERS, Asked, Enrolment, read
from srpki.protocol.cmp.server_transactions import (
    CONFIRM_WITHIN,
    POLL_WITHIN,
    Keeper,
    Nowhere,
    Transaction,
    Transactions,
)
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import certificates, names

_NOT_NULL: Final = b"\xb3\x02\x30\x00"  # a pkiConf [19] with a SEQUENCE where NULL is due
_SCRIPTED: Final = "the request was refused"

Issue = Callable[[Enrolment], bytes]
"""Makes the certificate (DER) that was asked for; raises `RefusalError` and `PutOffError`."""


class PutOffError(Exception):
    """The CA has not decided yet; the client is to poll after *seconds*."""

    def __init__(self, seconds: int) -> None:
        """Put off."""
        super().__init__()
        self.seconds = seconds


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
        """Answer for *ca* as its *identity* of now; *implicit_confirm* grants what clients ask.

        *message_time* is how many seconds the time of a message may be off, 0 when any will do.
        *strict* asks of requests what RFC 9483 asks, not RFC 4210 alone. Open transactions are
        with *keeper*, from which `take_up` brings them back.
        """
        self._strict = strict
        self._ca = ca
        self._identity = identity
        self._clock = clock
        self._entropy = entropy
        self._implicit_confirm = implicit_confirm
        self._message_time = message_time
        self._envelope = Envelope(identity(), clock, entropy)
        self._lock = threading.Lock()
        self._transactions = Transactions(self._forget, keeper or Nowhere())

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
                self._transactions.expire(self._clock.now())
                content = self._refusing(received, issue, deviation, nonce)
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
        if identity != self._envelope.identity:
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

    def _refusing(
        self, received: Received, issue: Issue, deviation: Deviation, nonce: bytes
    ) -> Content:
        try:
            return self._content(received, issue, deviation, nonce)
        except RefusalError as refusal:
            return server_refusals.refused(received.kind, refusal)

    def _content(
        self, received: Received, issue: Issue, deviation: Deviation, nonce: bytes
    ) -> Content:
        if received.refusal is not None or received.peer is None:
            raise received.refusal or RefusalError("badMessageCheck", "the sender is not known")
        if received.kind in ANSWERS:
            return self._enrol(received, received.peer, issue, deviation, nonce)
        if received.kind in ("rr", "genm"):
            return self._single(received.message, received.peer)
        if received.kind not in ("certConf", "pollReq", "error"):
            raise RefusalError("badRequest", f"{received.kind} is not served")
        identifier = received.message.header.transaction_id or b""
        transaction = self._transactions.find(identifier)
        nonces = transaction.nonces
        if received.kind == "pollReq":
            # SR OS can be told to send back the recipNonce of the last answer, its own nonce.
            nonces = (*nonces, transaction.client_nonce)
        check_follow_up(received.message.header, received.peer, transaction.peer, nonces)
        # From here on it is the client's own doing: what is wrong ends the transaction.
        self._transactions.close(identifier, self._clock.now())
        try:
            return self._or_forget(received.message, transaction, issue, deviation, nonce)
        except StorageError:  # nothing is noted yet: the client may ask again, or its time ends
            self._transactions.open(identifier, transaction)
            raise

    def _or_forget(
        self,
        message: Message,
        transaction: Transaction,
        issue: Issue,
        deviation: Deviation,
        nonce: bytes,
    ) -> Content:
        try:
            return self._follow_up(message, transaction, issue, deviation, nonce)
        except RefusalError:
            self._forget(transaction)
            raise

    def _follow_up(
        self,
        message: Message,
        transaction: Transaction,
        issue: Issue,
        deviation: Deviation,
        nonce: bytes,
    ) -> Content:
        if deviation.reject:
            raise RefusalError(deviation.reject, deviation.text or _SCRIPTED)
        if message.kind == "certConf":
            content = self._confirmed(message, transaction)
            if deviation.bad_confirm:
                content = replace(content, body=_NOT_NULL)
            if deviation.error_waiting:
                transaction.withheld, transaction.certificate = content, None
                transaction.said(nonce)
                return self._put_off(message.header, transaction, deviation)
            return content
        if message.kind == "error":
            self._forget(transaction)
            return Content(bodies.encode_pki_confirm(), "the client gave up")
        return self._polled(message, transaction, issue, deviation, nonce)

    # ir, cr, p10cr, kur

    def _enrol(
        self, received: Received, peer: Peer, issue: Issue, deviation: Deviation, nonce: bytes
    ) -> Content:
        header = received.message.header
        check_opening(header)
        self._transactions.check_new(header.transaction_id or b"")
        asked = read(received.message, peer, self._ca)
        if deviation.reject:
            refusal = RefusalError(deviation.reject, deviation.text or _SCRIPTED)
            asked = Asked(asked.cert_req_id, refusal)
        if isinstance(asked.outcome, RefusalError):
            return server_refusals.rejection(received.kind, asked.cert_req_id, asked.outcome)
        transaction = Transaction(
            peer=peer,
            enrolment=asked.outcome,
            implicit_confirm=header.implicit_confirm and self._implicit_confirm,
            deadline=self._clock.now() + CONFIRM_WITHIN,
            nonce=nonce,
            client_nonce=header.sender_nonce or b"",
            request=received.message.protected_part,
        )
        if deviation.waiting:
            return self._put_off(header, transaction, deviation)
        try:
            return self._decide(header, transaction, issue)
        except PutOffError:  # whoever polls is told how long; each poll asks the CA anew
            return self._put_off(header, transaction, AS_IT_SHOULD_BE)

    def _decide(self, header: Header, transaction: Transaction, issue: Issue) -> Content:
        """Issue what was asked for, and wait for the confirmation unless it is implicit."""
        enrolment = transaction.enrolment
        try:
            certificate = issue(enrolment)
        except RefusalError as refusal:
            return server_refusals.rejection(enrolment.kind, enrolment.cert_req_id, refusal)
        transaction.certificate = certificate
        transaction.ready = None
        if transaction.implicit_confirm:
            self._take(header, transaction, certificate)
        else:
            self._reopen(header, transaction)
        return self._granted(transaction)

    def _granted(self, transaction: Transaction) -> Content:
        """Send the certificate."""
        certificate = transaction.certificate
        assert certificate is not None
        good = as_asked(transaction.enrolment, certificate)
        granted = status.ACCEPTED if good else status.GRANTED_WITH_MODS
        return self._response(transaction, StatusInfo(granted), certificate)

    def _put_off(self, header: Header, transaction: Transaction, deviation: Deviation) -> Content:
        """Let the client poll."""
        waiting = timedelta(seconds=deviation.waiting)
        transaction.ready = Deadline.after(self._clock.now(), waiting)
        transaction.by_error = deviation.error_waiting
        if deviation.late_nonce:
            transaction.late_nonce = header.sender_nonce
        self._reopen(header, transaction)
        info = StatusInfo(status.WAITING, ("the request is being looked at",))
        if deviation.error_waiting:
            return Content(bodies.encode_error(info), "put off by an error message")
        return self._response(transaction, info, None)

    def _reopen(self, header: Header, transaction: Transaction) -> None:
        """Wait for the client's next message."""
        if transaction.ready is None:
            transaction.deadline = self._clock.now() + CONFIRM_WITHIN
        else:
            transaction.deadline = transaction.ready.at + POLL_WITHIN
        self._transactions.open(header.transaction_id or b"", transaction)

    def _response(
        self, transaction: Transaction, info: StatusInfo, certificate: bytes | None
    ) -> Content:
        enrolment = transaction.enrolment
        response = CertificateResponse(
            cert_req_id=enrolment.cert_req_id, status=info, certificate=certificate
        )
        # Roots are handed out only under a password [RFC 4210, 5.3.2; RFC 9483, 4.1.1].
        first_contact = enrolment.kind == "ir" and not transaction.peer.signs
        identity = self._envelope.identity
        ca_pubs = identity.roots if certificate is not None and first_contact else ()
        body = bodies.encode_responses(ANSWERS[enrolment.kind], (response,), ca_pubs)
        note = f"{info.word} {names.brief(enrolment.subject)}"
        if certificate is not None:
            note += f" serial {certificates.facts(certificate).serial:x}"
        return Content(
            body,
            note,
            extra_certs=(identity.issuing, *identity.links),
            implicit_confirm=certificate is not None and transaction.implicit_confirm,
        )

    # rr, genm

    def _single(self, message: Message, peer: Peer) -> Content:
        """Answer what is over with one answer."""
        check_opening(message.header)
        identifier = message.header.transaction_id or b""
        self._transactions.check_new(identifier)
        if message.kind == "genm":
            told = server_support.answer(message, self._ca, self._envelope.identity)
            self._transactions.close(identifier, self._clock.now())
            return Content(general.encode_general("genp", told), f"told {len(told)} things")
        asked = server_revocations.read(message, peer, self._ca)
        self._ca.revoke(asked.certificate, asked.reason)
        self._transactions.close(identifier, self._clock.now())
        info = StatusInfo(status.ACCEPTED, ("the certificate is revoked",))
        facts = certificates.facts(asked.certificate)
        return Content(
            revocations.encode_revocation_answer(info),
            f"revoked {facts.subject} serial {facts.serial:x} {asked.reason}".rstrip(),
        )

    # certConf, pollReq

    def _confirmed(self, message: Message, transaction: Transaction) -> Content:
        certificate = transaction.certificate
        if certificate is None:
            raise RefusalError("badRequest", "there is nothing to confirm yet")
        subject = names.brief(transaction.enrolment.subject)
        if accepts(message, transaction.enrolment.cert_req_ids, certificate):
            self._take(message.header, transaction, certificate)
            return Content(bodies.encode_pki_confirm(), f"confirmed {subject}")
        self._ca.revoke(certificate)
        return Content(bodies.encode_pki_confirm(), f"rejected by the client {subject}")

    def _take(self, header: Header, transaction: Transaction, certificate: bytes) -> None:
        identifier = header.transaction_id or b""
        self._ca.confirm(certificate)
        if transaction.enrolment.updated is not None:
            self._ca.supersede(transaction.enrolment.updated)
        self._transactions.close(identifier, self._clock.now(), confirmed=True)

    def _polled(
        self,
        message: Message,
        transaction: Transaction,
        issue: Issue,
        deviation: Deviation,
        nonce: bytes,
    ) -> Content:
        if transaction.ready is None and not transaction.taken_up:
            raise RefusalError("badRequest", "the request has been answered")
        try:
            asked = bodies.decode_poll_requests(message)
        except ProtocolError as error:
            raise RefusalError("badDataFormat", error.sentence) from None
        if len(asked) != 1 or asked[0] not in transaction.cert_req_ids:
            raise RefusalError("badRequest", "the certReqId is not that of the request")
        now = self._clock.now()
        transaction.said(nonce)
        transaction.client_nonce = message.header.sender_nonce or b""
        if transaction.ready is None:  # it was, and perhaps nobody has got the answer
            self._reopen(message.header, transaction)
            return self._granted(transaction)
        if deviation.waiting:
            transaction.ready = Deadline.after(now, timedelta(seconds=deviation.waiting))
        transaction.ready = transaction.ready.seen(now)
        remaining = (transaction.ready.at - now).total_seconds()
        if remaining <= 0:
            try:
                return self._late(message.header, transaction, issue)
            except PutOffError as later:
                transaction.ready, remaining = Deadline.after(now, timedelta()), later.seconds
        self._reopen(message.header, transaction)
        poll = PollAnswer(cert_req_id=asked[0], check_after=math.ceil(remaining))
        return Content(bodies.encode_poll_answer(poll), f"wait {poll.check_after} s")

    def _late(self, header: Header, transaction: Transaction, issue: Issue) -> Content:
        """Give the final answer to what was put off."""
        if transaction.withheld is not None:
            identifier = header.transaction_id or b""
            self._transactions.close(identifier, self._clock.now(), confirmed=True)
            return transaction.withheld
        content = self._decide(header, transaction, issue)
        return replace(content, recipient_nonce=transaction.late_nonce)

    def _forget(self, transaction: Transaction) -> None:
        """Take back what was sent and not confirmed [RFC 4210, 5.2.8]."""
        if transaction.certificate is not None:
            self._ca.revoke(transaction.certificate)
