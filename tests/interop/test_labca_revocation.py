"""The lab CA's CRL and OCSP answers, as openssl judges them."""

import subprocess
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from foreign import need

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa
from srpki.x509 import keys, names

pytestmark = pytest.mark.interop

SPECS = {
    "ecdsa": keys.KeySpec("ecdsa", curve="secp256r1"),
    "rsa": keys.KeySpec("rsa", size=2048),
}


@pytest.fixture(scope="module")
def openssl():
    program = need("openssl")

    def run(*arguments):
        done = subprocess.run(
            [program, *map(str, arguments)], capture_output=True, timeout=60, check=False
        )
        return done.returncode, (done.stdout + done.stderr).decode()

    return run


@pytest.fixture(params=sorted(SPECS))
def lab(request, tmp_path):
    authority = Authority(
        tmp_path / "ca", SystemClock(), SystemEntropy(), CaSettings(key=SPECS[request.param])
    )
    with LabCa(authority) as server:
        yield server
    authority.close()


def issue(lab, common_name):
    key = keys.generate(SPECS["ecdsa"])
    issued = lab.authority.issue(key.public_key(), names.parse_dn(f"CN={common_name}"))
    lab.authority.confirm(issued.certificate)
    return issued.certificate


def fetch(url):
    with urllib.request.urlopen(url, timeout=10) as reply:
        return reply.read(), reply.headers["Content-Type"]


def written(directory, name, der):
    path = directory / name
    path.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return path


def test_openssl_verifies_the_crl_and_finds_who_is_revoked(lab, openssl, tmp_path):
    good, bad = issue(lab, "good"), issue(lab, "bad")
    lab.authority.revoke(bad)
    data, kind = fetch(lab.crl_url)
    assert kind == "application/pkix-crl"
    (tmp_path / "crl.der").write_bytes(data)
    status, said = openssl(
        "crl", "-inform", "DER", "-in", tmp_path / "crl.der", "-CAfile", lab.issuing_certificate,
        "-out", tmp_path / "crl.pem",
    )  # fmt: skip
    assert (status, said.strip()) == (0, "verify OK")
    for name, der, word in (("good", good, "OK"), ("bad", bad, "certificate revoked")):
        _, said = openssl(
            "verify", "-crl_check", "-CRLfile", tmp_path / "crl.pem",
            "-CAfile", lab.trust_anchor, "-untrusted", lab.issuing_certificate,
            written(tmp_path, f"{name}.pem", der),
        )  # fmt: skip
        assert word in said


def test_openssl_asks_by_ocsp_and_takes_the_answer(lab, openssl, tmp_path):
    good, bad = issue(lab, "good"), issue(lab, "bad")
    lab.authority.revoke(bad)
    for name, der, word in (("good", good, "good"), ("bad", bad, "revoked")):
        for hash_name in ("sha1", "sha256"):
            status, said = openssl(
                "ocsp", f"-{hash_name}", "-issuer", lab.issuing_certificate,
                "-cert", written(tmp_path, f"{name}.pem", der), "-url", lab.ocsp_url,
                "-CAfile", lab.trust_anchor, "-verify_other", lab.issuing_certificate, "-text",
            )  # fmt: skip
            assert status == 0, said
            assert "Response verify OK" in said
            assert f"{name}.pem: {word}" in said
            assert said.count("OCSP Nonce") == 2  # asked with one and answered with it


def test_a_certificate_of_somebody_else_is_unknown(lab, openssl, tmp_path):
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
        "-keyout", tmp_path / "k", "-out", tmp_path / "x.pem", "-subj", "/CN=x",
    )  # fmt: skip
    _, said = openssl(
        "ocsp", "-issuer", lab.issuing_certificate, "-cert", tmp_path / "x.pem",
        "-url", lab.ocsp_url, "-CAfile", lab.trust_anchor,
        "-verify_other", lab.issuing_certificate,
    )  # fmt: skip
    assert "x.pem: unknown" in said


def test_octets_that_are_no_request_are_malformed(lab):
    request = urllib.request.Request(lab.ocsp_url, data=b"no request", method="POST")
    with urllib.request.urlopen(request, timeout=10) as reply:
        answer = x509.ocsp.load_der_ocsp_response(reply.read())
    assert answer.response_status == x509.ocsp.OCSPResponseStatus.MALFORMED_REQUEST
    with pytest.raises(urllib.error.HTTPError, match="400"):
        fetch(f"{lab.ocsp_url}/@@@")


def test_a_fault_strikes_once(lab):
    lab.faults.add("crl http-500")
    with pytest.raises(urllib.error.HTTPError, match="500"):
        fetch(lab.crl_url)
    x509.load_der_x509_crl(fetch(lab.crl_url)[0])


def test_who_was_revoked_when_survives_a_restart(tmp_path):
    start = datetime(2030, 5, 17, 12, 0, tzinfo=UTC)
    clock = FrozenClock(start)
    authority = Authority(tmp_path, clock, SystemEntropy())
    key = keys.generate(SPECS["ecdsa"])
    issued = authority.issue(key.public_key(), names.parse_dn("CN=gone"))
    clock.advance(timedelta(hours=1))
    authority.revoke(issued.certificate)
    authority.close()
    clock.advance(timedelta(days=1))
    again = Authority(tmp_path, clock, SystemEntropy())
    with LabCa(again) as server:
        crl = x509.load_der_x509_crl(fetch(server.crl_url)[0])
    entry = crl.get_revoked_certificate_by_serial_number(issued.serial)
    assert entry.revocation_date_utc == start + timedelta(hours=1)
    assert crl.last_update_utc == start + timedelta(days=1, hours=1)
    assert crl.next_update_utc == crl.last_update_utc + timedelta(days=7)
    again.close()
