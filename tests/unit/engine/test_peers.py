"""From profiles to peers: what each setting becomes on the wire."""

from dataclasses import replace
from datetime import timedelta

import pytest

from srpki.core.errors import RefusedError, TlsError
from srpki.engine.protocols import cmpv2, est
from srpki.engine.protocols.est import CMC_RA
from srpki.x509 import certificates

EST = 'est-profile "tested" {{ client-tls-profile "est" server {{ {server} }} {more} }}'
CA = (
    'ca-profile "tested" {{ admin-state enable cert-file "issuing.crt"'
    " revocation-check crl-optional cmpv2 {{ {settings} }} }}"
)
SLOW = """
    transmission-profile "slow" {
        timeout 5 retry 3 redirection 2 http-version 1.0
        ipv4-source-address 192.0.2.9 ipv6-source-address 2001:db8::9
    }
"""
URL = 'url { url-string "127.0.0.1:8080/pkix/" }'


def peers(bench, *entries, **parts):
    bench.configure(*entries, **parts)
    engine = bench.engine
    return engine._peers()


def est_server(bench, server, more=""):
    return est.server(peers(bench, EST.format(server=server, more=more)), "tested")


# --- CMPv2 ---------------------------------------------------------------------------------------


def test_a_cmp_peer_with_nothing_but_a_url_has_the_defaults_of_the_profile(bench):
    peer = cmpv2.peer(peers(bench, CA.format(settings=URL)), "tested")
    assert peer.url == "http://127.0.0.1:8080/pkix/"
    assert peer.ca_certificates == (bench.authority.issuing.certificate,)
    assert peer.recipient is None
    assert not peer.always_set_sender_for_ir
    assert not peer.accept_unprotected_error
    assert not peer.accept_unprotected_pkiconf
    assert not peer.same_recipient_nonce_for_poll_request
    assert not peer.response_signing_use_extracert


def test_each_setting_of_a_ca_profile_reaches_the_cmp_client(bench):
    bench.keystore.put("certificate", "signer.crt", bench.authority.cmp_signer.certificate)
    settings = (
        'url { url-string "http://[::1]:829/x" } always-set-sender-for-ir true'
        ' same-recipient-nonce-for-poll-request true signing-cert-subject "CN=signer"'
        ' response-signing-cert "signer.crt" recipient-subject "O=Lab,CN=CA"'
        " accept-unprotected-message { error-message true pkiconf-message true }"
    )
    peer = cmpv2.peer(peers(bench, CA.format(settings=settings)), "tested")
    assert peer.url == "http://[::1]:829/x"
    assert peer.always_set_sender_for_ir
    assert peer.same_recipient_nonce_for_poll_request
    assert peer.signing_cert_subject == "CN=signer"
    assert peer.response_signing_certificates == (bench.authority.cmp_signer.certificate,)
    assert peer.recipient == certificates.parse_dn("O=Lab,CN=CA").public_bytes()
    assert peer.accept_unprotected_error
    assert peer.accept_unprotected_pkiconf


def test_cmp_limits_come_from_the_profile_and_from_how_it_transmits(bench):
    plain = cmpv2.limits(peers(bench, CA.format(settings=URL)), "tested")
    assert (plain.response_timeout, plain.http_version, plain.retries) == (30.0, "1.1", 0)
    slow = CA.format(
        settings='url { url-string "127.0.0.1" transmission-profile "slow" }'
        " http { response-timeout 7 version 1.0 }"
    )
    limits = cmpv2.limits(peers(bench, slow, system=SLOW), "tested")
    assert (limits.response_timeout, limits.http_version) == (7.0, "1.0")
    assert (limits.retries, limits.redirects, limits.source_address) == (3, 2, "192.0.2.9")
    with pytest.raises(RefusedError, match='transmission-profile "slow" does not exist'):
        cmpv2.limits(peers(bench, slow), "tested")


# --- EST -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "url"),
    [
        ("ipv4 192.0.2.1", "https://192.0.2.1:443"),
        ("ipv6 2001:db8::1 port 8443", "https://[2001:db8::1]:8443"),
        ('fqdn "est.lab.example" port 9443', "https://est.lab.example:9443"),
    ],
)
def test_the_url_of_an_est_server(bench, server, url):
    assert est_server(bench, server).base_url == url


def test_est_paths_are_those_of_the_rfc_unless_configured(bench):
    # RFC 7030, 3.2.2
    plain = est_server(bench, "ipv4 192.0.2.1")
    assert plain.cacerts_path == "/.well-known/est/cacerts"
    assert plain.simpleenroll_path == "/.well-known/est/simpleenroll"
    assert plain.simplereenroll_path == "/.well-known/est/simplereenroll"
    other = est_server(
        bench, 'ipv4 192.0.2.1 path { cacerts "/a" simpleenroll "/b" simplereenroll "/c" }'
    )
    assert (other.cacerts_path, other.simpleenroll_path, other.simplereenroll_path) == (
        "/a", "/b", "/c",
    )  # fmt: skip


def test_what_a_url_cannot_hold_is_encoded_in_a_path(bench):  # RFC 3986, 2.1 and 3.3
    server = est_server(
        bench, 'ipv4 192.0.2.1 path { cacerts "/a b#c" simpleenroll "/x%20y?ca=1" }'
    )
    assert (server.cacerts_path, server.simpleenroll_path) == ("/a%20b%23c", "/x%20y?ca=1")


