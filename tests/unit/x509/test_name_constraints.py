"""Name constraints [RFC 5280, 4.2.1.10]: openssl judges what it processes, the RFC the rest."""

import ipaddress
import time

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from srpki.x509 import chain, name_constraints
from srpki.x509 import der as asn1
from srpki.x509.chain import RefusedChainError, check_chain

NAME_CONSTRAINTS = x509.ObjectIdentifier("2.5.29.30")
UPN = x509.ObjectIdentifier("1.3.6.1.4.1.311.20.2.3")
SMTP_UTF8_MAILBOX = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9")
TEXT = b"\x0c\x03a@b"


def dns(text):
    return x509.DNSName(text)


def email(text):
    return x509.RFC822Name(text)


def uri(text):
    return x509.UniformResourceIdentifier(text)


def net(text):
    return x509.IPAddress(ipaddress.ip_network(text))


def ip(text):
    return x509.IPAddress(ipaddress.ip_address(text))


def rdns(*pairs):
    kinds = {"O": NameOID.ORGANIZATION_NAME, "OU": NameOID.ORGANIZATIONAL_UNIT_NAME}
    kinds |= {"CN": NameOID.COMMON_NAME, "E": NameOID.EMAIL_ADDRESS}
    return x509.Name([x509.NameAttribute(kinds[kind], value) for kind, value in pairs])


def directory(*pairs):
    return x509.DirectoryName(rdns(*pairs))


def other(kind=UPN):
    return x509.OtherName(kind, TEXT)


LAB, NET = ("O", "Lab"), ("O", "Net")


class Path:
    """A root, a CA below it with constraints, and what that CA has issued."""

    def __init__(self, lab):
        self.lab, self.root = lab, lab.make_root()

    def make(self, constraints, names=(), subject=None, *, critical=True, value=None):
        """Return root, CA and leaf (DER); *value* is the octets of the extension instead."""
        extension = (
            x509.UnrecognizedExtension(NAME_CONSTRAINTS, value)
            if value is not None
            else x509.NameConstraints(*constraints)
        )
        lab = self.lab
        ca = lab.issue(
            self.root, lab.Holder(lab.name("CA")), ca=True, extensions=((extension, critical),)
        )
        san = ((x509.SubjectAlternativeName(list(names)), False),) if names else ()
        leaf = lab.issue(ca, lab.Holder(subject or lab.name("leaf")), extensions=san)
        return [self.root.der, ca.der, leaf.der]

    def refusal(self, made):
        """Return why the leaf is refused, or nothing."""
        root, ca, leaf = made
        try:
            check_chain(leaf, [ca], [root], self.lab.now)
        except RefusedChainError as error:
            return error.sentence
        return ""


@pytest.fixture
def path(lab):
    return Path(lab)


# --- what openssl judges ---------------------------------------------------------------------------

