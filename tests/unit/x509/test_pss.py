"""RSASSA-PSS parameters: as openssl writes them, and as nobody should."""

import subprocess

import pytest

from srpki.core.errors import InvalidInputError
from srpki.x509 import der, pss, signatures

OID = der.encode_oid(pss.RSASSA_PSS)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return the AlgorithmIdentifier of a certificate that openssl signs with a hash and a salt."""
    place = tmp_path_factory.mktemp("pss")

    def sign(digest, mask, salt):
        options = ["rsa_padding_mode:pss", f"rsa_pss_saltlen:{salt}", f"rsa_mgf1_md:{mask}"]
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=a"),
                *("-keyout", "a.key", "-outform", "DER", "-out", "a.crt", f"-{digest}"),
                *(word for option in options for word in ("-sigopt", option)),
            ],
            check=True,
            capture_output=True,
            cwd=place,
        )
        return signatures.signed_parts((place / "a.crt").read_bytes()).algorithm

    return sign


@pytest.mark.parametrize(
    ("digest", "mask", "salt"),
    [
        ("sha256", "sha256", 32),
        ("sha512", "sha384", 0),
        ("sha1", "sha1", 20),
        ("sha384", "sha1", 7),
    ],
)
def test_the_parameters_of_openssl_are_read(made, digest, mask, salt):
    assert pss.parameters(made(digest, mask, salt)) == (digest, mask, salt)


def test_no_changed_or_missing_octet_does_more_harm_than_an_error(made):
    good = made("sha256", "sha384", 32)
    other = 0
    for position in range(len(good)):
        changed = (good[:position], *(good[:position] + bytes((octet,)) + good[position + 1 :]
                                      for octet in range(256)))  # fmt: skip
        for identifier in changed:
            try:
                signatures.hash_of(identifier)
            except InvalidInputError:
                other += 1
    assert other > len(good) * 128


@pytest.mark.parametrize("tag", [0xA0, 0xA1, 0xA2, 0xA3, 0xA4])
@pytest.mark.parametrize("inner", ["3000", "30023000", "30020600", "0600", "0200", "0500"])
def test_empty_and_misplaced_parameters_are_refused(tag, inner):
    field = der.encode(tag, bytes.fromhex(inner))
    identifier = der.encode(der.SEQUENCE, OID, der.encode(der.SEQUENCE, field))
    with pytest.raises(InvalidInputError):
        pss.parameters(identifier)
