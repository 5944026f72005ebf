"""Formats: openssl writes what we read and reads what we write."""

import time
from types import SimpleNamespace

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.core.errors import InvalidInputError, SrpkiError, UsageError
from srpki.x509 import ber, contents, der, derivations, formats, keys, pkcs7
from srpki.x509.pem import write as to_pem


@pytest.fixture(scope="module")
def made(openssl, tmp_path_factory):
    """Files made by openssl in every form, ``key.pem`` as ``made.key_pem`` and so on."""
    tmp_path = tmp_path_factory.mktemp("made")
    pem, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    pem.write_bytes(openssl("genrsa", "2048"))
    crt.write_bytes(
        openssl("req", "-x509", "-new", "-key", str(pem), "-subj", "/CN=a", "-days", "9")
    )
    key, certificate = pem.read_bytes(), crt.read_bytes()
    files = {
        "crt.pem": certificate,
        "crt.der": openssl("x509", "-outform", "DER", octets=certificate),
        "key.pem": key,
        "key.der": openssl("pkey", "-outform", "DER", octets=key),
        "key.pkcs1": openssl("rsa", "-traditional", "-outform", "DER", octets=key),
        "key.traditional": openssl(
            "rsa", "-traditional", "-aes128", "-passout", "pass:secret", octets=key
        ),
        "key.encrypted": openssl("pkcs8", "-topk8", "-passout", "pass:secret", octets=key),
        "key.encrypted.der": openssl(
            "pkcs8", "-topk8", "-passout", "pass:secret", "-outform", "DER", octets=key
        ),
        "both.p12": openssl(
            "pkcs12", "-export", "-in", str(crt), "-inkey", str(pem), "-passout", "pass:secret"
        ),
        "crt.p12": openssl(
            "pkcs12", "-export", "-in", str(crt), "-nokeys", "-passout", "pass:secret"
        ),
        "certs.p7": openssl("crl2pkcs7", "-nocrl", "-certfile", str(crt)),
        "certs.p7der": openssl("crl2pkcs7", "-nocrl", "-certfile", str(crt), "-outform", "DER"),
        "csr.pem": openssl("req", "-new", "-key", str(pem), "-subj", "/CN=a"),
        "public.pem": openssl("pkey", "-pubout", octets=key),
    }
    files["csr.der"] = openssl("req", "-outform", "DER", octets=files["csr.pem"])
    files["public.der"] = openssl("pkey", "-pubout", "-outform", "DER", octets=key)
    return SimpleNamespace(**{name.replace(".", "_"): content for name, content in files.items()})


@pytest.mark.parametrize(
    ("file", "format_", "password"),
    [
        ("crt_pem", "pem", ""),
        ("crt_der", "der", ""),
        ("both_p12", "pkcs12", "secret"),
        ("crt_p12", "pkcs12", "secret"),
        ("certs_p7", "pkcs7-pem", ""),
        ("certs_p7der", "pkcs7-der", ""),
    ],
)
def test_a_certificate_is_read_from_every_format(made, file, format_, password):
    assert formats.read_certificates(getattr(made, file), format_, password) == [made.crt_der]


@pytest.mark.parametrize(
    ("file", "format_", "password"),
    [
        ("key_pem", "pem", ""),
        ("key_pem", "pem", "needless"),
        ("key_der", "der", ""),
        ("key_pkcs1", "der", ""),
        ("key_traditional", "pem", "secret"),
        ("key_encrypted", "pem", "secret"),
        ("key_encrypted_der", "der", "secret"),
        ("both_p12", "pkcs12", "secret"),
    ],
)
def test_a_key_is_read_from_every_format(made, file, format_, password):
    key = formats.read_key(getattr(made, file), format_, password)
    assert keys.same_public_key(made.crt_der, key)


