"""CMP client: ir, cr, kur and polling as machines [RFC 4210, 5.3; RFC 6712].

A machine yields what is to be sent or waited for (`srpki.protocol.steps`). It asks for one
certificate, proves possession of the key by a signature, and confirms what it gets with certConf:
implicit confirmation is not asked for, but honoured when the CA grants it all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from cryptography import x509

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import (
    InvalidInputError,
    PeerError,
    ProtocolError,
    ResponseTimeoutError,
    TransportError,
    UsageError,
)
from srpki.core.wire import HttpReply
from srpki.protocol.cmp import bodies
from srpki.protocol.cmp.bodies import CertificateRequest, CertificateResponse, Confirmation
from srpki.protocol.cmp.header import CMP2000, CMP2021
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.peer import (
    CmpPeer,
    CmpResult,
    MacCredentials,
    Pending,
    SignatureCredentials,
)
from srpki.protocol.cmp.signer import issuer_and_subject
from srpki.protocol.cmp.status import (
    ACCEPTED,
    GRANTED_WITH_MODS,
    REJECTION,
    WAITING,
    StatusInfo,
    refusal,
)
from srpki.protocol.cmp.transaction import Credentials, Transaction
from srpki.protocol.steps import Machine, Send, Wait
from srpki.protocol.text import peer_text
from srpki.x509 import certificates, der, keys, signatures
from srpki.x509.keys import PrivateKey

__all__ = [
    "Accept",
    "CmpPeer",
    "CmpResult",
    "MacCredentials",
    "Pending",
    "SignatureCredentials",
    "certificate_request",
    "initial_registration",
    "key_update",
    "poll",
]

Accept = Callable[[bytes, Sequence[bytes]], str | None]
"""Judges a certificate, given it and the other certificates sent (DER): a reason to reject it."""

SHORTEST_WAIT: Final = 1
"""Seconds that lie between two polls, whatever the server asks for."""
LONGEST_WAIT: Final = 3600
"""Seconds after which the server is asked again, whatever it asks for."""

_CERT_REQ_ID: Final = 0
_ANSWERS: Final = {"ir": "ip", "cr": "cp", "kur": "kup"}
_NAMES: Final = {
    "ir": "the initial registration",
    "cr": "the certificate request",
    "kur": "the key update",
}
_SUBJECT_ALT_NAME: Final = der.encode_oid("2.5.29.17")
_CRITICAL: Final = b"\x01\x01\xff"
_SHA512: Final = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.3"))
_FALLBACK_HASH: Final = "sha256"  # to name a certificate that cannot be read


def initial_registration(
    peer: CmpPeer,
    credentials: Credentials,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a first certificate for *key* with *subject* and *san* [RFC 4210, 5.3.1].

    With *poll* the machine waits for the certificate, else ``waiting`` is a result. *accept* is
    asked before the certificate is confirmed.

    Raises:
        PeerRefusedError: the CA said no.
        ProtocolError: an answer is not what CMP allows, as an HTTP error, or is not protected by
            whom it must be.
        PeerError: the certificate is for another key or *accept* gave a reason.
        ResponseTimeoutError: the certificate was not issued in time.
        UsageError: the credentials cannot be used.
    """
    name, public_key = subject.public_bytes(), keys.spki(key)
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy, subject=name)
    task = _Task(transaction, peer, "ir", public_key, _CERT_REQ_ID, clock, accept)
    body = _new_certificate("ir", key, subject, san, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from task.finish(answer, poll=poll))