JUDGED = {
    "dns: the name itself": ([dns("example.net")], None, [dns("example.net")], True),
    "dns: labels before it": ([dns("example.net")], None, [dns("a.b.Example.NET")], True),
    "dns: letters before it": ([dns("example.net")], None, [dns("badexample.net")], False),
    "dns: above it": ([dns("a.example.net")], None, [dns("example.net")], False),
    "dns: a dot before it": ([dns(".example.net")], None, [dns("a.example.net")], True),
    "dns: a dot wants a label": ([dns(".example.net")], None, [dns("example.net")], False),
    "dns: everything": ([dns("")], None, [dns("example.net")], True),
    "dns: nothing": (None, [dns("")], [dns("example.net")], False),
    "dns: excluded": (None, [dns("example.net")], [dns("a.example.net")], False),
    "dns: not excluded": (None, [dns("example.net")], [dns("example.org")], True),
    "dns: excluded within permitted": (
        [dns("example.net")], [dns("a.example.net")], [dns("b.a.example.net")], False
    ),
    "dns: one of several": ([dns("a.net"), dns("b.net")], None, [dns("x.b.net")], True),
    "dns: one name is outside": ([dns("a.net")], None, [dns("x.a.net"), dns("b.net")], False),
    "dns: no such name": ([dns("a.net")], None, [ip("192.0.2.1")], True),
    "dns: a wildcard": ([dns("example.net")], None, [dns("*.example.net")], True),
    "dns: a wildcard outside": ([dns("a.example.net")], None, [dns("*.example.net")], False),
    "ip: within": ([net("192.0.2.0/24")], None, [ip("192.0.2.7")], True),
    "ip: outside": ([net("192.0.2.0/24")], None, [ip("192.0.3.7")], False),
    "ip: half an octet": ([net("192.0.2.16/28")], None, [ip("192.0.2.31")], True),
    "ip: beside it": ([net("192.0.2.16/28")], None, [ip("192.0.2.32")], False),
    "ip: excluded": (None, [net("192.0.2.7/32")], [ip("192.0.2.7")], False),
    "ip: the other family is outside": ([net("192.0.2.0/24")], None, [ip("2001:db8::1")], False),
    "ip: the other family is not excluded": (None, [net("0.0.0.0/0")], [ip("2001:db8::1")], True),
    "ip: six": ([net("2001:db8::/32")], None, [ip("2001:db8:1::1")], True),
    "ip: six outside": ([net("2001:db8::/32")], None, [ip("2001:db9::1")], False),
    "email: a mailbox": ([email("a@example.net")], None, [email("a@EXAMPLE.net")], True),
    "email: letters of a mailbox count": (
        [email("a@example.net")], None, [email("A@example.net")], False
    ),
    "email: another mailbox": ([email("a@example.net")], None, [email("b@example.net")], False),
    "email: a host": ([email("example.net")], None, [email("b@example.net")], True),
    "email: below a host": ([email("example.net")], None, [email("b@a.example.net")], False),
    "email: a domain": ([email(".example.net")], None, [email("b@a.example.net")], True),
    "email: the host of a domain": ([email(".example.net")], None, [email("b@example.net")], False),
    "email: excluded": (None, [email(".example.net")], [email("b@a.example.net")], False),
    "email: not excluded": (None, [email("a@example.net")], [email("b@example.net")], True),
    "uri: a host": ([uri("example.net")], None, [uri("http://example.net:80/a")], True),
    "uri: below a host": ([uri("example.net")], None, [uri("http://a.example.net/")], False),
    "uri: a domain": ([uri(".example.net")], None, [uri("https://a.Example.net")], True),
    "uri: the host of a domain": ([uri(".example.net")], None, [uri("http://example.net/")], False),
    "uri: excluded": (None, [uri(".example.net")], [uri("ldap://a.example.net/b?c")], False),
    "uri: not excluded": (None, [uri(".example.net")], [uri("ldap://a.example.org/b?c")], True),
    "uri: without a host": ([uri(".example.net")], None, [uri("urn:a:b")], False),
    "uri: without a host, excluded": (None, [uri(".example.net")], [uri("urn:a:b")], False),
    "dn: in the SAN": ([directory(LAB)], None, [directory(LAB, ("CN", "x"))], True),
    "dn: in the SAN, outside": ([directory(LAB)], None, [directory(NET, ("CN", "x"))], False),
    "dn: case and blanks": ([directory(("O", "LAB "))], None, [directory(LAB)], True),
    "dn: above it": ([directory(LAB, ("CN", "leaf"))], None, [directory(LAB)], False),
    "dn: excluded": (None, [directory(NET)], [directory(NET, ("CN", "x"))], False),
    "dn: everything": ([directory()], None, [directory(NET)], True),
    "other: of another type": (None, [other()], [other(x509.ObjectIdentifier("1.2.3"))], True),
    "other: not processed": ([other()], None, [other()], False),
    "other: not there": ([other()], None, [dns("a.net")], True),
    "id: not processed": (None, [x509.RegisteredID(UPN)], [x509.RegisteredID(UPN)], False),
}  # fmt: skip


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("case", JUDGED)
def test_openssl_verify_agrees(path, openssl_verifies, case, critical):
    permitted, excluded, names, good = JUDGED[case]
    made = path.make((permitted, excluded), names, critical=critical)
    assert openssl_verifies(made) is good
    refusal = path.refusal(made)
    assert (refusal == "") is good, refusal


