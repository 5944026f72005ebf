"""One renewal, against a lab CA: the four steps, what fails in each, and what is left then."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from troubles import fail_next

from srpki.core.errors import StorageError
from srpki.core.wire import HttpReply
from srpki.labca import profiles
from srpki.labca.authority import Authority
from srpki.labca.est_responder import EstResponder
from srpki.protocol.est import messages
from srpki.x509 import certificates, keys

DUE = {"days": 29}  # lives are 30 days, before-expiry is one day
RETRY = timedelta(seconds=3600)
PROTOCOLS = ["by-cmp", "by-est"]


def refuse(operation, wanted=""):
    """Return a trouble that raises for *operation* on a file whose name has *wanted* in it."""

    def trouble(found, path):
        if found == operation and wanted in path.name:
            raise OSError(28, "No space left on device")

    return trouble


# --- the workflow --------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_a_certificate_is_renewed_at_its_deadline_with_a_new_key(bench, profile):
    old = bench.enrol()
    key = bench.pair()[1]
    bench.configure(bench.entry(profile=profile))
    assert bench.advance(days=29, seconds=-1).updates == 0
    assert bench.advance(seconds=1).updates == 1
    new, new_key = bench.pair()
    assert new != old
    assert keys.spki(new_key) != keys.spki(key)
    assert bench.whole()
    assert certificates.same_subject(new, old)
    assert certificates.same_alternative_names(new, old)


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_the_old_pair_is_kept_as_previous_and_the_one_before_is_gone(bench, profile):
    first = bench.enrol()
    bench.configure(bench.entry(profile=profile))
    bench.advance(**DUE)
    second = bench.pair()[0]
    assert bench.keystore.read_certificate("gw.crt.previous") == first
    bench.advance(**DUE)
    assert bench.keystore.read_certificate("gw.crt.previous") == second
    assert keys.same_public_key(second, bench.keystore.read_key("gw.key.previous"))
    assert bench.keystore.names() == (
        "gw.crt", "gw.crt.previous", "gw.key", "gw.key.previous", "issuing.crt", "root.crt",
    )  # fmt: skip


def test_the_application_holds_the_new_pair_afterwards(bench):
    bench.enrol()
    bench.configure(bench.entry())
    before = bench.engine.applications.held("gw.crt", "gw.key")
    bench.advance(**DUE)
    after = bench.engine.applications.held("gw.crt", "gw.key")
    assert after.fingerprint != before.fingerprint
    assert after.certificate == bench.pair()[0]
    assert keys.same_public_key(after.certificate, after.key)


def test_the_log_tells_start_reload_and_end(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.advance(**DUE)
    assert bench.numbers() == [2245, 2101, 2101, 2246]
    assert bench.texts(2101) == [
        'Key file "gw.key" has been reloaded.',
        'Certificate file "gw.crt" has been reloaded.',
    ]
    assert bench.texts(2245) == [
        'Update of certificate "gw.crt" with profile "by-cmp" has started (scheduled).'
    ]


def test_a_certificate_that_nobody_uses_is_renewed_without_a_reload(bench):
    bench.enrol()
    bench.configure(bench.entry(), ipsec="")
    bench.events.clear()
    bench.advance(**DUE)
    assert bench.numbers() == [2245, 2246]


def test_after_an_update_the_entry_is_scheduled_by_the_new_certificate(bench):
    bench.enrol()
    bench.configure(bench.entry())
    first = bench.state().next_update_time
    bench.advance(**DUE)
    state = bench.state()
    assert state.update_state == "scheduled"
    assert state.last_update_start_time == state.last_update_end_time == first
    assert state.next_update_time == first + timedelta(days=29)


def test_after_issue_counts_from_the_beginning_of_the_certificate(bench):
    bench.enrol()
    profile = 'certificate-update-profile "early" { cmpv2 { ca-profile "lab" } after-issue 864000 }'
    bench.configure(profile, bench.entry(profile="early"))
    assert bench.advance(days=9, hours=23).updates == 0
    assert bench.advance(hours=1).updates == 1


def test_an_entry_whose_deadline_has_passed_is_updated_at_once(bench):
    old = bench.enrol(start=bench.clock.now() - timedelta(days=29, hours=12))
    bench.configure(bench.entry())
    assert bench.advance(seconds=1).updates == 1
    assert bench.pair()[0] != old


# --- step 1 --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spec",
    [
        keys.KeySpec("rsa", size=1536),
        keys.KeySpec("dsa", size=1024),
        keys.KeySpec("ecdsa", size=384, curve="secp384r1"),
    ],
)
def test_same_as_existing_key_keeps_type_and_length(bench, spec):
    bench.enrol(spec=spec)
    bench.configure(bench.entry())
    assert bench.advance(**DUE).failed == 0
    assert keys.spec_of(bench.pair()[1]) == spec


@pytest.mark.parametrize(
    ("words", "spec"),
    [
        ("rsa { key-size 1024 }", keys.KeySpec("rsa", size=1024)),
        ("rsa { }", keys.KeySpec("rsa", size=2048)),
        ("ecdsa { curve secp521r1 }", keys.KeySpec("ecdsa", size=521, curve="secp521r1")),
    ],
)
def test_another_key_is_made_when_the_profile_says_so(bench, words, spec):
    bench.enrol()
    profile = f'certificate-update-profile "new" {{ cmpv2 {{ ca-profile "lab" }} {words} }}'
    bench.configure(profile, bench.entry(profile="new"))
    assert bench.advance(**DUE).failed == 0
    assert keys.spec_of(bench.pair()[1]) == spec


def test_a_key_that_cannot_be_made_fails_in_step_1_and_the_ca_is_not_asked(bench):
    bench.enrol()
    profile = 'certificate-update-profile "new" { cmpv2 { ca-profile "lab" } rsa { key-size 600 } }'
    bench.configure(profile, bench.entry(profile="new"))
    assert bench.advance(**DUE).failed == 1
    assert "failed in step 1: an RSA key of 600 bits cannot be made" in bench.texts(2247)[0]
    assert bench.requests == []


@pytest.mark.parametrize("profile", PROTOCOLS)
def test_requests_are_signed_with_the_hash_of_the_profile(bench, profile):
    bench.enrol()
    profiles = bench.PROFILES.replace(f'"{profile}" {{', f'"{profile}" {{ hash-algorithm sha384 ')
    bench.configure(bench.entry(profile=profile), profiles=profiles)
    assert bench.advance(**DUE).failed == 0
    body = next(request.body for request in bench.requests if request.body)
    sent = base64.b64decode(body) if profile == "by-est" else body
    ecdsa_with_sha384 = bytes.fromhex("06082a8648ce3d040303")  # RFC 5758, 3.2
    assert sent.count(ecdsa_with_sha384) == (1 if profile == "by-est" else 2)


# --- step 2 --------------------------------------------------------------------------------------

CMP_FAULTS = {
    "kur reject failinfo badPOP": "badPOP",
    "kur no-answer": "no answer",
    "kur http-500": "500",
    "kur garbage": "",
    "kur wrong-nonce": "recipNonce",
    "kur wrong-transaction": "",
    "kur unprotected": "protect",
    "kur bad-protection": "",
    "kur wrong-key": "another key",
    "kur wrong-subject": "is for subject",
    "kur issue-expired": "expired",
    "certconf no-answer": "no answer",
}
EST_FAULTS = {
    "simplereenroll reject": "403",
    "simplereenroll no-answer": "no answer",
    "simplereenroll http-500": "500",
    "simplereenroll garbage": "",
    "simplereenroll wrong-key": "not for the key",
    "simplereenroll wrong-subject": "is for subject",
    "simplereenroll issue-expired": "expired",
}


@pytest.mark.parametrize(
    ("profile", "fault", "reason"),
    [("by-cmp", *item) for item in CMP_FAULTS.items()]
    + [("by-est", *item) for item in EST_FAULTS.items()],
)
def test_what_a_ca_does_wrong_leaves_the_old_pair_and_is_tried_again(bench, profile, fault, reason):
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    before = bench.content()
    bench.faults.add(fault)
    assert bench.advance(**DUE).failed == 1
    assert bench.content() == before
    state = bench.state()
    assert state.update_state == "wait-for-retry"
    assert state.next_update_time == state.last_update_end_time + RETRY
    (text,) = bench.texts(2247)
    assert "has failed in step 2: " in text
    assert reason in text
    assert reason in state.reason
    assert bench.advance(seconds=3599).updates == 0
    again = bench.advance(seconds=1)
    assert (again.updates, again.failed) == (1, 0)
    assert bench.state().update_state == "scheduled"
    assert bench.state().reason == ""


def test_a_retry_begins_with_another_key(bench):
    bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    bench.faults.add("simplereenroll http-500")
    bench.advance(**DUE)
    bench.advance(hours=1)
    bodies = [r.body for r in bench.requests if r.body]
    assert len(bodies) >= 2
    assert bodies[0] != bodies[-1]


def test_a_bad_answer_is_refused_with_a_certconf_of_rejection(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.faults.add("kur wrong-subject")
    bench.advance(**DUE)
    assert "reject" in bench.transactions[-1]


@pytest.mark.parametrize("along", [0, 1, 2])
@pytest.mark.parametrize("name", ["CA", "CA of a stranger"])
@pytest.mark.parametrize("profile", PROTOCOLS)
def test_a_certificate_of_another_ca_is_refused_whatever_comes_along(
    bench, profile, name, along, monkeypatch
):
    """The CAs that an answer brings become nobody's anchors, whether named as ours or not."""
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    before = bench.content()
    named = profiles.authority_name
    monkeypatch.setattr(profiles, "authority_name", lambda text: named(text.replace("CA", name)))
    stranger = Authority(None, bench.clock, bench.entropy)
    chain = (stranger.issuing.certificate, stranger.root)[:along]
    bench.authority.issue = stranger.issue
    bring_along(bench, chain)
    assert bench.advance(**DUE).failed == 1
    assert bench.content() == before
    assert "is not acceptable" in bench.texts(2247)[0]


