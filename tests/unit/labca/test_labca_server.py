"""The lab CA on loopback: connections, TLS, bounds, and how it starts and stops."""

import base64
import http.client
import io
import json
import socket
import ssl
import threading
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counting import met
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
)

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import ConnectError, InvalidInputError
from srpki.labca import listener as listener_module
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.connections import Connection
from srpki.labca.serve import read_script, serve
from srpki.labca.server import LabCa
from srpki.protocol.cmp import bodies, messages
from srpki.x509 import csr, keys, names
from srpki.x509.pem import write as to_pem

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
SUBJECT = names.parse_dn("CN=gw")
USER = {"Authorization": "Basic " + base64.b64encode(b"user:pass word").decode()}


@pytest.fixture
def log():
    return []


@pytest.fixture
def server(authority, faults, log):
    with LabCa(authority, faults=faults, lab_time=True, log=log.append) as running:
        yield running


@pytest.fixture
def cmp_connection(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.cmp_port, timeout=10)
    yield connection
    connection.close()


def post(connection, body, **headers):
    connection.request("POST", "/pkix/", body, {"Content-Type": "application/pkixcmp", **headers})
    reply = connection.getresponse()
    return reply.status, reply.read()


def tls(server, tmp_path, holder=None, **settings):
    """Return a TLS client context that trusts the CA, with *holder*'s key and certificate."""
    context = ssl.create_default_context(cadata=pem(server.authority.root))
    context.verify_flags = ssl.VerifyFlags(context.verify_flags | 0x200000)
    for name, value in settings.items():
        setattr(context, name, value)
    if holder is not None:
        key = holder[0].private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw")
        )
        path = tmp_path / "holder.pem"
        path.write_bytes(key + pem(holder[1]).encode())
        context.load_cert_chain(path, password=b"pw")
    return context


def pem(der):
    return to_pem(der, "CERTIFICATE").decode()


def est(server, context, operation, key, headers=USER, subject=SUBJECT):
    body = base64.b64encode(csr.build(key, subject)) if key else None
    headers = dict(headers) | ({"Content-Type": "application/pkcs10"} if key else {})
    with closing(secure_connection(server, context)) as connection:
        method = "POST" if key else "GET"
        connection.request(method, f"/.well-known/est/{operation}", body, headers)
        reply = connection.getresponse()
        return reply.status, reply.read(), reply


def secure_connection(server, context):
    return http.client.HTTPSConnection("127.0.0.1", server.est_port, context=context, timeout=10)


def test_messages_share_a_connection(cmp, cmp_connection, device_key):
    _, data = post(cmp_connection, cmp.encode(cmp.request("ir", device_key)))
    cmp.last = messages.decode(data)
    (response,), _ = bodies.decode_responses(cmp.last)
    own = cmp_connection.sock
    _, data = post(cmp_connection, cmp.encode(cmp.confirmation(response.certificate)))
    assert messages.decode(data).kind == "pkiConf"
    assert cmp_connection.sock is own