SUBJECTS = {
    "within": ([directory(LAB)], None, rdns(LAB, ("CN", "x")), True),
    "outside": ([directory(LAB)], None, rdns(NET, ("CN", "x")), False),
    "excluded": (None, [directory(LAB)], rdns(LAB, ("CN", "x")), False),
    "in another order": ([directory(LAB)], None, rdns(("CN", "x"), LAB), False),
    "with an address within": (
        [email("example.net")], None, rdns(LAB, ("E", "a@example.net")), True
    ),
    "with an address outside": (
        [email("example.net")], None, rdns(LAB, ("E", "a@example.org")), False
    ),
    "with an address excluded": (
        None, [email("example.net")], rdns(LAB, ("E", "a@example.net")), False
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SUBJECTS)
def test_openssl_verify_agrees_about_subjects(path, openssl_verifies, case):
    permitted, excluded, subject, good = SUBJECTS[case]
    made = path.make((permitted, excluded), subject=subject)
    assert openssl_verifies(made) is good
    assert (path.refusal(made) == "") is good


def test_the_sentence_says_what_is_named_and_by_whom_it_is_not_permitted(path):
    made = path.make(([dns("example.net")], None), [dns("example.org")])
    assert path.refusal(made) == (
        '"O=Lab, CN=leaf" has the dNSName "example.org", which is not permitted by "O=Lab, CN=CA"'
    )
    made = path.make((None, [net("192.0.2.0/24")]), [ip("192.0.2.9")])
    assert path.refusal(made).endswith(
        'has the iPAddress 192.0.2.9, which is excluded by "O=Lab, CN=CA"'
    )


# --- what openssl takes otherwise ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("excluded", "name", "good"),
    [
        ("a.example.net", "*.example.net", False),
        ("a.example.net", "x*.example.net", False),
        ("a.b.example.net", "*.example.net", True),
        ("a.example.org", "*.example.net", True),
        (".a.example.net", "*.example.net", True),
    ],
)
def test_a_wildcard_that_stands_for_an_excluded_name_is_excluded(path, excluded, name, good):
    """The RFC is silent; what a server could present under the wildcard is what was excluded."""
    made = path.make((None, [dns(excluded)]), [dns(name)])
    assert (path.refusal(made) == "") is good


@pytest.mark.parametrize(
    "name", ["http://192.0.2.1/", "http://[2001:db8::1]/", "http://0x7f000001"]
)
def test_a_uri_with_an_address_is_refused_where_constraints_are(path, name):
    """[RFC 5280, 4.2.1.10]: such a URI must be rejected, permitted or excluded."""
    for constraints in (([uri(".example.net")], None), (None, [uri(".example.net")])):
        assert "can be held" in path.refusal(path.make(constraints, [uri(name)]))
    assert path.refusal(path.make(([dns("a.net")], None), [uri(name)])) == ""


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("http://user@a.example.net/", True),
        ("http://a.example.net@evil.org/", False),
        ("http://evil.org#@a.example.net/", False),
        ("http://evil.org?a.example.net/", False),
        ("http://evil.org\\@a.example.net/", False),
        ("http://a.example.net:80x/", False),
        ("http://a.example.net./", True),
    ],
)
def test_the_host_of_a_uri_is_that_of_its_authority(path, name, good):
    made = path.make(([uri(".example.net")], None), [uri(name)])
    assert (path.refusal(made) == "") is good


@pytest.mark.parametrize("address", ["a@example.org", "a"])
def test_an_address_in_the_subject_counts_only_where_the_san_has_none(path, address):
    subject = rdns(LAB, ("E", address))
    constraints = ([email("example.net")], None)
    assert path.refusal(path.make(constraints, [email("a@example.net")], subject)) == ""
    assert path.refusal(path.make(constraints, [dns("a.net")], subject))


