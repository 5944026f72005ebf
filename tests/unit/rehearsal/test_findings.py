"""Findings: each mistake is found, and what nearly is one is not."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import ExtendedKeyUsageOID
from issuing import Ca
from rehearsed import START, configuration, entry, material, profile, terms

from srpki.rehearsal.answers import answer
from srpki.rehearsal.run import rehearse
from srpki.x509 import der as asn1
from srpki.x509 import keys

DAYS = 24  # issuing counts in hours
IPSEC = 'cert-profile "vpn" { admin-state enable entry 1 { cert "gw.crt" key "gw.key" } }\n'
RSA_1024 = keys.generate(keys.KeySpec("rsa", size=1024))


@pytest.fixture(scope="module")
def ca():
    return Ca(START, "O=Op,CN=Root")


def found(text, files, *outages, days=400, complete=True):
    """Return the findings on *text*; those on CMPv2 alone, which is in each, by its severity."""
    made = answer(
        rehearse(material(text, files), terms(*outages, days=days)),
        title="",
        seed=1,
        tries=3,
        complete=complete,
    )
    return {one.kind: one for one in made.findings if one.severity != "note"}


def router(ca, *pki, ipsec="", files=None, before=86400, retry=3600, server="cmpv2 lab", **leaf):
    """Return a configuration with one certificate of *ca* that is renewed, and the files."""
    leaf = {"end": 90 * DAYS, **leaf}
    text = configuration(
        profile("p", server, before=before, retry=retry), entry("gw", "p"), *pki, ipsec=ipsec
    )
    given = {
        "root.crt": ca.certificate,
        "issuing.crt": ca.certificate,
        "gw.crt": ca.issue("CN=gw", **leaf),
    }
    return text, given | (files or {})


def test_what_is_right_is_not_found_wrong(ca):
    assert found(*router(ca, ipsec=IPSEC), "every sunday 00:00-06:00") == {}


def test_a_certificate_without_an_entry(ca):
    ipsec = IPSEC.replace("gw.", "old.")
    text, files = router(ca, ipsec=ipsec, files={"old.crt": ca.issue("CN=old", end=30 * DAYS)})
    one = found(text, files)["without-entry"]
    assert (one.severity, one.concerns) == ("error", ("old.crt",))
    assert one.leaf == 'system security pki certificate-auto-update "old.crt"'
    files["old.crt"] = ca.issue("CN=old", end=3000 * DAYS)
    assert found(text, files)["without-entry"].severity == "warning"


def test_an_entry_whose_profile_is_missing(ca):
    text, files = router(ca)
    one = found(text.replace('profile "p"\n', ""), files)  # nothing names it: nothing changes
    assert one == {}
    broken = text.replace('gw.key" profile "p"', 'gw.key" profile "q"')
    one = found(broken, files)["invalid-entry"]
    assert one.concerns == ("gw.crt",)
    assert 'certificate-update-profile "q" does not exist' in one.why
    keyless = text.replace('key-file-name "gw.key" ', "")
    assert found(keyless, files)["invalid-entry"].leaf.endswith("key-file-name")


def test_a_file_that_is_not_there(ca):
    text, files = router(ca)
    del files["issuing.crt"]
    assert found(text, files)["missing-file"].concerns == ("issuing.crt",)
    assert "missing-file" not in found(text, files, complete=False)


def test_a_certificate_that_is_not_valid_at_the_start(ca):
    text, files = router(ca, start=-48, end=-1)
    assert "it ended at" in found(text, files, days=10)["not-valid"].why
    text, files = router(ca, start=1)
    assert "not valid before" in found(text, files, days=10)["not-valid"].why
    assert "not-valid" not in found(*router(ca, start=0), days=10)


def test_a_profile_that_is_shut_down(ca):
    text, files = router(ca)
    down = text.replace('"lab" { admin-state enable', '"lab" { admin-state disable')
    one = found(down, files, days=10)["shut-down"]
    assert one.leaf == 'system security pki ca-profile "lab" admin-state'
    other = text.replace('"root" { admin-state enable', '"root" { admin-state disable')
    assert "shut-down" not in found(other, files, days=10)
    text, files = router(ca, server="est est")
    down = text.replace('"est" { admin-state enable', '"est" { admin-state disable')
    assert "client-tls-profile" in found(down, files, days=10)["shut-down"].leaf


def test_two_entries_with_one_key(ca):
    text, files = router(ca, entry("b", "p").replace("b.key", "gw.key"))
    files["b.crt"] = ca.issue("CN=b", end=90 * DAYS)
    assert found(text, files)["shared-key"].concerns == ("gw.crt", "b.crt")
    text, _ = router(ca, entry("b", "p"))
    assert "shared-key" not in found(text, files)


def test_a_key_file_that_the_entry_does_not_renew(ca):
    text, files = router(ca, ipsec=IPSEC.replace("gw.key", "old.key"))
    one = found(text, files, days=10)["other-key"]
    assert one.leaf.endswith('"gw.crt" key-file-name')
    assert '"old.key"' in one.why
    assert '"gw.key"' in one.why


def test_a_ca_profile_that_is_down_for_its_files(ca):
    """By the engine's own checks when a ca-profile is enabled."""
    text, files = router(ca)
    strict = text.replace('"issuing.crt" revocation-check crl-optional', '"issuing.crt"')
    one = found(strict, files, days=10)["ca-down"]
    assert (one.concerns, one.leaf.rpartition(" ")[2]) == (("lab",), "crl-file")
    named = strict.replace('"issuing.crt"', '"issuing.crt" crl-file "ca.crl"')
    assert "ca-down" not in found(named, files | {"ca.crl": ca.crl(end=9000)}, days=10)
    other = Ca(START, "O=Op,CN=Root")  # the same name and another key
    one = found(named, files | {"ca.crl": other.crl(end=9000)}, days=10)["ca-down"]
    assert "not signed by the CA" in one.why
    one = found(text, files | {"issuing.crt": files["gw.crt"]}, days=10)["ca-down"]
    assert one.leaf.endswith('"lab" cert-file')


