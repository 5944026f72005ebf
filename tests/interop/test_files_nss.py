"""NSS reads what the router exports, and the router what NSS exports: a reader besides OpenSSL."""

import re
from urllib.request import urlopen

import pytest
from foreign import called

from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
from srpki.x509 import certificates

pytestmark = pytest.mark.interop

PKI = "admin system security pki"
KINDS = {"ecdsa": "ecdsa-curve secp384r1", "rsa": "rsa-key-size 2048"}


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node with a certificate for each kind of key, what it is told, and its lab."""
    place = tmp_path_factory.mktemp("node")
    with opened_lab(place) as (router, lab):
        session = Session(router)

        def do(line):
            answer = session.feed(f"{PKI} {line}")
            assert answer.ok, f"{line}\n{answer.text}"

        for name, kind in KINDS.items():
            do(f"generate-keypair save-path cf3:/{name}.key {kind}")
            do(
                f"import type key format der input-url cf3:/{name}.key output-file {name}.key",
            )
            do(
                f'est enroll est-profile lab-est key "cf3:/system-pki/{name}.key"'
                f' subject-dn "C=DE,O=Lab,CN={name}" output-file {name}.crt'
            )
        yield router, lab, do, place / "cf3"


@pytest.fixture
def nss(tmp_path):
    """Run a program of NSS on a database of its own."""
    database = tmp_path / "nss"
    database.mkdir()

    def run(program, *arguments):
        return called(program)("-d", f"sql:{database}", *arguments).decode()

    run("certutil", "-N", "--empty-password")
    return run


def serial(text):
    """Return the serial number that certutil prints, in one line or in octets."""
    short = re.search(r"Serial Number: (\d+) ", text)
    if short:
        return int(short[1])
    octets = re.search(r"Serial Number:\s+((?:[0-9a-f]{2}[:\s]+)+)", text)[1]
    return int(re.sub(r"[:\s]", "", octets), 16)


@pytest.mark.parametrize("name", KINDS)
def test_a_pair_goes_by_pkcs12_to_nss_and_back(node, nss, tmp_path, name):
    router, _, do, cf3 = node
    do(
        f"export type certificate format pkcs12 input-file {name}.crt key-file {name}.key"
        f" output-url cf3:/{name}.p12 password Secret-1"
    )
    nss("pk12util", "-i", cf3 / f"{name}.p12", "-W", "Secret-1", "-K", "")
    listed = nss("certutil", "-L")
    nickname = re.search(r"^(.*?)\s+u,u,u$", listed, re.MULTILINE)[1]
    shown = nss("certutil", "-L", "-n", nickname)
    facts = certificates.facts(router.node.keystore.read_certificate(f"{name}.crt"))
    assert serial(shown) == facts.serial
    assert f'Subject: "CN={name},O=Lab,C=DE"' in shown
    assert nss("certutil", "-K").count(nickname) == 1  # the private key has arrived

    back = cf3 / f"{name}-back.p12"
    nss("pk12util", "-o", back, "-n", nickname, "-W", "Secret-2", "-K", "")
    for kind, end in (("certificate", "crt"), ("key", "key")):
        do(
            f"import type {kind} format pkcs12 input-url cf3:/{name}-back.p12"
            f" output-file {name}-back.{end} password Secret-2"
        )
    der, _ = router.node.keystore.read_pair(f"{name}-back.crt", f"{name}-back.key")
    assert der == router.node.keystore.read_certificate(f"{name}.crt")


@pytest.mark.parametrize("form", ["der", "pem"])
def test_a_certificate_is_read_in_either_form(node, nss, form):
    router, _, do, cf3 = node
    do(
        f"export type certificate format {form} input-file rsa.crt"
        f" output-url cf3:/rsa-certificate.{form}"
    )
    armour = ["-a"] if form == "pem" else []
    nss("certutil", "-A", "-n", "it", "-t", ",,", "-i", cf3 / f"rsa-certificate.{form}", *armour)
    facts = certificates.facts(router.node.keystore.read_certificate("rsa.crt"))
    assert serial(nss("certutil", "-L", "-n", "it")) == facts.serial


def test_an_exported_crl_is_that_of_the_ca(node, nss, tmp_path):
    router, lab, do, cf3 = node
    revoked = router.node.keystore.read_certificate("ecdsa.crt")
    lab.authority("lab").revoke(revoked)
    with urlopen(lab.server.crl_url) as answer:
        (cf3 / "ca.crl").write_bytes(answer.read())
    do("import type crl format der input-url cf3:/ca.crl output-file ca.crl")
    do("export type crl format der input-file ca.crl output-url cf3:/ca-out.crl")
    for name, trust in (("root", "CT,C,C"), ("issuing", "CT,C,C")):
        path = cf3.parent / "lab-ca" / f"{name}.pem"
        nss("certutil", "-A", "-n", name, "-t", trust, "-a", "-i", path)
    nss("crlutil", "-I", "-i", cf3 / "ca-out.crl")  # which checks the signature
    shown = nss("crlutil", "-L", "-n", "issuing")
    assert serial(shown) == certificates.facts(revoked).serial
