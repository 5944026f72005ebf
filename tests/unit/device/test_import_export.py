"""``import`` and ``export``: every format, every refusal, and what rests on disk."""

import os
import stat
from datetime import datetime

import pytest

PKI = "admin system security pki"


@pytest.fixture(scope="session")
def made(openssl, tmp_path_factory):
    """Files that openssl made: a certificate, its key, a CRL and containers, by name."""
    place = tmp_path_factory.mktemp("openssl")
    key, certificate = place / "key.pem", place / "cert.pem"
    run = openssl
    run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", place / "sec1.pem")
    run("pkcs8", "-topk8", "-nocrypt", "-in", place / "sec1.pem", "-out", key)
    run(
        "req",
        "-x509",
        "-new",
        "-key",
        key,
        "-subj",
        "/CN=made",
        "-days",
        "3650",
        "-out",
        certificate,
    )
    run("x509", "-in", certificate, "-outform", "DER", "-out", place / "cert.der")
    run("pkcs8", "-topk8", "-nocrypt", "-in", key, "-outform", "DER", "-out", place / "key.der")
    run("pkcs8", "-topk8", "-in", key, "-passout", "pass:right", "-out", place / "sealed-key.pem")
    run(
        "pkcs12",
        "-export",
        "-in",
        certificate,
        "-inkey",
        key,
        "-passout",
        "pass:right",
        "-out",
        place / "both.p12",
    )
    run("crl2pkcs7", "-nocrl", "-certfile", certificate, "-out", place / "cert.p7b")
    run(
        "crl2pkcs7",
        "-nocrl",
        "-certfile",
        certificate,
        "-outform",
        "DER",
        "-out",
        place / "cert.p7c",
    )
    run("req", "-new", "-key", key, "-subj", "/CN=made", "-out", place / "request.pem")
    run("genpkey", "-algorithm", "ed25519", "-out", place / "ed25519.pem")
    run("pkey", "-in", key, "-pubout", "-out", place / "public.pem")
    (place / "index.txt").write_text("")
    (place / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=it\n[it]\ndatabase={place}/index.txt\ndefault_md=sha256\n"
    )
    run(
        "ca",
        "-gencrl",
        "-config",
        place / "ca.cnf",
        "-keyfile",
        key,
        "-cert",
        certificate,
        "-crldays",
        "30",
        "-out",
        place / "crl.pem",
    )
    run("crl", "-in", place / "crl.pem", "-outform", "DER", "-out", place / "crl.der")
    made = {path.name: path.read_bytes() for path in place.iterdir()}
    made["truncated.pem"] = made["cert.pem"][:200]
    made["truncated.der"] = made["cert.der"][:200]
    made["empty"] = b""
    made["blank"] = b" \n\n"
    made["random"] = os.urandom(3000)
    made["long"] = b"\x30" * ((1 << 20) + 1)
    return made


def importing(bench, source, content, kind, form, output, more=""):
    """Put *content* on cf3: and return the command that imports it."""
    bench.put(source, content)
    return (
        f'{PKI} import type {kind} format {form} input-url "cf3:/{source}"'
        f' output-file "{output}" {more}'
    )


def dates(openssl, pem):
    """Return from when to when openssl takes the certificate *pem* for valid."""
    told = openssl("x509", "-noout", "-dates", "-dateopt", "iso_8601", octets=pem).decode()
    return [datetime.fromisoformat(line.partition("=")[2]) for line in told.splitlines()]


@pytest.mark.parametrize(
    ("name", "kind", "form", "more"),
    [
        ("cert.pem", "certificate", "pem", ""),
        ("cert.der", "certificate", "der", ""),
        ("cert.p7b", "certificate", "pkcs7-pem", ""),
        ("cert.p7c", "certificate", "pkcs7-der", ""),
        ("both.p12", "certificate", "pkcs12", 'password "right"'),
        ("key.pem", "key", "pem", ""),
        ("sec1.pem", "key", "pem", ""),
        ("key.der", "key", "der", ""),
        ("sealed-key.pem", "key", "pem", 'password "right"'),
        ("both.p12", "key", "pkcs12", 'password "right"'),
        ("crl.pem", "crl", "pem", ""),
        ("crl.der", "crl", "der", ""),
    ],
)
def test_every_format_is_imported_and_rests_sealed(
    bench, fresh, made, openssl, name, kind, form, more
):
    bench.mark()
    bench.do(importing(bench, f"{fresh}.in", made[name], kind, form, f"{fresh}.x", more))
    stored = bench.cf3 / "system-pki" / f"{fresh}.x"
    assert stat.S_IMODE(stored.stat().st_mode) == 0o600
    for reader in (("pkey", "-noout"), ("x509", "-noout"), ("crl", "-noout")):
        for encoding in ("DER", "PEM"):
            openssl(reader[0], "-inform", encoding, "-in", stored, *reader[1:], fails=True)
    (event,) = bench.news(2232)  # tmnxCertImport [pki.md section 12]
    begins, ends = dates(openssl, made["cert.pem"]) if kind == "certificate" else (None, None)
    assert event.fields == {
        "kind": kind,
        "url": f"cf3:\\{fresh}.in",
        "file": f"{fresh}.x",
        "format": form,
        "not-before": begins,
        "not-after": ends,
        "outcome": "success",
        "reason": None,
    }


