"""TLS as a profile says it: who is trusted, what is spoken, when the request goes."""

import os
import socket
import ssl
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from counting import met
from cryptography.hazmat.primitives.asymmetric import ec

from srpki.core.entropy import SeededEntropy
from srpki.core.errors import ConnectError, ResponseTimeoutError, StorageError, TlsError
from srpki.labca import tls as labca_tls
from srpki.storage.files import OsFiles
from srpki.transport import tls

SECRET = (("Authorization", "Basic c2VjcmV0"),)


@pytest.fixture
def refused(exchange, net):
    """Send to *peer*; the error, after making sure that no request arrived."""

    def send(peer, tls, host="127.0.0.1"):
        with pytest.raises(TlsError) as caught:
            exchange(tls).send(net.get(peer, scheme="https", host=host))
        peer.settle()
        assert peer.requests == []
        return str(caught.value)

    return send


@pytest.fixture
def no_memory_files(monkeypatch):
    """A system that has no files in memory."""
    monkeypatch.delattr(os, "memfd_create", raising=False)


@pytest.fixture
def scratch_seen(monkeypatch, tmp_path, no_memory_files):
    """What lay in the scratch directory each time the TLS library loaded a key."""
    seen = []
    original = ssl.SSLContext.load_cert_chain

    def load_cert_chain(self, *args, **options):
        seen.extend(
            (stat.S_IMODE(path.stat().st_mode), path.read_bytes())
            for path in (tmp_path / "scratch").glob("*")
        )
        return original(self, *args, **options)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load_cert_chain)
    return seen


# ---------------------------------------------------------------------- trust


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_server_below_the_trust_anchor_is_believed(serve, exchange, net, authority, client, host):
    peer = serve(net.answering(net.answer(b"x")), authority.context())
    one = exchange(client())
    for _ in range(10):
        assert one.send(net.get(peer, scheme="https", host=host)).body == b"x"
    assert peer.connections == 1


def test_an_intermediate_ca_is_anchor_enough(serve, exchange, net, authority, client):
    peer = serve(net.answering(net.answer(b"x")), authority.context())
    tls = client(trust_anchors=(authority.issuing.der,))
    assert exchange(tls).send(net.get(peer, scheme="https")).body == b"x"


def test_of_several_anchors_the_right_one_counts(serve, exchange, net, authority, client):
    other = net.identity("other", ca=True)
    peer = serve(net.answering(net.answer(b"x")), authority.context())
    tls = client(trust_anchors=(other.der, authority.root.der, other.der))
    assert exchange(tls).send(net.get(peer, scheme="https")).body == b"x"


def test_a_server_of_another_ca_is_refused(serve, authority, client, net, refused):
    other = net.identity("root", ca=True)  # the same name, another key
    peer = serve(net.answering(net.answer()), authority.context())
    said = refused(peer, client(trust_anchors=(other.der,)))
    assert said.startswith(f"TLS with 127.0.0.1:{peer.port} failed: the server's certificate")


def test_a_self_signed_server_is_refused(serve, authority, client, net, refused):
    own = net.identity("self", san=["127.0.0.1"])
    peer = serve(net.answering(net.answer()), authority.context(own, chain=own))
    assert "self-signed" in refused(peer, client())


def test_the_cas_of_the_public_web_are_not_trusted(serve, exchange, net, authority, client):
    peer = serve(net.answering(net.answer()), authority.context())
    one = exchange(client())
    one.send(net.get(peer, scheme="https"))
    assert one._line.context.get_ca_certs(binary_form=True) == [authority.root.der]


@pytest.mark.parametrize(
    "san", [["192.0.2.1", "other.example"], [], ["127.0.0.1.example"], ["localhost"]]
)
def test_a_certificate_for_another_host_is_refused(serve, authority, client, net, refused, san):
    server = authority.issue("127.0.0.1", *san)  # the common name alone does not count
    peer = serve(net.answering(net.answer()), authority.context(server))
    assert "IP address mismatch" in refused(peer, client())


def test_the_common_name_does_not_stand_in_for_a_host_name(serve, authority, client, net, refused):
    peer = serve(net.answering(net.answer()), authority.context(authority.issue("localhost")))
    assert "Hostname mismatch" in refused(peer, client(), host="localhost")


def test_an_expired_server_certificate_is_refused(serve, authority, client, net, refused):
    server = authority.issue(
        "old", "127.0.0.1", before=net.now - 9 * net.day, after=net.now - net.day
    )
    peer = serve(net.answering(net.answer()), authority.context(server))
    assert "certificate has expired" in refused(peer, client())


