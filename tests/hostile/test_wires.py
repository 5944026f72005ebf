"""A server that means harm on the wire itself, over loopback, with CMP and with EST over TLS.

Time is a clock of ours that moves with each look at it, so an answer without end ends at once.
"""

import itertools
import threading
import time
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from borrowed import borrowed

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy
from srpki.core.errors import SrpkiError
from srpki.engine.drive import drive
from srpki.protocol.cmp.client import CmpPeer, key_update
from srpki.protocol.est import client as est
from srpki.transport.base import Limits, TlsClient
from srpki.transport.http import HttpExchange
from srpki.x509 import csr, names
from srpki.x509.keys import KeySpec, generate

net = borrowed("unit/transport/conftest.py")
bench = borrowed("unit/protocol/cmp/conftest.py")
KEY = generate(KeySpec("ecdsa", curve="secp256r1"))
SECRET = "s3cret"


class Hasty(FrozenClock):
    """A clock on which each look takes a tenth of a second."""

    def __init__(self, instant):
        super().__init__(instant)
        self._ticks = itertools.count()

    def monotonic(self):
        return next(self._ticks) / 10


def head(*lines, status="200 OK"):
    kind = "Content-Type: application/pkixcmp"
    return "\r\n".join([f"HTTP/1.1 {status}", kind, *lines, "", ""]).encode()


def squeezed(wbits):
    """Return 64 MB of nothing, compressed."""
    packer = zlib.compressobj(1, zlib.DEFLATED, wbits)
    return packer.compress(bytes(1 << 26)) + packer.flush()


def coded(coding, data, name="Content-Encoding"):
    return head(f"{name}: {coding}", f"Content-Length: {len(data)}") + data


def moved(location, status="307 Temporary Redirect"):
    return head(f"Location: {location}", "Content-Length: 0", status=status)


def asked(challenge, status="401 Unauthorized"):
    name = "Proxy-Authenticate" if status.startswith("407") else "WWW-Authenticate"
    return head(f"{name}: {challenge}", "Content-Length: 0", status=status)


NUL = b"\x00" * 4096
ONCE = {
    "nothing": b"",
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "HTTP/0.9": b"<html>hello</html>",
    "zeros": NUL,
    "a version of the future": b"HTTP/9.9 200 OK\r\n\r\n",
    "a status that is none": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of a thousand": b"HTTP/1.1 1000 OK\r\n\r\n",
    "a negative status": b"HTTP/1.1 -200 OK\r\n\r\n",
    "a header without colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a header with NUL": head("X: \x00\x00") + NUL,
    "a header of 100 kB": head("X: " + "a" * 100_000),
    "a thousand headers": head(*(f"X-{n}: a" for n in range(1000))),
    "a length beyond measure": head(f"Content-Length: {2**63}") + NUL,
    "a length of a googol": head("Content-Length: 1" + "0" * 100) + NUL,
    "a negative length": head("Content-Length: -1") + NUL,
    "a length in words": head("Content-Length: five") + NUL,
    "two lengths": head("Content-Length: 5", "Content-Length: 4096") + NUL,
    "a rest that is missing": head("Content-Length: 5000") + NUL,
    "a chunk beyond measure": head("Transfer-Encoding: chunked") + b"ffffffffffffffff\r\n" + NUL,
    "a chunk that is none": head("Transfer-Encoding: chunked") + b"xyz\r\n" + NUL,
    "a negative chunk": head("Transfer-Encoding: chunked") + b"-5\r\n" + NUL,
    "chunks without end mark": head("Transfer-Encoding: chunked") + b"5\r\nhello\r\n",
    "a gzip bomb": coded("gzip", squeezed(31)),
    "a gzip bomb by another name": coded("x-gzip", squeezed(31)),
    "a deflate bomb": coded("deflate", squeezed(15)),
    "a bomb within a bomb": coded("gzip, gzip", zlib.compress(squeezed(31))),
    "a coding nobody knows": coded("br", NUL),
    "a bomb as transfer coding": coded("gzip, chunked", squeezed(31), "Transfer-Encoding"),
    "a redirect to itself": moved("/"),
    "a redirect to nowhere": head("Content-Length: 0", status="307 Temporary Redirect"),
    "a redirect to another port": moved("http://127.0.0.1:1/"),
    "a redirect to another host": moved("http://192.0.2.1/"),
    "a redirect to a file": moved("file:///etc/passwd"),
    "a redirect to FTP": moved("ftp://127.0.0.1/"),
    "a redirect to a script": moved("javascript:alert(1)"),
    "a redirect with a password": moved("http://user:password@127.0.0.1/"),
    "a redirect of 10 kB": moved("/" + "a" * 10_000),
    "a redirect with a line feed": moved("/a\rX: y"),
    "a redirect to an address that is none": moved("http://[::1"),
    "a redirect that forgets the POST": moved("/", status="303 See Other"),
    "a name and password in clear": asked('Basic realm="lab"'),
    "a name and password for a proxy": asked('Basic realm="lab"', "407 Proxy Required"),
    "an answer without body": head("Content-Length: 0"),
    "204": head(status="204 No Content"),
    "304": head(status="304 Not Modified"),
    "101": head("Upgrade: websocket", "Connection: Upgrade", status="101 Switching Protocols"),
    "an error of the server": head("Content-Length: 4096", status="500 Oops") + NUL,
}
ENDLESS = {
    "a body": (head(), b"\x30" * 65536),
    "a body of which a length was said": (head(f"Content-Length: {1 << 40}"), b"\x30" * 65536),
    "chunks": (head("Transfer-Encoding: chunked"), b"1000\r\n" + b"\x30" * 4096 + b"\r\n"),
    "a chunk's extension": (head("Transfer-Encoding: chunked") + b"5;", b"a" * 65536),
    "trailers": (head("Transfer-Encoding: chunked") + b"0\r\n", b"X: y\r\n" * 1000),
    "a status line": (b"HTTP/1.1 200 ", b"O" * 65536),
    "headers": (b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 1000),
    "a header": (b"HTTP/1.1 200 OK\r\nX: ", b"y" * 65536),
    "continuations": (b"HTTP/1.1 200 OK\r\nX: a\r\n", b" y\r\n" * 1000),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100),
    "102 Processing": (b"", b"HTTP/1.1 102 Processing\r\n\r\n" * 100),
    "single octets of a body": (head("Content-Length: 500000"), b"\x30"),
    "single octets of a header": (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
}


