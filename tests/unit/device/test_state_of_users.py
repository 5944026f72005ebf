"""``/state/users``: who is logged in."""

from datetime import UTC, datetime, timedelta

from srpki.core.clock import FrozenClock
from srpki.device import live_system
from srpki.device.happenings import Mark
from srpki.device.sessions import Sessions
from srpki.schema.nodes import child_of
from srpki.schema.tree import SCHEMA, node_at

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_state_of_users_has_who_is_logged_in():
    clock = FrozenClock(NOW)
    sessions = Sessions(clock, lambda: Mark({}, frozenset(), {}))
    sessions.open("admin")
    over = sessions.open("ann", "ssh", "192.0.2.7")
    sessions.open("EHS", "script")  # the node's own
    clock.advance(timedelta(seconds=90))
    found = live_system.users(sessions, clock.now())["session"]
    assert [entry["user"] for entry in found.values()] == ["admin", "ann"]
    entry = found[over.session_id,]
    assert (entry["connection-type"], entry["connection-ip"]) == ("sshv2", "192.0.2.7")
    assert entry["idle-time"] == 90
    node = node_at(SCHEMA.state, "users", "session")
    for name, value in entry.items():
        kind = child_of(node, name).type
        assert kind.parse(kind.format(value)) == value
    sessions.close(over)
    assert len(live_system.users(sessions, clock.now())["session"]) == 1