def test_a_certificate_that_another_ca_has_issued(ca):
    text, files = router(ca)
    assert "other-issuer" not in found(text, files, days=10)
    for name in ("O=Op,CN=Other", "O=Op,CN=Root"):  # the second has but another key
        moved = Ca(START, name).issue("CN=gw", end=90 * DAYS)
        one = found(text, files | {"gw.crt": moved}, days=10)["other-issuer"]
        assert one.concerns == ("gw.crt",)


def test_a_certificate_that_is_revoked(ca):
    text, files = router(ca, serial=4711)
    text = text.replace('"issuing.crt"', '"issuing.crt" crl-file "ca.crl"')
    assert "revoked" not in found(text, files | {"ca.crl": ca.crl(end=9000)}, days=10)
    listed = ca.crl(end=9000, revoked=(4711,))
    assert found(text, files | {"ca.crl": listed}, days=10)["revoked"].concerns == ("gw.crt",)
    foreign = Ca(START, "O=Op,CN=Other").crl(end=9000, revoked=(4711,))
    assert "revoked" not in found(text, files | {"ca.crl": foreign}, days=10)


OCSP = 'ocsp { responder-url "http://ocsp.example.net/" } cmpv2'


def test_a_server_whose_status_comes_from_ocsp_alone(ca):
    """An outage of the responder of the *ca-profile* keeps EST from renewing, as one of EST does."""
    text, files = router(ca, server="est est", before=86400 * 5, retry=36000)
    del files["root.crt"]  # else it is the CA of both profiles
    ask = "default-result revoked ee-revocation { primary ocsp }"
    text = text.replace("default-result good", ask)
    away = "lab:2027-03-25..2027-04-02"
    one = found(text, files, days=100)["server-status"]
    assert (one.severity, one.leaf.rpartition(" ")[2]) == ("warning", "primary")
    responder = text.replace("cmpv2", OCSP, 1)
    assert "server-status" not in found(responder, files, days=100)
    assert "server-status" not in found(responder, files, "lab:2027-03-25..2027-03-27", days=100)
    one = found(responder, files, away, days=100)["server-status"]
    assert (one.severity, one.leaf.rpartition(" ")[2]) == ("error", "secondary")
    good = responder.replace("default-result revoked", "default-result good")
    assert "server-status" not in found(good, files, away, days=100)
    by_crl = text.replace("ee-revocation { primary ocsp }", "")
    assert found(by_crl, files, days=100)["server-status"].severity == "error"

    def gaps(changed):
        (course,) = rehearse(material(changed, files), terms(away, days=100)).courses
        return course.gaps

    (gap,) = gaps(responder)
    assert "http://ocsp.example.net/: outage" in gap.why
    assert gaps(good) == ()


