"""EST client: cacerts, simpleenroll and simplereenroll as machines [RFC 7030, RFC 8951, RFC 9908].

Before it asks for a certificate the client asks what the server wants in the request (csrattrs).

A machine yields what is to be connected to, sent or waited for (`srpki.protocol.steps`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import InvalidInputError, PeerRefusedError, ProtocolError
from srpki.core.wire import HttpReply
from srpki.protocol.est import attributes, messages
from srpki.protocol.est.attributes import CsrAttributes
from srpki.protocol.est.conversation import Conversation, EstServer, Patience, Question
from srpki.protocol.steps import Machine
from srpki.x509 import csr, keys, signatures

__all__ = ["EstServer", "Requesting", "cacerts", "simple_enroll", "simple_reenroll"]

Requesting = Callable[[CsrAttributes, bytes], bytes]
"""Makes a request (PKCS#10 in DER) of what the server wants in it and the session's tls-unique."""

_NOT_OFFERED: Final = (204, 501)


def cacerts(server: EstServer, *, entropy: Entropy) -> Machine[tuple[bytes, ...]]:
    """Fetch the CA certificates (DER), in the server's order, each once [RFC 7030, section 4.1].

    Raises:
        PeerRefusedError: the server answered with an HTTP error.
        ProtocolError: the answer is not certs-only PKCS#7.
    """
    accept = (("Accept", messages.PKCS7),)
    question = Question(method="GET", path=server.cacerts_path, headers=accept)
    reply = yield from Conversation(server, entropy).exchange(question)
    return tuple(dict.fromkeys(_certificates(reply)))


def simple_enroll(
    server: EstServer,
    request: Requesting,
    *,
    entropy: Entropy,
    clock: Clock,
    max_wait: float,
    kept: bytes = b"",
) -> Machine[tuple[bytes, ...]]:
    """Have a certificate issued for what *request* makes [RFC 7030, section 4.2.1].

    Returns the issued certificate (DER) and after it whatever else the server sent. *max_wait* is
    the number of seconds that may be waited in all while the server puts the request off. *kept* is
    a request (DER) that was put off before: it is sent again, octet for octet, unless what is made
    now says something else.

    Raises:
        PeerRefusedError: the server answered with an HTTP error or refuses the credentials.
        ProtocolError: the answer is not what EST allows, or the certificate is for another key.
        ResponseTimeoutError: the certificate was not issued within *max_wait*.
        InvalidInputError: *request* makes no PKCS#10.
    """
    conversation = Conversation(server, entropy, Patience(clock, max_wait))
    return _enroll(conversation, server.simpleenroll_path, request, kept)


def simple_reenroll(
    server: EstServer,
    request: Requesting,
    *,
    entropy: Entropy,
    clock: Clock,
    max_wait: float,
    kept: bytes = b"",
) -> Machine[tuple[bytes, ...]]:
    """Have a certificate renewed or its key changed [RFC 7030, section 4.2.2].

    Subject and subjectAltName of the request must be those of the current certificate; otherwise as
    `simple_enroll`.
    """
    conversation = Conversation(server, entropy, Patience(clock, max_wait))
    return _enroll(conversation, server.simplereenroll_path, request, kept)


def _enroll(
    conversation: Conversation, path: str, request: Requesting, kept: bytes
) -> Machine[tuple[bytes, ...]]:
    asked = yield from _attributes(conversation, path)
    making = _Making(request, asked, kept)
    headers = (("Content-Type", messages.PKCS10), messages.BASE64, ("Accept", messages.PKCS7))
    question = Question(
        method="POST", path=path, headers=headers, body=making.body, linked=asked.challenge
    )
    reply = yield from conversation.exchange(question)
    return _issued(_certificates(reply), making.key)


class _Making:
    """Makes the request for a certificate; where it says what the last one said, that is kept.

    A signature is seldom the same twice, and a server that has put a request off may know it by
    its octets [RFC 7030, 4.2.3].
    """

    def __init__(self, request: Requesting, asked: CsrAttributes, kept: bytes) -> None:
        self._request = request
        self._asked = asked
        self._kept = kept
        self.key = b""

    def body(self, binding: bytes) -> bytes:
        """Return what is sent over a connection with *binding*."""
        made = self._request(self._asked, binding)
        self.key = keys.spki(csr.parse(made).public_key())  # who made it has checked it
        if not self._kept or _said(made) != _said(self._kept):
            self._kept = made
        return messages.encode_body(self._kept, wrapped=True)


def _said(request: bytes) -> tuple[bytes, bytes]:
    """Return everything of a request but the signature itself."""
    parts = signatures.signed_parts(request)
    return parts.content, parts.algorithm


def _attributes(conversation: Conversation, path: str) -> Machine[CsrAttributes]:
    """Ask what the server wants in a request that goes to *path* [RFC 7030, 4.5; RFC 9908].

    A server need not offer this: every refusal of it means that it wants nothing in particular.
    """
    accept = (("Accept", messages.CSRATTRS),)
    question = Question(method="GET", path=_attributes_path(path), headers=accept)
    reply = yield from conversation.exchange(question)
    if reply.status in _NOT_OFFERED or 400 <= reply.status < 500:
        return attributes.NONE
    if reply.status != 200:
        raise PeerRefusedError(f"the EST server answered {messages.words(reply)} to csrattrs")
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
        raise PeerRefusedError(f"the EST server answered {messages.words(reply)}")
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