def bring_along(bench, chain):
    """Let the answers of the lab CA bring the certificates *chain*, where there are any."""
    cmp, est = bench._responders["http"]._server, bench._responders["https"]
    cas = {"issuing": chain[0]} if chain else {}
    if chain[1:]:
        cas["roots"] = chain[1:]
    identity = cmp._identity
    cmp._identity = lambda: replace(identity(), **cas)

    def handle(request, certificate=None):
        reply = EstResponder.handle(est, request, certificate)
        if request.url.endswith("/simplereenroll") and reply.status == 200:
            found = messages.read_certificates(reply.body)
            octets = messages.write_certificates((*found, *chain))
            body = messages.encode_body(octets, wrapped=False)
            return HttpReply(status=200, headers=reply.headers, body=body)
        return reply

    est.handle = handle


def test_other_alternative_names_are_refused(bench):
    bench.enrol()
    bench.configure(bench.entry(profile="by-est"))
    issue = bench.authority.issue

    def without_names(key, subject, **rest):
        return issue(key, subject, **{**rest, "extensions": ()})

    bench.authority.issue = without_names
    before = bench.content()
    assert bench.advance(**DUE).failed == 1
    assert "other subject alternative names" in bench.texts(2247)[0]
    assert bench.content() == before


@pytest.mark.parametrize(
    ("profile", "fault"),
    [("by-cmp", "kur waiting seconds 600"), ("by-est", "simplereenroll waiting seconds 600")],
)
def test_a_ca_that_wants_time_gets_it(bench, profile, fault):
    bench.enrol()
    bench.configure(bench.entry(profile=profile))
    due = bench.state().next_update_time
    bench.faults.add(fault)
    assert bench.advance(days=29).updates == 1
    state = bench.state()
    assert state.update_state == "scheduled"
    assert state.last_update_start_time == due
    assert state.last_update_end_time >= due + timedelta(seconds=600 if profile == "by-est" else 1)


