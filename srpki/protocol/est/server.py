"""The server's side of EST: what a request must be, and what answers look like [RFC 7030].

Sans I/O: values in, values out. Who may enrol and what is issued is the caller's; a request that
may not be served raises `RequestRefusedError`, which carries the reply.
"""

from __future__ import annotations

import hmac
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import Final
from urllib.parse import urlsplit

from srpki.core.entropy import Entropy
from srpki.core.errors import InvalidInputError, PeerError, ProtocolError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol.est import authentication, messages
from srpki.protocol.est.authentication import Authentication
from srpki.x509 import certificates, csr, names, wishes
from srpki.x509.keys import PublicKey
from srpki.x509.wishes import Wishes

OPERATIONS: Final = ("cacerts", "csrattrs", "simpleenroll", "simplereenroll")
SCHEMES: Final = ("basic", "digest-sha-256", "digest-md5")
"""How users authenticate. Basic stands first: libest and Java clients look at one offer alone and
know SHA-256 or an unquoted algorithm not; who knows better chooses by strength."""

_OK: Final = 200
_ACCEPTED: Final = 202
_NO_CONTENT: Final = 204
_BAD_REQUEST: Final = 400
_UNAUTHORIZED: Final = 401
_NOT_FOUND: Final = 404
_METHOD_NOT_ALLOWED: Final = 405
_UNSUPPORTED_MEDIA_TYPE: Final = 415

_BASE: Final = ["", ".well-known", "est"]
_MOST_NONCES: Final = 1024
_NONCE_SECONDS: Final = 300.0


class RequestRefusedError(PeerError):
    """The request is not served; *reply* is what the client is told."""

    code = "request-refused"

    def __init__(
        self,
        status: int,
        reason: str,
        headers: Mapping[str, str] | None = None,
        challenges: tuple[str, ...] = (),
    ) -> None:
        """Refuse with *status*, saying *reason* in text.

        With *challenges* nothing is said: Java clients take no 401 that has a body.
        """
        super().__init__(reason)
        if challenges:
            self.reply = HttpReply(status=status, challenges=challenges)
            return
        self.reply = HttpReply(
            status=status,
            headers={"content-type": "text/plain; charset=utf-8", **(headers or {})},
            body=f"{reason}\n".encode(),
        )


def operation(request: HttpRequest) -> str:
    """Return the operation that *request* asks for; a path segment more is the CA's label.

    Raises:
        RequestRefusedError: 404 for another path, 405 for the wrong method.
    """
    segments = urlsplit(request.url).path.split("/")
    if segments[:3] != _BASE or len(segments) not in (4, 5) or segments[-1] not in OPERATIONS:
        raise RequestRefusedError(_NOT_FOUND, "no such EST operation")
    method = "GET" if segments[-1] in ("cacerts", "csrattrs") else "POST"
    if request.method != method:
        raise RequestRefusedError(
            _METHOD_NOT_ALLOWED, f"{segments[-1]} is a {method}", {"allow": method}
        )
    return segments[-1]


def read_request(
    request: HttpRequest, judge_key: Callable[[PublicKey], str]
) -> tuple[csr.CertificationRequest, Wishes]:
    """Return the PKCS#10 that *request* carries and the extensions that it asks for.

    Its signature has proved possession of the key, for which *judge_key* had no word against.

    Raises:
        RequestRefusedError: 415 for another media type, 400 for what is no such request.
    """
    kind, _ = messages.media_type(_header(request, "content-type"))
    if kind != messages.PKCS10:
        raise RequestRefusedError(_UNSUPPORTED_MEDIA_TYPE, f"the body must be {messages.PKCS10}")
    try:
        der = messages.decode_body(request.body)
        reason = judge_key(wishes.claimed_key(der))
        if reason:
            raise RequestRefusedError(_BAD_REQUEST, reason)
        asked = csr.check(der)
        wanted = wishes.wanted_extensions(der)
    except (ProtocolError, InvalidInputError) as error:
        raise RequestRefusedError(_BAD_REQUEST, error.sentence) from None
    if csr.asks_for_ca(der):
        raise RequestRefusedError(_BAD_REQUEST, "CA certificates are not issued")
    return asked, wanted


def check_linked(request: csr.CertificationRequest, binding: bytes) -> None:
    """Check that *request* was made for the TLS session with tls-unique *binding* [RFC 7030, 3.5].

    Raises:
        RequestRefusedError: 400 when its challengePassword is another one or *binding* is empty.
    """
    if not binding:
        raise RequestRefusedError(
            _BAD_REQUEST,
            "requests are linked to the session by TLS 1.2 only, and not to one that is resumed",
        )
    if not hmac.compare_digest(request.challenge.encode(), messages.linking(binding).encode()):
        raise RequestRefusedError(_BAD_REQUEST, "the request is not linked to this TLS session")


def same_identity(request: csr.CertificationRequest, certificate: bytes) -> bool:
    """Whether subject and subjectAltName are those of *certificate* (DER) [RFC 7030, 4.2.2]."""
    try:
        holder = certificates.san_of(certificate)
        return names.same_name(
            request.subject, certificates.parse(certificate).subject
        ) and names.alternative_names(request.san) == names.alternative_names(holder)
    except InvalidInputError:  # names that cannot be read are nobody's
        return False


