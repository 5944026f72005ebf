"""``crl-update`` by hand and ``auto-crl-update`` in the state tree, over a real HTTP server."""

import re
from datetime import timedelta
from pathlib import Path

import pytest


def configure(bench, name, state="disable", path="/crl/issuing.crl"):
    url = bench.lab.server.crl_url.replace("/crl/issuing.crl", path)
    profile = f'system security pki ca-profile "{name}"'
    bench.configure(
        f'{profile} cert-file "lab-issuing.crt" crl-file "{name}.crl" admin-state enable',
        f"{profile} auto-crl-update admin-state {state}",
        f'{profile} auto-crl-update crl-urls url-entry 1 url "{url}"',
    )


def shown(bench, name):
    """Return the leafs below auto-crl-update in the state of a profile."""
    text = bench.do(f'info /state system security pki ca-profile "{name}"')
    _, _, below = text.partition("auto-crl-update {")
    return dict(re.findall(r"^ +([a-z-]+) (\S+)$", below, re.MULTILINE))


UPDATE = {
    "md": 'admin system security pki crl-update ca-profile "{}"',
    "classic": 'admin certificate crl-update ca "{}"',
}


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_crl_is_downloaded_by_hand(bench, fresh, cli):
    configure(bench, fresh)
    assert shown(bench, fresh)["status"] == "not-updating"
    said = bench.do(UPDATE[cli].format(fresh), cli=cli)
    assert said.strip().endswith(f"CRL downloaded from {bench.lab.server.crl_url}.")
    assert bench.router.node.keystore.kind_of(f"{fresh}.crl") == "crl"
    state = bench.do(f'info /state system security pki ca-profile "{fresh}"')
    assert "oper-state up" in state
    assert shown(bench, fresh)["last-success-auto-crl-update-url-id"] == "not-applicable"


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_an_update_by_hand_that_cannot_be_is_refused_in_a_line(bench, fresh, cli):
    assert "has no auto-crl-update" in bench.refused(UPDATE[cli].format("lab-ca"), cli)
    configure(bench, fresh, path="/crl/other.crl")
    assert "no URL gave a newer CRL" in bench.refused(UPDATE[cli].format(fresh), cli)
    known = shown(bench, fresh)
    assert (known["status"], known["cause"]) == ("stopped", "download-failed")


def test_the_state_tree_tells_of_automatic_downloads(bench, fresh):
    configure(bench, fresh, "enable")
    bench.do("lab clock advance 1s")
    known = shown(bench, fresh)
    now = bench.lab.clock.now().timestamp()
    assert known["status"] == "auto-scheduled"
    assert known["last-success-auto-crl-update-url-id"] == "1"
    assert abs(int(known["last-success-auto-crl-update-time-end"]) - now) < 60
    # The lab CA's CRLs live seven days; pre-update-time is an hour unless configured.
    week = 7 * 86400 - 3600
    assert abs(int(known["next-scheduled-auto-crl-update-time"]) - now - week) < 60
    assert known["cause"] == "no-failure"


@pytest.mark.parametrize(
    ("cli", "command"),
    [
        ("md", "admin system security pki clear-ocsp-cache"),
        ("classic", "admin certificate clear-ocsp-cache"),
    ],
)
def test_the_ocsp_cache_is_cleared(bench, cli, command):
    number = "entry-id 7" if cli == "md" else "7"
    assert "OCSP cache entry 7 does not exist" in bench.refused(f"{command} {number}", cli)
    cache, now = bench.router.node.engine.ocsp_cache, bench.lab.clock.now()
    cache.clear()
    for serial in (1, 2):
        expires = now + timedelta(hours=1)
        cache.keep("ca", serial, issuer="CN=CA", status="good", this_update=now, expires=expires)
    bench.do(f"{command} {number[:-1]}1", cli=cli)
    assert [entry.entry_id for entry in cache.entries()] == [2]
    bench.do(command, cli=cli)
    assert cache.entries() == ()


def test_an_est_server_of_unknown_status_is_not_trusted_unless_a_responder_knows_it(
    opened, tmp_path
):
    """The lab's profiles take a server of unknown status; a strict one asks the lab's responder."""
    with opened(tmp_path) as bench:
        _be_strict(bench)


