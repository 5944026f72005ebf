"""curl fetches what the lab CA wants in EST requests; openssl reads it [RFC 7030, 4.5.2]."""

import base64

import pytest
from foreign import called

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.server import LabCa

pytestmark = pytest.mark.interop

# RFC 7030, section 4.5.2
EXAMPLE = base64.b64decode(
    "MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw=="
)


@pytest.fixture
def run():
    return lambda program, *arguments, octets=b"": called(program)(*arguments, octets=octets)


def fetch(run, settings, directory):
    """Return status and body of the answer to csrattrs, as curl has it."""
    authority = Authority(directory, SystemClock(), SystemEntropy(), settings)
    with LabCa(authority) as server:
        answer = run(
            "curl", "-sS", "--cacert", str(authority.trust_anchor_file),
            "-w", "\n%{http_code} %{content_type}", f"{server.est_url}/.well-known/est/csrattrs",
        )  # fmt: skip
    authority.close()
    body, _, facts = answer.decode().rpartition("\n")
    return facts.split(), body


@pytest.mark.parametrize("wrap", [False, True])
def test_openssl_reads_the_attributes_that_curl_fetches(run, tmp_path, wrap):
    settings = CaSettings(csr_attributes=EXAMPLE, wrap_base64="always" if wrap else "never")
    facts, body = fetch(run, settings, tmp_path / "ca")
    assert facts == ["200", "application/csrattrs"]
    der = run("openssl", "base64", "-d", *([] if wrap else ["-A"]), octets=body.encode())
    shown = run("openssl", "asn1parse", "-inform", "DER", octets=der).decode()
    for wanted in (":challengePassword", ":id-ecPublicKey", ":secp384r1", ":ecdsa-with-SHA384"):
        assert wanted in shown


def test_a_ca_without_wishes_answers_204(run, tmp_path):
    facts, body = fetch(run, CaSettings(), tmp_path / "ca")
    assert (facts, body) == (["204"], "")
