"""Asking an OCSP responder by HTTP [RFC 6960, appendix A]."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from srpki.core.errors import PeerRefusedError, ProtocolError
from srpki.core.wire import HttpRequest
from srpki.protocol.steps import Machine, sent
from srpki.x509 import ocsp
from srpki.x509.ocsp import Verdict

REQUEST: Final = "application/ocsp-request"
RESPONSE: Final = "application/ocsp-response"
_OK: Final = 200


def ask(
    url: str, certificate: bytes, issuer: bytes, *, at: datetime, nonce: bytes
) -> Machine[Verdict]:
    """Return what the responder at *url* says of *certificate*, issued by *issuer* (both DER).

    Raises:
        PeerRefusedError: the responder answered with an HTTP error, or that it cannot tell.
        ProtocolError: the answer does not count; see `srpki.x509.ocsp.judge`.
    """
    headers = (("Content-Type", REQUEST), ("Accept", RESPONSE))
    body = ocsp.request(certificate, issuer, nonce)
    reply = yield from sent(HttpRequest(method="POST", url=url, headers=headers, body=body))
    if reply.status != _OK:
        raise PeerRefusedError(f"the OCSP responder answered with HTTP status {reply.status}")
    kind = reply.header("content-type").partition(";")[0].strip().lower()
    if kind != RESPONSE:
        raise ProtocolError("the OCSP responder answered with what is not an OCSP response")
    return ocsp.judge(reply.body, certificate, issuer, at, nonce)
