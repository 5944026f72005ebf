"""EST messages: paths, media types, base64 bodies, Retry-After [RFC 7030, RFC 8951].

Shared by the client and the lab CA's server. The bodies of CA certificates and of issued
certificates are certs-only PKCS#7 in DER, base64 coded; a request is a PKCS#10 in the same coding.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.core.wire import HttpReply
from srpki.protocol.text import markup_text, peer_text
from srpki.x509 import formats

CACERTS_PATH: Final = "/.well-known/est/cacerts"
CSRATTRS_PATH: Final = "/.well-known/est/csrattrs"
SIMPLEENROLL_PATH: Final = "/.well-known/est/simpleenroll"
SIMPLEREENROLL_PATH: Final = "/.well-known/est/simplereenroll"

PKCS10: Final = "application/pkcs10"
CSRATTRS: Final = "application/csrattrs"
PKCS7: Final = "application/pkcs7-mime"
CERTS_ONLY: Final = "application/pkcs7-mime; smime-type=certs-only"
BASE64: Final = ("Content-Transfer-Encoding", "base64")
"""The header that RFC 8951 makes meaningless and that older peers insist on."""

MAX_BODY: Final = 1 << 20
"""Octets of a coded body that are looked at."""

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
_MARKUP: Final = ("text/html", "text/xml", "application/xml", "application/xhtml+xml")
_PLAIN: Final = ("", "text/plain", "application/json")
_ERROR_OCTETS: Final = 8192
_LINE: Final = 76
_DELAY_SECONDS: Final = re.compile(r"[0-9]{1,20}")


def encode_body(der: bytes, *, wrapped: bool) -> bytes:
    """Return *der* in base64, on one line or in lines of 76 characters.

    RFC 8951, section 3, leaves the line breaks to the sender. Some clients (strongSwan) read only
    the one, some peers (libest) only the other.
    """
    text = base64.b64encode(der)
    if not wrapped:
        return text
    return b"".join(text[start : start + _LINE] + b"\n" for start in range(0, len(text), _LINE))


def decode_body(body: bytes) -> bytes:
    """Return the octets that *body* carries in base64, line breaks or not.

    White space may stand anywhere, anything else that is not base64 may not. A
    Content-Transfer-Encoding header changes nothing [RFC 8951, section 3.1].

    Raises:
        ProtocolError: the body is empty, over-long or not base64.
    """
    if len(body) > MAX_BODY:
        raise ProtocolError(f"the body is longer than {MAX_BODY} octets")
    text = body.translate(None, b" \t\r\n")
    if not text:
        raise ProtocolError("the body is empty")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProtocolError("the body is not base64") from None


def write_certificates(certificates: Sequence[bytes]) -> bytes:
    """Return *certificates* (DER) as a certs-only PKCS#7 in DER."""
    return formats.write_certificates(certificates, "pkcs7-der")


def read_certificates(body: bytes) -> tuple[bytes, ...]:
    """Return the certificates (DER) in a base64 coded certs-only PKCS#7.

    Their order means nothing: it is a SET OF.

    Raises:
        ProtocolError: the body is not that, has no certificate or has too many.
    """
    der = decode_body(body)
    try:
        return tuple(formats.read_certificates(der, "pkcs7-der"))
    except InvalidInputError as error:
        raise ProtocolError(f"the body is not certs-only PKCS#7: {error.sentence}") from None


def media_type(content_type: str) -> tuple[str, dict[str, str]]:
    """Return type and parameters of a Content-Type value, names and type in lower case."""
    kind, *rest = content_type.split(";")
    parameters = {}
    for item in rest:
        name, _, value = item.partition("=")
        parameters[name.strip().lower()] = value.strip().strip('"')
    return kind.strip().lower(), parameters


def check_certs_only(content_type: str) -> None:
    """Check that an answer says it is certs-only PKCS#7 [RFC 7030, sections 4.1.3 and 4.2.3].

    A missing smime-type is forgiven, another one is not.

    Raises:
        ProtocolError: the media type is another one or is missing.
    """
    kind, parameters = media_type(content_type)
    if kind != PKCS7:
        raise _other_type(kind, PKCS7)
    if parameters.get("smime-type", "certs-only").lower() != "certs-only":
        raise ProtocolError("the answer is PKCS#7, but not certs-only")


def check_attributes(content_type: str) -> None:
    """Check that an answer says it is CSR attributes [RFC 7030, 4.5.2]; raises `ProtocolError`."""
    kind, _ = media_type(content_type)
    if kind != CSRATTRS:
        raise _other_type(kind, CSRATTRS)


def _other_type(kind: str, wanted: str) -> ProtocolError:
    shown = f'"{kind[:64]}"' if kind.isprintable() and kind else "missing"
    return ProtocolError(f'the content type of the answer is {shown}, not "{wanted}"')


def words(reply: HttpReply) -> str:
    """Return the status of a refusal in words and what the server says of it [RFC 7030, 4.2.3].

    That is text, or the text in HTML or XML; of anything else nothing is shown.
    """
    status = f"{reply.status} {_REASONS.get(reply.status, '')}".rstrip()
    kind, parameters = media_type(reply.header("content-type"))
    said = _decoded(reply.body[:_ERROR_OCTETS], parameters.get("charset", ""))
    if kind in _MARKUP or kind.endswith("+xml") or (not kind and said.lstrip().startswith("<")):
        said = markup_text(said)
    elif kind not in _PLAIN and not kind.endswith("+json"):
        return status
    said = peer_text(said)
    return f'{status}: "{said}"' if said else status


def _decoded(octets: bytes, charset: str) -> str:
    try:
        return octets.decode(charset or "utf-8", "replace")
    except LookupError:  # a charset of the server's own
        return octets.decode("utf-8", "replace")


def linking(binding: bytes) -> str:
    """Return the challengePassword for a session with tls-unique *binding* [RFC 7030, 3.5]."""
    return base64.b64encode(binding).decode()


def retry_after(value: str, now: datetime) -> float:
    """Return the seconds from *now* that a Retry-After header asks for, never negative.

    Both forms are read: seconds and HTTP-date [RFC 9110, section 10.2.3].

    Raises:
        ProtocolError: the value is neither.
    """
    value = value.strip()
    if _DELAY_SECONDS.fullmatch(value):
        return float(value)
    try:
        instant = parsedate_to_datetime(value[:64])
    except (ValueError, IndexError, OverflowError):
        raise ProtocolError("the Retry-After header is neither seconds nor a date") from None
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    return max(0.0, (instant - now).total_seconds())
