"""A lab CA without network or files, at an instant of our choice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.faults import FaultScript
from srpki.x509 import keys

START = datetime(2030, 5, 17, 12, 0, 0, tzinfo=UTC)
P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@pytest.fixture
def clock():
    return FrozenClock(START)


@pytest.fixture
def settings():
    return CaSettings(
        validity=3600,
        reference="4711",
        secret="insecure",
        est_username="user",
        est_password="pass word",
    )


@pytest.fixture
def authority(clock, settings):
    return Authority(None, clock, SystemEntropy(), settings)


@pytest.fixture
def faults():
    return FaultScript()


@pytest.fixture
def log():
    return []


@pytest.fixture
def device_key():
    return keys.generate(P256)
