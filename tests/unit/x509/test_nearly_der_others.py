"""CRLs, requests and OCSP answers that are nearly DER, held against openssl."""

from datetime import UTC, datetime

import crooked
import pytest
from crooked import (
    FALSE,
    NULL,
    PRINTABLE,
    SEQUENCE,
    T61,
    TRUE,
    TRUE_AS_01,
    Maker,
    authority,
    common_name,
    encode,
    entry,
    extension,
    leaf,
    revocation_list,
)

from srpki.core.errors import InvalidInputError, ProtocolError
from srpki.x509 import certificates, crl, csr, formats, ocsp
from srpki.x509.pem import write as to_pem
from srpki.x509.revocation import by_crls

NUMBER, POINT, REASON, CERTIFICATE_ISSUER = "2.5.29.20", "2.5.29.28", "2.5.29.21", "2.5.29.29"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FIVE = b"\x02\x01\x05"


@pytest.fixture
def gw():
    return Maker(common_name("gw"))


@pytest.fixture
def root():
    return authority()


SCOPE = encode(
    SEQUENCE, encode(0xA0, encode(0xA0, encode(0x86, b"http://a/"))), encode(0x81, b"\0")
)
LISTS = {
    "critical FALSE": ("cRLNumber", {"extensions": [extension(NUMBER, b"\x02\x01\x07", FALSE)]}),
    "NULL beside ECDSA": ("signature", {"algorithm": crooked.ECDSA_SHA256_NULL}),
    "a time without seconds": ("thisUpdate", {"this_update": encode(0x17, b"2601010000Z")}),
    "garbage beside": ("issuerAltName", {"extensions": [extension("2.5.29.18", b"garbage")]}),
    "a negative number": ("cRLNumber", {"extensions": [extension(NUMBER, b"\x02\x02\x00\x07")]}),
    "the issuer's string type": ("issuer", {"issuer": common_name("root", T61)}),
}


@pytest.mark.parametrize("title", LISTS)
def test_a_crl_of_each_kind_is_checked_as_openssl_checks_it(title, gw, openssl, tmp_path):
    field, details = LISTS[title]
    name = common_name("ro_ot", PRINTABLE) if title == "the issuer's string type" else None
    maker, der = authority(subject=name)
    details = {"issuer": name} if name else details
    made = revocation_list(maker, [entry(FIVE)], **details)
    assert crl.parse(made).not_der == (field,)
    assert crl.check(made, der).this_update == datetime(2026, 1, 1, tzinfo=UTC)
    (tmp_path / "ca.pem").write_bytes(to_pem(der, "CERTIFICATE"))
    openssl("crl", "-inform", "DER", "-noout", "-CAfile", str(tmp_path / "ca.pem"), octets=made)
    assert by_crls(leaf(maker, gw.spki), [made]).status == "revoked"
    assert by_crls(leaf(maker, gw.spki, serial=b"\x02\x01\x06"), [made]).status == "good"


ENTRIES = {
    "critical FALSE": (extension(REASON, b"\x0a\x01\x01", FALSE), "revoked"),
    "critical TRUE as 01": (extension(REASON, b"\x0a\x01\x01", TRUE_AS_01), "revoked"),
    "an unknown reason": (extension(REASON, b"\x0a\x01\x63"), "revoked"),
    "removed again": (extension(REASON, b"\x0a\x01\x08", FALSE), "good"),
    "critical and unreadable": (extension(REASON, b"\x0a\x01\x63", TRUE), "unknown"),
    "another issuer": (extension(CERTIFICATE_ISSUER, b"garbage"), "unknown"),
}


@pytest.mark.parametrize("title", ENTRIES)
def test_an_entry_of_each_kind_is_understood_or_tells_nothing(title, gw, root):
    odd, status = ENTRIES[title]
    made = revocation_list(root[0], [entry(b"\x02\x01\x04"), entry(FIVE, odd)])
    crl.check(made, root[1])
    assert by_crls(leaf(root[0], gw.spki), [made]).status == status