def test_a_reply_is_written_at_once(server, cmp, device_key):
    """Header and body arrive together, and a second message waits for no delayed ACK."""
    data = cmp.encode(b"\xa0\x00")
    head = (
        "POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkixcmp\r\n"
        f"Content-Length: {len(data)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.cmp_port), timeout=10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = time.perf_counter()
        for _ in range(50):
            connection.sendall(head.encode() + data)
            received = connection.recv(65536)
            header, _, body = received.partition(b"\r\n\r\n")
            assert b"HTTP/1.1 200 OK" in header
            assert f"Content-Length: {len(body)}".encode() in header
        assert time.perf_counter() - begun < 1.5  # 40 ms each with Nagle against delayed ACK


@pytest.mark.parametrize("faulty", ["no-answer", "http-500", "garbage"])
def test_faults_reach_the_wire(cmp, faults, cmp_connection, device_key, faulty):
    faults.add(f"ir {faulty}")
    data = cmp.encode(cmp.request("ir", device_key))
    if faulty == "no-answer":
        with pytest.raises(http.client.RemoteDisconnected):
            post(cmp_connection, data)
    else:
        assert post(cmp_connection, data)[0] == {"http-500": 500, "garbage": 200}[faulty]
    cmp_connection.close()
    assert post(cmp_connection, data)[0] == 200


@pytest.fixture
def cmp(cmp, server):
    """The message maker of the other tests; what it makes goes over the network here."""
    return cmp


def test_nonsense_to_the_plain_port_is_a_bad_request(server, log):
    with socket.create_connection(("127.0.0.1", server.cmp_port), timeout=10) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\n\n")
        assert b" 400 " in connection.recv(1000)
        assert connection.recv(1000) == b""
    assert any("400" in line for line in log)


def test_a_body_without_measure_is_refused_before_it_is_read(cmp_connection):
    cmp_connection.putrequest("POST", "/pkix/")
    cmp_connection.putheader("Content-Type", "application/pkixcmp")
    cmp_connection.putheader("Content-Length", str(1 << 40))
    cmp_connection.endheaders()
    assert cmp_connection.getresponse().status == 413


def test_what_was_not_foreseen_is_an_internal_error_and_one_line(
    server, log, cmp_connection, monkeypatch, capfd
):
    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr("srpki.protocol.cmp.messages.decode", broken)
    assert post(cmp_connection, b"x")[0] == 500
    assert log[-1].endswith("internal error: ZeroDivisionError")
    assert capfd.readouterr() == ("", "")


def test_the_number_of_connections_is_bounded_and_the_longest_idle_one_gives_way(
    authority, monkeypatch
):
    monkeypatch.setattr(listener_module, "room", lambda: 2)
    waits, wait = threading.Semaphore(0), Connection.wait
    monkeypatch.setattr(Connection, "wait", lambda one: (wait(one), waits.release()))
    with LabCa(authority) as server:
        address = ("127.0.0.1", server.cmp_port)
        opened = []
        for _ in range(4):
            opened.append(socket.create_connection(address, timeout=10))
            opened[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 405 " in opened[-1].recv(1000)
            assert waits.acquire(timeout=10)  # it is idle a little after it has answered
        assert [connection.recv(10) for connection in opened[:2]] == [b"", b""]
        for connection in met(2, opened[2:]):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 405 " in connection.recv(1000)
        for connection in opened:
            connection.close()


def test_what_nobody_confirms_is_revoked_in_time_though_nobody_asks(
    cmp, clock, cmp_connection, server, device_key
):
    post(cmp_connection, cmp.encode(cmp.request("ir", device_key)))
    assert cmp.states() == ["issued"]
    clock.advance(timedelta(minutes=5, seconds=1))
    for _ in range(500):
        if cmp.states() == ["revoked"]:
            return
        threading.Event().wait(0.02)
    pytest.fail("it is still good")


def test_what_was_not_confirmed_before_the_end_is_revoked_at_the_start(
    tmp_path, clock, settings, device_key
):
    """Its transaction has ended with the process: nobody can confirm it any more."""
    for expected in ("issued", "revoked"):
        authority = Authority(tmp_path / "ca", clock, SystemEntropy(), settings)
        if expected == "issued":
            authority.issue(device_key.public_key(), SUBJECT)
            confirmed = authority.issue(device_key.public_key(), SUBJECT)
            authority.confirm(confirmed.certificate)
        else:
            with LabCa(authority):
                pass
        states = [record.state for record in authority.all_issued()]
        authority.close()
        assert states == [expected, "confirmed"]


def test_stopping_ends_open_connections_and_frees_the_ports(authority, device_key):
    server = LabCa(authority)
    server.start()
    port = server.cmp_port
    idle = socket.create_connection(("127.0.0.1", port), timeout=10)
    idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert b" 405 " in idle.recv(1000)
    before = threading.active_count()
    server.stop()
    assert idle.recv(10) == b""
    idle.close()
    assert threading.active_count() < before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=10)
    with LabCa(authority, cmp_port=port) as again:
        assert again.cmp_port == port


def test_stopping_does_not_wait_for_a_slow_answer(faults, settings, device_key):
    authority = Authority(None, SystemClock(), SystemEntropy(), settings)
    faults.add("cacerts slow seconds 60")
    server = LabCa(authority, faults=faults)
    server.start()
    context = ssl.create_default_context(cadata=pem(authority.root))
    connection = secure_connection(server, context)
    connection.request("GET", "/.well-known/est/cacerts")
    for _ in range(500):
        if faults.lines() == ():
            break
        threading.Event().wait(0.01)
    begun = time.perf_counter()
    server.stop()
    assert time.perf_counter() - begun < 3
    connection.close()


def test_a_port_in_use_is_said_so(authority, server):
    with pytest.raises(ConnectError, match=str(server.cmp_port)):
        LabCa(authority, cmp_port=server.cmp_port).start()


def test_both_tls_versions_are_spoken_and_no_older_one(server, tmp_path):
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = tls(server, tmp_path, minimum_version=version, maximum_version=version)
        assert est(server, context, "cacerts", None)[0] == 200


def test_est_enrols_by_password_and_re_enrols_by_certificate(server, tmp_path, device_key):
    status, body, reply = est(server, tls(server, tmp_path), "simpleenroll", device_key)
    assert status == 200, body
    assert reply.version == 11
    (record,) = server.authority.all_issued()
    context = tls(server, tmp_path, (device_key, record.certificate))
    status, body, _ = est(server, context, "simplereenroll", keys.generate(P256), headers={})
    assert status == 200, body
    assert len(server.authority.all_issued()) == 2


def test_lab_time_judges_client_certificates_not_real_time(server, clock, tmp_path, device_key):
    """The certificate is of 2030, the lab is then, and TLS is told not to look."""
    assert clock.now().year == 2030
    est(server, tls(server, tmp_path), "simpleenroll", device_key)
    (record,) = server.authority.all_issued()
    context = tls(server, tmp_path, (device_key, record.certificate))
    assert est(server, context, "simplereenroll", device_key, headers={})[0] == 200
    clock.advance(timedelta(hours=2))
    status, body, _ = est(server, context, "simplereenroll", device_key, headers={})
    assert (status, body) == (401, b"")


def test_without_lab_time_tls_looks_at_the_dates_itself(clock, settings, tmp_path, device_key):
    future = Authority(None, clock, SystemEntropy(), settings)
    record = future.issue(device_key.public_key(), SUBJECT)
    log = []
    with LabCa(future, log=log.append) as server:
        context = tls(server, tmp_path, (device_key, record.certificate))
        with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            est(server, context, "simplereenroll", device_key, headers={})
    assert any("TLS refused" in line for line in log)


def test_a_client_certificate_of_a_stranger_is_refused_by_tls(server, clock, tmp_path, device_key):
    other = Authority(None, clock, SystemEntropy())
    stranger = other.issue(device_key.public_key(), SUBJECT).certificate
    context = tls(server, tmp_path, (device_key, stranger))
    with pytest.raises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
        est(server, context, "simpleenroll", device_key)


def test_plain_http_to_the_tls_port_is_one_line_of_log(server, log):
    with socket.create_connection(("127.0.0.1", server.est_port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        while connection.recv(1000):
            pass
    for _ in range(500):
        if any("TLS refused" in line for line in log):
            return
        threading.Event().wait(0.01)
    pytest.fail("nothing was logged")


# RFC 7030, section 4.5.2: the example asks for a challengePassword
LINKED = bytes.fromhex("300b06092a864886f70d010907")


def linked(connection, device_key, binding):
    """Post a request that is linked to *binding*; return status and text."""
    challenge = base64.b64encode(binding).decode()
    body = base64.b64encode(csr.build(device_key, SUBJECT, challenge=challenge))
    headers = {"Content-Type": "application/pkcs10", **USER}
    connection.request("POST", "/.well-known/est/simpleenroll", body, headers)
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def test_a_resumed_session_links_no_request(clock, settings, tmp_path, device_key):
    """It has a tls-unique, which both ends know; another connection may have the same."""
    settings = replace(settings, csr_attributes=LINKED)
    authority = Authority(None, clock, SystemEntropy(), settings)
    with LabCa(authority, lab_time=True) as server:
        context = tls(server, tmp_path, maximum_version=ssl.TLSVersion.TLSv1_2)
        with closing(secure_connection(server, context)) as first:
            first.connect()
            session = first.sock.session
            assert not first.sock.session_reused
            assert linked(first, device_key, first.sock.get_channel_binding())[0] == 200
            with socket.create_connection(("127.0.0.1", server.est_port), timeout=10) as plain:
                sock = context.wrap_socket(plain, server_hostname="127.0.0.1", session=session)
                with closing(secure_connection(server, context)) as second:
                    second.sock = sock
                    assert sock.session_reused
                    status, said = linked(second, device_key, sock.get_channel_binding())
    assert status == 400
    assert "not to one that is resumed" in said


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_no_tickets_are_handed_out(server, tmp_path, version):
    context = tls(server, tmp_path, minimum_version=version, maximum_version=version)
    with closing(secure_connection(server, context)) as connection:
        connection.request("GET", "/.well-known/est/cacerts")
        assert connection.getresponse().read()
        assert connection.sock.session is None or not connection.sock.session.has_ticket


def test_a_chunked_request_is_served(server, tmp_path, device_key):
    connection = secure_connection(server, tls(server, tmp_path))
    body = base64.b64encode(csr.build(device_key, SUBJECT))
    connection.request(
        "POST",
        "/.well-known/est/simpleenroll",
        iter([body[:10], body[10:]]),
        {"Content-Type": "application/pkcs10", "Transfer-Encoding": "chunked", **USER},
        encode_chunked=True,
    )
    assert connection.getresponse().status == 200
    connection.close()


def test_clients_at_the_same_time_get_certificates_of_their_own(server, tmp_path):
    context = tls(server, tmp_path)
    answers = []

    def enrol():
        answers.append(est(server, context, "simpleenroll", keys.generate(P256))[0])

    threads = [threading.Thread(target=enrol) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 16
    assert len({record.serial for record in server.authority.all_issued()}) == 16


def test_log_lines_begin_with_the_labs_time(server, log, cmp_connection):
    post(cmp_connection, b"x")
    assert log[0].startswith("2030-05-17T12:00:00Z lab time: ")
    assert log[-1].startswith("2030-05-17T12:00:00Z cmp: ")


# --- srpki ca ------------------------------------------------------------------------------------


class Pipe(io.StringIO):
    """Collects what is written and says when the first line is there."""

    def __init__(self):
        super().__init__()
        self.ready = threading.Event()

    def flush(self):
        self.ready.set()


def run(directory, until, **options):
    """Run `serve` until *until* returns; return its output and log."""
    out, log, stop = Pipe(), Pipe(), threading.Event()
    status = []
    settings = options.pop("settings", CaSettings())
    clock = FrozenClock(datetime(2031, 1, 1, tzinfo=UTC))

    def target():
        status.append(
            serve(
                directory, clock, SystemEntropy(), settings, out=out, log=log, stop=stop, **options
            )
        )

    thread = threading.Thread(target=target)
    thread.start()
    try:
        assert out.ready.wait(20)
        until(out.getvalue())
    finally:
        stop.set()
        thread.join(20)
    assert status == [0]
    return out.getvalue(), log.getvalue()


def test_srpki_ca_says_in_one_line_of_json_what_a_client_needs(tmp_path):
    seen = {}

    def until(text):
        seen.update(json.loads(text))
        connection = http.client.HTTPConnection(
            "127.0.0.1", int(seen["cmp_url"].split(":")[2].split("/")[0]), timeout=10
        )
        assert post(connection, b"x")[0] == 400
        connection.close()

    out, log = run(tmp_path / "ca", until, as_json=True)
    assert out.count("\n") == 1
    assert set(seen) == {
        "cmp_url",
        "est_url",
        "crl_url",
        "ocsp_url",
        "trust_anchor",
        "issuing_certificate",
        "reference",
        "secret",
        "est_username",
        "est_password",
    }
    assert seen["cmp_url"].startswith("http://127.0.0.1:")
    assert seen["est_url"].startswith("https://127.0.0.1:")
    assert log.count("\n") == 1
    for name in ("trust_anchor", "issuing_certificate"):
        assert "BEGIN CERTIFICATE" in Path(seen[name]).read_text()


def test_srpki_ca_is_the_same_after_a_restart(tmp_path):
    first, _ = run(tmp_path / "ca", lambda text: None, as_json=True)
    root = (tmp_path / "ca" / "root.pem").read_bytes()
    second, _ = run(tmp_path / "ca", lambda text: None, as_json=True)
    assert (tmp_path / "ca" / "root.pem").read_bytes() == root
    keep = ("trust_anchor", "reference", "secret", "est_username", "est_password")
    assert [json.loads(first)[name] for name in keep] == [json.loads(second)[name] for name in keep]


def test_srpki_ca_without_a_directory_leaves_nothing_behind():
    seen = {}
    run(None, lambda text: seen.update(json.loads(text)), as_json=True)
    assert not Path(seen["trust_anchor"]).parent.exists()


def test_srpki_ca_for_people_is_lines_with_labels(tmp_path):
    settings = CaSettings(reference="4711", secret="insecure")
    out, _ = run(tmp_path, lambda text: None, settings=settings)
    lines = dict(line.split(" : ", 1) for line in out.splitlines())
    labels = {name.strip(): value for name, value in lines.items()}
    assert labels["Reference"] == "4711"
    assert labels["Trust anchor"] == str(tmp_path / "root.pem")
    assert len(labels) == 10


def test_a_fault_script_is_read_from_a_file(tmp_path):
    path = tmp_path / "faults.txt"
    path.write_text("# once\nkur reject failinfo badPOP\n")
    assert [str(fault) for fault in read_script(path)] == ["kur reject failinfo badPOP"]
    path.write_bytes(b"kur reject \xff\n")
    with pytest.raises(InvalidInputError, match="UTF-8"):
        read_script(path)
    with pytest.raises(InvalidInputError, match="No such file"):
        read_script(tmp_path / "absent")


def test_a_request_that_drips_in_does_not_hold_a_connection_for_ever(settings, monkeypatch):
    monkeypatch.setattr(listener_module, "_REQUEST_SECONDS", 0.2)
    authority = Authority(None, SystemClock(), SystemEntropy(), settings)
    address = LabCa(authority)
    with address as server:
        with socket.create_connection(("127.0.0.1", server.cmp_port), timeout=10) as connection:
            connection.settimeout(0.02)
            for _ in range(250):
                try:
                    connection.sendall(b"G")
                    if connection.recv(10) == b"":
                        return
                except TimeoutError:
                    continue
                except ConnectionError:
                    return
    pytest.fail("the connection is still served")


def test_the_time_of_a_request_begins_anew_with_each(authority, clock):
    with LabCa(authority) as server:
        address = ("127.0.0.1", server.cmp_port)
        with socket.create_connection(address, timeout=10) as connection:
            for _ in range(3):
                connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                assert b" 405 " in connection.recv(1000)
                clock.advance(timedelta(seconds=50))
