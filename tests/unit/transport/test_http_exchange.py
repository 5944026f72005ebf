"""HTTP exchanges with servers that behave, and with servers that do not."""

import gzip
import socket
import threading

import pytest
from counting import met

from srpki.core.clock import SystemClock
from srpki.core.errors import (
    ConnectError,
    ProtocolError,
    ResponseTimeoutError,
    TlsError,
    UsageError,
)
from srpki.core.wire import HttpRequest

SHORT = 0.3  # seconds; long enough for a loopback answer, short enough to wait for


class HandClock(SystemClock):
    """Monotonic time that moves by hand, and by *step* with every look."""

    def __init__(self, step=0.0):
        self.elapsed = 0.0
        self._step = step

    def monotonic(self):
        self.elapsed += self._step
        return self.elapsed


@pytest.fixture
def writes(monkeypatch):
    """Every write to a socket: the peer's port, TCP_NODELAY, the octets."""
    seen = []
    original = socket.socket.sendall

    def sendall(self, data, *flags):
        nodelay = self.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        seen.append((self.getpeername()[1], nodelay, bytes(data)))
        return original(self, data, *flags)

    monkeypatch.setattr(socket.socket, "sendall", sendall, raising=False)
    return seen


# ---------------------------------------------------------------------- the ordinary case


def test_a_post_arrives_and_its_answer_comes_back(serve, exchange, net):
    peer = serve(net.answering(net.answer(b"reply", "201 Made", Content_Type="a/b", X_Y="1")))
    request = net.post(peer, b"question", "/a?b=c", headers=(("Content-Type", "q/r"),))
    reply = exchange().send(request)
    assert (reply.status, reply.body) == (201, b"reply")
    assert reply.header("Content-Type") == "a/b" and reply.headers["x-y"] == "1"
    head, body = peer.requests[0]
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /a?b=c HTTP/1.1"
    assert f"Host: 127.0.0.1:{peer.port}" in lines
    assert "Content-Type: q/r" in lines and "Content-Length: 8" in lines
    assert "Accept-Encoding: identity" in lines
    assert body == b"question"


def test_ten_requests_share_one_connection_and_do_not_mix(serve, exchange, net):
    peer = serve(net.answering(*[net.answer(b"%d" % number) for number in range(10)]))
    one = exchange()
    bodies = [one.send(net.post(peer, b"q%d" % number)).body for number in range(10)]
    assert bodies == [b"%d" % number for number in range(10)]
    assert [body for _, body in peer.requests] == [b"q%d" % number for number in range(10)]
    assert peer.connections == 1


def test_a_message_leaves_in_one_write_on_a_socket_without_delay(serve, exchange, net, writes):
    peer = serve(net.answering(net.answer()))
    one = exchange()
    one.send(net.post(peer, b"first"))
    one.send(net.post(peer, b"second"))
    ours = [(nodelay, data) for port, nodelay, data in writes if port == peer.port]
    assert [bool(nodelay) for nodelay, _ in ours] == [True, True]
    assert [data.partition(b"\r\n\r\n")[2] for _, data in ours] == [b"first", b"second"]


def test_a_post_without_body_says_so(serve, exchange, net):
    peer = serve(net.answering(net.answer()))
    exchange().send(net.post(peer, b""))
    assert b"content-length: 0" in peer.requests[0][0].lower()


def test_headers_that_come_twice_are_joined(serve, exchange, net):
    raw = b"HTTP/1.1 401 No\r\nWWW-Authenticate: A x=1\r\nWWW-Authenticate: B\r\nContent-Length: 0\r\n\r\n"
    peer = serve(net.answering(raw))
    assert exchange().send(net.get(peer)).header("www-authenticate") == "A x=1, B"


def test_a_chunked_answer_is_put_together(serve, exchange, net):
    raw = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    )
    peer = serve(net.answering(raw))
    one = exchange()
    assert [one.send(net.get(peer)).body for _ in range(2)] == [b"abcde"] * 2
    assert peer.connections == 1


