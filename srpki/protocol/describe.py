"""HTTP messages of the PKI protocols in words: CMP, OCSP, EST's certificates and requests, CRLs.

Credentials are masked: of an Authorization header only the scheme is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from srpki.core.errors import SrpkiError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol import kinds, ocsp
from srpki.protocol.cmp import describe as cmp
from srpki.protocol.est import messages as est
from srpki.protocol.text import peer_text
from srpki.x509 import crl, csr, names
from srpki.x509 import ocsp as ocsp_words
from srpki.x509.keys import describe, spec_of

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
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
    reader = _READERS.get(kinds.content_type(message))
    if reader is None:
        yield f"body: {len(body)} octets"
        return
    try:
        yield from reader(body)
    except SrpkiError as error:
        yield f"body: {len(body)} octets, {error.sentence}"


def _certificates(body: bytes) -> Iterator[str]:
    for number, der in enumerate(est.read_certificates(body)):
        yield f"certificates[{number}]: {cmp.certificate(der)}"


def _plain_text(body: bytes) -> Iterator[str]:
    yield f'text: "{peer_text(body[:1024].decode("utf-8", "replace"))}"'


def _revocation_list(der: bytes) -> Iterator[str]:
    read = crl.contents(der)
    yield f"CRL: issuer {peer_text(read.issuer)}"
    yield f"CRL: thisUpdate {read.dates.this_update:{_TIME}}"
    if read.dates.next_update is not None:
        yield f"CRL: nextUpdate {read.dates.next_update:{_TIME}}"
    if read.dates.number is not None:
        yield f"CRL: number {read.dates.number}"
    yield f"CRL: revoked certificates {read.entries}"


def _certification_request(body: bytes) -> Iterator[str]:
    request = csr.check(est.decode_body(body), own=True)
    yield f"request: subject {peer_text(names.display(request.subject)) or 'NULL-DN'}"
    yield f"request: key {describe(spec_of(request.public_key))}"
    for kind, value in names.alternative_names(request.san):
        yield f"request: {kind} {peer_text(value)}"


_READERS: Final[Mapping[str, Callable[[bytes], Iterable[str]]]] = {
    kinds.PKIXCMP: cmp.describe,
    kinds.CRL: _revocation_list,
    est.PKCS10: _certification_request,
    est.PKCS7: _certificates,
    ocsp.REQUEST: ocsp_words.request_words,
    ocsp.RESPONSE: ocsp_words.answer_words,
    "text/plain": _plain_text,
}
"""What reads a body into lines, by its media type."""
