"""The whole router renews from a server that means harm: the pair on disk stays what it was.

Nothing is mocked but the network: engine, keystore and lab CA are the real ones. After each case
the pair belongs together, and it is either the old one or the very one that the CA has issued.
"""

import base64
from datetime import timedelta

import pytest
from borrowed import borrowed
from counting import met
from cryptography import x509
from cryptography.x509.oid import NameOID
from damage import BLOBS, LENGTHS, nested, swapped

from srpki.core.errors import ResponseTimeoutError
from srpki.core.wire import HttpReply
from srpki.labca import profiles
from srpki.labca.grants import Granted
from srpki.labca.store import CONFIRMED
from srpki.protocol.cmp import messages
from srpki.protocol.est import messages as est_messages
from srpki.x509 import certificates

engine = borrowed("unit/engine/conftest.py")


class Between:
    """Stands between the router and the lab CA: *bend* gets (number of the answer, its reply)."""

    def __init__(self, responder):
        self._responder = responder
        self.bend = lambda number, reply: reply
        self.number = 0

    def handle(self, request, certificate=None):
        reply = self._responder.handle(request, certificate)
        if request.url.endswith("/csrattrs"):  # asked first; test_est_attributes bends that
            return reply
        self.number += 1
        return self.bend(self.number - 1, reply)


class Router:
    """A node with one certificate, renewed by hand against a bent server."""

    def __init__(self, bench, profile):
        self.bench = bench
        bench.enrol()
        bench.configure(bench.entry(profile=profile))
        scheme = "http" if profile == "by-cmp" else "https"
        self.between = bench._responders[scheme] = Between(bench._responders[scheme])
        bench.engine.start()

    def sample(self):
        """Return the bodies of the answers to a renewal that goes well."""
        found = []
        assert self.renew(lambda number, reply: found.append(reply.body) or reply)
        return found

    def renew(self, bend):
        """Renew once; return whether the pair was replaced. What must always hold is checked."""
        before = self.bench.content()
        old = self.bench.pair()[0]
        self.between.number, self.between.bend = 0, bend
        outcome = self.bench.engine.update_now("gw.crt")
        assert self.bench.whole()
        if outcome.ok:
            new = self.bench.pair()[0]
            assert new != old
            assert self.bench.authority.issued(new).state == CONFIRMED
            return True
        assert self.bench.content() == before
        assert outcome.step == 2
        assert "internal error" not in outcome.reason
        assert outcome.reason.isprintable() and len(outcome.reason) < 1000
        assert self.bench.state().update_state == "wait-for-retry"
        return False


def at(number, change):
    """Return a bend that changes the body of answer *number* by *change*."""

    def bend(found, reply):
        if found != number:
            return reply
        return HttpReply(status=reply.status, headers=reply.headers, body=change(reply.body))

    return bend


@pytest.fixture(scope="module")
def routers(tmp_path_factory):
    """One router for each protocol: what a case must leave behind is as good as new."""
    benches = {}
    for profile in ("by-cmp", "by-est"):
        benches[profile] = engine.Bench(tmp_path_factory.mktemp(profile), engine.LIFE)
    yield {profile: Router(bench, profile) for profile, bench in benches.items()}
    for bench in benches.values():
        bench.engine.stop()


@pytest.fixture
def node(routers):
    return routers["by-cmp"]


@pytest.fixture
def est(routers):
    return routers["by-est"]


def covered(answer):
    body = messages.decode(answer).body
    return answer.index(body) + len(body)


