"""Our EST client against libest's server."""

import pytest
from openssl_pki import Pki
from peers import LIBEST_PASSWORD, LIBEST_USER

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.protocol.est import client
from srpki.transport.base import TlsClient
from srpki.x509 import certificates, csr, names
from srpki.x509.keys import KeySpec, generate, same_public_key

pytestmark = pytest.mark.interop

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=gw7")
SAN = names.san("gw7.lab.example")


@pytest.fixture
def key():
    return generate(KeySpec("ecdsa", curve="secp256r1"))


def tls_of(pki: Pki, device: str | None = None) -> TlsClient:
    own = {}
    if device is not None:
        own = {"certificate_chain": (pki.certificate(device),), "private_key": pki.key(device)}
    return TlsClient(trust_anchors=(pki.certificate("root"),), **own)


def at(server, **login) -> client.EstServer:
    return client.EstServer(base_url=f"https://127.0.0.1:{server.port}", **login)


def enrolling(server, key, operation=client.simple_enroll, **login):
    def request(wanted, binding):
        return csr.build(key, SUBJECT, SAN)

    return operation(
        at(server, **login),
        request,
        entropy=SystemEntropy(),
        clock=SystemClock(),
        max_wait=300.0,
    )


def issued(answer, key):
    """Assert that the certificate is what was asked for."""
    facts = certificates.facts(answer[0])
    assert facts.subject == "C=DE, O=Lab, CN=gw7"
    assert facts.san == (("dns", "gw7.lab.example"),)
    assert same_public_key(answer[0], key)


def test_the_ca_certificates_are_fetched(peers, pki, run):
    with peers.libest_server(pki) as server:
        fetched = run(client.cacerts(at(server), entropy=SystemEntropy()), tls=tls_of(pki))
    assert fetched == (pki.certificate("root"),)


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_password_enrols(peers, pki, run, key, scheme):
    login = {"username": LIBEST_USER, "password": LIBEST_PASSWORD}
    with peers.libest_server(pki, scheme) as server:
        issued(run(enrolling(server, key, **login), tls=tls_of(pki)), key)
    assert f"enroll user={LIBEST_USER} certificate=no label=-" in server.lines


@pytest.mark.parametrize("operation", [client.simple_enroll, client.simple_reenroll])
def test_a_certificate_enrols(peers, pki, run, key, operation):
    with peers.libest_server(pki) as server:
        machine = enrolling(server, key, operation)
        issued(run(machine, tls=tls_of(pki, "old")), key)
    assert "enroll user=- certificate=yes label=-" in server.lines


def test_a_request_that_is_put_off_is_issued_later(peers, pki, run, key):
    with peers.libest_server(pki, "none", "manual") as server:
        issued(run(enrolling(server, key), tls=tls_of(pki, "old")), key)
    assert sum(line.startswith("enroll") for line in server.lines) == 2