def certificate_request(
    peer: CmpPeer,
    credentials: SignatureCredentials,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a further certificate for *key*, signed with a present one [RFC 4210, 5.3.3].

    Raises what `initial_registration` raises.
    """
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy)
    task = _Task(transaction, peer, "cr", keys.spki(key), _CERT_REQ_ID, clock, accept)
    body = _new_certificate("cr", key, subject, san, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from task.finish(answer, poll=poll))


def key_update(
    peer: CmpPeer,
    credentials: SignatureCredentials,
    new_key: PrivateKey,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a certificate for *new_key* in place of the credentials' one [RFC 4210, 5.3.5].

    Subject and subjectAltName are those of the old certificate, which the oldCertID control
    names. Raises what `initial_registration` raises.
    """
    old = credentials.certificate
    if old is None:
        raise UsageError("a key update needs the certificate that is to be replaced")
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy)
    issuer, subject = issuer_and_subject(old)
    said, public_key = certificates.facts(old), keys.spki(new_key)
    request = CertificateRequest(
        cert_req_id=_CERT_REQ_ID,
        subject=subject,
        public_key=public_key,
        extensions=_extensions(certificates.san_of(old), critical=not said.subject),
        old_certificate=(issuer, said.serial),
    )
    task = _Task(transaction, peer, "kur", public_key, _CERT_REQ_ID, clock, accept)
    body = _signed(request, "kur", new_key, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from task.finish(answer, poll=poll))


def poll(
    peer: CmpPeer,
    credentials: Credentials,
    pending: Pending,
    key: PrivateKey,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
) -> Machine[CmpResult]:
    """Ask once whether the certificate of *pending* for *key* is ready [RFC 4210, 5.3.22].

    Raises what `initial_registration` raises.
    """
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy, pending=pending)
    task = _Task(
        transaction, peer, pending.request, keys.spki(key), pending.cert_req_id, clock, accept
    )
    answer = yield from transaction.ask(bodies.encode_poll_request(pending.cert_req_id))
    return (yield from task.finish(answer, poll=False, polls=1))


def _new_certificate(
    kind: str,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    hash_name: str,
) -> bytes:
    """Return the PKIBody *kind* that asks for a certificate for *key*, which it proves to have."""
    request = CertificateRequest(
        cert_req_id=_CERT_REQ_ID,
        subject=subject.public_bytes(),
        public_key=keys.spki(key),
        extensions=_extensions(san, critical=not list(subject)),
    )
    return _signed(request, kind, key, hash_name)


def _signed(request: CertificateRequest, kind: str, key: PrivateKey, hash_name: str) -> bytes:
    """Return the PKIBody of *request* with a signature by *key* that proves possession."""
    data = bodies.encode_request(request)
    algorithm = signatures.algorithm(key, hash_name)
    return bodies.encode_signed_request(kind, data, algorithm, keys.sign(key, data, hash_name))


def _extensions(san: x509.SubjectAlternativeName | None, *, critical: bool) -> bytes | None:
    """Return Extensions (DER) with *san*, critical when there is no subject [RFC 5280, 4.2.1.6]."""
    if san is None:
        return None
    value = der.encode(der.OCTET_STRING, san.public_bytes())
    extension = (_SUBJECT_ALT_NAME, _CRITICAL if critical else b"", value)
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *extension))


