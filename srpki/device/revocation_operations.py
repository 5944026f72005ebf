"""The actions about CRLs and OCSP [facts: admin-system-security-pki.json; pki.md 13]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.device.operations import Inputs, Operation, Outcome, text
from srpki.device.results import Message

if TYPE_CHECKING:
    from srpki.device.router import Router


def crl_update(router: Router, inputs: Inputs) -> Outcome:
    """Download the CRL of a ca-profile, whose auto-crl-update is disabled, and take it into use."""
    url = router.engine.crl_updates.update_now(text(inputs, "ca-profile"), cancel=router.cancel)
    return Outcome(messages=(Message("info", f"CRL downloaded from {url}."),))


def clear_ocsp_cache(router: Router, inputs: Inputs) -> Outcome:
    """Forget one answer of an OCSP responder, or all of them."""
    entry_id = inputs.get("entry-id")
    router.engine.ocsp_cache.clear(entry_id if isinstance(entry_id, int) else None)
    return Outcome()


OPERATIONS: dict[str, Operation] = {
    "pki.clear-ocsp-cache": clear_ocsp_cache,
    "pki.crl-update": crl_update,
}
