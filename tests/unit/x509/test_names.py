"""Names: the command line's form, RFC 5280 comparison, display."""

import pytest
from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.errors import InvalidInputError
from srpki.x509 import names


def dn(*pairs, kind=None):
    return x509.Name([x509.NameAttribute(oid, value, kind) for oid, value in pairs])


def test_a_dn_keeps_order_and_takes_every_attribute():
    name = names.parse_dn("C=DE,ST=Bayern,O=Lab,OU=Access,CN=gw1.example.net")
    assert [(a.oid, a.value) for a in name] == [
        (NameOID.COUNTRY_NAME, "DE"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Bayern"),
        (NameOID.ORGANIZATION_NAME, "Lab"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "Access"),
        (NameOID.COMMON_NAME, "gw1.example.net"),
    ]
    assert names.display(name) == "C=DE, ST=Bayern, O=Lab, OU=Access, CN=gw1.example.net"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (r"CN=Lab\, Inc", "Lab, Inc"),
        (r"CN=a\\b", r"a\b"),
        (r"CN=a\=b", "a=b"),
        ("CN=a=b", "a=b"),
        ("  cn =  router 1  ", "router 1"),
        (r"CN=\ x\ ", " x "),
        ("CN=Müller", "Müller"),
    ],
)
def test_escapes_and_blanks(text, value):
    assert [attribute.value for attribute in names.parse_dn(text)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "",
        ",",
        "CN",
        "CN=",
        "CN=a,",
        ",CN=a",
        "CN=a,,O=b",
        "L=Berlin",
        "emailAddress=a@b",
        "=a",
        "CN=a\\",
        "CN=a\nb",
        "CN=a\0",
        "C=DEU",
        "C=D",
        "C=Ü1",
        "CN=" + "x" * 65,
        "CN=" + "x" * 254,
    ],
)
def test_what_is_no_dn_is_refused(text):
    with pytest.raises(InvalidInputError):
        names.parse_dn(text)


def test_values_are_utf8_and_the_country_printable_unless_printable_is_asked_for():
    der = names.parse_dn("C=DE,CN=gw").public_bytes()
    assert b"\x13\x02DE" in der and b"\x0c\x02gw" in der  # X.680: 19 and 12
    der = names.parse_dn("C=DE,CN=gw", printable=True).public_bytes()
    assert b"\x13\x02DE" in der and b"\x13\x02gw" in der
    assert names.with_printable(names.parse_dn("CN=gw")).public_bytes().endswith(b"\x13\x02gw")


@pytest.mark.parametrize("value", ["Müller", "a_b", "a@b", "a*"])
def test_printable_refuses_other_characters(value):
    with pytest.raises(InvalidInputError):
        names.parse_dn(f"CN={value}", printable=True)
    with pytest.raises(InvalidInputError):
        names.with_printable(names.parse_dn(f"CN={value}"))


def test_names_are_the_same_whatever_the_case_blanks_and_string_type():
    # RFC 5280, 7.1: "CN=Foo Bar" and "cn=foo   bar " are one name
    one = dn((NameOID.ORGANIZATION_NAME, "Foo  Bar "), kind=_ASN1Type.UTF8String)
    other = dn((NameOID.ORGANIZATION_NAME, "foo bar"), kind=_ASN1Type.PrintableString)
    assert one.public_bytes() != other.public_bytes()
    assert names.same_name(one, other)
    wide = dn((NameOID.ORGANIZATION_NAME, "\uff26oo Bar"))  # RFC 4518, 2.3: NFKC
    assert names.same_name(wide, other)


def test_names_differ_in_value_attribute_order_and_length():
    base = names.parse_dn("O=Lab,CN=a")
    for text in (
        "O=Lab,CN=b",
        "OU=Lab,CN=a",
        "CN=a,O=Lab",
        "O=Lab",
        "O=Lab,CN=a,CN=a",
        "O=Lab,CN=aa",
    ):
        assert not names.same_name(base, names.parse_dn(text))
    assert not names.same_name(names.parse_dn("CN=a b"), names.parse_dn("CN=ab"))


def test_a_multi_valued_rdn_has_no_order():
    a = x509.NameAttribute(NameOID.COMMON_NAME, "a")
    b = x509.NameAttribute(NameOID.USER_ID, "b")
    one = x509.Name([x509.RelativeDistinguishedName([a, b])])
    other = x509.Name([x509.RelativeDistinguishedName([b, a])])
    assert names.same_name(one, other)
    assert not names.same_name(one, x509.Name([a, b]))
    assert names.display(one) in ("CN=a + UID=b", "UID=b + CN=a")


