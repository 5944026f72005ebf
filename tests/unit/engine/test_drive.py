"""The driver: sends and waits in order, bounds kept, errors thrown where they belong."""

import threading
from datetime import UTC, datetime

import pytest

from srpki.core.clock import FrozenClock
from srpki.core.errors import (
    ConnectError,
    PeerRefusedError,
    ProtocolError,
    ResponseTimeoutError,
    StoppedError,
)
from srpki.core.wire import HttpReply, HttpRequest
from srpki.engine import drive
from srpki.protocol.steps import Send, Wait

START = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = HttpRequest(method="GET", url="http://127.0.0.1/")


class Echo:
    """Answers with status 200, or raises what it was given."""

    def __init__(self, failure=None):
        self.failure = failure
        self.sent = []

    def send(self, request):
        self.sent.append(request)
        if self.failure is not None:
            raise self.failure
        return HttpReply(status=200, body=b"%d" % len(self.sent))

    def close(self):
        """Nothing is kept."""


def run(machine, exchange=None, cancel=None):
    clock = FrozenClock(START)
    result = drive.drive(machine, exchange or Echo(), clock, cancel or threading.Event())
    return result, clock.monotonic()


def test_replies_come_back_and_waits_pass_on_the_clock():
    def machine():
        first = yield Send(REQUEST)
        nothing = yield Wait(30.0, "the CA wants time")
        second = yield Send(REQUEST)
        return first.body, nothing, second.body

    assert run(machine()) == ((b"1", None, b"2"), 30.0)


def test_a_machine_that_has_nothing_to_ask_returns_at_once():
    def machine():
        return 7
        yield

    assert run(machine())[0] == 7


def test_a_transport_error_is_thrown_at_the_send_that_failed():
    def machine():
        try:
            yield Send(REQUEST)
        except ConnectError as error:
            return f"met {error.sentence}"

    assert run(machine(), Echo(ConnectError("no connection")))[0] == "met no connection"


def test_a_transport_error_that_the_machine_does_not_handle_comes_out():
    def machine():
        yield Send(REQUEST)

    with pytest.raises(ConnectError, match="no connection"):
        run(machine(), Echo(ConnectError("no connection")))


def test_what_the_machine_raises_comes_out():
    def machine():
        yield Send(REQUEST)
        raise PeerRefusedError("badPOP")

    with pytest.raises(PeerRefusedError, match="badPOP"):
        run(machine())


def test_a_machine_without_end_is_ended():
    def machine():
        while True:
            yield Send(REQUEST)

    with pytest.raises(ProtocolError, match="no end"):
        run(machine())


def test_a_peer_cannot_make_us_wait_for_ever():
    def machine():
        while True:
            yield Wait(86400.0, "come back tomorrow")

    with pytest.raises(ResponseTimeoutError, match="come back tomorrow"):
        run(machine())


def test_a_cancelled_conversation_does_not_begin():
    cancel, exchange = threading.Event(), Echo()
    cancel.set()

    def machine():
        yield Send(REQUEST)

    with pytest.raises(StoppedError):
        run(machine(), exchange, cancel)
    assert exchange.sent == []


def test_a_conversation_that_is_cancelled_under_way_may_take_its_leave_but_does_not_wait():
    cancel, exchange, closed = threading.Event(), Echo(), []

    def machine():
        try:
            yield Send(REQUEST)
            cancel.set()
            yield Send(REQUEST)
            yield Wait(1.0, "patience")
            yield Send(REQUEST)
        finally:
            closed.append(True)

    kept = machine()  # so that it is not the garbage collector that closes it
    with pytest.raises(StoppedError):
        run(kept, exchange, cancel)
    assert len(exchange.sent) == 2
    assert closed == [True]


def test_cancelling_ends_a_wait():
    cancel = threading.Event()

    def machine():
        cancel.set()
        yield Wait(10.0, "patience")

    with pytest.raises(StoppedError):
        run(machine(), cancel=cancel)


def test_waits_are_handed_out_so_that_others_can_run_meanwhile():
    def machine():
        yield Wait(5.0, "one")
        yield Wait(6.0, "two")
        return "done"

    steps = drive.converse(machine(), Echo(), threading.Event())
    assert next(steps) == Wait(5.0, "one")
    assert next(steps) == Wait(6.0, "two")
    with pytest.raises(StopIteration) as end:
        next(steps)
    assert end.value.value == "done"
