"""Scripts through ``srpki exec --lab``, as another process: what is printed, and how it ends."""

import json
import re
import subprocess
import sys
import textwrap

import pytest

ENTRY = (
    '/configure system security pki certificate-auto-update "gw.crt"'
    ' key-file-name "gw.key" profile "lab-est"'
)
GENERATE = (
    'admin system security pki generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1'
)
ENROL = f"""\
# A key pair, an EST enrolment with the ready-made profile, and automatic renewal
{GENERATE}
admin system security pki import type key format der input-url "cf3:/gw.key" output-file "gw.key"
admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" \
subject-dn "CN=gw" output-file "gw.crt"

edit-config private
{ENTRY}
commit
exit all
quit-config
"""


def run(node, script, *options):
    return subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", "exec", "-", "--lab", *options,
         "--node", str(node)],
        input=textwrap.dedent(script),
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )  # fmt: skip


def squeezed(text):
    """Return the lines of *text* that are not empty, with what varies taken out."""
    text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d)?Z", "TIME", text)
    text = re.sub(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d\.\d+", "TIME", text)
    return [line for line in text.splitlines() if line.strip()]


def test_a_renewal_a_failure_and_a_retry_in_one_script(tmp_path):
    """Prompts and messages as in cli.md sections 1.1 and 1.2; states as in auto-update.md."""
    entry = 'certificate-auto-update "gw.crt"'
    script = ENROL + (
        "lab ca fault add simplereenroll http-500\n"
        "lab clock advance 29d\n"
        "lab clock advance 1m\n"
        f"info /state system security pki {entry}\n"
        "lab clock advance 1h\n"
        f"info /state system security pki {entry}\n"
        "show log log-id 99 | match 2247 | count\n"
        "show log log-id 99 | match 2246 | count\n"
    )
    ended = run(tmp_path / "n", script)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    lines = squeezed(ended.stdout)
    assert lines[0:2] == [
        "[/]",
        f"A:admin@srpki# {GENERATE}",
    ]
    begin = lines.index("A:admin@srpki# edit-config private")
    assert lines[begin : begin + 7] == [
        "A:admin@srpki# edit-config private",
        "INFO: CLI #2070: Entering private configuration mode",
        "INFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit",
        "(pr)[/]",
        f"A:admin@srpki# {ENTRY}",
        "*(pr)[/]",
        "A:admin@srpki# commit",
    ]
    assert "INFO: CLI #2074: Exiting private configuration mode" in lines
    failed = lines.index("    update-state wait-for-retry")
    assert lines[failed : failed + 4] == [
        "    update-state wait-for-retry",
        "    last-update-start-time TIME",
        "    last-update-end-time TIME",
        "    next-update-time TIME",
    ]
    assert "    update-state scheduled" in lines[failed:]
    moved = "Lab time is TIME. Updates on the way: 1, of which failed: 0."
    assert lines[failed:].count(moved) == 1
    assert lines[-7:] == [
        "A:admin@srpki# show log log-id 99 | match 2247 | count",
        "Count: 1 lines",
        "[/]",
        "A:admin@srpki# show log log-id 99 | match 2246 | count",
        "Count: 1 lines",
        "[/]",
        "A:admin@srpki# ",  # the prompt that follows
    ]


def test_json_is_one_object_a_line_and_what_the_text_says(tmp_path):
    ended = run(
        tmp_path / "n",
        ENROL + 'admin system security pki update-certificate certificate "gw.crt"\n',
        "--json",
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    *records, total = [json.loads(line) for line in ended.stdout.splitlines()]
    assert total == {"commands": len(records), "failed": 0, "changed": True, "status": 0}
    assert all(record["ok"] is True for record in records)
    assert [record["command"] for record in records][3:8] == [
        "edit-config private",
        ENTRY,
        "commit",
        "exit all",
        "quit-config",
    ]
    assert records[5]["prompt"].strip().splitlines() == ["*(pr)[/]", "A:admin@srpki#"]


def test_the_first_error_ends_a_script_with_status_1(tmp_path):
    script = ENROL + (
        "lab ca fault add simplereenroll reject\n"
        'admin system security pki update-certificate certificate "gw.crt"\n'
        "show version\n"
    )
    ended = run(tmp_path / "n", script)
    assert ended.returncode == 1
    number = script.count("\n") - 1
    assert ended.stderr.startswith(f"srpki: -:{number}: MINOR: MGMT_AGENT #2007: Operation failed")
    last = squeezed(ended.stdout)[-1]
    assert last.startswith("MINOR: MGMT_AGENT #2007: Operation failed - update of gw.crt failed")
    assert "403" in last
    assert "TiMOS" not in ended.stdout


def test_keep_going_runs_on_to_the_retry_and_still_ends_with_1(tmp_path):
    script = ENROL + (
        "lab ca fault add simplereenroll reject\n"
        'admin system security pki update-certificate certificate "gw.crt"\n'
        "lab clock advance 1h\n"
        'info /state system security pki certificate-auto-update "gw.crt"\n'
    )
    ended = run(tmp_path / "n", script, "--keep-going", "--json")
    assert ended.returncode == 1
    *records, _ = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [record["ok"] for record in records[-4:]] == [True, False, True, True]
    assert "of which failed: 0" in records[-2]["output"]
    assert "update-state scheduled" in records[-1]["output"]


def test_the_same_in_the_classic_cli(tmp_path):
    script = """\
        admin certificate gen-keypair cf3:/gw.key type ecdsa
        admin certificate import type key input cf3:/gw.key output gw.key format der
        admin certificate est enroll est-profile lab-est key cf3:/system-pki/gw.key subject-dn CN=gw output gw.crt
        configure system security pki
        certificate-auto-update "gw.crt" create
        key-file-name "gw.key"
        profile "lab-est"
        exit all
        admin save
        admin certificate update-cert gw.crt
        lab ca fault add simplereenroll http-500
        admin certificate update-cert gw.crt
        lab clock advance 1h
        show certificate auto-update "gw.crt"
        """
    ended = run(tmp_path / "n", script, "--cli", "classic", "--keep-going")
    assert ended.returncode == 1
    lines = squeezed(ended.stdout)
    # Prompts and the form of an error in the classic CLI [cli.md section 2]
    assert lines[0] == "A:srpki# admin certificate gen-keypair cf3:/gw.key type ecdsa"
    assert any(
        re.fullmatch(r"\*A:srpki>config>system>security>pki\S*[#$] key-file-name .*", line)
        for line in lines
    )
    assert "Completed." in lines
    errors = [
        line for line in lines if line.startswith(("MINOR:", "MAJOR:", "Error:", "CRITICAL:"))
    ]
    assert len(errors) == 1
    assert "500" in errors[0]
    assert any(re.fullmatch(r"State +: scheduled", line) for line in lines)


def test_a_node_that_a_script_made_goes_on_in_the_next_one(tmp_path):
    assert run(tmp_path / "n", ENROL).returncode == 0
    ended = run(
        tmp_path / "n",
        """\
        lab clock advance 29d
        lab clock advance 1m
        info /state system security pki certificate-auto-update "gw.crt"
        file list cf3:/system-pki
        """,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "gw.crt.previous" in ended.stdout
    assert "update-state scheduled" in ended.stdout


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_no_script_prints_a_secret_it_was_not_asked_for(tmp_path, options):
    ended = run(
        tmp_path / "n",
        ENROL + "admin show configuration\ninfo /state\nshow log log-id 99\n",
        *options,
    )
    assert ended.returncode == 0
    shown = run(tmp_path / "n", "lab ca show\n")
    for name in ("Secret", "EST password"):
        secret = re.search(rf"^{name} +: (\S+)$", shown.stdout, re.MULTILINE)[1]
        assert secret not in ended.stdout + ended.stderr
