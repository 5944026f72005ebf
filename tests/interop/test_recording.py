"""Foreign programs read what `srpki exec --record` keeps."""

import subprocess

import pytest
from counting import met
from foreign import need

from srpki.frontend.program import main

pytestmark = pytest.mark.interop

SCRIPT = """\
admin system security pki generate-keypair save-path cf3:/gw.key ecdsa-curve secp256r1
admin system security pki import type key format der input-url cf3:/gw.key output-file gw.key
admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "C=DE,O=Lab,CN=gw" output-file "gw.crt"
edit-config private
/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" profile "lab-cmp"
commit
quit-config
admin system security pki update-certificate certificate "gw.crt"
"""


@pytest.fixture(scope="module")
def recording(tmp_path_factory):
    """The messages of an enrolment by EST and a renewal by CMPv2, by the end of their names."""
    place = tmp_path_factory.mktemp("recorded")
    script = place / "script"
    script.write_text(SCRIPT)
    where = ["--node", str(place / "node"), "--record", str(place / "rec")]
    assert main(["exec", str(script), "--lab", *where]) == 0
    names = sorted(path for path in (place / "rec").iterdir() if path.suffix != ".txt")
    return {path.name.split("-", 3)[3]: path for path in names}


@pytest.fixture
def openssl():
    """Run openssl; return what it prints, complaints included."""
    program = need("openssl")

    def run(*arguments, octets=b""):
        done = subprocess.run(
            [program, *map(str, arguments)],
            input=octets,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return (done.stdout + done.stderr).decode()

    return run


def test_every_message_of_a_renewal_by_cmpv2_is_der_that_openssl_reads(recording, openssl):
    found = [path for name, path in recording.items() if name.endswith(".der")]
    kinds = [path.name.rpartition("-")[2] for path in found]
    assert kinds == ["kur.der", "kup.der", "certConf.der", "pkiConf.der"]
    for path in met(3, found):
        said = openssl("asn1parse", "-inform", "DER", "-in", path)
        assert "SEQUENCE" in said.splitlines()[0]
        assert "Error" not in said


def test_openssl_cmp_takes_a_recorded_answer_for_an_answer(recording, openssl):
    for kind in ("kup", "pkiConf"):
        said = openssl(
            *("cmp", "-config", "", "-cmd", "genm", "-server", "127.0.0.1:1"),
            *("-ref", "x", "-secret", "pass:x", "-rspin", recording[f"received-{kind}.der"]),
        )
        assert f"received {kind.upper()}" in said, said


def test_a_recorded_answer_of_est_is_base64_of_a_pkcs7(recording, openssl):
    der = subprocess.run(
        ["base64", "-d", recording["received-simpleenroll.b64"]], capture_output=True, check=True
    ).stdout
    said = openssl("pkcs7", "-inform", "DER", "-print_certs", octets=der)
    assert "subject=C = DE, O = Lab, CN = gw" in said


def test_a_recorded_request_of_est_is_base64_of_a_pkcs10(recording, openssl):
    der = subprocess.run(
        ["base64", "-d", recording["sent-simpleenroll.b64"]], capture_output=True, check=True
    ).stdout
    said = openssl("req", "-inform", "DER", "-noout", "-verify", "-subject", octets=der)
    assert "verify OK" in said
    assert "CN = gw" in said
