"""Clients that mean harm to the lab CA: an error or a refusal, never a certificate, no accident.

Beside each changed request the right one is sent afterwards, so that what is refused is refused
for what was changed.
"""

import base64
import io
import random
from datetime import timedelta

import other_clients
import pytest
from borrowed import borrowed
from counting import met
from damage import BLOBS, LENGTHS, cut, flipped, nested, swapped

from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.core.wire import HttpRequest
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_script import FaultScript
from srpki.labca.http11 import BadRequestError, RequestReader
from srpki.labca.revocation import RevocationResponder
from srpki.protocol.cmp import bodies, general, messages, revocations
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import certificates, csr, der, keys, names

lab = borrowed("unit/labca/conftest.py")
KEY = keys.generate(lab.P256)
BASIC = "Basic " + base64.b64encode(b"user:pass word").decode()


class Lab:
    """A lab CA and a client; what was issued is watched."""

    def __init__(self):
        settings = CaSettings(
            validity=3600,
            reference="4711",
            secret="insecure",
            est_username="user",
            est_password="pass word",
        )
        self.clock = FrozenClock(lab.START)
        self.authority = Authority(None, self.clock, SystemEntropy(), settings)
        self.faults, self.log = FaultScript(), []
        self.cmp = lab.CmpClient(self.authority, self.faults, self.log)
        self.est = EstResponder(self.authority, self.faults, log=self.log.append)

    def states(self):
        return self.cmp.states()

    def holder(self):
        certificate = self.cmp.enrolled(KEY)
        self.cmp.transaction_id = b"h" * 16
        return KEY, certificate

    def issued(self):
        """Return the certificate that was issued last."""
        return self.authority.all_issued()[-1].certificate

    def refuses(self, data):
        """Post *data*; return the answer, which must grant nothing, or None for an HTTP error."""
        before = self.states()
        reply = self.cmp.post(data)
        assert self.states() == before
        if reply.status == 400:
            assert len(reply.body) < 500 and reply.body.decode().strip().isprintable()
            return None
        assert reply.status == 200
        answer = messages.decode(reply.body)
        assert answer.kind in ("error", "ip", "cp", "kup", "rp")
        if answer.kind == "error":
            assert bodies.decode_error(answer).fail_info
        elif answer.kind == "rp":
            (info,) = other_clients.decode_revocation_answer(answer)
            assert info.word == "rejection" and info.fail_info
        else:
            (response,), _ = bodies.decode_responses(answer)
            assert response.certificate is None
            assert response.status.word == "rejection"
        return answer


@pytest.fixture
def node():
    return Lab()


def opening(node, kind):
    """Return a right request that opens a transaction, and the kind of its answer."""
    if kind == "p10cr":
        body = der.encode(0xA4, csr.build(KEY, names.parse_dn("CN=gw")))
        return node.cmp.encode(body), "cp"
    if kind == "kur":
        holder = node.holder()
        return node.cmp.encode(node.cmp.request("kur", KEY), signer=holder), "kup"
    if kind == "cr":
        holder = node.holder()
        return node.cmp.encode(node.cmp.request("cr", KEY), signer=holder), "cp"
    return node.cmp.encode(node.cmp.request("ir", KEY)), "ip"


def single(node, kind):
    """Return a right message that is over with one answer, and the kind of that."""
    if kind == "genm":
        infos = [(general.CA_CERTIFICATES, None), (general.CURRENT_CRL, None)]
        return node.cmp.encode(general.encode_general("genm", infos)), "genp"
    holder = node.holder()
    parsed = certificates.parse(holder[1])
    body = other_clients.encode_revocation_request(
        revocations.RevocationRequest(
            serial=parsed.serial_number, issuer=parsed.issuer.public_bytes()
        )
    )
    return node.cmp.encode(body, signer=holder), "rp"


