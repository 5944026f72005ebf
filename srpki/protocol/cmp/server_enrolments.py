"""Certificates on their way: ir, cr, p10cr and kur, and the certConf, pollReq or error that follow.

[RFC 4210, 5.3; RFC 9483, 4.1 and 4.4]
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import timedelta
from typing import Final

from srpki.core.clock import Deadline
from srpki.core.errors import ProtocolError, StorageError
from srpki.protocol.cmp import bodies, server_refusals, status
from srpki.protocol.cmp.bodies import CertificateResponse, PollAnswer
from srpki.protocol.cmp.server_checks import (
    CertificateAuthority,
    RefusalError,
    check_follow_up,
    check_opening,
)
from srpki.protocol.cmp.server_confirmations import accepts
from srpki.protocol.cmp.server_envelope import AS_IT_SHOULD_BE, Content, Deviation
from srpki.protocol.cmp.server_grants import as_asked
from srpki.protocol.cmp.server_requests import ANSWERS, Asked, read
from srpki.protocol.cmp.server_transactions import (
    CONFIRM_WITHIN,
    POLL_WITHIN,
    Keeper,
    Transaction,
    Transactions,
)
from srpki.protocol.cmp.server_turns import PutOffError, Turn
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import certificates, names

FOLLOW_UPS: Final = ("certConf", "pollReq", "error")
_NOT_NULL: Final = b"\xb3\x02\x30\x00"  # a pkiConf [19] with a SEQUENCE where NULL is due
_SCRIPTED: Final = "the request was refused"


class Enrolments:
    """Answers what certificates are asked for with; not safe between threads."""

    def __init__(self, ca: CertificateAuthority, keeper: Keeper, *, implicit_confirm: bool) -> None:
        """Serve for *ca*; *implicit_confirm* and *keeper* are as `CmpServer` has them."""
        self._ca = ca
        self._implicit_confirm = implicit_confirm
        self.transactions = Transactions(self._forget, keeper)

    def begin(self, turn: Turn) -> Content:
        """Answer an ir, cr, p10cr or kur; raises `RefusalError`."""
        header, deviation = turn.message.header, turn.deviation
        check_opening(header)
        self.transactions.check_new(turn.identifier)
        asked = read(turn.message, turn.peer, self._ca)
        if deviation.reject:
            refusal = RefusalError(deviation.reject, deviation.text or _SCRIPTED)
            asked = Asked(asked.cert_req_id, refusal)
        if isinstance(asked.outcome, RefusalError):
            return server_refusals.rejection(turn.message.kind, asked.cert_req_id, asked.outcome)
        transaction = Transaction(
            peer=turn.peer,
            enrolment=asked.outcome,
            implicit_confirm=header.implicit_confirm and self._implicit_confirm,
            deadline=turn.now + CONFIRM_WITHIN,
            nonce=turn.nonce,
            client_nonce=header.sender_nonce or b"",
            request=turn.message.protected_part,
        )
        if deviation.waiting:
            return self._put_off(turn, transaction, deviation)
        try:
            return self._decide(turn, transaction)
        except PutOffError:  # whoever polls is told how long; each poll asks the CA anew
            return self._put_off(turn, transaction, AS_IT_SHOULD_BE)

    def go_on(self, turn: Turn) -> Content:
        """Answer one of `FOLLOW_UPS`; raises `RefusalError`."""
        transaction = self.transactions.find(turn.identifier)
        nonces = transaction.nonces
        if turn.message.kind == "pollReq":
            # SR OS can be told to send back the recipNonce of the last answer, its own nonce.
            nonces = (*nonces, transaction.client_nonce)
        check_follow_up(turn.message.header, turn.peer, transaction.peer, nonces)
        # From here on it is the client's own doing: what is wrong ends the transaction.
        self.transactions.close(turn.identifier, turn.now)
        try:
            return self._or_forget(turn, transaction)
        except StorageError:  # nothing is noted yet: the client may ask again, or its time ends
            self.transactions.open(turn.identifier, transaction)
            raise

    def _or_forget(self, turn: Turn, transaction: Transaction) -> Content:
        try:
            return self._follow_up(turn, transaction)
        except RefusalError:
            self._forget(transaction)
            raise

    def _follow_up(self, turn: Turn, transaction: Transaction) -> Content:
        deviation = turn.deviation
        if deviation.reject:
            raise RefusalError(deviation.reject, deviation.text or _SCRIPTED)
        if turn.message.kind == "pollReq":
            return self._polled(turn, transaction)
        if turn.message.kind == "error":
            self._forget(transaction)
            return Content(bodies.encode_pki_confirm(), "the client gave up")
        content = self._confirmed(turn, transaction)
        if deviation.bad_confirm:
            content = replace(content, body=_NOT_NULL)
        if deviation.error_waiting:
            transaction.withheld, transaction.certificate = content, None
            transaction.said(turn.nonce)
            return self._put_off(turn, transaction, deviation)
        return content

    # --- granting --------------------------------------------------------------------------------

    def _decide(self, turn: Turn, transaction: Transaction) -> Content:
        """Issue what was asked for, and wait for the confirmation unless it is implicit."""
        enrolment = transaction.enrolment
        try:
            certificate = turn.issue(enrolment)
        except RefusalError as refusal:
            return server_refusals.rejection(enrolment.kind, enrolment.cert_req_id, refusal)
        transaction.certificate = certificate
        transaction.ready = None
        if transaction.implicit_confirm:
            self._take(turn, transaction, certificate)
        else:
            self._reopen(turn, transaction)
        return self._granted(turn, transaction)

    def _granted(self, turn: Turn, transaction: Transaction) -> Content:
        """Send the certificate."""
        certificate = transaction.certificate
        assert certificate is not None
        good = as_asked(transaction.enrolment, certificate)
        granted = status.ACCEPTED if good else status.GRANTED_WITH_MODS
        return _response(turn, transaction, StatusInfo(granted), certificate)

    def _put_off(self, turn: Turn, transaction: Transaction, deviation: Deviation) -> Content:
        """Let the client poll."""
        waiting = timedelta(seconds=deviation.waiting)
        transaction.ready = Deadline.after(turn.now, waiting)
        transaction.by_error = deviation.error_waiting
        if deviation.late_nonce:
            transaction.late_nonce = turn.message.header.sender_nonce
        self._reopen(turn, transaction)
        info = StatusInfo(status.WAITING, ("the request is being looked at",))
        if deviation.error_waiting:
            return Content(bodies.encode_error(info), "put off by an error message")
        return _response(turn, transaction, info, None)

    def _reopen(self, turn: Turn, transaction: Transaction) -> None:
        """Wait for the client's next message."""
        if transaction.ready is None:
            transaction.deadline = turn.now + CONFIRM_WITHIN
        else:
            transaction.deadline = transaction.ready.at + POLL_WITHIN
        self.transactions.open(turn.identifier, transaction)

    # --- certConf, pollReq -----------------------------------------------------------------------

    def _confirmed(self, turn: Turn, transaction: Transaction) -> Content:
        certificate = transaction.certificate
        if certificate is None:
            raise RefusalError("badRequest", "there is nothing to confirm yet")
        subject = names.brief(transaction.enrolment.subject)
        if accepts(turn.message, transaction.enrolment.cert_req_ids, certificate):
            self._take(turn, transaction, certificate)
            return Content(bodies.encode_pki_confirm(), f"confirmed {subject}")
        self._ca.revoke(certificate)
        return Content(bodies.encode_pki_confirm(), f"rejected by the client {subject}")

    def _take(self, turn: Turn, transaction: Transaction, certificate: bytes) -> None:
        self._ca.confirm(certificate)
        if transaction.enrolment.updated is not None:
            self._ca.supersede(transaction.enrolment.updated)
        self.transactions.close(turn.identifier, turn.now, confirmed=True)

    def _polled(self, turn: Turn, transaction: Transaction) -> Content:
        if transaction.ready is None and not transaction.taken_up:
            raise RefusalError("badRequest", "the request has been answered")
        try:
            asked = bodies.decode_poll_requests(turn.message)
        except ProtocolError as error:
            raise RefusalError("badDataFormat", error.sentence) from None
        if len(asked) != 1 or asked[0] not in transaction.cert_req_ids:
            raise RefusalError("badRequest", "the certReqId is not that of the request")
        transaction.said(turn.nonce)
        transaction.client_nonce = turn.message.header.sender_nonce or b""
        if transaction.ready is None:  # it was, and perhaps nobody has got the answer
            self._reopen(turn, transaction)
            return self._granted(turn, transaction)
        now = turn.now
        if turn.deviation.waiting:
            transaction.ready = Deadline.after(now, timedelta(seconds=turn.deviation.waiting))
        transaction.ready = transaction.ready.seen(now)
        remaining = (transaction.ready.at - now).total_seconds()
        if remaining <= 0:
            try:
                return self._late(turn, transaction)
            except PutOffError as later:
                transaction.ready, remaining = Deadline.after(now, timedelta()), later.seconds
        self._reopen(turn, transaction)
        poll = PollAnswer(cert_req_id=asked[0], check_after=math.ceil(remaining))
        return Content(bodies.encode_poll_answer(poll), f"wait {poll.check_after} s")

    def _late(self, turn: Turn, transaction: Transaction) -> Content:
        """Give the final answer to what was put off."""
        if transaction.withheld is not None:
            self.transactions.close(turn.identifier, turn.now, confirmed=True)
            return transaction.withheld
        content = self._decide(turn, transaction)
        return replace(content, recipient_nonce=transaction.late_nonce)

    def _forget(self, transaction: Transaction) -> None:
        """Take back what was sent and not confirmed [RFC 4210, 5.2.8]."""
        if transaction.certificate is not None:
            self._ca.revoke(transaction.certificate)


def _response(
    turn: Turn, transaction: Transaction, info: StatusInfo, certificate: bytes | None
) -> Content:
    enrolment, identity = transaction.enrolment, turn.identity
    response = CertificateResponse(
        cert_req_id=enrolment.cert_req_id, status=info, certificate=certificate
    )
    # Roots are handed out only under a password [RFC 4210, 5.3.2; RFC 9483, 4.1.1].
    first_contact = enrolment.kind == "ir" and not transaction.peer.signs
    ca_pubs = identity.roots if certificate is not None and first_contact else ()
    body = bodies.encode_responses(ANSWERS[enrolment.kind], (response,), ca_pubs)
    note = f"{info.word} {names.brief(enrolment.subject)}"
    if certificate is not None:
        note += f" serial {certificates.parse(certificate).serial_number:x}"
    return Content(
        body,
        note,
        extra_certs=(identity.issuing, *identity.links),
        implicit_confirm=certificate is not None and transaction.implicit_confirm,
    )