@pytest.mark.parametrize("serial", [b"\x02\x01\x00", b"\x02\x01\xff"])
def test_a_serial_number_that_is_not_positive_is_found_on_a_list(serial, gw, root):
    der = leaf(root[0], gw.spki, serial=serial)
    strict = revocation_list(root[0], [entry(FIVE), entry(serial)])
    lenient = revocation_list(root[0], [entry(serial)], algorithm=crooked.ECDSA_SHA256_NULL)
    for made in (strict, lenient):
        assert by_crls(der, [made]).status == "revoked"
        assert by_crls(leaf(root[0], gw.spki, serial=b"\x02\x01\x07"), [made]).status == "good"


def test_what_a_list_is_about_must_be_readable(gw, root):
    for oid, field in ((POINT, "issuingDistributionPoint"), ("2.5.29.27", "deltaCRLIndicator")):
        made = revocation_list(root[0], extensions=[extension(oid, b"\x30\x01", TRUE)])
        with pytest.raises(InvalidInputError, match=f"critical {field} cannot be read"):
            crl.check(made, root[1])
    made = revocation_list(root[0], [entry(FIVE)], [extension(POINT, SCOPE, TRUE_AS_01)])
    assert crl.parse(made).not_der == ("issuingDistributionPoint",)
    made = revocation_list(root[0], extensions=[extension(NUMBER, b"\x02\x01\x01")] * 2)
    with pytest.raises(InvalidInputError, match="cRLNumber twice"):
        crl.parse(made)
    broken = bytearray(revocation_list(root[0], algorithm=crooked.ECDSA_SHA256_NULL))
    broken[-1] ^= 1
    with pytest.raises(InvalidInputError, match="not signed by the CA"):
        crl.check(bytes(broken), root[1])


def test_a_long_list_is_searched_in_no_time(gw, root):
    entries = [entry(crooked.integer(number)) for number in range(1, 20_000)]
    made = revocation_list(root[0], entries, algorithm=crooked.ECDSA_SHA256_NULL)
    read = crl.parse(made)
    assert len(read.entries) == 19_999
    found = read.entries.get_revoked_certificate_by_serial_number(19_998)
    assert found.serial_number == 19_998
    assert read.entries.get_revoked_certificate_by_serial_number(20_001) is None


REQUESTS = {
    "@ in PrintableString": ("subject", {"subject": common_name("a@b", PRINTABLE)}, ()),
    "Latin-1 in T61String": ("subject", {"subject": common_name(b"K\xf6ln", T61)}, ()),
    "NULL beside ECDSA": ("signatureAlgorithm", {"algorithm": crooked.ECDSA_SHA256_NULL}, ()),
    "cA FALSE": ("basicConstraints", {}, [extension(crooked.BASIC, encode(SEQUENCE, FALSE))]),
    "x400Address": ("subjectAltName", {}, [crooked.KINDS["x400Address"].extension]),
}


@pytest.mark.parametrize("title", REQUESTS)
def test_a_request_of_each_kind_is_read_and_its_signature_checked(title, gw, openssl):
    field, details, extensions = REQUESTS[title]
    made = crooked.request(gw, *extensions, **details)
    openssl("req", "-inform", "DER", "-noout", "-verify", octets=made)
    assert csr.parse(made).not_der == (field,)
    asked = csr.check(made)
    assert asked.subject.public_bytes() == details.get("subject", gw.subject)
    assert not csr.asks_for_ca(made)
    assert formats.read_request(made + b"\n", "pkcs10") == made
    with pytest.raises(csr.NotSignedError):
        csr.check(made[:-1] + bytes([made[-1] ^ 1]))


def test_what_a_request_asks_for_must_be_readable(gw):
    garbage = [
        extension(crooked.BASIC, b"\x30\x03\x01"),
        extension(crooked.ALTERNATIVE, b"\x30\x01"),
    ]
    for odd, field in zip(garbage, ("basicConstraints", "subjectAltName"), strict=True):
        with pytest.raises(InvalidInputError, match=f"{field} cannot be read"):
            csr.check(crooked.request(gw, odd))


