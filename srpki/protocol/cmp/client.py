"""CMP client: ir, cr, kur and polling as machines [RFC 4210, 5.3; RFC 6712].

A machine yields what is to be sent or waited for (`srpki.protocol.steps`). It asks for one
certificate, proves possession of the key by a signature, and confirms what it gets with certConf:
implicit confirmation is not asked for, but honoured when the CA grants it all the same.
"""

from __future__ import annotations

from typing import Final

from cryptography import x509

from srpki.core.clock import Clock
from srpki.core.entropy import Entropy
from srpki.core.errors import UsageError
from srpki.protocol.cmp import bodies
from srpki.protocol.cmp.bodies import CertificateRequest
from srpki.protocol.cmp.completion import Accept, Completion
from srpki.protocol.cmp.delivery import CERT_REQ_ID
from srpki.protocol.cmp.peer import (
    CmpPeer,
    CmpResult,
    MacCredentials,
    Pending,
    SignatureCredentials,
)
from srpki.protocol.cmp.signer import issuer_and_subject
from srpki.protocol.cmp.transaction import Credentials, Transaction
from srpki.protocol.steps import Machine
from srpki.x509 import certificates, der, keys, signatures
from srpki.x509.keys import PrivateKey

__all__ = [
    "Accept",
    "CmpPeer",
    "CmpResult",
    "MacCredentials",
    "Pending",
    "SignatureCredentials",
    "certificate_request",
    "initial_registration",
    "key_update",
    "poll",
]

_SUBJECT_ALT_NAME: Final = der.encode_oid("2.5.29.17")
_CRITICAL: Final = b"\x01\x01\xff"


def initial_registration(
    peer: CmpPeer,
    credentials: Credentials,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a first certificate for *key* with *subject* and *san* [RFC 4210, 5.3.1].

    With *poll* the machine waits for the certificate, else ``waiting`` is a result. *accept* is
    asked before the certificate is confirmed.

    Raises:
        PeerRefusedError: the CA said no.
        ProtocolError: an answer is not what CMP allows, as an HTTP error, or is not protected by
            whom it must be.
        PeerError: the certificate is for another key or *accept* gave a reason.
        ResponseTimeoutError: the certificate was not issued in time.
        UsageError: the credentials cannot be used.
    """
    name, public_key = subject.public_bytes(), keys.spki(key)
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy, subject=name)
    completion = Completion(transaction, peer, "ir", public_key, clock, accept, wait=poll)
    body = _new_certificate("ir", key, subject, san, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from completion.finish(answer))


def certificate_request(
    peer: CmpPeer,
    credentials: SignatureCredentials,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a further certificate for *key*, signed with a present one [RFC 4210, 5.3.3].

    Raises what `initial_registration` raises.
    """
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy)
    completion = Completion(transaction, peer, "cr", keys.spki(key), clock, accept, wait=poll)
    body = _new_certificate("cr", key, subject, san, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from completion.finish(answer))


def key_update(
    peer: CmpPeer,
    credentials: SignatureCredentials,
    new_key: PrivateKey,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
    poll: bool,
) -> Machine[CmpResult]:
    """Ask for a certificate for *new_key* in place of the credentials' one [RFC 4210, 5.3.5].

    Subject and subjectAltName are those of the old certificate, which the oldCertID control
    names. Raises what `initial_registration` raises.
    """
    old = credentials.certificate
    if old is None:
        raise UsageError("a key update needs the certificate that is to be replaced")
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy)
    issuer, subject = issuer_and_subject(old)
    said, public_key = certificates.facts(old), keys.spki(new_key)
    request = CertificateRequest(
        cert_req_id=CERT_REQ_ID,
        subject=subject,
        public_key=public_key,
        extensions=_extensions(certificates.san_of(old), critical=not said.subject),
        old_certificate=(issuer, said.serial),
    )
    completion = Completion(transaction, peer, "kur", public_key, clock, accept, wait=poll)
    body = _signed(request, "kur", new_key, credentials.hash_algorithm)
    answer = yield from transaction.ask(body)
    return (yield from completion.finish(answer))


def poll(
    peer: CmpPeer,
    credentials: Credentials,
    pending: Pending,
    key: PrivateKey,
    *,
    clock: Clock,
    entropy: Entropy,
    accept: Accept,
) -> Machine[CmpResult]:
    """Ask once whether the certificate of *pending* for *key* is ready [RFC 4210, 5.3.22].

    Raises what `initial_registration` raises.
    """
    transaction = Transaction(peer, credentials, clock=clock, entropy=entropy, pending=pending)
    completion = Completion(
        transaction, peer, pending.request, keys.spki(key), clock, accept, wait=False
    )
    return (yield from completion.resume(pending))


def _new_certificate(
    kind: str,
    key: PrivateKey,
    subject: x509.Name,
    san: x509.SubjectAlternativeName | None,
    hash_name: str,
) -> bytes:
    """Return the PKIBody *kind* that asks for a certificate for *key*, which it proves to have."""
    request = CertificateRequest(
        cert_req_id=CERT_REQ_ID,
        subject=subject.public_bytes(),
        public_key=keys.spki(key),
        extensions=_extensions(san, critical=not list(subject)),
    )
    return _signed(request, kind, key, hash_name)


def _signed(request: CertificateRequest, kind: str, key: PrivateKey, hash_name: str) -> bytes:
    """Return the PKIBody of *request* with a signature by *key* that proves possession."""
    data = bodies.encode_request(request)
    algorithm = signatures.algorithm(key, hash_name)
    return bodies.encode_signed_request(kind, data, algorithm, keys.sign(key, data, hash_name))


def _extensions(san: x509.SubjectAlternativeName | None, *, critical: bool) -> bytes | None:
    """Return Extensions (DER) with *san*, critical when there is no subject [RFC 5280, 4.2.1.6]."""
    if san is None:
        return None
    value = der.encode(der.OCTET_STRING, san.public_bytes())
    extension = (_SUBJECT_ALT_NAME, _CRITICAL if critical else b"", value)
    return der.encode(der.SEQUENCE, der.encode(der.SEQUENCE, *extension))
