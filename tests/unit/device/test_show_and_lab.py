"""``show``, ``file list``, ``info /state`` and the lab's own commands."""

import re
from datetime import datetime, timedelta
from urllib.request import urlopen

import pytest

from srpki.frontend.node import opened as opened_node

PKI = "admin system security pki"


def fields(text):
    """Return the ``Name : value`` pairs of a shown block, one or two on a line [pki.md 6.1]."""
    parts = []
    for line in text.splitlines():
        beside = line[47:48] == " " and re.match(r"\S[^:]{0,14}: ", line[48:])
        parts += [line[:48], line[48:]] if beside else [line]
    pairs = [re.match(r"(\S[^:]*?) *: (.*)$", part) for part in parts]
    return {found[1].strip(): found[2].strip() for found in pairs if found}


@pytest.fixture
def restored(bench):
    """Put the lab clock's faults away afterwards."""
    yield
    bench.do("lab ca fault clear")


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_ca_profile_is_shown_with_the_labels_of_the_transcripts(bench, cli):
    shown = fields(bench.do('show certificate ca-profile "lab-ca"', cli=cli))
    # Labels and words as observed [pki.md section 6.1]
    assert shown["CA Profile"] == "lab-ca"
    assert shown["Admin State"] == "up"
    assert shown["Description"] == "(Not Specified)"
    assert shown["CRL File"] == "(Not Specified)"
    assert shown["Cert File"] == "lab-issuing.crt"
    assert shown["Oper State"] == "up"
    assert shown["Oper Flags"] == "<none>"
    assert shown["Revoke Chk"] == "crl-optional"
    assert shown["HTTP Timeout"] == "30 secs"
    assert shown["CA URL"] == bench.lab.server.cmp_url
    assert shown["Unprot Err Msg"] == "disabled"
    assert shown["HTTP version"] == "1.1"


def test_all_ca_profiles_are_listed_and_a_wrong_name_is_told(bench):
    text = bench.do("show certificate ca-profile")
    assert "lab-root" in text and "lab-ca" in text
    assert "Entries found: 2" in text
    assert '"none" does not exist' in bench.refused('show certificate ca-profile "none"')


def test_a_profile_that_is_down_tells_why(bench, fresh):
    bench.configure(f'system security pki ca-profile "{fresh}" description "a test"')
    shown = fields(bench.do(f'show certificate ca-profile "{fresh}"'))
    assert (shown["Admin State"], shown["Oper State"]) == ("down", "down")
    assert "admin-down" in shown["Oper Flags"]  # the bits of the state tree [pki.md section 5]
    bench.do("edit-config private", f'delete /configure system security pki ca-profile "{fresh}"')
    bench.do("commit", "quit-config")


