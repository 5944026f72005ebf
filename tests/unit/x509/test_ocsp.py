"""OCSP answers: which count and which do not [RFC 6960, 3.2 and 4.2]."""

from datetime import UTC, datetime
from unittest import mock

import pytest
from counting import met
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp as library
from cryptography.x509.oid import ExtendedKeyUsageOID
from issuing import DER, HOUR, P256, Ca

from srpki.core.errors import PeerError, PeerRefusedError, ProtocolError
from srpki.x509 import certificates, chain, keys, ocsp, signatures
from srpki.x509 import der as asn1

NOW = datetime(2030, 1, 1, tzinfo=UTC)
NONCE = b"0123456789abcdef"
SIGNING = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
UNKNOWN = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
STATUS = {
    "good": library.OCSPCertStatus.GOOD,
    "revoked": library.OCSPCertStatus.REVOKED,
    "unknown": library.OCSPCertStatus.UNKNOWN,
}


@pytest.fixture(scope="module")
def ca():
    return Ca(NOW)


@pytest.fixture(scope="module")
def leaf(ca):
    return ca.issue()


def load(der):
    return x509.load_der_x509_certificate(der)


def answer(
    ca,
    leaf,
    *,
    status="good",
    start=-1,
    end=12,
    nonce=NONCE,
    signer=None,
    key=None,
    attached=(),
    by_name=False,
    algorithm=None,
):
    """Return an answer (DER); times are hours from `NOW`."""
    revoked = status == "revoked"
    how = library.OCSPResponderEncoding
    builder = (
        library.OCSPResponseBuilder()
        .add_response(
            cert=load(leaf),
            issuer=load(ca.certificate),
            algorithm=algorithm or hashes.SHA1(),
            cert_status=STATUS[status],
            this_update=NOW + start * HOUR,
            next_update=NOW + end * HOUR if end is not None else None,
            revocation_time=NOW if revoked else None,
            revocation_reason=None,
        )
        .responder_id(how.NAME if by_name else how.HASH, load(signer or ca.certificate))
    )
    if nonce:
        builder = builder.add_extension(x509.OCSPNonce(nonce), critical=False)
    if attached:
        builder = builder.certificates([load(der) for der in attached])
    return builder.sign(key or ca.key, hashes.SHA256()).public_bytes(DER)


def judged(data, ca, leaf, nonce=NONCE, at=NOW):
    return ocsp.judge(data, leaf, ca.certificate, at, nonce)


def delegate(ca, *more, name="CN=responder", **how):
    key = keys.generate(P256)
    return key, ca.issue(name, key=key, more=more or (SIGNING,), **how)


@pytest.mark.parametrize("status", sorted(STATUS))
@pytest.mark.parametrize("by_name", [True, False])
def test_the_ca_s_own_answer_counts(ca, leaf, status, by_name):
    verdict = judged(answer(ca, leaf, status=status, by_name=by_name), ca, leaf)
    assert verdict == ocsp.Verdict(status, NOW - HOUR, NOW + 12 * HOUR)


def test_a_request_names_the_certificate_and_carries_the_nonce(ca, leaf):
    read = library.load_der_ocsp_request(ocsp.request(leaf, ca.certificate, NONCE))
    assert read.serial_number == certificates.facts(leaf).serial
    assert [extension.value for extension in read.extensions] == [x509.OCSPNonce(NONCE)]
    assert not list(library.load_der_ocsp_request(ocsp.request(leaf, ca.certificate)).extensions)


@pytest.mark.parametrize("by_name", [True, False])
def test_the_answer_of_a_responder_that_the_ca_appointed_counts(ca, leaf, by_name):
    key, certificate = delegate(ca)
    data = answer(ca, leaf, signer=certificate, key=key, attached=[certificate], by_name=by_name)
    assert judged(data, ca, leaf).status == "good"


