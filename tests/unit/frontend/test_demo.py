"""The demo: green on a lab that works, and no longer when one of its claims does not hold."""

import io
import re
import subprocess
import sys

import pytest

from srpki.cli.session import Session
from srpki.core.errors import UsageError
from srpki.frontend.demo import present, run_demo
from srpki.frontend.labs import opened_lab


class Screen(io.StringIO):
    """What the demo prints; *acts* happen when a line is printed that contains their key."""

    def __init__(self, acts=()):
        super().__init__()
        self._acts = dict(acts)

    def write(self, text):
        for key in [key for key in self._acts if key in text]:
            self._acts.pop(key)()
        return super().write(text)


@pytest.fixture
def lab(tmp_path):
    """A router without profiles and its lab, on a new node."""
    with opened_lab(tmp_path / "node", profiles=False) as found:
        yield found


def test_every_step_holds_and_the_node_it_made_works_on(tmp_path):
    node, screen = tmp_path / "node", Screen()
    assert run_demo(node, screen) == 0
    shown = screen.getvalue()
    assert shown.rstrip().endswith(f"srpki shell --lab --node {node}")
    # What the issue wants to be seen: both CLIs with their prompts, serials, events, the retry.
    assert "[/]\nA:admin@gw-1# admin system security pki update-certificate" in shown
    assert "A:gw-1# admin certificate update-cert" in shown
    assert len(re.findall(r"serial [0-9a-f]+ -> [0-9a-f]+$", shown, re.MULTILINE)) == 5
    assert {"2245", "2246", "2101"} <= set(re.findall(r"SECURITY #(\d+)", shown))
    assert "update-state wait-for-retry" in shown
    assert shown.count("  ok  ") >= 20
    with opened_lab(node) as (router, _):
        session = Session(router)
        assert "scheduled" in session.feed("show certificate auto-update").text
        assert session.feed(
            'admin system security pki update-certificate certificate "ipsec-gw.crt"'
        ).ok


@pytest.mark.parametrize(
    ("fault", "step"),
    [
        ("ir reject failinfo badPOP", "initial-registration"),
        ("simpleenroll http-500", "est enroll"),
        ("kur reject", "update-certificate"),
        ("simplereenroll wrong-key", "update-cert"),
        ("kur no-answer after 1", "ipsec-gw.crt has a new certificate"),
        ("simplereenroll garbage after 1", "tls-client.crt has a new certificate"),
        ("kur garbage after 2", "ipsec-gw.crt has a new certificate"),
    ],
)
def test_a_ca_that_does_not_renew_makes_it_fail_where_it_strikes(lab, fault, step):
    lab[1].authority("lab").add_fault(fault)
    screen = Screen()
    assert present(*lab, screen) == 1
    last = screen.getvalue().rstrip().splitlines()[-1]
    assert last.startswith("The demo failed:")
    assert step in last
    assert "Every step held" not in screen.getvalue()


def test_a_ca_that_does_not_fail_when_it_is_told_to_makes_it_fail(lab):
    screen = Screen({"# lab ca fault add": lab[1].authority("lab").clear_faults})
    assert present(*lab, screen) == 1
    assert "this does not hold: the update failed" in screen.getvalue()


def test_a_key_in_clear_makes_it_fail(lab, tmp_path):
    from cryptography.hazmat.primitives import serialization as s
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(s.Encoding.PEM, s.PrivateFormat.PKCS8, s.NoEncryption())
    stray = tmp_path / "node" / "cf3" / "stray"
    screen = Screen({"2. A new node": lambda: stray.write_bytes(pem)})
    assert present(*lab, screen) == 1
    assert "no private key rests in clear" in screen.getvalue()


def test_a_missing_previous_file_makes_it_fail(lab, tmp_path):
    previous = tmp_path / "node" / "cf3" / "system-pki" / "ipsec-gw.crt.previous"
    screen = Screen({"# admin system security pki update-certificate": previous.unlink})
    assert present(*lab, screen) == 1
    assert "ipsec-gw.crt.previous is the old one" in screen.getvalue()


def test_a_mixed_pair_makes_it_fail(lab, tmp_path):
    imported = tmp_path / "node" / "cf3" / "system-pki"

    def mix():
        (imported / "ipsec-gw.key").write_bytes((imported / "ipsec-gw.key.previous").read_bytes())

    screen = Screen({"# admin system security pki update-certificate": mix})
    assert present(*lab, screen) == 1
    assert "The demo failed:" in screen.getvalue()


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_it_makes_a_new_node_and_touches_no_other(tmp_path, kind):
    taken = tmp_path / "taken"
    if kind == "file":
        taken.write_text("mine")
    else:
        taken.mkdir()
        (taken / "mine").write_text("mine")
    with pytest.raises(UsageError, match="not an empty directory"):
        run_demo(taken, io.StringIO())
    assert not (taken / "cf3").exists()


def test_as_a_program_it_ends_with_0_or_2(tmp_path):
    def run(node):
        return subprocess.run(
            [sys.executable, "-m", "srpki.frontend.program", "demo", "--node", str(node)],
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )

    ended = run(tmp_path / "node")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stderr == ""
    again = run(tmp_path / "node")
    assert again.returncode == 2
    assert "not an empty directory" in again.stderr
    assert "Traceback" not in again.stderr
