"""From the first answer to a request to the certificate: waiting, judging, confirming."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from srpki.core.clock import Clock
from srpki.core.errors import InvalidInputError, PeerError, ProtocolError, TransportError
from srpki.protocol.cmp import bodies
from srpki.protocol.cmp.bodies import CertificateResponse, Confirmation
from srpki.protocol.cmp.delivery import CERT_REQ_ID, Delivery, Pause
from srpki.protocol.cmp.header import CMP2000, CMP2021
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.peer import CmpPeer, CmpResult, Issued, Pending
from srpki.protocol.cmp.status import (
    ACCEPTED,
    GRANTED_WITH_MODS,
    REJECTION,
    WAITING,
    StatusInfo,
    refusal,
)
from srpki.protocol.cmp.transaction import Transaction
from srpki.protocol.steps import Machine
from srpki.protocol.text import peer_text
from srpki.x509 import der, keys, signatures

Accept = Callable[[bytes, Sequence[bytes]], str | None]
"""Judges a certificate, given it and the other certificates sent (DER): a reason to reject it."""

_ANSWERS: Final = {"ir": "ip", "cr": "cp", "kur": "kup"}
_NAMES: Final = {
    "ir": "the initial registration",
    "cr": "the certificate request",
    "kur": "the key update",
}
_CONFIRMATION: Final = "the confirmation"
_SHA512: Final = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.3"))
_FALLBACK_HASH: Final = "sha256"  # to name a certificate that cannot be read


@dataclass(frozen=True, slots=True)
class Completion:
    """What is left to do once the *request* (ir, cr or kur) for *public_key* is answered.

    With *wait* an answer that is put off is waited for, else ``waiting`` is a result.
    """

    transaction: Transaction
    peer: CmpPeer
    request: str
    public_key: bytes
    clock: Clock
    accept: Accept
    wait: bool

    def finish(self, answer: Message) -> Machine[CmpResult]:
        """Return the certificate that *answer*, or a later one, brings."""
        return (yield from self._finish(answer, self._delivery()))

    def resume(self, pending: Pending) -> Machine[CmpResult]:
        """Poll once for what *pending* has left open, and return what comes of it."""
        if pending.issued is not None:
            delivery = self._confirmation(pending.cert_req_id)
            answer = yield from delivery.ask_again()
            result = self._result(pending.issued)
            return (yield from self._confirmed(answer, delivery, pending.issued, result))
        delivery = self._delivery(pending.cert_req_id)
        answer = yield from delivery.ask_again()
        return (yield from self._finish(answer, delivery))

    def _delivery(self, polled_for: int | None = None) -> Delivery:
        expected, what = _ANSWERS[self.request], _NAMES[self.request]
        return Delivery(self.transaction, self.peer, expected, what, polled_for)

    def _confirmation(self, polled_for: int | None = None) -> Delivery:
        return Delivery(self.transaction, self.peer, "pkiConf", _CONFIRMATION, polled_for)

    def _finish(self, answer: Message, delivery: Delivery) -> Machine[CmpResult]:
        found = yield from delivery.decided(answer, wait=self.wait)
        if isinstance(found, Pause):
            return self._waiting(found, delivery)
        response, ca_pubs = self._read(found)
        return (yield from self._conclude(found, response, ca_pubs))

    def _read(self, answer: Message) -> tuple[CertificateResponse, tuple[bytes, ...]]:
        """Return the response of *answer* and the CA certificates; raises what an error says."""
        if answer.kind == "error":
            raise refusal(_NAMES[self.request], bodies.decode_error(answer))
        if answer.kind != _ANSWERS[self.request]:
            raise ProtocolError(f"the CA answered {_NAMES[self.request]} with {answer.kind}")
        responses, ca_pubs = bodies.decode_responses(answer)
        if len(responses) != 1 or responses[0].cert_req_id != CERT_REQ_ID:
            raise ProtocolError(f"the {answer.kind} is for another request")
        return responses[0], ca_pubs

    def _conclude(
        self, answer: Message, response: CertificateResponse, ca_pubs: tuple[bytes, ...]
    ) -> Machine[CmpResult]:
        """Judge and confirm the certificate that was issued, or say why there is none."""
        status, certificate = response.status, response.certificate
        if status.status not in (ACCEPTED, GRANTED_WITH_MODS):
            raise refusal(_NAMES[self.request], status)
        if certificate is None:
            raise ProtocolError(f"the {answer.kind} has no certificate, or an encrypted one")
        issued = Issued(certificate, status.status, status.line)
        result = self._result(issued, ca_pubs, answer.extra_certs)
        reason, hash_name = self._judge(certificate, (*answer.extra_certs, *ca_pubs))
        implicit = answer.header.implicit_confirm
        if reason is not None:
            if not implicit:
                refused = StatusInfo(REJECTION, (peer_text(reason),), ("incorrectData",))
                # The word is owed; whether it is heard changes nothing.
                with suppress(PeerError, TransportError):
                    yield from self._confirm(certificate, hash_name, refused)
            raise PeerError(f"the certificate from the CA is rejected: {reason}")
        if implicit:
            return result
        confirmed = yield from self._confirm(certificate, hash_name, None)
        return (yield from self._confirmed(confirmed, self._confirmation(), issued, result))

    def _result(
        self,
        issued: Issued,
        ca_pubs: tuple[bytes, ...] = (),
        extra_certs: tuple[bytes, ...] = (),
    ) -> CmpResult:
        return CmpResult(
            status=StatusInfo(issued.status).word,
            status_text=issued.text,
            certificate=issued.certificate,
            ca_pubs=ca_pubs,
            extra_certs=extra_certs,
            pending=None,
            response_time=self.clock.now(),
        )

    def _waiting(self, pause: Pause, delivery: Delivery, issued: Issued | None = None) -> CmpResult:
        assert delivery.cert_req_id is not None
        return CmpResult(
            status=StatusInfo(WAITING).word,
            status_text=pause.reason,
            certificate=None,
            ca_pubs=(),
            extra_certs=(),
            pending=self.transaction.pending(
                self.request, delivery.cert_req_id, pause.seconds, issued
            ),
            response_time=self.clock.now(),
        )

    def _judge(self, certificate: bytes, others: Sequence[bytes]) -> tuple[str | None, str]:
        """Return why *certificate* is rejected, or None, and the hash name of its signature."""
        try:
            hash_name = signatures.certificate_hash(certificate)
            if keys.spki(certificate) != self.public_key:
                return "it is for another key", hash_name
        except InvalidInputError as error:
            return error.sentence, _FALLBACK_HASH
        return self.accept(certificate, others), hash_name

    def _confirm(
        self, certificate: bytes, hash_name: str, status: StatusInfo | None
    ) -> Machine[Message]:
        """Send certConf and return the answer [RFC 4210, 5.3.18].

        A certificate signed with EdDSA names no hash, so certConf does [RFC 9480, 2.10].
        """
        confirmation = Confirmation(
            cert_hash=hashlib.new(hash_name or "sha512", certificate).digest(),
            cert_req_id=CERT_REQ_ID,
            status=status,
            hash_algorithm=None if hash_name else _SHA512,
        )
        return (
            yield from self.transaction.ask(
                bodies.encode_confirmations((confirmation,)),
                version=CMP2000 if hash_name else CMP2021,
            )
        )

    def _confirmed(
        self, answer: Message, delivery: Delivery, issued: Issued, result: CmpResult
    ) -> Machine[CmpResult]:
        """Return *result* once *answer*, or a later one, is pkiConf.

        Of a certConf that went out twice the CA may say that it knew: the first one was heard.
        """
        found = yield from delivery.decided(answer, wait=self.wait)
        if isinstance(found, Pause):
            return self._waiting(found, delivery, issued)
        if found.kind == "error":
            info = bodies.decode_error(found)
            if self.transaction.repeated and "certConfirmed" in info.fail_info:
                return result
            raise refusal(_CONFIRMATION, info)
        if found.kind != "pkiConf":
            raise ProtocolError(f"the CA answered the confirmation with {found.kind}")
        bodies.decode_pki_confirm(found)
        return result