def test_a_responder_that_the_ca_did_not_appoint_does_not_count(ca, leaf):
    other = Ca(NOW, "O=Test,CN=Other")
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    no_signature = x509.KeyUsage(*[False] * 2, True, *[False] * 6)
    for key, certificate in (
        delegate(ca, usage),
        delegate(ca, x509.SubjectKeyIdentifier(b"x")),
        delegate(ca, SIGNING, no_signature),
        delegate(ca, start=-9, end=-1),
        delegate(ca, start=1),
        delegate(other),
        delegate(Ca(NOW)),  # the same name, another key
        (other.key, other.certificate),
    ):
        data = answer(ca, leaf, signer=certificate, key=key, attached=[certificate])
        with pytest.raises(ProtocolError, match="is not signed by the CA"):
            judged(data, ca, leaf)


def test_an_appointed_responder_is_not_found_when_its_certificate_is_missing_or_far_behind(
    ca, leaf
):
    key, certificate = delegate(ca)
    data = answer(ca, leaf, signer=certificate, key=key)
    with pytest.raises(ProtocolError, match="is not signed by the CA"):
        judged(data, ca, leaf)
    crowd = [ca.issue(f"CN={number}") for number in range(ocsp.MAX_CERTIFICATES)]
    data = answer(ca, leaf, signer=certificate, key=key, attached=[*crowd, certificate])
    with pytest.raises(ProtocolError, match="is not signed by the CA"):
        judged(data, ca, leaf)


def test_an_answer_by_another_key_does_not_count(ca, leaf):
    same_name = Ca(NOW)
    data = answer(ca, leaf, key=same_name.key, signer=same_name.certificate, by_name=True)
    with pytest.raises(ProtocolError, match="is not signed by the CA"):
        judged(data, ca, leaf)


def test_an_answer_about_another_certificate_does_not_count(ca, leaf):
    other = Ca(NOW, "O=Test,CN=Other")
    for data in (
        answer(ca, ca.issue()),
        answer(ca, leaf, algorithm=hashes.SHA256()),  # not as we asked
    ):
        with pytest.raises(ProtocolError, match="is not about the certificate"):
            judged(data, ca, leaf)
    foreign = answer(other, leaf, key=ca.key, signer=ca.certificate)
    with pytest.raises(ProtocolError, match="is not about the certificate"):
        judged(foreign, ca, leaf)


@pytest.mark.parametrize(
    ("start", "end", "counts"),
    [
        (-1, 1, True),
        (0.05, 1, True),  # a clock that is three minutes ahead
        (0.1, 1, False),
        (-48, -0.01, False),
        (-23, None, True),
        (-25, None, False),
        (-24 * 300, 1, True),
    ],
)
def test_an_answer_counts_in_its_time(ca, leaf, start, end, counts):
    data = answer(ca, leaf, start=start, end=end)
    if counts:
        assert judged(data, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError, match=r"not yet valid|too old|has expired"):
            judged(data, ca, leaf)


def test_a_nonce_must_be_ours_and_may_be_missing(ca, leaf):
    with pytest.raises(ProtocolError, match="nonce of another request"):
        judged(answer(ca, leaf, nonce=b"fedcba9876543210"), ca, leaf)
    assert judged(answer(ca, leaf, nonce=b""), ca, leaf).status == "good"


def test_an_answer_with_a_critical_extension_that_is_not_known_does_not_count(ca, leaf):
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    for critical in (False, True):
        builder = (
            library.OCSPResponseBuilder()
            .add_response(
                cert=load(leaf),
                issuer=load(ca.certificate),
                algorithm=hashes.SHA1(),
                cert_status=STATUS["good"],
                this_update=NOW,
                next_update=NOW + HOUR,
                revocation_time=None,
                revocation_reason=None,
            )
            .responder_id(library.OCSPResponderEncoding.HASH, load(ca.certificate))
            .add_extension(unknown, critical=critical)
        )
        data = builder.sign(ca.key, hashes.SHA256()).public_bytes(DER)
        if critical:
            with pytest.raises(ProtocolError, match="critical extension"):
                judged(data, ca, leaf)
        else:
            assert judged(data, ca, leaf).status == "good"


