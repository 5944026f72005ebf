"""Our CMP client against a CA on Bouncy Castle, which issues what is asked."""

from dataclasses import replace

import pytest
from counting import met

from srpki.core.errors import PeerRefusedError
from srpki.protocol.cmp.client import (
    CmpPeer,
    MacCredentials,
    SignatureCredentials,
    certificate_request,
    initial_registration,
    key_update,
)
from srpki.x509 import certificates, names
from srpki.x509.keys import KeySpec, generate, same_public_key

pytestmark = pytest.mark.interop

SUBJECT = names.parse_dn("C=DE,O=Lab,CN=gw7")
SAN = names.san("gw7.lab.example")
PASSWORD = MacCredentials("4711", "insecure")


@pytest.fixture
def at(pki):
    """How our client sees the CA that runs."""

    def peer(server):
        return CmpPeer(
            url=f"http://127.0.0.1:{server.port}/",
            ca_certificates=(pki.certificate("root"),),
            response_signing_use_extracert=True,
        )

    return peer


@pytest.fixture
def key():
    return generate(KeySpec("ecdsa", curve="secp256r1"))


def issued(result, key):
    """Assert that the certificate is what was asked for."""
    assert result.status == "accepted"
    facts = certificates.facts(result.certificate)
    assert facts.subject == "C=DE, O=Lab, CN=gw7"
    assert facts.san == (("dns", "gw7.lab.example"),)
    assert same_public_key(result.certificate, key)
    return result.certificate


@pytest.mark.parametrize("answer", ["at once", "later", "implicitly confirmed"])
def test_a_password_enrols_and_the_certificate_renews_itself(
    peers, pki, run, around, at, key, answer
):
    words = {"at once": {}, "later": {"polls": 3}, "implicitly confirmed": {"implicit": "yes"}}
    with peers.bouncy_castle_ca(pki, **words[answer]) as server:
        machine = initial_registration(at(server), PASSWORD, key, SUBJECT, SAN, poll=True, **around)
        certificate = issued(run(machine), key)
        new = generate(KeySpec("ecdsa", curve="secp256r1"))
        old = SignatureCredentials(key, certificate)
        renewed = issued(run(key_update(at(server), old, new, poll=True, **around)), new)
    assert certificates.facts(renewed).serial != certificates.facts(certificate).serial
    assert server.lines.count("certConf good accepted") == 2


def test_a_factory_certificate_enrols(peers, pki, run, around, at, key):
    with peers.bouncy_castle_ca(pki) as server:
        machine = initial_registration(
            at(server), pki.credentials("factory"), key, SUBJECT, SAN, poll=True, **around
        )
        issued(run(machine), key)


def test_a_certificate_asks_for_another(peers, pki, run, around, at, key):
    with peers.bouncy_castle_ca(pki) as server:
        machine = certificate_request(
            at(server), pki.credentials("old"), key, SUBJECT, SAN, poll=True, **around
        )
        issued(run(machine), key)


WISHES = [
    (
        KeySpec("ecdsa", curve="secp384r1"),
        "C=DE,O=Lab,CN=a",
        names.san("a.lab.example", "192.0.2.1"),
    ),
    (KeySpec("ecdsa", curve="secp521r1"), "C=DE,O=Lab,OU=Köln,CN=b", None),
    (KeySpec("rsa", 2048), "C=DE,O=Lab\\, Inc.,CN=c", names.san("c.lab.example", "2001:db8::1")),
    (KeySpec("rsa", 3072), "CN=d", names.san("d.lab.example,e.lab.example", "")),
]


@pytest.mark.parametrize("pki", ["ec"], indirect=True)
def test_what_is_asked_for_is_issued(peers, pki, run, around, at):
    """Each key, name and alternative name by ir; then the next ones by cr, signed with the last."""
    with peers.bouncy_castle_ca(pki) as server:
        signer = None
        for spec, dn, san in WISHES:
            subject, wanted = (
                names.parse_dn(dn),
                () if san is None else names.alternative_names(san),
            )
            for credentials in met(1, filter(None, (PASSWORD, signer))):
                key = generate(spec)
                ask = initial_registration if credentials is PASSWORD else certificate_request
                result = run(ask(at(server), credentials, key, subject, san, poll=True, **around))
                facts = certificates.facts(result.certificate)
                assert facts.canonical_subject == names.canonical(subject)
                assert facts.san == wanted
                assert same_public_key(result.certificate, key)
                signer = SignatureCredentials(key, result.certificate)
    assert server.lines.count("certConf good accepted") == 2 * len(WISHES) - 1


def test_a_wrong_password_is_refused_in_the_cas_words(peers, pki, run, around, at, key):
    wrong = MacCredentials("4711", "guess")
    with peers.bouncy_castle_ca(pki) as server:
        peer = replace(at(server), accept_unprotected_error=True)
        machine = initial_registration(peer, wrong, key, SUBJECT, SAN, poll=True, **around)
        with pytest.raises(PeerRefusedError, match="MAC does not verify"):
            run(machine)


def test_a_certificate_of_another_ca_does_not_renew(peers, pki, run, around, at, key):
    with peers.bouncy_castle_ca(pki) as server:
        machine = key_update(at(server), pki.credentials("factory"), key, poll=True, **around)
        with pytest.raises(PeerRefusedError, match="oldCertID"):
            run(machine)
