"""CMPv2 answers of the lab CA over HTTP, and the faults that strike them [RFC 6712]."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from srpki.core.clock import Clock
from srpki.core.errors import ProtocolError, RefusedError, SrpkiError, StorageError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca.authority import Authority
from srpki.labca.conditions import Circumstances, Wish, subject_names
from srpki.labca.desk import NotYetError
from srpki.labca.fault_script import FaultScript
from srpki.labca.faults import Fault
from srpki.labca.generations import View
from srpki.labca.issuing import Wanted, issue
from srpki.labca.policy import PolicyError
from srpki.labca.striking import StruckError, strike
from srpki.labca.transactions import KeptTransactions
from srpki.protocol.cmp.server import CmpServer, Received
from srpki.protocol.cmp.server_checks import Peer, RefusalError
from srpki.protocol.cmp.server_envelope import AS_IT_SHOULD_BE, Deviation, ServerIdentity
from srpki.protocol.cmp.server_requests import Enrolment
from srpki.protocol.cmp.server_turns import PutOffError

CONTENT_TYPE: Final = "application/pkixcmp"
PATHS: Final = ("/", "/pkix", "/pkix/", "/.well-known/cmp")
OPERATIONS: Final = (
    *("initialization", "certification", "keyupdate", "pkcs10", "revocation"),
    *("getcacerts", "getrootupdate", "getcertreqtemplate", "getcrls"),
)
"""Last parts of a path that RFC 9483, 6.1, has for what is served here."""
_PUT_OFF: Final = ("waiting", "late-nonce", "error-waiting")
_WELL_KNOWN: Final = "/.well-known/cmp/"
_LABELLED: Final = f"{_WELL_KNOWN}p/"


class CmpResponder:
    """Answers CMP requests; safe between threads."""

    def __init__(
        self,
        authority: Authority,
        faults: FaultScript,
        *,
        log: Callable[[str], None],
        cancel: threading.Event | None = None,
        pace: Clock | None = None,
    ) -> None:
        """Issue from *authority*; *cancel* ends a slow answer when the server stops.

        A slow answer takes its seconds on *pace*, the authority's clock when it is not given.
        """
        self._authority = authority
        self._faults = faults
        self._log = log
        self._cancel = cancel or threading.Event()
        self._pace = pace or authority.clock
        self._shows: tuple[View, ServerIdentity] | None = None
        self._kept = KeptTransactions(authority.directory)
        self._server = CmpServer(
            authority,
            self._identity,
            authority.clock,
            authority.entropy,
            implicit_confirm=authority.settings.implicit_confirm,
            message_time=authority.settings.message_time,
            strict=authority.settings.cmp_profile == "rfc9483",
            keeper=self._kept,
        )

    def _identity(self) -> ServerIdentity:
        """Return how the server shows itself now: made anew when what is seen of the CA changes."""
        view = self._authority.generations.view
        if self._shows is None or self._shows[0] is not view:
            self._shows = view, _identity(view)
        return self._shows[1]

    def close(self) -> None:
        """Let go of the file of open transactions."""
        self._kept.close()

    def take_up(self) -> frozenset[bytes]:
        """Go on with what an earlier process has left open; return the certificates (DER) in it.

        Raises `StorageError`.
        """
        sent = set()
        for identifier, transaction in self._kept.left(self._authority):
            self._server.take_up(identifier, transaction)
            if transaction.certificate is not None:
                sent.add(transaction.certificate)
        return frozenset(sent)

    def expire(self) -> None:
        """Revoke certificates whose owners have not confirmed them in time."""
        try:
            self._server.expire()
        except StorageError as error:
            self._log(f"cmp: {error.sentence}")

    def next_expiry(self) -> datetime | None:
        """Return when `expire` has something to do, if ever."""
        return self._server.next_expiry()

    def handle(
        self,
        request: HttpRequest,
        peer_certificate: bytes | None = None,  # noqa: ARG002 - CMP brings its own protection
    ) -> HttpReply | None:
        """Return the answer, None for none at all."""
        reply = _refused(request)
        if reply is not None:
            self._log(f"cmp: {reply.body.decode().strip()}")
            return reply
        try:
            return self._answer(request)
        except ProtocolError as error:
            self._log(f"cmp: {error.sentence}")
            return _text(HTTPStatus.BAD_REQUEST, error.sentence)
        except StruckError as struck:
            return struck.reply

    def _answer(self, request: HttpRequest) -> HttpReply:
        received = self._server.receive(request.body)
        fault = None
        if received.peer is not None:
            fault = self._faults.take(
                received.kind.lower(),
                kept=request.kept,
                circumstances=self._circumstances(received, received.peer, request.client),
            )
        noted = f" (fault: {fault})" if fault is not None else ""
        try:
            fault = strike(fault, CONTENT_TYPE, self._pace, self._cancel)
        except StruckError:
            self._log(f"cmp {received.kind} {received.peer}:{noted}")
            raise
        sender = "?" if received.peer is None else str(received.peer)
        answer = self._server.answer(
            received, lambda enrolment: self._issue(enrolment, fault, sender), _deviation(fault)
        )
        self._log(f"cmp {received.kind} {sender}: {answer.note}{noted}")
        return HttpReply(
            status=HTTPStatus.OK, headers={"content-type": CONTENT_TYPE}, body=answer.data
        )

    def _circumstances(self, received: Received, peer: Peer, client: str) -> Circumstances:
        """Return what a fault may ask of a request: its sender is known by several names."""

        def wish() -> Wish:
            found = self._server.concerns(received)
            if found is None:
                return Wish()
            return Wish(found.subject.rfc4514_string(), found.public_key)

        return Circumstances(
            now=self._authority.clock.now(),
            clients=lambda: (client, *peer_names(peer)),
            wish=wish,
        )

    def _issue(self, enrolment: Enrolment, fault: Fault | None, client: str) -> bytes:
        try:
            wanted = Wanted(
                enrolment.subject,
                enrolment.public_key,
                (*enrolment.extensions, *enrolment.kept),
                operation=enrolment.kind,
                client=lambda: client,
                not_before=enrolment.not_before,
                not_after=enrolment.not_after,
            )
            return issue(self._authority, fault, wanted).certificate
        except NotYetError as later:
            raise PutOffError(later.seconds) from None
        except PolicyError as error:
            raise RefusalError(error.fail_info, error.sentence) from None
        except RefusedError as error:
            raise RefusalError("badCertTemplate", error.sentence) from None
        except SrpkiError as error:
            raise RefusalError("systemFailure", error.sentence) from None


def _identity(view: View) -> ServerIdentity:
    present = view.shown[0]
    return ServerIdentity(
        key=present.cmp_signer.key,
        certificate=present.cmp_signer.certificate,
        issuing=present.issuing.certificate,
        roots=tuple(dict.fromkeys(one.root for one in view.shown)),
        links=view.links,
        handed_out=view.handed_out,
        root_update=view.root_update,
    )


def peer_names(peer: Peer) -> tuple[str, ...]:
    """Return what *peer* may be called: its reference, or subject and common names."""
    if not peer.signs:
        return (peer.reference.decode("utf-8", "replace"),)
    return subject_names(peer.certificate)


def _refused(request: HttpRequest) -> HttpReply | None:
    """Return why *request* is no CMP transfer [RFC 6712, 3], None when it is one."""
    path = urlsplit(request.url).path
    operation = path.removeprefix(_WELL_KNOWN)
    if path not in PATHS and operation not in OPERATIONS and not path.startswith(_LABELLED):
        return _text(HTTPStatus.NOT_FOUND, "CMP is served at /pkix/ and /.well-known/cmp")
    if request.method != "POST":
        refused = _text(HTTPStatus.METHOD_NOT_ALLOWED, "CMP messages are sent with POST")
        return HttpReply(
            status=refused.status, headers={**refused.headers, "allow": "POST"}, body=refused.body
        )
    kind = next((v for k, v in request.headers if k.lower() == "content-type"), "")
    if kind.partition(";")[0].strip().lower() != CONTENT_TYPE:
        return _text(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {CONTENT_TYPE}")
    return None


def _text(status: HTTPStatus, text: str) -> HttpReply:
    return HttpReply(
        status=status,
        headers={"content-type": "text/plain; charset=utf-8"},
        body=f"{text}\n".encode(),
    )


def _deviation(fault: Fault | None) -> Deviation:
    """Say what *fault* means for the answer's message."""
    if fault is None:
        return AS_IT_SHOULD_BE
    return Deviation(
        reject=(fault.failinfo or "badRequest") if fault.action == "reject" else "",
        text=fault.text,
        waiting=fault.delay if fault.action in _PUT_OFF else 0,
        late_nonce=fault.action == "late-nonce",
        error_waiting=fault.action == "error-waiting",
        bad_confirm=fault.action == "bad-pkiconf",
        wrong_nonce=fault.action == "wrong-nonce",
        wrong_transaction=fault.action == "wrong-transaction",
        unprotected=fault.action == "unprotected",
        bad_protection=fault.action == "bad-protection",
    )
