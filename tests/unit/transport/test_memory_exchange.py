"""The exchange that tests and recordings use."""

import pytest
from memory import MemoryExchange

from srpki.core.errors import ConnectError
from srpki.core.wire import HttpReply, HttpRequest


def test_requests_go_to_the_handler_and_are_kept_with_their_replies():
    exchange = MemoryExchange(lambda request: HttpReply(status=200, body=request.body[::-1]))
    request = HttpRequest(method="POST", url="http://h/", body=b"abc")
    assert exchange.send(request).body == b"cba"
    assert exchange.exchanged == [(request, HttpReply(status=200, body=b"cba"))]


def test_errors_of_the_handler_come_out_and_nothing_is_kept():
    def handler(request):
        raise ConnectError("no network")

    exchange = MemoryExchange(handler)
    with pytest.raises(ConnectError):
        exchange.send(HttpRequest(method="GET", url="http://h/"))
    assert exchange.exchanged == []


def test_closing_is_remembered():
    exchange = MemoryExchange(lambda request: HttpReply(status=200))
    exchange.close()
    assert exchange.closed