def _be_strict(bench):
    tls = 'system security tls client-tls-profile "strict"'
    bench.configure(
        f'system security pki ca-profile "lab-ca" ocsp responder-url "{bench.lab.server.ocsp_url}"',
        f'{tls} trust-anchor-profile "lab" admin-state enable',
        f"{tls} status-verify ee-revocation primary ocsp",
        'system security pki est-profile "lab-est" client-tls-profile "strict"',
    )
    fetch = (
        'admin system security pki est ca-certificates est-profile "lab-est" output-url cf3:/strict'
    )
    before = bench.router.node.engine.statistics.passed
    bench.do(f"{fetch}.1")
    assert bench.router.node.engine.statistics.passed == before + 1
    (entry,) = bench.router.node.engine.ocsp_cache.entries()
    assert entry.status == "good"
    bench.configure(f"{tls} status-verify ee-revocation primary crl")
    said = bench.refused(f"{fetch}.2")
    assert "the status of the server's certificate is not known: the CA has no CRL" in said
    bench.configure('system security pki est-profile "lab-est" client-tls-profile "lab"')
    bench.do(f"{fetch}.2")


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("no-answer", "closed the connection"),
        ("http-500", "HTTP status 500"),
        ("garbage", "not DER|cannot be read"),
    ],
)
def test_a_ca_in_trouble_gives_no_crl_and_the_next_try_does(bench, fresh, fault, why):
    configure(bench, fresh)
    bench.do("lab ca fault clear", f"lab ca fault add crl {fault}")
    assert re.search(why, bench.refused(UPDATE["md"].format(fresh)))
    bench.do(UPDATE["md"].format(fresh))


def test_the_state_of_tls_and_the_counters_are_shown(opened, tmp_path):
    with opened(tmp_path) as bench:
        tls = bench.do("info /state system security tls")
        # The layout as observed [pki.md section 5, R-18]
        assert re.search(r'client-tls-profile "lab" \{\n +oper-state up\n +\}', tls)
        assert re.search(
            r'trust-anchor-profile "lab" \{\n +ca-profile-down 0\n'
            r' +trust-anchor "lab-root" \{\n +oper-state up\n',
            tls,
        )
        pair = 'system security tls cert-profile "own"'
        bench.configure(f'{pair} entry 1 certificate-file "no.crt" key-file "no.key"')
        shown = bench.do('info /state system security tls cert-profile "own"')
        # The order of the leafs is that of the transcript of a device [pki.md section 5, R-18].
        assert [line.strip() for line in shown.strip().splitlines()] == [
            "down-reasons [profile-admin-down invalid-cert-file invalid-key-file]",
            "oper-state down",
            "entry 1 {",
            "computed-chain-state not-available",
            "down-reasons [invalid-cert-file invalid-key-file]",
            "}",
        ]
        fetch = (
            'admin system security pki est ca-certificates est-profile "lab-est" output-url cf3:/x'
        )
        bench.do(fetch)
        counted = bench.do("info /state system security pki statistics authentication")
        assert re.findall(r"(\w+) (\d+)", counted) == [
            ("failed", "0"),
            ("passed", "1"),
            ("attempted", "1"),
        ]


PAGE = Path(__file__).parents[3] / "docs" / "reference" / "revocation.md"


def test_the_lines_of_the_page_do_what_it_says(opened, tmp_path):
    """Typed as they stand in the documentation, addresses filled in."""
    _, _, section = PAGE.read_text(encoding="utf-8").partition("## Try it in the lab")
    lines = section.split("```")[1].split("\n")
    with opened(tmp_path) as bench:
        server = bench.lab.server
        said = {
            line: bench.do(
                line.replace("CRL-URL", server.crl_url).replace("OCSP-URL", server.ocsp_url)
            )
            for line in filter(None, lines)
        }
        log = said["show log log-id 99"]
        assert log.count("SECURITY #2106") == 5  # at once, then every seven days less an hour
        assert "SECURITY #2107" not in log and "SECURITY #2116" not in log
        assert bench.router.node.engine.statistics.passed == 1
        assert bench.router.node.engine.ocsp_cache.entries() == ()  # the CRL has told


@pytest.mark.parametrize("number", [0, 1])
def test_the_configuration_on_the_page_is_accepted(opened, tmp_path, number):
    text = PAGE.read_text(encoding="utf-8").partition("## Try it in the lab")[0]
    lines = text.split("```")[2 * number + 1].strip().split("\n")
    with opened(tmp_path) as bench:
        bench.do("edit-config private", *lines, "validate", "commit")
