"""HTTP/1.1 for a server: requests read within bounds, replies in one block."""

import io

import pytest

from srpki.core.wire import HttpReply
from srpki.labca.http11 import MAX_BODY, BadRequestError, RequestReader, encode_reply

CHUNKED = b"5\r\nhello\r\n0\r\n\r\n"
CHUNKS = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"


def read(data, sent=None):
    send = (lambda octets: None) if sent is None else sent.append
    return RequestReader(io.BytesIO(data), "http://127.0.0.1:1", send).read()


def test_a_request_with_a_length_is_read():
    received = read(b"POST /pkix/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")
    assert received.request.method == "POST"
    assert received.request.url == "http://127.0.0.1:1/pkix/"
    assert received.request.headers == (("Host", "x"), ("Content-Length", "5"))
    assert received.request.body == b"hello"
    assert received.keep_alive


def test_a_chunked_request_is_read():
    # the example of RFC 9112, section 7.1, in spirit: two chunks, an extension, a trailer
    data = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        b"5;a=b\r\nhello\r\nA\r\n, world!!!\r\n0\r\nX: y\r\n\r\n"
    )
    assert read(data).request.body == b"hello, world!!!"


def test_two_requests_follow_each_other_on_a_connection():
    data = (
        b"GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )
    reader = RequestReader(io.BytesIO(data), "", lambda octets: None)
    assert reader.read().request.url == "/a"
    last = reader.read()
    assert (last.request.url, last.keep_alive) == ("/b", False)
    assert reader.read() is None


def test_http_1_0_is_kept_only_when_asked():
    assert not read(b"GET / HTTP/1.0\r\n\r\n").keep_alive
    assert read(b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n").keep_alive


@pytest.mark.parametrize("http10", [False, True])
def test_a_reply_is_of_the_version_of_the_request(http10):
    """libest's client reads no other status line than that of HTTP/1.0."""
    version = b"0" if http10 else b"1"
    received = read(b"GET / HTTP/1." + version + b"\r\nHost: x\r\n\r\n")
    assert received.request.http10 == http10
    reply = encode_reply(HttpReply(status=200), keep_alive=False, http10=http10)
    assert reply.startswith(b"HTTP/1.0 200 OK" if http10 else b"HTTP/1.1 200 OK")


def test_every_challenge_has_a_line():
    reply = encode_reply(HttpReply(status=401, challenges=("Basic a", "Digest b")), keep_alive=True)
    lines = reply.split(b"\r\n")
    assert lines[1:3] == [b"WWW-Authenticate: Basic a", b"WWW-Authenticate: Digest b"]


def test_later_requests_of_a_connection_say_so():
    reader = RequestReader(
        io.BytesIO(2 * b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n"), "", lambda octets: None
    )
    assert [reader.read().request.kept for _ in range(2)] == [False, True]


def test_a_client_that_asks_before_it_sends_is_told_to_go_on():
    sent = []
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok"
    assert read(head, sent).request.body == b"ok"
    assert sent == [b"HTTP/1.1 100 Continue\r\n\r\n"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n", 400),  # ends within the headers
        (b"GET / HTTP/1.1\r\n\r\n", 400),  # without Host [RFC 9112, 3.2]
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\r\n\r\n", 400),
        (b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (
            b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"GET /\r\n\r\n", 400),
        (b"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"\x16\x03\x01\x02\x00\x01\x00\n", 400),  # TLS to the plain port
        (b"GET / HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\ncolon\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n: no name\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nname : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n folded: x\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: b\r\n" * 65 + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + (b"A: " + b"b" * 8000 + b"\r\n") * 5 + b"\r\n", 431),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 262145\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfour", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
            400,
        ),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 400),
        # a coding that would be a chunked body, were it called so
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n" + CHUNKED, 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n" + CHUNKED, 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: identity\r\n\r\n" + CHUNKED, 400),
        # both lengths, each right by itself [RFC 9112, 6.1]
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n"
            % len(CHUNKED)
            + CHUNKED,
            400,
        ),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n"
            + CHUNKED,
            400,
        ),
        # chunks of which one ends late, has no size, or a size with a sign; the rest is right
        (CHUNKS + b"5\r\nhelloX\r\n0\r\n\r\n", 400),
        (CHUNKS + b"5\r\nhello;\r\n0\r\n\r\n", 400),
        (CHUNKS + b"\r\n0\r\n\r\n", 400),
        (CHUNKS + b"5\r\nhello\r\n\r\n\r\n", 400),
        (CHUNKS + b"\r\n\r\n", 400),
        (CHUNKS + b";a=b\r\n0\r\n\r\n", 400),
        (CHUNKS + b"+5\r\nhello\r\n0\r\n\r\n", 400),
        (CHUNKS + b"0x5\r\nhello\r\n0\r\n\r\n", 400),
        (CHUNKS + b"000000005\r\nhello\r\n0\r\n\r\n", 400),
        # more digits than Python converts
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"0" * 5000 + b"\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n40001\r\n", 413),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", 400),
    ],
)
def test_octets_that_are_no_request_are_refused(data, status):
    with pytest.raises(BadRequestError) as refused:
        read(data)
    assert refused.value.status == status


def test_a_body_may_have_256_kib():
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 262144\r\n\r\n"
    assert len(read(head + bytes(262144)).request.body) == 262144


def test_chunks_are_bounded_together():
    chunk = b"8000\r\n" + b"x" * 0x8000 + b"\r\n"
    data = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        + chunk * 9
        + b"0\r\n\r\n"
    )
    with pytest.raises(BadRequestError):
        read(data)
    whole = chunk * (MAX_BODY // 0x8000)
    data = (
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + whole + b"0\r\n\r\n"
    )
    assert len(read(data).request.body) == MAX_BODY


def test_a_reply_is_one_block_with_its_length():
    reply = HttpReply(status=202, headers={"retry-after": "5"})
    assert encode_reply(reply, keep_alive=True) == (
        b"HTTP/1.1 202 Accepted\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n"
    )


def test_a_reply_says_how_the_connection_goes_on():
    reply = HttpReply(status=200, body=b"x")
    assert b"\r\nConnection: close\r\n" in encode_reply(reply, keep_alive=False)
    assert b"\r\nConnection: keep-alive\r\n" in encode_reply(reply, keep_alive=True, http10=True)


def test_a_status_that_has_no_name_is_sent_all_the_same():
    assert encode_reply(HttpReply(status=299), keep_alive=True).startswith(
        b"HTTP/1.1 299 Unknown\r\n"
    )
