"""``debug certificate``: who sees what of the node's talk with CAs."""

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.device.logging import debug
from srpki.device.logging.debug import Listener

PKI = "admin system security pki"


@pytest.fixture(autouse=True)
def quiet(bench):
    bench.do("no debug", "lab ca fault clear")
    yield
    bench.do("no debug")


@pytest.fixture
def cmp_pair(bench, fresh):
    """The name of a pair that is renewed by CMPv2."""
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    return fresh


def kinds(text):
    """Return the kinds of the CMP messages in *text*, with the way they went."""
    found, way = [], ""
    for line in text.splitlines():
        if line in ("sent:", "received:", "no answer:"):
            way = line.removesuffix(":")
        if line.startswith("    CMP "):
            found.append((way, line.split()[1]))
    return found


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_messages_of_a_renewal_follow_the_output_of_the_command(bench, cmp_pair, cli):
    bench.do('debug certificate cmpv2 "lab-ca"', cli=cli)
    command = {
        "md": bench.update(cmp_pair),
        "classic": f"admin certificate update-cert {cmp_pair}.crt",
    }[cli]
    text = bench.do(command, cli=cli)
    assert kinds(text) == [
        ("sent", "kur"),
        ("received", "kup"),
        ("sent", "certConf"),
        ("received", "pkiConf"),
    ]
    assert f"serial {bench.certificate(cmp_pair).serial:x};" in text
    assert 'MINOR: DEBUG #2001 Base cmpv2 "lab-ca"' in text


def test_what_is_debugged_goes_to_logs_of_the_debug_stream(bench, cmp_pair):
    bench.configure(
        'log log-id "40" source debug true',
        'log log-id "40" destination memory { }',
        'log log-id "41" source main true',
        'log log-id "41" destination memory { }',
    )
    bench.do(bench.update(cmp_pair))
    assert "#2001" not in bench.do("show log log-id 40")
    bench.do('debug certificate cmpv2 "lab-ca"', bench.update(cmp_pair))
    page = bench.do("show log log-id 40 ascending")
    assert page.count('MINOR: DEBUG #2001 Base cmpv2 "lab-ca"') == len(kinds(page)) == 4
    assert "DEBUG" not in bench.do("show log log-id 41")
    bench.do("edit-config private", "delete /configure log", "commit", "quit-config")


def test_no_debug_ends_it(bench, cmp_pair):
    bench.do('debug certificate cmpv2 "lab-ca"')
    assert 'cmpv2 "lab-ca"' in bench.do("show debug")
    bench.do("no debug")
    assert bench.do("show debug") == ""
    assert "DEBUG" not in bench.do(bench.update(cmp_pair))


def test_only_the_session_that_asked_sees_it_and_its_end_is_the_end_of_it(bench, cmp_pair):
    asker = Session(bench.router)
    assert asker.feed('debug certificate cmpv2 "lab-ca"').ok
    assert "DEBUG" not in bench.do(bench.update(cmp_pair))
    assert kinds(asker.feed("").text)[0] == ("sent", "kur")
    assert 'cmpv2 "lab-ca"' in bench.do("show debug")
    asker.close()
    assert bench.do("show debug") == ""


def test_a_renewal_is_followed_by_its_certificate(bench, cmp_pair):
    bench.do(f'debug certificate auto-certificate-update "{cmp_pair}.crt"')
    text = bench.do(bench.update(cmp_pair))
    started, finished = text.index("has started"), text.index("has finished")
    assert started < text.index("CMP kur") < text.index("CMP pkiConf") < finished


def test_another_certificate_of_the_same_ca_is_not_shown_under_its_name(bench, cmp_pair):
    # Its update-profile has the name of the certificate that is debugged, its own name begins so.
    other = f"{cmp_pair}.crt-2"
    bench.configure(
        f'system security pki certificate-update-profile "{cmp_pair}.crt" cmpv2 ca-profile "lab-ca"'
    )
    bench.enrol_cmp(other)
    bench.auto_update(other, f"{cmp_pair}.crt")
    bench.do(f'debug certificate auto-certificate-update "{cmp_pair}.crt"')
    assert "DEBUG" not in bench.do(bench.update(other))
    text = bench.do(f'debug certificate auto-certificate-update "{other}.crt"', bench.update(other))
    assert kinds(text)[0] == ("sent", "kur")
    assert f'auto-certificate-update "{cmp_pair}.crt"' not in text