@pytest.mark.parametrize(
    ("form", "name"), [("dns", "a..net"), ("dns", "a net"), ("dns", "a\0.net"), ("email", "a")]
)
def test_a_name_that_is_none_is_refused_where_constraints_are(path, form, name):
    make = {"dns": dns, "email": email}[form]
    text = make("x.net") if form == "dns" else make("x@x.net")
    tag = 0x82 if form == "dns" else 0x81
    made = path.make((None, [make("other.net")]), [text])
    san = asn1.encode(asn1.SEQUENCE, asn1.encode(tag, name.encode()))
    leaf = path.lab.issue(
        path.root, path.lab.Holder(path.lab.name("x")),
        extensions=((x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), san), False),),
    ).der  # fmt: skip
    constraints = name_constraints.read(made[1])
    budget = name_constraints.Budget()
    assert "can be held" in name_constraints.objection(leaf, constraints, budget)
    assert name_constraints.objection(leaf, {}, budget) == ""


def test_a_mailbox_in_utf_8_is_refused_where_constraints_on_addresses_are(path):
    names = [other(SMTP_UTF8_MAILBOX)]
    assert "UTF-8" in path.refusal(path.make(([email("example.net")], None), names))
    assert path.refusal(path.make(([dns("example.net")], None), names)) == ""


# --- what cannot be processed ----------------------------------------------------------------------


def subtree(base, *bounds):
    return asn1.encode(asn1.SEQUENCE, base, *bounds)


def constraints_of(*permitted):
    return asn1.encode(asn1.SEQUENCE, asn1.encode(0xA0, *permitted))


DNS = asn1.encode(0x82, b"a.net")
ZERO, ONE = asn1.encode(0x80, b"\0"), asn1.encode(0x80, b"\1")
MAXIMUM = asn1.encode(0x81, b"\5")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (constraints_of(subtree(DNS, ONE)), "has a minimum or a maximum"),
        (constraints_of(subtree(DNS, ZERO, MAXIMUM)), "has a minimum or a maximum"),
        (constraints_of(subtree(DNS), subtree(DNS, MAXIMUM)), "has a minimum or a maximum"),
        (constraints_of(subtree(asn1.encode(0x82, b"*.a.net"))), "is not well formed"),
        (constraints_of(subtree(asn1.encode(0x82, b"a net"))), "is not well formed"),
    ],
)
@pytest.mark.parametrize("critical", [True, False])
def test_a_constraint_that_cannot_be_processed_refuses_names_of_its_form_alone(
    path, value, why, critical
):
    """[RFC 5280, 4.2.1.10]: minimum is zero, and maximum absent."""
    made = path.make((), [dns("a.net")], value=value, critical=critical)
    assert why in path.refusal(made)
    assert list(name_constraints.unprocessed(made[1])) == [f"its constraint on dNSName {why}"]
    assert path.refusal(path.make((), [email("a@b.net")], value=value, critical=critical)) == ""


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("value", [b"\x30\x00", b"\x30\x02\xa0\x00", b"\x30\x02\xa1\x00"])
def test_empty_constraints_constrain_nothing(path, openssl_verifies, value, critical):
    made = path.make((), [dns("a.net")], value=value, critical=critical)
    assert openssl_verifies(made)
    assert path.refusal(made) == "" and chain.unprocessed(made[1]) == ()


def test_a_minimum_of_zero_may_be_written_out(path):
    value = constraints_of(subtree(DNS, ZERO))
    assert path.refusal(path.make((), [dns("x.a.net")], value=value)) == ""
    assert "not permitted" in path.refusal(path.make((), [dns("b.net")], value=value))


