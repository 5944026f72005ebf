"""``cmpv2 initial-registration``, ``poll`` and ``clear-request`` at a real lab CA."""

import re

import pytest

PKI = "admin system security pki"
POLL = f'{PKI} cmpv2 poll ca-profile "lab-ca"'
CLEAR = f'{PKI} cmpv2 clear-request ca-profile "lab-ca"'
STATE = 'info /state system security pki ca-profile "lab-ca"'


@pytest.fixture(autouse=True)
def quiet(bench):
    """The CA without faults and the router without requests."""
    bench.do("lab ca fault clear")
    bench.router.node.run("pki.cmpv2.clear-request", {"ca-profile": "lab-ca"})


@pytest.fixture
def named(bench, fresh):
    """The name of an imported key."""
    bench.key(fresh)
    return fresh


def saved(bench, name):
    return bench.cf3 / f"{name}.der"


def request(bench):
    """Return the leafs of the CMPv2 request in the state tree."""
    lines = (line.split(maxsplit=1) for line in bench.do(STATE).splitlines())
    return {words[0]: words[1] for words in lines if len(words) == 2}


def asked(bench, command):
    """Return whether *command*, which is refused, troubles the CA: a fault tells by its absence."""
    bench.do("lab ca fault add ir http-500")
    bench.refused(command)
    return "ir http-500" not in bench.do("lab ca fault list")


def test_the_certificate_is_written_as_openssl_accepts_it(bench, named, openssl, tmp_path):
    text = bench.do(bench.registration(named))
    assert text.splitlines() == ["Processing request...", "Received 'accepted'."]  # [pki.md 6.2]
    pem = openssl("x509", "-inform", "DER", "-in", saved(bench, named))
    (tmp_path / "c.pem").write_bytes(pem)
    trust = (
        "-CAfile",
        bench.lab.server.trust_anchor,
        "-untrusted",
        bench.lab.server.issuing_certificate,
    )
    now = int(bench.lab.clock.now().timestamp())
    openssl("verify", *trust, "-attime", now, tmp_path / "c.pem")
    shown = openssl(
        "x509", "-noout", "-subject", "-ext", "subjectAltName", "-nameopt", "RFC2253", octets=pem
    ).decode()
    assert f"subject=CN={named},O=Lab,C=DE" in shown
    assert f"DNS:{named}.lab.example" in shown


def test_the_certificate_is_for_the_key_that_was_named(bench, named, openssl):
    bench.do(bench.registration(named))
    bench.do(
        f'{PKI} export type key format pem input-file "{named}.key"'
        f' output-url "cf3:/{named}.pem" password "pw"'
    )
    own = openssl("pkey", "-in", bench.cf3 / f"{named}.pem", "-passin", "pass:pw", "-pubout")
    certified = openssl("x509", "-inform", "DER", "-in", saved(bench, named), "-noout", "-pubkey")
    assert own == certified


def test_an_address_and_several_domain_names_are_asked_for(bench, named, openssl):
    command = bench.registration(named).replace(
        f'"{named}.lab.example"', '"a.example,b.example" ip-address 192.0.2.7'
    )
    bench.do(command)
    shown = openssl(
        "x509", "-inform", "DER", "-in", saved(bench, named), "-noout", "-ext", "subjectAltName"
    ).decode()
    assert re.search(r"DNS:a.example, DNS:b.example, IP Address:192.0.2.7", shown)


def test_the_state_tells_the_request_and_never_the_password(bench, named):
    bench.do(bench.registration(named))
    shown = request(bench)
    assert shown["transaction-status"] == "processed"
    assert shown["transaction-status-code"] == "accepted"
    assert shown["request-type"] == "initial-registration"
    assert shown["key-filename"] == f'"{named}.key"'
    assert shown["reference"] == f'"{bench.lab.server.reference}"'
    assert bench.lab.server.secret not in bench.do(STATE)


