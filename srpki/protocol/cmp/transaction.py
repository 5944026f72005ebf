"""One CMP transaction: headers, nonces and protection of its messages [RFC 4210, 5.1]."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import ProtocolError, RefusedError, UsageError
from srpki.core.text import utc
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol.cmp import bodies, mac, messages, protect
from srpki.protocol.cmp.header import (
    CMP2000,
    CMP2021,
    IDENTIFIER_OCTETS,
    NULL_DN,
    Header,
    check_answer,
)
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.peer import CmpPeer, Issued, MacCredentials, Pending, SignatureCredentials
from srpki.protocol.cmp.signer import Signers, issuer_and_subject
from srpki.protocol.steps import Machine, sent
from srpki.protocol.text import peer_text
from srpki.x509 import keys
from srpki.x509.certificates import facts

MEDIA_TYPE: Final = "application/pkixcmp"
"""Content-Type of a PKIMessage over HTTP [RFC 6712, 3.4]."""
_TOLERATED_TYPES: Final = ("", MEDIA_TYPE, "application/pkixcmp-poll", "application/octet-stream")
_HEADERS: Final = (("Content-Type", MEDIA_TYPE), ("Accept", MEDIA_TYPE))

Credentials = MacCredentials | SignatureCredentials


@dataclass(frozen=True, slots=True)
class _Identity:
    """How requests are signed off: sender, senderKID, protection and certificates sent along."""

    sender: bytes
    sender_kid: bytes | None
    protector: messages.Protector
    extra_certs: tuple[bytes, ...]


class Transaction:
    """Sends requests and returns the answers that belong to them and are protected as must be."""

    def __init__(
        self,
        peer: CmpPeer,
        credentials: Credentials,
        *,
        clock: Clock,
        entropy: Entropy,
        subject: bytes = NULL_DN,
        pending: Pending | None = None,
    ) -> None:
        """Begin a transaction, or go on with *pending*; *subject* (a Name) is what is asked for.

        Raises:
            RefusedError: when the certificate may not sign now, or belongs to another key.
            InvalidInputError: when a certificate or name cannot be read.
        """
        self._peer = peer
        self._clock = clock
        self._entropy = entropy
        self._signers = Signers(peer)
        self._mac: mac.MacVerifier | None = None
        if isinstance(credentials, MacCredentials):
            self._mac = mac.MacVerifier(credentials.secret)
        self._identity = self._identify(credentials, subject if pending is None else pending.sender)
        self._recipient = peer.recipient or _first_subject(peer)
        self._last: Header | None = None
        self._request_nonce = b""
        self.id = entropy.octets(IDENTIFIER_OCTETS)
        self.repeated = False
        """Whether the last request, or a poll for its answer, went out twice: see `HttpReply`."""
        if pending is not None:
            self.id = pending.transaction_id
            self._request_nonce = pending.request_nonce
            self._last = Header(
                sender_nonce=pending.sender_nonce or None,
                recipient_nonce=pending.recipient_nonce or None,
            )

    def _identify(self, credentials: Credentials, subject: bytes) -> _Identity:
        if isinstance(credentials, MacCredentials):
            salt = self._entropy.octets(mac.SALT_OCTETS)
            return _Identity(
                subject if self._peer.always_set_sender_for_ir else NULL_DN,
                credentials.reference.encode(),
                mac.MacProtector(credentials.secret, salt),
                (),
            )
        protector = protect.SignatureProtector(credentials.key, credentials.hash_algorithm)
        certificate = credentials.certificate
        if certificate is None:
            sender = subject if self._peer.always_set_sender_for_ir else NULL_DN
            return _Identity(sender, None, protector, ())
        self._check_usable(certificate, credentials)
        return _Identity(
            issuer_and_subject(certificate)[1],
            facts(certificate).subject_key_identifier,
            protector,
            (certificate, *credentials.chain),
        )

    def _check_usable(self, certificate: bytes, credentials: SignatureCredentials) -> None:
        said, now = facts(certificate), self._clock.now()
        if now < said.not_before:
            raise RefusedError(
                f'CMPv2 cannot sign with "{said.subject}", which is not valid before'
                f" {utc(said.not_before)}, and it is {utc(now)} here",
                hint="wait until then, or set the clock if it is behind",
            )
        if now > said.not_after:
            raise RefusedError(
                f'CMPv2 cannot sign with "{said.subject}", which expired on {utc(said.not_after)}',
                hint="enrol anew with a reference and password",
            )
        if not keys.same_public_key(certificate, credentials.key):
            raise RefusedError(f'the key is not that of certificate "{said.subject}"')

    @property
    def sender(self) -> bytes:
        """The Name (DER) in the headers of the requests."""
        return self._identity.sender

    def ask(self, body: bytes, *, version: int = CMP2000) -> Machine[Message]:
        """Send *body*, a PKIBody, and return the answer, its header and protection checked.

        Raises:
            ProtocolError: the answer is no CMP message (an HTTP error is not the CA's word), not
                for this request, or not protected by whom it must be.
        """
        polling = messages.kind_of(body) == "pollReq"
        header = Header(
            pvno=version,
            sender=self._identity.sender,
            recipient=self._recipient,
            message_time=self._clock.now(),
            sender_kid=self._identity.sender_kid,
            transaction_id=self.id,
            sender_nonce=self._entropy.octets(IDENTIFIER_OCTETS),
            recipient_nonce=self._recipient_nonce(polling),
        )
        if not polling:
            self._request_nonce = header.sender_nonce or b""
            self.repeated = False
        data = messages.encode(header, body, self._identity.protector, self._identity.extra_certs)
        request = HttpRequest(method="POST", url=self._peer.url, headers=_HEADERS, body=data)
        reply = yield from sent(request)
        self.repeated |= reply.repeated
        answer = messages.decode(_content(reply))
        self._check(answer, header)
        self._verify(answer)
        self._last = answer.header
        return answer

    def _check(self, answer: Message, request: Header) -> None:
        """Raise `ProtocolError` unless *answer* is one of CMPv2 and belongs to *request*.

        What a request that was put off is answered in the end names that request or the last
        poll: RFC 9483 and RFC 9810 differ. A pollRep answers a poll and nothing else.
        """
        if answer.header.pvno not in (CMP2000, CMP2021):
            said = ""
            if answer.kind == "error":  # what the CA has to say of it
                with suppress(ProtocolError):
                    said = f": {bodies.decode_error(answer)}"
            raise ProtocolError(
                f"the answer has CMP version {answer.header.pvno}{said}",
                hint="CMPv2 is needed (pvno 2 or 3)",
            )
        put_off = b"" if answer.kind == "pollRep" else self._request_nonce
        check_answer(answer.header, request, put_off=put_off)

    def names_request(self, answer: Message) -> bool:
        """Whether *answer* carries the nonce of the last request that was no poll."""
        return answer.header.recipient_nonce == self._request_nonce

    def _recipient_nonce(self, polling: bool) -> bytes | None:
        if self._last is None:
            return None
        if polling and self._peer.same_recipient_nonce_for_poll_request:
            return self._last.recipient_nonce
        return self._last.sender_nonce

    def _verify(self, answer: Message) -> None:
        if answer.protection is None:
            self._tolerate(answer)
        elif mac.is_mac(answer):
            if self._mac is None:
                raise ProtocolError(f"the {answer.kind} is protected with a password, not signed")
            self._mac.verify(answer)
        else:
            self._signers.verify(answer, self._clock.now())

    def _tolerate(self, answer: Message) -> None:
        """Raise `ProtocolError` unless the ca-profile lets this answer be unprotected."""
        if answer.kind == "error":
            if self._peer.accept_unprotected_error:
                return
            raise ProtocolError(
                f"the CA answered with an unprotected error: {bodies.decode_error(answer)}",
                hint="see accept-unprotected-message error-message of the ca-profile",
            )
        if answer.kind == "pkiConf" and self._peer.accept_unprotected_pkiconf:
            return
        hint = "see accept-unprotected-message pkiconf-message of the ca-profile"
        raise ProtocolError(
            f"the {answer.kind} is not protected", hint=hint if answer.kind == "pkiConf" else ""
        )

    def pending(
        self, request: str, cert_req_id: int, check_after: int, issued: Issued | None
    ) -> Pending:
        """Return what is needed to go on with this transaction later."""
        last = self._last or Header()
        return Pending(
            request=request,
            cert_req_id=cert_req_id,
            check_after=check_after,
            transaction_id=self.id,
            sender_nonce=last.sender_nonce or b"",
            recipient_nonce=last.recipient_nonce or b"",
            request_nonce=self._request_nonce,
            sender=self._identity.sender,
            issued=issued,
        )


def _first_subject(peer: CmpPeer) -> bytes:
    if not peer.ca_certificates:
        raise UsageError("the CA has no certificate", hint="see cert-file of the ca-profile")
    return issuer_and_subject(peer.ca_certificates[0])[1]


def _content(reply: HttpReply) -> bytes:
    """Return the PKIMessage in *reply* (DER); an HTTP error may carry one [RFC 6712, 3.5]."""
    media_type = reply.header("content-type").partition(";")[0].strip().lower()
    if reply.status != 200 and media_type != MEDIA_TYPE:
        raise ProtocolError(
            f"the CMP server answered with HTTP status {reply.status}",
            hint="see the URL of the ca-profile" if reply.status in (404, 405) else "",
        )
    if media_type not in _TOLERATED_TYPES:
        raise ProtocolError(f"the CMP server answered with {peer_text(media_type, 60)}, not CMP")
    if not reply.body:
        raise ProtocolError("the CMP server answered with nothing")
    return reply.body
