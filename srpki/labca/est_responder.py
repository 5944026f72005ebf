"""EST answers of the lab CA: who may enrol, what is issued, which fault strikes [RFC 7030]."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http import HTTPStatus

from srpki.core.clock import Clock
from srpki.core.errors import RefusedError, StorageError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.labca.authority import Authority
from srpki.labca.conditions import Circumstances, Wish, subject_names
from srpki.labca.desk import NotYetError
from srpki.labca.fault_script import FaultScript
from srpki.labca.faults import Fault
from srpki.labca.issuing import Wanted, issue
from srpki.labca.store import Issued
from srpki.labca.striking import CLOSED, StruckError, strike
from srpki.protocol.est import attributes, messages, server
from srpki.protocol.est.server import RequestRefusedError
from srpki.x509 import names
from srpki.x509.csr import CertificationRequest

_REALM = "srpki lab EST"
_TYPES = {"cacerts": messages.PKCS7, "csrattrs": messages.CSRATTRS}


class EstResponder:
    """Answers EST requests; safe between threads."""

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
        self._http = server.HttpAuthentication(
            _REALM, authority.est_password_of, authority.entropy, authority.settings.est_schemes
        )

    def handle(
        self, request: HttpRequest, peer_certificate: bytes | None = None
    ) -> HttpReply | None:
        """Return the answer, None for none at all.

        *peer_certificate* (DER) is the one whose key TLS has proved; whether it may be used now
        is judged here, by the authority's clock.
        """
        operation, note = "-", ""
        struck: list[Fault] = []
        reply: HttpReply | None
        try:
            operation = server.operation(request)
            reply, note = self._serve(operation, request, peer_certificate, struck)
        except RequestRefusedError as error:
            reply, note = error.reply, error.sentence
        except StruckError as end:
            reply = end.reply
        status = "no answer" if reply is None or reply is CLOSED else str(int(reply.status))
        noted = [status, *([note] if note else []), *(f"(fault: {fault})" for fault in struck)]
        self._log(f"est {operation}: {' '.join(noted)}")
        return reply

    def _serve(
        self,
        operation: str,
        request: HttpRequest,
        peer_certificate: bytes | None,
        struck: list[Fault],
    ) -> tuple[HttpReply, str]:
        """Return the answer and what to note of it; *struck* gets the fault that happens."""
        authority = self._authority
        wrapped = _wraps(authority.settings.wrap_base64, request)
        if operation == "cacerts":
            self._strike(operation, request, struck)
            more = authority.settings.more_ca_certificates
            handed_out = (*authority.generations.view.handed_out, *more)
            reply = server.certificates_reply(
                handed_out, wrapped=wrapped, content_type=messages.PKCS7
            )
            return reply, f"{len(handed_out)} certificates"
        if operation == "csrattrs":
            self._strike(operation, request, struck)
            wanted = authority.settings.csr_attributes
            note = "what requests must have" if wanted else "requests as they like"
            return server.attributes_reply(wanted, wrapped=wrapped), note
        return self._enrol(operation, request, peer_certificate, struck)

    def _enrol(
        self,
        operation: str,
        request: HttpRequest,
        peer_certificate: bytes | None,
        struck: list[Fault],
    ) -> tuple[HttpReply, str]:
        """Answer a simpleenroll or simplereenroll; as `_serve`."""
        holder, user = self._authenticate(request, peer_certificate)
        asked, extensions = server.read_request(request, self._authority.judge_key)
        wanted = self._authority.settings.csr_attributes
        if wanted and attributes.read(wanted).challenge:
            server.check_linked(asked, request.binding)
        if operation == "simplereenroll":
            self._check_renewed(asked, holder)

        def client() -> tuple[str, ...]:
            return (user,) if holder is None else subject_names(holder)

        fault = self._strike(operation, request, struck, client, asked)
        if fault is not None and fault.action == "reject":
            text = fault.text or "the request was refused"
            raise RequestRefusedError(HTTPStatus.FORBIDDEN, text)
        if fault is not None and fault.action == "waiting":
            return server.later_reply(fault.delay), f"try again in {fault.delay} s"
        wishes = Wanted(asked.subject, asked.public_key, extensions, operation, lambda: client()[0])
        try:
            issued = self._issue(fault, wishes)
        except NotYetError as later:
            return server.later_reply(later.seconds), f"waits for approval: {wishes.client()}"
        wrapped = _wraps(self._authority.settings.wrap_base64, request)
        note = f"{issued.subject} serial {issued.serial:x}"
        return server.certificates_reply((issued.certificate,), wrapped=wrapped), note

    def _issue(self, fault: Fault | None, wishes: Wanted) -> Issued:
        """Issue what is wished, and note that its owner has it: EST has no confirmation."""
        try:
            issued = issue(self._authority, fault, wishes)
            self._authority.confirm(issued.certificate)
        except RefusedError as error:
            raise RequestRefusedError(HTTPStatus.BAD_REQUEST, error.sentence) from None
        except StorageError as error:
            raise RequestRefusedError(HTTPStatus.INTERNAL_SERVER_ERROR, error.sentence) from None
        return issued

    def _strike(
        self,
        operation: str,
        request: HttpRequest,
        struck: list[Fault],
        client: Callable[[], tuple[str, ...]] = tuple,
        asked: CertificationRequest | None = None,
    ) -> Fault | None:
        """Let a fault happen to *request*, of a *client* with these names, for what is *asked*."""
        content_type = _TYPES.get(operation, messages.CERTS_ONLY)

        def wish() -> Wish:
            if asked is None:
                return Wish()
            return Wish(asked.subject.rfc4514_string(), asked.public_key)

        circumstances = Circumstances(
            now=self._authority.clock.now(),
            clients=lambda: (request.client, *client()),
            wish=wish,
        )
        fault = self._faults.take(operation, kept=request.kept, circumstances=circumstances)
        if fault is not None:
            struck.append(fault)
        return strike(fault, content_type, self._pace, self._cancel)

    def _authenticate(
        self, request: HttpRequest, peer_certificate: bytes | None
    ) -> tuple[bytes | None, str]:
        """Return the client certificate that proves who asks, else the user whom HTTP proves.

        The certificate is None when HTTP credentials prove it.
        Raises `RequestRefusedError` with a challenge when neither does.
        """
        reason = ""
        if peer_certificate is not None:
            _, reason = self._authority.judge_signer(peer_certificate, (), foreign=True)
            if not reason:
                return peer_certificate, ""
        try:
            return None, self._http.user(request, self._authority.clock.monotonic())
        except RequestRefusedError as error:
            if not reason:
                raise
            told = f"the client certificate is {reason}, and {error.sentence}"
            raise RequestRefusedError(
                error.reply.status, told, error.reply.headers, error.reply.challenges
            ) from None

    def _check_renewed(self, asked: CertificationRequest, holder: bytes | None) -> None:
        """Check that there is a certificate to be renewed [RFC 7030, section 4.2.2].

        It is the client certificate when that has the names asked for, else another one issued
        here: a router's TLS profile may have a certificate of its own.
        """
        if holder is not None and self._authority.issued(holder) is None:
            raise RequestRefusedError(
                HTTPStatus.FORBIDDEN, "a vendor's certificate enrols, but renews nothing of this CA"
            )
        if holder is not None and server.same_identity(asked, holder):
            return
        if not self._authority.knows(
            names.canonical(asked.subject), names.alternative_names(asked.san)
        ):
            raise RequestRefusedError(
                HTTPStatus.FORBIDDEN,
                "subject and subjectAltName are those of no certificate to be renewed",
            )


def _wraps(setting: str, request: HttpRequest) -> bool:
    """Whether the body of an answer is wrapped.

    Clients on OpenSSL's base64 need it, as libest, the one that asks by HTTP/1.0; strongSwan reads
    one line alone.
    """
    return setting == "always" or (setting == "as-needed" and request.http10)