@pytest.mark.parametrize("wrong", ["secret", "reference"])
def test_the_ca_says_in_words_why_it_refuses(bench, named, wrong):
    bench.mark()
    line = bench.refused(bench.registration(named, **{wrong: "mistaken"}))
    assert "badMessageCheck" in line  # PKIFailureInfo [RFC 4210, 5.2.3]
    assert "check the reference and password" in line
    assert "mistaken" not in line
    assert not saved(bench, named).exists()
    assert request(bench)["transaction-status"] == "failed"
    (event,) = bench.news(2083)  # tmnxPkiCAProfActnStatusChg [pki.md section 12]
    assert (event.fields["profile"], event.fields["status"]) == ("lab-ca", "failed")
    assert event.fields["code"] == "badMessageCheck" or "badMessageCheck" in event.fields["text"]


def test_dates_are_not_judged_by_hand(bench, named):
    """Nobody asked: what validate-certificate-chain is for, the action does not have."""
    bench.do("lab ca fault add ir issue-expired", bench.registration(named))
    assert saved(bench, named).exists()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("no-answer", "without an answer"),
        ("http-500", "HTTP status 500"),
        ("garbage", "not well formed"),
        ("reject failinfo badPOP", "badPOP"),
        ("reject failinfo systemUnavail", "systemUnavail"),
        ("wrong-nonce", "recipNonce"),
        ("wrong-transaction", "transactionID"),
        ("unprotected", "not protected"),
        ("bad-protection", "MAC"),
        ("wrong-key", "another key"),
    ],
)
def test_what_a_ca_may_do_wrong_is_named_and_nothing_is_written(bench, named, fault, word):
    bench.do(f"lab ca fault add ir {fault}")
    bench.mark()
    assert word in bench.refused(bench.registration(named))
    assert not saved(bench, named).exists()
    (event,) = bench.news(2083)
    assert word in event.text
    bench.do(bench.registration(named))
    assert saved(bench, named).exists()


@pytest.mark.parametrize(
    ("fault", "word"),
    [
        ("http-500", "HTTP status 500"),
        ("garbage", "not well formed"),
        ("no-answer", "without an answer"),
        ("reject", "refused"),
        ("wrong-nonce", "recipNonce"),
        ("bad-protection", "MAC"),
    ],
)
def test_a_confirmation_that_goes_wrong_is_a_failure_too(bench, named, fault, word):
    bench.do(f"lab ca fault add certconf {fault}")
    assert word in bench.refused(bench.registration(named))
    assert not saved(bench, named).exists()


def test_a_certificate_and_its_key_protect_a_request_too(bench, named, fresh):
    bench.do(bench.registration(named))
    bench.do(
        f'{PKI} import type certificate format der input-url "cf3:/{named}.der"'
        f' output-file "{named}.crt"'
    )
    other = f"{named}-2"
    bench.key(other)
    for more in ("", "send-chain", 'send-chain with-ca "lab-root"'):
        text = bench.do(
            f'{PKI} cmpv2 initial-registration ca-profile "lab-ca" key-to-certify "{other}.key"'
            f' certificate "{named}.crt" {more} protection-key "{named}.key" subject-dn "CN=x"'
            f' save-as "cf3:/{other}{len(more)}.der"'
        )
        assert "Received 'accepted'." in text


def test_the_classic_cli_registers_with_the_spelling_of_the_transcripts(bench, named):
    server = bench.lab.server
    bench.do(  # [pki.md 4.1]
        f"admin certificate cmpv2 initial-registration ca lab-ca key-to-certify {named}.key"
        f" protection-alg password {server.secret} reference {server.reference}"
        f" subject-dn C=DE,O=Lab,CN={named} ip-addr 192.0.2.9 save-as cf3:/{named}.der",
        cli="classic",
    )
    assert saved(bench, named).exists()


def test_a_taken_file_is_refused_before_the_ca_is_troubled(bench, named):
    bench.put(f"{named}.der", b"precious")
    assert not asked(bench, bench.registration(named))
    assert saved(bench, named).read_bytes() == b"precious"


