"""The server's side of a handshake: which certificate is shown, and how long a client may take."""

import socket
import ssl
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from issuing import Ca

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import TlsError
from srpki.transport import tls_server
from srpki.transport.base import TlsIdentity, TlsServer
from srpki.x509 import keys


@pytest.fixture(scope="module")
def identities():
    """Return identities with an EC and an RSA key, and a second EC one."""
    ca = Ca(SystemClock().now())
    made = (
        keys.generate(keys.KeySpec("ecdsa", curve="secp256r1")),
        rsa.generate_private_key(65537, 2048),
        keys.generate(keys.KeySpec("ecdsa", curve="secp256r1")),
    )
    return tuple(TlsIdentity(chain=(ca.issue(key=key),), key=key) for key in made)


@pytest.fixture
def pair():
    near, far = socket.socketpair()
    with near, far:
        yield near, far


def serve(plain, server, scratch):
    context = tls_server.server_context(server, scratch=scratch, entropy=SystemEntropy())
    handshake = tls_server.Handshake(plain, context, server, SystemClock())
    return handshake, handshake.shake()


@pytest.mark.parametrize(("cipher", "place"), [("ECDHE-ECDSA-AES128-GCM-SHA256", 0), ("ECDHE-RSA-AES128-GCM-SHA256", 1)])  # fmt: skip
def test_of_each_type_of_key_the_first_is_shown(pair, identities, tmp_path, cipher, place):
    near, far = pair
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client.check_hostname, client.verify_mode = False, ssl.CERT_NONE
    client.set_ciphers(cipher)
    seen = []

    def shake():
        with client.wrap_socket(far) as secure:
            seen.append(secure.getpeercert(binary_form=True))
            seen.append(secure.recv(1))  # a proper end

    thread = threading.Thread(target=shake)
    thread.start()
    handshake, negotiated = serve(near, TlsServer(identities=identities), tmp_path)
    handshake.end()
    near.close()
    thread.join()
    assert negotiated == f"TLSv1.2 {cipher}"
    assert seen == [identities[place].chain[0], b""]


def test_a_client_that_says_nothing_is_not_waited_for_long(pair, identities, tmp_path, monkeypatch):
    monkeypatch.setattr(tls_server, "HANDSHAKE_SECONDS", 0.02)
    with pytest.raises(TlsError, match="takes longer than"):
        serve(pair[0], TlsServer(identities=identities), tmp_path)


def test_a_client_that_drips_has_no_more_time(pair, identities, tmp_path, monkeypatch):
    class Passing(SystemClock):
        """A second passes at each look."""

        at = 0.0

        def monotonic(self):
            self.at += 1
            return self.at

    near, far = pair
    server = TlsServer(identities=identities)
    context = tls_server.server_context(server, scratch=tmp_path, entropy=SystemEntropy())
    far.sendall(b"\x16\x03\x01\x02\x00\x01" + bytes(11))
    monkeypatch.setattr(tls_server, "_CHUNK", 1)
    with pytest.raises(TlsError, match="takes longer than 10 s"):
        tls_server.Handshake(near, context, server, Passing()).shake()


def test_a_client_may_send_so_much(pair, identities, tmp_path, monkeypatch):
    monkeypatch.setattr(tls_server, "HANDSHAKE_OCTETS", 200)
    # The beginning of a record of 16,000 octets, of which none makes a whole message.
    pair[1].sendall(b"\x16\x03\x01\x3e\x80\x01\x00\x3e\x7c" + bytes(1000))
    with pytest.raises(TlsError, match="sends too much"):
        serve(pair[0], TlsServer(identities=identities), tmp_path)


def test_a_key_of_another_certificate_is_refused(identities, tmp_path):
    wrong = TlsIdentity(chain=identities[0].chain, key=identities[2].key)
    with pytest.raises(TlsError, match="server's certificate cannot be used: key values mismatch"):
        tls_server.server_context(
            TlsServer(identities=(wrong,)), scratch=tmp_path, entropy=SystemEntropy()
        )
