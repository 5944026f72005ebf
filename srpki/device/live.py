"""The live content of ``/state``, as a tree of values [state-system-security-pki.json]."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from srpki.config.tree import EMPTY, Branch, Element, Entries, put
from srpki.device import live_tls
from srpki.engine.state import EntryState
from srpki.schema.paths import path

if TYPE_CHECKING:
    from srpki.engine.crl_state import CrlUpdateState, FailedDownload
    from srpki.engine.engine import Engine


def state(engine: Engine) -> Branch:
    """Return the state tree of the node that *engine* drives, as it is now."""
    pki = {
        "ca-profile": _entries(
            {name: _ca_profile(engine, name) for name in engine.view.ca_profiles}
        ),
        "certificate-auto-update": _entries(
            {name: _auto_update(entry) for name, entry in engine.states().items()}
        ),
    }
    filled: dict[str, Element] = {name: entries for name, entries in pki.items() if entries}
    counted = engine.statistics
    filled["statistics"] = Branch(
        {
            "authentication": Branch(
                {
                    "attempted": counted.attempted,
                    "passed": counted.passed,
                    "failed": counted.failed,
                }
            )
        }
    )
    security: dict[str, Element] = {"pki": Branch(filled)}
    tls = live_tls.state(engine)
    if tls:
        security["tls"] = tls
    tree = put(EMPTY, path("system", "security"), Branch(security))
    if not (engine.view.ipsec_cert_profiles or engine.view.ipsec_trust_anchor_profiles):
        return tree
    from srpki.device import live_ipsec  # noqa: PLC0415 - start-up time

    return put(tree, path("ipsec"), live_ipsec.state(engine))


def _entries(found: Mapping[str, Mapping[str, Element]]) -> Entries:
    return Entries({(name,): Branch(values) for name, values in found.items()})


def _auto_update(entry: EntryState) -> dict[str, Element]:
    values: dict[str, Element] = {"update-state": entry.update_state}
    return values | _times(
        {
            "last-update-start-time": entry.last_update_start_time,
            "last-update-end-time": entry.last_update_end_time,
            "next-update-time": entry.next_update_time,
        }
    )


def _times(moments: Mapping[str, datetime | None]) -> dict[str, Element]:
    return {
        name: moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-5] + "Z"
        for name, moment in moments.items()
        if moment is not None
    }


def _ca_profile(engine: Engine, name: str) -> dict[str, Element]:
    oper = engine.authorities.state(name)
    values: dict[str, Element] = {"oper-state": oper.oper_state, "oper-flags": oper.oper_flags}
    request = engine.requests.state(name)
    if request:
        values["cmpv2"] = Branch({"request": request})
    downloads = engine.crl_updates.state(name)
    if downloads is not None:
        values["auto-crl-update"] = Branch(_auto_crl_update(downloads))
    return values


def _auto_crl_update(state: CrlUpdateState) -> dict[str, Element]:
    values: dict[str, Element] = {
        "last-success-auto-crl-update-url-id": state.success_entry_id or "not-applicable"
    }
    for name, moment in (
        ("last-success-auto-crl-update-time-start", state.success_started),
        ("last-success-auto-crl-update-time-end", state.success_ended),
        ("next-scheduled-auto-crl-update-time", state.next_update),
    ):
        if moment is not None:
            values[name] = int(moment.timestamp())
    current: dict[str, Element] = {"status": state.status}
    if state.entry_id:
        current["entry-id"] = state.entry_id
    current |= _times({"start-time": state.started})
    current["last-failed-update"] = Branch(_failed_download(state.failed))
    return {**values, "current-crl-update": Branch(current)}


def _failed_download(failed: FailedDownload | None) -> dict[str, Element]:
    if failed is None:
        return {"cause": "no-failure"}
    times = _times({"start-time": failed.started, "end-time": failed.ended})
    return {**times, "entry-id": failed.entry_id, "cause": failed.cause}
