"""``cmpv2 cert-request`` and ``key-update`` by hand, in both CLIs, against the lab CA."""

import pytest

PKI = "admin system security pki"

MD = {
    "cert-request": "current-key {0}.key current-certificate {0}.crt new-key {0}-2.key",
    "key-update": "old-key {0}.key old-certificate {0}.crt new-key {0}-2.key",
}
CLASSIC = {
    "cert-request": "current-key {0}.key current-cert {0}.crt newkey {0}-2.key",
    "key-update": "newkey {0}-2.key oldkey {0}.key oldcert {0}.crt",
}


@pytest.fixture
def enrolled(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.key(f"{fresh}-2")
    return fresh


def command(kind, name, cli):
    if cli == "md":
        return (
            f"{PKI} cmpv2 {kind} ca-profile lab-ca {MD[kind].format(name)}"
            f' save-as "cf3:/{name}-2.der"'
        )
    return (
        f"admin certificate cmpv2 {kind} ca lab-ca {CLASSIC[kind].format(name)}"
        f" save-as cf3:/{name}-2.der"
    )


@pytest.mark.parametrize("kind", MD)
@pytest.mark.parametrize("cli", ["md", "classic"])
def test_openssl_reads_the_certificate_for_the_new_key(bench, enrolled, openssl, kind, cli):
    said = bench.do(command(kind, enrolled, cli), cli=cli)
    assert said.splitlines() == ["Processing request...", "Received 'accepted'."]
    path = bench.cf3 / f"{enrolled}-2.der"
    names = [
        openssl(
            "x509", "-inform", "DER", "-in", path, "-noout", "-subject", "-ext", "subjectAltName"
        ),
    ]
    bench.do(
        f'{PKI} export type certificate format der input-file "{enrolled}.crt"'
        f' output-url "cf3:/{enrolled}-1.der"'
    )
    first = bench.cf3 / f"{enrolled}-1.der"
    names.append(
        openssl(
            "x509", "-inform", "DER", "-in", first, "-noout", "-subject", "-ext", "subjectAltName"
        )
    )
    assert names[0] == names[1]
    keys = [
        openssl("x509", "-inform", "DER", "-in", one, "-noout", "-pubkey") for one in (path, first)
    ]
    assert keys[0] != keys[1]


@pytest.mark.parametrize("kind", MD)
def test_a_taken_file_is_refused_before_the_ca_is_asked(bench, enrolled, kind):
    (bench.cf3 / f"{enrolled}-2.der").write_bytes(b"mine")
    assert "exists already" in bench.refused(command(kind, enrolled, "md"))
    assert (bench.cf3 / f"{enrolled}-2.der").read_bytes() == b"mine"


def test_another_key_than_the_certificates_is_refused(bench, enrolled):
    line = command("key-update", enrolled, "md").replace(
        f"old-key {enrolled}.key", f"old-key {enrolled}-2.key"
    )
    assert "the key is not that of certificate" in bench.refused(line)
