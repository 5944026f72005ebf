"""A thousand clients that keep their connections, and some that say nothing, shut nobody out."""

import errno
import json
import re
import resource
import select
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, suppress

import pytest

from srpki.core.clock import SystemClock
from srpki.core.wire import HttpReply
from srpki.labca import connections, listener
from srpki.labca.connections import Connections
from srpki.labca.listener import Listener
from srpki.labca.server import LabCa

ROUTERS = 1000
BOUND = 90.0  # seconds for all of it; alone it takes a tenth of that
GET = b"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def files():
    """Let this process have a file for each client."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * ROUTERS
    assert hard == resource.RLIM_INFINITY or hard >= wanted, "the machine allows too few files"
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def ca():
    """Run ``srpki ca``; give its ports and its root."""
    process = subprocess.Popen(
        [sys.executable, "-m", "srpki.frontend.program", "ca", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    facts = json.loads(process.stdout.readline())
    ports = [int(re.search(r":(\d+)(/|$)", facts[name])[1]) for name in ("cmp_url", "est_url")]
    yield *ports, facts["trust_anchor"]
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0


def connect(port, context=None):
    connection = socket.create_connection(("127.0.0.1", port), timeout=60)
    if context is None:
        return connection
    return context.wrap_socket(connection, server_hostname="127.0.0.1")


def asked(connection):
    """Ask once; return the status of the answer."""
    connection.sendall(GET)
    return int(connection.recv(4096).split()[1])


def readable(connection):
    """Whether something has come, if only the end; select() knows 1,024 files alone."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


@pytest.mark.timeout(2 * BOUND)
@pytest.mark.parametrize(("protocol", "routers"), [("cmp", ROUTERS), ("est", ROUTERS // 4)])
def test_a_thousand_kept_connections_are_all_served_again(files, ca, protocol, routers):
    """Of EST, whose handshakes take their time, a quarter; the rest is the same code."""
    begin = time.monotonic()
    port = ca[0] if protocol == "cmp" else ca[1]
    context = None if protocol == "cmp" else ssl.create_default_context(cafile=ca[2])
    with ExitStack() as stack:
        kept = []
        for _ in range(routers):
            kept.append(stack.enter_context(closing(connect(port, context))))
            assert asked(kept[-1]) == 404
        assert {asked(connection) for connection in kept} == {404}
        assert len(kept) == routers
    assert time.monotonic() - begin < BOUND


@pytest.mark.timeout(2 * BOUND)
def test_where_there_is_no_room_who_has_waited_longest_gives_way(files, ca):
    begin = time.monotonic()
    with ExitStack() as stack:
        kept = []
        for _ in range(connections.MAX_CONNECTIONS + 100):
            kept.append(stack.enter_context(closing(connect(ca[0]))))
            assert asked(kept[-1]) == 404
        # Each is closed by a thread of its own, and neighbours may begin to wait in another order.
        assert [one.recv(1) for one in kept[:90]] == [b""] * 90
        assert sum(map(readable, kept)) < 200
        assert asked(kept[-1]) == 404
    assert time.monotonic() - begin < BOUND


@pytest.mark.parametrize("said", [b"", b"GET /nowhere HTTP/1.1\r\nHo", b"\x16\x03\x01"])
@pytest.mark.parametrize("protocol", ["cmp", "est"])
def test_half_open_connections_shut_nobody_out(files, ca, protocol, said):
    port = ca[0] if protocol == "cmp" else ca[1]
    context = None if protocol == "cmp" else ssl.create_default_context(cafile=ca[2])
    with ExitStack() as stack:
        for _ in range(connections.MAX_CONNECTIONS + 50):
            connection = stack.enter_context(closing(connect(port)))
            connection.sendall(said)
        with closing(connect(port, context)) as another:
            assert asked(another) == 404


class Pretended:
    """A connection that waits since a turn, or is answered; or its request has come, unread."""

    def __init__(self, since, *, asking=False):
        self.since, self.asking, self.ended = since, asking, False

    def asks(self):
        return self.asking

    def give_way(self):
        self.ended = True


def test_who_waits_longest_gives_way_and_who_is_answered_never():
    busy, young, old = Pretended(None), Pretended(7), Pretended(3)
    open_ones = Connections(3)
    for connection in (busy, young, old):
        assert open_ones.admit()
        open_ones.add(connection)
    assert open_ones.admit()
    assert [one.ended for one in (busy, young, old)] == [False, False, True]
    open_ones.add(Pretended(None))
    assert open_ones.admit()
    assert young.ended
    open_ones.add(Pretended(None))
    assert not open_ones.admit()  # all are being answered
    open_ones.give_way()
    assert not busy.ended


def test_whose_request_has_come_does_not_give_way():
    asking, idle = Pretended(3, asking=True), Pretended(7)
    open_ones = Connections(2)
    for connection in (asking, idle):
        open_ones.add(connection)
    assert open_ones.admit()
    assert [one.ended for one in (asking, idle)] == [False, True]
    open_ones.add(Pretended(9, asking=True))
    assert not open_ones.admit()


def test_many_who_ask_at_once_are_all_answered(monkeypatch):
    """Far more than there is room for; each has asked before the first was looked at."""
    monkeypatch.setattr(listener, "room", lambda: 3)
    port = Listener(
        ("127.0.0.1", 0), lambda *_: HttpReply(status=404), None, [].append, SystemClock()
    )
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(port.port))) for _ in range(60)]
        for client in clients:
            client.sendall(GET)
        port.start()
        stack.callback(port.stop)
        assert [int(client.recv(4096).split()[1]) for client in clients] == [404] * 60


