"""The engine on a throw-away node: the same instants as the model's, for the same reasons."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from issuing import Ca
from rehearsed import DAY, START, TLS, configuration, entry, material, profile, terms

from srpki.rehearsal import model
from srpki.rehearsal.run import rehearse

OUTAGES = st.sampled_from(
    [
        (),
        ("every sunday 00:00-06:00",),
        ("every day 22:00-04:00",),
        ("2027-01-10..2027-01-14",),
        ("lab:2027-01-03..2027-01-20", "every monday 01:00-05:00"),
        ("random 9 per 10d for 9h",),
    ]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    server=st.sampled_from(["cmpv2 lab", "est est"]),
    before=st.integers(3600, 40 * 86400),
    after=st.sampled_from([0, 0, 864000, 30 * 86400]),
    retry=st.integers(1800, 36000),
    life=st.integers(3600, 60 * 86400),
    skew=st.sampled_from([0, 0, 60, 300, 301, -60, -7200]),
    outages=OUTAGES,
    days=st.integers(5, 40),
)
def test_model_and_engine_have_the_same_instants(
    server, before, after, retry, life, skew, outages, days
):
    text = configuration(
        profile("p", server, before=before, retry=retry, after=after), entry("gw", "p")
    )
    asked = terms(*outages, days=days, life=timedelta(seconds=life), skew=timedelta(seconds=skew))
    found = rehearse(material(text), asked)
    (course,) = found.courses
    every = list(model.attempts(found.plans["gw.crt"], asked.calendar, asked.start, asked.end))
    assert found.by == "engine"
    assert [one.at for one in course.renewals] == [one.at for one in every if one.ok]
    assert [(one.not_before, one.not_after) for one in course.renewals] == [
        (one.not_before, one.not_after) for one in every if one.ok
    ]
    assert course.failures == sum(not one.ok for one in every)
    assert [one.at for one in course.failed][:50] == [one.at for one in every if not one.ok][:50]


@pytest.mark.parametrize("server", ["cmpv2 lab", "est est"])
def test_many_are_renewed_together_and_their_requests_counted(server):
    names = [f"c{number}" for number in range(3)]
    text = configuration(profile("p", server), *(entry(name, "p") for name in names))
    found = rehearse(material(text), terms(days=100, life=30 * DAY))
    assert [len(course.renewals) for course in found.courses] == [3, 3, 3]
    (load,) = found.loads
    each = 2 if server == "cmpv2 lab" else 3  # kur and certConf; csrattrs, 401 and simplereenroll
    assert load.requests == 9 * each
    assert load.busiest[0].requests == 3 * each
    assert load.busiest[0].hour == START + 29 * DAY


OWN = (
    'cert-profile "c" { admin-state enable entry 1 { certificate-file "gw.crt" key-file "gw.key" } }\n'
    + TLS.replace('profile "lab" status', 'profile "lab" cert-profile "c" status')
)


def test_est_that_the_certificate_itself_authenticates_ends_with_it():
    text = configuration(profile("p", "est est"), entry("gw", "p"), tls=OWN)
    (course,) = rehearse(material(text), terms(days=70, life=30 * DAY)).courses
    assert (len(course.renewals), course.failures, course.gaps) == (2, 0, ())
    away = terms("2027-01-29..2027-02-02", days=70, life=30 * DAY)
    found = rehearse(material(text), away)
    (course,) = found.courses
    assert course.renewals == ()
    assert course.gaps[0].start == START + 30 * DAY
    assert course.gaps[0].end is None
    (plan,) = found.plans.values()
    every = list(model.attempts(plan, away.calendar, away.start, away.end))
    assert [one.at for one in course.failed] == [one.at for one in every]


def test_a_crl_that_expires_takes_the_profile_down_and_the_renewal_with_it():
    ca = Ca(START, "O=Op,CN=Root")
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p")).replace(
        'cert-file "issuing.crt" revocation-check crl-optional',
        'cert-file "issuing.crt" crl-file "ca.crl" MORE',
    )
    files = {"issuing.crt": ca.certificate, "ca.crl": ca.crl(start=-24, end=6 * 24)}
    asked = terms(days=40, life=30 * DAY)
    (course,) = rehearse(material(text.replace("MORE", ""), files), asked).courses
    assert "expired-crl" in course.gaps[0].why
    fetched = text.replace(
        "MORE",
        'auto-crl-update { admin-state enable crl-urls { url-entry 1 { url "http://10.1.1.1/ca.crl" } } }',
    )
    found = rehearse(material(fetched, files), asked)
    assert (len(found.courses[0].renewals), found.courses[0].gaps) == (1, ())
    assert found.loads[0].requests > 4  # a download before each CRL ends, kur and certConf


def test_a_chain_that_the_trust_anchors_do_not_lead_to_is_refused():
    """The router trusts another root than that of the CA that has issued the certificate."""
    ca, other = Ca(START, "O=Op,CN=Root"), Ca(START, "O=Other,CN=Root")
    text = configuration(profile("p", "est est"), entry("gw", "p")).replace(
        'trust-anchor "root" { } trust-anchor "lab" { }', 'trust-anchor "root" { }'
    )
    files = {
        "root.crt": other.certificate,
        "issuing.crt": ca.certificate,
        "gw.crt": ca.issue(end=24 * 10),
    }
    (course,) = rehearse(material(text, files), terms(days=20)).courses
    assert course.renewals == ()
    assert course.failures > 0
    assert course.gaps[0].start == START + 10 * DAY


def test_of_two_that_share_a_key_file_one_is_renewed():
    """The new key of the first does not belong to the certificate of the second."""
    shared = entry("b", "p").replace("b.key", "gw.key")
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"), shared)
    one, two = rehearse(material(text), terms(days=70, life=30 * DAY)).courses
    assert (len(one.renewals), one.gaps) == (2, ())
    assert two.renewals == ()
    assert two.gaps[0].start == START + 30 * DAY
    assert 'key "gw.key" does not belong to "b.crt"' in two.gaps[0].why


def test_what_an_expired_client_authenticated_is_told_apart():
    """The client ends in an outage; what it authenticates fails from then on, for that reason."""
    text = configuration(
        profile("p", "est est"), entry("gw", "p"), entry("b", "p"), tls=OWN
    ).replace('http-authentication { username "u" password "another-routers hash2" }', "")
    ca = Ca(START, "O=Op,CN=Root")
    files = {
        "root.crt": ca.certificate,
        "issuing.crt": ca.certificate,
        "gw.crt": ca.issue("CN=gw", end=24 * 20),
        "b.crt": ca.issue("CN=b", end=24 * 40),
    }
    found = rehearse(material(text, files), terms("2027-01-18..2027-01-22", days=300))
    assert found.by == "engine"
    client, other = found.courses
    assert "outage" in client.gaps[0].why
    assert '"gw.crt", which authenticates it, has expired' in other.gaps[0].why
    assert other.failures < 100  # once nothing can renew it, no more are counted


def test_no_tunnel_is_looked_at_whenever_a_crl_is_fetched():
    """Of many tunnels and CRLs that takes longer than all the rest, and nothing asks for it."""
    ipsec = 'cert-profile "vpn" { admin-state enable entry 1 { cert "gw.crt" key "gw.key" } }\n'
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"), ipsec=ipsec)
    found = rehearse(material(text), terms(days=60, life=30 * DAY))
    assert found.world.engine.tunnels.names() == ()
    assert len(found.courses[0].renewals) == 2


def test_a_gap_is_told_by_what_most_updates_failed_for():
    """A clock ten minutes ahead is refused each time, and the last time the signer has expired."""
    ca = Ca(START, "O=Op,CN=Root")
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"))
    files = {
        "root.crt": ca.certificate,
        "issuing.crt": ca.certificate,
        "gw.crt": ca.issue("CN=gw", end=24 * 10),
    }
    asked = terms(days=20, skew=timedelta(minutes=10))
    why = rehearse(material(text, files), asked).courses[0].gaps[0].why
    assert "not valid before" in why.partition("; the last, of ")[0]


def test_each_gap_has_the_last_failure_before_it_however_many_there_were():
    """Of hundreds of failures between two gaps not all are kept, but the one that explains is."""
    text = configuration(profile("p", "est est", before=5 * 86400, retry=3600), entry("gw", "p"))
    away = ("2027-01-26..2027-02-01", "2027-02-26..2027-03-10")
    (course,) = rehearse(material(text), terms(*away, days=80, life=30 * DAY)).courses
    first, second = course.gaps
    assert course.failures > 200
    assert away[0] in first.why
    assert away[1] in second.why
    for gap in (first, second):
        before = [one.at for one in course.failed if one.at <= gap.start]
        assert gap.start - max(before) <= timedelta(seconds=3600)
