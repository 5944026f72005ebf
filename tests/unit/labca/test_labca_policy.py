"""What a policy lets the lab CA certify, and requests that wait for approval, by CMP and EST."""

import base64
from datetime import timedelta

import pytest
from counting import met
from cryptography import x509

from srpki.core.entropy import SystemEntropy
from srpki.core.errors import CorruptError, InvalidInputError, RefusedError, StorageError
from srpki.core.wire import HttpRequest
from srpki.labca import documents
from srpki.labca.authority import Authority
from srpki.labca.desk import APPROVED, MOST_REQUESTS, REFUSED, Desk, NotYetError
from srpki.labca.est_responder import EstResponder
from srpki.labca.policy import Policy, from_json
from srpki.labca.rules import MOST_VENDORS, Rules
from srpki.labca.store import CONFIRMED
from srpki.protocol.cmp import bodies
from srpki.x509 import certificates, csr, keys, names

TEXT = "key too weak, see CP 6.1.5"
RSA = keys.generate(keys.KeySpec("rsa", size=2048))
P384 = keys.generate(keys.KeySpec("ecdsa", curve="secp384r1"))
SAN = names.san("gw.lab.example")


@pytest.fixture
def policy(authority):
    def choose(**rules):
        authority.rules.set_policy(Policy(**rules))

    return choose


@pytest.fixture
def est(authority, faults, log):
    """Send an EST request for a key and names; return the reply."""
    responder = EstResponder(authority, faults, log=log.append)

    def enrol(key, subject="CN=gw", san=None, operation="simpleenroll"):
        return responder.handle(
            HttpRequest(
                method="POST",
                url=f"https://127.0.0.1/.well-known/est/{operation}",
                headers=(
                    ("Content-Type", "application/pkcs10"),
                    ("Authorization", "Basic " + base64.b64encode(b"user:pass word").decode()),
                ),
                body=base64.b64encode(csr.build(key, names.parse_dn(subject), san)),
            )
        )

    return enrol


def answered(answer):
    (response,), _ = bodies.decode_responses(answer)
    return response


# --- keys, names, life, extensions ---------------------------------------------------------------


def test_what_the_policy_refuses_is_refused_with_the_words_of_the_trainer(cmp, est, policy):
    policy(rsa=">=3072", text=TEXT, failinfo="unacceptedPolicy")
    status = answered(cmp.ask(cmp.request("ir", RSA))).status
    assert (status.word, status.text, status.fail_info) == (
        "rejection",
        (TEXT,),
        ("unacceptedPolicy",),
    )
    reply = est(RSA)
    assert (reply.status, reply.body.decode()) == (400, f"{TEXT}\n")
    assert cmp.states() == []
    assert est(P384).status == 200


def test_without_words_of_its_own_a_policy_names_the_rule(cmp, policy):
    policy(rsa=">=3072")
    status = answered(cmp.ask(cmp.request("ir", RSA))).status
    assert status.fail_info == ("badCertTemplate",)
    assert status.text == ("RSA keys must have >=3072 bits",)


@pytest.mark.parametrize(
    ("sizes", "good"),
    [
        ("", True),
        ("any", True),
        ("none", False),
        (">=2048", True),
        (">=2049", False),
        ("<=2048", True),
        ("<=2047", False),
        ("2048", True),
        ("3072", False),
        ("1024..2048", True),
        ("2049..4096", False),
    ],
)
def test_sizes(policy, est, sizes, good):
    policy(rsa=sizes, ecdsa="none")
    assert (est(RSA).status == 200) == good
    assert est(P384).status == 400


def test_a_key_update_is_judged_too(cmp, holder, policy):
    policy(ecdsa="384")
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    assert answered(cmp.ask(cmp.request("kur", key), signer=holder)).status.word == "rejection"
    cmp.last, cmp.transaction_id = None, b"2" * 16
    assert answered(cmp.ask(cmp.request("kur", P384), signer=holder)).certificate is not None


@pytest.mark.parametrize(
    ("subject", "san", "good"),
    [
        ("CN=gw-ulm", None, True),
        ("CN=gw-ulm.evil", None, False),  # the whole name, not a part
        ("CN=gw-ulm", SAN, True),
        ("CN=gw-ulm", names.san("other.example"), False),
        ("C=DE,O=Lab", SAN, True),
    ],
)
def test_each_name_must_be_allowed(est, policy, subject, san, good):
    policy(names=r"gw-[a-z]+|.*\.lab\.example")
    assert (est(P384, subject, san).status == 200) == good


def test_the_life_is_the_policys_and_a_faults_wish_is_the_faults(
    authority, clock, cmp, faults, policy
):
    policy(life=600)
    found = certificates.facts(answered(cmp.ask(cmp.request("ir", P384))).certificate)
    assert found.not_after - clock.now() == timedelta(seconds=600)
    policy(names="nobody")
    faults.add("ir wrong-subject")  # judged is what was asked for
    cmp.last, cmp.transaction_id = None, b"2" * 16
    assert answered(cmp.ask(cmp.request("ir", P384))).certificate is None


