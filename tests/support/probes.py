"""What is asked of each limit: a probe takes a number, and is refused when that is too many.

What a limit does not refuse but leave alone, such as a certificate that is not looked at any more,
a probe refuses with `OverlookedError`.
"""

import hashlib
import hmac
import ipaddress
import threading
from contextlib import closing
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ed25519
from damage import nested
from issuing import DER, HOUR, Ca
from pyasn1.type import univ

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.core.wire import HttpRequest
from srpki.device.filesystem import FileSystem
from srpki.engine.peers import Peers
from srpki.protocol.cmp import bodies, mac, messages
from srpki.protocol.cmp.header import Header
from srpki.protocol.cmp.status import StatusInfo
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import (
    ber,
    certificates,
    chain,
    crl,
    csr,
    derivations,
    distribution_points,
    extensions,
    formats,
    pkcs7,
)
from srpki.x509 import der as asn1
from srpki.x509.lenient import asn1 as lenient
from srpki.x509.lenient import names as lenient_names

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
NULL = b"\x05\x00"
PLACE = x509.ObjectIdentifier("1.3.6.1.4.1.55555.1")


class OverlookedError(Exception):
    """What was given is left alone, silently or by giving way."""


def sequence(*parts):
    return asn1.encode(asn1.SEQUENCE, *parts)


def integer(number):
    return asn1.encode(asn1.INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def padded(make, size):
    """Return what *make* makes of so many octets of padding that it has *size* octets itself."""
    around = len(make(bytes(size - 500))) - (size - 500)
    made = make(bytes(size - around))
    assert len(made) == size
    return made


# --- answers and messages ---------------------------------------------------------------------


def http_answer(size, tools, limits=Limits()):  # noqa: B008 - a frozen value
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(size))
            self.end_headers()
            self.wfile.write(bytes(size))

        def log_message(self, *_args):
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        server.handle_error = lambda *_: None  # the client may hang up
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        request = HttpRequest(method="GET", url=f"http://127.0.0.1:{server.server_port}/")
        exchange = HttpExchange(
            None, limits, tools.directory, clock=SystemClock(), entropy=SystemEntropy()
        )
        with closing(exchange):
            try:
                assert len(exchange.send(request).body) == size
            finally:
                exchange.close()
                thread.join()


def crl_over_http(size, tools):
    profile = tools.view(transmission_profiles={})
    peers = Peers(profile, None, None, None, None)
    http_answer(size, tools, peers.crl_limits(tools.view(url="", transmission_profile="")))


def message(body, protector=None, extra_certs=()):
    return messages.encode(Header(), body, protector, extra_certs)


def cmp_message(size, _tools):
    body = bodies.encode_pki_confirm()
    messages.decode(
        padded(lambda octets: message(body, None, [sequence(asn1.encode(0x04, octets))]), size)
    )


def extra_certificates(number, _tools):
    messages.decode(message(bodies.encode_pki_confirm(), None, [sequence()] * number))


def ca_publications(number, _tools):
    response = bodies.CertificateResponse(cert_req_id=0, status=StatusInfo())
    body = bodies.encode_responses("ip", (response,), [sequence()] * number)
    bodies.decode_responses(messages.decode(message(body)))


def pkcs7_certificates(number, _tools):
    data = pkcs7.write([sequence(integer(one)) for one in range(number)])
    assert len(pkcs7.objects(data, "certificates")) == number


def pkcs7_crls(number, _tools):
    lists = asn1.encode(0xA1, *(sequence(integer(one)) for one in range(number)))
    data = sequence(asn1.encode_oid("1.2.840.113549.1.7.1"))
    signed = sequence(integer(1), asn1.encode(0x31), data, lists, asn1.encode(0x31))
    whole = sequence(asn1.encode_oid(pkcs7.SIGNED_DATA), asn1.encode(0xA0, signed))
    assert len(pkcs7.objects(whole, "crls")) == number


# --- ASN.1 and passwords ----------------------------------------------------------------------


def indefinite_levels(depth, _tools):
    list(ber.elements(b"\x30\x80" * depth + b"\0\0" * depth))


def ber_elements(number, _tools):
    list(ber.elements(NULL * number))


def levels_of_a_file(depth, _tools):
    derivations.check(nested(depth))


def elements_of_a_file(number, _tools):
    half = number // 2
    derivations.check(NULL * half + sequence(NULL * (number - half - 1)))


def pbm_iterations(number, _tools):
    _verify(mac.MacProtector("secret", b"s" * 16, number))


def pbmac1_iterations(number, _tools):
    _verify(_Pbmac1(number))


def _verify(protector):
    said = messages.decode(message(bodies.encode_pki_confirm(), protector))
    mac.MacVerifier("secret").verify(said)


class _Pbmac1:
    """PBMAC1 by the book [RFC 9481, 6.1.2; RFC 8018, A.2 and A.5], of as many rounds as wanted."""

    def __init__(self, iterations):
        hmac_sha256 = sequence(asn1.encode_oid("1.2.840.113549.2.9"))
        salt = b"s" * 16
        derivation = sequence(asn1.encode(0x04, salt), integer(iterations), hmac_sha256)
        pbkdf2 = sequence(asn1.encode_oid("1.2.840.113549.1.5.12"), derivation)
        self.algorithm = sequence(asn1.encode_oid(mac.PBMAC1), sequence(pbkdf2, hmac_sha256))
        self._derive = lambda: hashlib.pbkdf2_hmac("sha256", b"secret", salt, iterations)

    def protect(self, data):
        return hmac.digest(self._derive(), data, "sha256")


def iterations_of_a_file(number, _tools):
    """Two parts of a file that a password protects, which count together."""
    derivations.check(_pbkdf2(1_000_000) + _pbkdf2(number - 1_000_000))


