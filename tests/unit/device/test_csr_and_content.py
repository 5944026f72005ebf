"""``generate-csr`` and ``show file-content``, as openssl sees requests and certificates."""

import stat

import pytest

from srpki.x509 import keys, names

PKI = "admin system security pki"
P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def key(bench, fresh):
    """The URL of a key pair that was generated on the node."""
    bench.do(f'{PKI} generate-keypair save-path "cf3:/{fresh}.key" ecdsa-curve secp256r1')
    return f"cf3:/{fresh}.key"


def request(openssl, path, *what):
    return openssl("req", "-inform", "DER", "-in", path, "-noout", "-verify", *what).decode()


def test_openssl_verifies_the_request_and_reads_subject_and_names(bench, fresh, key, openssl):
    bench.do(
        f'{PKI} generate-csr key-url "{key}" output-url "cf3:/{fresh}.csr"'
        ' subject-dn "C=DE,ST=Bayern,O=Lab,OU=Net,CN=gw" domain-name "a.example,b.example"'
        " ip-address 192.0.2.1 hash-algorithm sha384"
    )
    path = bench.cf3 / f"{fresh}.csr"
    text = request(openssl, path, "-text", "-nameopt", "sep_comma_plus_space")
    assert "Subject: C=DE, ST=Bayern, O=Lab, OU=Net, CN=gw" in text
    assert "DNS:a.example, DNS:b.example, IP Address:192.0.2.1" in text
    assert "ecdsa-with-SHA384" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_classic_command_writes_the_same_and_printable_strings_are_honoured(
    bench, fresh, key, openssl
):
    bench.do(
        f'admin certificate gen-local-cert-req keypair {key} subject-dn "O=Lab,CN=gw"'
        f" ip-addr 192.0.2.7 file cf3:/{fresh}.csr hash-alg sha256 use-printable",
        cli="classic",
    )
    path = bench.cf3 / f"{fresh}.csr"
    assert "subject=" in request(openssl, path, "-subject")
    structure = openssl("asn1parse", "-inform", "DER", "-in", path).decode()
    assert "PRINTABLESTRING" in structure
    assert "UTF8STRING" not in structure


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", "subject-dn is missing"),
        ('subject-dn "X=1"', "'X' is not an attribute"),
        ('subject-dn "CN=\u00e4" use-printable', "characters that a PrintableString has not"),
        ('subject-dn "CN=x" domain-name "x y"', "is not a domain name"),
    ],
)
def test_a_request_that_cannot_be_made_leaves_no_file(bench, fresh, key, words, complaint):
    line = f'{PKI} generate-csr key-url "{key}" output-url "cf3:/{fresh}.csr" {words}'
    assert complaint in bench.refused(line)
    assert not (bench.cf3 / f"{fresh}.csr").exists()


def test_an_existing_file_is_not_written_over(bench, fresh, key):
    line = f'{PKI} generate-csr key-url "{key}" output-url "{key}" subject-dn "CN=x"'
    assert "exists already" in bench.refused(line)


CERTIFICATES = [
    ("rsa:2048", ["-addext", "subjectAltName=DNS:a.b,IP:1.2.3.4,IP:2001:db8::1,email:a@b"]),
    (
        "rsa:3072",
        [
            "-addext",
            "keyUsage=critical,digitalSignature,keyCertSign,cRLSign",
            "-addext",
            "extendedKeyUsage=serverAuth,clientAuth,OCSPSigning,1.3.6.1.5.5.7.3.28,1.2.3.4",
            "-addext",
            "crlDistributionPoints=URI:http://x.example/crl",
            "-addext",
            "authorityInfoAccess=OCSP;URI:http://o/,caIssuers;URI:http://ca/",
            "-addext",
            "certificatePolicies=1.2.3.4,2.5.29.32.0",
            "-addext",
            "nameConstraints=critical,permitted;DNS:a.b,excluded;IP:10.0.0.0/255.0.0.0",
        ],
    ),
    ("ec:secp384r1", ["-set_serial", "77"]),
]


@pytest.mark.parametrize(("kind", "extra"), CERTIFICATES)
def test_a_certificate_is_shown_line_by_line_as_openssl_shows_it(
    bench, fresh, openssl, tmp_path, kind, extra
):
    algorithm = ["-newkey", kind]
    if kind.startswith("ec:"):
        algorithm = ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{kind[3:]}"]
    path = bench.cf3 / f"{fresh}.pem"
    openssl(
        "req", "-x509", *algorithm, "-nodes", "-keyout", tmp_path / "k", "-out", path,
        "-subj", "/C=DE/O=Lab/CN=gw", *extra,
    )  # fmt: skip
    shown = bench.do(f'{PKI} show file-content "cf3:/{fresh}.pem" format pem type certificate')
    wanted = openssl("x509", "-in", path, "-noout", "-text", "-nameopt", "sep_comma_plus_space")
    assert shown.strip("\n").splitlines() == wanted.decode().splitlines()


