"""What CAs write that is not DER: read, named, and believed only as far as it can be read."""

import crooked
import pytest
from counting import met
from crooked import KINDS, SEQUENCE, TRUE, Maker, authority, common_name, encode, extension, leaf

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, formats, keys, signatures
from srpki.x509.chain import RefusedChainError, check_chain

KINDS_OF_LEAVES = {title: kind for title, kind in KINDS.items() if kind.ca is not True}
KINDS_OF_CAS = {title: kind for title, kind in KINDS.items() if kind.ca is not False}
USAGE, PURPOSES, ALTERNATIVE = crooked.USAGE, crooked.PURPOSES, crooked.ALTERNATIVE
BASIC = crooked.BASIC


@pytest.fixture
def gw():
    return Maker(common_name("gw"))


@pytest.mark.parametrize("title", met(30, KINDS_OF_LEAVES))
def test_a_leaf_of_each_kind_is_read_as_openssl_reads_it(title, gw, lab, openssl, tmp_path):
    kind = KINDS_OF_LEAVES[title]
    root, root_der = authority()
    der = leaf(root, gw.spki, kind)
    assert certificates.parse(der).not_der == (kind.field,)
    facts = certificates.facts(der)
    serial = openssl("x509", "-inform", "DER", "-noout", "-serial", octets=der).decode()
    assert int(serial.strip().removeprefix("serial="), 16) == facts.serial
    digest = openssl("x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256", octets=der)
    assert digest.decode().strip().rpartition("=")[2].replace(":", "").lower() == facts.fingerprint
    shown = ("-inform", "DER", "-noout", "-subject", "-nameopt", "utf8,sep_comma_plus_space")
    otherwise = (
        "a BIT STRING as a name",
        "UTF-8 in PrintableString",
        "RDN with one attribute twice",
    )
    if title not in otherwise:  # ours is the better word for a person
        subject = openssl("x509", *shown, octets=der).decode().strip()
        assert subject.removeprefix("subject=").replace("\\#", "#") == facts.subject
    for field, value in (("startdate", facts.not_before), ("enddate", facts.not_after)):
        printed = openssl("x509", "-inform", "DER", "-noout", f"-{field}", octets=der).decode()
        assert f"{value:%b} {value.day:2} {value:%H:%M:%S}" in printed
    assert signatures.verify_certificate(der, root.key.public_key())
    assert check_chain(der, (), (root_der,), lab.now) == (der, root_der)


@pytest.mark.parametrize("title", met(30, KINDS_OF_CAS))
def test_a_ca_of_each_kind_stands_above_a_leaf(title, gw, lab):
    kind = KINDS_OF_CAS[title]
    root, root_der = authority(kind)
    der = leaf(root, gw.spki)
    assert certificates.parse(root_der).not_der[-1] == kind.field  # a subject is an issuer, too
    assert certificates.facts(root_der).is_ca
    assert check_chain(der, (), (root_der,), lab.now) == (der, root_der)


def test_names_are_compared_by_what_they_say(gw, lab):
    """A CA that changes the type of its name is the same CA [RFC 5280, 7.1]."""
    for tag, octets in (
        (crooked.T61, "Köln".encode("latin-1")),
        (crooked.PRINTABLE, "Köln".encode()),
    ):
        root, root_der = authority(subject=common_name(octets, tag))
        der = leaf(root, gw.spki, issuer=common_name("Köln"))
        assert check_chain(der, (), (root_der,), lab.now) == (der, root_der)


def test_octets_of_names_are_kept(gw):
    root, _ = authority()
    der = leaf(root, gw.spki, KINDS["* in PrintableString"])
    read = certificates.parse(der)
    assert read.subject.public_bytes() == common_name("*.example.net", crooked.PRINTABLE)
    san = certificates.san_of(leaf(root, gw.spki, KINDS["x400Address"]))
    assert san.public_bytes() == encode(
        SEQUENCE, encode(0x82, b"gw.example.net"), b"\xa3\x02\x30\x00"
    )


