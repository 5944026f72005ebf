"""A CMP server that means harm: an error of ours, soon, and never a certificate it has changed."""

import hashlib
import hmac
import time
import tracemalloc
from functools import lru_cache

import pytest
from borrowed import borrowed
from counting import met
from damage import BLOBS, LENGTHS, cut, flipped, nested, swapped

from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError, SrpkiError
from srpki.core.wire import HttpReply
from srpki.protocol.cmp import asn1, bodies, mac, messages
from srpki.protocol.cmp.bodies import CertificateResponse, PollAnswer
from srpki.protocol.cmp.client import certificate_request, initial_registration, key_update
from srpki.protocol.cmp.status import WAITING, StatusInfo
from srpki.protocol.steps import Wait
from srpki.x509 import der, names
from srpki.x509.chain import RefusedChainError, check_chain
from srpki.x509.keys import KeySpec, generate

bench = borrowed("unit/protocol/cmp/conftest.py")
KEY = generate(KeySpec("ecdsa", curve="secp256r1"))
SUBJECT = names.parse_dn("C=DE,O=Lab,CN=router")
HMAC_SHA256 = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.2.9"))
SHA256 = der.encode(der.SEQUENCE, der.encode_oid("2.16.840.1.101.3.4.2.1"))


_derived = lru_cache(maxsize=64)(mac._base_key)


@pytest.fixture(autouse=True)
def _derive_once(monkeypatch):
    """Derive a key once: the client's is the same in every case, and half of its time."""
    monkeypatch.setattr(mac, "_base_key", _derived)


def pbm(count=100, salt=b"12345678"):
    """Return the AlgorithmIdentifier of PBM with any iteration count."""
    value = asn1.PBMParameter(
        salt=salt, owf=asn1.elements(SHA256), iteration_count=count, mac=asn1.elements(HMAC_SHA256)
    )
    return der.encode(der.SEQUENCE, der.encode_oid(mac.PBM), asn1.encode(value))


def pbmac1(count=100, salt=b"12345678", length=32):
    """Return the AlgorithmIdentifier of PBMAC1 with any iteration count and key length."""
    derivation = asn1.PBKDF2Params(
        salt=salt, iteration_count=count, key_length=length, prf=asn1.elements(HMAC_SHA256)
    )
    function = der.encode(der.SEQUENCE, der.encode_oid("1.2.840.113549.1.5.12"))
    value = asn1.PBMAC1Params(
        key_derivation_func=[*asn1.elements(function), asn1.tlv(asn1.encode(derivation))],
        message_auth_scheme=asn1.elements(HMAC_SHA256),
    )
    return der.encode(der.SEQUENCE, der.encode_oid(mac.PBMAC1), asn1.encode(value))


class Claims:
    """Protects with the right password but under any AlgorithmIdentifier."""

    def __init__(self, algorithm, key=b""):
        self.algorithm, self._key = algorithm, key

    def protect(self, protected_part):
        return hmac.digest(self._key, protected_part, "sha256")


def by_pbmac1():
    key = hashlib.pbkdf2_hmac("sha256", bench.SECRET.encode(), b"12345678", 100, 32)
    return Claims(pbmac1(), key)


class Play:
    """One transaction whose nonces come again, so that its answers can be played back changed."""

    def __init__(self, ca, around, kind):
        self._ca, self._around, self.kind = ca, around, kind
        if kind in ("ir-pbm", "ir-pbmac1"):
            ca.extra_certs = ()
            ca.protector = (
                by_pbmac1() if kind == "ir-pbmac1" else mac.MacProtector("insecure", b"1" * 8, 100)
            )
        if kind == "polled":
            ca.polls = 2
        if kind == "error":
            body = bodies.encode_error(StatusInfo(2, ("no",), ("badRequest",)))
            ca.bend = lambda parts: parts.update(body=body)
        self.answers = []
        self.good = None
        reply, machine = None, self.machine()
        try:
            while True:
                step = machine.send(reply)
                reply = None if isinstance(step, Wait) else ca.handle(step.request)
                if reply is not None:
                    self.answers.append(reply.body)
        except StopIteration as end:
            self.good = end.value.certificate
        except PeerRefusedError:
            assert kind == "error"

    def machine(self):
        ca, options = self._ca, {**self._around(), "accept": self.accept, "poll": True}
        if self.kind == "cr":
            return certificate_request(ca.peer, ca.signature, KEY, SUBJECT, None, **options)
        if self.kind in ("ir-pbm", "ir-pbmac1"):
            return initial_registration(ca.peer, ca.password, KEY, SUBJECT, None, **options)
        return key_update(ca.peer, ca.signature, KEY, **options)

    def accept(self, certificate, others):
        """Judge as the engine does, as far as octets go."""
        try:
            check_chain(certificate, others, (self._ca.certificate,), bench.NOW)
        except SrpkiError as error:
            return error.sentence
        return None

    def with_answer(self, index, changed, media_type="application/pkixcmp"):
        """Return the certificate that comes of it when answer *index* is *changed*."""
        machine, reply, position = self.machine(), None, 0
        try:
            while True:
                if isinstance(machine.send(reply), Wait):
                    reply = None
                    continue
                body = changed if position == index else self.answers[position]
                position += 1
                reply = HttpReply(status=200, headers={"content-type": media_type}, body=body)
        except StopIteration as end:
            return end.value.certificate

    def covered(self, index):
        """Return where the protected octets of answer *index* end."""
        body = messages.decode(self.answers[index]).body
        return self.answers[index].index(body) + len(body)