def test_room_for_fewer_than_three_tries(ca):
    """Before-expiry of nine hours, an outage of six: three tries of an hour, but two of 70 min."""
    outage = "every sunday 00:00-06:00"
    assert "too-few-tries" not in found(*router(ca, before=9 * 3600, retry=3600), outage)
    one = found(*router(ca, before=9 * 3600, retry=4200), outage)["too-few-tries"]
    assert "room for 2 tries of retry-interval 4200, not 3" in one.why
    assert one.leaf == 'system security pki certificate-update-profile "p" before-expiry'
    assert "34200" in one.cure  # six hours and three times 70 minutes
    assert found(*router(ca, before=5 * 3600), outage)["too-few-tries"].severity == "error"
    assert "too-few-tries" in found(*router(ca, before=7200, retry=3600))


def test_a_schedule_that_comes_too_late_or_at_once(ca):
    text, files = router(ca, end=90 * DAYS - 1)  # it begins an hour before the start
    after = text.replace("before-expiry 86400", "after-issue 7776000")
    assert found(after, files)["never-in-time"].severity == "error"
    nearly = text.replace("before-expiry 86400", "after-issue 7689600")
    assert "never-in-time" not in found(nearly, files)
    always = text.replace("before-expiry 86400", "before-expiry 7776000")
    assert "always-due" in found(always, files, days=20)
    nearly = text.replace("before-expiry 86400", "before-expiry 7689600")
    assert "always-due" not in found(nearly, files, days=20)


def test_an_update_after_the_end_of_the_ca():
    short = Ca(START, "O=Op,CN=Root", life=60 * DAYS)
    one = found(*router(short))["after-the-ca"]
    assert one.concerns == ("gw.crt",)
    assert one.leaf == 'system security pki ca-profile "lab" cert-file'
    nearly = Ca(START, "O=Op,CN=Root", life=90 * DAYS)  # the first update is the day before
    assert "after-the-ca" not in found(*router(nearly), days=100)
    assert "after-the-ca" in found(*router(nearly))


def test_a_ca_that_ends_takes_what_is_below_it_along():
    """Renewed or not: what it has issued is valid no longer than it [RFC 5280, 6.1]."""
    short = Ca(START, "O=Op,CN=Root", life=95 * DAYS)
    text, files = router(short)
    one = found(text, files)["ca-ends"]
    assert (one.severity, one.concerns) == ("error", ("gw.crt",))
    assert one.leaf.endswith(" cert-file")
    assert "2027-04-06 00:00:00 UTC" in one.why
    assert "ca-ends" not in found(text, files, days=94)
    course = rehearse(material(text, files), terms(days=100)).courses[0]
    assert len(course.renewals) == 1
    assert [(gap.start, gap.end) for gap in course.gaps] == [(START + timedelta(days=95), None)]


USAGE = x509.KeyUsage(False, False, True, False, False, False, False, False, False)


def test_what_a_certificate_is_not_for(ca):
    purposes = (ExtendedKeyUsageOID.SERVER_AUTH,)
    text, files = router(ca, more=(USAGE,))
    assert found(text, files, days=10)["key-usage"].concerns == ("gw.crt",)
    own = 'cert-profile "c" { admin-state enable entry 1 { certificate-file "gw.crt" key-file "gw.key" } }\n'
    text, files = router(ca, server="est est", more=(x509.ExtendedKeyUsage(purposes),))
    text = text.replace(
        'client-tls-profile "est" { admin',
        own + 'client-tls-profile "est" { cert-profile "c" admin',
    )
    assert found(text, files, days=10)["purpose"].leaf.endswith('"est" cert-profile')
    both = (*purposes, ExtendedKeyUsageOID.CLIENT_AUTH)
    files["gw.crt"] = ca.issue("CN=gw", more=(x509.ExtendedKeyUsage(both),))
    assert "purpose" not in found(text, files, days=10)