GARBAGE = b"\x30\x03\x02\x01"
NEEDED = {
    "keyUsage": (USAGE, lambda facts: facts.key_usage),
    "extKeyUsage": (PURPOSES, lambda facts: facts.extended_key_usage),
    "subjectAltName": (ALTERNATIVE, lambda facts: facts.san),
    "basicConstraints": (BASIC, lambda facts: facts.is_ca),
}


@pytest.mark.parametrize("field", NEEDED)
def test_what_cannot_be_read_is_told_to_who_asks_for_it(field, gw):
    oid, look = NEEDED[field]
    root, _ = authority()
    der = leaf(root, gw.spki, crooked.Kind("", extension(oid, GARBAGE)))
    facts = certificates.facts(der)
    assert certificates.parse(der).not_der == (field,)
    with pytest.raises(InvalidInputError, match=f"the certificate's {field} cannot be read: "):
        look(facts)
    assert facts.subject == "CN=gw"


def test_a_huge_version_is_refused_by_name(gw):
    root, _ = authority()
    huge = encode(0xA0, encode(2, bytes([1]) * 5000))
    with pytest.raises(InvalidInputError, match="version cannot be read: its number is too long"):
        certificates.parse(leaf(root, gw.spki, version=huge))


@pytest.mark.parametrize("oid", [*(oid for oid, _ in NEEDED.values()), crooked.TIMESTAMPS])
def test_a_critical_extension_that_cannot_be_read_is_refused(oid, gw):
    root, _ = authority()
    der = leaf(root, gw.spki, crooked.Kind("", extension(oid, GARBAGE, TRUE)))
    with pytest.raises(InvalidInputError, match=r"critical .* cannot be read"):
        certificates.parse(der)


@pytest.mark.parametrize("field", ["basicConstraints", "keyUsage"])
def test_a_ca_whose_powers_cannot_be_read_has_none(field, gw, lab):
    root, root_der = authority(crooked.Kind("", extension(NEEDED[field][0], GARBAGE)))
    with pytest.raises(RefusedChainError, match=f"{field} cannot be read"):
        check_chain(leaf(root, gw.spki), (), (root_der,), lab.now)


def test_what_must_stay_refused_is_refused(gw, lab):
    root, root_der = authority()
    usual = extension(BASIC, encode(SEQUENCE))
    twice = root.certificate(gw.subject, gw.spki, [usual, usual])
    with pytest.raises(InvalidInputError, match="basicConstraints twice"):
        certificates.parse(twice)
    odd = KINDS["serial number 0"]
    unknown = leaf(root, gw.spki, odd)[:0] or root.certificate(
        gw.subject, gw.spki, [extension("1.2.3.4", b"\x05\x00", TRUE)], serial=b"\x02\x01\x00"
    )
    with pytest.raises(RefusedChainError, match=r"critical extension 1\.2\.3\.4"):
        check_chain(unknown, (), (root_der,), lab.now)
    broken = bytearray(leaf(root, gw.spki, odd))
    broken[-1] ^= 1
    with pytest.raises(RefusedChainError, match="not signed by"):
        check_chain(bytes(broken), (), (root_der,), lab.now)
    for inner, outer in (
        (crooked.ECDSA_SHA256, crooked.ECDSA_SHA256_NULL),
        (crooked.ECDSA_SHA256_NULL, crooked.ECDSA_SHA256),
    ):
        differ = leaf(root, gw.spki, algorithm=inner, outer_algorithm=outer)
        assert not signatures.verify_certificate(differ, root.key.public_key())


@pytest.mark.parametrize(
    "details",
    [
        {"subject": common_name(b"a\xe4", crooked.UTF8)},
        {"subject": common_name(b"abc", crooked.BMP)},
        {"subject": common_name(b"\x01", 2)},
        {"serial": b"\x02\x00"},
        {"serial": b"\x02\x02\x00\x01"},
        {"serial": b"\x02\x02\xff\xff"},
    ],
)
def test_what_openssl_does_not_read_either_is_refused_by_name(details, gw, openssl):
    root, _ = authority()
    der = leaf(root, gw.spki, **details)
    with pytest.raises(AssertionError):
        openssl("x509", "-inform", "DER", "-noout", "-text", octets=der)
    label = {"subject": "subject", "serial": "serialNumber"}[next(iter(details))]
    with pytest.raises(InvalidInputError, match=f"the certificate's {label} cannot be read: "):
        certificates.parse(der)