KINDS = {
    "ir-pbm": ("ip", "pkiConf"),
    "ir-pbmac1": ("ip", "pkiConf"),
    "cr": ("cp", "pkiConf"),
    "kur": ("kup", "pkiConf"),
    "polled": ("kup", "pollRep", "kup", "pkiConf"),
    "error": ("error",),
}
ANSWERS = [(kind, index) for kind, found in KINDS.items() for index in range(len(found))]
FIRST = {"ir-pbm", "ir-pbmac1", "kur", "error"}
"""The kinds whose every octet is tried; the answers of the others have the same parts again."""
each_kind = pytest.mark.parametrize("kind", KINDS)
each_answer = pytest.mark.parametrize(
    ("kind", "index"),
    ANSWERS,
    ids=[f"{kind}-{KINDS[kind][index]}-{index}" for kind, index in ANSWERS],
)


@each_kind
def test_unchanged_answers_end_as_they_should(ca, around, kind):
    """Else all below would pass for the wrong reason."""
    play = Play(ca, around, kind)
    assert tuple(messages.decode(answer).kind for answer in play.answers) == KINDS[kind]
    if kind == "error":
        with pytest.raises(PeerRefusedError):
            play.with_answer(0, play.answers[0])
    else:
        assert play.good
        assert play.with_answer(0, play.answers[0]) == play.good


def step_of(kind, index):
    """Return how far apart the octets are that are tried: `FIRST`, and what only a wait brings."""
    return 1 if kind in FIRST or KINDS[kind][index] == "pollRep" else 5