ANSWERS = {
    "NULL beside ECDSA": {"algorithm": crooked.ECDSA_SHA256_NULL},
    "version written out": {"version": b"\xa0\x03\x02\x01\x00"},
    "critical FALSE": {"extensions": [extension("1.2.3.4", NULL, FALSE)]},
    "a neighbour that is no certificate": {"certificates": [b"\x30\x03\x02\x01\x05"]},
    "a statement that is none": {"statements": [b"\x30\x00"]},
}


@pytest.mark.parametrize("title", [*ANSWERS, "the responder's string type"])
def test_an_answer_of_each_kind_is_judged_as_openssl_judges_it(title, gw, openssl, tmp_path):
    named = common_name("ro_ot", PRINTABLE) if title not in ANSWERS else None
    maker, der = authority(subject=named)
    ours = leaf(maker, gw.spki)
    details = ANSWERS.get(title, {})
    for status, word in (
        (b"\x80\x00", "good"),
        (crooked.encode(0xA1, encode(0x18, b"20260301000000Z")), "revoked"),
    ):
        made = crooked.answer(maker, maker, FIVE, status=status, **details)
        assert ocsp.judge(made, ours, der, NOW).status == word
        assert ocsp.judge(made + b"\n", ours, der, NOW).status == word
        assert any(word in line for line in ocsp.answer_words(made))
        for name, octets in (("ca", der), ("ee", ours)):
            (tmp_path / f"{name}.pem").write_bytes(to_pem(octets, "CERTIFICATE"))
        (tmp_path / "answer").write_bytes(made)
        if details.keys().isdisjoint({"certificates", "statements"}):  # ours may be the kinder one
            said = openssl(
                "ocsp", "-respin", str(tmp_path / "answer"), "-issuer", str(tmp_path / "ca.pem"),
                "-cert", str(tmp_path / "ee.pem"), "-CAfile", str(tmp_path / "ca.pem"),
                "-no_nonce", "-attime", str(int(NOW.timestamp())),
            ).decode()  # fmt: skip
            assert f"ee.pem: {word}" in said
    with pytest.raises(ProtocolError, match="not signed"):
        ocsp.judge(made[:-40] + bytes([made[-40] ^ 1]) + made[-39:], ours, der, NOW)


def test_an_appointed_responder_may_be_nearly_der(gw, root):
    responder = Maker(common_name("resp_onder", PRINTABLE))
    purposes = extension(
        crooked.PURPOSES, encode(SEQUENCE, crooked.encode_oid("1.3.6.1.5.5.7.3.9")), FALSE
    )
    appointed = root[0].certificate(responder.subject, responder.spki, [purposes])
    assert certificates.parse(appointed).not_der == ("subject", "extKeyUsage")
    made = crooked.answer(responder, root[0], FIVE, certificates=[appointed])
    assert ocsp.judge(made, leaf(root[0], gw.spki), root[1], NOW).status == "good"


@pytest.mark.parametrize("serial", [b"\x02\x01\x00", b"\x02\x01\xff"])
def test_requests_and_answers_are_about_any_number(serial, gw, root, openssl):
    ours = leaf(root[0], gw.spki, serial=serial)
    asked = ocsp.request(ours, root[1], b"nonce")
    text = openssl("ocsp", "-reqin", "/dev/stdin", "-req_text", octets=asked).decode()
    assert f"Serial Number: {'00' if serial[-1] == 0 else '-01'}" in text
    made = crooked.answer(root[0], root[0], serial)
    assert ocsp.judge(made, ours, root[1], NOW).status == "good"


def test_a_critical_extension_of_an_answer_that_is_unknown_is_refused(gw, root):
    made = crooked.answer(
        root[0], root[0], FIVE, extensions=[extension("1.2.3.4", NULL, TRUE_AS_01)]
    )
    with pytest.raises(ProtocolError, match="critical"):
        ocsp.judge(made, leaf(root[0], gw.spki), root[1], NOW)
