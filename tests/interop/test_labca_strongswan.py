"""strongSwan's pki enrols and re-enrols at the lab CA by EST over TLS."""

import subprocess

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from foreign import need

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa
from srpki.x509 import certificates, chain, csr, keys, names

pytestmark = pytest.mark.interop

SPECS = {
    "ecdsa": keys.KeySpec("ecdsa", curve="secp256r1"),
    "rsa": keys.KeySpec("rsa", size=2048),
}
SUBJECT = names.parse_dn("C=DE,O=Lab,CN=gw")
SAN = names.san("gw.example.net", "192.0.2.1")


@pytest.fixture(scope="module")
def pki():
    return need("pki")


@pytest.fixture(scope="module", params=sorted(SPECS))
def lab(request, tmp_path_factory):
    settings = CaSettings(key=SPECS[request.param], est_username="user", est_password="password")
    directory = tmp_path_factory.mktemp("ca")
    authority = Authority(directory, SystemClock(), SystemEntropy(), settings)
    with LabCa(authority) as server:
        yield server
    authority.close()


@pytest.fixture(params=sorted(SPECS))
def key(request):
    return keys.generate(SPECS[request.param])


@pytest.fixture
def enrol(pki, lab, tmp_path):
    """Run `pki --est` for a key; return the certificate (DER), or what was said."""

    def call(key, *words, subject=SUBJECT, san=SAN, holder=None, check=True):
        request = tmp_path / "request.der"
        request.write_bytes(csr.build(key, subject, san))
        words = list(words)
        if holder is not None:
            holder_key, certificate = holder
            (tmp_path / "old.der").write_bytes(certificate)
            (tmp_path / "old.key").write_bytes(
                holder_key.private_bytes(
                    Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
                )
            )
            words += ["--cert", tmp_path / "old.der", "--key", tmp_path / "old.key"]
        done = subprocess.run(
            [
                *(pki, "--est", "--url", lab.est_url, "--in", request),
                *("--cacert", lab.trust_anchor, "--cacert", lab.issuing_certificate),
                *("--interval", "1", "--maxpolltime", "10", "--outform", "pem"),
                *words,
            ],
            capture_output=True,
            timeout=60,
            check=False,
        )
        said = done.stderr.decode()
        assert (done.returncode == 0) == check, said
        if not check:
            return said
        return x509.load_pem_x509_certificate(done.stdout).public_bytes(Encoding.DER)

    return call


def judged(lab, certificate, key):
    """Assert that *certificate* is the lab CA's, for *key* and with the names asked for."""
    authority = lab.authority
    chain.check_chain(
        certificate, (authority.issuing.certificate,), (authority.root,), authority.clock.now()
    )
    assert keys.same_public_key(certificate, key)
    facts = certificates.facts(certificate)
    assert facts.subject == "C=DE, O=Lab, CN=gw"
    assert facts.san == (("dns", "gw.example.net"), ("ip", "192.0.2.1"))


def test_the_ca_certificates_are_fetched(pki, lab, tmp_path):
    subprocess.run(
        [
            *(pki, "--estca", "--url", lab.est_url, "--cacert", lab.trust_anchor),
            *("--caout", tmp_path / "ca", "--outform", "der", "--force"),
        ],
        capture_output=True,
        timeout=60,
        check=True,
    )
    fetched = {path.read_bytes() for path in tmp_path.iterdir()}
    assert fetched == {lab.authority.root, lab.authority.issuing.certificate}


def test_a_password_enrols_and_the_certificate_re_enrols(lab, enrol, key):
    old = enrol(key, "--userpass", "user:password")
    judged(lab, old, key)
    new_key = keys.generate(keys.spec_of(key))
    new = enrol(new_key, holder=(key, old))
    judged(lab, new, new_key)
    assert certificates.facts(old).serial != certificates.facts(new).serial


def test_a_wrong_password_enrols_nobody(lab, enrol, key):
    before = lab.authority.all_issued()
    said = enrol(key, "--userpass", "user:wrong", check=False)
    assert "401" in said
    assert lab.authority.all_issued() == before


def test_a_re_enrolment_under_another_name_is_refused(lab, enrol, key):
    old = enrol(key, "--userpass", "user:password")
    said = enrol(key, subject=names.parse_dn("CN=nobody"), holder=(key, old), check=False)
    assert "403" in said


def test_a_revoked_certificate_re_enrols_nobody(lab, enrol, key):
    old = enrol(key, "--userpass", "user:password")
    lab.authority.revoke(old)
    assert "401" in enrol(key, holder=(key, old), check=False)


def test_an_answer_that_takes_time_is_waited_for(lab, enrol, key):
    lab.faults.add("simpleenroll waiting seconds 1 times 2")
    judged(lab, enrol(key, "--userpass", "user:password"), key)
    assert lab.faults.lines() == ()


@pytest.mark.parametrize("fault", ["garbage", "http-500", "no-answer", "reject"])
def test_a_faulty_answer_is_no_certificate(lab, enrol, key, fault):
    lab.faults.add(f"simpleenroll {fault}")
    enrol(key, "--userpass", "user:password", check=False)
    assert lab.faults.lines() == ()
