"""What CRLs say of a certificate, and of which they say nothing [RFC 5280, 5.3, 6.3.3]."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from issuing import DER, Ca

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, crl, der, distribution_points, revocation
from srpki.x509.revocation import Finding, by_crls, is_listed

NOW = datetime(2030, 1, 1, tzinfo=UTC)
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
WHOLE = {
    "full_name": None,
    "relative_name": None,
    "only_contains_user_certs": False,
    "only_contains_ca_certs": False,
    "only_some_reasons": None,
    "indirect_crl": False,
    "only_contains_attribute_certs": False,
}
SOME = frozenset({x509.ReasonFlags.key_compromise, x509.ReasonFlags.ca_compromise})
REST = frozenset(x509.ReasonFlags) - SOME - {
    x509.ReasonFlags.unspecified, x509.ReasonFlags.remove_from_crl
}  # fmt: skip


@pytest.fixture(scope="module")
def ca():
    return Ca(NOW)


def uri(text):
    return x509.UniformResourceIdentifier(text)


def directory(name):
    return x509.DirectoryName(certificates.parse_dn(name))


def relative(common_name):
    return x509.RelativeDistinguishedName(
        [x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)]
    )


def part(**scope):
    return x509.IssuingDistributionPoint(**(WHOLE | scope))


def point(*full, name=None, reasons=None, issuer=None):
    full_name = list(full) or None
    return x509.DistributionPoint(full_name, name, reasons, [issuer] if issuer else None)


def at(*points):
    return [x509.CRLDistributionPoints(list(points))]


ONE, TWO = uri("http://192.0.2.1/1.crl"), uri("http://192.0.2.1/2.crl")
THE_CA, OTHER = directory("O=Test,CN=CA"), directory("O=Test,CN=Other")


# --- scope ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "points", "covered"),
    [
        # (b)(2)(i): a name of the list is one of the distribution point's
        ({"full_name": [ONE]}, [point(ONE)], True),
        ({"full_name": [ONE]}, [point(TWO)], False),
        ({"full_name": [ONE, TWO]}, [point(TWO)], True),
        ({"full_name": [ONE]}, [point(TWO, ONE)], True),
        ({"full_name": [ONE]}, [point(TWO), point(ONE)], True),
        ({"full_name": [uri("HTTP://CRL.Example/a")]}, [point(uri("http://crl.example/a"))], True),
        ({"full_name": [uri("http://crl.example/A")]}, [point(uri("http://crl.example/a"))], False),
        ({"full_name": [ONE]}, [point(x509.DNSName("http://192.0.2.1/1.crl"))], False),
        ({"full_name": [directory("O=TEST,CN=x")]}, [point(directory("O=Test,CN=X"))], True),
        ({"relative_name": relative("1")}, [point(directory("O=Test,CN=CA,CN=1"))], True),
        ({"relative_name": relative("1")}, [point(name=relative("1"))], True),
        ({"relative_name": relative("1")}, [point(name=relative("2"))], False),
        ({"full_name": [directory("O=Test,CN=CA,CN=1")]}, [point(name=relative("1"))], True),
        # a certificate without distribution points counts as having its issuer's name
        ({"full_name": [ONE]}, [], False),
        ({"full_name": [THE_CA]}, [], True),
        ({"full_name": [THE_CA]}, [point(ONE)], True),
        ({"full_name": [OTHER]}, [], False),
        # a list that names no distribution point is that of every one
        ({}, [point(ONE)], True),
        ({}, [], True),
        (None, [point(ONE)], True),
        # (b)(1): another issuer of CRLs
        (None, [point(ONE, issuer=OTHER)], True),
        ({"full_name": [ONE]}, [point(ONE, issuer=OTHER)], False),
        ({"full_name": [ONE]}, [point(ONE, issuer=THE_CA)], False),
        ({"full_name": [ONE], "indirect_crl": True}, [point(ONE, issuer=THE_CA)], True),
        ({"full_name": [THE_CA], "indirect_crl": True}, [point(issuer=THE_CA)], True),
        ({"full_name": [ONE], "indirect_crl": True}, [point(ONE)], True),
        # (b)(2)(ii) to (iv)
        ({"only_contains_user_certs": True}, [], True),
        ({"only_contains_ca_certs": True}, [], False),
        ({"only_contains_attribute_certs": True}, [], False),
    ],
)
def test_a_list_tells_of_what_is_in_its_scope_alone(ca, scope, points, covered):
    leaf = ca.issue(more=at(*points) if points else ())
    serial = certificates.facts(leaf).serial
    critical = [part(**scope)] if scope else []
    for revoked in ([], [serial]):
        found = by_crls(leaf, [ca.crl(critical=critical, revoked=revoked)])
        expected = ("revoked" if revoked else "good") if covered else "unknown"
        assert found.status == expected, found


@pytest.mark.parametrize(
    ("scope", "status", "why"),
    [
        ("only_contains_user_certs", "unknown", "end-entity certificates only"),
        ("only_contains_ca_certs", "good", ""),
        ("only_contains_attribute_certs", "unknown", "attribute certificates only"),
    ],
)
def test_a_ca_certificate_is_told_of_by_its_own_lists(ca, scope, status, why):
    below = Ca(NOW, "CN=Below")
    certificate = ca._made(below.name, below.key, -1, 99, ca=True)
    found = by_crls(certificate, [ca.crl(critical=[part(**{scope: True})])])
    assert found.status == status and why in found.reason


class Scoped(x509.UnrecognizedExtension):
    """An issuingDistributionPoint of the octets given."""

    def __init__(self, content):
        octets = der.encode(der.SEQUENCE, bytes.fromhex(content))
        super().__init__(x509.ObjectIdentifier("2.5.29.28"), octets)


# RFC 5280, 5.2.5: the tags of the fields, each alone. What the certificate's points have is () or
# the name of a CRL issuer, ours; ReasonFlags 0x0160 are keyCompromise and cACompromise.
FLAGS = [
    ("onlyContainsUserCerts", "8101ff", {"leaf": "good", "ca": "unknown", "indirect": "good"}),
    ("onlyContainsCACerts", "8201ff", {"leaf": "unknown", "ca": "good", "indirect": "unknown"}),
    ("onlySomeReasons", "83020560", {"leaf": "unknown", "ca": "unknown", "indirect": "unknown"}),
    ("indirectCRL", "8401ff", {"leaf": "good", "ca": "good", "indirect": "good"}),
    ("onlyContainsAttributeCerts", "8501ff", dict.fromkeys(("leaf", "ca", "indirect"), "unknown")),
]


@pytest.mark.parametrize(("flag", "content", "expected"), FLAGS, ids=[one[0] for one in FLAGS])
@pytest.mark.parametrize("whose", ["leaf", "ca", "indirect"])
def test_each_field_of_the_scope_alone_counts_for_what_it_says(ca, flag, content, expected, whose):
    below = Ca(NOW, "CN=Below")
    certificate = {
        "leaf": ca.issue,
        "ca": lambda: ca._made(below.name, below.key, -1, 99, ca=True),
        "indirect": lambda: ca.issue(more=at(point(issuer=THE_CA))),
    }[whose]()
    listed = ca.crl(critical=[Scoped(content)])
    assert crl.check(listed, ca.certificate)
    found = by_crls(certificate, [listed])
    assert found.status == expected[whose], found
    revoked = ca.crl(critical=[Scoped(content)], revoked=[certificates.facts(certificate).serial])
    told = by_crls(certificate, [revoked]).status
    # Of some reasons alone who is listed is revoked; what is not in scope tells nothing.
    within = expected[whose] == "good" or flag == "onlySomeReasons"
    assert told == ("revoked" if within else "unknown")


@pytest.mark.parametrize("indirect", [True, False])
def test_only_an_indirect_list_tells_of_points_of_another_crl_issuer(ca, indirect):
    """With the name of the point on both sides; the flag alone makes the difference."""
    leaf = ca.issue(more=at(point(ONE, issuer=THE_CA)))
    listed = ca.crl(critical=[part(full_name=[ONE], indirect_crl=indirect)])
    assert by_crls(leaf, [listed]).status == ("good" if indirect else "unknown")


def test_shards_make_a_whole_by_distribution_point(ca):
    leaf = ca.issue(more=at(point(TWO)))
    serial = certificates.facts(leaf).serial
    first = ca.crl(critical=[part(full_name=[ONE])])
    second = ca.crl(critical=[part(full_name=[TWO])], revoked=[serial])
    assert by_crls(leaf, [first]) == Finding(
        "unknown", "the CRL is that of another distribution point"
    )
    for lists in ([second], [first, second], [second, first]):
        assert by_crls(leaf, lists) == Finding("revoked")


def test_reasons_make_a_whole_together(ca):
    leaf = ca.issue()
    serial = certificates.facts(leaf).serial
    some, rest = (
        ca.crl(critical=[part(only_some_reasons=SOME)]),
        ca.crl(critical=[part(only_some_reasons=REST)]),
    )
    for lists in ([some], [rest], [some, some]):
        assert by_crls(leaf, lists) == Finding(
            "unknown", "the CRL covers some reasons for revocation only"
        )
    assert by_crls(leaf, [some, rest]).status == "good"
    assert by_crls(leaf, [some, ca.crl()]).status == "good"
    listed = ca.crl(critical=[part(only_some_reasons=SOME)], revoked=[serial])
    assert by_crls(leaf, [listed]).status == "revoked"


def test_reasons_of_the_distribution_point_count_as_well(ca):
    own = {"full_name": [ONE]}
    leaf = ca.issue(more=at(point(ONE, reasons=SOME), point(TWO, reasons=REST)))
    assert by_crls(leaf, [ca.crl(critical=[part(**own)])]).status == "unknown"
    both = [ca.crl(critical=[part(full_name=[one])]) for one in (ONE, TWO)]
    assert by_crls(leaf, both).status == "good"
    assert by_crls(leaf, [ca.crl()]).status == "good"  # its issuer's own point covers all


def test_without_a_list_nothing_is_known(ca):
    assert by_crls(ca.issue(), []) == Finding("unknown", "the CA has no CRL that is valid")


@pytest.mark.parametrize(
    "value", [b"\x05\x00", b"\x30\x02\x30\x05", b"\x30\x04\x30\x02\xa0\x00", b"\x30\x80", b""]
)
def test_distribution_points_that_cannot_be_read_are_named(ca, value):
    spoilt = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.31"), value)
    with pytest.raises(InvalidInputError):
        distribution_points.points_of(ca.issue(more=[spoilt]))


# --- entries -------------------------------------------------------------------------------------


def listing(*entries):
    """Return a CRL (DER) with *entries*: a serial number and its extension, critical or not."""
    ca = Ca(NOW)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(ca.name)
        .last_update(NOW)
        .next_update(NOW + timedelta(days=7))
    )
    for serial, extension, critical in entries:
        entry = x509.RevokedCertificateBuilder(serial, NOW)
        if extension is not None:
            entry = entry.add_extension(extension, critical=critical)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(ca.key, hashes.SHA256()).public_bytes(DER)


def test_a_crl_tells_who_is_revoked():
    reasons = x509.ReasonFlags
    der = listing(
        (1, None, False),
        (2, x509.CRLReason(reasons.key_compromise), True),
        (3, x509.CRLReason(reasons.certificate_hold), False),
        (4, x509.CRLReason(reasons.remove_from_crl), False),
        (5, x509.InvalidityDate(NOW), False),
        (6, UNKNOWN, False),
    )
    told = {serial: is_listed(der, serial) for serial in range(8)}
    assert told == {
        0: False, 1: True, 2: True, 3: True, 4: False, 5: True, 6: True, 7: False,
    }  # fmt: skip


def test_an_entry_that_is_not_understood_leaves_open_who_is_not_revoked():
    """Who is listed is revoked all the same [X.509, 7.3]; the rest is not known [RFC 5280, 5.3]."""
    der = listing((1, UNKNOWN, True), (2, None, False), (3, x509.InvalidityDate(NOW), True))
    for serial in (1, 9):
        with pytest.raises(InvalidInputError, match="not understood"):
            is_listed(der, serial)
    assert is_listed(der, 2) and is_listed(der, 3)


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("serial", [1, 2, 9])
def test_a_list_with_entries_of_other_issuers_tells_nothing(critical, serial):
    """[RFC 5280, 5.3.3]: such an entry, and those after it, are not about our CA."""
    der = listing((1, x509.CertificateIssuer([OTHER]), critical), (2, None, False))
    with pytest.raises(InvalidInputError, match="not understood"):
        is_listed(der, serial)


@pytest.mark.parametrize("wrong", [b"", b"nothing", listing()[:-1], bytes(crl.MAX_OCTETS + 1)])
def test_what_is_no_list_tells_nothing(wrong):
    with pytest.raises(InvalidInputError):
        is_listed(wrong, 1)


def test_a_critical_entry_is_met_among_thousands(monkeypatch):
    """The quick look that passes by a list of plain entries never passes by one of these."""
    for unknown, number in product((False, True), (1, 999, 2000)):
        plain = [
            (serial, x509.CRLReason(x509.ReasonFlags.superseded), False)
            for serial in range(1, 2001)
        ]
        plain[number - 1] = (number, UNKNOWN, unknown)
        der = listing(*plain)
        assert (revocation._not_understood(der) == {number}) is unknown