def test_certificates_that_are_no_router_s(ca):
    text, files = router(ca)
    ed = ca.issue("CN=gw", key=ed25519.Ed25519PrivateKey.generate())
    assert "Ed25519" in found(text, files | {"gw.crt": ed}, days=10)["foreign-key"].why
    small = ca.issue("CN=gw", key=ec.generate_private_key(ec.SECP224R1()))
    assert "secp224r1" in found(text, files | {"gw.crt": small}, days=10)["foreign-key"].why
    another = Ca(START, "O=Op,CN=gw").certificate
    assert "self-signed" in found(text, files | {"gw.crt": another}, days=10)["ca-certificate"].why
    endless = ca.issue("CN=gw", end=(datetime(9999, 12, 31, 23, tzinfo=UTC) - START).days * 24 + 23)
    assert "no end" in found(text, files | {"gw.crt": endless}, days=10)["endless"].why


def test_one_serial_number_for_two_certificates(ca):
    text, files = router(ca, entry("b", "p"), serial=4711)
    twice = files | {"b.crt": ca.issue("CN=b", serial=4711)}
    assert found(text, twice, days=10)["same-serial"].concerns == ("gw.crt", "b.crt")
    same = files | {"b.crt": files["gw.crt"]}  # one certificate under two names
    assert "same-serial" not in found(text, same, days=10)
    elsewhere = Ca(START, "O=Op,CN=Other").issue("CN=b", serial=4711)
    assert "same-serial" not in found(text, files | {"b.crt": elsewhere}, days=10)


def test_a_life_that_has_no_room_for_what_is_configured(ca):
    """Four hours away and three tries each ten hours do not fit into twelve: what does is named."""
    text, files = router(ca, before=3600, retry=36000, start=0, end=12)
    cure = found(text, files, "every day 01:00-05:00", days=3)["too-few-tries"].cure
    assert "make retry-interval 2400 at most" in cure  # (6 h - 4 h) / 3, but for the hour before
    cure = found(text, files, "2027-01-10..2027-01-12", days=30)["too-few-tries"].cure
    assert "have the CA issue for longer than 4 d 6 h" in cure


def test_cmpv2_alone_is_a_warning_where_an_outage_is_as_long_as_the_window(ca):
    outage = "2027-06-01..2027-06-01"
    assert "cmpv2-alone" in found(*router(ca, before=86400), outage)
    assert "cmpv2-alone" not in found(*router(ca, before=2 * 86400), outage)
    assert "cmpv2-alone" not in found(*router(ca, before=86400, server="est est"), "est:" + outage)


def test_est_that_is_authenticated_by_what_it_renews(ca):
    text, files = router(ca, server="est est")
    assert "est-by-itself" not in found(text, files)
    text = text.replace(
        'trust-anchor-profile "lab" status', 'trust-anchor-profile "lab" cert-profile "c" status'
    )
    own = 'cert-profile "c" { admin-state enable entry 1 { certificate-file "gw.crt" key-file "gw.key" } }\n'
    itself = text.replace(
        'client-tls-profile "est" { admin', own + 'client-tls-profile "est" { admin'
    )
    assert found(itself, files)["est-by-itself"].concerns == ("gw.crt",)
    files["c.crt"] = ca.issue("CN=c", end=3000 * DAYS)
    other = itself.replace('gw.crt" key-file "gw.key', 'c.crt" key-file "c.key')
    assert set(found(other, files)) == {"without-entry"}
    files["c.crt"] = ca.issue("CN=c", end=30 * DAYS)
    assert "client-expires" in found(other, files)


CRL = 'cert-file "issuing.crt" crl-file "ca.crl"'
FETCH = (
    CRL + " auto-crl-update { admin-state enable MORE"
    ' crl-urls { url-entry 1 { url "http://10.1.1.1/ca.crl" } } }'
)


