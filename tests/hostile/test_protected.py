"""Answers that are bent first and protected then: by the CA's key, or by the right password.

So every case gets past the protection, and what refuses it is what looks at the content. A CA that
means harm can say anything: that is an error of ours or changes nothing, it is never a certificate
that was not issued, and never a revoked one that counts as good.
"""

from contextlib import contextmanager
from functools import lru_cache

import other_clients
import pytest
from borrowed import borrowed
from counting import met
from cryptography import x509
from damage import BLOBS, flipped, rearranged, swapped

from srpki.core.errors import PeerError, SrpkiError
from srpki.protocol.cmp import bodies, general, mac, messages, protect, revocations
from srpki.protocol.cmp import header as headers
from srpki.protocol.cmp.status import StatusInfo
from srpki.x509 import crl, der, keys, ocsp, revocation

bench = borrowed("unit/protocol/cmp/conftest.py")
servers = borrowed("hostile/test_cmp_servers.py")
clients = borrowed("hostile/test_clients.py")
pki = borrowed("support/issuing.py")
answers = borrowed("unit/x509/test_ocsp.py")
_derive_once = servers._derive_once

SOME = ("null", "empty", "huge number", "long text", "bad bits", "10,000 deep")
"""What stands in the place of each part: `test_cmp_servers` tries the rest where it differs."""


def bent(data, opaque=(), step=5):
    """Yield *data* (an element) with each part bent, one at a time, and octets flipped."""
    yield from rearranged(data, opaque)
    for blob in SOME:
        yield from swapped(data, BLOBS[blob], 6)
    yield from (changed for _, changed in flipped(data, step))


def changes(data, opaque=()):
    """Yield what `bent` makes of *data* and is another element."""
    return (one for one in bent(data, opaque) if one != data and len(one) > 1)


@contextmanager
def suppress_ours(kind=SrpkiError):
    """Let errors of *kind* pass that can be shown to people; any other is an accident."""
    try:
        yield
    except kind as error:
        said = str(error)
        assert said.isprintable() and len(said) < 1500


# --- CMP -----------------------------------------------------------------------------------------

PROTECTORS = {
    "signature": lambda ca: protect.SignatureProtector(ca.signer_key, "sha256"),
    "MAC": lambda ca: mac.MacProtector(bench.SECRET, b"1" * 8, 100),
}
OTHERS = {
    "error": lambda ca: bodies.encode_error(StatusInfo(2, ("no", "no"), ("badRequest",))),
    "genp": lambda ca: general.encode_general(
        "genp", [(general.CA_CERTIFICATES, der.encode(der.SEQUENCE, ca.certificate))]
    ),
    "rp": lambda ca: revocations.encode_revocation_answer(StatusInfo(0, ("revoked",))),
}
"""Answers that are no grant; the last two answer questions that a router does not ask."""
DECODERS = {
    "genp": general.decode_general,
    "rp": other_clients.decode_revocation_answer,
    "error": bodies.decode_error,
}
ASKED = {"ip": "ir-pbm", "cp": "cr", "kup": "kur", "pollRep": "polled", "pkiConf": "kur"}
KINDS = [
    *((kind, "signature") for kind in ("ip", "cp", "kup", "pollRep", "pkiConf", *OTHERS)),
    *((kind, "MAC") for kind in ("ip", "pollRep", "pkiConf", *OTHERS)),
]


DEPTHS = {"pkiConf": (15, 2), **dict.fromkeys(("ip", "cp", "kup"), (400, 30))}
"""Least number of cases, and of lines that refuse them: of a grant there is much to judge."""


