"""Warnings about certificates and CRLs that expire [facts: pki.md 11 and 12]."""

from datetime import UTC, datetime, timedelta

import pytest
from counting import met
from issuing import HOUR, Ca, Web

from srpki.x509 import certificates

WARN = "certificate-expiration-warning {{ hours {} repeat-hours {} }}"
WARN_CRL = "crl-expiration-warning {{ hours {} repeat-hours {} }}"
NUMBERS = range(2095, 2116)


def times(bench, number, file=""):
    """Return the hours since the bench's start at which events of *number* went out."""
    return [
        (event.time - bench.began) / HOUR
        for event in bench.events
        if event.type.number == number and file in ("", event.fields["file"])
    ]


@pytest.fixture
def tls(bench):
    """Use the pair ``gw`` by a TLS cert-profile, and nothing by IPsec."""
    bench.began = bench.clock.now()

    def configure(*entries, **parts):
        profile = """
            cert-profile "own" {
                admin-state enable
                entry 1 { certificate-file "gw.crt" key-file "gw.key" }
            }
        """
        bench.configure(*entries, tls=profile, ipsec="", **parts)

    return configure


def test_a_warning_goes_out_before_the_end_and_each_repetition_and_one_after_it(bench, tls):
    bench.enrol(validity=timedelta(hours=100))
    tls(WARN.format(6, 1))
    bench.advance(hours=300)
    before = times(bench, 2095, "gw.crt")
    assert [round(hour, 2) for hour in before] == [94, 95, 96, 97, 98, 99]
    # observed on a device with hours 6 repeat-hours 1 [pki.md 11, R-cmp]
    assert bench.texts(2095)[1] == (
        "Certificate gw.crt used by TLS will expire in 5 hour(s) and 0 minute(s)."
    )
    (after,) = times(bench, 2096, "gw.crt")
    assert round((after - 100) * 3600) == 1
    assert times(bench, 2097) == []


@pytest.mark.parametrize(
    ("hours", "repeat", "before"),
    [
        (0, 0, []),
        (0, 1, []),
        (6, 0, [94]),
        (6, 4, [94, 98]),
        (6, 6, [94]),
        (200, 50, [0, 50]),
    ],
)
def test_warnings_go_out_as_configured(bench, tls, hours, repeat, before):
    bench.enrol(validity=timedelta(hours=100))
    tls(WARN.format(hours, repeat))
    bench.advance(hours=300)
    assert [round(hour, 2) for hour in times(bench, 2095, "gw.crt")] == before
    assert len(times(bench, 2096, "gw.crt")) == 1


@pytest.mark.parametrize(
    ("seconds", "left"),
    [
        (0.4, "6 hour(s) and 0 minute(s)"),
        (29, "6 hour(s) and 0 minute(s)"),
        (31, "5 hour(s) and 59 minute(s)"),
        (6 * 3600 - 61, "0 hour(s) and 1 minute(s)"),
    ],
)
def test_the_time_that_is_left_is_rounded_to_minutes(bench, tls, seconds, left):
    """A clock that is looked at a little late still tells of six hours."""
    bench.enrol(validity=timedelta(hours=100))
    tls()
    bench.advance(hours=94, seconds=seconds)
    tls(WARN.format(6, 0))
    assert bench.texts(2095) == [f"Certificate gw.crt used by TLS will expire in {left}."]


def test_without_hours_nothing_is_said_not_even_after_the_end(bench, tls):
    bench.enrol(validity=timedelta(hours=100))
    tls()
    bench.advance(hours=300)
    assert set(NUMBERS).isdisjoint(bench.numbers())


def test_a_file_that_nobody_uses_is_not_watched(bench, tls):
    bench.enrol("other", validity=timedelta(hours=100))
    tls(WARN.format(6, 1), profiles="")
    bench.advance(hours=300)
    assert [number for number in met(2, bench.numbers()) if number in NUMBERS] == []


def test_a_renewal_clears_the_warning_when_the_application_has_reloaded(bench, tls):
    bench.enrol(validity=timedelta(hours=100))
    hour_before = """certificate-update-profile "late" {
        cmpv2 { ca-profile "lab" } before-expiry 3600
    }"""
    tls(WARN.format(6, 0), hour_before, bench.entry(profile="late"))
    bench.advance(hours=150)
    assert times(bench, 2095, "gw.crt") == [94]
    assert bench.texts(2097) == [
        "The expiration warning of certificate gw.crt used by TLS is cleared: the file was replaced."
    ]
    assert times(bench, 2097) == [99]
    assert times(bench, 2096) == []


def test_a_warning_is_cleared_when_the_file_is_no_longer_used_or_no_warning_is_wanted(bench, tls):
    bench.enrol(validity=timedelta(hours=100))
    tls(WARN.format(100, 0))
    tls()
    tls(WARN.format(100, 0))
    bench.configure(WARN.format(100, 0), tls="", ipsec="")
    reasons = bench.said(2097, "reason")
    assert reasons == ["no warning is configured", "the file is no longer used"]


