"""Computed chains and the states of TLS profiles [facts: pki.md 5, 7.3]."""

import pytest
from issuing import P256, Ca

from srpki.core.errors import InvalidInputError
from srpki.engine import chains
from srpki.x509 import keys


@pytest.fixture
def line(bench):
    """Return a leaf and the CAs above it, by profile: an issuing one, one above it, a root."""
    now = bench.clock.now()
    root, middle, issuing = (Ca(now, f"CN={name}") for name in ("root", "middle", "issuing"))
    middle.certificate = root._made(middle.name, middle.key, -1, 9999, ca=True)
    issuing.certificate = middle._made(issuing.name, issuing.key, -1, 9999, ca=True)
    known = {"r": root.certificate, "m": middle.certificate, "i": issuing.certificate}
    return issuing.issue(), known


def test_a_chain_leads_from_the_issuer_to_the_root(line):
    leaf, known = line
    assert chains.compute(leaf, known, 7) == chains.Chain("complete", ("i", "m", "r"))
    assert chains.compute(leaf, known, 4).state == "complete"


def test_a_missing_ca_leaves_the_chain_partial_and_is_named(line):
    leaf, known = line
    assert chains.compute(leaf, {}, 7) == chains.Chain(
        "partial", (), 'its issuer "CN=issuing" is not known'
    )
    del known["r"]
    found = chains.compute(leaf, known, 7)
    assert (found.ca_profiles, found.reason) == (("i", "m"), 'its issuer "CN=root" is not known')


def test_a_ca_of_the_same_name_with_another_key_is_not_taken(bench, line):
    leaf, known = line
    known["i"] = Ca(bench.clock.now(), "CN=issuing").certificate
    assert chains.compute(leaf, known, 7) == chains.Chain(
        "partial", (), 'its issuer "CN=issuing" is known with another key'
    )


def test_a_ca_that_certifies_its_own_new_key_is_not_yet_a_root(bench):
    old, new = Ca(bench.clock.now(), "CN=CA"), Ca(bench.clock.now(), "CN=CA")
    known = {"link": old._made(new.name, new.key, -1, 99, ca=True), "old": old.certificate}
    assert chains.compute(new.issue(), known, 7) == chains.Chain("complete", ("link", "old"))


@pytest.mark.parametrize(("depth", "found"), [(3, ("i", "m")), (1, ())])
def test_a_chain_has_no_more_certificates_than_configured(line, depth, found):
    leaf, known = line
    chain = chains.compute(leaf, known, depth)
    assert (chain.state, chain.ca_profiles) == ("partial", found)
    assert chain.reason == f"it has more than {depth} certificates"


def test_two_cas_that_certify_each_other_end_the_chain(bench):
    one, other = Ca(bench.clock.now(), "CN=one"), Ca(bench.clock.now(), "CN=other")
    known = {
        "one": other._made(one.name, one.key, -1, 9, ca=True),
        "other": one._made(other.name, other.key, -1, 9, ca=True),
    }
    assert chains.compute(one.issue(), known, 7).ca_profiles == ("one", "other")


def test_a_certificate_that_cannot_be_read_is_told():
    with pytest.raises(InvalidInputError):
        chains.compute(b"nothing", {}, 7)


# --- profiles ------------------------------------------------------------------------------------

CERT_PROFILE = """
    cert-profile "own" {{
        admin-state {state}
        entry 1 {{ certificate-file "gw.crt" key-file "gw.key" {chain} }}
    }}
"""


def own(bench, *entries, chain="", state="enable", more="", **parts):
    tls = CERT_PROFILE.format(state=state, chain=chain) + more
    bench.configure(*entries, tls=tls, ipsec="", **parts)
    view = bench.engine.view
    return view.cert_profiles["own"], view


def reasons(bench, *entries, **how):
    profile, view = own(bench, *entries, **how)
    return bench.engine.tls_states.profile_reasons(profile, view)


def chain_of(bench, **how):
    profile, view = own(bench, **how)
    return bench.engine.tls_states.chain(profile.entries[0], view.maximum_cert_chain_depth)


SEND = 'send-chain {{ ca-profile "{}" {{ }} }}'


def test_a_profile_with_a_good_pair_is_up(bench):
    bench.enrol()
    assert reasons(bench) == ()
    assert chain_of(bench) == chains.Chain("complete")  # as seen on a device, R-18
    assert chain_of(bench, chain=SEND.format("lab")) == chains.Chain("complete", ("lab", "root"))


def test_why_a_profile_is_down_is_told_in_the_bits_of_the_facts(bench):
    assert reasons(bench) == ("invalid-cert-file", "invalid-key-file")
    bench.enrol()
    assert reasons(bench, state="disable") == ("profile-admin-down",)
    assert reasons(bench, chain=SEND.format("none")) == ("invalid-ca-prof-entry",)
    down = 'ca-profile "down" { cert-file "root.crt" }'
    assert reasons(bench, down, chain=SEND.format("down")) == ("ca-profile-oper-down",)


def test_a_key_that_does_not_belong_to_the_certificate_is_told(bench):
    bench.configure(tls="", ipsec="")
    bench.enrol()
    bench.keystore.put("key", "gw.key", keys.private_der(keys.generate(P256)))
    assert reasons(bench) == ("invalid-cert-key-combo",)


def test_a_chain_that_cannot_be_computed_is_told_once_until_it_can(bench):
    bench.enrol()
    no_root = bench.PROFILES.replace('"root" { admin-state enable', '"root" { admin-state disable')
    for _ in range(2):
        own(bench, "certificate-display-format utf8", chain=SEND.format("lab"), profiles=no_root)
        own(bench, chain=SEND.format("lab"), profiles=no_root)
    (text,) = bench.texts(2088)
    assert text.startswith('The chain of certificate "gw.crt" cannot be computed: its issuer "')
    own(bench, chain=SEND.format("lab"))
    own(bench, chain=SEND.format("lab"), profiles=no_root)
    assert len(bench.texts(2088)) == 2


def test_the_configured_depth_limits_the_chain(bench):
    bench.enrol()
    own(bench, "maximum-cert-chain-depth 2", chain=SEND.format("lab"))
    assert "it has more than 2 certificates" in bench.texts(2088)[0]


def test_a_client_is_up_with_a_good_pair_and_an_anchor(bench):
    bench.enrol()
    anchors = 'trust-anchor-profile "t" { trust-anchor "root" { } trust-anchor "none" { } }'
    client = (
        'client-tls-profile "c" { admin-state enable cert-profile "own" trust-anchor-profile "t" }'
    )

    def up(more, **how):
        _, view = own(bench, more=more, **how)
        return bench.engine.tls_states.client_up(view.client_tls_profiles["c"], view)

    assert up(anchors + client)
    assert bench.engine.tls_states.anchors_down(bench.engine.view.trust_anchor_profiles["t"]) == 1
    assert not up(anchors + client.replace("enable", "disable"))
    assert not up(anchors + client, state="disable")
    assert not up(anchors.replace('"root"', '"nobody"') + client)
