"""What stands between a CA's answer and the pair on disk [auto-update.md, section 4]."""

from datetime import timedelta

import pytest
from cryptography import x509
from issuing import Ca

from srpki.engine import checks
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
LAB = certificates.parse_dn("C=DE,O=Lab")


@pytest.fixture
def judged(bench):
    """Return a function that judges a certificate issued with some things changed."""
    old = bench.enrol()
    made = keys.generate(P256)

    def judge(*, key=None, subject="C=DE,O=Lab,CN=gw", domain="gw.lab.example", **rest):
        issued = bench.authority.issue(
            (key or made).public_key(),
            certificates.parse_dn(subject),
            certificates.san(domain),
            start=rest.pop("start", None),
        )
        given = {
            "old": old,
            "key": made,
            "others": (bench.authority.issuing.certificate,),
            "anchors": (bench.authority.root,),
            "now": bench.clock.now(),
            "skew": timedelta(minutes=5),
            "depth": 7,
        }
        return checks.objection(rest.pop("new", issued.certificate), **{**given, **rest})

    return judge


def test_a_certificate_as_it_should_be_is_not_objected_to(judged):
    assert judged() is None


def test_names_are_compared_as_the_rfc_says_not_byte_by_byte(judged):
    assert judged(subject="C=de,O=LAB,CN=  gw ") is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"key": keys.generate(P256)}, "is not for the key that was generated"),
        ({"subject": "C=DE,O=Lab,CN=other"}, 'is for subject "C=DE, O=Lab, CN=other" instead of'),
        ({"domain": "other.example"}, "has other subject alternative names"),
        ({"domain": ""}, "has other subject alternative names"),
        ({"others": ()}, "is not acceptable"),
        ({"anchors": ()}, "is not acceptable"),
        ({"depth": 2}, "is not acceptable"),
        ({"new": b"garbage"}, "is not acceptable"),
    ],
)
def test_what_is_wrong_is_said(judged, changes, reason):
    assert reason in judged(**changes)


@pytest.mark.parametrize("days", [-31, 1])
def test_it_must_be_valid_now(judged, bench, days):
    assert "is not acceptable" in judged(start=bench.clock.now() + timedelta(days=days))


def constrained(bench):
    """Return old and new certificate of a CA that marks all its constraints critical."""
    ca = Ca(bench.clock.now(), "C=DE,O=Lab,CN=CA")
    critical = (
        x509.NameConstraints([x509.DNSName("lab.example"), x509.DirectoryName(LAB)], None),
        x509.PolicyConstraints(0, 0),
        x509.InhibitAnyPolicy(0),
    )
    ca.certificate = ca._made(ca.name, ca.key, -1, 9999, ca=True, critical=critical)
    key, san = keys.generate(P256), certificates.san("gw.lab.example")
    issued = [ca.issue("C=DE,O=Lab,CN=gw", key=key, more=[san]) for _ in range(2)]
    return ca.certificate, key, issued


def test_a_ca_with_critical_constraints_renews_what_keeps_to_them(bench):
    """As the RFC wants them marked [RFC 5280, 4.2.1.10, 4.2.1.11, 4.2.1.14]."""
    ca, key, (old, new) = constrained(bench)
    given = {"key": key, "others": (), "anchors": (ca,), "now": bench.clock.now(), "depth": 7}
    assert checks.objection(new, old=old, skew=timedelta(0), **given) is None


def test_a_new_key_of_the_ca_is_told_with_what_to_do(bench):
    _, key, (old, new) = constrained(bench)
    renewed, _, _ = constrained(bench)
    given = {"key": key, "others": (), "anchors": (renewed,), "now": bench.clock.now(), "depth": 7}
    assert checks.objection(new, old=old, skew=timedelta(0), **given) == (
        'the new certificate is not acceptable: "C=DE, O=Lab, CN=gw" is not signed by the key of'
        ' "C=DE, O=Lab, CN=CA" that is trusted - if the CA has a new key, import its new'
        " certificate and restart the ca-profile"
    )