@pytest.mark.parametrize(
    ("file", "format_"),
    [
        ("key_traditional", "pem"),
        ("key_encrypted", "pem"),
        ("key_encrypted_der", "der"),
        ("both_p12", "pkcs12"),
    ],
)
@pytest.mark.parametrize("password", ["", "wrong"])
def test_a_missing_or_wrong_password_is_said(made, file, format_, password):
    with pytest.raises(InvalidInputError, match="password") as caught:
        formats.read_key(getattr(made, file), format_, password)
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize(
    ("reader", "file", "format_", "words"),
    [
        ("certificates", "key_pem", "pem", "a private key, not a certificate"),
        ("certificates", "key_encrypted", "pem", "an encrypted private key, not a certificate"),
        ("certificates", "csr_pem", "pem", "a certification request, not a certificate"),
        ("certificates", "public_pem", "pem", "a public key, not a certificate"),
        ("certificates", "certs_p7", "pem", "PKCS#7, not a certificate"),
        ("certificates", "crt_der", "pem", "not PEM but a certificate"),
        ("certificates", "both_p12", "pem", "not PEM but PKCS#12"),
        ("certificates", "crt_pem", "der", "this is PEM, not DER - give format pem"),
        ("certificates", "key_der", "der", "a private key, not a certificate"),
        ("certificates", "key_pkcs1", "der", "a private key, not a certificate"),
        ("certificates", "csr_der", "der", "a certification request, not a certificate"),
        ("certificates", "public_der", "der", "a public key, not a certificate"),
        ("certificates", "certs_p7der", "der", "PKCS#7, not a certificate"),
        ("certificates", "both_p12", "der", "PKCS#12, not a certificate"),
        ("certificates", "crt_der", "pkcs12", "a certificate, not PKCS#12"),
        ("certificates", "crt_pem", "pkcs12", "PEM, not PKCS#12"),
        ("certificates", "crt_der", "pkcs7-der", "a certificate, not PKCS#7"),
        ("certificates", "certs_p7", "pkcs7-der", "PEM, not PKCS#7"),
        ("certificates", "certs_p7der", "pkcs7-pem", "not PEM but PKCS#7"),
        ("key", "crt_pem", "pem", "a certificate, not a private key"),
        ("key", "crt_der", "der", "a certificate, not a private key"),
        ("key", "crt_p12", "pkcs12", "holds no private key"),
        ("key", "certs_p7der", "pkcs7-der", "PKCS#7 file holds no private key"),
        ("crl", "crt_pem", "pem", "a certificate, not a CRL"),
        ("crl", "crt_der", "der", "a certificate, not a CRL"),
        ("crl", "certs_p7der", "pkcs7-der", "holds no CRL"),
        ("crl", "both_p12", "pkcs12", "holds no CRL"),
    ],
)
def test_what_was_found_instead_is_named(made, reader, file, format_, words):
    content = getattr(made, file)
    with pytest.raises(InvalidInputError) as caught:
        if reader == "certificates":
            formats.read_certificates(content, format_, "secret")
        elif reader == "key":
            formats.read_key(content, format_, "secret")
        else:
            formats.read_crl(content, format_)
    assert words in str(caught.value)
    assert caught.value.hint or "holds no" in words


@pytest.mark.parametrize("format_", met(4, formats.FORMATS))
def test_empty_long_and_foreign_files_are_refused(format_):
    for content in (
        b"",
        b" \n",
        b"hello world",
        bytes(3000),
        b"\x30" + bytes(5),
        bytes((1 << 20) + 1),
    ):
        for read in (formats.read_certificates, formats.read_key, formats.read_crl):
            with pytest.raises(InvalidInputError):
                read(content, format_)


def test_a_truncated_file_is_called_truncated(made):
    with pytest.raises(InvalidInputError, match="truncated"):
        formats.read_certificates(made.crt_der[:-10], "der")
    with pytest.raises(InvalidInputError, match="truncated"):
        formats.read_certificates(made.crt_pem[:-12], "pem")
    with pytest.raises(InvalidInputError, match="truncated"):
        formats.read_key(made.both_p12[:-10], "pkcs12", "secret")
    damaged = made.crt_pem.replace(b"MII", b"M!!", 1)
    with pytest.raises(InvalidInputError, match="base64"):
        formats.read_certificates(damaged, "pem")


def test_an_unknown_format_is_a_usage_error():
    with pytest.raises(UsageError):
        formats.read_certificates(b"x", "pkcs10")


def test_pem_takes_the_wanted_type_from_among_others(made):
    mixed = b"Bag Attributes\r\n" + made.key_pem + b"noise\n" + made.crt_pem.replace(b"\n", b"\r\n")
    mixed += made.csr_pem + made.crt_pem
    assert formats.read_certificates(mixed, "pem") == [made.crt_der, made.crt_der]
    assert keys.same_public_key(made.crt_der, formats.read_key(mixed, "pem"))


