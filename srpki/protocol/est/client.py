"""EST client: cacerts, simpleenroll and simplereenroll as machines [RFC 7030, RFC 8951, RFC 9908].

Before it asks for a certificate the client asks what the server wants in the request (csrattrs).

A machine yields what is to be sent or waited for (`srpki.protocol.steps`). User name and password
are sent only after the server has asked for them. That they go to no other server is the
transport's part: it follows no redirect to another scheme, host or port.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import (
    InvalidInputError,
    PeerRefusedError,
    ProtocolError,
    ResponseTimeoutError,
    UsageError,
)
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol.est import attributes, authentication, messages
from srpki.protocol.est.attributes import CsrAttributes
from srpki.protocol.est.authentication import Authentication, DigestSession
from srpki.protocol.steps import Machine, Send, Wait
from srpki.protocol.text import peer_text
from srpki.x509 import csr, keys

MAX_POLLS: Final = 1000
"""How often requests are put off because the server says it is not ready."""
SHORTEST_WAIT: Final = 1.0
"""Seconds that lie between two polls, whatever the server asks for."""
LONGEST_WAIT: Final = 3600.0
"""Seconds after which the server is asked again, whatever it asks for."""

Requesting = Callable[[CsrAttributes, bytes], bytes]
"""Makes a request (PKCS#10 in DER) of what the server wants in it and the session's tls-unique."""

_LINK_ATTEMPTS: Final = 3
_NOT_OFFERED: Final = (204, 501)
_PREFERENCE: Final = ("sha-256", "md5")
_ERROR_TEXT_TYPES: Final = ("", "text/plain", "application/json", "application/problem+json")
_ERROR_TEXT_OCTETS: Final = 2048
_REASONS: Final = {
    202: "Accepted",
    204: "No Content",
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    408: "Request Timeout",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    422: "Unprocessable Content",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
    505: "HTTP Version Not Supported",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EstServer:
    """What an est-profile says of its server.

    *base_url* is ``https://HOST`` or ``https://HOST:PORT``; the paths are absolute. An empty
    *username* means that HTTP authentication is not configured.
    """

    base_url: str
    cacerts_path: str = messages.CACERTS_PATH
    simpleenroll_path: str = messages.SIMPLEENROLL_PATH
    simplereenroll_path: str = messages.SIMPLEREENROLL_PATH
    username: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Raise `UsageError` for anything but https: EST has no other [RFC 7030, section 3.3]."""
        if not self.base_url.startswith("https://"):
            raise UsageError(f'EST needs an "https" URL, not "{self.base_url}"')


def cacerts(server: EstServer, *, entropy: Entropy) -> Machine[tuple[bytes, ...]]:
    """Fetch the CA certificates (DER), in the server's order [RFC 7030, section 4.1].

    Raises:
        PeerRefusedError: the server answered with an HTTP error.
        ProtocolError: the answer is not certs-only PKCS#7.
    """
    conversation = _Conversation(server, entropy)
    accept = (("Accept", messages.PKCS7),)
    reply = yield from conversation.exchange("GET", server.cacerts_path, accept)
    return _certificates(reply)


def simple_enroll(
    server: EstServer, request: Requesting, *, entropy: Entropy, clock: Clock, max_wait: float
) -> Machine[tuple[bytes, ...]]:
    """Have a certificate issued for what *request* makes [RFC 7030, section 4.2.1].

    Returns the issued certificate (DER) and after it whatever else the server sent. *max_wait* is
    the number of seconds that may be waited in all while the server puts the request off.

    Raises:
        PeerRefusedError: the server answered with an HTTP error or refuses the credentials.
        ProtocolError: the answer is not what EST allows, or the certificate is for another key.
        ResponseTimeoutError: the certificate was not issued within *max_wait*.
        InvalidInputError: *request* makes no PKCS#10.
    """
    return _enroll(
        server, server.simpleenroll_path, request, entropy=entropy, clock=clock, max_wait=max_wait
    )


def simple_reenroll(
    server: EstServer, request: Requesting, *, entropy: Entropy, clock: Clock, max_wait: float
) -> Machine[tuple[bytes, ...]]:
    """Have a certificate renewed or its key changed [RFC 7030, section 4.2.2].

    Subject and subjectAltName of the request must be those of the current certificate; otherwise as
    `simple_enroll`.
    """
    return _enroll(
        server, server.simplereenroll_path, request, entropy=entropy, clock=clock, max_wait=max_wait
    )


def _enroll(
    server: EstServer,
    path: str,
    request: Requesting,
    *,
    entropy: Entropy,
    clock: Clock,
    max_wait: float,
) -> Machine[tuple[bytes, ...]]:
    patience = _Patience(clock, max_wait)
    conversation = _Conversation(server, entropy, patience)
    asked = yield from _attributes(conversation, path)
    for _ in range(_LINK_ATTEMPTS):
        binding = conversation.binding
        der = request(asked, binding)
        key = csr.check(der, own=True).spki
        body = messages.encode_body(der, wrapped=True)
        headers = (
            ("Content-Type", messages.PKCS10),
            messages.BASE64,
            ("Content-Length", str(len(body))),
            ("Accept", messages.PKCS7),
        )
        reply = yield from conversation.exchange("POST", path, headers, body)
        # A request that is linked to a session that has ended is made again for the present one.
        linked = not asked.challenge or conversation.binding == binding
        if linked or reply.status < 400:
            break
    return _issued(_certificates(reply), key)


def _attributes(
    conversation: _Conversation, path: str
) -> Generator[Send | Wait, HttpReply | None, CsrAttributes]:
    """Ask what the server wants in a request that goes to *path* [RFC 7030, 4.5; RFC 9908].

    A server need not offer this: every refusal of it means that it wants nothing in particular.
    """
    accept = (("Accept", messages.CSRATTRS),)
    reply = yield from conversation.exchange("GET", _attributes_path(path), accept)
    if reply.status in _NOT_OFFERED or 400 <= reply.status < 500:
        return attributes.NONE
    if reply.status != 200:
        raise PeerRefusedError(f"the EST server answered {_words(reply)} to csrattrs")
    if not reply.body:
        return attributes.NONE
    try:
        messages.check_attributes(reply.header("content-type"))
        return attributes.read(messages.decode_body(reply.body))
    except ProtocolError as error:
        raise ProtocolError(f"answer of the EST server to csrattrs: {error.sentence}") from None


def _attributes_path(path: str) -> str:
    """Return where csrattrs are: beside the operation at *path*, when that has its usual name."""
    place, _, name = path.rpartition("/")
    usual = name in ("simpleenroll", "simplereenroll")
    return f"{place}/csrattrs" if usual else messages.CSRATTRS_PATH


def _certificates(reply: HttpReply) -> tuple[bytes, ...]:
    """Return the certificates of an answer with status 200; raise for every other status."""
    if reply.status != 200:
        raise PeerRefusedError(f"the EST server answered {_words(reply)}")
    try:
        messages.check_certs_only(reply.header("content-type"))
        return messages.read_certificates(reply.body)
    except ProtocolError as error:
        raise ProtocolError(f"answer of the EST server: {error.sentence}") from None


def _issued(found: tuple[bytes, ...], key: bytes) -> tuple[bytes, ...]:
    """Put the certificate for *key* first: the answer may carry its chain, in any order."""
    for position, certificate in enumerate(found):
        if _is_for(certificate, key):
            return (certificate, *found[:position], *found[position + 1 :])
    raise ProtocolError("the certificate is not for the key that was sent")


def _is_for(certificate: bytes, key: bytes) -> bool:
    try:
        return keys.spki(certificate) == key
    except InvalidInputError:  # a key of a kind that is not ours, in a certificate of the chain
        return False


def _words(reply: HttpReply) -> str:
    """Return the status in words and what the server says of it [RFC 7030, section 4.2.3]."""
    status = f"{reply.status} {_REASONS.get(reply.status, '')}".rstrip()
    kind, _ = messages.media_type(reply.header("content-type"))
    if kind not in _ERROR_TEXT_TYPES:
        return status
    said = peer_text(reply.body[:_ERROR_TEXT_OCTETS].decode("utf-8", "replace"))
    return f'{status}: "{said}"' if said else status


class _Patience:
    """How long a server may put an enrolment off [RFC 7030, 4.2.3: 202; RFC 9110: 503]."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        """Wait for *seconds* in all; a Retry-After that is a date counts from *clock*."""
        self._clock = clock
        self._seconds = seconds
        self._waited = 0.0
        self._polls = 0

    def put_off(self, reply: HttpReply) -> Wait | None:
        """Return the wait that *reply* asks for, None when it is the answer.

        Raises:
            ProtocolError: when it does not say how long, or not so that it can be read.
            ResponseTimeoutError: when it is longer than there is patience.
        """
        value = reply.header("retry-after")
        if reply.status not in (202, 503) or (reply.status == 503 and not value):
            return None
        if not value:
            raise ProtocolError("the EST server answered 202 Accepted without a Retry-After header")
        delay = messages.retry_after(value, self._clock.now())
        delay = min(max(delay, SHORTEST_WAIT), LONGEST_WAIT)
        issuing = reply.status == 202
        what = "has not issued the certificate" if issuing else "is not available"
        self._polls += 1
        if self._waited + delay > self._seconds or self._polls == MAX_POLLS:
            raise ResponseTimeoutError(
                f"the EST server {what} after {self._waited:.0f} seconds of polling"
            )
        self._waited += delay
        return Wait(delay, f"the EST server {what}" + (" yet" if issuing else ""))


class _Conversation:
    """Requests to one server, with HTTP authentication once the server has asked for it.

    With *patience* a request is sent again when the server puts it off. Later requests carry
    credentials at once: they are in the protection space of the challenge.
    """

    _ATTEMPTS = 2  # requests with credentials that one attempt may cost

    def __init__(
        self, server: EstServer, entropy: Entropy, patience: _Patience | None = None
    ) -> None:
        self._server = server
        self._entropy = entropy
        self._patience = patience
        self.binding = b""
        """The tls-unique of the connection that the last answer came over."""
        self._challenge: Authentication | None = None
        self._digest: DigestSession | None = None

    def exchange(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes = b""
    ) -> Generator[Send | Wait, HttpReply | None, HttpReply]:
        """Send a request until it is answered; return the answer."""
        while True:
            reply = yield from self._attempt(method, path, headers, body)
            wait = self._patience.put_off(reply) if self._patience is not None else None
            if wait is None:
                return reply
            yield wait

    def _attempt(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes
    ) -> Generator[Send | Wait, HttpReply | None, HttpReply]:
        """Send a request, again with credentials when asked; return the reply."""
        sent = 0
        while True:
            authorization = self._authorization(method, path)
            sent += bool(authorization)
            reply = yield Send(
                HttpRequest(
                    method=method,
                    url=self._server.base_url + path,
                    headers=(*headers, *authorization),
                    body=body,
                )
            )
            assert reply is not None
            self.binding = reply.binding
            if reply.status != 401:
                return reply
            self._take_challenge(reply, first=not sent, last=sent == self._ATTEMPTS)

    def _take_challenge(self, reply: HttpReply, *, first: bool, last: bool) -> None:
        """Choose how to authenticate, or raise when that cannot help."""
        if not self._server.username:
            raise PeerRefusedError(
                f"the EST server answered {_words(reply)}",
                hint="configure http-authentication in the est-profile, or a client certificate",
            )
        challenge = _choose(authentication.parse(reply.header("www-authenticate")))
        # A nonce that has grown old says nothing of the password; anything else does.
        stale = challenge.parameters.get("stale", "").lower() == "true"
        if last or not (first or stale):
            raise PeerRefusedError(
                f"the EST server refuses the user name or password: {_words(reply)}"
            )
        self._challenge = challenge
        self._digest = None
        if challenge.scheme == "digest":
            self._digest = DigestSession(challenge, self._server.username, self._server.password)

    def _authorization(self, method: str, path: str) -> tuple[tuple[str, str], ...]:
        if self._challenge is None:
            return ()
        if self._digest is not None:
            value = self._digest.authorization(method, path, self._entropy)
        else:
            value = authentication.basic(self._server.username, self._server.password)
        return (("Authorization", value),)


def _choose(challenges: tuple[Authentication, ...]) -> Authentication:
    """Return the strongest challenge that can be answered."""
    for algorithm in _PREFERENCE:
        for challenge in challenges:
            if challenge.usable_digest() and challenge.algorithm == algorithm:
                return challenge
    for challenge in challenges:
        if challenge.scheme == "basic":
            return challenge
    offered = peer_text(", ".join(challenge.scheme for challenge in challenges)) or "none"
    raise PeerRefusedError(
        f"the EST server asks for HTTP authentication by a scheme that is not known ({offered})"
    )
