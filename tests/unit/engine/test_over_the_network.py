"""The same over loopback: real HTTP, real TLS, a lab CA that listens, and years of lab time."""

import socket
import ssl
import threading
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from issuing import P256, Ca

from srpki.core.clock import SystemClock
from srpki.core.errors import TlsError
from srpki.core.wire import HttpRequest
from srpki.engine.protocols import est
from srpki.labca.authority import Authority
from srpki.labca.server import LabCa
from srpki.labca.vault import Identity
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import keys, names


@pytest.fixture
def network(bench):
    """Return the bench with its CA on the network, and profiles that say where."""
    made = []

    def exchange(*, tls, limits):
        made.append(
            HttpExchange(
                tls,
                limits,
                bench.directory / "state",
                clock=SystemClock(),
                entropy=bench.entropy,
            )
        )
        return made[-1]

    with ExitStack() as stack:
        server = stack.enter_context(LabCa(bench.authority, faults=bench.faults, lab_time=True))
        bench.exchange = exchange
        bench.server = server
        est = urlsplit(server.est_url)
        bench.profiles = bench.PROFILES.replace("127.0.0.1:8080/pkix/", server.cmp_url).replace(
            "port 8443", f"port {est.port}"
        )
        bench.made = made
        bench.boot()
        yield bench
        bench.engine.stop()


@pytest.mark.parametrize("profile", ["by-cmp", "by-est"])
def test_a_certificate_is_renewed_for_two_years(network, profile):
    network.enrol()
    network.configure(network.entry(profile=profile), profiles=network.profiles)
    summary = network.advance(days=29 * 25)
    assert (summary.updates, summary.failed) == (25, 0)
    assert network.whole()


def test_the_est_client_renews_the_certificate_it_authenticates_with(network):
    network.enrol("client")
    network.configure(
        network.entry("client", "by-est"),
        profiles=network.profiles.replace('username "est-user"', ""),
        tls=network.CLIENT,
        ipsec="",
    )
    summary = network.advance(days=29 * 3)
    assert (summary.updates, summary.failed) == (3, 0)


def test_one_connection_serves_a_row_of_updates_by_cmpv2(network):
    for name in "abc":
        network.enrol(name, subject=f"CN={name}")
    network.configure(*(network.entry(name) for name in "abc"), profiles=network.profiles)
    assert network.advance(days=29).updates == 3
    assert len(network.made) == 1


def test_a_ca_that_is_not_there_is_a_failure_and_another_try(network):
    network.enrol()
    nobody = network.profiles.replace(
        network.profiles.split('url-string "')[1].split('"')[0], "127.0.0.1:9"
    )
    network.configure(network.entry(), profiles=nobody)
    assert network.advance(days=29).failed == 1
    assert "in step 2" in network.texts(2247)[0]
    network.configure(network.entry(), profiles=network.profiles)
    assert network.advance(hours=1).failed == 0


def test_an_est_server_of_another_ca_is_not_trusted(network):
    stranger = Authority(None, network.clock, network.entropy)
    network.keystore.put("certificate", "root.crt", stranger.root)
    network.enrol()
    network.configure(network.entry(profile="by-est"), profiles=network.profiles)
    assert network.advance(days=29).failed == 1
    assert "certificate" in network.texts(2247)[0]


def test_a_strict_client_renews_for_a_year_from_a_server_whose_status_is_known(network):
    """CRLs are downloaded and the responder is asked on the way, at the lab's time."""
    server = network.server
    crl = f"""
        crl-file "issuing.crl" ocsp {{ responder-url "{server.ocsp_url}" }}
        auto-crl-update {{
            admin-state enable crl-urls {{ url-entry 1 {{ url "{server.crl_url}" }} }}
        }}
    """
    network.enrol()
    for method in ("crl", "ocsp"):
        network.configure(
            network.entry(profile="by-est"),
            profiles=network.profiles.replace(
                'cert-file "issuing.crt"', f'cert-file "issuing.crt" {crl}'
            ),
            tls=network.TLS.replace("default-result good", f"ee-revocation {{ primary {method} }}"),
        )
        summary = network.advance(days=29 * 6)
        assert (summary.updates, summary.failed) == (6, 0)
    assert network.engine.statistics.failed == 0
    assert network.engine.statistics.passed >= 12
    # CRLs of the lab CA live seven days and are fetched an hour before they end.
    assert 49 <= len(network.texts(2106)) <= 52
    assert network.texts(2107) == []
    assert network.whole()