def test_crls_that_expire_before_their_update(ca):
    text, files = router(ca, files={"ca.crl": ca.crl(start=-24, end=6 * 24)})

    def with_crl(words, *outages, days=30):
        return found(text.replace('cert-file "issuing.crt"', words), files, *outages, days=days)

    assert "crl-expires" in with_crl(CRL)
    assert "crl-expires" not in with_crl(FETCH.replace("MORE", ""))
    periodic = "schedule-type periodic periodic-update-interval"
    assert "crl-expires" in with_crl(FETCH.replace("MORE", f"{periodic} 604800"))
    assert "crl-expires" not in with_crl(FETCH.replace("MORE", f"{periodic} 86400"))
    never_again = with_crl(FETCH.replace("MORE", "pre-update-time 43200 retry-interval 0"))
    assert "gives up" in never_again["crl-expires"].why
    outage = "every sunday 00:00-06:00"
    assert "crl-expires" in with_crl(FETCH.replace("MORE", "pre-update-time 3600"), outage)
    assert "crl-expires" not in with_crl(FETCH.replace("MORE", "pre-update-time 43200"), outage)


def test_a_crl_is_fetched_sooner_than_it_lives_or_has_ended_already(ca):
    text, files = router(ca, files={"ca.crl": ca.crl(start=-24, end=6 * 24)})

    def with_crl(more, *outages):
        words = FETCH.replace("MORE", more)
        made = found(text.replace('cert-file "issuing.crt"', words), files, *outages, days=2)
        return made["crl-expires"]

    always = with_crl("pre-update-time 604800")
    assert (always.severity, "again and again" in always.why) == ("warning", True)
    away = "lab:2027-01-02..2027-01-09"
    assert "outlasts" in with_crl("pre-update-time 604800", away).why
    files["ca.crl"] = ca.crl(start=-48, end=-24)
    assert "2026-12-31 00:00:00" in with_crl("").why


def test_weak_hashes_and_short_keys(ca):
    text, files = router(ca)
    for weak in ("md5", "sha1"):
        changed = text.replace("retry-interval", f"hash-algorithm {weak} retry-interval")
        assert weak in found(changed, files, days=10)["weak-hash"].why
    changed = text.replace("retry-interval", "hash-algorithm md5 retry-interval")
    assert "no ECDSA key" in found(changed, files, days=10)["weak-hash"].why
    by_rsa = changed.replace("retry-interval", "rsa { key-size 2048 } retry-interval")
    assert found(by_rsa, files, days=10)["weak-hash"].severity == "error"  # the present key signs
    assert "weak-hash" not in found(
        text.replace("retry-interval", "hash-algorithm sha224 retry-interval"), files, days=10
    )
    files["gw.crt"] = ca.issue("CN=gw", end=90 * DAYS, key=RSA_1024)
    one = found(text, files, days=10)["short-key"]
    assert "each renewal makes another of that size" in one.why
    assert one.leaf.endswith("key-generation")
    longer = text.replace("retry-interval", "rsa { key-size 2048 } retry-interval")
    assert "another of that size" not in found(longer, files, days=10)["short-key"].why


def test_a_certificate_that_is_signed_with_sha_1(ca):
    text, files = router(ca)
    assert "weak-signature" not in found(text, files, days=10)
    files["gw.crt"] = sha1(files["gw.crt"])
    assert found(text, files, days=10)["weak-signature"].concerns == ("gw.crt",)


def sha1(der):
    """Return the certificate *der* as one that says it was signed by ecdsa-with-SHA1."""
    sha256_oid = bytes.fromhex("06082a8648ce3d040302")
    sha1_oid = bytes.fromhex("06072a8648ce3d0401")
    whole = asn1.read(der)
    tbs, algorithm, signature = asn1.elements(whole.content)
    assert algorithm.content == sha256_oid
    weak = asn1.encode(asn1.SEQUENCE, sha1_oid)
    inner = tbs.content.replace(algorithm.whole, weak)
    return asn1.encode(asn1.SEQUENCE, asn1.encode(asn1.SEQUENCE, inner), weak, signature.whole)


def test_everything_in_the_same_minute(ca):
    names = ("a", "b", "c")

    def together(*minutes):
        files = {
            f"{name}.crt": ca.issue(f"CN={name}", end=60 * DAYS + minute / 60)
            for name, minute in zip(names, minutes, strict=True)
        }
        text, given = router(ca, *(entry(name, "p") for name in names))
        return found(text, given | files)

    assert together(0, 0, 0)["same-minute"].concerns == ("a.crt", "b.crt", "c.crt")
    assert "same-minute" not in together(0, 0, 1)
