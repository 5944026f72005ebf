"""What an HTTP message of a PKI protocol is, in a word; nothing here judges it."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from srpki.core.errors import SrpkiError
from srpki.core.wire import HttpReply, HttpRequest

PKIXCMP: Final = "application/pkixcmp"
CRL: Final = "application/pkix-crl"

_SUFFIXES: Final = {
    PKIXCMP: "der",
    "application/pkcs10": "b64",
    "application/pkcs7-mime": "b64",
    "application/csrattrs": "b64",
    "application/ocsp-request": "der",
    "application/ocsp-response": "der",
    CRL: "der",
}
"""Media types and the form of their bodies: DER, or DER in base64 [RFC 6712, RFC 8951]."""


def content_type(message: HttpRequest | HttpReply) -> str:
    """Return the media type of *message* in lower case, without parameters; empty for none."""
    if isinstance(message, HttpReply):
        value = message.header("content-type")
    else:
        value = next((v for name, v in message.headers if name.lower() == "content-type"), "")
    return value.partition(";")[0].strip().lower()


def suffix(message: HttpRequest | HttpReply) -> str:
    """Return the ending of a file that keeps the body of *message*."""
    return _SUFFIXES.get(content_type(message), "bin")


def kind(request: HttpRequest, reply: HttpReply | None = None) -> str:
    """Return what *reply*, or *request* without one, is: ``kur``, ``simplereenroll``, ``401``.

    A CMP message goes by the name of its body, any other by the last part of the URL, a reply
    with a status other than 200 by the status.
    """
    message = request if reply is None else reply
    if content_type(message) == PKIXCMP:
        from srpki.protocol.cmp import messages  # noqa: PLC0415 - start-up time

        try:
            return messages.decode(message.body).kind
        except SrpkiError:
            return "unreadable"
    if reply is not None and reply.status != 200:
        return str(reply.status)
    return urlsplit(request.url).path.rstrip("/").rpartition("/")[2] or "request"
