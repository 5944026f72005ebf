"""The lab's clock after the end of a process that was moving it, by whatever signal."""

import json
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from srpki.core.errors import StorageError
from srpki.frontend.labs import LAB_DIRECTORY, Lab
from srpki.x509 import certificates

PKI = "admin system security pki"
ENROL = f"""\
edit-config private
/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key" profile "lab-cmp"
commit
quit-config
{PKI} generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
{PKI} import type key format der input-url "cf3:/gw.key" output-file "gw.key"
{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw" \
domain-name "gw.example" output-file "gw.crt"
"""
RENEWALS = 4


def command(node, script):
    return [
        sys.executable,
        "-m",
        "srpki.frontend.program",
        "exec",
        "--lab",
        "--node",
        str(node),
        script,
    ]


def run(node, *lines):
    """Type *lines* at *node*; return what was said."""
    done = subprocess.run(
        command(node, "-"),
        input="\n".join(lines),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
    return done.stdout


def issued(node):
    """Return how many lines the lab CA has noted of what it issued."""
    return len((node / LAB_DIRECTORY / "issued").read_bytes().splitlines())


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory):
    """A node with one certificate that renews itself, made once."""
    made = tmp_path_factory.mktemp("enrolled") / "node"
    run(made, *ENROL.splitlines())
    return made


@pytest.fixture
def node(enrolled, tmp_path):
    """A copy of the node with one certificate."""
    return shutil.copytree(enrolled, tmp_path / "node")


