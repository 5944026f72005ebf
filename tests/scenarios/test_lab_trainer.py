"""The trainer's tools at a whole node: policies, approval, outages, changes of key, the lock."""

import re
from datetime import timedelta

from srpki.x509 import certificates, formats

PKI = "admin system security pki"


def reasons(bench, name):
    bench.refused(bench.update(name))
    return bench.reason(name)


def test_a_ca_that_wants_longer_keys_says_so_in_the_trainers_words(own):
    """The lesson: the reason names the refusal, the update profile decides the key's length."""
    own.enrol_cmp("gw")
    own.auto_update("gw", "lab-cmp")
    own.do('lab ca policy set ecdsa ">=384" text "key too weak, see CP 6.1.5"')
    before = own.pair("gw")
    told = reasons(own, "gw")
    assert "badCertTemplate" in told and "key too weak, see CP 6.1.5" in told
    assert own.pair("gw") == before
    own.configure('system security pki certificate-update-profile "lab-cmp" ecdsa curve secp384r1')
    own.do(own.update("gw"))
    assert own.pair("gw") != before


def test_an_initial_registration_waits_until_the_trainer_approves_it(own):
    own.do("lab ca policy set approval true check-after 3600", "lab clock stop")
    poll = f'{PKI} cmpv2 poll ca-profile "lab-ca"'
    own.key("gw")
    own.do(own.registration("gw"))
    assert "waiting" in own.do("lab ca requests")
    own.do("lab clock advance 3d", poll)
    assert not (own.cf3 / "gw.der").exists()
    assert own.do("lab ca approve 1", cli="classic").strip() == "Approved: 1."
    assert "no request 1 waits" in own.refused("lab ca approve 1")
    own.do("lab clock advance 2h", poll)
    assert (own.cf3 / "gw.der").exists()
    assert "No Matching" in own.do("lab ca requests")


def test_a_ca_that_is_stopped_answers_nobody_until_it_is_started_over_restarts_too(
    opened, tmp_path
):
    with opened(tmp_path / "node") as bench:
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        bench.do("admin save", "lab ca stop", "lab ca fault add kur reject times 3")
        bench.do("lab ca policy set life 5d rsa none")
        url = bench.lab.server.cmp_url
        assert "refused" in reasons(bench, "gw") or "connect" in reasons(bench, "gw")
    with opened(tmp_path / "node") as bench:
        assert bench.lab.server.cmp_url == url
        assert "stopped" in bench.do("lab ca list")
        bench.refused(bench.update("gw"))
        assert bench.do("lab ca fault list").strip() == "kur reject times 3"
        bench.do("lab ca fault clear", "lab ca start")
        assert bench.lab.server.cmp_url == url
        bench.do(bench.update("gw"))
        facts = bench.certificate("gw")
        assert (facts.not_after - facts.not_before).days == 5


def test_a_change_of_key_is_followed_without_an_outage_by_what_the_operator_does(own):
    own.enrol_cmp("gw")
    own.auto_update("gw", "lab-cmp")
    first = own.certificate("gw")
    own.do("lab ca rollover begin after 10d save-as cf3:/mailed.pem")
    told = own.refused("lab ca rollover begin save-as cf3:/mailed.pem")
    assert '"cf3:\\mailed.pem" exists already' in told
    # What the router trusts is what its operator has imported: nothing has changed by itself.
    own.do(own.update("gw"))
    assert own.certificate("gw").authority_key_identifier == first.authority_key_identifier
    own.do("lab clock advance 10d")
    kept = own.pair("gw")
    told = own.refused(own.update("gw"))
    assert own.pair("gw") == kept, told
    # The operator fetches the new certificate, imports it, and makes a second profile.
    own.do(f'{PKI} est ca-certificates est-profile "lab-est" output-url "cf3:/cacerts"')
    new = own.lab.authority("lab").authority.issuing.certificate
    blocks = re.findall(
        rb"-----BEGIN.*?END CERTIFICATE-----\n", (own.cf3 / "cacerts").read_bytes(), re.DOTALL
    )
    (block,) = (one for one in blocks if formats.read_certificates(one, "pem") == [new])
    assert formats.read_certificates((own.cf3 / "mailed.pem").read_bytes(), "pem") == [new]
    own.put("new.pem", block)
    own.do(
        f'{PKI} import type certificate format pem input-url "cf3:/new.pem" output-file "new.crt"'
    )
    own.configure(
        'system security pki ca-profile "lab-ca-2" cert-file "new.crt"',
        'system security pki ca-profile "lab-ca-2" revocation-check crl-optional',
        f'system security pki ca-profile "lab-ca-2" cmpv2 url url-string "{own.lab.server.cmp_url}"',
        'system security pki ca-profile "lab-ca-2" admin-state enable',
        'system security pki certificate-update-profile "lab-cmp" cmpv2 ca-profile "lab-ca-2"',
    )
    own.do(own.update("gw"))
    assert own.pair("gw") != kept
    facts = certificates.facts(new)
    assert own.certificate("gw").authority_key_identifier == facts.subject_key_identifier