class Bent:
    """A transaction of which one answer is bent, in body or header, and protected rightly."""

    def __init__(self, ca, around, kind, protection):
        asked = "ir-pbm" if protection == "MAC" else ASKED.get(kind, "kur")
        if kind == "pollRep":  # put off once, whatever is asked
            ca.polls = 2
        self.kind = kind
        self._protector = PROTECTORS[protection](ca)
        self._extra = () if protection == "MAC" else (ca.signer,)
        self.play = servers.Play(ca, around, asked)
        for place, answer in enumerate(self.play.answers):  # protected as is wanted here
            message = messages.decode(answer)
            self.play.answers[place] = self.made(message.header, message.body)
        found = [messages.decode(answer).kind for answer in self.play.answers]
        self.place = 0 if kind in OTHERS else found.index(kind)
        self.header = messages.decode(self.play.answers[self.place]).header
        right = messages.decode(self.play.answers[self.place]).body
        self.body = OTHERS[kind](ca) if kind in OTHERS else right
        self.opaque = (ca.certificate, ca.issued)

    def made(self, header, body):
        return messages.encode(header, body, self._protector, self._extra)

    def with_header(self, changed):
        """Return the answer with the PKIHeader *changed* (DER), protected all the same."""
        bits = self._protector.protect(der.encode(der.SEQUENCE, changed, self.body))
        parts = [changed, self.body, der.encode(0xA0, der.encode(0x03, b"\0", bits))]
        if self._extra:
            parts.append(der.encode(0xA1, der.encode(der.SEQUENCE, *self._extra)))
        return der.encode(der.SEQUENCE, *parts)

    def heard(self, answer):
        """Have the client hear *answer*: what comes of it is an error of ours, or is right."""
        with suppress_ours(PeerError):
            certificate = self.play.with_answer(self.place, answer)
            assert self.kind not in OTHERS
            assert certificate == self.play.good


def id_of(pair):
    return "-".join(pair)


each = pytest.mark.parametrize("pair", KINDS, ids=id_of)


@each
def test_what_is_not_bent_is_taken(ca, around, pair):
    """Else all below would be refused for another reason."""
    transaction = Bent(ca, around, *pair)
    right = transaction.made(transaction.header, transaction.body)
    head = headers.encode(transaction.header, transaction._protector.algorithm)
    assert transaction.with_header(head) == right or pair[1] == "signature"
    if pair[0] in OTHERS:
        with pytest.raises(PeerError):
            transaction.play.with_answer(transaction.place, right)
    else:
        assert transaction.play.with_answer(transaction.place, right) == transaction.play.good


@each
def test_a_bent_body_is_refused_or_changes_nothing(ca, around, tally, pair):
    transaction = Bent(ca, around, *pair)
    least, lines = DEPTHS.get(pair[0], (60, 2))
    case = tally(f"CMP {pair[0]}, body bent, then protected", least, lines)
    decode = DECODERS.get(pair[0])
    for body in met(1, changes(transaction.body, transaction.opaque)):
        case()
        answer = transaction.made(transaction.header, body)
        transaction.heard(answer)
        if decode is not None:  # what a client that had asked would make of it
            with suppress_ours(PeerError):
                decode(messages.decode(answer))


@pytest.mark.parametrize("pair", [("kup", "signature"), ("ip", "MAC"), ("error", "MAC")], ids=id_of)
def test_a_bent_header_is_refused_or_changes_nothing(ca, around, tally, pair):
    transaction = Bent(ca, around, *pair)
    case = tally("CMP header bent, then protected", 300, 12)
    right = headers.encode(transaction.header, transaction._protector.algorithm)
    for changed in changes(right):
        case()
        transaction.heard(transaction.with_header(changed))


@pytest.mark.parametrize("kind", ["ir", "cr", "p10cr", "kur", "rr", "genm"])
def test_a_bent_request_grants_nothing_to_another_key_and_is_no_accident(tally, kind):
    """The other way round: a client with the password, or a certificate, that means harm."""
    node = clients.Lab()
    right = messages.decode(clients.MAKERS[kind](node, kind)[0])
    signer = None if mac.is_mac(right) else (clients.KEY, node.issued())
    case = tally("request to the lab CA, bent, then protected", 60, 3 if kind == "genm" else 6)
    before, ours = node.states(), keys.spki(clients.KEY)
    for number, body in met(1, enumerate(changes(right.body))):
        if body[0] & 0xE0 != 0xA0:
            continue
        case()
        node.cmp.transaction_id = number.to_bytes(16, "big")
        reply = node.cmp.post(node.cmp.encode(body, signer=signer))
        assert reply.status in (200, 400)
        if kind == "rr":  # what fits is revoked, then all is refused for that
            before = node.states()
    assert not any("internal error" in line for line in met(1, node.log))
    issued = node.authority.all_issued()[len(before) :]
    assert all(keys.spki(one.certificate) == ours for one in met(0, issued))


