"""Datagrams go out at once or not at all."""

import socket

import pytest
from foreign import missing

from srpki.transport.datagrams import send


@pytest.mark.parametrize(
    ("family", "address"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_datagram_arrives(family, address):
    try:
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        receiver.bind((address, 0))
    except OSError:
        missing(f"no {address} on this machine")
    with receiver:
        receiver.settimeout(10)
        send(address, receiver.getsockname()[1], b"hello")
        assert receiver.recv(100) == b"hello"


@pytest.mark.parametrize(
    ("address", "data"), [("127.0.0.1", b"x" * 100_000), ("not an address", b"x"), ("::1", b"")]
)
def test_what_cannot_be_sent_is_lost_in_silence(address, data):
    send(address, 9, data)