@pytest.mark.parametrize(
    "value",
    [b"\x30\x03\xa5\x01\x00", b"\x30\x04\xa0\x02\x30\x05", b"\x30\x04\xa0\x02\x02\x00"],
)
def test_constraints_that_cannot_be_told_apart_refuse_all(path, value):
    made = path.make((), [dns("a.net")], value=value, critical=False)
    assert path.refusal(made) == '"O=Lab, CN=CA": its nameConstraints cannot be read'
    assert chain.unprocessed(made[1]) == ("its nameConstraints cannot be read",)


# --- along the path --------------------------------------------------------------------------------


def test_constraints_of_every_ca_count_and_those_of_the_trust_anchor_too(lab, openssl_verifies):
    def constrained(*names):
        return ((x509.NameConstraints([dns(name) for name in names], None), True),)

    root = lab.make_root(extensions=constrained("net", "org"))
    upper = lab.issue(
        root, lab.Holder(lab.name("upper")), ca=True, extensions=constrained("a.net", "b.org")
    )
    lower = lab.issue(
        upper, lab.Holder(lab.name("lower")), ca=True, extensions=constrained("a.net", "c.org")
    )
    for name, good in (("x.a.net", True), ("x.b.org", False), ("x.c.org", False), ("net", False)):
        san = ((x509.SubjectAlternativeName([dns(name)]), False),)
        leaf = lab.issue(lower, lab.Holder(lab.name("leaf")), extensions=san).der
        made = [root.der, upper.der, lower.der, leaf]
        assert openssl_verifies(made) is good
        for anchors, below in (([root.der], [upper.der, lower.der]), ([upper.der], [lower.der])):
            if good:
                assert check_chain(leaf, below, anchors, lab.now)
            else:
                with pytest.raises(RefusedChainError, match="not permitted"):
                    check_chain(leaf, below, anchors, lab.now)


def test_a_ca_that_renews_itself_is_exempt_and_a_leaf_of_its_name_is_not(lab, openssl_verifies):
    """[RFC 5280, 6.1.3 (b)]: self-issued certificates are, unless they end the path."""
    constraint = x509.NameConstraints(None, [x509.DirectoryName(lab.name("CA"))])
    root = lab.make_root()
    how = {"ca": True, "identifiers": True}
    ca = lab.issue(root, lab.Holder(lab.name("CA")), extensions=((constraint, True),), **how)
    renewed = lab.issue(ca, lab.Holder(lab.name("CA")), **how)
    leaf = lab.issue(renewed, lab.Holder(lab.name("leaf")), identifiers=True).der
    assert openssl_verifies([root.der, ca.der, renewed.der, leaf])
    assert len(check_chain(leaf, [ca.der, renewed.der], [root.der], lab.now)) == 4
    own = lab.issue(ca, lab.Holder(lab.name("CA"))).der
    assert not openssl_verifies([root.der, ca.der, own])
    with pytest.raises(RefusedChainError, match="excluded"):
        check_chain(own, [ca.der], [root.der], lab.now)


def test_another_path_is_taken_where_constraints_bar_one(lab):
    """Two CA certificates for one key, the first with constraints."""
    root, key = lab.make_root(), lab.Holder(lab.name("CA"))
    barred = lab.issue(
        root, key, ca=True, extensions=((x509.NameConstraints([dns("a.net")], None), True),)
    ).der
    free = lab.issue(root, key, ca=True).der
    san = ((x509.SubjectAlternativeName([dns("b.net")]), False),)
    leaf = lab.issue(key, lab.Holder(lab.name("leaf")), extensions=san).der
    for given in ([barred, free], [free, barred]):
        assert check_chain(leaf, given, [root.der], lab.now)[1] == free


def test_names_times_constraints_are_bounded(path):
    names = [dns(f"{number}.a.net") for number in range(1500)]
    trees = [dns(f"{number}.b.net") for number in range(1500)]
    made = path.make((None, trees), names)
    started = time.process_time()
    assert "more names and constraints than are compared" in path.refusal(made)
    assert time.process_time() - started < 20
    few = path.make((None, trees[:100]), names)
    assert path.refusal(few) == ""
