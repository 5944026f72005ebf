"""strongSwan's control socket, with a daemon that behaves badly at the other end.

What a good one does is told by a real one, in tests/interop/test_charon.py.
"""

import socket
import struct
import threading
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from foreign import library

from srpki.core.errors import ConnectError, PeerRefusedError, ResponseTimeoutError, SrpkiError
from srpki.transport import vici
from srpki.x509 import keys


@pytest.fixture(autouse=True)
def installed():
    """The library of the extra ``strongswan``."""
    library("vici")


NOW = datetime(2026, 11, 23, tzinfo=UTC)


def pair():
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    name = x509.Name.from_rfc4514_string("CN=gw")
    made = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    return made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER), key


@pytest.fixture
def daemon(tmp_path):
    """Serve one connection: *answers* are sent one for each request, then it is closed."""
    threads, listener = [], socket.socket(socket.AF_UNIX)
    path = str(tmp_path / "vici")
    listener.bind(path)
    listener.listen(1)
    seen = []

    def serve(*answers):
        def run():
            connection, _ = listener.accept()
            with connection:
                for answer in answers:
                    seen.append(_read(connection))
                    connection.sendall(answer)
                if not answers or answers[-1] == b"":
                    connection.recv(1 << 20)

        threads.append(threading.Thread(target=run))
        threads[-1].start()
        return vici.StrongSwan(path)

    serve.seen = seen
    yield serve
    listener.close()
    for thread in threads:
        thread.join(10)


def _read(connection):
    length = struct.unpack("!I", connection.recv(4, socket.MSG_WAITALL))[0]
    return connection.recv(length, socket.MSG_WAITALL)


def segment(content):
    return struct.pack("!I", len(content)) + content


def answered(**values):
    """Return a VICI packet CMD_RESPONSE with *values*."""
    body = b"".join(
        b"\x03" + bytes([len(name)]) + name.encode() + struct.pack("!H", len(value)) + value
        for name, value in values.items()
    )
    return segment(b"\x01" + body)


GOOD = answered(success=b"yes")


def test_key_and_certificate_are_loaded_and_the_key_replaced_is_unloaded(daemon):
    (old, _), (new, key) = pair(), pair()
    daemon(GOOD, GOOD, GOOD).load(new, key, old)
    loaded_key, loaded_certificate, unloaded = daemon.seen
    assert b"load-key" in loaded_key and b"PRIVATE KEY" in loaded_key
    assert b"load-cert" in loaded_certificate and new in loaded_certificate
    public = x509.load_der_x509_certificate(old).public_key()
    identifier = x509.SubjectKeyIdentifier.from_public_key(public).digest.hex()
    assert b"unload-key" in unloaded and identifier.encode() in unloaded


def test_the_same_pair_again_unloads_nothing(daemon):
    certificate, key = pair()
    daemon(GOOD, GOOD).load(certificate, key, certificate)
    assert len(daemon.seen) == 2


def test_a_key_that_the_daemon_never_had_is_no_failure(daemon):
    (old, _), (new, key) = pair(), pair()
    daemon(GOOD, GOOD, answered(success=b"no", errmsg=b"key not found")).load(new, key, old)


@pytest.mark.parametrize(
    ("answers", "error", "words"),
    [
        ((answered(success=b"no", errmsg=b"parsing\x1b[2J failed"),), PeerRefusedError, "parsing"),
        ((segment(b"\x63"),), PeerRefusedError, "nonsense"),
        ((b"\x00\x00",), ConnectError, "closed"),
    ],
)
def test_what_goes_wrong_is_told_in_a_line(daemon, answers, error, words):
    certificate, key = pair()
    with pytest.raises(error, match=words) as raised:
        daemon(*answers).load(certificate, key, None)
    assert str(raised.value).isprintable()
    assert "PRIVATE" not in str(raised.value)


def test_a_daemon_that_says_nothing_is_given_up(daemon, monkeypatch):
    monkeypatch.setattr(vici, "PATIENCE", 0.05)
    certificate, key = pair()
    with pytest.raises(ResponseTimeoutError, match="does not answer"):
        daemon(b"").load(certificate, key, None)


def test_no_daemon_is_told_as_such(tmp_path):
    certificate, key = pair()
    with pytest.raises(SrpkiError, match="does the daemon run"):
        vici.StrongSwan(str(tmp_path / "none")).load(certificate, key, None)