def following(node, kind):
    """Return a right message that follows another one, and the kind of its answer."""
    if kind == "pollReq":
        node.faults.add("ir waiting seconds 60")
    answer = node.cmp.ask(node.cmp.request("ir", KEY))
    if kind == "pollReq":
        return node.cmp.encode(bodies.encode_poll_request(0)), "pollRep"
    if kind == "error":
        return node.cmp.encode(bodies.encode_error(StatusInfo(2))), "pkiConf"
    certificate = bodies.decode_responses(answer)[0][0].certificate
    return node.cmp.encode(node.cmp.confirmation(certificate)), "pkiConf"


MAKERS = {
    **dict.fromkeys(("ir", "cr", "p10cr", "kur"), opening),
    **dict.fromkeys(("certConf", "pollReq", "error"), following),
    **dict.fromkeys(("rr", "genm"), single),
}
each_kind = pytest.mark.parametrize("kind", MAKERS)


@each_kind
def test_no_flipped_octet_of_a_request_is_granted(node, tally, kind):
    data, answer = MAKERS[kind](node, kind)
    case = tally("request to the lab CA, octet flipped", len(data))
    for _, changed in flipped(data):
        case()
        node.refuses(changed)
    assert messages.decode(node.cmp.post(data).body).kind == answer


@each_kind
def test_no_truncated_request_is_granted(node, tally, kind):
    data, answer = MAKERS[kind](node, kind)
    case = tally("request to the lab CA, truncated", len(data))
    for changed in met(1, cut(data)):
        case()
        assert node.refuses(changed) is None
    assert messages.decode(node.cmp.post(data).body).kind == answer


@pytest.mark.parametrize("kind", ["ir", "kur", "certConf", "pollReq", "rr", "genm"])
@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_request_may_be_nonsense(node, tally, kind, blob):
    data, answer = MAKERS[kind](node, kind)
    case = tally("request to the lab CA, a part replaced by nonsense", 10)
    for changed in swapped(data, BLOBS[blob], 6):
        if changed != data:  # an empty sender is there already
            case()
            node.refuses(changed)
    assert messages.decode(node.cmp.post(data).body).kind == answer


@pytest.mark.parametrize("kind", ["ir", "rr"])
@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_rightly_protected_request_may_be_nonsense(node, tally, kind, blob):
    """The client knows the password, or has a certificate; what it asks for is without sense."""
    case = tally("request to the lab CA, nonsense under a right protection", 5)
    signer = None
    if kind == "rr":
        whole, signer = messages.decode(single(node, kind)[0]).body, (KEY, node.issued())
    else:
        whole = node.cmp.request("ir", KEY)
    for changed in swapped(whole, BLOBS[blob]):
        if len(changed) < 2 or changed[0] & 0xE0 != 0xA0 or changed == whole:
            continue
        try:
            data = node.cmp.encode(changed, signer=signer)
        except Exception:  # noqa: BLE001 - what the library cannot even write
            continue
        case()
        node.refuses(data)


@pytest.mark.parametrize("depth", [100, 10_000, 60_000])
def test_nests_and_false_lengths_are_bad_requests(node, tally, depth):
    case = tally("request to the lab CA, nests and false lengths", 3 + len(LENGTHS))
    for data in (nested(depth), nested(depth, 0xA0), b"\x30\x80" * depth, *LENGTHS):
        case()
        assert node.refuses(data) is None


@pytest.mark.parametrize("count", [0, 1, 99, 2**31 - 1, 2**31, 2**63, 2**2048, -1])
def test_an_iteration_count_without_measure_is_refused_before_the_work(node, tally, count):
    cmp_servers = borrowed("hostile/test_cmp_servers.py")
    case = tally("request to the lab CA, excessive MAC parameters", 2)
    for make in (cmp_servers.pbm, cmp_servers.pbmac1):
        case()
        data = node.cmp.encode(
            node.cmp.request("ir", KEY), protector=cmp_servers.Claims(make(count))
        )
        node.refuses(data)


