"""``admin certificate cmpv2 show-request``: the last request by hand of a CA [pki.md 6.2]."""

from __future__ import annotations

from srpki.core.errors import NotFoundError
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.certificate import CmpRequest

_KEYS = {
    "initial-registration": ("key-to-certify", ""),
    "certificate-request": ("current-key", "new-key"),
    "key-update": ("old-key", "new-key"),
}


def show_request(call: Call) -> Outcome:
    """Show the request of a CA profile that is pending, or else what came of the last one."""
    name = call.text("ca-profile")
    record = call.node.engine.requests.record(name)
    if record is None:
        raise NotFoundError(f'ca-profile "{name}" has no request')
    request = record.request
    certificate, signing_key = request.signer
    password_based = not certificate and not signing_key
    key, new_key = _KEYS[request.kind]
    found = CmpRequest(
        ca_profile=name,
        request_type=request.kind,
        request_start_time=record.start_time,
        password_based=password_based,
        reference=(request.text("reference") or None) if password_based else None,
        certificate=certificate or None,
        hash_algorithm=None if password_based else request.hash_algorithm,
        subject_dn=request.text("subject-dn") or None,
        domain_name=request.text("domain-name") or None,
        ip_address=request.text("ip-address") or None,
        key_filename=request.text(key) or None,
        new_key_filename=request.text(new_key) or None,
        save_as=request.text("save-as") or None,
        transaction_status=record.status,
        transaction_status_code=record.code,
        last_ca_response_time=record.response_time,
        transaction_status_string=record.text or None,
    )
    return Outcome(data=found)


OPERATIONS: dict[str, Operation] = {"pki.cmpv2.show-request": show_request}
