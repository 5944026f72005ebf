"""Files that are nearly DER: told at import, marked when shown, kept without what is behind them."""

import pytest
from crooked import KINDS, Kind, Maker, authority, common_name, extension, leaf

from srpki.x509 import formats, keys
from srpki.x509.pem import write as to_pem

PKI = "admin system security pki"


@pytest.fixture(scope="module")
def gw():
    return Maker(common_name("gw"))


@pytest.fixture(scope="module")
def root():
    return authority()[0]


def imported(bench, name, content, form="der", kind="certificate"):
    bench.put(name, content)
    return bench.do(
        f'{PKI} import type {kind} input-url "cf3:/{name}" output-file "{name}" format {form}'
    )


@pytest.mark.parametrize("title", ["cA FALSE", "@ in PrintableString", "serial number 0"])
def test_an_import_tells_what_is_not_der_and_show_marks_it(title, bench, fresh, root, gw):
    kind = KINDS[title]
    mark = f"not DER: {kind.field}; a router may refuse it"
    name = f"{fresh}.crt"
    assert mark in imported(bench, name, leaf(root, gw.spki, kind))
    for url in (name, f"system-pki/{name}"):
        shown = bench.do(f'{PKI} show file-content "cf3:/{url}" format der type certificate')
        assert mark in shown and "Certificate:" in shown


def test_nothing_is_told_of_what_is_der(bench, fresh, root, gw):
    told = imported(bench, f"{fresh}.crt", leaf(root, gw.spki))
    assert "not DER" not in told


@pytest.mark.parametrize("behind", [b"\n", b"\r\n", b"\0" * 3, b"anything at all"])
def test_octets_behind_a_certificate_are_dropped_and_told(behind, bench, fresh, root, gw):
    der = leaf(root, gw.spki)
    pem = to_pem(der + behind, "CERTIFICATE")
    for form, content in (("der", der + behind), ("pem", pem)):
        name = f"{fresh}-{form}.crt"
        assert "not DER: octets behind the certificate;" in imported(bench, name, content, form)
        assert bench.router.node.keystore.read_certificate(name) == der
        shown = bench.do(f'{PKI} show file-content "cf3:/{name}" format {form} type certificate')
        assert "not DER: octets behind the certificate;" in shown
        kept = bench.do(
            f'{PKI} show file-content "cf3:/system-pki/{name}" format der type certificate'
        )
        assert "not DER" not in kept


def test_an_extension_that_cannot_be_read_is_told_where_it_stands(bench, fresh, root, gw):
    name = f"{fresh}.crt"
    der = leaf(root, gw.spki, Kind("", extension("2.5.29.15", b"\x30\x01")))
    assert "not DER: keyUsage;" in imported(bench, name, der)
    shown = bench.do(f'{PKI} show file-content "cf3:/{name}" format der type certificate')
    assert "X509v3 Key Usage: \n" in shown and "cannot be read: it is not well formed" in shown


def test_a_neighbour_that_cannot_be_read_spoils_no_bundle(bench, fresh, root, gw):
    good = leaf(root, gw.spki)
    bad = to_pem(b"\x30\x03\x02\x01\x05", "CERTIFICATE")
    torn = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n"
    bundle = to_pem(good, "CERTIFICATE") + bad + torn
    imported(bench, f"{fresh}.crt", bundle, "pem")
    assert formats.read_certificates(bundle, "pem") == [good]
    line = bench.refused(
        f'{PKI} import type certificate input-url "cf3:/{fresh}.crt" output-file "{fresh}.x" format der'
    )
    assert "PEM" in line
    bench.put(f"{fresh}.pem", bad + bundle)
    line = bench.refused(
        f'{PKI} import type certificate input-url "cf3:/{fresh}.pem" output-file "{fresh}.y" format pem'
    )
    assert "the certificate cannot be read" in line  # the first one is what is imported


def test_a_key_with_a_newline_behind_it_is_imported(bench, fresh):
    key = keys.private_der(keys.generate(keys.KeySpec("ecdsa", curve="secp256r1")))
    told = imported(bench, f"{fresh}.key", key + b"\n", kind="key")
    assert "not DER: octets behind the key;" in told