def _pbkdf2(iterations):
    parameters = sequence(asn1.encode(0x04, b"salt"), integer(iterations))
    return sequence(asn1.encode_oid("1.2.840.113549.1.5.12"), parameters)


def scrypt_work(product, _tools):
    derivations.check(_scrypt(16, 5, product // 80))


def scrypt_memory(octets, _tools):
    derivations.check(_scrypt(octets // 1024, 8, 1))


def _scrypt(cost, block, parallel):
    numbers = map(integer, (cost, block, parallel))
    parameters = sequence(asn1.encode(0x04, b"salt"), *numbers)
    return sequence(asn1.encode_oid("1.3.6.1.4.1.11591.4.11"), parameters)


def elements_of_a_name(number, _tools):
    """A name whose first attribute is no DER: BER alone has a length of more octets than needed."""
    attribute = sequence(asn1.encode_oid("2.5.4.3"), b"\x0c\x81\x01a")
    alone, another = divmod(number - 1, 4)
    assert another in (0, 3)
    first = asn1.encode(0x31, attribute * (2 if another else 1))
    rdns = first + asn1.encode(0x31, attribute) * (alone - 1)
    found, strict = lenient_names.name(sequence(rdns))
    assert not strict and len(list(found.rdns)) == alone


def depth_of_a_field(depth, _tools):
    lenient.decode(nested(depth), univ.Any())


# --- certificates and chains ------------------------------------------------------------------


def signatures(number, _tools):
    """Many CAs of one name; the last that is tried has issued the leaf."""
    cas = [Ca(NOW) for _ in range(number)]
    chain.check_chain(cas[-1].issue(), (), [ca.certificate for ca in cas], NOW)


def chain_length(number, _tools):
    above = Ca(NOW, "CN=level 0")
    made = [above.certificate]
    for level in range(1, number):
        below = Ca(NOW, f"CN=level {level}")
        made.append(above._made(below.name, below.key, -1, 1, ca=level < number - 1))
        above = below
    assert len(chain.check_chain(made[-1], made[1:-1], made[:1], NOW, depth=100)) == number


def _unknown(number):
    return [
        x509.UnrecognizedExtension(x509.ObjectIdentifier(f"1.3.6.1.4.1.55555.{one}"), NULL)
        for one in range(1, number + 1)
    ]


def extensions_of_a_certificate(number, _tools):
    der = Ca(NOW).issue(more=_unknown(number - 1))  # beside its basicConstraints
    assert len(extensions.of_certificate(der)) == number


def extensions_of_a_crl(number, _tools):
    der = Ca(NOW).crl(critical=_unknown(number - 1))  # beside its number
    assert len(extensions.of_crl(der)) == number


def points_of_a_certificate(number, _tools):
    uris = [x509.UniformResourceIdentifier(f"http://a/{one}") for one in range(number)]
    points = [x509.DistributionPoint([uri], None, None, None) for uri in uris]
    der = Ca(NOW).issue(more=[x509.CRLDistributionPoints(points)])
    found = distribution_points.points_of(der)
    if f"http://a/{number - 1}" not in {name.value for one in found for name in one.names}:
        raise OverlookedError


def comparisons(number, _tools):
    """512 names under 512 constraints, and one more of another form for what is left."""
    root = Ca(NOW, "CN=root")
    rest = number - 512 * 512
    address = x509.IPAddress(ipaddress.ip_address("192.0.2.1"))
    network = x509.IPAddress(ipaddress.ip_network("192.0.2.0/24"))
    subtrees = [x509.DNSName(f"d{one}.example") for one in range(512)] + [network] * rest
    below = Ca(NOW, "CN=below")
    constraints = x509.NameConstraints(subtrees, None)
    issuing = root._made(below.name, below.key, -1, 1, ca=True, critical=[constraints])
    names = [x509.DNSName(f"h{one}.d0.example") for one in range(512)] + [address] * rest
    leaf = below.issue(end=1, more=[x509.SubjectAlternativeName(names)])
    chain.check_chain(leaf, [issuing], [root.certificate], NOW)


# --- sizes ------------------------------------------------------------------------------------

SIGNING = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
"""Its signatures all have one length."""


def certificate_size(size, _tools):
    def make(octets):
        name = certificates.parse_dn("CN=large")
        builder = x509.CertificateBuilder(name, name, SIGNING.public_key(), 1, NOW, NOW + HOUR)
        builder = builder.add_extension(x509.UnrecognizedExtension(PLACE, octets), critical=False)
        return builder.sign(SIGNING, None).public_bytes(DER)

    certificates.parse(padded(make, size))


def request_size(size, _tools):
    def make(octets):
        return (
            x509.CertificateSigningRequestBuilder(certificates.parse_dn("CN=large"))
            .add_extension(x509.UnrecognizedExtension(PLACE, octets), critical=False)
            .sign(SIGNING, None)
            .public_bytes(DER)
        )

    csr.parse(padded(make, size))


def crl_size(size, _tools):
    def make(octets):
        return (
            x509.CertificateRevocationListBuilder(certificates.parse_dn("CN=CA"), NOW, NOW + HOUR)
            .add_extension(x509.UnrecognizedExtension(PLACE, octets), critical=False)
            .sign(SIGNING, None)
            .public_bytes(DER)
        )

    crl.parse(padded(make, size))


def imported_size(size, _tools):
    pem = x509.load_der_x509_certificate(Ca(NOW).certificate).public_bytes(
        formats.serialization.Encoding.PEM
    )
    formats.read_certificates(pem.ljust(size, b"\n"), "pem")


def file_size(size, tools):
    (tools.directory / "file").write_bytes(bytes(size))
    assert len(FileSystem(tools.directory).read("cf3:/file")) == size
