"""What we read of the certificates in cryptography_vectors, held against what openssl reads."""

import subprocess
from pathlib import Path

import cryptography_vectors
from foreign import need

from srpki.core.errors import SrpkiError
from srpki.x509 import certificates
from srpki.x509.pem import all_blocks

ROOT = Path(cryptography_vectors.__file__).parent / "x509"
REFUSED = {
    "badasn1time.pem": "validity cannot be read",
    "e-trust.ru.der": "public key cannot be read",  # GOST
    "inhibit_any_policy_negative.pem": "critical inhibitAnyPolicy cannot be read",
    "invalid_version.pem": "version is 8",
    "two_basic_constraints.pem": "basicConstraints twice",
    "unsupported_subject_public_key_info.pem": "public key cannot be read",
    "DSAParametersInheritedCACert.crt": "public key cannot be read",
    "ValidDSAParameterInheritanceTest5EE.crt": "public key cannot be read",
}
"""Those that openssl reads and we do not, each for its reason."""


def files():
    for path in sorted(ROOT.rglob("*")):
        if path.suffix == ".pem" and b"-----BEGIN CERTIFICATE-----" in path.read_bytes():
            yield (
                path,
                [
                    block.der()
                    for block in all_blocks(path.read_bytes())
                    if block.label == "CERTIFICATE"
                ],
            )
        elif path.suffix == ".crt" or (
            path.suffix == ".der" and path.parent.name in {"x509", "custom"}
        ):
            yield path, [path.read_bytes()]


def test_what_openssl_reads_is_read_or_refused_for_a_reason_that_is_listed(agreement, tmp_path):
    program = need("openssl")
    strict = lenient = 0
    refused = {}
    for path, found in files():
        for der in found:
            try:
                certificates.facts(der)
                odd = certificates.parse(der).not_der
            except SrpkiError as error:
                done = subprocess.run(
                    [program, "x509", "-inform", "DER", "-noout"],
                    input=der, capture_output=True, check=False, timeout=60,
                )  # fmt: skip
                if done.returncode == 0:
                    refused[path.name] = str(error)
                continue
            lenient += bool(odd)
            strict += not odd
    read = strict + lenient
    agreement("certificates of cryptography_vectors that are read", read, read + len(refused))
    agreement("certificates of cryptography_vectors that are not DER", lenient, read)
    assert strict > 400 and lenient > 15
    assert refused.keys() == REFUSED.keys()
    for name, reason in REFUSED.items():
        assert reason in refused[name]