@pytest.mark.parametrize(("number", "kind"), [(0, "kup"), (1, "pkiConf")])
def test_no_flipped_octet_of_every_seventh_renews_by_cmp(node, tally, number, kind):
    """Every seventh octet here, every octet where the machine is alone (test_cmp_servers)."""
    sample = node.sample()[number]
    assert messages.decode(sample).kind == kind
    case = tally("renewal by CMP, octet flipped", len(sample) // 7 - 2)
    for position in range(0, len(sample) - 6, 7):
        seen = []

        def flip(body, position=position, seen=seen):
            seen.append(covered(body))
            return (
                body[:position]
                + bytes((body[position] ^ 1 << position % 8,))
                + body[position + 1 :]
            )

        case()
        if node.renew(at(number, flip)):
            assert position >= seen[0]  # extraCerts, which nothing protects and nobody needed


@pytest.mark.parametrize("number", [0, 1])
def test_no_answer_cut_at_every_19th_octet_renews_by_cmp(node, tally, number):
    sample = node.sample()[number]
    case = tally("renewal by CMP, truncated", len(sample) // 19 - 2)
    for length in met(1, range(0, len(sample) - 6, 19)):
        case()
        assert not node.renew(at(number, lambda body, length=length: body[:length]))


def test_no_answer_of_an_earlier_renewal_renews(node, tally):
    earlier = node.sample()
    case = tally("renewal by CMP, replayed", 4)
    for number in (0, 1):
        for body in met(1, earlier):
            case()
            assert not node.renew(at(number, lambda _body, body=body: body))


@pytest.mark.parametrize("blob", BLOBS)
def test_nonsense_in_the_place_of_an_answer_does_not_renew(node, tally, blob):
    case = tally("renewal by CMP, nonsense", 2)
    for number in (0, 1):
        case()
        assert not node.renew(at(number, lambda _body: BLOBS[blob]))


@pytest.mark.parametrize("status", [100, 199, 204, 301, 401, 407, 500, 599, 999])
def test_no_other_status_renews(node, tally, status):
    case = tally("renewal by CMP, HTTP status", 1)
    case()
    reply = HttpReply(status=status, headers={"content-type": "text/html"}, body=b"<html>")
    assert not node.renew(lambda _number, _reply: reply)


# --- EST: what comes is protected by TLS alone, so what is inside is judged by itself -----------

ISSUED = 1  # the first answer asks for credentials


def test_no_flipped_octet_of_every_fifth_renews_by_est(est, tally):
    sample = base64.b64decode(est.sample()[ISSUED])
    case = tally("renewal by EST, octet flipped", len(sample) // 5 - 3)
    renewed = 0
    for position in range(0, len(sample) - 6, 5):

        def flip(body, position=position):
            data = bytearray(base64.b64decode(body))
            data[position] ^= 1 << position % 8
            return base64.b64encode(data)

        case()
        renewed += est.renew(at(ISSUED, flip))
    assert renewed < 8  # octets of the PKCS#7 around the certificate; it was the CA's all the same


def test_no_answer_cut_at_every_19th_octet_renews_by_est(est, tally):
    sample = est.sample()[ISSUED]
    case = tally("renewal by EST, truncated", len(sample) // 19 - 2)
    for length in met(1, range(0, len(sample) - 6, 19)):
        case()
        assert not est.renew(at(ISSUED, lambda body, length=length: body[:length]))


def test_no_third_part_of_a_pkcs7_may_be_nonsense(est, tally):
    sample = base64.b64decode(est.sample()[ISSUED])
    whole = [changed for blob in BLOBS.values() for changed in swapped(sample, blob, 5)]
    case = tally("renewal by EST, a part replaced by nonsense", 70)
    for changed in met(1, whole[::3]):
        case()
        body = base64.b64encode(changed)
        assert not est.renew(at(ISSUED, lambda _body, body=body: body))


@pytest.mark.parametrize(
    "data",
    [
        b"\x30\x80" * 20_000,
        nested(50_000),
        nested(20_000, 0xA0),
        b"\x24\x80" * 5000,
        *LENGTHS,
    ],
    ids=lambda data: f"{data[:4].hex()}-{len(data)}",
)
def test_nests_and_false_lengths_do_not_renew_by_est(est, tally, data):
    case = tally("renewal by EST, nests and false lengths", 1)
    case()
    assert not est.renew(at(ISSUED, lambda _body: base64.b64encode(data)))


def test_a_certificate_of_an_earlier_renewal_does_not_renew(est, tally):
    earlier = est.sample()[ISSUED]
    case = tally("renewal by EST, replayed", 1)
    case()
    assert not est.renew(at(ISSUED, lambda _body: earlier))


@pytest.mark.parametrize("text", ["x" * 60_000, "\x1b[2J\u202e" * 5000, '",\n' * 10_000])
def test_a_name_without_measure_is_told_in_few_words(est, tally, text):
    """The CA itself writes it into a certificate for our key."""
    case = tally("renewal by EST, a name without measure", 1)
    case()
    attribute = x509.NameAttribute(NameOID.ORGANIZATION_NAME, text, _validate=False)
    issuing = est.bench.authority.issuing
    name = certificates.parse(issuing.certificate).subject
    issuer = profiles.Issuer(name, issuing.key)

    def rename(body):
        (issued,) = est_messages.read_certificates(body)
        subject = profiles.Subject(x509.Name([attribute]), certificates.public_key(issued))
        start = est.bench.clock.now()
        life, grant = (start, start + timedelta(days=1)), Granted(None, (), (), frozenset())
        made = profiles.end_entity(subject, issuer, 4711, life, grant, locations=None)
        return est_messages.encode_body(est_messages.write_certificates([made]), wrapped=False)

    assert not est.renew(at(ISSUED, rename))
    assert "for subject" in est.bench.state().reason


@pytest.mark.parametrize("count", [257, 3000])
def test_thousands_of_certificates_do_not_renew(est, tally, count):
    case = tally("renewal by EST, thousands of certificates", 1)
    case()
    data = est_messages.write_certificates([est.bench.authority.root] * count)
    assert not est.renew(at(ISSUED, lambda _body: base64.b64encode(data)))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"retry-after": "soon"},
        {"retry-after": "-1"},
        {"retry-after": "9" * 5000},
        {"retry-after": "Fri, 99 Foo 9999 99:99:99 GMT"},
        {"retry-after": "\x00"},
    ],
)
def test_a_delay_that_is_none_ends_the_renewal(est, tally, headers):
    case = tally("renewal by EST, Retry-After", 1)
    case()
    assert not est.renew(lambda _number, _reply: HttpReply(status=202, headers=headers))


@pytest.mark.parametrize(
    "challenge",
    [
        "",
        "Basic",
        "Negotiate abc",
        "Digest",
        'Digest realm="a", nonce="b", qop="auth", algorithm=SHA-512',
        "Digest " + ",".join(f'a{n}="b"' for n in range(1000)),
        'Digest realm="' + "\\" * 8000,
        "," * 9000,
        'Digest realm="est", nonce="n", qop="auth", stale=true',
    ],
)
def test_credentials_asked_for_again_and_again_are_refused(est, tally, challenge):
    case = tally("renewal by EST, challenges", 1)
    case()
    reply = HttpReply(status=401, headers={"www-authenticate": challenge}, body=b"no")
    assert not est.renew(lambda _number, _reply: reply)
    assert est.between.number <= 4


def test_an_answer_that_never_comes_does_not_renew(node, tally):
    case = tally("renewal by CMP, silence", 2)
    for number in (0, 1):
        case()

        def silent(found, reply, number=number):
            if found == number:
                raise ResponseTimeoutError("no answer in 30 seconds")
            return reply

        assert not node.renew(silent)


def test_the_router_renews_when_the_server_has_come_to_its_senses(node, tally):
    case = tally("renewal by CMP, truncated", 10)
    for length in range(10):
        case()
        assert not node.renew(at(0, lambda body, length=length: body[:length]))
    assert node.renew(lambda _number, reply: reply)
