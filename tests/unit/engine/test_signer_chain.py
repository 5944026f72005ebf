"""The chain of the signer goes along in extraCerts [RFC 9483, 3.3]."""

import pytest

from srpki.engine.settings import Settings
from srpki.protocol.cmp import messages
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
BY_HAND = {
    "certificate-request": {"current-key": "gw.key", "current-certificate": "gw.crt"},
    "key-update": {"old-key": "gw.key", "old-certificate": "gw.crt"},
}


@pytest.fixture
def node(bench):
    bench.keystore.put("key", "new.key", keys.private_der(keys.generate(P256)))
    bench.old = bench.enrol()
    return bench


def extra_certs(node):
    """Return the extraCerts of every CMP request so far."""
    return [messages.decode(request.body).extra_certs for request in node.requests]


def ask(node, kind, **more):
    given = {"ca-profile": "lab", "new-key": "new.key", "save-as": "cf3:/new.der", **more}
    return node.engine.requests.ask(kind, {**given, **BY_HAND.get(kind, {})})


def register(node, **more):
    signed = {"certificate": "gw.crt", "protection-key": "gw.key", "hash-algorithm": "sha256"}
    return ask(
        node,
        "initial-registration",
        **{"key-to-certify": "new.key", "subject-dn": "CN=new", **signed, **more},
    )


def renew(node):
    node.engine.start()
    assert node.engine.update_now("gw.crt").ok


REQUESTS = {
    "certificate-request": lambda node: ask(node, "certificate-request"),
    "key-update": lambda node: ask(node, "key-update"),
    "renewal": renew,
}


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS)
def test_signer_first_then_issuers_and_no_root(node, request_of):
    node.configure(node.entry())
    request_of(node)
    chain = (node.old, node.authority.issuing.certificate)
    assert extra_certs(node) == [chain, chain]  # request and certConf


@pytest.mark.parametrize("request_of", REQUESTS.values(), ids=REQUESTS)
def test_the_nodes_setting_leaves_the_chain_out(node, request_of):
    node.engine._settings = Settings(cmpv2_send_chain=False)
    node.configure(node.entry())
    request_of(node)
    assert extra_certs(node) == [(node.old,), (node.old,)]


def test_a_chain_of_which_a_part_is_missing_ends_there(node):
    known = [line for line in node.PROFILES.splitlines() if 'ca-profile "root"' not in line]
    node.configure(node.entry(), profiles="\n".join(known), tls="")
    ask(node, "key-update")
    assert extra_certs(node)[0] == (node.old, node.authority.issuing.certificate)


def test_the_initial_registration_sends_a_chain_where_it_is_told_to(node):
    register(node)
    assert extra_certs(node)[0] == (node.old,)
    register(node, **{"send-chain": True})
    assert extra_certs(node)[-1] == (node.old, node.authority.issuing.certificate)
    root = node.authority.root
    assert certificates.facts(root).subject == certificates.facts(root).issuer
    assert root not in extra_certs(node)[-1]
