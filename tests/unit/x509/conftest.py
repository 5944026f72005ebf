"""A small authority whose certificates can be wrong in any way a test wants."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from foreign import called

from srpki.x509 import formats

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
KEY_USAGES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "Lab"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name),
        ]
    )


@dataclass
class Holder:
    """A key and the certificate for it."""

    subject: x509.Name
    key: object = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    der: bytes = b""


def issue(
    issuer: Holder,
    subject: Holder,
    *,
    ca: bool = False,
    path_length: int | None = None,
    usage: tuple[str, ...] | None = None,
    start: datetime = NOW - DAY,
    end: datetime = NOW + DAY,
    issuer_name: x509.Name | None = None,
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    identifiers: bool = False,
    basic: bool = True,
) -> Holder:
    builder = (
        x509.CertificateBuilder(issuer_name or issuer.subject, subject.subject)
        .public_key(subject.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if basic:
        constraints = x509.BasicConstraints(ca=ca, path_length=path_length)
        builder = builder.add_extension(constraints, critical=True)
    if usage is not None:
        flags = {flag: flag in usage for flag in KEY_USAGES}
        builder = builder.add_extension(x509.KeyUsage(**flags), critical=True)
    if identifiers:
        builder = builder.add_extension(
            x509.SubjectKeyIdentifier.from_public_key(subject.key.public_key()), critical=False
        ).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()),
            critical=False,
        )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    subject.der = builder.sign(issuer.key, hashes.SHA256()).public_bytes(Encoding.DER)
    return subject


def make_root(common_name: str = "root", **details) -> Holder:
    root = Holder(name(common_name))
    return issue(root, root, ca=True, **details)


@pytest.fixture
def lab() -> SimpleNamespace:
    """What makes certificates, for tests that need more than a root."""
    return SimpleNamespace(
        now=NOW, day=DAY, name=name, Holder=Holder, issue=issue, make_root=make_root
    )


@pytest.fixture
def root() -> Holder:
    return make_root()


@pytest.fixture(scope="session")
def openssl():
    """Run openssl on octets and return what it prints; it is the foreign judge."""
    return called("openssl")


@pytest.fixture
def openssl_verifies(openssl, tmp_path):
    """Ask `openssl verify` whether the last of *chain* leads to the first, at `NOW`."""

    def verifies(chain: list[bytes], *options: str) -> bool:
        for file, content in (("root", chain[:1]), ("middle", chain[1:-1]), ("leaf", chain[-1:])):
            (tmp_path / file).write_bytes(formats.write_certificates(content, "pem"))
        untrusted = ("-untrusted", str(tmp_path / "middle")) if chain[1:-1] else ()
        program = shutil.which("openssl")
        assert program is not None
        done = subprocess.run(
            [
                *(program, "verify", "-attime", str(int(NOW.timestamp())), *options),
                *("-CAfile", str(tmp_path / "root"), *untrusted, str(tmp_path / "leaf")),
            ],
            capture_output=True,
            timeout=60,
            check=False,
        )
        return done.returncode == 0

    return verifies
