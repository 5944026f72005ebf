"""What a certConf says about the certificate that was sent [RFC 4210, 5.3.18; RFC 9483, 4.1]."""

from __future__ import annotations

import hashlib
import hmac

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.protocol.cmp import asn1, bodies, mac, status
from srpki.protocol.cmp.header import CMP2021, Header
from srpki.protocol.cmp.messages import Message
from srpki.protocol.cmp.server_checks import RefusalError
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import signatures
from srpki.x509.pss import HASH_NAMES


def accepts(message: Message, cert_req_ids: tuple[int, ...], certificate: bytes) -> bool:
    """Whether the client takes *certificate* (DER), sent for *cert_req_ids*, or rejects it.

    Raises `RefusalError` when *message*, a certConf, is about something else or is at odds with
    itself.
    """
    try:
        confirmations = bodies.decode_confirmations(message)
    except ProtocolError as error:
        raise RefusalError("badDataFormat", error.sentence) from None
    if not confirmations:  # rejects everything that was sent
        return False
    confirmation = confirmations[0]
    if len(confirmations) != 1 or confirmation.cert_req_id not in cert_req_ids:
        raise RefusalError("badRequest", "the certConf is for another request")
    name = _hash_name(confirmation.hash_algorithm, message.header, certificate)
    if not hmac.compare_digest(hashlib.new(name, certificate).digest(), confirmation.cert_hash):
        raise RefusalError("badPOP", "the certHash is not that of the certificate sent")
    info = confirmation.status or StatusInfo()
    if info.status not in (status.ACCEPTED, status.REJECTION):
        raise RefusalError("badRequest", "a certConf says accepted or rejection")
    if info.status == status.ACCEPTED and info.fail_info:
        raise RefusalError("badRequest", "a certConf that accepts has no failInfo")
    return info.status == status.ACCEPTED


def _hash_name(algorithm: bytes | None, header: Header, certificate: bytes) -> str:
    """Return the hash the client used: that of the certificate's signature unless it says."""
    try:
        if algorithm is None:
            return signatures.certificate_hash(certificate)
        if header.pvno != CMP2021:  # RFC 9480, 2.10
            raise RefusalError("badRequest", "hashAlg belongs to CMP version 3")
        return mac.named(HASH_NAMES, asn1.elements(algorithm), "hashAlg")
    except (ProtocolError, InvalidInputError) as error:
        raise RefusalError("badAlg", error.sentence) from None
