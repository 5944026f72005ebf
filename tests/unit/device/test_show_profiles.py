"""``show certificate`` and ``show system security``: profiles, CRLs and what is loaded."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

BEGIN = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def crl(revoked, next_update=BEGIN + timedelta(days=30)):
    """Return a CRL with *revoked* entries, as DER."""
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab"),
            x509.NameAttribute(NameOID.COMMON_NAME, "CRL CA"),
        ]
    )
    builder = x509.CertificateRevocationListBuilder()
    builder = builder.issuer_name(name).last_update(BEGIN).next_update(next_update)
    for serial in range(1, revoked + 1):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(BEGIN)
        builder = builder.add_revoked_certificate(entry.build())
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


def fields(text):
    return dict(re.findall(r"^(\S[^:\n]*?) *: (.*)$", text, re.MULTILINE))


def rows(text):
    """Return the rows of a shown table, cut into words."""
    return [line.split() for line in text.split("-" * 79 + "\n")[1].splitlines() if line]


@pytest.fixture(scope="module")
def with_crl(bench):
    """Two CA profiles with a crl-file, one of which is not there."""
    bench.router.node.keystore.put("crl", "three.crl", crl(3))
    bench.configure(
        'system security pki ca-profile "with-crl" crl-file "three.crl"',
        'system security pki ca-profile "lost-crl" crl-file "lost.crl"',
    )
    return bench


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_crl_tells_its_issuer_dates_and_number_of_entries(with_crl, cli):
    shown = fields(with_crl.do('show certificate crl "with-crl"', cli=cli))
    assert shown == {
        "CA Profile": "with-crl",
        "CRL File": "three.crl",
        "Issuer": "O=Lab, CN=CRL CA",
        "This Update": "2026/01/31 12:00:00",
        "Next Update": "2026/03/02 12:00:00",
        "Entries": "3",
    }


def test_crls_are_listed_and_one_that_is_lost_has_no_dates(with_crl):
    listed = rows(with_crl.do("show certificate crl"))
    assert [
        "with-crl",
        "three.crl",
        "2026/01/31",
        "12:00:00",
        "2026/03/02",
        "12:00:00",
        "3",
    ] in listed
    assert ["lost-crl", "lost.crl", "N/A", "N/A", "N/A"] in listed
    assert not [row for row in listed if row[0] == "lab-ca"]  # which has no crl-file


@pytest.mark.parametrize(
    ("name", "reason"),
    [("lost-crl", "does not exist"), ("lab-ca", "has no CRL"), ("none", "does not exist")],
)
def test_a_crl_that_cannot_be_shown_is_refused_with_a_reason(with_crl, name, reason):
    assert reason in with_crl.refused(f'show certificate crl "{name}"')


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_answers_of_ocsp_responders_are_listed_while_they_hold(bench, cli):
    cache, now = bench.router.node.engine.ocsp_cache, bench.lab.clock.now()
    cache.clear()
    assert "No Matching Entries" in bench.do("show certificate ocsp-cache", cli=cli)
    for serial, status, hours in ((0x1F3B, "revoked", 2), (9, "good", 1)):
        expires = now + timedelta(hours=hours)
        cache.keep("ca", serial, issuer="CN=CA", status=status, this_update=now, expires=expires)
    listed = rows(bench.do("show certificate ocsp-cache", cli=cli))
    revoked, good = (next(row for row in listed if row[0] == number) for number in "12")
    assert (revoked[1:3], revoked[-1]) == (["1f3b", "CN=CA"], "revoked")
    assert (good[1:3], good[-1]) == (["9", "CN=CA"], "good")
    assert f"{now + timedelta(hours=2):%Y/%m/%d %H:%M:%S}" in " ".join(revoked)
    bench.do("lab clock advance 90m")
    listed = rows(bench.do("show certificate ocsp-cache", cli=cli))
    assert [row[0] for row in listed if row[-1] in ("good", "revoked")] == ["1"]


@pytest.mark.parametrize("place", ["certificate", "system security pki"])
def test_update_profiles_are_listed_and_shown_with_who_uses_them(bench, fresh, place):
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    command = f"show {place} certificate-update-profile"
    assert ["lab-cmp", "cmpv2", "lab-ca"] in [row[:3] for row in rows(bench.do(command))]
    assert ["lab-est", "est", "lab-est"] in [row[:3] for row in rows(bench.do(command))]
    shown = fields(bench.do(f'{command} "lab-cmp"', cli="classic"))
    assert (shown["Protocol"], shown["Server"]) == ("cmpv2", "lab-ca")
    assert shown["Retry Interval"].endswith(" secs")
    assert f"{fresh}.crt" in shown["Used By"]
    assert "does not exist" in bench.refused(f'{command} "none"')


@pytest.mark.parametrize("place", ["certificate", "system security pki"])
def test_est_profiles_are_shown_without_their_secrets(bench, place):
    command = f"show {place} est-profile"
    assert "lab-est" in [row[0] for row in rows(bench.do(command))]
    text = bench.do(f'{command} "lab-est"')
    shown = fields(text)
    assert shown["HTTP User Name"] == bench.lab.server.est_username
    assert shown["HTTP Password"] == "configured"
    assert bench.lab.server.est_password not in text


def test_both_places_show_the_same(bench):
    assert bench.do('show certificate ca-profile "lab-ca"') == bench.do(
        'show system security pki ca-profile "lab-ca"', cli="classic"
    )
    assert bench.do("show certificate auto-update") == bench.do(
        "show system security pki certificate-auto-update"
    )


TLS = "show system security tls"


def test_a_cert_profile_tells_which_pairs_are_loaded(bench, fresh):
    bench.enrol_cmp(fresh)
    profile = f'system security tls cert-profile "{fresh}"'
    bench.configure(
        f'{profile} entry 1 certificate-file "{fresh}.crt"',
        f'{profile} entry 1 key-file "{fresh}.key"',
        f'{profile} entry 2 certificate-file "lost.crt"',
        f'{profile} entry 2 key-file "lost.key"',
        f"{profile} admin-state enable",
    )
    text = bench.do(f'{TLS} cert-profile "{fresh}"')
    assert f"TLS Cert-Profile {fresh} (up)" in text
    assert rows(text) == [
        ["1", f"{fresh}.crt", f"{fresh}.key", "yes", "<none>"],
        ["2", "lost.crt", "lost.key", "no", "<none>"],
    ]
    assert [fresh, "up", "2"] in rows(bench.do(f"{TLS} cert-profile", cli="classic"))


def test_trust_anchors_are_shown_with_their_state(bench, fresh):
    bench.configure(
        f'system security tls trust-anchor-profile "{fresh}" trust-anchor "lab-root"',
        f'system security tls client-tls-profile "{fresh}" trust-anchor-profile "{fresh}"',
    )
    assert rows(bench.do(f'{TLS} trust-anchor-profile "{fresh}"')) == [["lab-root", "up"]]
    shown = fields(bench.do(f'{TLS} client-tls-profile "{fresh}"'))
    assert (shown["Trust Anchor Profile"], shown["Admin State"]) == (fresh, "down")
    assert shown["Used By"] == "(Not Specified)"


@pytest.mark.parametrize("kind", ["cert-profile", "client-tls-profile", "trust-anchor-profile"])
def test_a_profile_that_is_not_there_is_refused(bench, kind):
    assert f'{kind} "none" does not exist' in bench.refused(f'{TLS} {kind} "none"')