def test_each_application_that_uses_a_certificate_is_named(bench):
    bench.began = bench.clock.now()
    bench.enrol(validity=timedelta(hours=100))
    both = """cert-profile "own" {
        admin-state enable entry 1 { certificate-file "gw.crt" key-file "gw.key" }
    }"""
    bench.configure(WARN.format(1, 0), tls=both)
    bench.advance(hours=99, minutes=30)
    assert sorted(bench.said(2095, "application")) == ["IPsec", "TLS"]


def test_the_files_of_a_ca_profile_are_watched(bench, tls):
    ca = Ca(bench.clock.now(), life=50)
    bench.keystore.put("certificate", "ca.crt", ca.certificate)
    bench.keystore.put("crl", "ca.crl", ca.crl(end=24))
    profile = 'ca-profile "c" { admin-state enable cert-file "ca.crt" crl-file "ca.crl" }'
    tls(WARN.format(2, 0), WARN_CRL.format(12, 6), profile)
    bench.advance(hours=60)
    assert times(bench, 2098) == [12, 18]
    assert bench.texts(2098)[0] == "CRL ca.crl will expire in 12 hour(s) and 0 minute(s)."
    assert bench.texts(2099) == ["CRL ca.crl has expired."]
    assert times(bench, 2095) == [48]
    assert bench.texts(2096) == ["Certificate ca.crt used by CA-profile has expired."]


def test_a_new_crl_clears_the_warning_of_the_old_one(bench, tls):
    ca = Ca(bench.clock.now())
    bench._responders["http"] = Web({"/1.crl": ca.crl(start=1, end=480, number=2)})
    bench.keystore.put("certificate", "ca.crt", ca.certificate)
    bench.keystore.put("crl", "ca.crl", ca.crl(end=24))
    profile = """ca-profile "c" {
        admin-state enable cert-file "ca.crt" crl-file "ca.crl"
        auto-crl-update {
            admin-state enable crl-urls { url-entry 1 { url "http://192.0.2.1/1.crl" } }
        }
    }"""
    tls(WARN_CRL.format(3, 0), profile)
    bench.advance(hours=30)
    assert times(bench, 2098) == [21]
    assert times(bench, 2100) == [23]
    assert times(bench, 2099) == []


def test_files_that_are_not_yet_valid_are_told_once_whatever_is_configured(bench, tls):
    tls()
    now = bench.clock.now()
    ca = Ca(now)
    bench.keystore.put("certificate", "ca.crt", ca.certificate)
    bench.keystore.put("crl", "ca.crl", ca.crl(start=5, end=24))
    bench.enrol(start=now + 2 * HOUR)
    tls('ca-profile "c" { admin-state enable cert-file "ca.crt" crl-file "ca.crl" }')
    tls('ca-profile "c" { admin-state enable cert-file "ca.crt" crl-file "ca.crl" }')
    tls(WARN.format(2000, 1))
    bench.advance(hours=1)
    assert len(times(bench, 2095)) == 2
    assert bench.texts(2114) == ["Certificate gw.crt used by TLS is not yet valid."]
    assert bench.texts(2115) == ["CRL ca.crl is not yet valid."]


def test_a_certificate_without_an_end_is_no_trouble(bench, tls):
    ca = Ca(bench.clock.now())
    end = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)  # never [RFC 5280, 4.1.2.5]
    endless = Ca(ca.now, life=(end - ca.now + timedelta(milliseconds=1)) / HOUR).certificate
    assert certificates.facts(endless).not_after == end
    bench.keystore.put("certificate", "ca.crt", endless)
    for hours in (8760, 0):
        tls(WARN.format(hours, 1), 'ca-profile "c" { admin-state enable cert-file "ca.crt" }')
        bench.advance(hours=30)
    assert times(bench, 2095, "ca.crt") == []


def test_after_a_restart_the_warning_is_said_again_and_goes_on_as_before(bench, tls):
    bench.enrol(validity=timedelta(hours=100))
    tls(WARN.format(6, 2))
    bench.advance(hours=95)
    assert times(bench, 2095, "gw.crt") == [94]
    bench.reboot()
    bench.advance(hours=2)
    assert times(bench, 2095, "gw.crt") == [95, 96]


def test_a_quiet_year_is_looked_at_only_when_something_is_to_be_said(bench, tls):
    bench.enrol(validity=timedelta(days=400))
    tls(WARN.format(48, 0))
    looks = []
    expiry = bench.engine._parts().expiry
    look = expiry.look
    expiry.look = lambda: (looks.append(bench.clock.now()), look())
    bench.advance(days=365)
    assert len(looks) <= 1
    bench.advance(days=40)
    assert len(times(bench, 2095, "gw.crt")) == 1