def test_the_second_reader_has_bounds(gw):
    root, _ = authority()
    many = [encode(0x82, b"a")] * 40_000
    for value, word in (
        (encode(SEQUENCE, *[encode(0x13, b"_")] * 30_000), "too long"),
        (encode(SEQUENCE, *many, encode(0xA3)), "too long"),
    ):
        with pytest.raises(InvalidInputError, match=word):
            certificates.parse(leaf(root, gw.spki, crooked.Kind("", extension(ALTERNATIVE, value))))
    wide = encode(
        SEQUENCE,
        *[encode(crooked.SET, crooked.attribute("2.5.4.3", crooked.PRINTABLE, b"_"))] * 500,
    )
    with pytest.raises(
        InvalidInputError, match="subject cannot be read: it is too long or too deep"
    ):
        certificates.parse(leaf(root, gw.spki, subject=wide))
    deep = encode(0x82, b"a_")
    for _ in range(40):
        deep = encode(0xA4, encode(SEQUENCE, encode(crooked.SET, encode(SEQUENCE, deep))))
    der = leaf(root, gw.spki, crooked.Kind("", extension(ALTERNATIVE, encode(SEQUENCE, deep))))
    with pytest.raises(InvalidInputError, match="subjectAltName cannot be read"):
        certificates.san_of(der)


def test_a_key_of_another_type_is_told_as_ever(gw):
    root, _ = authority()
    der = leaf(
        root, b"\x30\x0b\x30\x05\x06\x03\x2a\x03\x04\x03\x02\x00\x01", serial=b"\x02\x01\x00"
    )
    with pytest.raises(InvalidInputError, match="public key cannot be read"):
        keys.spki(der)


def test_a_neighbour_that_cannot_be_read_spoils_neither_bundle_nor_chain(gw, lab):
    root, root_der = authority()
    der = leaf(root, gw.spki, KINDS["NULL beside ECDSA"])
    bad = encode(SEQUENCE, encode(SEQUENCE), encode(SEQUENCE), encode(3, b"\0"))
    bundle = formats.write_certificates([bad, der, root_der], "pkcs7-der")
    assert sorted(formats.read_certificates(bundle, "pkcs7-der")) == sorted([der, root_der])
    assert check_chain(der, [bad], [bad, root_der], lab.now) == (der, root_der)
    with pytest.raises(InvalidInputError, match="this is not a certificate"):
        check_chain(der, [], [bad], lab.now)
    with pytest.raises(InvalidInputError, match="this is not a certificate"):
        formats.read_certificates(formats.write_certificates([bad], "pkcs7-der"), "pkcs7-der")


@pytest.mark.parametrize(
    "lines",
    [
        ("basicConstraints=DER:30030101 00".replace(" ", ""),),
        ("keyUsage=DER:030300A001",),
        ("extendedKeyUsage=DER:3000",),
        ("subjectAltName=DER:300882066777 2E6C6162".replace(" ", ""), "2.5.29.18=DER:0101"),
    ],
)
def test_what_the_openssl_program_makes_is_read(lines, openssl, lab, tmp_path):
    """As CA programs do that let the operator write an extension octet by octet."""
    config = "[req]\ndistinguished_name=dn\nstring_mask=nombstr\nutf8=yes\n[dn]\n[x]\n"
    (tmp_path / "config").write_text(config + "\n".join(lines) + "\n")
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "ca.pem"), "-set_serial", "0",
        "-subj", "/O=Köln/CN=root", "-days", "30000", "-config", str(tmp_path / "config"),
        "-extensions", "x",
    )  # fmt: skip
    (der,) = formats.read_certificates((tmp_path / "ca.pem").read_bytes(), "pem")
    assert {"serialNumber", "subject"} <= set(certificates.parse(der).not_der)
    assert certificates.facts(der).subject == "O=Köln, CN=root"
    assert signatures.verify_certificate(der, certificates.public_key(der))