def test_est_limits_are_those_of_the_transmission_profile(bench):
    plain = est.limits(peers(bench, EST.format(server="ipv4 192.0.2.1", more="")), "tested")
    assert (plain.retries, plain.redirects, plain.http_version) == (0, 0, "1.1")
    entry = EST.format(server="ipv6 2001:db8::1", more='transmission-profile "slow"')
    limits = est.limits(peers(bench, entry, system=SLOW), "tested")
    assert (limits.response_timeout, limits.retries, limits.redirects) == (5.0, 3, 2)
    assert (limits.http_version, limits.source_address) == ("1.0", "2001:db8::9")


def test_credentials_need_both_user_and_password(bench):
    whole = est_server(bench, "ipv4 192.0.2.1", 'http-authentication { username "u" password "p" }')
    assert (whole.username, whole.password) == ("u", bench.authority.est_password)
    half = est_server(bench, "ipv4 192.0.2.1", 'http-authentication { username "u" }')
    assert (half.username, half.password) == ("", "")


def test_tls_follows_the_client_tls_profile(bench):
    own = bench.enrol("client")
    tls = """
        client-cipher-list "c" {
            tls12-cipher 2 { name tls-ecdhe-rsa-aes256-gcm-sha384 }
            tls12-cipher 1 { name tls-ecdhe-ecdsa-aes128-gcm-sha256 }
            tls13-cipher 1 { name tls-aes256-gcm-sha384 }
        }
        client-group-list "g" { tls13-group 1 { name tls-x25519 } }
        client-signature-list "s" { tls13-signature 1 { name tls-ed25519 } }
        trust-anchor-profile "lab" { trust-anchor "root" { } trust-anchor "lab" { } trust-anchor "down" { } }
        cert-profile "client" { admin-state enable
            entry 1 { certificate-file "client.crt" key-file "client.key" send-chain { ca-profile "lab" { } } }
        }
        client-tls-profile "est" { admin-state enable trust-anchor-profile "lab" cert-profile "client"
            cipher-list "c" group-list "g" signature-list "s" protocol-version tls-version-all
        }
    """
    client = est.tls_client(
        peers(bench, 'ca-profile "down" { cert-file "root.crt" }', tls=tls), "lab"
    )
    issuing = bench.authority.issuing.certificate
    assert client.trust_anchors == (bench.authority.root, issuing)
    assert client.certificate_chain == (own, issuing)
    assert client.private_key is not None
    assert client.protocol_version == "tls-version-all"
    assert client.ciphers == (
        "tls-ecdhe-ecdsa-aes128-gcm-sha256", "tls-ecdhe-rsa-aes256-gcm-sha384",
    )  # fmt: skip
    assert client.ciphers13 == ("tls-aes256-gcm-sha384",)
    assert client.groups == ("tls-x25519",)
    assert client.signatures == ("tls-ed25519",)


def test_tls_without_a_cert_profile_has_no_client_certificate(bench):
    client = est.tls_client(peers(bench), "lab")
    assert client.certificate_chain == ()
    assert client.private_key is None
    assert client.protocol_version == "tls-version-12"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            'client-tls-profile "est" { admin-state enable',
            'client-tls-profile "est" {',
            "shut down",
        ),
        ('cert-profile "client" { admin-state enable', 'cert-profile "client" {', "shut down"),
        ('trust-anchor "root" { }', 'trust-anchor "none" { }', "no trust anchor that is up"),
        ('certificate-file "client.crt"', 'certificate-file "none.crt"', "not loaded"),
    ],
)
def test_tls_that_cannot_work_is_refused(bench, old, new, reason):
    bench.enrol("client")
    assert old in bench.CLIENT
    found = peers(bench, tls=bench.CLIENT.replace(old, new))
    with pytest.raises(RefusedError, match=reason):
        est.tls_client(found, "lab")


def test_in_the_lab_the_server_is_judged_at_the_lab_s_time(bench):
    client = est.tls_client(peers(bench), "lab")
    assert not client.check_time
    issuing = bench.authority.issuing.certificate
    client.judge((bench.authority.tls.certificate, issuing))
    short = bench.enrol(validity=timedelta(days=1))
    client.judge((short, issuing))
    bench.advance(days=2)
    with pytest.raises(TlsError, match=" expired on "):
        client.judge((short, issuing))


def test_outside_the_lab_the_library_checks_the_time(bench):
    bench.configure()
    engine = bench.engine
    found = replace(engine._peers(), clock=bench.real)
    assert est.tls_client(found, "lab").check_time


def test_a_server_that_must_be_a_registration_authority_is_one(bench):
    ra_only = bench.PROFILES.replace(
        'client-tls-profile "est"', 'client-tls-profile "est" check-id-kp-cmcra-only true'
    )
    client = est.tls_client(peers(bench, profiles=ra_only), "lab")
    issuing = bench.authority.issuing.certificate
    client.judge((bench.authority.tls.certificate, issuing))
    assert CMC_RA == "1.3.6.1.5.5.7.3.28"  # id-kp-cmcRA [RFC 6402, 2.10]
    with pytest.raises(TlsError, match="registration authority"):
        client.judge((bench.authority.cmp_signer.certificate, issuing))