def test_a_request_that_was_read_is_answered_though_it_gave_way_at_that_moment(monkeypatch):
    monkeypatch.setattr(listener, "room", lambda: 1)
    read, gone = threading.Event(), threading.Event()
    answer, give_way = connections.Connection.answer, connections.Connection.give_way

    def answering(connection):
        read.set()
        assert gone.wait(BOUND)
        answer(connection)

    def giving_way(connection):
        give_way(connection)
        gone.set()

    monkeypatch.setattr(connections.Connection, "answer", answering)
    monkeypatch.setattr(connections.Connection, "give_way", giving_way)
    port = Listener(
        ("127.0.0.1", 0), lambda *_: HttpReply(status=404), None, [].append, SystemClock()
    )
    port.start()
    with ExitStack() as stack:
        stack.callback(port.stop)
        first = stack.enter_context(closing(connect(port.port)))
        first.sendall(GET)
        assert read.wait(BOUND)
        second = stack.enter_context(closing(connect(port.port)))
        second.sendall(GET)
        assert [int(one.recv(4096).split()[1]) for one in (first, second)] == [404] * 2
        assert first.recv(10) == b""


def test_who_comes_while_all_are_answered_waits(monkeypatch):
    """Nobody is refused: of five who ask at a port of two, three wait until there is room."""
    monkeypatch.setattr(listener, "room", lambda: 2)
    asked_for, may_answer = threading.Semaphore(0), threading.Event()

    def handler(request, certificate):
        asked_for.release()
        assert may_answer.wait(BOUND)
        return HttpReply(status=404)

    port = Listener(("127.0.0.1", 0), handler, None, [].append, SystemClock())
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(connect(port.port))) for _ in range(5)]
        for client in clients:  # before the first is taken: who says nothing yet gives way
            client.sendall(GET)
        port.start()
        stack.callback(port.stop)
        stack.callback(may_answer.set)
        for _ in range(2):
            assert asked_for.acquire(timeout=BOUND)
        assert not any(readable(client) for client in clients)
        may_answer.set()
        assert [int(client.recv(4096).split()[1]) for client in clients] == [404] * 5


def test_a_full_port_can_be_stopped(monkeypatch):
    monkeypatch.setattr(listener, "room", lambda: 0)
    port = Listener(("127.0.0.1", 0), lambda *_: None, None, [].append, SystemClock())
    port.start()
    with closing(connect(port.port)) as client:
        port.stop()
        with suppress(ConnectionResetError):
            assert client.recv(10) == b""


def test_the_number_of_connections_fits_the_files_of_the_process(monkeypatch):
    for soft, expected in ((1024, 448), (100_000, 1200), (64, 32), (resource.RLIM_INFINITY, 1200)):
        monkeypatch.setattr(resource, "getrlimit", lambda what, soft=soft: (soft, soft))
        assert connections.room() == expected


def test_without_files_a_connection_that_waits_gives_way(authority, monkeypatch):
    """accept() fails as it does when the process has no file left; the next one is served."""
    log = []
    with LabCa(authority, log=log.append) as server:
        with closing(connect(server.cmp_port)) as waiting:
            assert asked(waiting) == 404
            accept = socket.socket.accept

            def failing(self):
                if not readable(waiting):  # it has not given way yet
                    raise OSError(errno.EMFILE, "Too many open files")
                return accept(self)

            monkeypatch.setattr(socket.socket, "accept", failing)
            with closing(connect(server.cmp_port)) as another:
                assert asked(another) == 404
            assert waiting.recv(10) == b""