def certificates_reply(
    issued: Sequence[bytes], *, wrapped: bool, content_type: str = messages.CERTS_ONLY
) -> HttpReply:
    """Return *issued* (DER) as certs-only PKCS#7, in base64 of one line unless *wrapped*."""
    body = messages.encode_body(messages.write_certificates(issued), wrapped=wrapped)
    coding, value = messages.BASE64
    return HttpReply(
        status=_OK,
        headers={"content-type": content_type, coding.lower(): value},
        body=body,
    )


def attributes_reply(attributes: bytes, *, wrapped: bool) -> HttpReply:
    """Return the CsrAttrs *attributes* (DER); none when empty [RFC 7030, section 4.5.2]."""
    if not attributes:
        return HttpReply(status=_NO_CONTENT)
    coding, value = messages.BASE64
    return HttpReply(
        status=_OK,
        headers={"content-type": messages.CSRATTRS, coding.lower(): value},
        body=messages.encode_body(attributes, wrapped=wrapped),
    )


def later_reply(seconds: int) -> HttpReply:
    """Return the answer of a CA that has not decided yet; without a body, as clients want it."""
    return HttpReply(status=_ACCEPTED, headers={"retry-after": str(seconds)})


class HttpAuthentication:
    """Basic and Digest of one realm, for users with passwords; safe between threads.

    Basic is taken without having been asked for: strongSwan sends it at once and never again.
    """

    def __init__(
        self,
        realm: str,
        password_of: Callable[[str], str | None],
        entropy: Entropy,
        schemes: Sequence[str] = SCHEMES,
    ) -> None:
        """Know users by *password_of*; nonces come from *entropy*.

        *schemes*, of `SCHEMES`, are offered in their order; no other is taken.
        """
        self._realm = realm
        self._password_of = password_of
        self._entropy = entropy
        self._schemes = tuple(schemes)
        self._lock = Lock()
        # Nonce to (when it was made, highest count seen); the oldest make room for new ones.
        self._nonces: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def user(self, request: HttpRequest, now: float) -> str:
        """Return who sent *request*; *now* is monotonic seconds.

        Raises:
            RequestRefusedError: 401 with challenges when the credentials are missing or wrong,
                400 when they cannot be read.
        """
        header = _header(request, "authorization")
        if not header:
            raise self._challenge("authentication is required", now)
        try:
            found = authentication.parse(header)
            if len(found) != 1 or _scheme(found[0]) not in self._schemes:
                raise self._challenge(f"{' or '.join(self._schemes)} is required", now)
            if found[0].scheme == "basic":
                return self._basic(found[0], now)
            return self._digest(found[0], request, now)
        except ProtocolError as error:
            raise RequestRefusedError(_BAD_REQUEST, error.sentence) from None

    def _basic(self, given: Authentication, now: float) -> str:
        username, password = authentication.read_basic(given)
        known = self._password_of(username)
        if known is None or not hmac.compare_digest(password.encode(), known.encode()):
            raise self._challenge("wrong user name or password", now)
        return username

    def _digest(self, given: Authentication, request: HttpRequest, now: float) -> str:
        username = authentication.digest_username(given)
        known = self._password_of(username)
        if (
            known is None
            or given.parameters.get("realm") != self._realm
            or given.parameters.get("uri") != _target(request)
            or not authentication.digest_matches(given, known, request.method)
        ):
            raise self._challenge("wrong user name or password", now)
        if not self._fresh(given.parameters["nonce"], given.parameters["nc"], now):
            raise self._challenge("the nonce is stale", now, stale=True)
        return username

    def _fresh(self, nonce: str, count: str, now: float) -> bool:
        """Whether this is the first use of *count* with a *nonce* of ours that is young."""
        try:
            number = int(count[:8], 16)
        except ValueError:
            return False
        with self._lock:
            made, highest = self._nonces.get(nonce, (-_NONCE_SECONDS, 0))
            if nonce not in self._nonces or now - made > _NONCE_SECONDS or number <= highest:
                return False
            self._nonces[nonce] = (made, number)
        return True

    def _challenge(self, reason: str, now: float, *, stale: bool = False) -> RequestRefusedError:
        nonce = self._entropy.octets(16).hex()
        with self._lock:
            self._nonces[nonce] = (now, 0)
            while len(self._nonces) > _MOST_NONCES:
                self._nonces.popitem(last=False)
        challenges = (self._offer(scheme, nonce, stale=stale) for scheme in self._schemes)
        return RequestRefusedError(_UNAUTHORIZED, reason, challenges=tuple(challenges))

    def _offer(self, scheme: str, nonce: str, *, stale: bool) -> str:
        if scheme == "basic":
            return f'Basic realm="{self._realm}", charset="UTF-8"'
        name = scheme.removeprefix("digest-").upper()
        more = ", stale=true" if stale else ""
        return f'Digest realm="{self._realm}", qop="auth", algorithm={name}, nonce="{nonce}"{more}'


def _scheme(given: Authentication) -> str:
    return given.scheme if given.scheme != "digest" else f"digest-{given.algorithm}"


def _header(request: HttpRequest, name: str) -> str:
    return next((value for key, value in request.headers if key.lower() == name), "")


def _target(request: HttpRequest) -> str:
    parts = urlsplit(request.url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