# --- CRL and OCSP --------------------------------------------------------------------------------

SERIAL, NONCE = 0x4711, b"n" * 16


@lru_cache(maxsize=1)
def authority():
    """A CA, and a certificate of it that it has revoked."""
    ca = pki.Ca(answers.NOW)
    return ca, ca.issue(serial=SERIAL)


def signed(ca, content, algorithm):
    bits = der.encode(der.BIT_STRING, b"\0" + keys.sign(ca.key, content, "sha256"))
    return der.encode(der.SEQUENCE, content, algorithm, bits)


@pytest.mark.parametrize("scope", ["all", "a part"])
@pytest.mark.parametrize("critical", [True, False])
def test_a_bent_crl_that_its_ca_has_signed_hides_no_entry(tally, scope, critical):
    """Who is on the list is revoked, or nothing is told; the CA may take him off."""
    ca, leaf = authority()
    part = x509.IssuingDistributionPoint(None, None, True, False, None, False, False)
    right = ca.crl(revoked=[5, SERIAL, 7], critical=[part] if scope == "a part" else [])
    content, algorithm, _ = (one.whole for one in der.elements(der.read(right).content))
    if not critical:  # then it may be unreadable, and counts all the same
        content = content.replace(b"\x55\x1d\x1c\x01\x01\xff", b"\x55\x1d\x1c\x01\x01\x00")
    assert revocation.by_crls(leaf, [signed(ca, content, algorithm)]).status == "revoked"
    case = tally("CRL bent, then signed", 250, 12)
    entry = der.encode(der.INTEGER, SERIAL.to_bytes(2, "big"))
    for changed in met(1, changes(content)):
        case()
        made = signed(ca, changed, algorithm)
        with suppress_ours():
            crl.check(made, ca.certificate)
            found = revocation.by_crls(leaf, [made])
            assert found.status != "good" or entry not in changed


@pytest.mark.parametrize("signer", ["the CA", "a responder"])
@pytest.mark.parametrize("status", ["revoked", "good"])
def test_a_bent_ocsp_answer_that_is_signed_rightly_says_what_it_said_or_nothing(
    tally, signer, status
):
    ca, leaf = authority()
    key, certificate, attached = ca.key, ca.certificate, ()
    if signer == "a responder":
        key, certificate = answers.delegate(ca)
        attached = (certificate,)
    right = answers.answer(
        ca, leaf, status=status, key=key, signer=certificate, attached=attached, nonce=NONCE
    )
    found = []
    answers.rebuilt(right, lambda parts: found.extend(parts) or [one.whole for one in parts])
    content, algorithm, _, *rest = (one.whole for one in found)
    case = tally("OCSP answer bent, then signed", 250, 15)
    for changed in met(1, changes(content)):
        case()
        bits = der.encode(der.BIT_STRING, b"\0" + keys.sign(key, changed, "sha256"))
        whole = [changed, algorithm, bits, *rest]
        made = answers.rebuilt(right, lambda _parts, whole=whole: whole)
        with suppress_ours(PeerError):
            verdict = ocsp.judge(made, leaf, ca.certificate, answers.NOW, NONCE)
            assert verdict.status in (status, "unknown")


def test_a_bent_certificate_of_a_responder_that_its_ca_has_signed_is_refused_or_appoints(tally):
    """The CA has signed it as it is, so what is bent is its own word; the key stays his."""
    ca, leaf = authority()
    key, certificate = answers.delegate(ca)
    right = answers.answer(ca, leaf, key=key, signer=certificate, attached=(certificate,))
    content, algorithm, _ = (one.whole for one in der.elements(der.read(certificate).content))
    purpose = der.encode_oid("1.3.6.1.5.5.7.3.9")  # OCSPSigning
    case = tally("OCSP responder's certificate bent, then signed", 200, 25)
    for changed in met(1, changes(content)):
        case()
        attached = der.encode(0xA0, der.encode(der.SEQUENCE, signed(ca, changed, algorithm)))
        made = answers.rebuilt(
            right,
            lambda parts, attached=attached: [*(one.whole for one in parts[:3]), attached],
        )
        with suppress_ours(PeerError):
            assert ocsp.judge(made, leaf, ca.certificate, answers.NOW, answers.NONCE)
            assert purpose in changed