@pytest.mark.parametrize("status", ["TRY_LATER", "INTERNAL_ERROR", "UNAUTHORIZED"])
def test_a_responder_that_does_not_answer_is_told(ca, leaf, status):
    data = library.OCSPResponseBuilder.build_unsuccessful(library.OCSPResponseStatus[status])
    words = status.lower().replace("_", " ")
    with pytest.raises(PeerRefusedError, match=words):
        judged(data.public_bytes(DER), ca, leaf)


def test_no_truncated_and_no_altered_answer_is_ever_taken_for_good(ca, leaf):
    """Whatever octet is flipped, the result is a typed error or says the same."""
    key, certificate = delegate(ca)
    signed = {"signer": certificate, "key": key, "attached": [certificate]}
    for data in (answer(ca, leaf, status="revoked"), answer(ca, leaf, status="revoked", **signed)):
        verdict = judged(data, ca, leaf)
        for length in range(len(data)):
            with pytest.raises(PeerError):
                judged(data[:length], ca, leaf)
        kept = 0
        for place in range(len(data)):
            for bit in (0x01, 0x80):
                altered = data[:place] + bytes((data[place] ^ bit,)) + data[place + 1 :]
                try:
                    found = judged(altered, ca, leaf)
                except PeerError:
                    continue
                assert found == verdict
                kept += 1
        # What is not covered by the signature: nothing but the certificates that came along.
        assert kept < (10 if not data.count(certificate) else len(certificate))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<html>",
        b"0" * 100,
        b"\x30\x80" * 30000,
        b"\x30\x84\x7f\xff\xff\xff" + bytes(200),
        bytes(ocsp.MAX_OCTETS + 1),
    ],
)
def test_what_is_no_answer_at_all_is_told(ca, leaf, data):
    with pytest.raises(ProtocolError):
        judged(data, ca, leaf)


@pytest.mark.parametrize("end", [12, None])
@pytest.mark.parametrize("status", sorted(STATUS))
def test_an_answer_is_told_in_words_whatever_it_leaves_out(ca, leaf, status, end):
    words = ocsp.answer_words(answer(ca, leaf, status=status, end=end))
    assert words[0] == "OCSP successful"
    serial = certificates.facts(leaf).serial
    (told,) = [one for one in words if one.startswith("response 0")]
    assert f"serial {serial:x}; {status}" in told
    assert ("nextUpdate 2030-01-01T12:00:00Z" in told) == (end is not None)
    assert ("since 2030-01-01T00:00:00Z" in told) == (status == "revoked")
    assert words[-1] == f"nonce: {NONCE.hex()}"


# --- what the answer is made of --------------------------------------------------------------------


def rebuilt(data, change):
    """Return the answer *data* with the parts of its BasicOCSPResponse as *change* has them."""
    outer = list(asn1.elements(asn1.read(data).content))
    kind, octets = asn1.elements(asn1.read(outer[1].content).content)
    parts = list(asn1.elements(asn1.read(octets.content).content))
    basic = asn1.encode(asn1.SEQUENCE, *change(parts))
    inner = asn1.encode(asn1.SEQUENCE, kind.whole, asn1.encode(asn1.OCTET_STRING, basic))
    return asn1.encode(asn1.SEQUENCE, outer[0].whole, asn1.encode(0xA0, inner))


@pytest.mark.parametrize("tag", [0x03, 0x04, 0x23, 0x02])
@pytest.mark.parametrize("unused", [0, 1])
def test_the_signature_of_an_answer_is_a_bit_string_of_whole_octets(ca, leaf, tag, unused):
    def change(parts):
        content, algorithm, signature = parts
        bits = bytes((unused,)) + signature.content[1:]
        return content.whole, algorithm.whole, asn1.encode(tag, bits)

    made = rebuilt(answer(ca, leaf), change)
    if (tag, unused) == (0x03, 0):
        assert judged(made, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError):
            judged(made, ca, leaf)


