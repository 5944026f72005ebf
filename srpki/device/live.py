"""The live content of ``/state``, as a tree of values [state-system-security-pki.json]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from srpki.config.tree import EMPTY, Branch, Element, Entries, put
from srpki.engine.state import EntryState
from srpki.schema.paths import path

if TYPE_CHECKING:
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
    filled = {name: entries for name, entries in pki.items() if entries}
    return put(EMPTY, path("system", "security", "pki"), Branch(filled))


def _entries(found: Mapping[str, Mapping[str, Element]]) -> Entries:
    return Entries({(name,): Branch(values) for name, values in found.items()})


def _auto_update(entry: EntryState) -> dict[str, Element]:
    values: dict[str, Element] = {"update-state": entry.update_state}
    for name, moment in (
        ("last-update-start-time", entry.last_update_start_time),
        ("last-update-end-time", entry.last_update_end_time),
        ("next-update-time", entry.next_update_time),
    ):
        if moment is not None:
            values[name] = moment.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-5] + "Z"
    return values


def _ca_profile(engine: Engine, name: str) -> dict[str, Element]:
    oper = engine.authorities.state(name)
    values: dict[str, Element] = {"oper-state": oper.oper_state, "oper-flags": oper.oper_flags}
    request = engine.requests.state(name)
    if request:
        values["cmpv2"] = Branch({"request": request})
    return values