def test_extensions_are_added_as_critical_as_said(est, policy, authority):
    policy(extensions=("1.2.3.4 0500", "1.2.3.5 critical 0403010203"))
    assert est(P384).status == 200
    (record,) = authority.all_issued()
    found = x509.load_der_x509_certificate(record.certificate).extensions
    for oid, critical, value in (("1.2.3.4", False, "0500"), ("1.2.3.5", True, "0403010203")):
        one = found.get_extension_for_oid(x509.ObjectIdentifier(oid))
        assert (one.critical, one.value.public_bytes().hex()) == (critical, value)


@pytest.mark.parametrize(
    ("rules", "word"),
    [
        ({"rsa": "big"}, "big"),
        ({"rsa": "4096..2048"}, "begins after"),
        ({"dsa": ">3072"}, ">3072"),
        ({"names": "("}, "without"),
        ({"life": -1}, "life"),
        ({"life": 100 * 365 * 86400 + 1}, "life"),
        ({"check_after": 0}, "check-after"),
        ({"text": "a\nb"}, "printable"),
        ({"text": "x" * 201}, "200"),
        ({"failinfo": "badMood"}, "badMood"),
        ({"extensions": ("1.2.3.4",)}, "1.2.3.4"),
        ({"extensions": ("1.2.3.4 050",)}, "050"),
        ({"extensions": ("9.9.9 0500",)}, "9.9.9"),
        ({"extensions": ("2.5.29.17 0500",)}, "by the CA itself"),
        ({"extensions": ("1.2.3.4 0500",) * 2}, "twice"),
        ({"extensions": tuple(f"1.2.3.{n} 0500" for n in range(9))}, "8 extensions"),
        ({"extensions": ("1.2.3.4 " + "00" * 201,)}, "200"),
    ],
)
def test_what_is_no_policy_is_refused_by_name(rules, word):
    with pytest.raises(InvalidInputError, match=word.replace("(", r"\(")):
        Policy(**rules)


# --- kept ----------------------------------------------------------------------------------------


def test_rules_last(tmp_path, authority):
    chosen = Policy(rsa=">=3072", life=60, extensions=("1.2.3.4 0500",), approval=True, text=TEXT)
    rules = Rules(tmp_path)
    rules.set_policy(chosen)
    rules.set_stopped(stopped=True)
    rules.set_vendors((authority.root,))
    again = Rules(tmp_path)
    assert (again.policy, again.stopped, again.vendors) == (chosen, True, (authority.root,))
    with pytest.raises(RefusedError, match="vendors at most"):
        again.set_vendors((authority.root,) * (MOST_VENDORS + 1))


@pytest.mark.parametrize(
    "content",
    [
        "{",
        '{"policy": []}',
        '{"policy": {"colour": "red"}}',
        '{"policy": {"rsa": 3072}}',
        '{"policy": {"life": true}}',
        '{"policy": {"extensions": "1.2.3.4 0500"}}',
        '{"policy": {"extensions": [1]}}',
        '{"vendors": ["AAAA"]}',
        '{"vendors": 1}',
    ],
)
def test_damaged_rules_are_told_of_and_not_forgotten(tmp_path, content):
    (tmp_path / "rules.json").write_text(content)
    with pytest.raises(CorruptError, match=r"rules\.json of the lab CA is damaged"):
        Rules(tmp_path)


def test_a_policy_that_cannot_be_kept_does_not_rule(tmp_path, monkeypatch):
    rules = Rules(tmp_path)

    def refuse(*arguments, **named):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(documents, "replace", refuse)
    with pytest.raises(StorageError, match="No space left"):
        rules.set_policy(Policy(rsa="none"))
    assert rules.policy == Policy() == from_json({})


# --- approval ------------------------------------------------------------------------------------


def poll(cmp):
    return cmp.ask(bodies.encode_poll_request(0))


def test_a_request_waits_until_it_is_approved_and_then_is_served_at_once(
    authority, cmp, clock, policy, device_key
):
    policy(approval=True, check_after=300)
    assert answered(cmp.ask(cmp.request("ir", device_key))).status.word == "waiting"
    for _ in range(3):
        (told,) = bodies.decode_poll_answers(poll(cmp))
        assert told.check_after == 300
        clock.advance(timedelta(seconds=300))
    (petition,) = authority.desk.petitions()
    assert (petition.number, petition.operation, petition.client) == (1, "ir", "reference 4711")
    assert (petition.subject, petition.key) == ("CN=gw", "ECDSA 256")
    assert petition.last - petition.since == timedelta(seconds=600)
    poll(cmp)
    assert authority.desk.decide(None, APPROVED) == 1
    certificate = answered(poll(cmp)).certificate  # without waiting for the next time
    assert cmp.ask(cmp.confirmation(certificate)).kind == "pkiConf"
    assert cmp.states() == [CONFIRMED]
    assert authority.desk.petitions() == ()


