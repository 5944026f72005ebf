"""A node directory on a real disk, and pairs to keep in it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from srpki.core.entropy import SeededEntropy, SystemEntropy
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.x509 import keys


@pytest.fixture
def node(tmp_path):
    for name in ("cf3", "state"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def seal(node):
    return Seal(node / "state" / "chassis.key", SystemEntropy())


@pytest.fixture
def store(node, seal):
    return Keystore(node / "cf3", seal)


@pytest.fixture
def foreign_seal(tmp_path_factory):
    """The seal of another chassis."""
    return Seal(tmp_path_factory.mktemp("other") / "chassis.key", SeededEntropy(7))


def _pair(common_name):
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
    builder = builder.not_valid_after(datetime(2027, 1, 1, tzinfo=UTC))
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER), key


@pytest.fixture(scope="session")
def pair():
    return _pair("one")


@pytest.fixture(scope="session")
def other_pair():
    return _pair("two")