def test_automatic_updates_are_listed_and_shown_one_by_one(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    listed = bench.do("show certificate auto-update")
    assert re.search(rf"^{fresh}\.crt +scheduled +\d{{4}}/", listed, re.MULTILINE)
    shown = fields(bench.do(f'show certificate auto-update "{fresh}.crt"', cli="classic"))
    assert shown["Key File"] == f"{fresh}.key"
    assert shown["Profile"] == "lab-cmp"
    assert shown["State"] == "scheduled"
    assert shown["Last Start Time"] == "N/A"
    line = bench.refused('show certificate auto-update "none.crt"')
    assert '"none.crt" does not exist' in line


def test_the_state_tree_has_the_leafs_of_the_facts(bench, fresh):
    """update-state and three times [state-system-security-pki.json]."""
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    assert set(bench.state(fresh)) == {"update-state", "next-update-time"}
    bench.do(bench.update(fresh))
    state = bench.state(fresh)
    times = ("last-update-start-time", "last-update-end-time", "next-update-time")
    assert set(state) == {"update-state", *times}
    started, ended, following = (datetime.fromisoformat(state[name]) for name in times)
    assert started <= ended < following
    # before-expiry is a day unless configured otherwise, and a certificate lives 30 days here
    assert abs(following - ended - timedelta(days=29)) < timedelta(seconds=5)
    whole = bench.do("info /state system security pki")
    assert "oper-state up" in whole
    assert f'certificate-auto-update "{fresh}.crt" {{' in whole


def test_the_two_default_logs_are_shown_and_no_other(bench):
    assert "Event Log 99" in bench.do("show log log-id 99")
    assert "Default Serious Errors Log" in bench.do("show log log-id 100")
    assert "log-id 98 does not exist" in bench.refused("show log log-id 98")


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_emulator_says_what_it_is(bench, cli):
    version = bench.do("show version", cli=cli)
    assert "TiMOS" in version and "Nokia" in version  # what automation looks for [cli.md 4.1]
    assert "emulator" in version
    information = fields(bench.do("show system information", cli=cli))
    assert re.fullmatch(
        r"\d+ days, \d\d:\d\d:\d\d\.\d\d \(hr:min:sec\)", information["System Up Time"]
    )
    assert "Configuration Mode Oper" in information  # what Ansible parses [cli.md 4.3]
    assert re.search(
        r"^\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d UTC \d{4}$", bench.do("show time").strip()
    )


def test_files_are_listed_with_sizes_that_add_up(bench, fresh):
    bench.put(fresh, b"x" * 1234)
    text = bench.do("file list cf3:")
    assert re.search(rf"^\d\d/\d\d/\d{{4}}  \d\d:\d\d[ap] +1234 {fresh}$", text, re.MULTILINE)
    sizes = [int(size) for size in re.findall(r"^\S+  \S+ +(\d+) \S", text, re.MULTILINE)]
    counted, total = re.search(r"(\d+) File\(s\) +(\d+) bytes\.", text).groups()
    assert (int(counted), int(total)) == (len(sizes), sum(sizes))
    assert re.search(r"\d+ bytes free", text)  # what netmiko parses [cli.md 4.1]
    assert "<DIR>          system-pki/" in text
    assert "File Not Found" in bench.refused("file list cf3:/none")
    bench.refused("file list cf3:/../..")


# --- the lab's commands -----------------------------------------------------------------------------


def lab_time(bench):
    return datetime.fromisoformat(fields(bench.do("lab clock show"))["Lab time"])


@pytest.mark.parametrize(
    ("typed", "moved"),
    [
        ("90s", timedelta(seconds=90)),
        ("45m", timedelta(minutes=45)),
        ("12h", timedelta(hours=12)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(days=14)),
    ],
)
@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_clock_advances_by_what_is_typed_for_router_and_ca(bench, typed, moved, cli):
    before = lab_time(bench)
    bench.do(f"lab clock advance {typed}", cli=cli)
    after = lab_time(bench)
    assert moved <= after - before <= moved + timedelta(seconds=5)
    assert abs(bench.lab.server.authority.clock.now() - after) < timedelta(seconds=2)
    assert f"{after:%H:%M}" in bench.do("show time")


@pytest.mark.parametrize("typed", ["soon", "5", "1.5h", "5M", "101y", "9999999999d"])
@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_wrong_duration_has_one_error_text(bench, typed, cli):
    told = bench.fails(f"lab clock advance {typed}", cli=cli)
    assert (
        f"'{typed}' is not a duration such as 90s, 45m, 12h, 30d, 2w or 1y, of a century at most"
    ) in told


def test_the_distance_to_real_time_says_its_direction(bench):
    now = lab_time(bench)
    real = now - bench.lab.clock.offset
    for days, name, other in (
        (9, "Behind real time", "Ahead"),
        (-9, "Ahead of real time", "Behind"),
    ):
        target = real - timedelta(days=days)
        bench.do(f"lab clock set {target:%Y-%m-%dT%H:%M:%SZ}")
        shown = fields(bench.do("lab clock show"))
        assert shown[name].startswith(("9 days, 0:0", "8 days, 23:59"))
        assert not any(key.startswith(other) for key in shown)
    bench.do(f"lab clock set {now:%Y-%m-%dT%H:%M:%SZ}")


def test_the_skew_that_is_allowed_is_set_and_kept(bench):
    assert fields(bench.do("lab clock show"))["Skew allowed"] == "300 seconds"
    bench.do("lab clock skew 0")
    assert fields(bench.do("lab clock show"))["Skew allowed"] == "0 seconds"
    assert bench.router.node.engine.skew == timedelta()
    assert bench.lab._clock_file.read().skew == timedelta()
    bench.fails("lab clock skew 301")
    bench.do("lab clock skew 300")
    assert bench.router.node.engine.skew == timedelta(minutes=5)


def test_the_clock_is_set_forward_and_back(bench):
    now = lab_time(bench)
    for offset in (timedelta(days=3), timedelta(days=-3)):
        target = now + offset
        bench.do(f"lab clock set {target:%Y-%m-%dT%H:%M:%SZ}")
        assert abs(lab_time(bench) - target) < timedelta(seconds=2)
    bench.do(f"lab clock set {now - timedelta(days=400):%Y-%m-%dT%H:%M:%SZ}")
    assert fields(bench.do("show system information"))["System Up Time"].startswith("0 days, 00:")
    local = (now + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    bench.do(f"lab clock set {local}")
    assert abs(lab_time(bench) - now) < timedelta(seconds=2)


@pytest.mark.parametrize(
    "words",
    ["advance soon", "advance -5m", "advance 5", "advance 1.5h", "advance", "set", "set tomorrow",
     "set 2026-13-01T00:00:00Z", "set 2026-01-01", "set 2026-01-01T00:00:00",
     "set 9999-12-31T23:59:59Z", "set 0001-01-01T00:00:00Z", "advance 9999999999d"],
)  # fmt: skip
def test_a_wrong_duration_or_time_is_refused_and_the_clock_stays(bench, words):
    before = lab_time(bench)
    bench.fails(f"lab clock {words}")
    assert lab_time(bench) - before < timedelta(seconds=5)


def test_faults_are_added_listed_in_order_and_cleared(bench, restored):
    bench.do(
        "lab ca fault clear",
        "lab ca fault add kur reject failinfo badPOP after 1 times 2",
        "lab ca fault add simpleenroll waiting seconds 7",
    )
    listed = bench.do("lab ca fault list").split("\n")
    assert [line for line in listed if line.strip()] == [
        "kur reject failinfo badPOP after 1 times 2",
        "simpleenroll waiting seconds 7",
    ]
    bench.do("lab ca fault clear", cli="classic")
    assert "No faults" in bench.do("lab ca fault list", cli="classic")


@pytest.mark.parametrize(
    "words",
    [
        "cacerts wrong-key",
        "simpleenroll wrong-nonce",
        "kur garbage failinfo badPOP",
        "kur reject seconds 5",
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(bench, restored, words):
    bench.refused(f"lab ca fault add {words}")
    assert "No faults" in bench.do("lab ca fault list")


def test_lab_ca_show_tells_what_an_enrolment_needs(bench):
    shown = fields(bench.do("lab ca show"))
    assert shown["CMPv2 URL"] == bench.lab.server.cmp_url
    assert shown["EST URL"] == bench.lab.server.est_url
    assert shown["Reference"] == bench.lab.server.reference
    assert shown["Secret"] == bench.lab.server.secret
    assert shown["EST username"] == bench.lab.server.est_username


def test_without_lab_mode_there_are_no_lab_commands(tmp_path):
    from srpki.cli.session import Session

    with opened_node(tmp_path / "node", lab=False) as router:
        for dialect in ("md", "classic"):
            assert not Session(router, dialect=dialect).feed("lab clock show").ok
        for operation in ("lab.clock.show", "lab.ca.show", "lab.ca.fault.clear"):
            result = router.node.run(operation, {})
            assert not result.ok
            assert "not in lab mode" in str(result.error)


def test_the_lab_ca_revokes_what_it_has_issued_and_nothing_else(bench, fresh, openssl, tmp_path):
    bench.enrol_cmp(fresh)
    assert bench.do(f'lab ca revoke "{fresh}.crt"') == f'The lab CA has revoked "{fresh}.crt".'
    with urlopen(bench.lab.server.crl_url, timeout=10) as reply:
        (tmp_path / "crl").write_bytes(reply.read())
    shown = openssl("crl", "-inform", "DER", "-in", tmp_path / "crl", "-noout", "-text").decode()
    bench.do(
        f'{PKI} export type certificate format der input-file "{fresh}.crt"'
        f' output-url "cf3:/{fresh}-x.der"'
    )
    path = bench.cf3 / f"{fresh}-x.der"
    serial = openssl("x509", "-inform", "DER", "-in", path, "-noout", "-serial").decode()
    assert f"Serial Number: {serial.strip().removeprefix('serial=')}" in shown
    assert "did not issue" in bench.refused('lab ca revoke "lab-root.crt"')