def test_an_ec_key_behind_its_parameters_is_found(openssl):
    pem = openssl("ecparam", "-name", "prime256v1", "-genkey")
    assert b"EC PARAMETERS" in pem
    assert keys.describe(keys.spec_of(formats.read_key(pem, "pem"))) == "ECDSA secp256r1"


def test_a_key_protected_by_too_many_iterations_is_refused_at_once(openssl, made, tmp_path):
    slow = openssl(
        "pkcs8", "-topk8", "-passout", "pass:secret", "-iter", "2000001", octets=made.key_pem
    )
    with pytest.raises(InvalidInputError, match="iterations"):
        formats.read_key(slow, "pem", "secret")
    ordinary = openssl(
        "pkcs8", "-topk8", "-passout", "pass:secret", "-iter", "600000", octets=made.key_pem
    )
    assert formats.read_key(ordinary, "pem", "secret")


def replaced(element, old, new):
    """Return DER *element* with the INTEGER *old* as *new*, lengths corrected all the way up."""
    if element.tag == der.INTEGER and int.from_bytes(element.content, "big") == old:
        return der.encode(der.INTEGER, new.to_bytes(5, "big"))
    nested = element.tag == der.OCTET_STRING and element.content[:1] == b"\x30"
    if not element.constructed and not nested:
        return element.whole
    try:
        parts = [replaced(part, old, new) for part in der.elements(element.content)]
    except InvalidInputError:
        return element.whole
    return der.encode(element.tag, *parts)


def test_a_giant_key_is_refused_before_its_numbers_are_checked():
    number = der.encode(der.INTEGER, b"\x7f" + bytes(200_000) + b"\x01")
    giant = der.encode(0x30, b"\x02\x01\x00", *[number] * 5)
    for content, format_ in (
        (giant, "der"),
        (to_pem(giant[:700_000], "RSA PRIVATE KEY"), "pem"),
    ):
        with pytest.raises(InvalidInputError, match=r"too long|longer"):
            formats.read_key(content, format_)


@pytest.mark.parametrize("options", [(), ("-nomac",), ("-nomac", "-certpbe", "NONE")])
def test_every_iteration_count_of_pkcs12_is_looked_at(options, openssl, made, tmp_path):
    """The MAC's stands outermost, those of the bags inside OCTET STRINGs."""
    (tmp_path / "both.pem").write_bytes(made.key_pem + made.crt_pem)
    file = openssl(
        "pkcs12", "-export", "-in", str(tmp_path / "both.pem"), "-passout", "pass:secret", *options
    )  # fmt: skip
    derivations.check(file)
    bomb = replaced(der.read(file), 2048, 0x7FFFFFFF)
    assert bomb != file
    with pytest.raises(InvalidInputError, match="iterations"):
        formats.read_key(bomb, "pkcs12", "secret")


def bered(element):
    """Return DER *element* with indefinite lengths and OCTET STRINGs in parts, as NSS writes it."""
    if element.constructed:
        return indefinite(element.tag, *map(bered, der.elements(element.content)))
    if element.tag == der.OCTET_STRING and len(element.content) > 8:
        halves = element.content[:8], element.content[8:]
        return indefinite(0x24, *(der.encode(der.OCTET_STRING, half) for half in halves))
    return element.whole


def test_pkcs12_with_indefinite_lengths_is_read(made):
    file = bered(der.read(made.both_p12))
    assert file != made.both_p12
    assert contents.identify(file) == contents.PKCS12
    assert formats.read_certificates(file, "pkcs12", "secret")
    assert formats.read_key(file, "pkcs12", "secret")


def test_its_iterations_are_bounded_too(made):
    bomb = bered(der.read(replaced(der.read(made.both_p12), 2048, 0x7FFFFFFF)))
    with pytest.raises(InvalidInputError, match="iterations"):
        formats.read_key(bomb, "pkcs12", "secret")


@pytest.mark.parametrize(
    "data",
    [
        *(head * 30_000 for head in (b"\x30\x80", b"\x24\x80")),
        b"\x30\x80" + b"\x05\x00" * 30_000 + b"\x00\x00",
        b"\x30\x80\x02\x01\x03",  # without an end
    ],
)
def test_indefinite_lengths_cost_neither_stack_nor_time(data):
    assert contents.identify(data) == contents.UNKNOWN
    for read in (formats.read_certificates, formats.read_key):
        with pytest.raises(InvalidInputError):
            read(data, "pkcs12")


