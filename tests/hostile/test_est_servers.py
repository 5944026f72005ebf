"""An EST server that means harm to the client's machines: an error of ours, or what can be judged.

TLS proves who the server is, so what it says of certificates is taken from it, but only when it is
what it claims to be. Whether a certificate may be used is judged by its chain (test_renewals).
"""

import base64
import time
import tracemalloc

import pytest
from borrowed import borrowed
from counting import met
from damage import BLOBS, LENGTHS, cut, flipped, nested, swapped

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SeededEntropy, SystemEntropy
from srpki.core.errors import PeerError, ProtocolError, ResponseTimeoutError, SrpkiError
from srpki.core.wire import HttpReply
from srpki.labca.authority import Authority
from srpki.protocol.est import client, conversation, messages
from srpki.protocol.steps import Wait
from srpki.x509 import certificates, csr, keys, names
from srpki.x509.chain import check_chain

lab = borrowed("unit/labca/conftest.py")
KEY = keys.generate(lab.P256)
SUBJECT = names.parse_dn("CN=gw")
REQUEST = csr.build(KEY, SUBJECT)
SERVER = client.EstServer(base_url="https://est.example", username="router", password="s3cret")


@pytest.fixture(scope="module")
def authority():
    return Authority(None, FrozenClock(lab.START), SystemEntropy())


@pytest.fixture(scope="module")
def issued(authority):
    return authority.issue(KEY.public_key(), SUBJECT).certificate


def machine(operation, max_wait=3600.0):
    if operation == "cacerts":
        return client.cacerts(SERVER, entropy=SeededEntropy(7))
    ask = client.simple_enroll if operation == "simpleenroll" else client.simple_reenroll
    clock = FrozenClock(lab.START)
    return ask(SERVER, lambda *_: REQUEST, entropy=SeededEntropy(7), clock=clock, max_wait=max_wait)


def answer(body, status=200, **headers):
    fields = {"content-type": messages.CERTS_ONLY}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpReply(status=status, headers=fields, body=body)


def hear(operation, reply):
    """Return what comes of *reply*, given to every request; count requests and seconds.

    Asked what it wants in requests the server wants nothing: test_est_attributes bends that.
    """
    heard, steps, asked, waited = None, machine(operation), 0, 0.0
    try:
        while True:
            step = steps.send(heard)
            if isinstance(step, Wait):
                waited, heard = waited + step.seconds, None
            elif step.request.url.endswith("/csrattrs"):
                heard = HttpReply(status=204, headers={}, body=b"")
            else:
                asked, heard = asked + 1, reply
    except StopIteration as end:
        return end.value, asked, waited
    except SrpkiError as error:
        failure = error
    assert str(failure).isprintable() and len(str(failure)) < 1000
    assert SERVER.password not in str(failure)
    return failure, asked, waited


def right(operation, authority, issued):
    """Return the PKCS#7 of a right answer."""
    found = (authority.root, authority.issuing.certificate)
    return messages.write_certificates(found if operation == "cacerts" else (issued,))


each_operation = pytest.mark.parametrize("operation", ["cacerts", "simpleenroll"])


def check(found, operation, authority, issued):
    """Check that *found* is an error of ours, or certificates of which a changed one is refused."""
    if isinstance(found, PeerError):
        return
    assert isinstance(found, tuple) and found
    if operation == "simpleenroll":
        assert keys.spki(found[0]) == keys.spki(KEY)
        anchors = (authority.issuing.certificate,)
        if found[0] != issued:
            with pytest.raises(SrpkiError):
                check_chain(found[0], (), anchors, lab.START)
    for certificate in found:
        certificates.parse(certificate)


@each_operation
def test_flipped_octets_are_refused_here_or_by_the_chain(authority, issued, tally, operation):
    data = right(operation, authority, issued)
    case = tally("EST answer, octet flipped", len(data))
    for _, changed in met(1, flipped(data)):
        case()
        found, _, _ = hear(operation, answer(base64.b64encode(changed)))
        check(found, operation, authority, issued)


@each_operation
def test_flipped_letters_of_the_base64_are_too(authority, issued, tally, operation):
    text = base64.b64encode(right(operation, authority, issued))
    case = tally("EST answer, octet flipped", len(text))
    for _, changed in met(1, flipped(text)):
        case()
        found, _, _ = hear(operation, answer(changed))
        check(found, operation, authority, issued)


@each_operation
def test_no_truncated_answer_is_taken(authority, issued, tally, operation):
    data = right(operation, authority, issued)
    text = base64.b64encode(data)
    whole = len(text.rstrip(b"="))
    case = tally("EST answer, truncated", len(data) + whole)
    for body in met(1, (*map(base64.b64encode, cut(data)), *cut(text[:whole]))):
        case()
        assert isinstance(hear(operation, answer(body))[0], ProtocolError)


