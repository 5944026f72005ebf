"""HTTP messages of the PKI protocols in words: CMP in full, EST's certificates and requests.

Credentials are masked: of an Authorization header only the scheme is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from srpki.core.errors import SrpkiError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol import kinds
from srpki.protocol.cmp import describe as cmp
from srpki.protocol.est import messages as est
from srpki.protocol.text import peer_text
from srpki.x509 import csr, names
from srpki.x509.keys import describe, spec_of

_MASKED: Final = "authorization"
_SHOWN: Final = ("content-type", "location", "retry-after", "www-authenticate")


def request_lines(request: HttpRequest) -> tuple[str, ...]:
    """Return *request* as lines: what is asked of whom, and what it carries."""
    return (
        f"{request.method} {peer_text(request.url)}",
        *_headers(request.headers),
        *_body(request, request.body),
    )


def reply_lines(reply: HttpReply) -> tuple[str, ...]:
    """Return *reply* as lines: status, headers that matter, and what it carries."""
    return (
        f"status {reply.status}",
        *_headers(tuple(reply.headers.items())),
        *_body(reply, reply.body),
    )


def _headers(headers: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, value in headers:
        word = name.lower()
        if word == _MASKED:
            yield f"{name}: {peer_text(value.partition(' ')[0], 20)} ***"
        elif word in _SHOWN:
            yield f"{word}: {peer_text(value)}"


def _body(message: HttpRequest | HttpReply, body: bytes) -> Iterator[str]:
    if not body:
        return
    kind = kinds.content_type(message)
    try:
        if kind == kinds.PKIXCMP:
            yield from cmp.describe(body)
        elif kind == est.PKCS10:
            yield from _certification_request(est.decode_body(body))
        elif kind == est.PKCS7:
            for number, der in enumerate(est.read_certificates(body)):
                yield f"certificates[{number}]: {cmp.certificate(der)}"
        elif kind == "text/plain":
            yield f'text: "{peer_text(body[:1024].decode("utf-8", "replace"))}"'
        else:
            yield f"body: {len(body)} octets"
    except SrpkiError as error:
        yield f"body: {len(body)} octets, {error.sentence}"


def _certification_request(der: bytes) -> Iterator[str]:
    request = csr.check(der)
    yield f"request: subject {peer_text(names.display(request.subject)) or 'NULL-DN'}"
    yield f"request: key {describe(spec_of(request.public_key))}"
    for kind, value in names.alternative_names(request.san):
        yield f"request: {kind} {peer_text(value)}"