def test_display_escapes_what_could_deceive_a_reader():
    assert names.display(dn((NameOID.COMMON_NAME, "a, O=b\n\x1b[0m"))) == "CN=a\\, O=b\\0A\\1B[0m"


def test_display_names_unlisted_attributes():
    assert names.display(dn((NameOID.USER_ID, "7"))) == "UID=7"
    assert (
        names.display(dn((NameOID.JURISDICTION_LOCALITY_NAME, "x"))) == "1.3.6.1.4.1.311.60.2.1.1=x"
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["O", "OU", "CN", "ST"]),
            st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=20).filter(
                lambda value: value.strip(" ")
            ),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_any_value_can_be_typed_with_escapes(pairs):
    text = ",".join(f"{kind}=" + "".join(f"\\{c}" for c in value) for kind, value in pairs)
    if len(text) <= 256:
        assert [a.value for a in names.parse_dn(text)] == [value for _, value in pairs]


def test_a_der_name_is_read_back():
    name = names.parse_dn("C=DE,O=Lab,CN=gw")
    assert names.parse_name(name.public_bytes()) == name
    assert names.parse_name(b"\x30\x00") == x509.Name([])
    bits = bytes.fromhex("300c310a300806035504030301ff")  # a common name that is a BIT STRING
    assert names.display(names.parse_name(bits)) == "CN=#ff"


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x01", b"\x31\x00", b"\x30\x00\x00", b"\x04\x00"]
)
def test_what_is_no_der_name_is_refused(der):
    with pytest.raises(InvalidInputError):
        names.parse_name(der)


def test_san_of_domains_and_an_address():
    san = names.san("gw.example.net, *.Example.net", "2001:db8::1")
    assert names.alternative_names(san) == (
        ("dns", "*.example.net"),
        ("dns", "gw.example.net"),
        ("ip", "2001:db8::1"),
    )
    assert names.san() is None
    assert names.san(ip_address="192.0.2.1") is not None


@pytest.mark.parametrize(
    ("domains", "address"),
    [
        ("a..b", ""),
        ("-a", ""),
        ("a b", ""),
        ("a,,b", ""),
        ("müller.de", ""),
        ("x" * 64, ""),
        ("a." * 130 + "a", ""),
        (",".join(["a.b"] * 200), ""),
        ("a\nb", ""),
        ("", "1.2.3"),
        ("", "fe80::1/64"),
        ("", "1.2.3.4 "),
        ("", "fe80::1%eth0"),
    ],
)
def test_a_bad_domain_or_address_is_refused(domains, address):
    with pytest.raises(InvalidInputError):
        names.san(domains, address)


def test_alternative_names_compare_without_order_and_case_of_hosts():
    one = x509.SubjectAlternativeName([x509.DNSName("A.example"), x509.RFC822Name("Me@X.example")])
    other = x509.SubjectAlternativeName(
        [x509.RFC822Name("Me@x.example"), x509.DNSName("a.example")]
    )
    assert names.alternative_names(one) == names.alternative_names(other)
    local = x509.SubjectAlternativeName(
        [x509.DNSName("a.example"), x509.RFC822Name("me@x.example")]
    )
    assert names.alternative_names(one) != names.alternative_names(local)


def test_every_kind_of_alternative_name_can_be_shown():
    san = x509.SubjectAlternativeName(
        [
            x509.UniformResourceIdentifier("https://x.example/a"),
            x509.DirectoryName(names.parse_dn("CN=a")),
            x509.RegisteredID(x509.ObjectIdentifier("1.2.3")),
            x509.OtherName(x509.ObjectIdentifier("1.2.4"), b"\x05\x00"),
        ]
    )
    assert {kind for kind, _ in names.alternative_names(san)} == {"uri", "dn", "id", "other"}


def test_display_escapes_what_turns_or_breaks_a_line():
    # RFC 4514, section 2.4: the octets of the character in UTF-8
    shown = names.display(dn((NameOID.COMMON_NAME, "a\u202eb\u2028c\x9bd")))
    assert shown == "CN=a\\E2\\80\\AEb\\E2\\80\\A8c\\C2\\9Bd"
