"""Our EST client against libest's server."""

from dataclasses import replace

import pytest
from openssl_pki import Pki
from peers import LIBEST_PASSWORD, LIBEST_USER

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import PeerRefusedError, ResponseTimeoutError
from srpki.protocol.est import client
from srpki.protocol.est.application import Application
from srpki.transport.base import TlsClient
from srpki.x509 import certificates, names
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


def asking(key):
    """Return what makes the request with everything that the server's csrattrs want."""
    return Application(key=key, subject=SUBJECT, san=SAN).request


def unlinked(key):
    """Return what makes the same request without the link, which is another each time."""
    return lambda asked, binding: asking(key)(replace(asked, challenge=False), binding)


def enrolling(server, key, operation=client.simple_enroll, *, make=asking, **login):
    return operation(
        at(server, **login),
        make(key),
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
        issued(run(enrolling(server, key, make=unlinked), tls=tls_of(pki, "old")), key)
    assert sum(line.startswith("enroll") for line in server.lines) == 2


# libest closes after every answer; its csrattrs ask for challengePassword, and with "link" it
# compares that with the session the request has come over [RFC 7030, 3.5].


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_a_linked_request_is_made_anew_after_the_401(peers, pki, run, key, scheme):
    login = {"username": LIBEST_USER, "password": LIBEST_PASSWORD}
    with peers.libest_server(pki, scheme, "link") as server:
        issued(run(enrolling(server, key, **login), tls=tls_of(pki)), key)


@pytest.mark.parametrize("operation", [client.simple_enroll, client.simple_reenroll])
def test_a_linked_request_goes_over_its_own_connection(peers, pki, run, key, operation):
    with peers.libest_server(pki, "none", "link") as server:
        issued(run(enrolling(server, key, operation), tls=tls_of(pki, "old")), key)


def test_the_link_is_what_the_server_compares(peers, pki, run, key):
    """A link to another session is refused, so the tests above prove something."""

    def another(key):
        return lambda asked, binding: asking(key)(asked, binding[::-1])

    with peers.libest_server(pki, "none", "link") as server:
        with pytest.raises(PeerRefusedError, match=r"answered 40[01]"):
            run(enrolling(server, key, make=another), tls=tls_of(pki, "old"))


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_wrong_credentials_are_told_as_such(peers, pki, run, key, scheme):
    login = {"username": LIBEST_USER, "password": "guess"}
    with peers.libest_server(pki, scheme) as server:
        with pytest.raises(PeerRefusedError, match="refuses the user name or password") as caught:
            run(enrolling(server, key, **login), tls=tls_of(pki))
    assert "http-authentication" in caught.value.hint


def test_a_request_that_is_put_off_goes_on_in_another_conversation(peers, pki, run, key):
    """The server knows it by its octets: a fresh signature would be another request."""
    sent = []

    def request(asked, binding):
        sent.append(unlinked(key)(asked, binding))
        return sent[-1]

    def machine(kept, max_wait):
        return client.simple_enroll(
            at(server),
            request,
            entropy=SystemEntropy(),
            clock=SystemClock(),
            max_wait=max_wait,
            kept=kept,
        )

    with peers.libest_server(pki, "none", "manual") as server:
        with pytest.raises(ResponseTimeoutError):
            run(machine(b"", 1), tls=tls_of(pki, "old"))
        issued(run(machine(sent[0], 1), tls=tls_of(pki, "old")), key)
    assert len(set(sent)) > 1