def statements(ca, data, count, place):
    """Return *data* with *count* statements, ours at *place* and the others about other numbers."""

    def change(parts):
        content, algorithm, _ = parts
        fields = list(asn1.elements(content.content))
        at = next(number for number, field in enumerate(fields) if field.tag == asn1.SEQUENCE)
        (ours,) = asn1.elements(fields[at].content)
        cert_id, *rest = asn1.elements(ours.content)
        other = cert_id.whole[:-1] + bytes((cert_id.whole[-1] ^ 1,))
        foreign = asn1.encode(asn1.SEQUENCE, other, *(field.whole for field in rest))
        listed = [foreign] * count
        listed[place] = ours.whole
        made = [field.whole for field in fields]
        made[at] = asn1.encode(asn1.SEQUENCE, *listed)
        signed = asn1.encode(asn1.SEQUENCE, *made)
        bits = asn1.encode(asn1.BIT_STRING, b"\0" + keys.sign(ca.key, signed, "sha256"))
        return signed, algorithm.whole, bits

    return rebuilt(data, change)


@pytest.mark.parametrize(("place", "counts"), [(0, True), (63, True), (64, False), (99, False)])
def test_of_an_answer_64_statements_are_looked_at(ca, leaf, place, counts):
    made = statements(ca, answer(ca, leaf), 100, place)
    if counts:
        assert judged(made, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError, match="is not about the certificate"):
            judged(made, ca, leaf)


@pytest.mark.parametrize(("behind", "counts"), [(7, True), (8, False)])
def test_of_an_answer_8_certificates_are_looked_at(ca, leaf, behind, counts):
    key, certificate = delegate(ca)
    crowd = [ca.issue(f"CN={number}") for number in range(behind)]
    data = answer(ca, leaf, signer=certificate, key=key, attached=[*crowd, certificate])
    if counts:
        assert judged(data, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError, match="is not signed by the CA"):
            judged(data, ca, leaf)


@pytest.mark.parametrize(("octets", "counts"), [(65536, True), (65537, False)])
def test_an_answer_has_64_kib_however_right_it_is(ca, leaf, octets, counts):
    """What fills it is a certificate that nobody needs."""
    data = answer(ca, leaf)
    without = len(rebuilt(data, lambda parts: [part.whole for part in parts]))

    def filled(size):
        filler = asn1.encode(0xA0, asn1.encode(asn1.SEQUENCE, asn1.encode(0x30, bytes(size))))
        return rebuilt(data, lambda parts: [*(part.whole for part in parts), filler])

    made = filled(octets - without - 100)
    made = filled(octets - without - 100 + octets - len(made))
    assert len(made) == octets
    if counts:
        assert judged(made, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError, match="too long"):
            judged(made, ca, leaf)


# --- two CAs with one key -------------------------------------------------------------------------


def namesake(ca, name):
    """Return a CA with the key of *ca* and another *name*."""
    other = Ca(NOW, name)
    other.key = ca.key
    other.certificate = other._made(other.name, other.key, -1, 9999, ca=True)
    return other


def test_a_responder_of_another_ca_with_the_same_key_is_not_appointed(ca, leaf):
    """What signed its certificate is our CA's key; who issued it is another."""
    key, certificate = delegate(namesake(ca, "O=Test,CN=Namesake"))
    for by_name in (True, False):
        data = answer(
            ca, leaf, signer=certificate, key=key, attached=[certificate], by_name=by_name
        )
        with pytest.raises(ProtocolError, match="is not signed by the CA"):
            judged(data, ca, leaf)


@pytest.mark.parametrize("name", ["ours", "another"])
@pytest.mark.parametrize("key", ["ours", "another"])
def test_an_answer_about_the_number_of_another_ca_does_not_count(ca, leaf, name, key):
    """It may have our name or our key: each half of the CertID counts."""
    other = load(Ca(NOW, "O=Test,CN=Other").certificate)
    issuers = {"ours": load(ca.certificate), "another": other}
    sha1 = hashes.Hash(hashes.SHA1())
    sha1.update(issuers[name].subject.public_bytes())
    builder = library.OCSPResponseBuilder().add_response_by_hash(
        issuer_name_hash=sha1.finalize(),
        issuer_key_hash=x509.SubjectKeyIdentifier.from_public_key(issuers[key].public_key()).digest,
        serial_number=certificates.facts(leaf).serial,
        algorithm=hashes.SHA1(),
        cert_status=STATUS["good"],
        this_update=NOW,
        next_update=NOW + HOUR,
        revocation_time=None,
        revocation_reason=None,
    )
    builder = builder.responder_id(library.OCSPResponderEncoding.HASH, load(ca.certificate))
    data = builder.sign(ca.key, hashes.SHA256()).public_bytes(DER)
    if (name, key) == ("ours", "ours"):
        assert judged(data, ca, leaf).status == "good"
    else:
        with pytest.raises(ProtocolError, match="is not about the certificate"):
            judged(data, ca, leaf)