@each_answer
def test_no_flipped_octet_is_believed(ca, around, tally, kind, index):
    play = Play(ca, around, kind)
    answer = play.answers[index]
    covered = play.covered(index)
    step = step_of(kind, index)
    case = tally("CMP answer, octet flipped", len(answer) // step)
    for position, changed in met(1, flipped(answer, step)):
        case()
        try:
            certificate = play.with_answer(index, changed)
        except PeerRefusedError:  # the CA's own word, so nothing that is protected has changed
            assert kind == "error" and position >= covered
        except PeerError:
            continue
        else:  # extraCerts are not protected: a change there may go unseen, then changes nothing
            assert position >= covered
            assert certificate == play.good


@each_answer
def test_no_truncated_answer_is_believed(ca, around, tally, kind, index):
    play = Play(ca, around, kind)
    answer = play.answers[index]
    step = step_of(kind, index)
    case = tally("CMP answer, truncated", len(answer) // step)
    for changed in met(1, cut(answer, step)):
        case()
        with pytest.raises(ProtocolError):
            play.with_answer(index, changed)


@each_answer
def test_no_answer_of_an_earlier_transaction_is_believed(ca, around, tally, kind, index):
    """The same CA, the same device, another transaction; also each answer for each other."""
    play = Play(ca, around, kind)
    case = tally("CMP answer, replayed or of another transaction", len(play.answers))
    ours = iter(Play(ca, lambda: {**around(), "entropy": bench.SeededEntropy(8)}, kind).answers)
    for changed in met(1, (*ours, *(one for n, one in enumerate(play.answers) if n != index))):
        case()
        with pytest.raises(ProtocolError):
            play.with_answer(index, changed)


@each_kind
def test_our_own_requests_are_no_answers(ca, around, tally, kind):
    play = Play(ca, around, kind)
    sent = len(ca.seen)
    case = tally("CMP answer, our own request sent back", len(play.answers))
    for index in met(1, range(len(play.answers))):
        machine, reply, position = play.machine(), None, 0
        case()
        with pytest.raises(ProtocolError):
            while True:
                step = machine.send(reply)
                if isinstance(step, Wait):
                    reply = None
                    continue
                body = step.request.body if position == index else play.answers[position]
                position += 1
                reply = HttpReply(status=200, body=body)
    assert len(ca.seen) == sent


@pytest.mark.parametrize("index", [0, 1])
@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_rightly_signed_body_may_be_nonsense(ca, around, tally, blob, index):
    """The CA itself means harm: its protection holds, its body does not."""
    play = Play(ca, around, "kur")
    case = tally("CMP answer, nonsense under a right protection", 1 if index else 15)
    body = messages.decode(play.answers[index]).body
    for changed in met(1, filter(None, swapped(body, BLOBS[blob]))):
        case()
        parts = messages.decode(play.answers[index])
        answer = messages.encode(parts.header, changed, ca.protector, ca.extra_certs)
        try:
            certificate = play.with_answer(index, answer)
        except PeerError:
            continue
        assert certificate == play.good


@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_message_may_be_nonsense(ca, around, tally, blob):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, a part replaced by nonsense", 100)
    for changed in met(1, swapped(play.answers[0], BLOBS[blob])):
        case()
        try:
            certificate = play.with_answer(0, changed)
        except PeerError:
            continue
        assert certificate == play.good


def test_lengths_that_lie_are_not_believed(ca, around, tally):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, false lengths", 3 * len(LENGTHS))
    for head in LENGTHS:
        for rest in (b"", b"\x00" * 1000, play.answers[0]):
            case()
            with pytest.raises(ProtocolError):
                play.with_answer(0, head + rest)


@pytest.mark.parametrize("depth", [100, 1000, 10_000, 50_000])
def test_deep_nests_cost_neither_stack_nor_time(ca, around, tally, depth):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, deeply nested", 6)
    started = time.process_time()
    for tag in (0x30, 0xA0, 0x24):
        for blob in (nested(depth, tag), bytes((tag, 0x80)) * depth):
            case()
            with pytest.raises(ProtocolError):
                play.with_answer(0, blob)
    assert time.process_time() - started < 5


COUNTS = (0, -1, 1, 99, 2**31 - 1, 2**31, 2**32, 2**63, 2**64, 2**4096, -(2**31))


@pytest.mark.parametrize("make", [pbm, pbmac1])
@pytest.mark.parametrize("kind", ["ir-pbm", "kur"])
def test_iteration_counts_without_measure_are_refused_before_the_work(
    ca, around, tally, make, kind
):
    play = Play(ca, around, kind)
    parts = messages.decode(play.answers[0])
    case = tally("CMP answer, excessive MAC parameters", len(COUNTS))
    started = time.process_time()
    for count in COUNTS:
        case()
        answer = messages.encode(parts.header, parts.body, Claims(make(count)))
        with pytest.raises(ProtocolError):
            play.with_answer(0, answer)
    assert time.process_time() - started < 2


def test_key_lengths_and_salts_without_measure_are_refused_too(ca, around, tally):
    play = Play(ca, around, "ir-pbm")
    parts = messages.decode(play.answers[0])
    case = tally("CMP answer, excessive MAC parameters", 10)
    lengths = [pbmac1(length=length) for length in (0, -1, 15, 129, 2**31, 2**63)]
    salts = [make(salt=salt) for make in (pbm, pbmac1) for salt in (b"", b"s" * 100_000)]
    for algorithm in (*lengths, *salts):
        case()
        answer = messages.encode(parts.header, parts.body, Claims(algorithm))
        with pytest.raises(ProtocolError):
            play.with_answer(0, answer)


@pytest.mark.parametrize("where", ["extraCerts", "caPubs"])
@pytest.mark.parametrize("what", ["certificates", "nothings", "one a thousand times"])
def test_ten_thousand_certificates_are_not_looked_at(ca, around, tally, where, what):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, thousands of certificates", 1)
    many = {
        "certificates": [ca.device] * 10_000,
        "nothings": [b"\x30\x00"] * 10_000,
        "one a thousand times": [ca.signer] * 1000,
    }[what]
    parts = messages.decode(play.answers[0])
    body, extra = parts.body, ca.extra_certs
    if where == "caPubs":
        responses, _ = bodies.decode_responses(parts)
        body = bodies.encode_responses("kup", responses, many)
    else:
        extra = (*extra, *many)
    answer = messages.encode(parts.header, body, ca.protector, extra)
    case()
    tracemalloc.start()
    started = time.process_time()
    with pytest.raises(ProtocolError):
        play.with_answer(0, answer)
    assert time.process_time() - started < 2
    assert tracemalloc.get_traced_memory()[1] < 20e6
    tracemalloc.stop()


def test_a_maze_of_issuers_is_searched_within_bounds(ca, around, tally):
    """Thirty CA certificates of one name, each of which might have issued each other."""
    play = Play(ca, around, "kur")
    case = tally("CMP answer, a maze of issuers", 1)
    keys = [bench.new_key() for _ in range(3)]
    maze = [
        bench.certificate("CMP", keys[n % 3], "CMP", keys[n % 2], ca=True, serial=n + 1)
        for n in range(30)
    ]
    parts = messages.decode(play.answers[0])
    protector = bench.protect.SignatureProtector(keys[0], "sha256")
    answer = messages.encode(parts.header, parts.body, protector, maze)
    case()
    started = time.process_time()
    with pytest.raises(ProtocolError):
        play.with_answer(0, answer)
    assert time.process_time() - started < 3
    with pytest.raises(RefusedChainError):
        check_chain(maze[0], maze, (ca.certificate,), bench.NOW)


# --- polling -------------------------------------------------------------------------------------

WAITS = {
    "at once": 0,
    "soon": 1,
    "an hour": 3600,
    "a lifetime": 2**31 - 1,
}


def waiting(play, ca, answer):
    """Answer for ever with *answer*; return requests and seconds until the client gives up."""
    ca.bend = answer
    machine, reply, asked, waited = play.machine(), None, 0, 0.0
    with pytest.raises(SrpkiError) as caught:
        while True:
            step = machine.send(reply)
            if isinstance(step, Wait):
                waited, reply = waited + step.seconds, None
            else:
                asked, reply = asked + 1, ca.handle(step.request)
    return asked, waited, caught.value


@pytest.mark.parametrize("seconds", WAITS.values(), ids=WAITS)
@pytest.mark.parametrize("answer", ["pollRep", "waiting"])
def test_endless_polling_ends(ca, around, tally, answer, seconds):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, polling without end", 1)
    case()
    later = CertificateResponse(cert_req_id=0, status=StatusInfo(WAITING))
    first = bodies.encode_responses("kup", (later,))
    again = bodies.encode_poll_answer(PollAnswer(cert_req_id=0, check_after=seconds))

    def bend(parts):
        body = again if answer == "pollRep" and ca.seen[-1].kind == "pollReq" else first
        parts.update(body=body)

    asked, waited, error = waiting(play, ca, bend)
    assert error.code == "timeout"
    assert asked <= ca.peer.max_polls + 1
    assert waited <= ca.peer.max_poll_seconds


def test_a_poll_answer_out_of_range_is_refused(ca, around, tally):
    play = Play(ca, around, "polled")
    case = tally("CMP answer, polling without end", 4)
    for number in (-1, 2**31, 2**64, -(2**200)):
        case()
        item = asn1.encode_body(
            messages.NUMBERS["pollRep"],
            asn1.PollRepBody(
                content=[asn1.PollRep(cert_req_id=0, check_after=number, reason=None)]
            ),
        )
        parts = messages.decode(play.answers[1])
        answer = messages.encode(parts.header, item, ca.protector, ca.extra_certs)
        with pytest.raises(ProtocolError):
            play.with_answer(1, answer)


@pytest.mark.parametrize("text", ["x" * 200_000, "\x1b[2J\x07\u202e" * 10_000, "a\n" * 10_000])
def test_what_the_ca_says_reaches_the_operator_in_one_short_line(ca, around, tally, text):
    play = Play(ca, around, "error")
    case = tally("CMP answer, texts", 1)
    case()
    body = bodies.encode_error(StatusInfo(2, (text,), ("badRequest",)))
    parts = messages.decode(play.answers[0])
    answer = messages.encode(parts.header, body, ca.protector, ca.extra_certs)
    with pytest.raises(PeerRefusedError) as caught:
        play.with_answer(0, answer)
    assert len(str(caught.value)) < 6000
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "media_type", ["text/html", "application/pkixcmp\x00", "multipart/mixed", "x" * 60_000]
)
def test_another_media_type_is_not_read(ca, around, tally, media_type):
    play = Play(ca, around, "kur")
    case = tally("CMP answer, another media type", 1)
    case()
    with pytest.raises(ProtocolError) as caught:
        play.with_answer(0, play.answers[0], media_type)
    assert len(str(caught.value)) < 200
