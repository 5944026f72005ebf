"""The EST client as a machine: what it sends, what it waits for, what it makes of answers."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from requests.auth import HTTPDigestAuth

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy
from srpki.core.errors import (
    ConnectError,
    InvalidInputError,
    PeerRefusedError,
    ProtocolError,
    ResponseTimeoutError,
    UnsentError,
    UsageError,
)
from srpki.core.wire import HttpReply
from srpki.protocol.est import attributes, authentication, client, conversation, messages
from srpki.protocol.est.application import Application
from srpki.protocol.est.client import EstServer
from srpki.protocol.steps import Connect, Connection, Send, Wait
from srpki.x509 import csr
from srpki.x509.keys import KeySpec

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVER = EstServer(base_url="https://est.example:8443", username="router", password="s3cret")
ANONYMOUS = EstServer(base_url="https://est.example:8443")
NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gw")])
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER_KEY = ec.generate_private_key(ec.SECP256R1())
REQUEST = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(NAME)
    .sign(KEY, hashes.SHA256())
    .public_bytes(Encoding.DER)
)


def certificate_for(key):
    return (
        x509.CertificateBuilder()
        .subject_name(NAME)
        .issuer_name(NAME)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(OTHER_KEY, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


ISSUED = certificate_for(KEY)
FOREIGN = certificate_for(OTHER_KEY)
NO_ATTRIBUTES = HttpReply(status=204)


def issued(*found, wrapped=False, content_type=messages.CERTS_ONLY):
    body = messages.encode_body(messages.write_certificates(found or [ISSUED]), wrapped=wrapped)
    return HttpReply(status=200, headers={"content-type": content_type}, body=body)


def unauthorized(*challenges):
    return HttpReply(status=401, headers={"www-authenticate": ", ".join(challenges)})


def unavailable(value):
    return HttpReply(status=503, headers={"retry-after": value} if value else {})


def later(value):
    return HttpReply(status=202, headers={"retry-after": value} if value else {})


def digest(nonce, algorithm="SHA-256", more=""):
    return f'Digest realm="est", nonce="{nonce}", qop="auth", algorithm={algorithm}{more}'


class Play:
    """Drives a machine with the given replies; keeps what it sent and how long it waited.

    What the server wants in a request is asked for first, and kept apart: *attributes* answers.
    """

    def __init__(self, machine, *replies, attributes=NO_ATTRIBUTES):
        self.requests, self.waits, self.asked = [], [], []
        replies, answer = list(replies), None
        while True:
            try:
                step = machine.send(answer)
            except StopIteration as stop:
                self.result = stop.value
                assert not replies, "the machine ended before every reply was used"
                return
            if isinstance(step, Wait):
                self.waits.append(step.seconds)
                answer = None
                continue
            if isinstance(step, Connect):
                answer = Connection(b"a binding")
                continue
            assert isinstance(step, Send)
            if step.request.method == "GET" and not step.request.url.endswith(("cacerts", "/a")):
                self.asked.append(step.request)
                answer = attributes
                continue
            self.requests.append(step.request)
            answer = replies.pop(0)


def enroll(server=SERVER, *, request=REQUEST, max_wait=3600.0, again=False, path=None):
    function = client.simple_reenroll if again else client.simple_enroll
    return function(
        replace(server, simpleenroll_path=path) if path else server,
        request if callable(request) else lambda _asked, _binding: request,
        entropy=SeededEntropy(1),
        clock=FrozenClock(NOW),
        max_wait=max_wait,
    )


def asked_for(machine):
    """Begin an enrolment: return the machine after the server has named no attributes."""
    assert next(machine).request.url.endswith("/csrattrs")
    return machine, machine.send(NO_ATTRIBUTES)


def header(request, name):
    return [value for key, value in request.headers if key.lower() == name.lower()]


def test_an_enrolment_posts_the_request_as_est_wants_it():
    play = Play(enroll(), issued())
    (request,) = play.requests
    assert (request.method, request.url) == (
        "POST",
        "https://est.example:8443/.well-known/est/simpleenroll",
    )
    assert header(request, "content-type") == ["application/pkcs10"]
    assert header(request, "content-transfer-encoding") == ["base64"]
    assert header(request, "content-length") == [str(len(request.body))]
    assert {len(line) for line in request.body.split(b"\n")[:-2]} == {76}
    assert base64.b64decode(request.body) == REQUEST
    assert play.result == (ISSUED,)


def test_a_re_enrolment_goes_to_its_own_path():
    play = Play(enroll(again=True), issued())
    assert play.requests[0].url.endswith("/.well-known/est/simplereenroll")


def test_the_paths_of_the_profile_are_used():
    server = EstServer(
        base_url="https://h", cacerts_path="/a", simpleenroll_path="/b", simplereenroll_path="/c"
    )
    urls = [
        Play(machine, issued()).requests[0].url
        for machine in (
            client.cacerts(server, entropy=SeededEntropy(1)),
            enroll(server),
            enroll(server, again=True),
        )
    ]
    assert urls == ["https://h/a", "https://h/b", "https://h/c"]


# ---------------------------------------------------------------------- what the server wants

# The example of RFC 7030, section 4.5.2: challengePassword, a key on secp384r1, a MAC address in
# the request for extensions, ecdsa-with-SHA384.
RFC_7030 = (
    b"MEEGCSqGSIb3DQEJBzASBgcqhkjOPQIBMQcGBSuBBAAiMBYGCSqGSIb3DQEJDjEJBgcrBgEBAQEWBggqhkjOPQQDAw=="
)


def wanted(body=RFC_7030, status=200, content_type="application/csrattrs"):
    return HttpReply(status=status, headers={"content-type": content_type}, body=body)


def attributes_of(reply, **options):
    """Return what the maker of the request is told."""
    told = []
    play = Play(
        enroll(request=lambda asked, _: told.append(asked) or REQUEST, **options),
        issued(),
        attributes=reply,
    )
    return told[0], play


def test_the_server_is_asked_what_it_wants_before_the_request_is_made():
    asked, play = attributes_of(wanted())
    (request,) = play.asked
    assert (request.method, request.url, request.body) == (
        "GET",
        "https://est.example:8443/.well-known/est/csrattrs",
        b"",
    )
    assert header(request, "accept") == ["application/csrattrs"]
    assert asked.challenge
    assert asked.keys == (KeySpec("ecdsa", curve="secp384r1"),)
    assert asked.signatures == (("ecdsa", "sha384"),)


@pytest.mark.parametrize("status", [204, 400, 403, 404, 405, 429, 501])
def test_a_server_that_does_not_offer_attributes_wants_none(status):
    asked, _ = attributes_of(wanted(b"<html>", status, "text/html"))
    assert asked == attributes.NONE


@pytest.mark.parametrize("body", [b"", base64.b64encode(b"\x30\x00")])
def test_an_empty_answer_wants_nothing(body):
    assert attributes_of(wanted(body))[0] == attributes.NONE


@pytest.mark.parametrize(
    ("path", "asked_at"),
    [
        ("/.well-known/est/vpn/simpleenroll", "/.well-known/est/vpn/csrattrs"),
        ("/pki/simpleenroll", "/pki/csrattrs"),
        ("/pki/enrol-me", "/.well-known/est/csrattrs"),
    ],
)
def test_attributes_are_asked_for_beside_the_operation(path, asked_at):
    _, play = attributes_of(NO_ATTRIBUTES, path=path)
    assert play.asked[0].url == "https://est.example:8443" + asked_at


@pytest.mark.parametrize(
    "reply",
    [
        wanted(content_type="text/html"),
        wanted(content_type=""),
        wanted(b"\x00\xff"),
        wanted(base64.b64encode(b"nonsense")),
        wanted(RFC_7030[:-8]),
    ],
)
def test_attributes_that_cannot_be_read_are_a_fault_of_the_server(reply):
    with pytest.raises(ProtocolError, match=r"^answer of the EST server to csrattrs: "):
        Play(enroll(), attributes=reply)


@pytest.mark.parametrize("status", [301, 500, 503])
def test_a_server_in_trouble_is_not_one_that_wants_nothing(status):
    with pytest.raises(PeerRefusedError, match=f"answered {status} .* to csrattrs"):
        Play(enroll(), attributes=HttpReply(status=status))


def test_attributes_are_asked_for_with_credentials_where_the_server_wants_them():
    machine = enroll()
    next(machine)
    again = machine.send(unauthorized('Basic realm="x"')).request
    assert again.method == "GET" and header(again, "authorization")
    assert header(machine.send(NO_ATTRIBUTES).request, "authorization")


def test_a_request_that_cannot_be_made_ends_the_enrolment_before_it_is_sent():
    def refuse(_asked, _binding):
        raise PeerRefusedError("no such key")

    with pytest.raises(PeerRefusedError, match="no such key"):
        Play(enroll(request=refuse))


# ---------------------------------------------------------------------- linking to the session


class Linked:
    """Drives an enrolment that is linked: *connections* are the bindings of one after the other.

    *replies* are replies, or errors that the transport raises; `written` has what went out, with
    the binding that each request was made for.
    """

    def __init__(self, connections, *replies, server=SERVER):
        self.connections, self.replies, self.written = list(connections), list(replies), []
        self.made, self.waits = [], []
        machine, answer = enroll(server, request=self.make), None
        try:
            while True:
                failed = isinstance(answer, Exception)
                answer = self.take(machine.throw(answer) if failed else machine.send(answer))
        except StopIteration as stop:
            self.result = stop.value

    def make(self, asked, binding):
        assert asked.challenge
        self.made.append(binding)
        return csr.build(KEY, NAME, challenge=messages.linking(binding))

    def take(self, step):
        if isinstance(step, Wait):
            self.waits.append(step.seconds)
            return None
        if isinstance(step, Connect):
            return Connection(self.connections.pop(0))
        if step.request.url.endswith("/csrattrs"):
            return wanted()
        self.written.append(step.request)
        reply = self.replies.pop(0)
        return reply(step.request) if callable(reply) else reply

    def links(self):
        """Return, for every request that went out, the binding in it and that of its connection."""
        return [
            (csr.check(messages.decode_body(one.body)).challenge, messages.linking(one.binding))
            for one in self.written
        ]


def ended(request):
    return UnsentError("the connection has ended", request)


def moved(request):
    there = request.but(url="https://est.example:8443/there", redirected=1)
    return UnsentError("redirects", there)


@pytest.mark.parametrize(
    "before",
    [
        [],
        [unauthorized('Basic realm="x"')],
        [unauthorized(digest("n1"))],
        [later("7")],
        [unavailable("7")],
        [moved],
        [ended],
        [ended, moved, unauthorized(digest("n1")), ended, later("7"), later("7")],
    ],
    ids=["at once", "Basic", "Digest", "202", "503", "redirect", "ended", "all of it"],
)
def test_every_write_is_made_for_the_connection_that_it_goes_over(before):
    """The server closes after each answer: no connection is used twice."""
    bindings = [b"connection %d" % number for number in range(len(before) + 1)]
    play = Linked(bindings, *before, issued())
    assert [written for written, _ in play.links()] == [messages.linking(one) for one in bindings]
    assert all(written == bound for written, bound in met(1, play.links()))
    assert all(request.written_once for request in met(1, play.written))
    assert play.result == (ISSUED,)


def test_a_kept_connection_has_the_same_octets_again():
    play = Linked([b"one"] * 3, unauthorized('Basic realm="x"'), later("7"), issued())
    assert len({request.body for request in play.written}) == 1


def test_a_redirected_request_goes_to_the_new_place_with_credentials_for_it():
    play = Linked([b"1", b"2", b"3"], unauthorized(digest("n1")), moved, issued())
    assert [request.url[-6:] for request in play.written] == ["enroll", "enroll", "/there"]
    (given,) = authentication.parse(header(play.written[2], "authorization")[0])
    assert given.parameters["uri"] == "/there"
    assert authentication.digest_matches(given, "s3cret", "POST")


def test_a_server_that_ends_every_connection_is_given_up():
    with pytest.raises(ConnectError):
        Linked([b"1", b"2", b"3", b"4"], ended, ended, ended, ended)


def test_without_a_binding_the_setting_is_named():
    """TLS 1.3 has none: what makes the request says so."""
    application = Application(key=KEY, subject=NAME)
    machine = enroll(request=application.request)
    next(machine)
    challenge = messages.encode_body(bytes.fromhex("300b06092a864886f70d010907"), wrapped=False)
    assert isinstance(machine.send(wanted(challenge)), Connect)
    with pytest.raises(PeerRefusedError, match=r"TLS 1\.2") as caught:
        machine.send(Connection())
    assert "tls-version-12" in caught.value.hint


@pytest.mark.parametrize("reply", [later("7"), unavailable("7"), ended, unauthorized(digest("n"))])
def test_a_request_that_is_not_linked_is_sent_again_octet_for_octet(reply):
    """ECDSA signs anew each time it is asked."""
    machine = enroll(request=lambda _asked, _binding: csr.build(KEY, NAME))
    machine, step = asked_for(machine)
    first = step.request
    assert first.binding == b""
    answer = reply(first) if callable(reply) else reply
    step = machine.throw(answer) if isinstance(answer, Exception) else machine.send(answer)
    if isinstance(step, Wait):
        step = machine.send(None)
    assert step.request.body == first.body


def test_a_request_that_was_put_off_earlier_is_sent_again_octet_for_octet():
    kept = csr.build(KEY, NAME)

    def sent_for(**asked):
        machine = client.simple_enroll(
            SERVER,
            lambda _asked, _binding: csr.build(KEY, **{"subject": NAME, **asked}),
            entropy=SeededEntropy(1),
            clock=FrozenClock(NOW),
            max_wait=0,
            kept=kept,
        )
        return messages.decode_body(asked_for(machine)[1].request.body)

    assert sent_for() == kept
    other = sent_for(challenge="a link")
    assert csr.check(other).challenge == "a link"
    assert sent_for(hash_name="sha384") != kept


# ---------------------------------------------------------------------- CA certificates


def test_the_ca_certificates_are_fetched():
    play = Play(client.cacerts(SERVER, entropy=SeededEntropy(1)), issued(FOREIGN, wrapped=True))
    (request,) = play.requests
    assert request.written_once
    assert (request.method, request.url, request.body) == (
        "GET",
        "https://est.example:8443/.well-known/est/cacerts",
        b"",
    )
    assert play.result == (FOREIGN,)


def test_two_copies_of_a_ca_certificate_count_once():
    reply = issued(FOREIGN, ISSUED, FOREIGN)
    assert len(messages.read_certificates(reply.body)) == 3
    found = Play(client.cacerts(SERVER, entropy=SeededEntropy(1)), reply).result
    assert sorted(found) == sorted((FOREIGN, ISSUED))


def test_the_certificate_for_the_key_comes_first_wherever_it_stands():
    play = Play(enroll(), issued(FOREIGN, ISSUED, certificate_for(OTHER_KEY)))
    assert play.result[0] == ISSUED
    assert len(play.result) == 3


def test_a_certificate_for_another_key_is_refused():
    with pytest.raises(ProtocolError, match="not for the key that was sent"):
        Play(enroll(), issued(FOREIGN))


def test_only_https_is_est():
    with pytest.raises(UsageError):
        EstServer(base_url="http://est.example")


def test_a_request_that_is_none_is_refused_before_anything_is_sent():
    with pytest.raises(InvalidInputError):
        Play(enroll(request=b"\x30\x00"))


# ---------------------------------------------------------------------- HTTP authentication


def test_no_credentials_are_sent_before_the_server_asks():
    play = Play(enroll(), issued())
    assert header(play.requests[0], "authorization") == []
    assert b"s3cret" not in play.requests[0].body


def test_a_digest_challenge_is_answered_for_the_request_that_is_sent():
    play = Play(enroll(), unauthorized(digest("n1")), issued())
    first, second = play.requests
    assert header(first, "authorization") == []
    (given,) = authentication.parse(header(second, "authorization")[0])
    assert given.parameters["uri"] == "/.well-known/est/simpleenroll"
    assert authentication.digest_matches(given, "s3cret", "POST")
    assert "s3cret" not in header(second, "authorization")[0]
    assert second.body == first.body


@pytest.mark.parametrize(
    ("challenges", "chosen"),
    [
        (['Basic realm="x"', digest("a", "MD5"), digest("b")], ("digest", "sha-256")),
        (['Basic realm="x"', digest("a", "MD5")], ("digest", "md5")),
        ([digest("a", "SHA-512-256"), 'Basic realm="x"'], ("basic", "md5")),
        (["Negotiate", 'Basic realm="x"'], ("basic", "md5")),
    ],
)
def test_the_strongest_scheme_is_chosen(challenges, chosen):
    play = Play(enroll(), unauthorized(*challenges), issued())
    (given,) = authentication.parse(header(play.requests[1], "authorization")[0])
    assert (given.scheme, given.algorithm) == chosen


def test_basic_carries_user_name_and_password():
    play = Play(enroll(), unauthorized('Basic realm="x"'), issued())
    assert header(play.requests[1], "authorization") == ["Basic cm91dGVyOnMzY3JldA=="]


@pytest.mark.parametrize("challenge", ['Basic realm="x"', digest("n1")])
def test_refused_credentials_are_not_sent_again(challenge):
    machine, step = asked_for(enroll())
    assert isinstance(step, Send)
    assert isinstance(machine.send(unauthorized(challenge)), Send)
    with pytest.raises(PeerRefusedError, match="refuses the user name or password: 401"):
        machine.send(unauthorized(challenge))


@pytest.mark.parametrize("challenge", ['Basic realm="x"', digest("n1")])
def test_a_bare_401_refuses_credentials_that_were_sent(challenge):
    """As libest does."""
    with pytest.raises(PeerRefusedError, match="refuses the user name or password: 401") as caught:
        Play(enroll(), unauthorized(challenge), HttpReply(status=401))
    assert "http-authentication" in caught.value.hint


def test_a_digest_challenge_without_quality_of_protection_is_answered_as_rfc_2617_says():
    """Judged by the library requests, which has its own Digest."""
    challenge = 'Digest realm="est", nonce="n1", algorithm=MD5'
    play = Play(enroll(), unauthorized(challenge), issued())
    (value,) = header(play.requests[1], "authorization")
    oracle = HTTPDigestAuth("router", "s3cret")
    oracle.init_per_thread_state()
    oracle._thread_local.chal = {"realm": "est", "nonce": "n1", "algorithm": "MD5"}
    expected = oracle.build_digest_header("POST", play.requests[1].url)
    (given,), (wanted_answer,) = authentication.parse(value), authentication.parse(expected)
    assert dict(given.parameters) == dict(wanted_answer.parameters)
    assert "qop" not in given.parameters and "cnonce" not in given.parameters


def test_a_stale_nonce_is_renewed_once():
    stale = unauthorized(digest("n2", more=", stale=true"))
    play = Play(enroll(), unauthorized(digest("n1")), stale, issued())
    nonces = [
        authentication.parse(value)[0].parameters["nonce"]
        for request in play.requests
        for value in header(request, "authorization")
    ]
    assert nonces == ["n1", "n2"]
    with pytest.raises(PeerRefusedError):
        Play(enroll(), unauthorized(digest("n1")), stale, stale)


@pytest.mark.parametrize(
    ("server", "reply", "words"),
    [
        (ANONYMOUS, unauthorized('Basic realm="x"'), "http-authentication"),
        (SERVER, unauthorized("Negotiate"), "negotiate"),
        (SERVER, HttpReply(status=401), "does not say how.*client certificate"),
    ],
)
def test_a_challenge_that_cannot_be_answered_ends_it(server, reply, words):
    with pytest.raises(PeerRefusedError, match=words):
        Play(enroll(server), reply)


def test_a_broken_challenge_is_a_fault_of_the_server():
    with pytest.raises(ProtocolError):
        Play(enroll(), unauthorized('Digest realm="x'))


def test_the_password_shows_in_no_repr():
    assert "s3cret" not in repr(SERVER)


# ---------------------------------------------------------------------- waiting


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("Sun, 01 Mar 2026 12:01:00 GMT", 60),
        ("0", 1),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 1),
        ("999999", 3600),
    ],
)
def test_a_202_waits_as_long_as_asked_within_bounds(value, seconds):
    play = Play(enroll(max_wait=7200), later(value), issued())
    assert play.waits == [seconds]
    assert play.requests[0] == play.requests[1]
    assert play.result == (ISSUED,)


@pytest.mark.parametrize(
    ("value", "seconds"), [("120", 120), ("Sun, 01 Mar 2026 12:02:00 GMT", 120)]
)
def test_a_503_that_says_how_long_is_waited_for(value, seconds):
    play = Play(enroll(), unavailable(value), later("5"), issued())
    assert play.waits == [seconds, 5]
    assert play.requests[0] == play.requests[1] == play.requests[2]


def test_a_503_to_the_question_for_attributes_is_waited_for_too():
    machine = enroll()
    first = next(machine)
    wait = machine.send(unavailable("60"))
    assert isinstance(wait, Wait) and wait.seconds == 60
    assert wait.reason == "the EST server is not available"
    assert machine.send(None) == first
    assert machine.send(NO_ATTRIBUTES).request.method == "POST"


def test_a_503_that_does_not_say_how_long_is_a_refusal():
    with pytest.raises(PeerRefusedError, match="503 Service Unavailable"):
        Play(enroll(), unavailable(""))


def test_a_server_that_stays_away_longer_than_may_be_waited_is_given_up():
    with pytest.raises(ResponseTimeoutError, match="is not available after 20 seconds"):
        Play(enroll(max_wait=25), unavailable("20"), unavailable("20"))


def test_a_202_without_retry_after_is_refused():
    with pytest.raises(ProtocolError, match="Retry-After"):
        Play(enroll(), later(""))


def test_no_more_is_waited_than_allowed():
    machine, first = asked_for(enroll(max_wait=25))
    waits = [
        step.seconds
        for step in (first, *(machine.send(r) for r in (later("10"), None) * 2))
        if isinstance(step, Wait)
    ]
    assert waits == [10, 10]
    with pytest.raises(ResponseTimeoutError, match="after 20 seconds"):
        machine.send(later("10"))


def test_the_number_of_polls_is_bounded(monkeypatch):
    monkeypatch.setattr(conversation, "MAX_POLLS", 3)
    with pytest.raises(ResponseTimeoutError):
        Play(enroll(max_wait=1e9), *[later("1")] * 4)


def test_later_polls_carry_credentials_at_once_with_the_next_nonce_count():
    play = Play(enroll(), unauthorized(digest("n1")), later("5"), issued())
    counts = [
        authentication.parse(value)[0].parameters["nc"]
        for request in play.requests
        for value in header(request, "authorization")
    ]
    assert counts == ["00000001", "00000002"]


# ---------------------------------------------------------------------- bad answers


def test_an_http_error_is_told_in_words_with_what_the_server_says():
    reply = HttpReply(
        status=403,
        headers={"content-type": "text/plain; charset=utf-8"},
        body=b"no such\r\n\x1b[31m device \x00" + b"x" * 5000,
    )
    with pytest.raises(PeerRefusedError) as caught:
        Play(enroll(), reply)
    said = str(caught.value)
    assert said.startswith('the EST server answered 403 Forbidden: "no such [31m device xxx')
    assert len(said) < 300 and said.isprintable()


@pytest.mark.parametrize(
    ("kind", "body", "words"),
    [
        ("text/html", b"<html><title>No</title><p>the <b>CSR</b> is bad", '"No the CSR is bad"$'),
        ("text/html; charset=latin-1", b"<p>f\xfcr &lt;gw&gt; nicht", '"für <gw> nicht"$'),
        ("text/html", b"<style>p{}</style><script>x()</script><h1>No</h1>", '"No"$'),
        ("application/xml", b"<?xml version='1.0'?><e><c>7</c><m>bad CSR</m></e>", '"7 bad CSR"$'),
        ("application/problem+xml", b"<p><![CDATA[a < b]]></p>", '"a < b"$'),
        ("application/problem+json", b'{"detail": "no"}', r'"\{"detail": "no"\}"$'),
        ("", b"\n<html><body>no", '"no"$'),
        ("text/html", b"<p>" + b"<" * 8000 + b"\x1b[31m", "Forbidden"),
        ("application/octet-stream", b"<p>no", "Forbidden$"),
        ("text/html; charset=none-such", b"<p>no", '"no"$'),
    ],
)
def test_the_reason_of_a_refusal_is_shown_when_it_is_text_of_any_kind(kind, body, words):
    reply = HttpReply(status=403, headers={"content-type": kind}, body=body)
    with pytest.raises(PeerRefusedError, match=words) as caught:
        Play(enroll(), reply)
    assert caught.value.sentence.isprintable()


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            HttpReply(status=500, body=b"<html>", headers={"content-type": "text/html"}),
            "500 Internal Server Error$",
        ),
        (HttpReply(status=404), "404 Not Found$"),
        (HttpReply(status=299), "299$"),
        (HttpReply(status=204), "204 No Content$"),
    ],
)
def test_other_statuses_are_refusals(reply, words):
    with pytest.raises(PeerRefusedError, match=words):
        Play(enroll(), reply)


@pytest.mark.parametrize(
    "reply",
    [
        issued(content_type="text/html"),
        issued(content_type=""),
        issued(content_type="application/pkcs7-mime; smime-type=CMC-response"),
        HttpReply(status=200, headers={"content-type": messages.CERTS_ONLY}),
        HttpReply(status=200, headers={"content-type": messages.CERTS_ONLY}, body=b"\x00\xff"),
        HttpReply(
            status=200,
            headers={"content-type": messages.CERTS_ONLY},
            body=base64.b64encode(b"nonsense"),
        ),
    ],
)
def test_answers_that_are_not_certificates_are_faults_of_the_server(reply):
    for machine in (enroll(), client.cacerts(SERVER, entropy=SeededEntropy(1))):
        with pytest.raises(ProtocolError, match=r"^answer of the EST server"):
            Play(machine, reply)


def test_an_error_of_the_transport_passes_through_the_machine():
    machine, _ = asked_for(enroll())
    with pytest.raises(ConnectError, match="gone"):
        machine.throw(ConnectError("gone"))
