"""What stands between a CA's answer and the pair on disk [auto-update.md, section 4]."""

from datetime import timedelta

import pytest

from srpki.engine import checks
from srpki.x509 import certificates, keys

P256 = keys.KeySpec("ecdsa", curve="secp256r1")


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