def test_what_is_locked_is_open_to_who_knows_the_password_alone(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        assert "no command of the lab" in bench.refused("lab lock password trainer-1 may show")
        bench.do('lab lock password trainer-1 may "lab ca show, lab  clock"')
    with opened(tmp_path / "node") as bench:
        for command in (
            "lab ca fault list",
            "lab ca fault clear",
            "lab ca policy show",
            "lab ca requests",
            "lab ca rollover finish",
            "lab ca stop",
            "lab lock password another-1",
        ):
            for cli in ("md", "classic"):
                told = bench.refused(command, cli=cli)
                assert "the lab is locked" in told and "lab ca show, lab clock" in told
        bench.do("lab ca show", "lab clock advance 1h", cli="classic")
        for cli in ("md", "classic"):  # what the node has and said itself
            bench.do("lab timeline", "lab messages", "lab chain lab-issuing.crt", cli=cli)
        for _ in range(10):
            assert "password is wrong" in bench.refused("lab unlock password trainer-2")
        assert "too many" in bench.refused("lab unlock password trainer-1")
        bench.do("lab unlock password trainer-1", "lab ca fault list", cli="classic")
        bench.refused("lab ca fault list")  # opened was the other session alone
        kept = (tmp_path / "node" / "lab-ca" / "lock.json").read_text()
        assert "trainer-1" not in kept
        assert "trainer-1" not in bench.do("history", cli="classic")
        bench.do("lab unlock password trainer-1 for-all true", cli="classic")
        bench.do("lab ca fault list")
        assert "not locked" in bench.refused("lab unlock password trainer-1")


def test_a_second_ca_stands_beside_the_first_on_the_same_clock(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.do(
            "lab ca create second", "lab ca fault add ir reject authority second", "admin save"
        )
        assert "already" in bench.refused("lab ca create second")
        url = bench.lab.authority("second").server.cmp_url
    with opened(tmp_path / "node") as bench:
        second = bench.lab.authority("second")
        assert second.server.cmp_url == url
        assert "reject" in bench.do("lab ca fault list authority second", cli="classic")
        assert "No faults" in bench.do("lab ca fault list")
        assert "no CA 'third'" in bench.refused("lab ca show authority third")
        bench.configure(
            'system security pki ca-profile "second" cert-file "second-issuing.crt"',
            'system security pki ca-profile "second" revocation-check crl-optional',
            f'system security pki ca-profile "second" cmpv2 url url-string "{url}"',
            'system security pki ca-profile "second" admin-state enable',
        )
        bench.key("gw")
        there = {
            "ca": "second",
            "reference": second.server.reference,
            "secret": second.server.secret,
        }
        bench.do("lab clock advance 100d")
        bench.refused(bench.registration("gw", **there))
        bench.do(bench.registration("gw", **there))
        (record,) = second.authority.all_issued()
        begins = certificates.facts(record.certificate).not_before
        assert abs(begins - bench.now()) < timedelta(minutes=1)
        for name in ("third", "fourth"):
            bench.do(f"lab ca create {name}")
        assert "4 CAs at most" in bench.refused("lab ca create fifth")


def test_a_vendors_root_is_known_by_its_imported_certificate(own):
    own.do("lab ca create maker", "lab ca vendor add maker-root.crt")
    own.do("lab ca vendor add maker-root.crt")
    authority = own.lab.authority("lab").authority
    assert authority.vendor_anchors == (own.lab.authority("maker").authority.root,)
    assert "root CA" in own.do("lab ca vendor list", cli="classic")
    own.do("lab ca vendor clear")
    assert authority.vendor_anchors == ()