@pytest.fixture
def advancing(node, tmp_path):
    """Start a process that moves the clock by a century; it has renewed a few times already."""
    script = tmp_path / "script"
    script.write_text("lab clock advance 36500d\n")

    def start(*before):
        process = subprocess.Popen(
            [*before, *command(node, str(script))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        first = issued(node)
        while issued(node) < first + 2 * RENEWALS and process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
        return process

    return start


def check_world(node, ahead=timedelta(days=60)):
    """Check that all certificates are good at the lab's instant, the newest from *ahead* of now."""
    lab = Lab(node)
    newest = lab.authority("lab").authority.newest_start()
    now = lab.clock.now()
    lab.stop()
    assert newest > datetime.now(UTC) + ahead
    assert newest <= now <= newest + timedelta(days=30)
    # What was interrupted is taken up again first.
    text = run(
        node,
        "lab clock show",
        "lab clock advance 1s",
        f'{PKI} update-certificate certificate "gw.crt"',
    )
    assert f"{now:%Y-%m}" in text


def test_a_killed_process_leaves_no_lab_in_the_past(node, advancing):
    process = advancing()
    process.kill()
    process.communicate(timeout=40)
    assert process.returncode == -signal.SIGKILL
    check_world(node)


def test_a_clock_that_races_is_remembered_before_it_gets_there(node, tmp_path):
    script = tmp_path / "script"
    again = f'{PKI} update-certificate certificate "gw.crt"\n'
    script.write_text("lab clock run 100000\n" + again * 5000)
    process = subprocess.Popen(command(node, str(script)), stdout=subprocess.DEVNULL)
    first = issued(node)
    while issued(node) < first + 2 * RENEWALS and process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    process.kill()
    process.wait()
    lab = Lab(node)
    assert (lab.clock.factor, lab.authority("lab").authority.newest_start() <= lab.clock.now()) == (
        100_000,
        True,
    )
    lab.stop()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_exec_ends_in_order_with_the_number_of_the_signal(node, advancing, number):
    process = advancing()
    process.send_signal(number)
    process.send_signal(number)  # a second one does not spoil it
    out, complaint = process.communicate(timeout=40)
    assert process.returncode == 128 + number
    assert complaint == ""
    assert out.count("lab clock advance") <= 1
    check_world(node)


def test_the_program_timeout_ends_it_so_too(node, advancing):
    process = advancing(shutil.which("timeout"), "--foreground", "--preserve-status", "4")
    process.communicate(timeout=40)
    assert process.returncode == 128 + signal.SIGTERM
    check_world(node, timedelta(minutes=-5))  # however far it came in so short a time


def test_nohup_is_honoured(node, advancing):
    process = advancing(shutil.which("nohup"))
    process.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1)
    process.terminate()
    process.communicate(timeout=40)
    assert process.returncode == 128 + signal.SIGTERM


# --- what is remembered --------------------------------------------------------------------------


def test_a_clock_that_was_set_back_starts_where_it_was(node, tmp_path):
    run(node, "lab clock advance 40d")
    lab = Lab(node)
    lab.start()
    target = datetime(2021, 3, 4, 5, 6, 7, tzinfo=UTC)
    with lab.clock.stepping():
        lab.clock.move_to(target)
        left = shutil.copytree(node, tmp_path / "left")  # as a kill leaves it now
    lab.stop()
    again = Lab(left)
    assert timedelta() <= again.clock.now() - target < timedelta(minutes=1)
    again.stop()


@pytest.mark.parametrize(
    "record", [None, b"", b"{", b"[]", b'{"offset": "x"}', b'{"offset": 1e99}']
)
def test_where_its_record_is_lost_the_clock_starts_at_the_newest_certificate(node, record):
    run(node, "lab clock advance 100d")
    file = node / LAB_DIRECTORY / "clock.json"
    file.unlink()
    if record is not None:
        file.write_bytes(record)
    lab = Lab(node)
    assert abs(lab.clock.now() - lab.authority("lab").authority.newest_start()) < timedelta(
        seconds=5
    )
    newest = certificates.facts(
        lab.authority("lab").authority.all_issued()[-1].certificate
    ).not_before
    assert newest == lab.authority("lab").authority.newest_start()
    lab.stop()


def test_a_lab_that_has_issued_nothing_starts_in_real_time(tmp_path):
    lab = Lab(tmp_path)
    assert abs(lab.clock.offset) < timedelta(seconds=1)
    lab.start()
    lab.stop()
    assert abs(Lab(tmp_path).clock.offset) < timedelta(seconds=1)


def test_a_clock_that_cannot_be_remembered_is_not_moved(tmp_path):
    lab = Lab(tmp_path)
    lab.start()
    before = lab.clock.now()
    (tmp_path / LAB_DIRECTORY / ".clock.json.new").mkdir()
    with lab.clock.stepping(), pytest.raises(StorageError, match=r"clock\.json"):
        lab.clock.move_to(before + timedelta(days=1))
    assert lab.clock.now() < before + timedelta(minutes=1)
    (tmp_path / LAB_DIRECTORY / ".clock.json.new").rmdir()
    lab.stop()


def hours_ago(node, hours, **changes):
    """Let the lab of *node* look as if it had been left *hours* ago; return where its clock was."""
    file = node / LAB_DIRECTORY / "clock.json"
    found = json.loads(file.read_text())
    found |= {"seen": found["seen"] - hours * 3600} | changes
    file.write_text(json.dumps(found))
    return datetime.fromtimestamp(found["seen"], UTC)


@pytest.mark.parametrize(("passes", "factor"), [(0, 1000), (0, 60_000), (1, 1000), (1, 60_000)])
def test_while_nobody_has_the_lab_open_its_clock_stands_unless_it_is_to_pass(node, passes, factor):
    word = "passes" if passes else "stands"
    run(node, "lab clock advance 40d", f"lab clock closed {word}", f"lab clock run {factor / 1000}")
    seen = hours_ago(node, 5)
    lab = Lab(node)
    passed = lab.clock.now() - seen
    lab.stop()
    wanted = timedelta(hours=5) if passes else timedelta()
    assert abs(passed - wanted) < timedelta(minutes=1)
    assert f"While closed      : {word}" in run(node, "lab clock show")


def test_after_a_kill_the_clock_goes_on_later_than_it_was_and_not_by_much(node):
    run(node, "lab clock advance 40d")
    seen = hours_ago(node, 5, opened=1)
    lab = Lab(node)
    assert timedelta(seconds=10) <= lab.clock.now() - seen < timedelta(seconds=40)
    lab.start()
    before = json.loads((node / LAB_DIRECTORY / "clock.json").read_text())
    assert before["opened"] == 1
    (node / LAB_DIRECTORY / "clock.json").write_text("{}")
    lab._place.tick()  # as every ten seconds
    assert json.loads((node / LAB_DIRECTORY / "clock.json").read_text())["opened"] == 1
    lab.stop()
    assert json.loads((node / LAB_DIRECTORY / "clock.json").read_text())["opened"] == 0


def test_a_killed_lab_keeps_its_faults_its_policy_and_the_request_that_waits(node, tmp_path):
    script = tmp_path / "script"
    script.write_text(
        "lab clock stop\n"
        "lab ca policy set approval true check-after 60 rsa none\n"
        "lab ca fault add kur reject every 02:00-04:00\n"
        f'{PKI} generate-keypair save-path "cf3:/new.key" ecdsa-curve secp256r1\n'
        f'{PKI} import type key format der input-url "cf3:/new.key" output-file "new.key"\n'
        f'{PKI} cmpv2 initial-registration ca-profile "lab-ca" key-to-certify "new.key"'
        ' reference "$(reference)" password "$(secret)" subject-dn "CN=new"'
        ' save-as "cf3:/new.der"\n'
        "file copy cf3:/new.key cf3:/waits\n"
        "sleep 600\n"
    )
    credentials = json.loads((node / LAB_DIRECTORY / "credentials.json").read_text())
    text = script.read_text()
    for name in ("reference", "secret"):
        text = text.replace(f"$({name})", credentials[name])
    script.write_text(text)
    process = subprocess.Popen(command(node, str(script)), stdout=subprocess.DEVNULL)
    while process.poll() is None and not (node / "cf3" / "waits").exists():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    process.kill()
    process.wait()
    assert process.returncode == -signal.SIGKILL
    said = run(
        node,
        "lab ca fault list",
        "lab ca policy show",
        "lab ca approve all",
        "lab clock advance 5m",
        f'{PKI} cmpv2 poll ca-profile "lab-ca"',
        "file list cf3:/",
    )
    assert "kur reject every day 02:00-04:00" in said
    assert "RSA keys" in said and "Approved: 1." in said and "new.der" in said