def test_without_trust_anchor_nothing_is_sent(serve, authority, client, exchange):
    with pytest.raises(TlsError, match="trust-anchor-profile"):
        exchange(client(trust_anchors=()))


def test_a_trust_anchor_that_is_no_certificate_is_refused(client, exchange):
    with pytest.raises(TlsError, match="trust anchor"):
        exchange(client(trust_anchors=(b"nonsense",)))


# ---------------------------------------------------------------------- judge and lab time


def test_the_judge_sees_the_certificate_before_the_request_goes(
    serve, exchange, net, authority, client
):
    peer = serve(net.answering(net.answer(b"x")), authority.context())
    seen = []

    def judge(chain):
        seen.append((chain, list(peer.requests)))

    one = exchange(client(judge=judge))
    one.send(net.post(peer, scheme="https", headers=SECRET))
    one.send(net.post(peer, scheme="https", headers=SECRET))
    chain = (authority.server.der, authority.issuing.der, authority.root.der)
    assert seen == [(chain, [])]  # once a connection


@pytest.mark.parametrize("version", ["tls-version-12", "tls-version-13"])
def test_a_connection_tells_the_tls_unique_of_its_session(
    serve, exchange, net, authority, client, version
):
    """What the server has found itself, each time anew; nothing in TLS 1.3 [RFC 8446, C.5]."""
    found = []

    def answer(connection, peer):
        while net.read_request(connection) is not None:
            found.append(connection.get_channel_binding("tls-unique"))
            connection.sendall(net.answer(b"x"))

    peer = serve(answer, authority.context())
    one = exchange(client(protocol_version=version))
    told = []
    for closing in (False, True, False):
        told.append(one.connect(net.get(peer, scheme="https").url))
        one.send(net.get(peer, scheme="https"))
        if closing:
            one.close()
    if version == "tls-version-13":
        assert told == [b""] * 3
    else:
        assert told == found and told[0] == told[1] != told[2] and len(told[0]) == 12


def test_a_resumed_session_has_no_binding(authority):
    """Its tls-unique can be that of another connection [RFC 7627, section 1]; so on both ends."""
    server, client = (
        authority.context(),
        ssl.create_default_context(cadata=authority.root.pem.decode()),
    )
    for context in (server, client):
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    session, found = None, []
    for _ in range(2):
        plain, other = socket.socketpair()
        with ThreadPoolExecutor(1) as pool:
            ours = pool.submit(server.wrap_socket, other, server_side=True)
            sock = client.wrap_socket(plain, server_hostname="127.0.0.1", session=session)
            theirs = ours.result(5)
        assert sock.get_channel_binding() == theirs.get_channel_binding() != b""
        assert sock.session_reused == theirs.session_reused == bool(found)
        found.append((tls.channel_binding(sock), labca_tls.channel_binding(theirs)))
        session = sock.session
        sock.close()
        theirs.close()
    assert found[0][0] == found[0][1] and len(found[0][0]) == 12
    assert found[1] == (b"", b"")


def test_nothing_is_sent_to_a_server_the_judge_refuses(serve, net, authority, client, refused):
    def judge(chain):
        raise TlsError("not at this lab's time")

    peer = serve(net.answering(net.answer()), authority.context())
    assert refused(peer, client(judge=judge)) == "not at this lab's time"


def test_in_lab_mode_time_is_left_to_the_judge(serve, exchange, net, authority, client):
    server = authority.issue(
        "old", "127.0.0.1", before=net.now - 9 * net.day, after=net.now - net.day
    )
    peer = serve(net.answering(net.answer(b"x")), authority.context(server))
    judged = []
    tls = client(check_time=False, judge=judged.append)
    assert exchange(tls).send(net.get(peer, scheme="https")).body == b"x"
    assert judged == [(server.der, authority.issuing.der, authority.root.der)]


def test_lab_mode_forgives_nothing_but_time(serve, net, authority, client, refused):
    peer = serve(net.answering(net.answer()), authority.context(authority.issue("x", "192.0.2.1")))
    tls = client(check_time=False, judge=lambda chain: None)
    assert "IP address mismatch" in refused(peer, tls)
    assert refused(peer, client(check_time=False, trust_anchors=(net.identity("o", ca=True).der,)))


# ---------------------------------------------------------------------- versions and algorithms