def test_what_is_exported_is_what_was_imported_as_openssl_reads_it(bench, fresh, made, openssl):
    bench.do(importing(bench, f"{fresh}-1", made["cert.pem"], "certificate", "pem", f"{fresh}.crt"))
    bench.do(importing(bench, f"{fresh}-2", made["key.pem"], "key", "pem", f"{fresh}.key"))
    bench.do(importing(bench, f"{fresh}-3", made["crl.pem"], "crl", "pem", f"{fresh}.crl"))

    def export(kind, form, output, more=""):
        source = {"certificate": "crt", "key": "key", "crl": "crl"}[kind]
        bench.do(
            f'{PKI} export type {kind} format {form} input-file "{fresh}.{source}"'
            f' output-url "cf3:/{fresh}-{output}" {more}'
        )
        return bench.cf3 / f"{fresh}-{output}"

    known = openssl("x509", "-outform", "DER", octets=made["cert.pem"])
    public = openssl("pkey", "-pubout", octets=made["key.pem"])
    assert openssl("x509", "-in", export("certificate", "pem", "c.pem"), "-outform", "DER") == known
    assert export("certificate", "der", "c.der").read_bytes() == known
    for form, encoding in (("pkcs7-pem", "PEM"), ("pkcs7-der", "DER")):
        bag = export("certificate", form, form)
        listed = openssl("pkcs7", "-inform", encoding, "-in", bag, "-print_certs")
        assert openssl("x509", "-outform", "DER", octets=listed) == known
    password = ("-passin", "pass:pass word")
    sealed = export("key", "pem", "k.pem", 'password "pass word"')
    assert b"ENCRYPTED" in sealed.read_bytes()
    assert openssl("pkey", "-in", sealed, "-pubout", *password) == public
    sealed = export("key", "der", "k.der", 'password "pass word"')
    assert openssl("pkey", "-inform", "DER", "-in", sealed, "-pubout", *password) == public
    openssl("pkey", "-inform", "DER", "-in", sealed, "-pubout", "-passin", "pass:wrong", fails=True)
    both = export(
        "certificate", "pkcs12", "both.p12", f'password "pass word" key-file "{fresh}.key"'
    )
    inside = openssl("pkcs12", "-in", both, "-nodes", *password)
    assert openssl("pkey", "-pubout", octets=inside) == public
    assert openssl("x509", "-outform", "DER", octets=inside) == known
    crl = openssl("crl", "-outform", "DER", octets=made["crl.pem"])
    assert openssl("crl", "-in", export("crl", "pem", "r.pem"), "-outform", "DER") == crl
    assert export("crl", "der", "r.der").read_bytes() == crl


REFUSED = (
    ("key.pem", "certificate", "pem", "", "this is a private key, not a certificate"),
    ("key.der", "certificate", "der", "", "this is a private key, not a certificate"),
    ("cert.pem", "key", "pem", "", "this is a certificate, not a private key"),
    ("cert.der", "key", "der", "", "this is a certificate, not a private key"),
    ("cert.pem", "crl", "pem", "", "this is a certificate, not a CRL"),
    ("crl.pem", "certificate", "pem", "", "this is a CRL, not a certificate"),
    ("request.pem", "certificate", "pem", "", "certification request"),
    ("public.pem", "key", "pem", "", "this is a public key"),
    ("cert.pem", "certificate", "der", "", "this is PEM, not DER"),
    ("cert.der", "certificate", "pem", "", "not PEM"),
    ("cert.der", "certificate", "pkcs12", "", "not PKCS#12"),
    ("cert.der", "certificate", "pkcs7-der", "", "not PKCS#7"),
    ("key.pem", "key", "pkcs7-pem", "", "holds no private key"),
    ("truncated.pem", "certificate", "pem", "", "truncated"),
    ("truncated.der", "certificate", "der", "", "truncated"),
    ("empty", "certificate", "pem", "", "the file is empty"),
    ("empty", "key", "der", "", "the file is empty"),
    ("blank", "certificate", "pem", "", "the file is empty"),
    ("random", "certificate", "pem", "", "not PEM"),
    ("random", "certificate", "der", "", "unknown kind"),
    ("random", "key", "der", "", "unknown kind"),
    ("random", "certificate", "pkcs12", 'password "x"', "not PKCS#12"),
    ("random", "crl", "der", "", "unknown kind"),
    ("long", "certificate", "der", "", "longer than 1048576 octets"),
    ("sealed-key.pem", "key", "pem", "", "encrypted"),
    ("sealed-key.pem", "key", "pem", 'password "wrong"', "is the password right"),
    ("both.p12", "key", "pkcs12", 'password "wrong"', "is the password right"),
    ("both.p12", "certificate", "pkcs12", "", "give its password"),
    ("ed25519.pem", "key", "pem", "", "key"),
)