# --- a responder is judged as any certificate in a chain is ----------------------------------------


def resigned(certificate, key, hash_name):
    """Return *certificate* (DER) signed anew by *key* over another digest."""
    parts, identifier = signatures.signed_parts(certificate), signatures.algorithm(key, hash_name)
    fields = (
        identifier if field.whole == parts.algorithm else field.whole
        for field in asn1.elements(asn1.read(parts.content).content)
    )
    content = asn1.encode(asn1.SEQUENCE, *fields)
    signature = asn1.encode(asn1.BIT_STRING, b"\0" + keys.sign(key, content, hash_name))
    return asn1.encode(asn1.SEQUENCE, content, identifier, signature)


@pytest.fixture(scope="module")
def rsa_ca():
    ca = Ca(NOW)
    ca.key = keys.generate(keys.KeySpec("rsa", size=1024))
    ca.certificate = ca._made(ca.name, ca.key, -1, 9999, ca=True)
    return ca


@pytest.mark.parametrize(
    ("hash_name", "counts"), [("sha256", True), ("sha1", True), ("md5", False)]
)
def test_a_responder_whose_certificate_is_signed_too_weakly_does_not_count(
    rsa_ca, hash_name, counts
):
    leaf = rsa_ca.issue()
    key, certificate = delegate(rsa_ca)
    weak = resigned(certificate, rsa_ca.key, hash_name)
    data = answer(rsa_ca, leaf, signer=weak, key=key, attached=[weak])
    if counts:
        assert judged(data, rsa_ca, leaf).status == "good"
    else:
        with pytest.raises(
            ProtocolError, match=r"is not signed by the CA .*MD5 digest is too weak"
        ):
            judged(data, rsa_ca, leaf)


def test_an_answer_that_is_signed_over_md5_does_not_count(rsa_ca):
    leaf = rsa_ca.issue()
    data = answer(rsa_ca, leaf)
    outer = list(asn1.elements(asn1.read(data).content))
    kind, octets = asn1.elements(asn1.read(outer[1].content).content)
    content, _, signature = asn1.elements(asn1.read(octets.content).content)
    for hash_name, counts in (("sha1", True), ("md5", False)):
        basic = asn1.encode(
            asn1.SEQUENCE,
            content.whole,
            signatures.algorithm(rsa_ca.key, hash_name),
            asn1.encode(asn1.BIT_STRING, b"\0" + keys.sign(rsa_ca.key, content.whole, hash_name)),
        )
        inner = asn1.encode(asn1.SEQUENCE, kind.whole, asn1.encode(asn1.OCTET_STRING, basic))
        made = asn1.encode(asn1.SEQUENCE, outer[0].whole, asn1.encode(0xA0, inner))
        assert len(signature.content) == 129
        if counts:
            assert judged(made, rsa_ca, leaf).status == "good"
        else:
            with pytest.raises(ProtocolError, match="MD5 digest is too weak"):
                judged(made, rsa_ca, leaf)


@pytest.mark.parametrize("critical", [True, False])
def test_a_responder_with_a_critical_extension_that_is_not_known_does_not_count(ca, leaf, critical):
    key, subject = keys.generate(P256), certificates.parse_dn("CN=responder")
    certificate = (
        x509.CertificateBuilder(ca.name, subject, key.public_key(), 7)
        .not_valid_before(NOW - HOUR)
        .not_valid_after(NOW + HOUR)
        .add_extension(SIGNING, critical=True)
        .add_extension(UNKNOWN, critical=critical)
        .sign(ca.key, hashes.SHA256())
        .public_bytes(DER)
    )
    data = answer(ca, leaf, signer=certificate, key=key, attached=[certificate])
    if critical:
        with pytest.raises(ProtocolError, match=r"responder.* 1\.3\.6\.1\.4\.1\.99999\.1"):
            judged(data, ca, leaf)
    else:
        assert judged(data, ca, leaf).status == "good"