@pytest.mark.parametrize("count", [33, 10_000])
def test_thousands_of_certificates_are_a_bad_request(node, tally, count):
    holder = node.holder()
    case = tally("request to the lab CA, thousands of certificates", 2)
    for extra in (holder[1], b"\x30\x00"):
        case()
        data = node.cmp.encode(
            node.cmp.request("kur", KEY), signer=holder, extra_certs=[holder[1], *[extra] * count]
        )
        assert node.refuses(data) is None


@each_kind
def test_a_request_is_granted_once(node, tally, kind):
    """A replay opens nothing and confirms nothing anew."""
    data, answer = MAKERS[kind](node, kind)
    case = tally("request to the lab CA, replayed", 1)
    case()
    assert messages.decode(node.cmp.post(data).body).kind == answer
    if kind == "pollReq":  # the nonce it answers is no longer the last one
        replayed = node.refuses(data)
        assert bodies.decode_error(replayed).fail_info == ("badRecipientNonce",)
    elif kind == "certConf":
        assert bodies.decode_error(node.refuses(data)).fail_info == ("certConfirmed",)
    elif kind == "rr":  # the certificate that signed it is revoked by now
        (info,) = other_clients.decode_revocation_answer(node.refuses(data))
        assert info.fail_info == ("certRevoked",)
    elif kind == "error":
        assert bodies.decode_error(node.refuses(data)).fail_info == ("badRequest",)
    else:
        assert bodies.decode_error(node.refuses(data)).fail_info == ("transactionIdInUse",)


def test_requests_that_are_never_confirmed_do_not_pile_up(node, tally):
    case = tally("request to the lab CA, never confirmed", 50)
    body = node.cmp.request("ir", KEY)
    for number in range(50):
        case()
        node.cmp.transaction_id = number.to_bytes(16, "big")
        assert node.cmp.ask(body, recipient_nonce=None).kind == "ip"
    node.clock.advance(timedelta(minutes=6))
    node.cmp.transaction_id = b"x" * 16
    node.cmp.ask(body, recipient_nonce=None)
    assert node.states().count("revoked") == 50


# --- EST -----------------------------------------------------------------------------------------


def enrol(node, body, authorization=BASIC, operation="simpleenroll"):
    request = HttpRequest(
        method="POST",
        url=f"https://127.0.0.1/.well-known/est/{operation}",
        headers=(("Content-Type", "application/pkcs10"), ("Authorization", authorization)),
        body=body,
    )
    reply = node.est.handle(request)
    if reply.status != 200:
        assert len(reply.body) < 500
    return reply.status


def test_no_flipped_octet_of_a_pkcs10_is_granted(node, tally):
    data = csr.build(KEY, names.parse_dn("CN=gw"))
    case = tally("request to the lab CA by EST, octet flipped", len(data))
    for _, changed in met(1, flipped(data)):
        case()
        assert enrol(node, base64.b64encode(changed)) == 400
    assert node.states() == []
    assert enrol(node, base64.b64encode(data)) == 200


def test_no_truncated_pkcs10_is_granted(node, tally):
    data = csr.build(KEY, names.parse_dn("CN=gw"))
    text = base64.b64encode(data)
    case = tally("request to the lab CA by EST, truncated", len(data) + len(text))
    for changed in met(1, (*map(base64.b64encode, cut(data)), *cut(text))):
        case()
        assert enrol(node, changed) == 400
    assert node.states() == []


@pytest.mark.parametrize("blob", BLOBS)
def test_any_part_of_a_pkcs10_may_be_nonsense(node, tally, blob):
    data = csr.build(KEY, names.parse_dn("CN=gw"), names.san("gw.lab.example"))
    case = tally("request to the lab CA by EST, a part replaced by nonsense", 20)
    for changed in met(1, swapped(data, BLOBS[blob])):
        case()
        assert enrol(node, base64.b64encode(changed)) == 400
    assert node.states() == []


