"""A conversation with one EST server: authentication, patience, and what a request is made for.

User name and password are sent only after the server has asked for them. That they go to no other
server is the transport's part: it follows no redirect to another scheme, host or port.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import (
    PeerRefusedError,
    ProtocolError,
    ResponseTimeoutError,
    UnsentError,
    UsageError,
)
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol.est import authentication, messages
from srpki.protocol.est.authentication import Authentication, DigestSession
from srpki.protocol.steps import Connect, Connection, Machine, Wait, sent
from srpki.protocol.text import peer_text

MAX_POLLS: Final = 1000
"""How often requests are put off because the server says it is not ready."""
SHORTEST_WAIT: Final = 1.0
"""Seconds that lie between two polls, whatever the server asks for."""
LONGEST_WAIT: Final = 3600.0
"""Seconds after which the server is asked again, whatever it asks for."""
MOST_TRIES: Final = 3
"""Connections that may end, one after the other, before a request is given up."""

_PREFERENCE: Final = ("sha-256", "md5")


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of the place *path*; *body* makes what is sent of a connection's binding.

    With *linked* it depends on the binding: it is made anew for every connection.
    """

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: Callable[[bytes], bytes] = lambda _binding: b""
    linked: bool = False


class Patience:
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
        if self._waited + delay > self._seconds or self._polls > MAX_POLLS:
            raise ResponseTimeoutError(
                f"the EST server {what} after {self._waited:.0f} seconds of polling"
            )
        self._waited += delay
        return Wait(delay, f"the EST server {what}" + (" yet" if issuing else ""))


class Conversation:
    """Requests to one server, with HTTP authentication once the server has asked for it.

    With *patience* a request is sent again when the server puts it off. Later requests carry
    credentials at once: they are in the protection space of the challenge.
    """

    _ATTEMPTS = 2  # requests with credentials that one attempt may cost

    def __init__(
        self, server: EstServer, entropy: Entropy, patience: Patience | None = None
    ) -> None:
        """Talk to *server*, of which nothing is known yet."""
        self._server = server
        self._entropy = entropy
        self._patience = patience
        self._challenge: Authentication | None = None
        self._digest: DigestSession | None = None
        self._body = b""

    def exchange(self, question: Question) -> Machine[HttpReply]:
        """Send a request until it is answered; return the answer."""
        while True:
            reply = yield from self._attempt(question)
            wait = self._patience.put_off(reply) if self._patience is not None else None
            if wait is None:
                return reply
            yield wait._replace(put_off=self._body)

    def _attempt(self, question: Question) -> Machine[HttpReply]:
        """Send a request, again with credentials when asked; return the reply."""
        tried = 0
        while True:
            tried += self._challenge is not None
            reply = yield from self._send(question)
            if reply.status != 401:
                return reply
            self._take_challenge(reply, first=not tried, last=tried == self._ATTEMPTS)

    def _send(self, question: Question) -> Machine[HttpReply]:
        """Send a request; where it has to go out again, over whatever connection, make it anew."""
        url = self._server.base_url + question.path
        request = HttpRequest(method=question.method, url=url, written_once=True)
        tries = 1
        while True:
            made = yield from self._made(request, question)
            try:
                return (yield from sent(made))
            except UnsentError as error:
                tries += error.request.redirected == request.redirected
                if tries > MOST_TRIES:
                    raise
                request = error.request

    def _made(self, request: HttpRequest, question: Question) -> Machine[HttpRequest]:
        """Return what goes out: made for the connection that there is, when it is linked to it."""
        binding = b""
        if question.linked:
            connection = yield Connect(request.url)
            assert isinstance(connection, Connection)
            binding = connection.binding
        body = self._body = question.body(binding)
        length = (("Content-Length", str(len(body))),) if body else ()
        authorization = self._authorization(question.method, request.url)
        headers = (*question.headers, *length, *authorization)
        return request.but(headers=headers, body=body, binding=binding)

    def _take_challenge(self, reply: HttpReply, *, first: bool, last: bool) -> None:
        """Choose how to authenticate, or raise when that cannot help."""
        if not self._server.username:
            raise PeerRefusedError(
                f"the EST server answered {messages.words(reply)}",
                hint="configure http-authentication in the est-profile, or a client certificate",
            )
        header = reply.header("www-authenticate")
        if not header.strip():
            raise _without_challenge(reply, asked=first)
        challenge = _choose(authentication.parse(header))
        # A nonce that has grown old says nothing of the password; anything else does.
        stale = challenge.parameters.get("stale", "").lower() == "true"
        if last or not (first or stale):
            raise _refused(reply)
        self._challenge = challenge
        self._digest = None
        if challenge.scheme == "digest":
            self._digest = DigestSession(challenge, self._server.username, self._server.password)

    def _authorization(self, method: str, url: str) -> tuple[tuple[str, str], ...]:
        if self._challenge is None:
            return ()
        if self._digest is not None:
            parts = urlsplit(url)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            value = self._digest.authorization(method, target, self._entropy)
        else:
            value = authentication.basic(self._server.username, self._server.password)
        return (("Authorization", value),)


def _refused(reply: HttpReply) -> PeerRefusedError:
    return PeerRefusedError(
        f"the EST server refuses the user name or password: {messages.words(reply)}",
        hint="see http-authentication of the est-profile",
    )


def _without_challenge(reply: HttpReply, *, asked: bool) -> PeerRefusedError:
    """Return what a 401 without WWW-Authenticate means: some servers refuse credentials so."""
    if not asked:
        return _refused(reply)
    return PeerRefusedError(
        f"the EST server does not say how to authenticate: {messages.words(reply)}",
        hint="it may want a client certificate: see cert-profile of the client-tls-profile",
    )


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
