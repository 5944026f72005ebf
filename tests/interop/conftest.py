"""What tests against foreign programs share."""

import threading
from datetime import UTC, datetime

import pytest
from openssl_pki import Pki
from peers import Peers

from srpki.core.clock import FrozenClock, SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.engine.drive import drive
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange


@pytest.fixture(scope="session")
def peers(tmp_path_factory, worker_id) -> Peers:
    """The foreign programs; parallel test processes build them once."""
    base = tmp_path_factory.getbasetemp()
    directory = (base if worker_id == "master" else base.parent) / "peers"
    directory.mkdir(exist_ok=True)
    return Peers(directory)


@pytest.fixture(scope="module", params=["ec", "rsa"])
def pki(request, tmp_path_factory) -> Pki:
    """A PKI made by openssl, once for each kind of key."""
    made = Pki(tmp_path_factory.mktemp(request.param))
    made.make(request.param)
    return made


@pytest.fixture
def run(tmp_path):
    """Runs a machine over the network, with TLS when *tls* is given; waits end at once."""

    def run(machine, *, tls=None):
        exchange = HttpExchange(
            tls, Limits(), tmp_path, clock=SystemClock(), entropy=SystemEntropy()
        )
        try:
            return drive(
                machine, exchange, FrozenClock(datetime(2026, 1, 1, tzinfo=UTC)), threading.Event()
            )
        finally:
            exchange.close()

    return run


@pytest.fixture
def around():
    """What every CMP machine needs."""
    return {
        "clock": SystemClock(),
        "entropy": SystemEntropy(),
        "accept": lambda certificate, others: None,
    }