@pytest.mark.parametrize(
    ("profile", "version"),
    [
        ("tls-version-12", "TLSv1.2"),
        ("tls-version-13", "TLSv1.3"),
        ("tls-version-all", "TLSv1.3"),
    ],
)
def test_the_version_of_the_profile_is_spoken(
    serve, exchange, net, authority, client, profile, version
):
    peer = serve(net.answering(net.answer()), authority.context())
    exchange(client(protocol_version=profile)).send(net.get(peer, scheme="https"))
    assert peer.sessions[0][0] == version


@pytest.mark.parametrize(
    ("profile", "server"),
    [("tls-version-12", ssl.TLSVersion.TLSv1_3), ("tls-version-13", ssl.TLSVersion.TLSv1_2)],
)
def test_a_server_without_the_version_is_refused(
    serve, net, authority, client, refused, profile, server
):
    context = authority.context()
    context.minimum_version = context.maximum_version = server
    peer = serve(net.answering(net.answer()), context)
    assert "version" in refused(peer, client(protocol_version=profile))


def test_only_the_tls_1_2_ciphers_of_the_list_are_offered(serve, exchange, net, authority, client):
    peer = serve(net.answering(net.answer()), authority.context())
    names = ("tls-rsa-with3des-ede-cbc-sha", "tls-ecdhe-ecdsa-aes128-gcm-sha256")
    tls = client(protocol_version="tls-version-12", ciphers=names)
    exchange(tls).send(net.get(peer, scheme="https"))
    assert peer.sessions[0][1] == "ECDHE-ECDSA-AES128-GCM-SHA256"


def test_a_server_without_a_cipher_of_the_list_is_refused(serve, net, authority, client, refused):
    peer = serve(net.answering(net.answer()), authority.context())
    tls = client(protocol_version="tls-version-12", ciphers=("tls-ecdhe-rsa-aes256-gcm-sha384",))
    assert "handshake failure" in refused(peer, tls)


@pytest.mark.parametrize("names", [("tls-rsa-with-null-sha256",), ("tls-rsa-with-null-md5",)])
def test_ciphers_that_do_not_encrypt_are_never_used(client, exchange, names):
    with pytest.raises(TlsError, match="none of the ciphers"):
        exchange(client(ciphers=names))


def test_a_tls_1_3_suite_outside_the_list_is_refused(serve, net, authority, client, refused):
    peer = serve(net.answering(net.answer()), authority.context())
    said = refused(peer, client(ciphers13=("tls-aes128-ccm8-sha256",)))
    assert "cipher suite TLS_" in said


def test_a_tls_1_3_suite_of_the_list_is_taken(serve, exchange, net, authority, client):
    peer = serve(net.answering(net.answer(b"x")), authority.context())
    names = ("tls-aes128-gcm-sha256", "tls-aes256-gcm-sha384", "tls-chacha20-poly1305-sha256")
    assert exchange(client(ciphers13=names)).send(net.get(peer, scheme="https")).body == b"x"


def test_a_single_group_of_the_list_is_the_only_one_offered(
    serve, exchange, net, authority, client, refused
):
    context = authority.context()
    context.set_ecdh_curve("secp384r1")
    peer = serve(net.answering(net.answer(b"x")), context)
    assert "handshake failure" in refused(peer, client(groups=("tls-ecdhe-256",)))
    tls = client(groups=("tls-ecdhe-384",))
    assert exchange(tls).send(net.get(peer, scheme="https")).body == b"x"


# ---------------------------------------------------------------------- broken handshakes