def test_a_responder_with_a_key_that_is_too_small_does_not_count(ca, leaf):
    key = rsa.generate_private_key(65537, 1024)
    certificate = ca.issue("CN=responder", key=key, more=(SIGNING,))
    data = answer(ca, leaf, signer=certificate, key=key, attached=[certificate])
    assert judged(data, ca, leaf).status == "good"
    with mock.patch.object(chain, "MIN_RSA_BITS", 1025):  # the library makes none below 1024
        with pytest.raises(ProtocolError, match="a key of 1024 bits"):
            judged(data, ca, leaf)


# --- extensions of the statement -------------------------------------------------------------------


def with_single_extensions(ca, data, *made):
    """Return the answer *data* with extensions in its statements: one list for each of them."""
    outer = list(asn1.elements(asn1.read(data).content))
    kind, octets = asn1.elements(asn1.read(outer[1].content).content)
    content, algorithm, *_ = asn1.elements(asn1.read(octets.content).content)
    fields = list(asn1.elements(content.content))
    place = next(number for number, field in enumerate(fields) if field.tag == asn1.SEQUENCE)
    (statement,) = asn1.elements(fields[place].content)
    statements = []
    for number, extensions in enumerate(made):
        changed = statement.content
        if number:  # about another serial number: the last octet of the CertID
            cert_id, *rest = asn1.elements(statement.content)
            other = cert_id.whole[:-1] + bytes((cert_id.whole[-1] ^ number,))
            changed = other + b"".join(field.whole for field in rest)
        if extensions:
            changed += asn1.encode(0xA1, asn1.encode(asn1.SEQUENCE, *extensions))
        statements.append(asn1.encode(asn1.SEQUENCE, changed))
    parts = [field.whole for field in fields]
    for order in (statements, statements[::-1]):
        parts[place] = asn1.encode(asn1.SEQUENCE, *order)
        signed = asn1.encode(asn1.SEQUENCE, *parts)
        signature = asn1.encode(asn1.BIT_STRING, b"\0" + keys.sign(ca.key, signed, "sha256"))
        basic = asn1.encode(asn1.SEQUENCE, signed, algorithm.whole, signature)
        inner = asn1.encode(asn1.SEQUENCE, kind.whole, asn1.encode(asn1.OCTET_STRING, basic))
        yield asn1.encode(asn1.SEQUENCE, outer[0].whole, asn1.encode(0xA0, inner))


def extension(dotted, value, *, critical):
    marked = b"\x01\x01\xff" if critical else b""
    octets = asn1.encode(asn1.OCTET_STRING, value)
    return asn1.encode(asn1.SEQUENCE, asn1.encode_oid(dotted), marked, octets)


STRANGE = "1.3.6.1.4.1.99999.1"


@pytest.mark.parametrize(
    ("made", "counts"),
    [
        ([[]], True),
        ([[extension(STRANGE, b"\x05\x00", critical=False)]], True),
        ([[extension(STRANGE, b"\x05\x00", critical=True)]], False),
        ([[extension("2.5.29.21", b"\x0a\x01\x01", critical=True)]], True),  # reasonCode
        ([[extension("2.5.29.29", b"\x30\x00", critical=True)]], False),  # certificateIssuer
        ([[], [extension(STRANGE, b"\x05\x00", critical=True)]], True),  # about another one
        ([[extension(STRANGE, b"\x05\x00", critical=True)], []], False),
    ],
)
@pytest.mark.parametrize("status", ["good", "revoked"])
def test_a_critical_extension_of_the_statement_must_be_known(ca, leaf, status, made, counts):
    for data in met(2, with_single_extensions(ca, answer(ca, leaf, status=status), *made)):
        if counts:
            assert judged(data, ca, leaf).status == status
        else:
            with pytest.raises(ProtocolError, match="critical extension"):
                judged(data, ca, leaf)