def test_an_http_1_0_server_that_closes_is_read_to_the_end(serve, exchange, net):
    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))
        connection.sendall(b"HTTP/1.0 200 OK\r\n\r\nall of it")

    peer = serve(behave)
    one = exchange()
    assert [one.send(net.get(peer)).body for _ in range(2)] == [b"all of it"] * 2
    assert peer.connections == 2


def test_version_1_0_is_spoken_when_the_profile_says_so(serve, exchange, net):
    peer = serve(net.answering(net.answer(b"x")))
    one = exchange(http_version="1.0")
    assert [one.send(net.post(peer)).body for _ in range(2)] == [b"x", b"x"]
    for head, _ in met(2, peer.requests):
        assert head.startswith(b"POST / HTTP/1.0\r\n")
        assert b"Host: 127.0.0.1:%d\r\n" % peer.port in head
    assert peer.connections == 2


def test_the_source_address_of_the_profile_is_used(serve, exchange, net):
    peer = serve(net.answering(net.answer()))
    exchange(source_address="127.0.0.9").send(net.get(peer))
    assert peer.origins[0][0] == "127.0.0.9"


def test_a_connection_the_server_closed_between_requests_is_replaced(serve, exchange, net):
    gone = threading.Event()

    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))
        connection.sendall(net.answer(b"x"))
        connection.shutdown(socket.SHUT_RDWR)
        gone.set()
        peer.over.wait(SHORT)

    peer = serve(behave)
    one = exchange()
    one.send(net.post(peer))
    assert gone.wait(5)
    assert one.send(net.post(peer)).body == b"x"
    assert peer.connections == 2


def test_environment_and_netrc_are_not_looked_at(serve, exchange, net, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login joe password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    peer = serve(net.answering(net.answer(b"direct", Set_Cookie="a=b")))
    one = exchange()
    assert [one.send(net.get(peer)).body for _ in range(2)] == [b"direct"] * 2
    heads = b"".join(head for head, _ in peer.requests).lower()
    assert b"authorization" not in heads and b"cookie" not in heads


def test_an_exchange_works_again_after_close(serve, exchange, net):
    peer = serve(net.answering(net.answer(b"x")))
    one = exchange()
    one.send(net.get(peer))
    one.close()
    assert one.send(net.get(peer)).body == b"x"
    assert peer.connections == 2


# ---------------------------------------------------------------------- no connection


def test_a_port_where_nobody_listens_is_named(exchange, net, serve):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    request = HttpRequest(method="GET", url=f"http://127.0.0.1:{port}/")
    with pytest.raises(ConnectError) as caught:
        exchange(retries=2).send(request)
    assert str(caught.value) == f"cannot connect to 127.0.0.1:{port}: connection refused"


def test_a_host_without_address_is_named(exchange, monkeypatch):
    def unknown(*args, **options):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConnectError, match=r"^no address is known for host ca\.example$"):
        exchange().send(HttpRequest(method="GET", url="http://ca.example/"))


@pytest.mark.parametrize("retries", [2, 1])
def test_connecting_is_tried_again_as_often_as_allowed(serve, exchange, net, monkeypatch, retries):
    peer = serve(net.answering(net.answer(b"x")))
    original, attempts = socket.socket.connect, []

    def connect(self, address):
        attempts.append(address)
        if len(attempts) <= 2:
            raise ConnectionRefusedError(111, "Connection refused")
        return original(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    one = exchange(retries=retries)
    if retries == 2:
        assert one.send(net.post(peer)).body == b"x"
    else:
        with pytest.raises(ConnectError):
            one.send(net.post(peer))
    assert len(attempts) == retries + 1


def test_a_request_that_was_sent_is_never_sent_twice(serve, exchange, net):
    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))

    peer = serve(behave)
    with pytest.raises(ConnectError, match="closed the connection without an answer"):
        exchange(retries=5).send(net.post(peer))
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    "url", ["ftp://h/", "http://", "http://h:x/", "http://u:p@h/", "nonsense", "http://[::1/"]
)
def test_what_is_not_an_http_url_is_refused(exchange, url):
    with pytest.raises(UsageError):
        exchange().send(HttpRequest(method="GET", url=url))