@pytest.mark.parametrize(("name", "kind", "form", "more", "word"), REFUSED)
def test_what_cannot_be_imported_is_named_for_what_it_is(
    bench, fresh, made, name, kind, form, more, word
):
    bench.mark()
    command = importing(bench, f"{fresh}.in", made[name], kind, form, f"{fresh}.x", more)
    line = bench.refused(command)
    assert word in line
    assert "wrong" not in line and "right" not in line.replace("is the password right", "").replace(
        "give the right", ""
    )
    assert f"{fresh}.x" not in bench.router.node.keystore.names()
    (event,) = bench.news(2232)
    assert event.fields["outcome"] == "failed" and event.fields["reason"] in line


def test_an_import_that_fails_leaves_the_file_of_that_name(bench, fresh, made):
    bench.do(importing(bench, f"{fresh}.in", made["cert.pem"], "certificate", "pem", f"{fresh}.x"))
    before = bench.stored(f"{fresh}.x")
    bench.refused(
        importing(bench, f"{fresh}.in", made["truncated.pem"], "certificate", "pem", f"{fresh}.x")
    )
    assert bench.stored(f"{fresh}.x") == before


@pytest.mark.parametrize("output", [".x", "..", "gone.previous", "gone.PREVIOUS"])
def test_a_name_that_the_keystore_needs_itself_is_refused(bench, made, output):
    bench.refused(importing(bench, "name.in", made["cert.pem"], "certificate", "pem", output))


@pytest.mark.parametrize("output", ["a/b", "a\\b", "cf3:b", "../b"])
def test_a_name_that_carries_a_path_is_refused_by_the_cli_and_by_the_device(bench, made, output):
    command = importing(bench, "path.in", made["cert.pem"], "certificate", "pem", output)
    assert "File name must not contain a path" in bench.fails(command)  # [pki.md section 1]
    inputs = {"type": "certificate", "format": "pem", "input-url": "cf3:/path.in"}
    result = bench.router.node.run("pki.import", {**inputs, "output-file": output})
    assert not result.ok
    assert "File name must not contain a path" in str(result.error)


