"""The lab CA changes its key: what it hands out, what it signs with, and what survives."""

import base64
import hashlib
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7
from cryptography.x509 import ocsp

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import CorruptError, RefusedError
from srpki.core.wire import HttpRequest
from srpki.labca.authority import Authority
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.est_responder import EstResponder
from srpki.labca.generations import MOST_GENERATIONS, Change
from srpki.labca.revocation import crl_path, status
from srpki.protocol.cmp import bodies, general
from srpki.x509 import certificates, chain, der, keys, names, rollover

SUBJECT = names.parse_dn("CN=gw")
TEN_DAYS = timedelta(days=10)


def issued(authority, key):
    return authority.issue(key.public_key(), SUBJECT).certificate


def leads(certificate, others, anchors, authority):
    """Whether *certificate* leads by *others* to one of *anchors*."""
    try:
        chain.check_chain(certificate, others, anchors, authority.clock.now())
    except Exception:  # noqa: BLE001 - any reason is a no
        return False
    return True


def cacerts(authority, faults):
    reply = EstResponder(authority, faults, log=[].append).handle(
        HttpRequest(method="GET", url="https://127.0.0.1/.well-known/est/cacerts")
    )
    return [
        one.public_bytes(Encoding.DER)
        for one in pkcs7.load_der_pkcs7_certificates(base64.b64decode(reply.body))
    ]


def test_a_new_key_under_the_same_name_signs_at_once(authority, faults, device_key):
    old, root = authority.issuing, authority.root
    authority.generations.begin(Change())
    new = authority.issuing
    assert (authority.root, new.certificate != old.certificate) == (root, True)
    assert (
        certificates.facts(new.certificate).subject == certificates.facts(old.certificate).subject
    )
    certificate = issued(authority, device_key)
    given = cacerts(authority, faults)
    assert len(given) == 5 and {root, old.certificate, new.certificate} <= set(given)
    # Who trusts the old key alone gets there by NewWithOld, and by nothing else.
    assert leads(certificate, given, (old.certificate,), authority)
    without = [one for one in given if one != authority.generations.now.new_with_old]
    assert not leads(certificate, without, (old.certificate,), authority)
    (found,) = rollover.find(given)
    assert found.link(new=True, by_new=False) and found.link(new=False, by_new=True)


def test_who_trusts_the_new_key_alone_gets_to_what_the_old_one_has_signed(authority, device_key):
    certificate = issued(authority, device_key)
    authority.generations.begin(Change())
    link = authority.generations.now.old_with_new
    assert leads(certificate, (link,), (authority.issuing.certificate,), authority)
    assert not leads(certificate, (), (authority.issuing.certificate,), authority)


@pytest.mark.parametrize("new_with_old", [True, False])
@pytest.mark.parametrize("old_with_new", [True, False])
def test_each_link_is_there_as_wanted(authority, faults, new_with_old, old_with_new):
    made = authority.generations.begin(Change(new_with_old=new_with_old, old_with_new=old_with_new))
    assert (bool(made.new_with_old), bool(made.old_with_new)) == (new_with_old, old_with_new)
    assert len(cacerts(authority, faults)) == 3 + new_with_old + old_with_new


def test_a_root_changes_its_key_and_certifies_the_issuing_ca_anew(authority, faults, device_key):
    before = authority.generations.now
    made = authority.generations.begin(Change(key_of="root"))
    assert keys.spki(made.issuing.key) == keys.spki(before.issuing.key)
    assert (made.cmp_signer, made.tls) == (before.cmp_signer, before.tls)
    given = cacerts(authority, faults)
    (found,) = rollover.find(given)
    kinds = [(link.new, link.by_new) for link in found.links]
    assert sorted(kinds) == [(False, False), (False, True), (True, False), (True, True)]
    certificate = issued(authority, device_key)
    for anchor in (before.root, made.root):
        assert leads(certificate, given, (anchor,), authority)
    alone = (made.issuing.certificate,)
    assert not leads(certificate, alone, (before.root,), authority)
    assert leads(certificate, (*alone, made.new_with_old), (before.root,), authority)