def test_parts_of_parts_without_end_are_too_deep():
    deep = b"\x04\x01a"
    for _ in range(1000):
        deep = der.encode(0x24, deep)
    with pytest.raises(InvalidInputError, match="deep"):
        list(ber.elements(deep))


def test_a_deep_structure_is_refused():
    deep = b""
    for _ in range(100):
        deep = der.encode(0x30, deep)
    with pytest.raises(InvalidInputError, match="deep"):
        derivations.check(deep)
    for read in (formats.read_certificates, formats.read_key, formats.read_crl):
        for format_ in ("der", "pkcs7-der", "pkcs12"):
            with pytest.raises(InvalidInputError):
                read(deep, format_)


def indefinite(tag, *parts):
    return bytes((tag, 0x80)) + b"".join(parts) + b"\x00\x00"


def ber_pkcs7(*certificates):
    """Certs-only SignedData with indefinite lengths [X.690, 8.1.3.6], as some EST servers send."""
    data = bytes.fromhex("06092a864886f70d010701")
    signed = bytes.fromhex("06092a864886f70d010702")
    return indefinite(
        0x30,
        signed,
        indefinite(
            0xA0,
            indefinite(
                0x30, b"\x02\x01\x01", b"\x31\x00", indefinite(0x30, data),
                indefinite(0xA0, *certificates), indefinite(0x31),
            ),
        ),
    )  # fmt: skip


def test_pkcs7_in_ber_gives_the_certificates_octet_for_octet(made, lab, root, openssl):
    ber = ber_pkcs7(made.crt_der, root.der)
    assert openssl("pkcs7", "-inform", "DER", "-print_certs", octets=ber).count(b"BEGIN") == 2
    assert formats.read_certificates(ber, "pkcs7-der") == [made.crt_der, root.der]


def test_pkcs7_without_certificates_or_with_too_many_is_refused(root):
    with pytest.raises(InvalidInputError, match="no certificate"):
        formats.read_certificates(ber_pkcs7(), "pkcs7-der")
    with pytest.raises(InvalidInputError, match="more than 256"):
        formats.read_certificates(ber_pkcs7(*[root.der] * 257), "pkcs7-der")


# RFC 5652, 4 to 9: data, envelopedData, digestedData, encryptedData; RFC 8551: compressedData
@pytest.mark.parametrize("kind", ["7.1", "7.3", "7.5", "7.6", "9.16.1.9"])
def test_pkcs7_of_another_content_type_holds_no_certificates(root, kind):
    """Its content is a SignedData that could be read [RFC 5652, 3]."""
    whole = pkcs7.write([root.der])
    signed, content = (part.whole for part in der.elements(der.read(whole).content))
    other = der.encode_oid(f"1.2.840.113549.1.{kind}")
    in_ber = ber_pkcs7(root.der)
    for one in (whole, in_ber):
        assert pkcs7.objects(one, "certificates") == [root.der]
    for one in (der.encode(der.SEQUENCE, other, content), in_ber.replace(signed, other, 1)):
        with pytest.raises(InvalidInputError, match="PKCS#7 is not SignedData"):
            pkcs7.objects(one, "certificates")


def test_pkcs7_that_never_ends_is_refused(root):
    for bad in (
        b"\x30\x80" * 200_000,
        ber_pkcs7(b"\x30\x80" * 50_000),
        ber_pkcs7(root.der)[:-9],
        ber_pkcs7(root.der) + b"more",
    ):
        with pytest.raises(InvalidInputError):
            formats.read_certificates(bad, "pkcs7-der")


def test_openssl_reads_what_is_written(made, root, openssl):
    both = [made.crt_der, root.der]
    for format_, form in (("pkcs7-der", "DER"), ("pkcs7-pem", "PEM")):
        text = openssl(
            "pkcs7", "-inform", form, "-print_certs",
            octets=formats.write_certificates(both, format_),
        )  # fmt: skip
        assert text.count(b"BEGIN CERTIFICATE") == 2
        assert sorted(
            formats.read_certificates(formats.write_certificates(both, format_), format_)
        ) == sorted(both)
    assert formats.write_certificates([made.crt_der], "pem") == made.crt_pem
    assert formats.write_certificates([made.crt_der], "der") == made.crt_der
    assert formats.read_certificates(formats.write_certificates(both, "pem"), "pem") == both
    for bad in ("pkcs12", "der", "nonsense"):
        with pytest.raises(UsageError):
            formats.write_certificates(both, bad)