BASE = f'{PKI} cmpv2 initial-registration ca-profile "lab-ca" key-to-certify'


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ('"none.key" reference "r" password "p" subject-dn "CN=x"', '"none.key" does not exist'),
        ('"{0}.key" reference "r" subject-dn "CN=x"', "password is missing"),
        ('"{0}.key" password "p" subject-dn "CN=x"', "reference is missing"),
        ('"{0}.key" reference "r" password "p"', "subject-dn is missing"),
        ('"{0}.key" reference "r" password "p" subject-dn "nonsense"', "nonsense"),
        ('"{0}.key" reference "r" password "p" subject-dn "CN=x" domain-name "x..y"', "x..y"),
        ('"{0}.key" certificate "none.crt" protection-key "{0}.key" subject-dn "CN=x"', "none.crt"),
        ('"{0}.key" certificate "lab-root.crt" subject-dn "CN=x"', "nothing protects"),
        (
            '"{0}.key" certificate "lab-root.crt" protection-key "{0}.key" subject-dn "CN=x"',
            "the key is not that of certificate",
        ),
        (
            '"lab-root.crt" reference "r" password "p" subject-dn "CN=x"',
            '"lab-root.crt" is a certificate, not a private key',
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_before_the_ca_is_troubled(bench, named, words, told):
    command = f'{BASE} {words.format(named)} save-as "cf3:/{named}.der"'
    assert told in bench.refused(command)
    assert not asked(bench, command)
    assert not saved(bench, named).exists()


def test_a_profile_that_is_not_up_or_names_no_server_is_refused(bench, named):
    assert "no cmpv2 url" in bench.refused(bench.registration(named, ca="lab-root"))
    bench.refused(bench.registration(named, ca="none"))
    bench.configure('system security pki ca-profile "lab-ca" admin-state disable')
    try:
        assert "lab-ca" in bench.refused(bench.registration(named))
    finally:
        bench.configure('system security pki ca-profile "lab-ca" admin-state enable')
    bench.do(bench.registration(named))


def test_a_server_that_is_not_there_is_told_with_its_address(bench, named):
    server = bench.lab.server
    port = server.cmp_port
    server.stop()
    try:
        assert f"127.0.0.1:{port}" in bench.refused(bench.registration(named))
    finally:
        bench.lab.start()
    assert bench.lab.server.cmp_port == port
    bench.do(bench.registration(named))


# --- a CA that needs time ---------------------------------------------------------------------------


@pytest.fixture
def pending(bench, named):
    """The name of a key whose registration the CA is looking at, for a minute."""
    bench.do("lab ca fault add ir waiting seconds 60")
    assert "Received 'waiting'." in bench.do(bench.registration(named))
    return named


def test_a_request_that_waits_is_polled_until_it_is_answered(bench, pending):
    assert not saved(bench, pending).exists()
    assert request(bench)["transaction-status"] == "in-progress"
    assert request(bench)["transaction-status-code"] == "waiting"
    assert "Received 'waiting'." in bench.do(POLL)  # asked too early
    bench.do("lab clock advance 61s")
    assert bench.do(POLL).splitlines() == ["Processing request...", "Received 'accepted'."]
    assert saved(bench, pending).exists()
    assert request(bench)["transaction-status"] == "processed"
    assert "no pending request" in bench.refused(POLL)


def test_one_request_is_outstanding_at_a_cmpv2_server(bench, pending):
    """A new request is refused while one is pending [pki.md 8.1]."""
    other = f"{pending}-2"
    bench.key(other)
    assert "pending" in bench.refused(bench.registration(other))
    bench.do("lab clock advance 61s")
    bench.do(POLL)
    bench.do(bench.registration(other))


def test_clearing_forgets_a_pending_request_and_then_the_result_of_the_last_one(bench, pending):
    bench.do(CLEAR)
    assert "no pending request" in bench.refused(POLL)
    assert "no request" in bench.refused(CLEAR)
    assert "transaction-status" not in bench.do(STATE)
    bench.do(bench.registration(pending))
    assert request(bench)["transaction-status"] == "processed"
    bench.do(CLEAR)
    assert "transaction-status" not in bench.do(STATE)


def test_an_answer_is_not_fetched_while_its_file_is_taken(bench, pending):
    bench.put(f"{pending}.der", b"precious")
    bench.do("lab clock advance 61s")
    assert "exists already" in bench.refused(POLL)
    saved(bench, pending).unlink()
    assert "Received 'accepted'." in bench.do(POLL)
    assert saved(bench, pending).exists()


def test_a_pending_request_survives_a_restart_with_its_password_sealed(bench, pending):
    bench.restart(between=bench.check_secrecy)
    assert request(bench)["transaction-status"] == "in-progress"
    bench.do("lab clock advance 61s")
    assert "Received 'accepted'." in bench.do(POLL)
    assert saved(bench, pending).exists()
    bench.restart()
    assert request(bench)["transaction-status"] == "processed"


@pytest.mark.parametrize("fault", ["no-answer", "http-500"])
def test_a_poll_without_an_answer_leaves_the_request_pending(bench, pending, fault):
    bench.do("lab clock advance 61s", f"lab ca fault add pollreq {fault}")
    bench.refused(POLL)
    assert request(bench)["transaction-status"] == "in-progress"
    assert "Received 'accepted'." in bench.do(POLL)


@pytest.mark.parametrize(
    ("fault", "word"),
    [("wrong-nonce", "recipNonce"), ("bad-protection", "MAC"), ("garbage", "not well formed")],
)
def test_a_poll_that_is_answered_wrongly_is_refused_in_words(bench, pending, fault, word):
    bench.do("lab clock advance 61s", f"lab ca fault add pollreq {fault}")
    assert word in bench.refused(POLL)
    assert not saved(bench, pending).exists()


def test_poll_and_clear_are_typed_in_the_classic_cli_too(bench, pending):
    bench.do("lab clock advance 61s")
    bench.do("admin certificate cmpv2 poll ca lab-ca", cli="classic")
    bench.do("admin certificate cmpv2 clear-request ca lab-ca", cli="classic")
    assert saved(bench, pending).exists()
    bench.refused("admin certificate cmpv2 poll ca lab-ca", cli="classic")


# --- show-request -----------------------------------------------------------------------------------

SHOW = 'admin certificate cmpv2 show-request ca "lab-ca"'


def test_the_request_is_shown_as_on_a_router(bench, named):
    bench.do(bench.registration(named))
    text = bench.do(SHOW, cli="classic")
    moment = re.compile(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d")
    assert moment.sub("TIME", text).splitlines() == [  # [pki.md 6.2]
        "",
        "=" * 79,
        "CMPv2 Request",
        "=" * 79,
        "CA Profile          : lab-ca",
        "Original Request    : initialRegistration",
        "Request Start Time  : TIME",
        "Message Protection  : password-based",
        f"Reference number    : {bench.lab.server.reference}",
        f"Subject DN          : C=DE,O=Lab,CN={named}",
        "Subject Alt. Name",
        f"    Domain Name     : {named}.lab.example",
        "    IP Address      : (Not Specified)",
        f"Key to Certify      : {named}.key",
        f"Save-as file path   : cf3:\\{named}.der",
        "Request Status      : processed",
        "CA Response         : accepted",
        "CA Reply Time       : TIME",
        "Additional Info     : (Not Specified)",
        "=" * 79,
    ]
    assert bench.lab.server.secret not in text


def test_a_ca_that_was_asked_for_nothing_has_no_request_to_show(bench):
    assert bench.refused(SHOW, cli="classic") == 'MINOR: CLI ca-profile "lab-ca" has no request'


def pairs(text):
    """Return the lines between the rules, split at the colon in column 21."""
    lines = text.strip("\n").splitlines()
    assert lines[0] == lines[2] == lines[-1] == "=" * 79
    assert lines[1] == "CMPv2 Request"
    return {line[:20].rstrip(): line[21:].strip() for line in lines[3:-1] if line[20:21] == ":"}


def test_a_pending_request_is_shown_without_its_password(bench, pending):
    text = bench.do(SHOW, cli="classic")
    shown = pairs(text)
    assert (shown["Request Status"], shown["CA Response"]) == ("in-progress", "waiting")
    assert bench.lab.server.secret not in text


def test_a_request_that_is_signed_names_the_certificate(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.key(f"{fresh}-2")
    bench.do(
        f"{PKI} cmpv2 cert-request ca-profile lab-ca current-key {fresh}.key"
        f" current-certificate {fresh}.crt new-key {fresh}-2.key hash-algorithm sha384"
        f' save-as "cf3:/{fresh}-2.der"'
    )
    shown = pairs(bench.do(SHOW, cli="classic"))
    assert shown["Original Request"] == "certRequest"
    assert shown["Message Protection"] == "signature-based"
    assert shown["Current Certificate"] == f"{fresh}.crt"
    assert shown["Hash Algorithm"] == "sha384"
    assert (shown["Current Key"], shown["New Key"]) == (f"{fresh}.key", f"{fresh}-2.key")