def test_https_without_a_tls_profile_is_refused(serve, exchange, net):
    peer = serve(net.answering(net.answer()))
    with pytest.raises(TlsError, match="no TLS profile"):
        exchange().send(net.get(peer, scheme="https"))
    assert peer.connections == 0


# ---------------------------------------------------------------------- time


def test_a_silent_server_is_given_up_in_time(serve, exchange, net):
    peer = serve(lambda connection, peer: peer.over.wait(10))
    with pytest.raises(ResponseTimeoutError) as caught:
        exchange(response_timeout=SHORT).send(net.post(peer))
    assert str(caught.value) == f"127.0.0.1:{peer.port} has not answered within 0.3 seconds"


@pytest.mark.parametrize(
    "start",
    [
        b"",  # the status line and the headers drip
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
    ],
)
def test_a_server_that_drips_is_given_up_in_time(serve, exchange, net, start):
    def behave(connection, peer):
        net.read_request(connection)
        connection.sendall(start)
        drops = b"HTTP/1.1 200 OK\r\nX: " if not start else b"10\r\n"
        for drop in drops + b"a" * 1000:
            connection.sendall(bytes((drop,)))
            if peer.over.wait(0.02):
                return

    peer, clock = serve(behave), SystemClock()
    begin = clock.monotonic()
    with pytest.raises(ResponseTimeoutError):
        exchange(response_timeout=SHORT).send(net.post(peer))
    assert clock.monotonic() - begin < 10 * SHORT


def test_time_is_measured_on_the_given_clock(serve, exchange, net):
    peer = serve(net.answering(net.answer()))
    with pytest.raises(ResponseTimeoutError):
        exchange(clock=HandClock(step=3600), response_timeout=30.0).send(net.get(peer))


def test_each_exchange_has_its_own_time(serve, exchange, net):
    clock = HandClock()

    def behave(connection, peer):
        while net.read_request(connection):
            clock.elapsed += 20
            connection.sendall(net.answer())

    one = exchange(clock=clock, response_timeout=30.0)
    peer = serve(behave)
    for _ in range(3):
        one.send(net.get(peer))


# ---------------------------------------------------------------------- bad answers


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"\x15\x03\x01\x00\x02\x02\x50",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"".join(b"H%d: x\r\n" % n for n in range(200)) + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    ],
)
def test_an_answer_that_is_not_http_is_a_fault_of_the_server(serve, exchange, net, raw):
    def behave(connection, peer):
        net.read_request(connection)
        connection.sendall(raw)

    with pytest.raises(ProtocolError, match="is not HTTP"):
        exchange().send(net.post(serve(behave)))


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n20\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n",
    ],
)
def test_an_answer_cut_short_is_never_taken_for_whole(serve, exchange, net, raw):
    def behave(connection, peer):
        net.read_request(connection)
        connection.sendall(raw)

    with pytest.raises(ConnectError, match="within the answer"):
        exchange().send(net.post(serve(behave)))


@pytest.mark.parametrize(
    "head",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n",
        b"HTTP/1.1 307 Go\r\nLocation: /x\r\n\r\n",
    ],
)
def test_a_giant_answer_is_read_only_to_the_limit(serve, exchange, net, head):
    sent = []

    def behave(connection, peer):
        net.read_request(connection)
        connection.sendall(head)
        while not peer.over.is_set():
            connection.sendall(bytes(65536))
            sent.append(65536)

    peer = serve(behave)
    with pytest.raises(ProtocolError, match="longer than 100000 octets"):
        exchange(max_body=100_000, redirects=1).send(net.post(peer))
    assert sum(sent) < 50_000_000


def test_an_answer_of_exactly_the_limit_is_taken(serve, exchange, net):
    peer = serve(net.answering(net.answer(bytes(1000)), net.answer(bytes(1001))))
    one = exchange(max_body=1000)
    assert len(one.send(net.get(peer)).body) == 1000
    with pytest.raises(ProtocolError):
        one.send(net.get(peer))


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Encoding": "gzip"},
        {"Content_Encoding": "br"},
        {"Transfer_Encoding": "gzip, chunked", "Content_Length": None},
    ],
)
def test_a_coded_answer_is_refused_not_unpacked(serve, exchange, net, headers):
    peer = serve(net.answering(net.answer(gzip.compress(bytes(1000)), **headers)))
    with pytest.raises(ProtocolError):
        exchange().send(net.get(peer))