@pytest.mark.parametrize(
    "authorization",
    [
        *("Basic", "Basic =", "Basic " + "A" * 9000, "Basic //8=", "Basic a, Basic b", "Bearer x"),
        *("Digest", "Digest nonce", "Digest " + ",".join(f"a{n}=b" for n in range(500)), "\x00"),
    ],
)
def test_credentials_that_cannot_be_read_enrol_nobody(node, tally, authorization):
    case = tally("request to the lab CA by EST, credentials", 1)
    case()
    body = base64.b64encode(csr.build(KEY, names.parse_dn("CN=gw")))
    assert enrol(node, body, authorization) in (400, 401)
    assert node.states() == []


# --- HTTP and OCSP -------------------------------------------------------------------------------


def converse(node, data):
    """Let the server read *data* as its listener does; return the statuses of the answers."""
    statuses = []
    reader = RequestReader(io.BytesIO(data), "http://127.0.0.1", lambda _data: None)
    try:
        while (received := reader.read()) is not None and len(statuses) < 50:
            statuses.append(node.cmp.responder.handle(received.request).status)
    except BadRequestError as error:
        statuses.append(int(error.status))
    return statuses


def in_http(data):
    lines = ["POST /pkix/ HTTP/1.1", "Host: lab", "Content-Type: application/pkixcmp"]
    return "\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data


def test_no_flipped_octet_of_an_http_request_is_an_accident(node, tally):
    data = in_http(node.cmp.encode(node.cmp.request("ir", KEY), protector=None))
    head = data.index(b"\r\n\r\n") + 4
    case = tally("HTTP to the lab CA, octet flipped or cut", 8 * head + head)
    for bit in range(8):
        for position in met(1, range(head)):
            case()
            changed = bytearray(data)
            changed[position] ^= 1 << bit
            assert all(
                status in range(200, 600) for status in met(1, converse(node, bytes(changed)))
            )
    for changed in met(1, cut(data[:head])):
        case()
        assert set(converse(node, changed)) <= {400}
    assert node.states() == []


def test_random_octets_over_http_are_an_error_or_nothing(node, tally):
    chance = random.Random(9112)
    case = tally("HTTP to the lab CA, random octets", 2000)
    pieces = [b"\r\n", b"POST ", b"/pkix/", b" HTTP/1.1", b"Content-Length: ", b"5", b":", b"\x00"]
    pieces += [b"Transfer-Encoding: chunked", b"0\r\n\r\n", b"Expect: 100-continue", b"\xff" * 9]
    for _ in range(2000):
        case()
        data = b"".join(chance.choice(pieces) for _ in range(chance.randrange(1, 30)))
        assert 200 not in converse(node, data)


def test_no_flipped_octet_of_an_ocsp_request_is_an_accident(node, tally):
    import threading

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import Encoding
    from cryptography.x509 import ocsp

    issuing = x509.load_der_x509_certificate(node.authority.issuing.certificate)
    asked = ocsp.OCSPRequestBuilder().add_certificate(issuing, issuing, SHA1()).build()
    data = asked.public_bytes(Encoding.DER)
    responder = RevocationResponder(
        node.authority, node.faults, log=node.log.append, cancel=threading.Event(), pace=node.clock
    )
    case = tally("OCSP request to the lab CA, flipped, cut or nonsense", 8 * len(data))
    nonsense = [changed for blob in BLOBS.values() for changed in swapped(data, blob)]
    bits = (
        data[:n] + bytes((data[n] ^ 1 << bit,)) + data[n + 1 :]
        for bit in range(8)
        for n in range(len(data))
    )
    for changed in met(1, (*bits, *cut(data), *nonsense)):
        case()
        request = HttpRequest(method="POST", url="http://127.0.0.1/ocsp", body=changed)
        assert responder.handle(request).status in (200, 400)