def test_a_new_name_is_a_new_issuer(authority, device_key):
    authority.generations.begin(Change(name="lab CA 2028"))
    found = x509.load_der_x509_certificate(issued(authority, device_key))
    assert found.issuer.rfc4514_string() == "CN=lab CA 2028,O=srpki lab"


def test_the_new_key_is_announced_before_it_signs_and_the_clock_decides(
    authority, clock, faults, device_key
):
    old = authority.issuing
    authority.generations.begin(Change(after=TEN_DAYS))
    assert authority.issuing == old and len(cacerts(authority, faults)) == 5
    with pytest.raises(RefusedError, match="has not begun to sign"):
        authority.generations.begin(Change())
    clock.advance(TEN_DAYS)
    new = authority.issuing
    assert new != old
    clock.jump(-timedelta(seconds=1))
    assert authority.issuing == old  # a clock that is set back brings the old key back
    clock.jump(-TEN_DAYS)
    assert len(cacerts(authority, faults)) == 2  # of what comes nobody knows yet


def test_at_the_end_the_old_key_is_handed_out_no_more(authority, faults):
    old = authority.issuing.certificate
    authority.generations.begin(Change())
    authority.generations.finish()
    assert set(cacerts(authority, faults)) == {authority.root, authority.issuing.certificate}
    assert old not in cacerts(authority, faults)


def test_all_of_it_lasts_and_what_a_kill_cut_short_is_made_anew(
    tmp_path, clock, settings, device_key
):
    authority = Authority(tmp_path, clock, SystemEntropy(), settings)
    first = issued(authority, device_key)
    authority.generations.begin(Change(after=TEN_DAYS))
    clock.advance(TEN_DAYS)
    authority.generations.begin(Change(key_of="root", name="other root"))
    every, given = authority.generations.all, authority.generations.view.handed_out
    authority.close()
    (tmp_path / "issuing-4.key").write_text("half")
    (tmp_path / "issuing-4.pem").write_text("half")
    again = Authority(tmp_path, clock, SystemEntropy(), settings)
    assert [one.issuing.certificate for one in again.generations.all] == [
        one.issuing.certificate for one in every
    ]
    assert again.generations.view.handed_out == given
    again.generations.begin(Change())
    assert again.issued(first) is not None
    again.generations.finish()
    again.close()
    last = Authority(tmp_path, clock, SystemEntropy(), settings)
    assert len(last.generations.all) == 4 and len(last.generations.view.handed_out) == 2
    last.close()


@pytest.mark.parametrize(
    "content",
    ["{", '{"generations": [{}]}', '{"generations": 1}', '{"finished": "x"}'],
)
def test_damaged_generations_are_told_of(tmp_path, clock, settings, content):
    Authority(tmp_path, clock, SystemEntropy(), settings).close()
    (tmp_path / "generations.json").write_text(content)
    with pytest.raises(CorruptError, match=r"generations\.json of the lab CA is damaged"):
        Authority(tmp_path, clock, SystemEntropy(), settings)


def test_there_is_an_end_of_keys(authority):
    for _ in range(MOST_GENERATIONS - 1):
        authority.generations.begin(Change())
    with pytest.raises(RefusedError, match="has had 8 keys"):
        authority.generations.begin(Change())
    with pytest.raises(RefusedError, match="printable"):
        Authority(None, authority.clock, SystemEntropy()).generations.begin(Change(name="a\nb"))


# --- CMP, CRL and OCSP ---------------------------------------------------------------------------


def test_a_key_update_brings_the_new_issuer_and_the_links(authority, cmp, holder):
    old_root = authority.root
    authority.generations.begin(Change())
    answer = cmp.ask(cmp.request("kur", holder[0]), signer=holder)
    present = authority.generations.now
    assert set(answer.extra_certs) == {
        present.cmp_signer.certificate,
        present.issuing.certificate,
        *present.links,
    }
    (response,), ca_pubs = bodies.decode_responses(answer)
    assert ca_pubs == ()  # roots are handed out under a password alone
    assert leads(response.certificate, answer.extra_certs, (old_root,), authority)