def test_a_generated_key_is_der_and_a_key_whatever_it_is_called_on_import(bench, fresh):
    bench.do(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" ecdsa-curve secp256r1')
    source = f'input-url "cf3:/{fresh}.key" output-file "{fresh}.key"'
    assert "private key" in bench.refused(f"{PKI} import type certificate format der {source}")
    assert "private key" in bench.refused(f"{PKI} import type crl format der {source}")
    assert "not PEM" in bench.refused(f"{PKI} import type key format pem {source}")
    bench.do(f"{PKI} import type key format der {source}")


def test_a_generated_key_of_another_chassis_or_a_damaged_one_is_refused(
    bench, fresh, opened, tmp_path
):
    with opened(tmp_path / "other") as other:
        other.do(f'{PKI} generate-keypair save-path "cf3:/k" ecdsa-curve secp256r1')
        foreign = (other.cf3 / "k").read_bytes()
    line = bench.refused(importing(bench, fresh, foreign, "key", "der", "foreign.key"))
    assert "another chassis" in line
    bench.do(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" ecdsa-curve secp256r1')
    own = (bench.cf3 / f"{fresh}.key").read_bytes()
    line = bench.refused(importing(bench, fresh, own[:-1] + b"x", "key", "der", "damaged.key"))
    assert "damaged" in line
    line = bench.refused(importing(bench, fresh, own[:40], "key", "der", "short.key"))
    assert "truncated" in line


def test_a_copy_of_an_imported_file_is_not_imported_again(bench, fresh, made):
    bench.do(importing(bench, f"{fresh}.in", made["key.pem"], "key", "pem", f"{fresh}.key"))
    (copy,) = bench.stored(f"{fresh}.key")
    line = bench.refused(importing(bench, f"{fresh}.copy", copy, "key", "der", f"{fresh}-2.key"))
    assert "sealed file" in line


def test_a_file_dropped_into_system_pki_was_not_imported(bench, fresh, made):
    """Dropping a PEM file there by hand does not work [pki.md section 7]."""
    bench.key(f"{fresh}-any")  # so that the directory is there
    dropped = bench.cf3 / "system-pki" / f"{fresh}.crt"
    dropped.write_bytes(made["cert.pem"])
    line = bench.refused(
        f'{PKI} export type certificate format pem input-file "{fresh}.crt"'
        f' output-url "cf3:/{fresh}.out"'
    )
    dropped.unlink()
    assert "was not imported" in line


def test_a_certificate_is_imported_with_its_chain_checked_only_when_it_leads_to_a_ca(
    bench, fresh, made
):
    more = "validate-certificate-chain"
    line = bench.refused(
        importing(bench, f"{fresh}.in", made["cert.pem"], "certificate", "pem", f"{fresh}.x", more)
    )
    assert f"{fresh}.x" not in bench.router.node.keystore.names(), line
    bench.enrol_cmp(fresh)
    bench.do(
        f'{PKI} import type certificate format der input-url "cf3:/{fresh}.der"'
        f' output-file "{fresh}-2.crt" {more}'
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('type key format pem input-file "{0}.key"', "password"),
        ('type key format der input-file "{0}.key"', "password"),
        ('type key format pkcs12 input-file "{0}.key"', "password"),
        ('type key format pkcs7-der input-file "{0}.key" password "p"', "pkcs7-der"),
        ('type certificate format pkcs12 input-file "{0}.crt" password "p"', "key-file"),
        ('type certificate format pkcs12 input-file "{0}.crt" key-file "{0}.key"', "password"),
        ('type certificate format pem input-file "{0}.key"', "is a private key"),
        ('type key format pem input-file "{0}.crt" password "p"', "is a certificate"),
        ('type crl format pem input-file "{0}.crt"', "is a certificate"),
        ('type certificate format pem input-file "none.crt"', "does not exist"),
    ],
)
def test_an_export_that_is_refused_writes_nothing(bench, fresh, made, words, told):
    bench.do(importing(bench, f"{fresh}-1", made["cert.pem"], "certificate", "pem", f"{fresh}.crt"))
    bench.do(importing(bench, f"{fresh}-2", made["key.pem"], "key", "pem", f"{fresh}.key"))
    line = bench.refused(f'{PKI} export {words.format(fresh)} output-url "cf3:/{fresh}.out"')
    assert told in line
    assert not (bench.cf3 / f"{fresh}.out").exists()


def test_an_export_never_writes_over_a_file(bench, fresh, made):
    bench.do(importing(bench, f"{fresh}-1", made["cert.pem"], "certificate", "pem", f"{fresh}.crt"))
    line = bench.refused(
        f'{PKI} export type certificate format pem input-file "{fresh}.crt"'
        f' output-url "cf3:/{fresh}-1"'
    )
    assert "exists already" in line
    assert (bench.cf3 / f"{fresh}-1").read_bytes() == made["cert.pem"]


def test_every_export_is_told_as_it_went(bench, fresh, made):
    bench.do(importing(bench, f"{fresh}-1", made["cert.pem"], "certificate", "pem", f"{fresh}.crt"))
    line = f'{PKI} export type certificate format der input-file "{fresh}.crt" output-url'
    bench.mark()
    bench.do(f'{line} "cf3:/{fresh}.der"')
    bench.refused(f'{line} "cf3:/{fresh}.der"')
    good, bad = (event.text for event in bench.news(2233))  # tmnxCertExport [pki.md section 12]
    assert good == (
        f'Export of certificate "{fresh}.crt" to cf3:\\{fresh}.der, format der: success.'
    )
    assert bad.endswith(f'failed: "cf3:\\{fresh}.der" exists already.')


def test_both_commands_are_typed_in_the_classic_cli_too(bench, fresh, made):
    bench.put(f"{fresh}.in", made["cert.pem"])
    bench.do(  # the order of the transcripts [pki.md 4.1]
        f"admin certificate import type cert input cf3:/{fresh}.in output {fresh}.crt format pem",
        f"admin certificate export type cert input {fresh}.crt output cf3:/{fresh}.out format der",
        cli="classic",
    )
    assert (bench.cf3 / f"{fresh}.out").read_bytes() == made["cert.der"]