def test_a_key_is_written_only_under_a_password_and_openssl_opens_it(made, openssl):
    key = formats.read_key(made.key_pem, "pem")
    plain = keys.private_der(key)
    for format_, form in (("pem", "PEM"), ("der", "DER")):
        written = formats.write_key(key, format_, "secret")
        opened = openssl(
            "pkey", "-inform", form, "-passin", "pass:secret", "-outform", "DER", octets=written
        )
        assert opened in (plain, made.key_pkcs1)
        assert plain not in written
    for write in (
        formats.write_key,
        lambda key, _form, word: formats.write_pkcs12(made.crt_der, key, word),
    ):
        with pytest.raises(UsageError, match="clear"):
            write(key, "pem", "")
    with pytest.raises(UsageError):
        formats.write_key(key, "pkcs7-der", "secret")
    shown = openssl(
        "pkcs12", "-nodes", "-passin", "pass:secret",
        octets=formats.write_pkcs12(made.crt_der, key, "secret"),
    )  # fmt: skip
    assert b"BEGIN CERTIFICATE" in shown and b"BEGIN PRIVATE KEY" in shown
    opened = pkcs12.load_pkcs12(formats.write_key(key, "pkcs12", "secret"), b"secret")
    assert keys.private_der(opened.key) == plain


@pytest.fixture
def crl(lab, root):
    builder = x509.CertificateRevocationListBuilder(root.subject, lab.now, lab.now + lab.day)
    return builder.sign(root.key, hashes.SHA256()).public_bytes(Encoding.DER)


def test_a_crl_is_read_and_written(crl, root, openssl, tmp_path):
    assert formats.read_crl(crl, "der") == crl
    assert formats.write_crl(crl, "der") == crl
    pem = formats.write_crl(crl, "pem")
    assert openssl("crl", "-outform", "DER", octets=pem) == crl
    assert formats.read_crl(root.der and pem, "pem") == crl
    bag = openssl("crl2pkcs7", "-outform", "DER", octets=pem)
    assert formats.read_crl(bag, "pkcs7-der") == crl
    with pytest.raises(UsageError):
        formats.write_crl(crl, "pkcs12")
    damaged = b"-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n"
    with pytest.raises(InvalidInputError):
        formats.read_crl(damaged, "pem")


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_harmless(data, made):
    reader, file, format_ = data.draw(
        st.sampled_from(
            [
                (formats.read_certificates, "crt_der", "der"),
                (formats.read_certificates, "crt_pem", "pem"),
                (formats.read_certificates, "certs_p7der", "pkcs7-der"),
                (formats.read_certificates, "both_p12", "pkcs12"),
                (formats.read_key, "both_p12", "pkcs12"),
                (formats.read_key, "key_encrypted_der", "der"),
            ]
        )
    )
    content = bytearray(getattr(made, file))
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position : position + data.draw(st.integers(0, 3))] = data.draw(
            st.binary(max_size=3)
        )
        if not content:
            break
    arguments = ("secret",) if format_ == "pkcs12" or "encrypted" in file else ()
    try:
        reader(bytes(content), format_, *arguments)
    except SrpkiError as error:
        sentence = error.sentence
    else:
        sentence = "harmless"
    assert sentence and not sentence.endswith(".")


def test_begin_lines_without_end_cost_no_more_than_their_length(tmp_path):
    """Searched anew from each of them, a file of a megabyte would take minutes."""
    data = (b"-----BEGIN A-----\n" * (1 << 16))[: formats.MAX_OCTETS]
    begun = time.process_time()
    with pytest.raises(InvalidInputError, match="truncated"):
        formats.read_certificates(data, "pem")
    assert time.process_time() - begun < 5


def test_a_block_without_end_does_not_hide_the_next_of_another_kind(made):
    data = b"-----BEGIN X509 CRL-----\nMAA=\n" + made.crt_pem
    assert formats.read_certificates(data, "pem") == [made.crt_der]


def test_a_truncated_block_before_a_whole_one_of_its_kind_is_damage(made):
    with pytest.raises(InvalidInputError, match="not base64"):
        formats.read_certificates(made.crt_pem[:200] + b"\n" + made.crt_pem, "pem")
