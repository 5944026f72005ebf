"""Basic and Digest: examples of RFC 7616, RFC 7617, RFC 9110, and hostile headers."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.core.entropy import SeededEntropy
from srpki.core.errors import ProtocolError, UsageError
from srpki.protocol.est import authentication
from srpki.protocol.est.authentication import DigestSession, digest_response, parse

# RFC 7616, section 3.9.1
MUFASA = {
    "realm": "http-auth@example.org",
    "uri": "/dir/index.html",
    "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "nc": "00000001",
    "cnonce": "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    "qop": "auth",
}
RESPONSES = {
    "md5": "8ca523f5e9506fed4657c9700eebdbec",
    "sha-256": "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
}


@pytest.mark.parametrize("algorithm", RESPONSES)
def test_digest_gives_the_responses_of_rfc_7616(algorithm):
    found = digest_response(algorithm, "Mufasa", "Circle of Life", "GET", MUFASA)
    assert found == RESPONSES[algorithm]


def test_basic_gives_the_values_of_rfc_7617():
    assert authentication.basic("Aladdin", "open sesame") == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    assert authentication.basic("test", "123£") == "Basic dGVzdDoxMjPCow=="


@pytest.mark.parametrize(("user", "password"), [("a:b", "c"), ("a", "b\nc"), ("a\x00", "b")])
def test_basic_refuses_what_it_cannot_carry(user, password):
    with pytest.raises(UsageError):
        authentication.basic(user, password)


def test_challenges_are_read_as_in_rfc_9110():
    found = parse('Newauth realm="apps", type=1, title="Login to \\"apps\\"", Basic realm="simple"')
    assert [(one.scheme, dict(one.parameters)) for one in found] == [
        ("newauth", {"realm": "apps", "type": "1", "title": 'Login to "apps"'}),
        ("basic", {"realm": "simple"}),
    ]


def test_tokens_bare_schemes_and_odd_commas_are_read():
    found = parse(' ,Negotiate , NTLM TlRM==, DIGEST  Realm = "a, b=c" , , NONCE=n,Basic')
    assert [one.scheme for one in found] == ["negotiate", "ntlm", "digest", "basic"]
    assert found[1].token68 == "TlRM=="
    assert found[2].parameters == {"realm": "a, b=c", "nonce": "n"}


@pytest.mark.parametrize(
    "header",
    [
        'Digest realm="a',
        'Digest realm="a\\"',
        'Digest realm="a\r\nX-Evil: 1"',
        'Digest realm="a" nonce="b"',
        'Digest realm="a", realm="b"',
        'Digest realm="\x00"',
        'Digest realm="a", nonce=',
        '"a"',
        "=",
        "Digest " + ", ".join(f"p{number}=1" for number in range(40)),
        ", ".join(f"s{number} a=b" for number in range(40)),
        'Digest realm="' + "a" * 9000 + '"',
    ],
)
def test_headers_that_break_the_grammar_or_the_bounds_are_refused(header):
    with pytest.raises(ProtocolError):
        parse(header)


@given(st.text(alphabet=st.characters(max_codepoint=255), max_size=200))
def test_any_header_is_read_or_refused(header):
    with contextlib.suppress(ProtocolError):
        parse("Digest " + header)


def test_an_answer_carries_hostile_values_only_inside_quotes():
    challenge = parse('Digest realm="a\\", evil=\\"b", nonce="\\\\", qop=auth, opaque="o\\"o"')[0]
    header = DigestSession(challenge, 'j"doe', "pw").authorization("GET", "/x", SeededEntropy(1))
    given = parse(header)
    assert len(given) == 1
    assert given[0].parameters["realm"] == 'a", evil="b'
    assert given[0].parameters["nonce"] == "\\"
    assert given[0].parameters["opaque"] == 'o"o'
    assert given[0].parameters["username"] == 'j"doe'
    assert "evil" not in given[0].parameters


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_a_server_finds_the_password_proved_by_an_answer_and_another_one_not(algorithm):
    challenge = parse(f'Digest realm="r", nonce="n", qop="auth,auth-int", algorithm={algorithm}')[0]
    header = DigestSession(challenge, "user", "right").authorization(
        "POST", "/a?b=c", SeededEntropy(1)
    )
    given = parse(header)[0]
    assert given.parameters["algorithm"] == algorithm
    assert authentication.digest_matches(given, "right", "POST")
    assert not authentication.digest_matches(given, "wrong", "POST")
    assert not authentication.digest_matches(given, "right", "GET")


def test_the_nonce_count_rises_and_the_client_nonce_changes():
    session = DigestSession(parse('Digest realm="r", nonce="n", qop=auth')[0], "u", "p")
    entropy = SeededEntropy(1)
    first, second = (
        parse(session.authorization("GET", "/", entropy))[0].parameters for _ in range(2)
    )
    assert (first["nc"], second["nc"]) == ("00000001", "00000002")
    assert first["cnonce"] != second["cnonce"]


def test_a_user_name_beyond_ascii_goes_as_in_rfc_7616_section_3_9_2():
    session = DigestSession(parse('Digest realm="r", nonce="n", qop=auth')[0], "Jäsøn Doe", "p")
    header = session.authorization("GET", "/", SeededEntropy(1))
    assert "username*=UTF-8''J%C3%A4s%C3%B8n%20Doe" in header
    assert authentication.digest_username(parse(header)[0]) == "Jäsøn Doe"


@pytest.mark.parametrize(
    "challenge",
    [
        'Digest realm="r", nonce="n", qop=auth-int',
        'Digest realm="r", nonce="n", qop=auth, algorithm=MD5-sess',
        'Digest realm="r", nonce="n", qop=auth, algorithm=SHA-512-256',
        'Digest realm="r", qop=auth',
        'Digest nonce="n", qop=auth',
        'Basic realm="r"',
    ],
)
def test_challenges_without_what_is_needed_are_passed_over(challenge):
    assert not parse(challenge)[0].usable_digest()


@pytest.mark.parametrize("header", ["Basic ====", "Basic AAAA", "Basic /////w==", "Basic"])
def test_basic_credentials_that_cannot_be_read_are_refused(header):
    with pytest.raises(ProtocolError):
        authentication.read_basic(parse(header)[0])
