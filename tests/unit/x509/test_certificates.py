"""Certificates: facts as openssl prints them, and refusal of what is none."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from srpki.core.errors import InvalidInputError
from srpki.x509 import certificates, der, names


@pytest.fixture
def rich(lab, root):
    """A certificate with everything that facts tell."""
    holder = lab.Holder(names.parse_dn("C=DE,O=Lab,CN=gw"))
    return lab.issue(
        root,
        holder,
        ca=True,
        path_length=2,
        usage=("digital_signature", "key_cert_sign", "key_agreement", "decipher_only"),
        identifiers=True,
        extensions=(
            (names.san("gw.example.net", "192.0.2.7"), False),
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        ),
    )


def test_facts_say_what_openssl_prints(rich, openssl):
    facts = certificates.facts(rich.der)
    text = openssl(
        "x509", "-inform", "DER", "-noout", "-text", "-nameopt", "compat", octets=rich.der
    ).decode()
    assert "Subject: C=DE, O=Lab, CN=gw" in text
    assert facts.subject == "C=DE, O=Lab, CN=gw" and facts.issuer == "O=Lab, CN=root"
    printed = openssl("x509", "-inform", "DER", "-noout", "-serial", octets=rich.der).decode()
    assert printed.strip() == f"serial={facts.serial:X}".replace(
        "=", "=0" if len(f"{facts.serial:X}") % 2 else "="
    )
    assert "DNS:gw.example.net, IP Address:192.0.2.7" in text
    assert facts.san == (("dns", "gw.example.net"), ("ip", "192.0.2.7"))
    assert "CA:TRUE, pathlen:2" in text
    assert facts.is_ca and facts.path_length == 2
    assert "Digital Signature, Key Agreement, Certificate Sign, Decipher Only" in text
    assert facts.key_usage == ("digitalSignature", "keyAgreement", "keyCertSign", "decipherOnly")
    assert facts.extended_key_usage == ("1.3.6.1.5.5.7.3.1",)
    digest = openssl("x509", "-inform", "DER", "-noout", "-fingerprint", "-sha256", octets=rich.der)
    assert digest.decode().strip().rpartition("=")[2].replace(":", "").lower() == facts.fingerprint
    subject_id = re_hex(text, "Subject Key Identifier")
    assert facts.subject_key_identifier.hex() == subject_id
    assert facts.authority_key_identifier.hex() == re_hex(text, "Authority Key Identifier")
    assert facts.version == 3 and "Version: 3" in text
    assert facts.public_key == "ECDSA secp256r1" and "NIST CURVE: P-256" in text
    assert facts.critical_extensions == ("2.5.29.19", "2.5.29.15")


def re_hex(text, heading):
    line = text.split(heading, 1)[1].splitlines()[1]
    return line.replace(":", "").replace("keyid", "").strip().lower()


def test_times_are_aware_and_utc(rich, lab):
    facts = certificates.facts(rich.der)
    assert facts.not_before == lab.now - lab.day and facts.not_before.tzinfo is UTC
    assert facts.not_after == lab.now + lab.day
    far = lab.Holder(lab.name("far"))
    lab.issue(rich, far, end=datetime(2060, 1, 1, tzinfo=UTC))  # GeneralizedTime
    assert certificates.facts(far.der).not_after == datetime(2060, 1, 1, tzinfo=UTC)


def test_absent_extensions_are_told_from_empty_ones(lab, root):
    plain = lab.issue(root, lab.Holder(lab.name("plain")), basic=False)
    facts = certificates.facts(plain.der)
    assert facts.key_usage is None and facts.san == () and not facts.is_ca
    assert facts.subject_key_identifier is None and facts.authority_key_identifier is None
    assert certificates.san_of(plain.der) is None


def test_the_same_der_is_parsed_once(root):
    assert certificates.parse(root.der) is certificates.parse(bytes(bytearray(root.der)))
    assert certificates.facts(root.der) is certificates.facts(root.der)


def test_subject_and_alternative_names_compare_by_rfc_5280(lab, root):
    def certificate(common_name, encoding, *domains):
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name, encoding)])
        san = x509.SubjectAlternativeName([x509.DNSName(domain) for domain in domains])
        return lab.issue(root, lab.Holder(subject), extensions=((san, False),)).der

    one = certificate("GW 1", _ASN1Type.UTF8String, "a.example", "b.example")
    other = certificate("gw  1", _ASN1Type.PrintableString, "B.example", "a.example")
    third = certificate("gw 2", _ASN1Type.UTF8String, "a.example")
    assert certificates.same_subject(one, other) and certificates.same_alternative_names(one, other)
    assert not certificates.same_subject(one, third)
    assert not certificates.same_alternative_names(one, third)
    assert certificates.san_of(third) == x509.SubjectAlternativeName([x509.DNSName("a.example")])


def with_serial(certificate, content):
    """Return *certificate* with another serial number, signature and all else kept."""
    whole = der.read(certificate)
    tbs, *rest = der.elements(whole.content)
    version, serial, *fields = der.elements(tbs.content)
    assert serial.tag == der.INTEGER
    changed = der.encode(
        0x30, version.whole, der.encode(0x02, content), *(field.whole for field in fields)
    )
    return der.encode(0x30, changed, *(part.whole for part in rest))


@pytest.mark.parametrize("serial", [b"\x00\x00", b"\xff\x80", b""])
def test_a_serial_number_that_is_no_number_is_refused(root, serial):
    assert with_serial(root.der, b"\x05") != root.der
    assert certificates.facts(with_serial(root.der, b"\x05")).serial == 5
    with pytest.raises(InvalidInputError):
        certificates.facts(with_serial(root.der, serial))


def test_what_is_no_certificate_is_refused(root):
    request = b"\x30\x03\x02\x01\x05"
    for bad in (b"", b"0", b"\x30\x80", root.der[:-1], root.der + b"\x00", request, bytes(100)):
        with pytest.raises(InvalidInputError):
            certificates.parse(bad)
    with pytest.raises(InvalidInputError, match="too long"):
        certificates.parse(root.der + bytes(70_000))


def test_an_unreadable_extension_is_refused_by_name(lab, root):
    broken = x509.UnrecognizedExtension(ExtensionOID.SUBJECT_ALTERNATIVE_NAME, b"\x30\x03\x82\x05a")
    holder = lab.issue(root, lab.Holder(lab.name("x")), extensions=((broken, False),))
    with pytest.raises(InvalidInputError, match="subjectAltName cannot be read"):
        certificates.san_of(holder.der)


def test_a_key_type_that_is_not_known_is_refused(root):
    point = b"\x2a\x86\x48\xce\x3d\x02\x01"  # id-ecPublicKey
    assert point in root.der
    with pytest.raises(InvalidInputError, match="public key"):
        certificates.facts(root.der.replace(point, b"\x2a\x86\x48\xce\x3d\x02\x09"))


def test_describe_public_key(lab, root):
    key = rsa.generate_private_key(65537, 1024)
    holder = lab.issue(root, lab.Holder(lab.name("r"), key))
    assert certificates.facts(holder.der).public_key == "RSA 1024"