def test_a_request_may_wait_longer_than_a_week_if_it_is_asked_for(
    authority, cmp, clock, policy, device_key
):
    policy(approval=True)
    cmp.ask(cmp.request("ir", device_key))
    for _ in range(3):
        clock.advance(timedelta(days=6))
        assert poll(cmp).kind == "pollRep"


def test_a_request_may_be_refused_with_words(authority, cmp, policy, device_key):
    policy(approval=True)
    cmp.ask(cmp.request("ir", device_key))
    poll(cmp)
    authority.desk.decide([1], REFUSED, "not in this house")
    status = answered(poll(cmp)).status
    assert (status.word, status.text) == ("rejection", ("not in this house",))
    assert authority.desk.petitions() == ()


def test_est_waits_too_and_is_known_by_key_and_names(authority, est, policy):
    policy(approval=True, check_after=77)
    for _ in range(2):
        reply = est(P384)
        assert (reply.status, reply.header("retry-after")) == (202, "77")
    est(P384, "CN=other")
    assert [one.client for one in authority.desk.petitions()] == ["user", "user"]
    authority.desk.decide([1], APPROVED)
    assert est(P384, "CN=other").status == 202
    assert est(P384).status == 200
    assert est(P384).status == 202  # an approval is for one certificate


def test_what_the_policy_refuses_never_gets_to_the_desk(authority, est, policy):
    policy(approval=True, rsa="none")
    assert est(RSA).status == 400
    assert authority.desk.petitions() == ()


def test_only_what_waits_is_decided(authority, est, policy):
    policy(approval=True)
    est(P384)
    for numbers in ([2], [1, 2]):
        with pytest.raises(RefusedError, match="no request 2 waits"):
            authority.desk.decide(numbers, APPROVED)
    authority.desk.decide([1], APPROVED)
    with pytest.raises(RefusedError, match="no request 1 waits"):
        authority.desk.decide([1], REFUSED)
    with pytest.raises(InvalidInputError, match="printable"):
        authority.desk.decide(None, REFUSED, "a\x1b[31m")


def desk_of(tmp_path, clock):
    return Desk(tmp_path, clock)


def ask(desk, number, key=P384, **more):
    fields = {"operation": "ir", "client": f"{number}", "subject": "CN=a\u202eb", "check_after": 60}
    fields |= more
    return desk.ask(key.public_key(), str(number).encode(), **fields)


def test_the_desk_lasts_and_is_bounded(tmp_path, clock):
    desk = Desk(tmp_path, clock)
    with pytest.raises(NotYetError):
        ask(desk, 1, client="x" * 1000)
    desk.decide([1], APPROVED)
    again = Desk(tmp_path, clock)
    assert again.petitions() == desk.petitions()
    (petition,) = again.petitions()
    assert (petition.subject, len(petition.client)) == ("CN=a?b", 256)
    again.done(ask(again, 1))
    assert Desk(tmp_path, clock).petitions() == ()
    with pytest.raises(NotYetError):
        ask(Desk(tmp_path, clock), 1)
    assert Desk(tmp_path, clock).petitions()[0].number == 2  # a number is given once


def test_a_full_desk_takes_no_more_until_the_old_ones_are_forgotten(clock):
    desk = Desk(None, clock)
    for number in met(200, range(MOST_REQUESTS)):
        with pytest.raises(NotYetError):
            ask(desk, number)
    with pytest.raises(RefusedError, match="too many requests"):
        ask(desk, "more")
    clock.advance(timedelta(days=31))
    with pytest.raises(NotYetError):
        ask(desk, "more")
    assert len(desk.petitions()) == 1


@pytest.mark.parametrize(
    "content", ["[", '{"requests": [{}]}', '{"requests": 1}', '{"requests": [], "next": "x"}']
)
def test_a_damaged_desk_is_told_of(tmp_path, clock, content):
    (tmp_path / "requests.json").write_text(content)
    with pytest.raises(CorruptError, match=r"requests\.json of the lab CA is damaged"):
        Desk(tmp_path, clock)


def test_a_start_that_finds_damaged_rules_leaves_the_directory_free(tmp_path, clock, settings):
    Authority(tmp_path, clock, SystemEntropy(), settings).close()
    (tmp_path / "rules.json").write_text("{")
    with pytest.raises(CorruptError):
        Authority(tmp_path, clock, SystemEntropy(), settings)
    (tmp_path / "rules.json").unlink()
    Authority(tmp_path, clock, SystemEntropy(), settings).close()


def test_who_asks_again_with_another_key_takes_back_what_he_asked_before(clock):
    desk = Desk(None, clock)
    for number in (1, 2):
        with pytest.raises(NotYetError):
            ask(desk, number, client="gw")
    assert [one.number for one in desk.petitions()] == [2]
    desk.decide([2], APPROVED)
    with pytest.raises(NotYetError):
        ask(desk, 3, client="gw")
    assert [one.number for one in desk.petitions()] == [2, 3]