def test_an_initial_registration_brings_both_roots(authority, cmp, device_key):
    first = authority.root
    authority.generations.begin(Change(key_of="root"))
    _, ca_pubs = bodies.decode_responses(cmp.ask(cmp.request("ir", device_key)))
    assert ca_pubs == (authority.root, first)


def told(cmp, name, value=None):
    cmp.last, cmp.transaction_id = None, hashlib.sha256(cmp.transaction_id).digest()[:16]
    answer = cmp.ask(general.encode_general("genm", [(name, value)]))
    ((found, content),) = general.decode_general(answer)
    return found, content


def test_a_general_message_tells_of_the_new_root(authority, cmp):
    first = authority.root
    assert told(cmp, general.ROOT_CERTIFICATE, first) == (general.ROOT_UPDATE, None)
    authority.generations.begin(Change(key_of="root"))
    made = authority.generations.now
    for asked in (first, None):
        name, value = told(cmp, general.ROOT_CERTIFICATE, asked)
        parts = [one.whole for one in der.elements(der.read(value).content)]
        assert name == general.ROOT_UPDATE
        assert parts == [
            made.root,
            der.encode(0xA0, made.new_with_old),
            der.encode(0xA1, made.old_with_new),
        ]
    assert told(cmp, general.ROOT_CERTIFICATE, made.root) == (general.ROOT_UPDATE, None)
    _, value = told(cmp, general.CA_CERTIFICATES)
    given = {one.whole for one in der.elements(der.read(value).content)}
    assert given == set(authority.generations.view.handed_out) and len(given) == 6
    authority.generations.finish()
    _, value = told(cmp, general.ROOT_CERTIFICATE, first)
    assert [one.whole for one in der.elements(der.read(value).content)] == [made.root]


def test_each_key_speaks_of_what_it_has_signed(authority, device_key):
    first = issued(authority, device_key)
    authority.generations.begin(Change())
    second = issued(authority, device_key)
    for certificate in (first, second):
        authority.revoke(certificate)
    for number, certificate in ((1, first), (2, second)):
        found = x509.load_der_x509_crl(authority.current_crl(number))
        assert [one.serial_number for one in found] == [certificates.facts(certificate).serial]
        issuing = authority.generations.all[number - 1].issuing
        assert found.is_signature_valid(certificates.parse(issuing.certificate).public_key())
    assert [crl_path(n) for n in (1, 2)] == ["/crl/issuing.crl", "/crl/issuing-2.crl"]


def test_ocsp_knows_under_which_key_a_certificate_was_issued(authority, device_key):
    first = issued(authority, device_key)
    authority.generations.begin(Change())
    authority.revoke(first)
    leaf = x509.load_der_x509_certificate(first)
    for number, said in ((1, "REVOKED"), (2, "UNKNOWN")):
        issuing = authority.generations.all[number - 1].issuing.certificate
        by = x509.load_der_x509_certificate(issuing)
        asked = ocsp.OCSPRequestBuilder().add_certificate(leaf, by, SHA1()).build()
        answer = status(authority, asked)
        assert answer.certificate_status.name == said
        by.public_key()
        assert (
            answer.responder_key_hash
            == hashlib.sha1(
                by.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
            ).digest()
        )


def test_a_transaction_that_began_under_the_old_key_ends_under_the_new_one(
    authority, cmp, faults, clock, device_key, log
):
    faults.add("ir waiting seconds 60")
    cmp.ask(cmp.request("ir", device_key))
    authority.generations.begin(Change())
    clock.advance(timedelta(seconds=60))
    (response,), _ = bodies.decode_responses(cmp.ask(bodies.encode_poll_request(0)))
    assert leads(response.certificate, (), (authority.issuing.certificate,), authority)
    assert isinstance(cmp.responder, CmpResponder)
    assert cmp.ask(cmp.confirmation(response.certificate)).kind == "pkiConf"