@dataclass(frozen=True, slots=True)
class _Pause:
    """The certificate is not ready: ask again after *seconds*; *reason* is the CA's."""

    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class _Final:
    """The CA has decided: its response and the CA certificates that came with it."""

    response: CertificateResponse
    ca_pubs: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Task:
    """What is left to do once the request is answered: poll, judge, confirm."""

    transaction: Transaction
    peer: CmpPeer
    request: str
    public_key: bytes
    cert_req_id: int
    clock: Clock
    accept: Accept

    def finish(self, answer: Message, *, poll: bool, polls: int = 0) -> Machine[CmpResult]:
        """Return the certificate that *answer*, or a later one, brings."""
        waited = 0
        while True:
            found = self._read(answer, polls)
            if isinstance(found, _Final):
                return (yield from self._conclude(answer, found))
            if not poll:
                return self._waiting(answer, found)
            waited += found.seconds
            if polls >= self.peer.max_polls or waited > self.peer.max_poll_seconds:
                raise ResponseTimeoutError(
                    f"the CA did not decide on {_NAMES[self.request]} after {polls} polls",
                    hint="ask the CA's operator",
                )
            if found.seconds:
                yield Wait(found.seconds, found.reason or "the CA asks to wait")
            polls += 1
            answer = yield from self.transaction.ask(bodies.encode_poll_request(self.cert_req_id))

    def _read(self, answer: Message, polls: int) -> _Pause | _Final:
        """Return what *answer* says, after so many *polls*; raises what an error says."""
        if answer.kind == "error":
            raise refusal(_NAMES[self.request], bodies.decode_error(answer))
        if answer.kind == "pollRep" and polls:
            return self._read_poll_answer(answer)
        if answer.kind != _ANSWERS[self.request]:
            raise ProtocolError(f"the CA answered {_NAMES[self.request]} with {answer.kind}")
        responses, ca_pubs = bodies.decode_responses(answer)
        if len(responses) != 1 or responses[0].cert_req_id != self.cert_req_id:
            raise ProtocolError(f"the {answer.kind} is for another request")
        response = responses[0]
        if response.status.status == WAITING:  # the first poll follows at once, 5.3.22
            return _Pause(SHORTEST_WAIT if polls else 0, response.status.line)
        return _Final(response, ca_pubs)

    def _read_poll_answer(self, answer: Message) -> _Pause:
        for item in bodies.decode_poll_answers(answer):
            if item.cert_req_id == self.cert_req_id:
                seconds = max(SHORTEST_WAIT, min(item.check_after, LONGEST_WAIT))
                return _Pause(seconds, StatusInfo(text=item.reason).line)
        raise ProtocolError("the pollRep is for another request")

    def _waiting(self, answer: Message, pause: _Pause) -> CmpResult:
        return CmpResult(
            status=StatusInfo(WAITING).word,
            status_text=pause.reason,
            certificate=None,
            ca_pubs=(),
            extra_certs=answer.extra_certs,
            pending=self.transaction.pending(self.request, self.cert_req_id, pause.seconds),
            response_time=self.clock.now(),
        )

    def _conclude(self, answer: Message, found: _Final) -> Machine[CmpResult]:
        """Judge and confirm the certificate that was issued, or say why there is none."""
        status, certificate = found.response.status, found.response.certificate
        if status.status not in (ACCEPTED, GRANTED_WITH_MODS):
            raise refusal(_NAMES[self.request], status)
        if certificate is None:
            raise ProtocolError(f"the {answer.kind} has no certificate, or an encrypted one")
        responded = self.clock.now()
        reason, hash_name = self._judge(certificate, (*answer.extra_certs, *found.ca_pubs))
        if reason is not None:
            yield from self._reject(answer, certificate, hash_name, reason)
        elif not answer.header.implicit_confirm:
            yield from self._confirm(certificate, hash_name, None)
        return CmpResult(
            status=status.word,
            status_text=status.line,
            certificate=certificate,
            ca_pubs=found.ca_pubs,
            extra_certs=answer.extra_certs,
            pending=None,
            response_time=responded,
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

    def _reject(
        self, answer: Message, certificate: bytes, hash_name: str, reason: str
    ) -> Generator[Send, HttpReply | None, None]:
        """Tell the CA that *certificate* is not wanted, as far as it listens, and raise."""
        if not answer.header.implicit_confirm:
            status = StatusInfo(REJECTION, (peer_text(reason),), ("incorrectData",))
            with suppress(PeerError, TransportError):
                yield from self._confirm(certificate, hash_name, status)
        raise PeerError(f"the certificate from the CA is rejected: {reason}")

    def _confirm(
        self, certificate: bytes, hash_name: str, status: StatusInfo | None
    ) -> Generator[Send, HttpReply | None, None]:
        """Send certConf and read pkiConf [RFC 4210, 5.3.18].

        A certificate signed with EdDSA names no hash, so certConf does [RFC 9480, 2.10].
        """
        confirmation = Confirmation(
            cert_hash=hashlib.new(hash_name or "sha512", certificate).digest(),
            cert_req_id=self.cert_req_id,
            status=status,
            hash_algorithm=None if hash_name else _SHA512,
        )
        answer = yield from self.transaction.ask(
            bodies.encode_confirmations((confirmation,)),
            version=CMP2000 if hash_name else CMP2021,
        )
        if answer.kind == "error":
            raise refusal("the confirmation", bodies.decode_error(answer))
        if answer.kind != "pkiConf":
            raise ProtocolError(f"the CA answered the confirmation with {answer.kind}")
        bodies.decode_pki_confirm(answer)