def test_an_error_status_is_an_answer_like_any_other(serve, exchange, net):
    peer = serve(net.answering(net.answer(b"broken", "500 Internal Server Error")))
    reply = exchange().send(net.post(peer))
    assert (reply.status, reply.body) == (500, b"broken")


def test_after_a_bad_answer_the_next_request_gets_a_fresh_connection(serve, exchange, net):
    long = net.answer(bytes(5000))
    peer = serve(net.answering(long, net.answer(b"good")))
    one = exchange(max_body=100)
    with pytest.raises(ProtocolError):
        one.send(net.get(peer))
    assert one.send(net.get(peer)).body == b"good"
    assert peer.connections == 2


# ---------------------------------------------------------------------- redirects


def redirect(net, location, status="307 Temporary Redirect"):
    return net.answer(b"", status, Location=location)


@pytest.mark.parametrize("status", ["307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_within_the_server_is_followed_with_the_body(serve, exchange, net, status):
    peer = serve(net.answering(redirect(net, "/new?a=b#c", status), net.answer(b"here")))
    assert exchange(redirects=1).send(net.post(peer, b"question")).body == b"here"
    head, body = peer.requests[1]
    assert head.startswith(b"POST /new?a=b HTTP/1.1\r\n") and body == b"question"
    assert peer.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other"])
def test_a_post_is_not_turned_into_a_get(serve, exchange, net, status):
    peer = serve(net.answering(redirect(net, "/new", status)))
    with pytest.raises(ProtocolError, match="redirects a POST"):
        exchange(redirects=3).send(net.post(peer))
    assert len(peer.requests) == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
def test_a_get_follows_every_kind_of_redirect(serve, exchange, net, status):
    peer = serve(net.answering(redirect(net, "/new", status), net.answer(b"here")))
    assert exchange(redirects=1).send(net.get(peer)).body == b"here"


def test_redirects_to_another_server_are_refused_by_name(serve, exchange, net):
    other = serve(net.answering(net.answer(b"stolen")))
    own = serve(net.answering(redirect(net, f"http://127.0.0.1:{other.port}/x")))
    request = net.post(own, headers=(("Authorization", "Basic c2VjcmV0"),))
    with pytest.raises(ProtocolError, match=f"redirects to http://127.0.0.1:{other.port}"):
        exchange(redirects=5).send(request)
    assert other.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "//localhost/",
        "http://127.0.0.1/",
        "http://user@127.0.0.1:{port}/",
        "ftp://127.0.0.1:{port}/",
        "file:///etc/passwd",
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "",
        "/" + "a" * 3000,
        "/\x1b[2J",
    ],
)
def test_other_places_are_refused_and_not_echoed_raw(serve, exchange, net, location):
    def behave(connection, peer):
        there = location.format(port=peer.port)
        net.answering(redirect(net, there))(connection, peer)

    peer = serve(behave)
    with pytest.raises(ProtocolError) as caught:
        exchange(redirects=5).send(net.get(peer))
    assert str(caught.value).isprintable() and len(str(caught.value)) < 300
    assert len(peer.requests) == 1


@pytest.mark.parametrize(
    ("allowed", "words"), [(0, "redirects to /again, which is not"), (3, "more often than 3 times")]
)
def test_redirects_end_at_the_limit(serve, exchange, net, allowed, words):
    peer = serve(net.answering(redirect(net, "/again")))
    with pytest.raises(ProtocolError, match=f"{words}.*redirection of the transmission-profile"):
        exchange(redirects=allowed).send(net.get(peer))
    assert len(peer.requests) == allowed + 1


@pytest.mark.parametrize("length", [b"-1", b"-5"])
def test_a_chunk_of_negative_length_is_refused_before_anything_is_read(
    serve, exchange, net, length
):
    def behave(connection, peer):
        net.read_request(connection)
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.sendall(head + length + b"\r\n" + 1000 * b"x")

    peer = serve(behave)
    with pytest.raises(ProtocolError, match="has a length that is none"):
        exchange().send(net.get(peer))
