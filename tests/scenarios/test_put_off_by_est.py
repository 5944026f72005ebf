"""``srpki exec`` and a request that its EST server puts off for hours: told, left, gone on with."""

import re
import signal
import subprocess
import sys

import pytest

PROGRAM = [
    sys.executable,
    "-c",
    "from srpki.frontend.program import main; raise SystemExit(main())",
]
PKI = "admin system security pki"
ENROLL = (
    f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key"'
    ' subject-dn "CN=gw" output-file "gw.crt"'
)
FIRST = f"""
{PKI} generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
{PKI} import type key input-url "cf3:/gw.key" output-file "gw.key" format der
lab ca fault add simpleenroll waiting seconds 7200
{ENROLL}
"""
SECOND = f"""
lab clock advance 2h
{ENROLL}
show certificate auto-update
"""


@pytest.fixture
def run(tmp_path):
    """Starts ``srpki exec`` with the lines of a script on one node."""
    started = []

    def start(script, *options):
        file = tmp_path / f"script{len(started)}"
        file.write_text(script)
        words = ["exec", str(file), "--node", str(tmp_path / "node"), "--lab", *options]
        process = subprocess.Popen(
            [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["transcript", "JSON"])
def test_exec_says_at_once_what_it_waits_for_and_the_next_run_goes_on(run, tmp_path, options):
    process = run(FIRST, *options)
    line = process.stderr.readline()
    assert re.fullmatch(
        r"Waiting until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: the EST server has not issued the"
        r" certificate yet\. Ctrl-C leaves the request pending\.\n",
        line,
    )
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "Waiting until" not in out  # what is written there is the commands' own
    (record,) = (tmp_path / "node" / "state" / "est-requests").glob("*.json")
    second = run(SECOND)
    out, err = second.communicate(timeout=60)
    assert second.returncode == 0, out + err
    assert "Waiting until" not in err
    assert not record.exists()
