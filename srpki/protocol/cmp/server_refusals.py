"""How a CMP server says no: error, rp, or a response without a certificate."""

from __future__ import annotations

from srpki.protocol.cmp import bodies, revocations, status
from srpki.protocol.cmp.bodies import CertificateResponse
from srpki.protocol.cmp.server_checks import RefusalError
from srpki.protocol.cmp.server_envelope import Content
from srpki.protocol.cmp.server_requests import ANSWERS
from srpki.protocol.cmp.status import StatusInfo


def refused(kind: str, refusal: RefusalError) -> Content:
    """Say no with an error message, or with the rp of an rr [RFC 9483, 3.6]."""
    info = StatusInfo(status.REJECTION, (refusal.sentence,), (refusal.fail_info,))
    if kind == "rr":
        body, name = revocations.encode_revocation_answer(info), "rejection"
    else:
        body, name = bodies.encode_error(info), "error"
    return Content(body, f"{name} {refusal.fail_info}: {refusal.sentence}")


def rejection(kind: str, cert_req_id: int, refusal: RefusalError) -> Content:
    """Say no where the certificate would have been [RFC 9483, 3.6.2]."""
    info = StatusInfo(status.REJECTION, (refusal.sentence,), (refusal.fail_info,))
    response = CertificateResponse(cert_req_id=cert_req_id, status=info)
    body = bodies.encode_responses(ANSWERS[kind], (response,))
    return Content(body, f"rejection {refusal.fail_info}: {refusal.sentence}")
