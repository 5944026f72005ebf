"""Kept connections: lent to one at a time, dropped when they fail or idle."""

from datetime import UTC, datetime, timedelta

import pytest
from memory import MemoryExchange

from srpki.core.clock import FrozenClock
from srpki.engine.connections import IDLE, Connections
from srpki.transport.base import Limits

URL, LIMITS = "http://127.0.0.1/", Limits()


@pytest.fixture
def clock():
    return FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
def connections(clock):
    return Connections(lambda *, tls, limits: MemoryExchange(lambda _request: None), clock)


def lend(connections, url=URL, limits=LIMITS):
    with connections.borrowed(url, limits) as exchange:
        return exchange


def test_a_connection_is_lent_again(connections):
    assert lend(connections) is lend(connections)


def test_another_server_or_other_limits_get_another_one(connections):
    first = lend(connections)
    assert lend(connections, "http://127.0.0.2/") is not first
    assert lend(connections, limits=Limits(retries=1)) is not first


def test_a_connection_is_lent_to_one_at_a_time(connections):
    with connections.borrowed(URL, LIMITS) as one, connections.borrowed(URL, LIMITS) as other:
        assert one is not other


def test_a_connection_on_which_something_went_wrong_is_closed_and_not_lent_again(connections):
    with pytest.raises(ZeroDivisionError), connections.borrowed(URL, LIMITS) as exchange:
        raise ZeroDivisionError
    assert exchange.closed
    assert lend(connections) is not exchange


def test_idle_connections_are_closed_and_busy_ones_are_not(connections, clock):
    idle = lend(connections)
    clock.advance(timedelta(seconds=IDLE - 1))
    connections.sweep()
    assert not idle.closed
    clock.advance(timedelta(seconds=1))
    with connections.borrowed("http://127.0.0.2/", LIMITS) as busy:
        connections.sweep()
        assert idle.closed
        assert not busy.closed
