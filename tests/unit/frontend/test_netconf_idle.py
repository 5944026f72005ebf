"""When a session of NETCONF is idle: not while it is answered, and not while it hears events."""

import queue
import threading

import pytest
from netconf import BASE, BASE_10, hello

from srpki.config.tree import put
from srpki.frontend.node import opened
from srpki.frontend.serve import sessions
from srpki.frontend.serve.visiting import Visit
from srpki.management.access.rights import ADMINISTRATOR
from srpki.schema.paths import path

PATIENCE = 60


class Wire:
    """A channel whose other end is the test; it stands where a conduit does."""

    def __init__(self):
        self.gone = False
        self.delivered = queue.Queue()
        self.resting = threading.Semaphore(0)
        self.hear = self.ended = self.left = self.patience = self.expire = None

    def go_on(self):
        pass

    def rest(self):
        self.resting.release()

    def deliver(self, octets):
        self.delivered.put(octets)

    def hang_up(self):
        self.gone = True
        self.delivered.put(b"")

    def rested(self):
        """Wait until the next request is waited for."""
        assert self.resting.acquire(timeout=PATIENCE)
        return self.patience()

    def asks(self, body):
        text = f'<rpc xmlns="{BASE}" message-id="1">{body}</rpc>]]>]]>'
        self.hear(text.encode())


class Visitor:
    user = "admin"


@pytest.fixture(scope="module")
def router(tmp_path_factory):
    with opened(tmp_path_factory.mktemp("idle") / "node", lab=False) as found:
        store = found.node.datastore
        leaf = path("system", "management-interface", "netconf", "listen", "idle-timeout")
        with store.lock:
            store.replace(put(store.running, leaf, 3), ())
        yield found


@pytest.fixture
def wire(router):
    found = Wire()
    visit = Visit(router, False, Visitor(), "192.0.2.9", "netconf", lambda: ADMINISTRATOR)
    thread = threading.Thread(target=sessions.of_netconf, args=(found, visit), daemon=True)
    thread.start()
    assert found.rested() == 180.0  # who does not even say hello
    found.hear(f"{hello(BASE_10)}]]>]]>".encode())
    assert found.rested() == 180.0
    yield found
    found.ended()
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_it_is_idle_once_it_is_answered(router, wire, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def slow(exchange, operation):
        begun.set()
        go_on.wait(PATIENCE)

    registry = "srpki.netconf.operations.registry.OPERATIONS"
    monkeypatch.setattr(registry, {(BASE, "slow"): slow})
    wire.asks("<slow/>")
    assert begun.wait(PATIENCE)
    assert wire.patience() is None
    go_on.set()
    assert wire.rested() == 180.0


def test_who_hears_events_is_never_idle(router, wire):
    space = "urn:ietf:params:xml:ns:netconf:notification:1.0"
    wire.asks(f'<create-subscription xmlns="{space}"/>')
    assert wire.rested() is None


def test_who_is_idle_for_too_long_is_gone_and_counted(router, wire):
    counters = router.node.sessions.counters
    before = counters["dropped-sessions"]
    wire.expire()
    assert wire.gone
    assert counters["dropped-sessions"] == before + 1
    assert router.node.sessions.all() == ()
