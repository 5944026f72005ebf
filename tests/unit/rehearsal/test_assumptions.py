"""Assumptions: each decided rule is told where it has changed something, and quoted truly."""

from datetime import timedelta
from pathlib import Path

from counting import met
from issuing import P256, Ca
from rehearsed import DAY, START, TLS, configuration, entry, material, profile, terms

from srpki.rehearsal.answers import answer
from srpki.rehearsal.assumptions import CHAIN, CLOCKS, EXPIRED, EXPIRED_EST, HOLD, QUOTED, RETRY
from srpki.rehearsal.run import rehearse
from srpki.x509 import certificates, keys

FIDELITY = Path(__file__).parents[3] / "docs" / "explanation" / "fidelity.md"


def told(server="cmpv2 lab", *outages, life=30 * DAY, skew=timedelta(), before=86400, days=40):
    text = configuration(profile("p", server, before=before), entry("gw", "p"))
    asked = terms(*outages, days=days, life=life, skew=skew)
    made = answer(rehearse(material(text), asked), title="", seed=1, tries=3, complete=False)
    return {one.fidelity for one in made.assumptions}, made


def test_each_is_a_line_of_the_page_on_fidelity():
    page = " ".join(FIDELITY.read_text(encoding="utf-8").split())
    assert [quoted for quoted in met(6, QUOTED) if quoted not in page] == []


def test_none_is_told_that_has_changed_nothing():
    assert told()[0] == set()


def test_one_is_told_for_each_rule_that_mattered():
    assert HOLD in told(before=40 * 86400, days=2)[0]
    assert CLOCKS in told(skew=timedelta(minutes=2))[0]
    away = "2027-01-30..2027-02-02"  # from the day on which it is due to after its end
    assert {RETRY, EXPIRED} <= told("cmpv2 lab", away)[0]
    found, made = told("est est", away)
    assert EXPIRED_EST in found
    (gap,) = made.courses[0].gaps
    assert gap.start == START + 30 * DAY
    assert gap.end is not None
    assert made.courses[0].margin < timedelta()


def test_est_by_another_certificate_is_documented():
    own = (
        'cert-profile "c" { admin-state enable entry 1 { certificate-file "c.crt" key-file "c.key" } }\n'
        + TLS.replace("admin-state enable", 'admin-state enable cert-profile "c"')
    )
    text = configuration(profile("p", "est est"), entry("gw", "p"), tls=own)
    ca = Ca(START, "O=Op,CN=Root")
    given = {"root.crt": ca.certificate, "issuing.crt": ca.certificate}
    given |= {"c.crt": ca.issue("CN=c", end=9000), "gw.crt": ca.issue("CN=gw", end=30 * 24)}
    asked = terms("2027-01-30..2027-02-02", days=40)
    made = answer(rehearse(material(text, given), asked), title="", seed=1, tries=3, complete=True)
    course = next(one for one in made.courses if one.name == "gw.crt")
    assert course.margin < timedelta()
    assert EXPIRED_EST not in {one.fidelity for one in made.assumptions}


def test_what_is_the_same_for_several_is_said_once():
    text = configuration(
        profile("p", "cmpv2 lab", before=40 * 86400), entry("a", "p"), entry("b", "p")
    )
    asked = terms(days=2, life=30 * DAY)
    made = answer(rehearse(material(text), asked), title="", seed=1, tries=3, complete=False)
    (held,) = [one for one in made.assumptions if one.fidelity == HOLD]
    assert held.effect.startswith("a.crt, b.crt: ")


def test_a_chain_that_goes_along_is_told_of():
    root = Ca(START, "O=Op,CN=Root")
    der = root._made(
        certificates.parse_dn("O=Op,CN=Issuing"), keys.generate(P256), -1, 24 * 3650, ca=True
    )
    text = configuration(profile("p", "cmpv2 lab"), entry("gw", "p"))
    given = {"root.crt": root.certificate, "issuing.crt": der}
    found = rehearse(material(text, given), terms(days=40, life=30 * DAY))
    made = answer(found, title="", seed=1, tries=3, complete=True)
    assert CHAIN in {one.fidelity for one in made.assumptions}
    assert len(made.courses[0].renewals) == 1
