"""What an EST server wants in a request, granted or refused by renewals on schedule and by hand."""

import base64
from dataclasses import replace

import pytest
from cryptography import x509

from srpki.core.errors import PeerRefusedError
from srpki.core.wire import HttpReply
from srpki.protocol.est.attributes import EXTENSION_REQUEST
from srpki.x509 import csr, der, keys

P384 = "1.3.132.0.34"
EC = "1.2.840.10045.2.1"
SHA384 = "1.2.840.10045.4.3.3"
USAGE = der.encode(
    der.SEQUENCE,
    der.encode_oid("2.5.29.15"),
    b"\x01\x01\xff",
    der.encode(der.OCTET_STRING, bytes.fromhex("03020780")),
)


def attribute(oid, *values):
    return der.encode(der.SEQUENCE, der.encode_oid(oid), der.encode(0x31, *values))


def want(bench, *items):
    wanted = der.encode(der.SEQUENCE, *items)
    bench.authority.settings = replace(bench.authority.settings, csr_attributes=wanted)


def requests(bench):
    """Return method and last word of the path of every request so far."""
    return [(one.method, one.url.rpartition("/")[2]) for one in bench.requests]


def sent(bench):
    """Return the certification request (DER) that was sent last."""
    body = [one.body for one in bench.requests if one.method == "POST"][-1]
    return base64.b64decode(body)


@pytest.fixture
def entry(bench):
    """A node with an entry that is renewed by EST; its threads run."""
    bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    bench.engine.start()
    return bench


def test_a_renewal_asks_before_it_requests(entry):
    assert entry.engine.update_now("gw.crt").ok
    assert requests(entry)[0] == ("GET", "csrattrs")
    assert {word for _, word in requests(entry)[1:]} == {"simplereenroll"}


@pytest.mark.parametrize("status", [404, 403])
def test_a_server_without_attributes_renews_all_the_same(entry, status):
    answer = entry._responders["https"].handle

    class Refusing:
        def handle(self, request, own):
            if request.url.endswith("csrattrs"):
                return HttpReply(status=status)
            return answer(request, own)

    entry._responders["https"] = Refusing()
    assert entry.engine.update_now("gw.crt").ok


def test_the_hash_that_the_server_wants_signs_the_request(entry):
    want(entry, der.encode_oid(SHA384))
    assert entry.engine.update_now("gw.crt").ok
    assert csr.check(sent(entry)).hash_name == "sha384"


def test_a_key_that_the_server_does_not_take_fails_in_step_2_and_says_so(entry):
    want(entry, attribute(EC, der.encode_oid(P384)))
    outcome = entry.engine.update_now("gw.crt")
    assert not outcome.ok and outcome.step == 2
    assert "wants a key of type ECDSA secp384r1, not ECDSA secp256r1" in outcome.reason
    assert ("POST", "simplereenroll") not in requests(entry)
    assert entry.whole()


def test_extensions_are_asked_for_as_the_server_wants(entry):
    want(entry, attribute(EXTENSION_REQUEST, der.encode(der.SEQUENCE, USAGE)))
    assert entry.engine.update_now("gw.crt").ok
    request = x509.load_der_x509_csr(sent(entry))
    usage = request.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical and usage.value.digital_signature


def test_a_renewal_does_not_take_on_names_that_the_server_dictates(entry):
    names = der.encode(der.SEQUENCE, der.encode(0x82, b"other.example"))
    wanted = der.encode(
        der.SEQUENCE, der.encode_oid("2.5.29.17"), der.encode(der.OCTET_STRING, names)
    )
    want(entry, attribute(EXTENSION_REQUEST, der.encode(der.SEQUENCE, wanted)))
    outcome = entry.engine.update_now("gw.crt")
    assert not outcome.ok and "the certificate to be renewed has not" in outcome.reason
    with pytest.raises(PeerRefusedError, match="to be renewed has not"):
        entry.engine.est_requests.renew("lab", certificate_file="gw.crt", key_file="gw.key")


def test_requests_by_hand_follow_the_wishes_too(bench):
    bench.configure()
    bench.keystore.put("key", "new.key", keys.private_der(keys.generate(keys.KeySpec("rsa", 2048))))
    want(bench, attribute(EC))
    with pytest.raises(PeerRefusedError, match="ECDSA, not RSA 2048"):
        bench.engine.est_requests.enroll("lab", key_file="new.key", subject_dn="CN=gw")
    assert requests(bench) == [("GET", "csrattrs")]
