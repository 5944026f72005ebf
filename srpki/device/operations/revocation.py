"""The actions about CRLs and OCSP [facts: admin-system-security-pki.json; pki.md 13]."""

from __future__ import annotations

from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.records.pki import DownloadedCrl


def crl_update(call: Call) -> Outcome:
    """Download the CRL of a ca-profile, whose auto-crl-update is disabled, and take it into use."""
    name, engine = call.text("ca-profile"), call.node.engine
    url = engine.crl_updates.update_now(name, cancel=call.cancel)
    profile = engine.view.ca_profiles.get(name)
    file = "" if profile is None else profile.crl_file
    return Outcome(data=DownloadedCrl(ca_profile=name, crl_file=file, url=url))


def clear_ocsp_cache(call: Call) -> Outcome:
    """Forget one answer of an OCSP responder, or all of them."""
    entry_id = call.inputs.get("entry-id")
    call.node.engine.ocsp_cache.clear(entry_id if isinstance(entry_id, int) else None)
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "pki.clear-ocsp-cache": clear_ocsp_cache,
    "pki.crl-update": crl_update,
}