@pytest.fixture
def serve():
    peers = []

    def start(behave, context=None):
        peers.append(net.Peer(behave, context))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return net.Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def device():
    return bench.Ca()


def renew(scheme, port, exchange, clock, device):
    """Ask the server at *port* for a certificate, as the router does."""
    around = {"clock": clock, "entropy": SeededEntropy(7)}
    if scheme == "http":
        peer = CmpPeer(url=f"http://127.0.0.1:{port}/pkix/", ca_certificates=(device.certificate,))
        options = {**around, "accept": lambda certificate, others: None, "poll": True}
        machine = key_update(peer, device.signature, KEY, **options)
    else:
        server = est.EstServer(
            base_url=f"https://127.0.0.1:{port}", username="router", password=SECRET
        )
        request = csr.build(KEY, names.parse_dn("CN=router"))
        machine = est.simple_reenroll(server, lambda *_: request, max_wait=60, **around)
    drive(machine, exchange, clock, threading.Event())


@pytest.fixture
def attack(serve, authority, device, tmp_path):
    """Let a client ask a server that does *behave*; return the error and what was asked."""

    def run(behave, scheme, redirects=3):
        clock = Hasty(bench.NOW)
        context = authority.context() if scheme == "https" else None
        peer = serve(behave, context)
        tls = TlsClient(trust_anchors=(authority.root.der,)) if context else None
        limits = Limits(response_timeout=20, redirects=redirects)
        exchange = HttpExchange(
            tls, limits, tmp_path / "scratch", clock=clock, entropy=SeededEntropy(7)
        )
        tracemalloc.start()
        started = time.thread_time()
        try:
            with pytest.raises(SrpkiError) as caught:
                renew(scheme, peer.port, exchange, clock, device)
            assert time.thread_time() - started < 3
            assert tracemalloc.get_traced_memory()[1] < 24e6
        finally:
            tracemalloc.stop()
            exchange.close()
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 1000
        assert SECRET not in str(caught.value)
        return caught.value, peer

    return run


both = pytest.mark.parametrize("scheme", ["http", "https"])


@both
@pytest.mark.parametrize("answer", ONCE)
def test_an_answer_that_means_harm_is_an_error_of_ours(attack, tally, scheme, answer):
    case = tally("on the wire, one bad answer", 1)
    case()

    def behave(connection, peer):
        while (request := net.read_request(connection)) is not None:
            peer.requests.append(request)
            connection.sendall(ONCE[answer])
            if b"Content-Length: 0\r\n" not in ONCE[answer]:
                return

    _, peer = attack(behave, scheme)
    assert 1 <= len(peer.requests) <= 4
    if scheme == "http":  # nothing that CMP knows is worth a password in clear
        assert not any(b"authorization" in head.lower() for head, _ in peer.requests)


@both
@pytest.mark.parametrize("answer", ENDLESS)
def test_an_answer_without_end_ends(attack, tally, scheme, answer):
    case = tally("on the wire, an answer without end", 1)
    case()
    first, again = ENDLESS[answer]

    def behave(connection, peer):
        net.read_request(connection)
        with suppress(OSError):
            connection.sendall(first)
            while not peer.over.is_set():
                connection.sendall(again)

    attack(behave, scheme)


def test_a_password_is_not_told_after_a_redirect_elsewhere(attack, serve, tally):
    """The server asks for Basic and then leads to a place without TLS, and to another port."""
    case = tally("on the wire, credentials led elsewhere", 3)
    listening = serve(net.answering(net.answer(b"thanks")))
    for place in (
        f"http://127.0.0.1:{listening.port}/",
        f"https://127.0.0.1:{listening.port}/",
        f"//127.0.0.1:{listening.port}/",
    ):
        case()
        answers = [asked('Basic realm="lab"'), moved(place)]
        attack(net.answering(*answers), "https")
    assert listening.connections == 0


@pytest.mark.parametrize("flight", [1, 2, 3])
def test_an_answer_sent_before_the_question_is_not_its_answer(attack, device, tally, flight):
    """Answers that a server pushes ahead belong to no question."""
    case = tally("on the wire, answers pushed ahead", 1)
    case()
    recorded = []
    device.spoil = lambda kind, data: recorded.append(data) or data
    around = {"clock": FrozenClock(bench.NOW), "entropy": SeededEntropy(8)}
    options = {**around, "accept": lambda certificate, others: None, "poll": True}
    bench.drive(key_update(device.peer, device.signature, KEY, **options), device)
    pushed = b"".join(net.answer(body, Content_Type="application/pkixcmp") for body in recorded)

    def behave(connection, peer):
        connection.sendall(pushed * flight)
        while net.read_request(connection) is not None:
            connection.sendall(pushed)

    attack(behave, "http")