def test_a_renewal_by_est_is_followed_over_the_same_server(bench, fresh):
    for name in (fresh, f"{fresh}-2"):
        bench.enrol_cmp(name)
        bench.auto_update(name, "lab-est")
    bench.do(f'debug certificate auto-certificate-update "{fresh}.crt"')
    assert "DEBUG" not in bench.do(bench.update(f"{fresh}-2"))
    text = bench.do(bench.update(fresh))
    assert text.index("has started") < text.index("simplereenroll") < text.index("has finished")


def test_a_message_that_two_wanted_is_shown_once(bench, cmp_pair):
    bench.do('debug certificate cmpv2 "lab-ca"')
    bench.do(f'debug certificate auto-certificate-update "{cmp_pair}.crt"')
    assert kinds(bench.do(bench.update(cmp_pair))).count(("sent", "kur")) == 1


def test_est_is_shown_with_masked_credentials(bench, fresh):
    bench.do('debug certificate est "lab-est"')
    bench.key(fresh)
    text = bench.do(
        f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/{fresh}.key"'
        f' subject-dn "C=DE,O=Lab,CN={fresh}" domain-name "{fresh}.example"'
        f' output-file "{fresh}.crt"'
    )
    assert "/.well-known/est/simpleenroll" in text
    assert f"request: subject C=DE, O=Lab, CN={fresh}" in text
    assert f"request: dns {fresh}.example" in text
    assert "status 401" in text
    assert "Authorization: Digest ***" in text
    assert "response=" not in text
    assert f"serial {bench.certificate(fresh).serial:x};" in text


def test_no_secret_of_a_registration_is_shown(bench, fresh):
    bench.key(fresh)
    bench.do('debug certificate cmpv2 "lab-ca"')
    text = bench.do(bench.registration(fresh))
    assert kinds(text)[0] == ("sent", "ir")
    assert not any(secret in text for secret in met(2, bench.secrets()))


def test_a_refusal_is_shown_in_words_and_a_silent_peer_too(bench, cmp_pair):
    bench.do('debug certificate cmpv2 "lab-ca"', "lab ca fault add kur reject failinfo badPOP")
    text = bench.fails(bench.update(cmp_pair))
    assert "rejection (badPOP, the proof of possession failed)" in text
    bench.do("lab ca fault clear")
    bench.do("no debug", 'debug certificate cmpv2 "lab-ca"', "lab ca fault add kur no-answer")
    assert "no answer:" in bench.fails(bench.update(cmp_pair))


def test_what_is_not_configured_is_refused(bench):
    for command in ('cmpv2 "nobody"', 'est "nobody"', 'auto-certificate-update "nobody.crt"'):
        assert "does not exist" in bench.refused(f"debug certificate {command}")


def test_nothing_is_switched_on_without_a_session(bench):
    result = bench.router.node.run("debug.cmpv2", {"name": "lab-ca"})
    assert not result.ok
    assert "there is no session" in str(result.error)


def test_lines_that_nobody_reads_are_bounded_and_their_loss_is_told():
    listener = Listener()
    for number in range(debug.LINES + 5):
        listener.put([str(number)])
    first, *rest = listener.take().splitlines()
    assert first == "(5 lines of debug output were lost)"
    assert (rest[0], rest[-1], len(rest)) == ("5", str(debug.LINES + 4), debug.LINES)
    assert listener.take() == ""


def test_crl_and_ocsp_are_told_by_their_urls(bench):
    bench.configure(
        'system security pki ca-profile "lab-root" ocsp responder-url "http://o.example:81/q"',
        'system security pki ca-profile "lab-root" auto-crl-update crl-urls url-entry 1'
        ' url "http://c.example/r.crl"',
    )
    view = bench.router.node.engine.view
    assert debug._places(view, ("ocsp", "lab-root")) == [("o.example", "81", "/q")]
    assert debug._places(view, ("auto-crl-update", "lab-root")) == [("c.example", "80", "/r.crl")]
    assert debug._place("HTTP://C.example/r.crl") == ("c.example", "80", "/r.crl")