# --- linking of identity and possession [RFC 7030, 3.5] --------------------------------------------

CHALLENGE = bytes.fromhex("300b06092a864886f70d010907")
"""CsrAttrs that ask for challengePassword and nothing else."""


@pytest.fixture
def linking(network):
    """A CA that takes no request that is not linked to the TLS session."""
    settings = replace(network.authority.settings, csr_attributes=CHALLENGE)
    network.authority.settings = settings
    network.enrol()
    return network


def configure_est(network, version):
    network.configure(
        network.entry(profile="by-est"),
        profiles=network.profiles,
        tls=network.TLS.replace(
            'client-tls-profile "est" {', f'client-tls-profile "est" {{ protocol-version {version}'
        ),
    )


def test_renewals_are_linked_to_their_tls_1_2_sessions(linking):
    configure_est(linking, "tls-version-12")
    summary = linking.advance(days=29 * 3)
    assert (summary.updates, summary.failed) == (3, 0)
    assert linking.whole()


def test_tls_1_3_cannot_be_linked_and_says_what_to_do(linking):
    configure_est(linking, "tls-version-13")
    assert linking.advance(days=29).failed
    assert "linked to the TLS session, which needs TLS 1.2" in linking.texts(2247)[0]


# --- registration authorities [RFC 6402, 2.10] -----------------------------------------------------


@pytest.mark.parametrize("insist", [True, False])
def test_a_server_that_is_no_registration_authority_is_refused_where_it_must_be(
    network, insist, monkeypatch
):
    authority = network.authority
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    issued = authority.issue(
        key.public_key(), names.parse_dn("CN=est"), names.san(ip_address="127.0.0.1")
    )
    # for servers and clients, without id-kp-cmcRA
    server = Identity(key, issued.certificate)
    monkeypatch.setattr(Authority, "tls", property(lambda _: server))
    network.enrol()
    with LabCa(authority, lab_time=True) as plain:
        port = urlsplit(plain.est_url).port
        profile = 'est-profile "lab" {' + " check-id-kp-cmcra-only true" * insist
        network.configure(
            network.entry(profile="by-est"),
            profiles=network.PROFILES.replace("port 8443", f"port {port}").replace(
                'est-profile "lab" {', profile, 1
            ),
        )
        summary = network.advance(days=29)
    assert bool(summary.failed) == insist
    if insist:
        assert "not that of a registration authority" in network.texts(2247)[0]


@contextmanager
def serving(directory, chain, key):
    """Yield the port of a TLS server that sends *chain* (DER), up to the root and without it."""
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file = directory / "server.pem"
    file.write_bytes(secret + "".join(map(ssl.DER_cert_to_PEM_cert, chain)).encode())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    def serve(listener):
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                    if tls.recv(4096):
                        tls.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(("length", "good"), [(3, True), (7, True), (8, False), (10, False)])
@pytest.mark.parametrize("version", ["tls-version-12", "tls-version-13"])
def test_a_server_that_sends_its_whole_chain_is_held_against_the_depth(
    bench, tmp_path, length, good, version
):
    """Counted is what TLS has verified: all that the server sent, and the trust anchor."""
    cas = [Ca(bench.clock.now(), "CN=root")]
    for number in range(length - 2):
        below = Ca(bench.clock.now(), f"CN={number}")
        below.certificate = cas[-1]._made(below.name, below.key, -1, 9999, ca=True)
        cas.append(below)
    key = keys.generate(P256)
    leaf = cas[-1].issue("CN=server", key=key, more=[names.san(ip_address="127.0.0.1")])
    bench.keystore.put("certificate", "root.crt", cas[0].certificate)
    bench.engine.stop()
    bench.boot()
    tls = bench.TLS.replace("admin-state enable", f"admin-state enable protocol-version {version}")
    bench.configure(tls=tls)
    client = est.tls_client(bench.engine._peers(), "lab")
    sent = [leaf, *(ca.certificate for ca in reversed(cas[1:]))]
    with serving(tmp_path, sent, key) as port:
        exchange = HttpExchange(
            client, Limits(), tmp_path, clock=SystemClock(), entropy=bench.entropy
        )
        asked = HttpRequest(method="GET", url=f"https://127.0.0.1:{port}/")
        with closing(exchange):
            if good:
                assert exchange.send(asked).status == 200
            else:
                with pytest.raises(TlsError, match="has more than 7 certificates"):
                    exchange.send(asked)
