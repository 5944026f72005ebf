"""libest's client at the lab CA, which it asks by HTTP/1.0."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa
from srpki.x509 import keys

pytestmark = pytest.mark.interop

P256 = keys.KeySpec("ecdsa", curve="secp256r1")
CHALLENGE = bytes.fromhex("300b06092a864886f70d010907")  # CsrAttrs: challengePassword alone


@pytest.fixture
def lab(tmp_path):
    """Start a lab CA with settings."""
    started = []

    def start(**settings):
        settings = CaSettings(est_username="user", est_password="password", **settings)
        authority = Authority(tmp_path / "ca", SystemClock(), SystemEntropy(), settings)
        server = LabCa(authority)
        server.start()
        started.append((server, authority))
        return server

    yield start
    for server, authority in started:
        server.stop()
        authority.close()


@pytest.fixture
def key(tmp_path):
    """Make a key; return its file."""

    def make(name):
        path = tmp_path / name
        path.write_bytes(
            keys.generate(P256).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        return path

    return make


def enrolled(server, done, path):
    """Assert that the program got a certificate of the CA; keep it in *path*."""
    assert done.returncode == 0, done.stdout + done.stderr
    certificate = x509.load_pem_x509_certificate(done.stdout.encode())
    record = server.authority.issued(certificate.public_bytes(Encoding.DER))
    assert record.state == "confirmed"
    path.write_text(done.stdout)
    return path


def test_the_ca_certificates_are_fetched(peers, lab, key):
    server = lab()
    done = peers.libest_client(server.est_port, server.trust_anchor, "cacerts", key("k"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "schemes", [None, ("basic",), ("digest-md5",), ("digest-md5", "digest-sha-256", "basic")]
)
def test_a_password_enrols_and_the_certificate_re_enrols(peers, lab, key, tmp_path, schemes):
    server = lab(**({} if schemes is None else {"est_schemes": schemes}))
    first = key("first")
    words = server.est_port, server.trust_anchor
    done = peers.libest_client(*words, "enroll", first, "-", "user:password")
    certificate = enrolled(server, done, tmp_path / "first.pem")
    done = peers.libest_client(*words, "reenroll", first, certificate)
    enrolled(server, done, tmp_path / "second.pem")


def test_a_request_is_linked_to_its_session(peers, lab, key, tmp_path):
    server = lab(csr_attributes=CHALLENGE)
    words = server.est_port, server.trust_anchor
    done = peers.libest_client(*words, "csrattrs", key("k"))
    assert done.returncode == 0, done.stderr
    done = peers.libest_client(*words, "enroll", key("k"), "-", "user:password")
    enrolled(server, done, tmp_path / "first.pem")


def test_a_wrong_password_gets_nothing(peers, lab, key):
    server = lab()
    words = server.est_port, server.trust_anchor
    done = peers.libest_client(*words, "enroll", key("k"), "-", "user:wrong")
    assert done.returncode == 1
    assert server.authority.all_issued() == ()


def test_a_request_that_is_put_off_is_told_when_to_come_back(peers, lab, key):
    server = lab()
    server.faults.add("simpleenroll waiting seconds 77")
    words = server.est_port, server.trust_anchor
    done = peers.libest_client(*words, "enroll", key("k"), "-", "user:password")
    assert (done.returncode, "Retry-After 77" in done.stderr) == (3, True)