def test_a_ca_profile_that_is_down_fails_before_anything_is_sent(bench):
    bench.enrol()
    bench.configure(bench.entry(), profiles=bench.PROFILES.replace("admin-state enable", ""))
    assert bench.advance(**DUE).failed == 1
    assert 'ca-profile "lab" is down: admin-down' in bench.texts(2247)[0]
    assert bench.requests == []


def test_a_keystore_that_cannot_be_written_is_noticed_before_the_ca_is_asked(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.files.trouble = refuse("write")
    assert bench.advance(**DUE).failed == 1
    assert bench.requests == []
    assert bench.numbers() == [2245, 2109, 2247]
    assert "No space left on device" in bench.texts(2247)[0]
    bench.files.trouble = lambda *_: None
    assert bench.advance(hours=1).failed == 0


# --- expired -------------------------------------------------------------------------------------


def expire(bench, entry, **parts):
    """Let the certificate expire while there is no entry, then configure *entry*."""
    bench.configure(**parts)
    bench.advance(days=31)
    bench.configure(entry, **parts)
    return bench.advance(seconds=1)


def test_an_expired_certificate_is_not_updated_by_cmpv2_and_nothing_is_sent(bench):
    bench.enrol()
    assert expire(bench, bench.entry()).failed == 1
    assert bench.requests == []
    (text,) = bench.texts(2247)
    assert "in step 2: the certificate has expired and CMPv2 cannot sign with it: use EST" in text
    assert bench.state().update_state == "wait-for-retry"


def test_an_expired_certificate_is_updated_by_est_with_http_authentication(bench):
    old = bench.enrol()
    assert expire(bench, bench.entry(profile="by-est")).failed == 0
    assert bench.pair()[0] != old


def test_an_expired_certificate_is_updated_by_est_with_another_client_certificate(bench):
    bench.enrol("client", subject="CN=client", validity=timedelta(days=300))
    old = bench.enrol()
    parts = {"tls": bench.CLIENT, "profiles": bench.NO_PASSWORD}
    assert expire(bench, bench.entry(profile="by-est"), **parts).failed == 0
    assert bench.pair()[0] != old


def test_an_expired_certificate_that_is_the_client_s_own_fails_before_anything_is_sent(bench):
    bench.enrol("client")
    assert expire(bench, bench.entry("client", "by-est"), tls=bench.CLIENT).failed == 1
    assert bench.requests == []
    assert "is the one that authenticates TLS" in bench.texts(2247)[0]


def test_the_client_s_certificate_is_the_same_one_under_another_name_too(bench):
    bench.enrol()
    for kind, name, content in (
        ("certificate", "client.crt", bench.pair()[0]),
        ("key", "client.key", keys.private_der(bench.pair()[1])),
    ):
        bench.keystore.put(kind, name, content)
    assert expire(bench, bench.entry(profile="by-est"), tls=bench.CLIENT).failed == 1
    assert bench.requests == []


def test_an_expired_certificate_with_nothing_to_authenticate_fails_before_anything_is_sent(bench):
    bench.enrol()
    entry = bench.entry(profile="by-est")
    assert expire(bench, entry, profiles=bench.NO_PASSWORD).failed == 1
    assert bench.requests == []


def test_the_est_client_s_own_certificate_renews_itself_before_it_expires(bench):
    old = bench.enrol("client")
    bench.configure(
        bench.entry("client", "by-est"), tls=bench.CLIENT, profiles=bench.NO_PASSWORD, ipsec=""
    )
    assert bench.advance(**DUE).failed == 0
    used = bench.exchanges[-1].tls
    assert used.certificate_chain == (old,)
    held = bench.engine.applications.held("client.crt", "client.key")
    assert held.certificate == bench.pair("client")[0]
    assert bench.advance(**DUE).failed == 0
    assert bench.exchanges[-1].tls.certificate_chain == (held.certificate,)


# --- step 3 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["gw.key.previous", "gw.crt.previous", "gw.key", "gw.crt"])
def test_an_import_that_fails_leaves_a_whole_pair_and_is_made_good(bench, file):
    old = bench.enrol()
    bench.configure(bench.entry())
    bench.files.trouble = refuse("rename", file)
    bench.advance(**DUE)
    bench.files.trouble = lambda *_: None
    assert bench.whole()
    bench.engine.file_changed("nothing")
    bench.advance(hours=2)
    assert bench.pair()[0] != old
    assert bench.whole()
    held = bench.engine.applications.held("gw.crt", "gw.key")
    assert held.certificate == bench.pair()[0]
    assert bench.state().update_state == "scheduled"


def test_an_import_that_fails_before_its_commit_point_is_tried_again_from_step_1(bench):
    bench.enrol()
    bench.configure(bench.entry())
    before = bench.content()
    attempts = []

    def trouble(operation, path):
        if operation == "write" and "probe" not in path.name:
            attempts.append(path.name)
            raise OSError(28, "No space left on device")

    bench.files.trouble = trouble
    assert bench.advance(**DUE).failed == 1
    assert attempts
    assert bench.content() == before
    assert bench.numbers() == [2245, 2109, 2247]
    assert "failed in step 3" in bench.texts(2247)[0]
    bench.files.trouble = lambda *_: None
    assert bench.advance(hours=1).failed == 0
    assert bench.said(2245, "cause")[1] == "retry"


# --- step 4 --------------------------------------------------------------------------------------


def test_a_reload_that_fails_is_tried_again_alone(bench):
    bench.enrol()
    bench.configure(bench.entry())
    fail_next(bench.engine.applications, "gw.crt", 2)
    assert bench.advance(**DUE).failed == 1
    new = bench.pair()[0]
    sent = len(bench.requests)
    state = bench.state()
    assert state.update_state == "wait-for-retry"
    assert state.pending_reload
    assert "failed in step 4" in bench.texts(2247)[0]
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate != new
    assert bench.advance(hours=1).failed == 1
    assert bench.advance(hours=1).failed == 0
    assert bench.pair()[0] == new
    assert len(bench.requests) == sent
    assert bench.engine.applications.held("gw.crt", "gw.key").certificate == new
    assert bench.numbers() == [2245, 2247, 2247, 2101, 2101, 2246]
    assert bench.state().update_state == "scheduled"
    assert not bench.state().pending_reload
    assert bench.state().next_update_time == certificates.facts(new).not_after - timedelta(days=1)


def test_an_internal_error_is_a_failed_update_not_a_dead_engine(bench, monkeypatch):
    bench.enrol()
    bench.configure(bench.entry())

    def broken(_spec):
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(keys, "generate", broken)
        assert bench.advance(**DUE).failed == 1
    assert "internal error (ZeroDivisionError)" in bench.texts(2247)[0]
    assert bench.advance(hours=1).failed == 0


def test_a_state_that_cannot_be_written_is_told_and_stops_nothing(bench, monkeypatch):
    bench.enrol()
    bench.configure(bench.entry())
    bench.state()

    def refuse_record(_self, name, _record, *, sync=True):
        raise StorageError(f'write the state of "{name}": No space left on device')

    monkeypatch.setattr("srpki.storage.records.Records.save", refuse_record)
    assert bench.advance(**DUE).failed == 0
    assert 2109 in bench.numbers()
    assert bench.state().update_state == "scheduled"
