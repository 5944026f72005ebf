"""The EST client over real TLS: what reaches the server, and what never does."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import PeerRefusedError, ProtocolError
from srpki.core.wire import HttpReply
from srpki.protocol.est import authentication, messages
from srpki.protocol.est import client as est
from srpki.protocol.steps import Send
from srpki.x509 import csr, names

DIGEST = 'Digest realm="est", nonce="abc", qop="auth", algorithm=SHA-256'


def drive(machine, exchange):
    """Run a machine that must not wait."""
    answer = None
    while True:
        try:
            step = machine.send(answer)
        except StopIteration as stop:
            return stop.value
        assert isinstance(step, Send)
        # What the server wants in a request is not what these tests are about.
        asked = step.request.url.endswith("/csrattrs")
        answer = HttpReply(status=204) if asked else exchange.send(step.request)


@pytest.fixture
def enroll(exchange, client, net):
    """Enrol a new key at *peer*."""

    def run(peer, **limits):
        request = csr.build(ec.generate_private_key(ec.SECP256R1()), names.parse_dn("CN=gw"))
        server = est.EstServer(
            base_url=f"https://127.0.0.1:{peer.port}", username="router", password="s3cret"
        )
        machine = est.simple_enroll(
            server,
            lambda _asked, _binding: request,
            entropy=SystemEntropy(),
            clock=FrozenClock(net.now),
            max_wait=0,
        )
        return drive(machine, exchange(client(), **limits))

    return run


def authorizations(peer):
    return [
        line.partition(b": ")[2].decode()
        for head, _ in peer.requests
        for line in head.split(b"\r\n")
        if line.lower().startswith(b"authorization:")
    ]


def challenge(net, value):
    return net.answer(b"", "401 Unauthorized", WWW_Authenticate=value)


@pytest.mark.parametrize("scheme", [DIGEST, 'Basic realm="est"'])
def test_credentials_go_only_after_the_challenge(serve, net, authority, enroll, scheme):
    forbidden = net.answer(b"not you", "403 Forbidden", Content_Type="text/plain")
    peer = serve(net.answering(challenge(net, scheme), forbidden), authority.context())
    with pytest.raises(PeerRefusedError, match='403 Forbidden: "not you"'):
        enroll(peer)
    (first, body), (second, again) = peer.requests
    assert b"authorization" not in first.lower() and b"authorization" in second.lower()
    assert body == again and peer.connections == 1
    (given,) = authentication.parse(authorizations(peer)[0])
    if given.scheme == "basic":
        assert authentication.read_basic(given) == ("router", "s3cret")
    else:
        assert authentication.digest_matches(given, "s3cret", "POST")


def test_credentials_never_follow_a_redirect_to_another_server(serve, net, authority, enroll):
    thief = serve(net.answering(challenge(net, 'Basic realm="x"')), authority.context())
    away = net.answer(b"", "307 Go", Location=f"https://127.0.0.1:{thief.port}/x")
    peer = serve(net.answering(challenge(net, 'Basic realm="x"'), away), authority.context())
    with pytest.raises(ProtocolError, match="redirects to"):
        enroll(peer, redirects=8)
    assert len(authorizations(peer)) == 1
    assert thief.connections == 0


def test_the_ca_certificates_come_over_tls(serve, net, authority, exchange, client):
    body = messages.encode_body(messages.write_certificates([authority.root.der]), wrapped=False)
    peer = serve(
        net.answering(net.answer(body, Content_Type=messages.CERTS_ONLY)), authority.context()
    )
    server = est.EstServer(base_url=f"https://localhost:{peer.port}")
    machine = est.cacerts(server, entropy=SystemEntropy())
    assert drive(machine, exchange(client())) == (authority.root.der,)