@each_operation
@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_pkcs7_may_be_nonsense(authority, issued, tally, operation, blob):
    data = right(operation, authority, issued)
    case = tally("EST answer, a part replaced by nonsense", 20)
    for changed in met(1, swapped(data, BLOBS[blob])):
        case()
        found, _, _ = hear(operation, answer(base64.b64encode(changed)))
        check(found, operation, authority, issued)


@each_operation
@pytest.mark.parametrize("depth", [100, 1000, 30_000])
def test_nests_and_false_lengths_cost_neither_stack_nor_time(tally, operation, depth):
    case = tally("EST answer, nests and false lengths", 5 + len(LENGTHS))
    deep = [nested(depth), nested(depth, 0xA0), b"\x30\x80" * depth, b"\xa0\x80" * depth]
    started = time.process_time()
    for data in (*deep, b"\x24\x80" * depth, *LENGTHS):
        case()
        found, _, _ = hear(operation, answer(base64.b64encode(data)))
        assert isinstance(found, ProtocolError)
    assert time.process_time() - started < 10


@each_operation
@pytest.mark.parametrize("count", [257, 10_000])
def test_thousands_of_certificates_are_refused(authority, tally, operation, count):
    case = tally("EST answer, thousands of certificates", 1)
    case()
    one = messages.write_certificates([authority.root] * 2)
    many = one.replace(authority.root * 2, authority.root * count)
    body = base64.b64encode(relengthed(one, many, authority.root, count))
    tracemalloc.start()
    found, _, _ = hear(operation, answer(body))
    assert tracemalloc.get_traced_memory()[1] < 64e6
    tracemalloc.stop()
    assert isinstance(found, ProtocolError)


def relengthed(one, many, root, count):
    """Return *many* with the lengths that it needs; *one* is the same with two certificates."""
    from srpki.x509 import der

    assert root * 2 in one and root * count in many
    info = der.read(one)
    oid, content = der.elements(info.content)
    signed = der.read(content.content)
    fields = []
    for element in der.elements(signed.content):
        whole = der.encode(0xA0, root * count) if element.tag == 0xA0 else element.whole
        fields.append(whole)
    data = der.encode(0xA0, der.encode(der.SEQUENCE, *fields))
    return der.encode(der.SEQUENCE, oid.whole, data)


@pytest.mark.parametrize("value", ["0", "1", "3600", "9" * 20, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_server_that_never_issues_is_given_up(tally, value):
    case = tally("EST answer, 202 without end", 1)
    case()
    found, asked, waited = hear("simpleenroll", answer(b"", 202, retry_after=value))
    assert isinstance(found, ResponseTimeoutError)
    assert asked <= 1 + conversation.MAX_POLLS
    assert waited <= 3600


@pytest.mark.parametrize(
    "challenge",
    [
        'Basic realm="a"',
        'Digest realm="a", nonce="b", qop="auth", stale=true',
        'Digest realm="a", nonce="b", qop="auth", stale=true, algorithm=SHA-256',
        "Basic " * 100,
        'Basic realm="' + "x" * 8000 + '"',
        "Digest " + ", ".join(f'{name}="{"y" * 100}"' for name in ("realm", "nonce", "qop")),
    ],
)
@each_operation
def test_a_server_that_asks_for_credentials_for_ever_is_given_up(tally, operation, challenge):
    case = tally("EST answer, 401 without end", 1)
    case()
    found, asked, _ = hear(operation, answer(b"", 401, www_authenticate=challenge))
    assert isinstance(found, PeerError)
    assert asked <= 3


@each_operation
@pytest.mark.parametrize("status", [0, 100, 199, 201, 204, 206, 301, 304, 403, 418, 500, 999, -1])
def test_every_other_status_is_an_error_in_few_words(tally, operation, status):
    case = tally("EST answer, other statuses", 1)
    case()
    body = b"\x1b[2J" + b"no\n" * 100_000
    found, asked, _ = hear(operation, answer(body, status, content_type="text/plain"))
    assert isinstance(found, PeerError)
    assert asked == 1


@each_operation
@pytest.mark.parametrize(
    "kind",
    [
        *("", "text/html", "\x00", "x" * 60_000, "a/b;c;d=;;="),
        "application/pkcs7-mime; smime-type=server-generated-key",
        "application/pkcs7-mime;" * 1000 + "smime-type=enveloped-data",
    ],
)
def test_another_media_type_is_not_read(authority, issued, tally, operation, kind):
    case = tally("EST answer, another media type", 1)
    case()
    body = base64.b64encode(right(operation, authority, issued))
    assert isinstance(hear(operation, answer(body, content_type=kind))[0], ProtocolError)
