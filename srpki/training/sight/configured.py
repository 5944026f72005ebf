"""Entries, profiles, configuration and state, as checks ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from srpki.config.diff import diff
from srpki.config.tree import Branch, Entries, get
from srpki.device.operations.show_ipsec import tunnels
from srpki.schema.nodes import Leaf, LeafList
from srpki.training.paths import path_of

if TYPE_CHECKING:
    from srpki.schema.paths import Path
    from srpki.training.language.tree import Condition
    from srpki.training.sight.seen import Sight


def entry(sight: Sight, about: Condition) -> object:
    """Return a property of an entry of certificate-auto-update."""
    engine, name = sight.node.engine, about.words[0]
    state, configured = engine.states().get(name), engine.view.auto_updates.get(name)
    if about.property in ("exists", "absent"):
        return (configured is not None) == (about.property == "exists")
    if about.property in ("updates", "failures"):
        return _counted(sight, name)[about.property]
    if state is None:
        return None
    profile = engine.view.update_profiles.get(configured.profile) if configured else None
    due = state.next_update_time
    values: dict[str, object] = {
        "state": state.update_state,
        "reason": state.reason,
        "profile": configured and configured.profile,
        "key-file": configured and configured.key_file_name,
        "protocol": profile and profile.protocol,
        "last-start": state.last_update_start_time,
        "last-end": state.last_update_end_time,
        "next": due,
        "next-in": None if due is None else due - sight.now,
    }
    if about.property in values:
        return values[about.property]
    return tuple(use.user for use in engine.applications.users_of(name))


_FINISHED: Final = 2246
_FAILED: Final = 2247


def _counted(sight: Sight, name: str) -> dict[str, int]:
    """Return the updates that finished, and those that failed since the last of them."""
    updates = failures = 0
    for _, happening in sight.history.happenings():
        if happening.application == "SECURITY" and happening.about(name):
            if happening.number == _FINISHED:
                updates, failures = updates + 1, 0
            failures += happening.number == _FAILED
    return {"updates": updates, "failures": failures}


def profile(sight: Sight, about: Condition) -> object:
    """Return a property of a certificate-update-profile."""
    view = sight.node.engine.view
    found = view.update_profiles.get(about.words[0])
    if about.property in ("exists", "absent"):
        return (found is not None) == (about.property == "exists")
    if found is None:
        return None
    kind = found.key_generation
    values: dict[str, Any] = {
        "protocol": found.protocol,
        "server": found.server,
        "hash": found.hash_algorithm,
        "key-generation": kind,
        "key-size": found.key_size if kind in ("rsa", "dsa") else None,
        "curve": found.curve if kind == "ecdsa" else None,
        "schedule": found.schedule,
        "seconds": found.seconds,
        "retry-interval": found.retry_interval,
    }
    if about.property in values:
        return values[about.property]
    users = view.auto_updates.values()
    return tuple(one.certificate_file_name for one in users if one.profile == found.name)


def ca_profile(sight: Sight, about: Condition) -> object:
    """Return a property of a ca-profile."""
    engine, name = sight.node.engine, about.words[0]
    found = engine.view.ca_profiles.get(name)
    if about.property in ("exists", "absent"):
        return (found is not None) == (about.property == "exists")
    if found is None:
        return None
    match about.property:
        case "admin":
            return "enable" if found.enabled else "disable"
        case "revocation-check":
            return found.revocation_check
        case "pending":
            return name in engine.outstanding()
    state = engine.authorities.state(name)
    return state.oper_state if about.property == "oper" else state.oper_flags


def tunnel(sight: Sight, about: Condition) -> object:
    """Return a property of an emulated tunnel."""
    found = {one.name: one for one in tunnels(sight.node)}.get(about.words[0])
    if about.property in ("exists", "absent"):
        return (found is not None) == (about.property == "exists")
    if about.property == "up":
        return found is not None and found.oper_state == "up"
    values = found and {"flags": found.oper_flags, "reason": found.reason, "since": found.since}
    return values[about.property] if values else None


def config(sight: Sight, about: Condition) -> object:
    """Return a leaf of the running configuration, or how it compares with the initial one."""
    node = sight.node
    match about.property:
        case "saved":
            return not node.unsaved.changed
        case "unchanged":
            return not _changes(sight, ())
        case "unchanged except PATHS":
            paths = tuple(path_of("config", tuple(one.split("\n")))[0] for one in about.words)
            return not _changes(sight, paths)
    return _at(about, "config", node.datastore.running)


def _changes(sight: Sight, but: tuple[Path, ...]) -> bool:
    """Say whether the configuration is another than initially, elsewhere than at *but*.

    A change of something above one of *but*, such as a new entry, counts as elsewhere.
    """
    root = sight.node.schema.configure
    changes = diff(root, sight.initial.running, sight.node.datastore.running)
    return any(not any(_is_below(change.path, one) for one in but) for change in changes)


def _is_below(place: Path, above: Path) -> bool:
    """Say whether *place* is *above* or below it; a list without keys stands for its entries."""
    return len(place) >= len(above) and all(
        step.name == other.name and other.keys in ((), step.keys)
        for step, other in zip(place, above, strict=False)
    )


def state(sight: Sight, about: Condition) -> object:
    """Return a leaf of the state."""
    return _at(about, "state", sight.node.state())


def _at(about: Condition, subject: str, tree: Branch) -> object:
    place, schema = path_of(subject, about.words)
    found = get(tree, place)
    if about.property in ("exists", "absent"):
        there = found is not None and (not isinstance(found, Entries) or bool(found))
        return there == (about.property == "exists")
    if found is None:
        default = schema.default if isinstance(schema, Leaf) else None
        return default if default is None or isinstance(schema, LeafList) else _typed(default)
    if isinstance(found, Branch | Entries):
        return None
    if isinstance(found, tuple):
        return tuple(str(one) for one in found)
    if isinstance(schema, Leaf) and not isinstance(found, int | float):
        return schema.type.format(found)
    return str(found).lower() if isinstance(found, bool) else found


def _typed(default: str) -> object:
    return int(default) if default.isdecimal() else default


READERS: Final = {
    "entry": entry,
    "profile": profile,
    "ca-profile": ca_profile,
    "tunnel": tunnel,
    "config": config,
    "state": state,
}
