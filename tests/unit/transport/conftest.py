"""Loopback servers that do exactly what a test says, and certificates for them."""

import contextlib
import ipaddress
import socket
import ssl
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.wire import HttpRequest
from srpki.transport.base import Limits, TlsClient
from srpki.transport.http import HttpExchange

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


def answer(body=b"", status="200 OK", **headers):
    """Return the octets of an HTTP/1.1 answer."""
    fields = {"Content-Length": len(body), **{k.replace("_", "-"): v for k, v in headers.items()}}
    lines = [f"HTTP/1.1 {status}", *(f"{k}: {v}" for k, v in fields.items() if v is not None)]
    return "\r\n".join([*lines, "", ""]).encode() + body


def read_request(connection):
    """Return head and body of one request, or None when the client has gone."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head, body


class Peer:
    """A server on loopback: *behave(connection, peer)* runs for each connection."""

    def __init__(self, behave, context=None):
        self.requests, self.origins, self.sessions, self.failures = [], [], [], []
        self.over = threading.Event()
        self._behave, self._context = behave, context
        self._threads, self._open = [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._run(self._accept)

    def _run(self, function, *args):
        thread = threading.Thread(target=function, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self):
        while True:
            try:
                connection, origin = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self.origins.append(origin)
            self._run(self._serve, connection)

    def _serve(self, connection):
        try:
            if self._context is not None:
                connection = self._context.wrap_socket(connection, server_side=True)
                self._open.append(connection)
                self.sessions.append(
                    (connection.version(), connection.cipher()[0], connection.getpeercert(True))
                )
            self._behave(connection, self)
        except (OSError, AssertionError) as error:
            self.failures.append(error)
        finally:
            connection.close()

    @property
    def connections(self):
        return len(self.origins)

    def settle(self):
        """Wait until every connection has ended, so that what never came is known."""
        for thread in self._threads[1:]:
            thread.join(5)

    def close(self):
        self.over.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(5)


def answering(*answers):
    """Answer each request of a connection with the next of *answers*, the last one for ever."""

    def behave(connection, peer):
        while (request := read_request(connection)) is not None:
            peer.requests.append(request)
            connection.sendall(answers[min(len(peer.requests), len(answers)) - 1])

    return behave


@pytest.fixture
def serve():
    """Start a server; it ends with the test."""
    peers = []

    def start(behave, context=None):
        peers.append(Peer(behave, context))
        return peers[-1]

    yield start
    for peer in peers:
        peer.close()


@pytest.fixture
def exchange(tmp_path):
    """Make an exchange; it is closed with the test."""
    made = []

    def make(tls=None, clock=None, entropy=None, **limits):
        made.append(
            HttpExchange(
                tls,
                Limits(**{"response_timeout": 5.0, **limits}),
                tmp_path / "scratch",
                clock=clock or SystemClock(),
                entropy=entropy or SystemEntropy(),
            )
        )
        return made[-1]

    yield make
    for one in made:
        one.close()


def get(peer, path="/", scheme="http", host="127.0.0.1"):
    return HttpRequest(method="GET", url=f"{scheme}://{host}:{peer.port}{path}")


def post(peer, body=b"question", path="/", scheme="http", headers=()):
    return HttpRequest(
        method="POST", url=f"{scheme}://127.0.0.1:{peer.port}{path}", headers=headers, body=body
    )


@dataclass
class Identity:
    """A certificate with its key; *der* and *pem* are of the certificate."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def der(self):
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def identity(name, issuer=None, *, ca=False, san=(), before=NOW - DAY, after=NOW + DAY):
    """Make a certificate, by itself or by *issuer*."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(before)
        .not_valid_after(after)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if san:
        names = [
            x509.IPAddress(ipaddress.ip_address(one)) if one[-1].isdigit() else x509.DNSName(one)
            for one in san
        ]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return Identity(builder.sign((issuer.key if issuer else key), hashes.SHA256()), key)


class Authority:
    """A root, an intermediate CA below it, and a server certificate for 127.0.0.1."""

    def __init__(self, directory):
        self._directory = directory
        self.root = identity("root", ca=True, before=NOW - 400 * DAY, after=NOW + 400 * DAY)
        self.issuing = identity("issuing", self.root, ca=True, before=NOW - 300 * DAY)
        self.server = self.issue("server", "127.0.0.1", "localhost")

    def issue(self, name, *san, **options):
        return identity(name, self.issuing, san=san, **options)

    def context(self, server=None, *, client_ca=None, chain=None):
        """Return a TLS server's context; with *client_ca* a client certificate is required."""
        server = server or self.server
        path = self._directory / f"{server.certificate.serial_number}.pem"
        path.write_bytes(server.key_pem + server.pem + (chain or self.issuing).pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=client_ca.der)
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def client(authority):
    """Make what a TLS client is told; it trusts the root and speaks both versions."""

    def make(**options):
        defaults = {"trust_anchors": (authority.root.der,), "protocol_version": "tls-version-all"}
        return TlsClient(**{**defaults, **options})

    return make


@pytest.fixture(scope="session")
def net():
    """What tests say servers and requests with."""
    return SimpleNamespace(
        answer=answer,
        answering=answering,
        read_request=read_request,
        get=get,
        post=post,
        identity=identity,
        now=NOW,
        day=DAY,
    )