@pytest.mark.parametrize("raw", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x00" * 50])
def test_a_server_that_does_not_speak_tls_is_told_apart(serve, net, client, refused, raw):
    def behave(connection, peer):
        connection.recv(65536)
        connection.sendall(raw)

    said = refused(serve(behave), client())
    assert said.isprintable() and "_ssl.c" not in said


def test_a_handshake_that_breaks_off_is_a_tls_error(serve, client, refused):
    refused(serve(lambda connection, peer: connection.recv(65536)), client())


def test_a_handshake_has_only_the_time_that_connecting_leaves(
    serve, exchange, net, client, monkeypatch
):
    class Slow(socket.socket):
        def connect(self, address):
            super().connect(address)
            threading.Event().wait(0.8)

    peer = serve(lambda connection, peer: peer.over.wait(10))
    begun = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", Slow)
        with pytest.raises(ResponseTimeoutError):
            exchange(client(), response_timeout=1.0).send(net.get(peer, scheme="https"))
    assert time.monotonic() - begun < 1.5


# ---------------------------------------------------------------------- client certificate


@pytest.mark.parametrize("version", ["tls-version-12", "tls-version-13"])
def test_the_server_sees_the_client_certificate(
    serve, exchange, net, authority, client, scratch_seen, tmp_path, version
):
    device = authority.issue("device")
    peer = serve(net.answering(net.answer(b"x")), authority.context(client_ca=authority.root))
    tls = client(
        protocol_version=version,
        certificate_chain=(device.der, authority.issuing.der),
        private_key=device.key,
    )
    assert exchange(tls).send(net.get(peer, scheme="https")).body == b"x"
    assert peer.sessions[0][2] == device.der
    assert len(scratch_seen) == 1
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("version", ["tls-version-12", "tls-version-13"])
def test_a_missing_client_certificate_is_an_error_of_tls(
    serve, exchange, net, authority, client, version
):
    peer = serve(net.answering(net.answer()), authority.context(client_ca=authority.root))
    with pytest.raises((TlsError, ConnectError)) as caught:
        exchange(client(protocol_version=version)).send(net.post(peer, scheme="https"))
    assert f"127.0.0.1:{peer.port}" in str(caught.value)
    peer.settle()
    assert peer.requests == []


def test_the_key_is_never_in_clear_on_disk(exchange, authority, client, scratch_seen, tmp_path):
    device = authority.issue("device")
    tls = client(certificate_chain=(device.der,), private_key=device.key)
    exchange(tls)
    ((mode, content),) = scratch_seen
    assert mode == 0o600
    assert b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in content
    assert b"-----BEGIN PRIVATE KEY-----" not in content and b"EC PRIVATE" not in content
    secret = device.key.private_numbers().private_value.to_bytes(32, "big")
    assert secret not in content
    assert stat.S_IMODE((tmp_path / "scratch").stat().st_mode) == 0o700
    assert list((tmp_path / "scratch").iterdir()) == []


def test_where_a_file_can_lie_in_memory_the_key_is_in_no_other(
    serve, exchange, net, authority, client, monkeypatch, tmp_path
):
    def written(self, *args, **options):
        raise AssertionError("a file was written")

    monkeypatch.setattr(OsFiles, "write_new", written)
    device = authority.issue("device")
    peer = serve(net.answering(net.answer(b"x")), authority.context(client_ca=authority.root))
    chain = (device.der, authority.issuing.der)
    tls = client(certificate_chain=chain, private_key=device.key)
    before = len(list(Path("/proc/self/fd").iterdir()))
    sent = exchange(tls)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert sent.send(net.get(peer, scheme="https")).body == b"x"
    assert peer.sessions[0][2] == device.der


def test_the_file_password_is_another_one_each_time(
    exchange, authority, client, monkeypatch, tmp_path, no_memory_files
):
    passwords = []
    original = ssl.SSLContext.load_cert_chain

    def load_cert_chain(self, certfile, keyfile=None, password=None):
        passwords.append(password)
        return original(self, certfile, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", load_cert_chain)
    device, entropy = authority.issue("device"), SeededEntropy(7)
    for _ in range(2):
        exchange(client(certificate_chain=(device.der,), private_key=device.key), entropy=entropy)
    assert len(set(passwords)) == 2 and all(len(one) >= 32 for one in met(2, passwords))


def test_a_key_of_another_certificate_is_refused_and_leaves_nothing(
    exchange, authority, client, scratch_seen, tmp_path
):
    device = authority.issue("device")
    stranger = ec.generate_private_key(ec.SECP256R1())
    with pytest.raises(TlsError, match="client certificate cannot be used: key values mismatch"):
        exchange(client(certificate_chain=(device.der,), private_key=stranger))
    assert len(scratch_seen) == 1
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_scratch_directory_that_cannot_be_made_is_an_error_of_the_node(
    exchange, authority, client, tmp_path, no_memory_files
):
    (tmp_path / "scratch").write_text("in the way")
    device = authority.issue("device")
    with pytest.raises(StorageError):
        exchange(client(certificate_chain=(device.der,), private_key=device.key))
    assert (tmp_path / "scratch").read_text() == "in the way"


def test_no_key_shows_in_the_repr_of_a_tls_client(authority, client):
    device = authority.issue("device")
    tls = client(certificate_chain=(device.der,), private_key=device.key)
    assert "private_key" not in repr(tls)
