"""``generate-keypair``: what is made, where it is written, and what is refused."""

import stat

import pytest
from counting import met

PKI = "admin system security pki"


@pytest.mark.parametrize(
    ("kind", "described"),
    [
        ("rsa-key-size 1024", "1024 bit"),
        ("rsa-key-size 2048", "2048 bit"),
        ("dsa-key-size 1024", "1024 bit"),
        ("ecdsa-curve secp256r1", "NIST CURVE: P-256"),
        ("ecdsa-curve secp384r1", "NIST CURVE: P-384"),
        ("ecdsa-curve secp521r1", "NIST CURVE: P-521"),
    ],
)
def test_the_key_is_of_the_kind_asked_for_as_openssl_sees_it(
    bench, fresh, openssl, kind, described
):
    bench.key(fresh, kind)
    url = f"cf3:/{fresh}-out.pem"
    bench.do(
        f'{PKI} export type key format pem input-file "{fresh}.key" output-url "{url}" password "pw"'
    )
    text = openssl(
        "pkey", "-in", bench.cf3 / f"{fresh}-out.pem", "-passin", "pass:pw", "-noout", "-text"
    )
    assert described in text.decode()


@pytest.mark.parametrize(
    "command",
    [
        "size 1024",  # the order of the transcripts, and the documented one [pki.md 4.1]
        "size 1024 type rsa",
        "type dsa size 1024",
        "type ecdsa curve secp384r1",
        "curve secp521r1 type ecdsa",
    ],
)
def test_the_classic_cli_makes_the_same_keys(bench, fresh, command):
    bench.do(f"admin certificate gen-keypair cf3:/{fresh} {command}", cli="classic")
    bench.do(
        f"admin certificate import type key input cf3:/{fresh} output {fresh}.key format der",
        cli="classic",
    )
    assert f"{fresh}.key" in bench.router.node.keystore.names()


def test_the_file_is_sealed_and_readable_by_its_owner_alone(bench, fresh, openssl):
    bench.do(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" rsa-key-size 2048')
    path = bench.cf3 / f"{fresh}.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    openssl("pkey", "-inform", "DER", "-in", path, "-noout", fails=True)
    openssl("pkey", "-inform", "PEM", "-in", path, "-noout", fails=True)
    assert b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01" not in path.read_bytes()  # rsaEncryption


def test_two_keys_are_never_the_same(bench, fresh):
    names = (f"{fresh}-1", f"{fresh}-2")
    for name in names:
        bench.key(name)
    one, other = (bench.router.node.keystore.read_key(f"{name}.key") for name in names)
    assert one.public_key() != other.public_key()


@pytest.mark.parametrize(
    ("cli", "command"),
    [
        ("classic", "admin certificate gen-keypair {}"),
        ("md", f"{PKI} generate-keypair save-path {{}} ecdsa-curve secp256r1"),
    ],
)
def test_a_file_that_exists_is_overwritten(bench, fresh, cli, command):
    """As a router does [observed-2.md 6]; the new file is for its owner alone again."""
    bench.put(f"{fresh}.key", b"old")
    (bench.cf3 / f"{fresh}.key").chmod(0o644)
    bench.do(command.format(f"cf3:/{fresh}.key"), cli=cli)
    assert (bench.cf3 / f"{fresh}.key").read_bytes() != b"old"
    assert stat.S_IMODE((bench.cf3 / f"{fresh}.key").stat().st_mode) == 0o600


def test_the_classic_cli_makes_rsa_2048_unless_told_otherwise(bench, fresh, openssl):
    """Seen without size and type it ended in a KeyError; the default is decided [observed-2.md 6]."""
    admin = "admin certificate"
    bench.do(f"{admin} gen-keypair cf3:/{fresh}", cli="classic")
    bench.do(
        f"{admin} import type key input cf3:/{fresh} output {fresh}.key format der", cli="classic"
    )
    url = f"cf3:/{fresh}-out.pem"
    bench.do(
        f"{admin} export type key input {fresh}.key output {url} format pem password pw",
        cli="classic",
    )
    shown = openssl("pkey", "-in", bench.cf3 / f"{fresh}-out.pem", "-passin", "pass:pw", "-text")
    assert b"2048 bit" in shown


def test_the_md_cli_wants_a_kind_and_a_caller_without_a_grammar_does_too(bench, fresh):
    wanted = "rsa-key-size|dsa-key-size|ecdsa-curve"
    said = bench.fails(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key"')
    assert said.endswith(f"MINOR: CLI #2001: Missing element value - '{wanted}'")
    result = bench.router.node.run("pki.generate-keypair", {"save-path": f"cf3:\\{fresh}.key"})
    assert result.error.names == (wanted,)
    assert not (bench.cf3 / f"{fresh}.key").exists()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("cf3:/../out.key", "begins with a dot"),
        ("cf3:/a/../../out.key", "begins with a dot"),
        ("cf3:/.hidden.key", "begins with a dot"),
        ("cf1:/out.key", "not present"),
        ("cf3:/system-pki/out.key", "imported files"),
        ("cf3:/system-pki", "imported files"),
        ("cf3:/config.cfg", "saved configuration"),
    ],
)
def test_a_place_that_is_not_the_operator_s_is_refused(bench, url, word):
    line = bench.refused(f'{PKI} generate-keypair save-path "{url}" ecdsa-curve secp256r1')
    assert word in line
    assert not any(path.name == "out.key" for path in met(20, bench.node.rglob("*")))


@pytest.mark.parametrize("url", ["/tmp/out.key", "tftp://host/out.key", "cf3:/", "cf9:/out.key"])
def test_what_is_no_cflash_url_is_refused_where_it_is_typed(bench, url):
    answer = bench.fails(f'{PKI} generate-keypair save-path "{url}" ecdsa-curve secp256r1')
    assert "The given string is not a valid cflash URL." in answer  # [pki.md section 1]


@pytest.mark.parametrize("kind", ["rsa-key-size 512", "rsa-key-size 1023", "dsa-key-size 1000"])
def test_a_size_that_the_schema_takes_and_the_library_does_not_is_refused_in_words(
    bench, fresh, kind
):
    line = bench.refused(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" {kind}')
    assert f"{kind.split()[1]} bits cannot be made" in line
    assert not (bench.cf3 / f"{fresh}.key").exists()


def test_a_full_disk_is_told_and_leaves_nothing(bench, fresh):
    (bench.cf3 / f".{fresh}.key.new").mkdir()
    line = bench.refused(
        f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" ecdsa-curve secp256r1'
    )
    assert f'write file "cf3:\\{fresh}.key"' in line
    assert not (bench.cf3 / f"{fresh}.key").exists()


def test_success_and_failure_are_both_logged_with_url_and_kind(bench, fresh):
    bench.mark()
    command = f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" rsa-key-size 2048'
    bench.do(command)
    bench.refused(command.replace("cf3:", "cf3:/system-pki"))
    good, bad = bench.news(2231)  # tmnxCertKeyPairGen [pki.md section 12]
    assert all(one.fields["url"].endswith(f"\\{fresh}.key") for one in (good, bad))
    assert {one.fields["key"] for one in (good, bad)} == {"RSA 2048"}
    assert (good.fields["outcome"], good.fields["reason"]) == ("success", None)
    assert bad.fields["outcome"] == "failed" and bad.fields["reason"] in bad.text