def test_an_imported_certificate_is_shown_decrypted_and_only_as_der(
    bench, fresh, openssl, tmp_path
):
    path = bench.cf3 / f"{fresh}.pem"
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", tmp_path / "k", "-out", path,
        "-subj", "/CN=imported",
    )  # fmt: skip
    bench.do(
        f'{PKI} import type certificate format pem input-url "cf3:/{fresh}.pem"'
        f' output-file "{fresh}.crt"'
    )
    url = f"cf3:/system-pki/{fresh}.crt"
    shown = bench.do(f"admin certificate display type cert format der {url}", cli="classic")
    assert "Subject: CN=imported" in shown
    again = bench.do(f"admin certificate display type cert {url} format der", cli="classic")
    assert shown == again
    refused = bench.refused(f'{PKI} show file-content "{url}" format pem type certificate')
    assert "give format der" in refused


def test_a_key_is_never_shown(bench, fresh, key):
    shown = bench.do(f'{PKI} show file-content "{key}" format der type key')
    assert shown.split() == ["Private", "Key:", "Type:", "ECDSA", "Size:", "secp256r1"]


def test_a_request_and_a_crl_are_shown(bench, fresh, key, openssl, tmp_path):
    bench.do(
        f'{PKI} generate-csr key-url "{key}" output-url "cf3:/{fresh}.csr" subject-dn "CN=gw"'
        ' domain-name "a.example"'
    )
    shown = bench.do(f'{PKI} show file-content "cf3:/{fresh}.csr" format pkcs10 type csr')
    wanted = request(openssl, bench.cf3 / f"{fresh}.csr", "-text").splitlines()
    ours = shown.strip("\n").splitlines()
    assert [line.strip() for line in ours if "Value" not in line] == [
        line.replace(" = ", "=").strip() for line in wanted if "Value" not in line
    ]


def test_a_crl_is_shown_as_openssl_shows_it(bench, fresh, openssl, tmp_path):
    key, ca = tmp_path / "k", tmp_path / "ca.pem"
    openssl(
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", ca,
        "-subj", "/CN=ca",
    )  # fmt: skip
    index = tmp_path / "index.txt"
    index.write_text("R\t351123120000Z\t261001120000Z\t0A2B\tunknown\t/CN=gone\n")
    (tmp_path / "number").write_text("07\n")
    config = tmp_path / "ca.cnf"
    config.write_text(
        f"[ca]\ndefault_ca=d\n[d]\ndatabase={index}\ncrlnumber={tmp_path / 'number'}\n"
        "default_md=sha256\ndefault_crl_days=30\ncrl_extensions=e\n[e]\n"
        "authorityKeyIdentifier=keyid\n"
    )
    path = bench.cf3 / f"{fresh}.pem"
    openssl("ca", "-gencrl", "-config", config, "-keyfile", key, "-cert", ca, "-out", path)
    shown = bench.do(f'{PKI} show file-content "cf3:/{fresh}.pem" format pem type crl')
    wanted = openssl("crl", "-in", path, "-noout", "-text", "-nameopt", "sep_comma_plus_space")
    assert shown.strip("\n").splitlines() == wanted.decode().splitlines()


def test_what_is_not_a_certificate_is_refused_by_name(bench, fresh, key):
    text = bench.refused(f'{PKI} show file-content "{key}" format der type certificate')
    assert "MINOR: MGMT_AGENT #2007" in text
    (bench.cf3 / f"{fresh}.txt").write_text("hello")
    text = bench.refused(f'{PKI} show file-content "cf3:/{fresh}.txt" format pem type certificate')
    assert "this is not PEM" in text


def test_a_crl_with_an_unknown_reason_is_shown_and_marked(bench, fresh):
    """The library reads the reason only when the entry is laid out."""
    authority = bench.lab.server.authority
    issued = authority.issue(keys.generate(P256).public_key(), names.parse_dn(f"CN={fresh}"))
    authority.revoke(issued.certificate, "keyCompromise")
    crl = authority.current_crl()
    odd = crl.replace(b"\x0a\x01\x01", b"\x0a\x01\x63", 1)
    assert odd != crl
    bench.put(f"{fresh}.crl", odd)
    text = bench.do(f'{PKI} show file-content "cf3:/{fresh}.crl" format der type crl')
    assert text.lstrip().startswith("not DER: ") and "a router may refuse it" in text
    assert "cannot be read: it has the unknown reason 99" in text
