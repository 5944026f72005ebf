"""What an HTTP message of a PKI protocol says, as values to be kept and asked for.

Nothing is judged: who a message names as its sender need not have sent it. No secret is among the
facts, and what a peer wrote is on one line and bounded.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.core.wire import HttpReply, HttpRequest
from srpki.protocol import kinds
from srpki.protocol.cmp import bodies, describe, messages
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.status import StatusInfo
from srpki.protocol.est import messages as est
from srpki.protocol.text import peer_text
from srpki.x509 import certificates, csr, keys, names

LONGEST: Final = 300
"""Characters of a text that are kept."""
_EST: Final = "/.well-known/est"
_ISSUED: Final = frozenset(("ip", "cp", "kup"))
_ASKED: Final = frozenset(("ir", "cr", "kur"))


class MessageFacts(Record):
    """One message; *protocol* is ``cmp``, ``est`` or, for CRLs and OCSP, ``http``.

    A CMP message has a *transaction* (hexadecimal), names its *sender*, and says how its
    *protection* was made; one of EST may say by what scheme it authenticates. *status* is a
    PKIStatus or that of HTTP, *failinfo* and *text* go with it. The *subject*, *serial* and *key*
    (its SHA-256, hexadecimal) are those of what is asked for or issued, *check_after* the seconds
    after which to ask again.
    """

    protocol: str
    kind: str
    transaction: str = ""
    sender: str = ""
    protection: str = ""
    status: str = ""
    failinfo: tuple[str, ...] = ()
    text: str = ""
    subject: str = ""
    serial: str = ""
    key: str = ""
    check_after: int | None = None


def facts(request: HttpRequest, reply: HttpReply | None = None) -> MessageFacts:
    """Return the facts of *reply*, or of *request* without one; never raises for what was sent."""
    message = request if reply is None else reply
    kind = kinds.kind(request, reply)
    if kinds.content_type(message) == kinds.PKIXCMP:
        return _cmp(kind, message.body)
    protocol = "est" if _EST in request.url else "http"
    if reply is None:
        return _request(protocol, kind, request)
    if kinds.content_type(request) == kinds.PKIXCMP:  # what answers it is of HTTP alone
        asked = _cmp(kind, request.body)
        return MessageFacts("cmp", kind, transaction=asked.transaction, status=str(reply.status))
    return _reply(protocol, kinds.kind(request), reply)


# --- CMP ------------------------------------------------------------------------------------------


def _cmp(kind: str, body: bytes) -> MessageFacts:
    try:
        message = messages.decode(body)
    except SrpkiError as error:
        return MessageFacts("cmp", kind, text=peer_text(error.sentence, LONGEST))
    header = message.header
    found = MessageFacts(
        "cmp",
        kind,
        transaction=(header.transaction_id or b"").hex(),
        sender=describe.name(header.sender),
        protection=describe.protection_of(message),
    )
    try:
        return found.but(**_said(message))
    except SrpkiError as error:
        return found.but(text=peer_text(error.sentence, LONGEST))


def _said(message: Message) -> dict[str, Any]:
    """Return what the body of *message* says; raises `SrpkiError` for one that is malformed."""
    if message.kind in _ASKED:
        return _asked(bodies.decode_requests(message)[0])
    if message.kind in _ISSUED:
        response = bodies.decode_responses(message)[0][0]
        issued = {} if response.certificate is None else _certificate(response.certificate)
        return _status(response.status) | issued
    match message.kind:
        case "certConf":
            found = bodies.decode_confirmations(message)
            if not found:
                return {"status": "rejection"}
            return _status(found[0].status or StatusInfo())
        case "error":
            return _status(bodies.decode_error(message))
        case "pollRep":
            answer = bodies.decode_poll_answers(message)[0]
            said = peer_text(" ".join(answer.reason), LONGEST)
            return {"check_after": answer.check_after, "text": said}
    return {}


def _asked(request: bodies.CertificateRequest) -> dict[str, Any]:
    subject = "" if request.subject is None else names.display(names.parse_name(request.subject))
    key = "" if request.public_key is None else _digest(request.public_key)
    return {"subject": peer_text(subject, LONGEST), "key": key}


def _status(info: StatusInfo) -> dict[str, Any]:
    return {
        "status": info.word,
        "failinfo": info.fail_info,
        "text": peer_text(info.line, LONGEST),
    }


def _certificate(der: bytes) -> dict[str, Any]:
    facts = certificates.facts(der)
    return {
        "subject": peer_text(facts.subject, LONGEST),
        "serial": f"{facts.serial:x}",
        "key": _digest(keys.spki(der)),
    }


def _digest(public_key: bytes) -> str:
    return hashlib.sha256(public_key).hexdigest()


# --- HTTP -----------------------------------------------------------------------------------------


def _request(protocol: str, kind: str, request: HttpRequest) -> MessageFacts:
    given = next((value for name, value in request.headers if name.lower() == "authorization"), "")
    scheme = peer_text(given.partition(" ")[0], 20)
    found = MessageFacts(protocol, kind, protection=f"HTTP {scheme}" if scheme else "")
    if kinds.content_type(request) != est.PKCS10:
        return found
    try:
        wish = csr.check(est.decode_body(request.body), own=True)
    except SrpkiError as error:
        return found.but(text=peer_text(error.sentence, LONGEST))
    subject = peer_text(names.display(wish.subject), LONGEST)
    return found.but(subject=subject, key=_digest(wish.spki))


def _reply(protocol: str, kind: str, reply: HttpReply) -> MessageFacts:
    found = MessageFacts(protocol, kind, status=str(reply.status))
    if reply.status != 200:
        wait = reply.header("retry-after")
        return found.but(
            text=peer_text(est.words(reply), LONGEST) if protocol == "est" else "",
            check_after=int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 10 else None,
        )
    if protocol != "est" or kinds.content_type(reply) != est.PKCS7 or kind == "cacerts":
        return found
    try:
        return found.but(**_certificate(est.read_certificates(reply.body)[0]))
    except (SrpkiError, IndexError):
        return found.but(text="no certificate can be read")
