"""Kept connections that end, and requests that are made for one connection [RFC 9112, 9.3.1]."""

import socket
import struct

import pytest

from srpki.core.errors import (
    ConnectError,
    ProtocolError,
    ResponseTimeoutError,
    TlsError,
    UnsentError,
)
from srpki.core.wire import HttpRequest


def reset(connection):
    """End a connection as a server that has died does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def close(connection):
    connection.close()


def rude(connection):
    """Close a TLS connection without the farewell."""
    connection.shutdown(socket.SHUT_RDWR)


def ends_as_the_second_goes_out(net, end, *, fresh):
    """Answer one request; end that connection once the second has come in; then be well."""

    def behave(connection, peer):
        first = peer.connections == 1
        while (request := net.read_request(connection)) is not None:
            peer.requests.append(request)
            if (first and len(peer.requests) == 2) or (not first and not fresh):
                end(connection)
                return
            connection.sendall(net.answer(b"well"))

    return behave


ENDS = [close, reset, rude]


@pytest.fixture(params=["http", "https"])
def serving(request, serve, authority, client, exchange, net):
    """Serve in clear or by TLS; return the peer, an exchange for it, and how to ask it."""
    secure = request.param == "https"

    def start(behave, **limits):
        peer = serve(behave, authority.context() if secure else None)
        ours = exchange(client() if secure else None, **limits)
        return (
            peer,
            ours,
            lambda body=b"question", **more: net.post(peer, body, scheme=request.param, **more),
        )

    return start


@pytest.mark.parametrize("end", ENDS)
def test_a_kept_connection_that_ends_costs_one_more_try_with_the_same_octets(serving, net, end):
    peer, ours, ask = serving(ends_as_the_second_goes_out(net, end, fresh=True))
    assert ours.send(ask(b"one")).repeated is False
    reply = ours.send(ask(b"two"))
    assert (reply.body, reply.repeated) == (b"well", True)
    assert [body for _, body in peer.requests] == [b"one", b"two", b"two"]
    assert peer.requests[1] == peer.requests[2]
    assert peer.connections == 2
    assert ours.send(ask(b"three")).repeated is False


@pytest.mark.parametrize("end", ENDS)
def test_one_more_try_is_all_there_is(serving, net, end):
    peer, ours, ask = serving(ends_as_the_second_goes_out(net, end, fresh=False))
    ours.send(ask())
    with pytest.raises(ConnectError):
        ours.send(ask())
    assert len(peer.requests) == 3


@pytest.mark.parametrize("end", ENDS)
def test_a_fresh_connection_that_ends_costs_no_second_try(serving, net, end):
    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))
        end(connection)

    peer, ours, ask = serving(behave)
    with pytest.raises((ConnectError, TlsError)):
        ours.send(ask())
    assert len(peer.requests) == 1


@pytest.mark.parametrize("begun", [b"H", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_an_answer_that_has_begun_is_not_asked_for_again(serving, net, begun):
    def behave(connection, peer):
        for octets in (net.answer(b"well"), begun):
            peer.requests.append(net.read_request(connection))
            connection.sendall(octets)
        connection.close()

    peer, ours, ask = serving(behave)
    ours.send(ask())
    with pytest.raises((ConnectError, ProtocolError)):
        ours.send(ask())
    assert len(peer.requests) == 2


def test_a_kept_connection_that_is_silent_is_not_asked_again(serving, net):
    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))
        connection.sendall(net.answer(b"well"))
        peer.requests.append(net.read_request(connection))
        peer.over.wait(10)

    peer, ours, ask = serving(behave, response_timeout=0.5)
    ours.send(ask())
    with pytest.raises(ResponseTimeoutError):
        ours.send(ask())
    assert len(peer.requests) == 2


# ---------------------------------------------------------------------- good for one write


@pytest.mark.parametrize("end", ENDS)
def test_a_request_that_is_good_for_one_write_comes_back(serving, net, end):
    peer, ours, ask = serving(ends_as_the_second_goes_out(net, end, fresh=True))
    request = ask(b"two").but(written_once=True)
    ours.send(ask(b"one"))
    with pytest.raises(UnsentError) as caught:
        ours.send(request)
    assert caught.value.request == request
    assert len(peer.requests) == 2
    assert ours.send(caught.value.request).body == b"well"


def test_a_redirected_one_comes_back_too_with_its_new_place(serving, net):
    there = net.answer(b"", "307 Go", Location="/there?x=1#y")
    _, ours, ask = serving(net.answering(there, there, there), redirects=2)
    request = ask().but(written_once=True)
    for count in (1, 2):
        with pytest.raises(UnsentError) as caught:
            ours.send(request)
        request = caught.value.request
        assert request.url.endswith("/there?x=1")
        assert (request.redirected, request.body) == (count, b"question")
    with pytest.raises(ProtocolError, match="more often than 2 times - see redirection"):
        ours.send(request)


def test_a_redirect_that_is_not_allowed_names_the_setting(serving, net):
    _, ours, ask = serving(net.answering(net.answer(b"", "307 Go", Location="/there")))
    with pytest.raises(ProtocolError, match="redirects to /there, which is not allowed") as caught:
        ours.send(ask())
    assert "redirection of the transmission-profile" in caught.value.hint


# ---------------------------------------------------------------------- connections told of


@pytest.fixture
def twelve(serve, authority, client, exchange, net):
    """A TLS 1.2 server that closes after *each* answers, and an exchange for it."""

    def start(each=1, version="tls-version-12"):
        def behave(connection, peer):
            bindings.append(connection.get_channel_binding("tls-unique"))
            for _ in range(each):
                request = net.read_request(connection)
                if request is None:
                    return
                peer.requests.append((bindings[-1], request[1]))
                connection.sendall(net.answer(b"well"))

        bindings = []
        peer = serve(behave, authority.context())
        url = f"https://127.0.0.1:{peer.port}/"

        def ask(body, binding):
            return HttpRequest(
                method="POST", url=url, body=body, binding=binding, written_once=True
            )

        return peer, exchange(client(protocol_version=version)), ask, url

    return start


def test_a_connection_is_told_of_before_anything_is_written(twelve):
    peer, ours, ask, url = twelve()
    binding = ours.connect(url)
    assert len(binding) == 12  # the Finished of TLS 1.2 [RFC 5246, 7.4.9]
    assert ours.connect(url) == binding
    assert ours.send(ask(b"mine", binding)).body == b"well"
    assert peer.requests == [(binding, b"mine")]
    assert peer.connections == 1


def test_each_connection_has_a_binding_of_its_own(twelve):
    peer, ours, ask, url = twelve()
    for number in (1, 2, 3):
        body = b"%d" % number
        binding = ours.connect(url)
        ours.send(ask(body, binding))
        assert peer.requests[-1] == (binding, body)
        peer._threads[number].join(5)  # the server has closed
    assert len({binding for binding, _ in peer.requests}) == 3


def test_nothing_is_written_over_another_connection(twelve):
    peer, ours, ask, url = twelve()
    binding = ours.connect(url)
    ours.send(ask(b"first", binding))
    peer._threads[1].join(5)
    request = ask(b"second", binding)
    with pytest.raises(UnsentError, match="has ended") as caught:
        ours.send(request)
    assert caught.value.request == request
    assert [body for _, body in peer.requests] == [b"first"]
    assert ours.send(ask(b"third", ours.connect(url))).body == b"well"


def test_tls_13_has_no_binding(twelve):
    _, ours, _, url = twelve(version="tls-version-13")
    assert ours.connect(url) == b""


def test_a_connection_in_clear_has_no_binding_either(serve, net, exchange):
    peer = serve(net.answering(net.answer(b"well")))
    ours = exchange()
    assert ours.connect(f"http://127.0.0.1:{peer.port}/") == b""
    assert ours.send(net.post(peer)).body == b"well"
    assert peer.connections == 1


def test_a_connection_that_cannot_be_had_is_told_as_ever(exchange, serve, net, client):
    ours = exchange(client(), response_timeout=2)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(ConnectError, match="cannot connect"):
        ours.connect(f"https://127.0.0.1:{port}/")
    peer = serve(lambda connection, _: connection.sendall(b"SSH-2.0-none\r\n"))
    with pytest.raises(TlsError):
        ours.connect(f"https://127.0.0.1:{peer.port}/")
    with pytest.raises(TlsError):  # and once more: what failed is not kept
        ours.connect(f"https://127.0.0.1:{peer.port}/")


# ---------------------------------------------------------------------- interim answers

EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"


@pytest.mark.parametrize(
    "interim",
    [
        EARLY,
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\n\r\n" + EARLY + b"HTTP/1.1 199 Odd\r\nA: b\r\n\r\n",
        EARLY * 20,
    ],
)
def test_interim_answers_are_passed_over(serving, net, interim):
    peer, ours, ask = serving(net.answering(interim + net.answer(b"here", X_Final="yes")))
    for _ in range(2):
        reply = ours.send(ask())
        assert (reply.status, reply.body, reply.header("x-final")) == (200, b"here", "yes")
        assert reply.header("link") == ""
    assert peer.connections == 1


def test_interim_answers_without_end_are_not(serving, net):
    _, ours, ask = serving(net.answering(EARLY * 500))
    with pytest.raises(ProtocolError, match="not HTTP"):
        ours.send(ask())


def test_an_interim_answer_and_no_other_is_no_answer(serving, net):
    def behave(connection, peer):
        peer.requests.append(net.read_request(connection))
        connection.sendall(EARLY)
        connection.close()

    _, ours, ask = serving(behave)
    with pytest.raises(ConnectError):
        ours.send(ask())
