"""Bouncy Castle's clients at the lab CA, by CMP and by EST."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa
from srpki.x509 import certificates, keys

pytestmark = pytest.mark.interop

SUBJECT = "C=DE,O=Lab,CN=gw"
SPECS = {
    "ecdsa": keys.KeySpec("ecdsa", curve="secp256r1"),
    "rsa": keys.KeySpec("rsa", size=2048),
}


@pytest.fixture(scope="module", params=sorted(SPECS))
def lab(request, tmp_path_factory):
    settings = CaSettings(
        key=SPECS[request.param],
        reference="4711",
        secret="insecure",
        est_username="user",
        est_password="password",
    )
    directory = tmp_path_factory.mktemp("ca")
    authority = Authority(directory, SystemClock(), SystemEntropy(), settings)
    with LabCa(authority) as server:
        yield server
    authority.close()


@pytest.fixture
def new_key(tmp_path):
    """Make a key; return its file, in the traditional form."""

    def make(name):
        path = tmp_path / name
        path.write_bytes(
            keys.generate(SPECS["ecdsa"]).private_bytes(
                Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()
            )
        )
        return path

    return make


@pytest.fixture
def cmp(peers, lab, tmp_path):
    """Enrol by CMP; return what the program said and the file of the certificate."""

    def call(command, out, **words):
        done = peers.bouncy_castle_cmp(
            url=lab.cmp_url,
            command=command,
            subject=SUBJECT,
            trust=lab.trust_anchor,
            out=tmp_path / out,
            **words,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout, tmp_path / out

    return call


def state(lab, path):
    der = x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(Encoding.DER)
    record = lab.authority.issued(der)
    assert record is not None
    assert certificates.facts(der).subject == "C=DE, O=Lab, CN=gw"
    return record.state


@pytest.mark.parametrize("protection", ["pbm", "pbmac1"])
def test_a_password_enrols_and_the_certificate_renews_itself(lab, cmp, new_key, protection):
    old_key = new_key("old.key")
    password = {"protection": protection, "reference": "4711", "secret": "insecure"}
    said, old = cmp("ir", "old.pem", key=old_key, **password)
    assert "0 -> 1 MAC" in said
    assert "24 -> 19 MAC" in said
    assert "status 0" in said  # accepted, as there was nothing to modify
    assert state(lab, old) == "confirmed"
    own = {"protection": "signature", "certificate": old, "certificateKey": old_key}
    said, new = cmp("kur", "new.pem", key=new_key("new.key"), **own)
    assert "7 -> 8 signature" in said
    assert (state(lab, old), state(lab, new)) == ("superseded", "confirmed")


def test_a_certificate_is_asked_for_by_cr_and_waited_for(lab, cmp, new_key):
    lab.faults.add("cr waiting seconds 1 times 1")
    password = {"protection": "pbm", "reference": "4711", "secret": "insecure"}
    said, certificate = cmp("cr", "cr.pem", key=new_key("cr.key"), **password)
    assert "25 -> 26 MAC" in said
    assert state(lab, certificate) == "confirmed"


@pytest.fixture
def est(peers, lab, tmp_path):
    """Run an EST operation; return the finished program."""

    def call(operation, **words):
        server = f"127.0.0.1:{lab.est_port}"
        trust = lab.trust_anchor
        return peers.bouncy_castle_est(server=server, trust=trust, operation=operation, **words)

    return call


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_the_ca_certificates_are_fetched_by_est(lab, est, version):
    done = est("cacerts", tls=version)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("CA ") == 2
    assert "CN=srpki lab root CA" in done.stdout


def test_a_certificate_re_enrols_by_est(lab, cmp, est, new_key, tmp_path):
    old_key = new_key("old.key")
    password = {"protection": "pbm", "reference": "4711", "secret": "insecure"}
    _, old = cmp("ir", "old.pem", key=old_key, **password)
    lab_names = {"subject": SUBJECT, "out": tmp_path / "new.pem", "key": new_key("new.key")}
    done = est("enroll", certificate=old, certificateKey=old_key, **lab_names)
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(lab, tmp_path / "new.pem") == "confirmed"


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_password_enrols_by_est(lab, est, new_key, tmp_path, version):
    words = {"subject": SUBJECT, "key": new_key("new.key"), "out": tmp_path / "new.pem"}
    done = est("enroll", user="user", password="password", tls=version, **words)
    assert done.returncode == 0, done.stdout + done.stderr
    assert state(lab, tmp_path / "new.pem") == "confirmed"


def test_a_wrong_password_enrols_nobody_by_est(lab, est, new_key, tmp_path):
    before = lab.authority.all_issued()
    words = {"subject": SUBJECT, "key": new_key("new.key"), "out": tmp_path / "new.pem"}
    done = est("enroll", user="user", password="wrong", **words)
    assert done.returncode == 1
    assert lab.authority.all_issued() == before


def test_a_request_that_is_put_off_is_told_so_by_est(lab, est, new_key, tmp_path):
    lab.faults.add("simpleenroll waiting seconds 77")
    words = {"subject": SUBJECT, "key": new_key("new.key"), "out": tmp_path / "new.pem"}
    done = est("enroll", user="user", password="password", **words)
    assert done.returncode == 3, done.stdout + done.stderr


def test_the_attributes_wanted_are_fetched_by_est(lab, est):
    """There are none, which is 204: Bouncy Castle takes it for that."""
    done = est("csrattrs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "none"
