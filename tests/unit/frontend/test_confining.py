"""A copy reaches the CAs of its own lab, and nothing else."""

import pytest

from srpki.core.errors import ConnectError
from srpki.core.wire import HttpReply, HttpRequest
from srpki.frontend.confining import ConfinedExchanges
from srpki.labca import ports
from srpki.transport.base import Limits


class Seen:
    """Takes note of where requests go."""

    def __init__(self):
        self.urls = []

    def __call__(self, *, tls, limits):
        return self

    def send(self, request):
        self.urls.append(request.url)
        return HttpReply(200)

    def connect(self, url):
        self.urls.append(url)
        return b""

    def close(self):
        pass


@pytest.fixture
def confined():
    seen = Seen()
    routes = {("http", 4711): 5000, ("https", 4712): 5001}
    return ConfinedExchanges(seen, routes)(tls=None, limits=Limits()), seen


def test_old_ports_lead_to_those_of_the_copy(confined):
    exchange, seen = confined
    exchange.send(HttpRequest("GET", "http://localhost:4711/crl/issuing.crl?x=1"))
    exchange.connect("https://127.0.0.1:4712")
    assert seen.urls == ["http://127.0.0.1:5000/crl/issuing.crl?x=1", "https://127.0.0.1:5001"]


@pytest.mark.parametrize(
    "url",
    [
        "http://ca.example/pkix/",
        "http://ca.example:4711/",
        "http://127.0.0.1:4712/",
        "https://127.0.0.1:4711/",
        "http://127.0.0.1/",
        "http://127.0.0.1.example:4711/",
        "http://127.0.0.1:4711@ca.example/",
        "http://[::ffff:192.0.2.1]:4711/",
        "http://192.0.2.1:4711/",
        "http://127.0.0.1:999999/",
        "ftp://127.0.0.1:4711/",
        "//127.0.0.1:4711/",
    ],
)
def test_any_other_place_is_refused_and_not_asked(confined, url):
    exchange, seen = confined
    with pytest.raises(ConnectError):
        exchange.send(HttpRequest("GET", url))
    with pytest.raises(ConnectError):
        exchange.connect(url)
    assert seen.urls == []


def test_ports_of_times_before_are_remembered():
    first = ports.write({"cmp": 1, "est": 2}, b"")
    second = ports.write({"cmp": 3, "est": 2}, first)
    third = ports.write({}, second)
    assert ports.read(second) == {"cmp": 3, "est": 2}
    assert ports.earlier(second) == (1,)
    assert ports.read(third) == {}
    assert set(ports.earlier(third)) == {1, 2, 3}
