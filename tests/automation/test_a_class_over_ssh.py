"""A class: two students at OpenSSH's client in one process, and what their trainer does."""

import json
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO

import pexpect
import pytest
from foreign import need
from served import PATIENCE, Served

from srpki.frontend.program import main

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

LAB = """\
task = "The router ${cn} has a key and wants a certificate."

[lab]
name = "mine"
title = "A router without a certificate"

[parameters]
cn = { from = 1, to = 1000000 }

[setup]
md = '''
admin system security pki generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1
admin system security pki import type key format der input-url "cf3:/gw.key" output-file "gw.key"
'''

[[check]]
that = "cert gw.crt exists"
points = 7
fail = "It has none yet."

[solution]
md = "show version"
"""
COURSE = '[course]\nlab = "mine.toml"\ndirectory = "class"\n'
STUDENTS = "# name, password\nanna,Secret-1\nbob, Secret-2\n"
PROMPT = r"A:anna@\S+# "
PASSWORDS = {"anna": "Secret-1", "bob": "Secret-2"}
ENROL = (
    'admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw"'
    ' domain-name "gw.example" output-file "gw.crt"'
)


class Class(Served):
    """The process that serves the class."""

    def port_of(self, student):
        """Return the port of SSH at the node of *student*."""
        return next(node["ssh_port"] for node in self.nodes if node["node"] == student)

    def at(self, student, *words, **more):
        """Let *student* run *words* at his node; return what came of it."""
        given = {"password": PASSWORDS[student], "user": student, "port": self.port_of(student)}
        return self.ssh(*words, **(given | more))


@pytest.fixture
def served(tmp_path):
    """A process that serves a lab to two students."""
    (tmp_path / "mine.toml").write_text(LAB)
    (tmp_path / "course.toml").write_text(COURSE)
    (tmp_path / "students.csv").write_text(STUDENTS)
    words = ("--lab", tmp_path / "course.toml", "--students", tmp_path / "students.csv")
    with Class(tmp_path / "clients", *words, "--ssh", "127.0.0.1:0", nodes=2) as process:
        process.directory = tmp_path / "class"
        yield process


def _trainer(*words):
    """Run a command of the trainer; return its status, and what it has printed and told."""
    out, told = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(told):
        status = main(["lab", *map(str, words)])
    return status, out.getvalue(), told.getvalue()


def test_a_class(served):
    """All in one, for the sake of the servers: what each does is in the functions below."""
    with _session_of_anna(served) as client:
        _each_comes_to_his_own_lab(served)
        _what_is_wrong_is_locked(served)
        _a_fault_strikes_one(served)
        _the_board_tells_of_both(served)
        _a_line_of_the_trainer_stands_above_the_prompt(served, client)
    status, _, told = _trainer("push", "--dir", served.directory, "bob", "hello")
    assert (status, told) == (2, "srpki: nobody has the lab open\n")


def _each_comes_to_his_own_lab(served):
    tasks = {served.at(student, "lab task").stdout for student in PASSWORDS}
    assert len(tasks) == 2  # another name is drawn for each
    assert all("has a key and wants a certificate." in task for task in tasks)
    assert served.at("bob", "lab task", password=PASSWORDS["anna"]).returncode == 255
    assert served.at("anna", "lab task", port=served.port_of("bob")).returncode == 255


def _what_is_wrong_is_locked(served):
    shown = served.at("anna", "lab ca fault list")
    assert (shown.returncode, "the lab is locked" in shown.stdout) == (1, True)
    changed = served.at("anna", "lab ca policy set life 3d")
    assert (changed.returncode, "the lab is locked" in changed.stdout) == (1, True)
    assert served.at("anna", "lab ca show").returncode == 0  # what the lab lets him do


def _a_fault_strikes_one(served):
    inject = ("inject", "--dir", served.directory, "anna")
    assert _trainer(*inject, "simpleenroll", "http-500") == (0, "", "")
    status, _, told = _trainer(*inject, "kur", "nonsense")
    assert (status, "nonsense" in told) == (2, True)
    unlucky, lucky = (served.at(student, f"{ENROL}; lab check") for student in PASSWORDS)
    assert (unlucky.returncode, lucky.returncode) == (1, 0), lucky.stdout
    assert "[ok] Check 1" in lucky.stdout
    assert "[no] Check 1" in served.at("anna", "lab check").stdout


def _the_board_tells_of_both(served):
    _, shown, _ = _trainer("board", served.directory, "--json")
    anna, bob = map(json.loads, shown.splitlines())
    facts = ("student", "checks", "points", "last-command")
    assert tuple(anna[name] for name in facts) == ("anna", "x", "0", "lab check")
    assert "500" in anna["last-error"]
    assert tuple(bob[name] for name in facts) == ("bob", "o done", "7", "lab check")
    assert bob["last-error"] == ""


@contextmanager
def _session_of_anna(served):
    command = [*served.options(port=served.port_of("anna")), "anna@127.0.0.1"]
    with pexpect.spawn(need("ssh"), command, encoding="utf-8", timeout=PATIENCE) as client:
        client.expect("assword:")
        client.sendline(PASSWORDS["anna"])
        client.expect(PROMPT)
        yield client
        client.sendline("logout")
        client.expect(pexpect.EOF)


def _a_line_of_the_trainer_stands_above_the_prompt(served, client):
    client.send("show ver")
    client.expect("show ver")
    line = "look at \x1b[2Jthe <b>reason</b>"
    assert _trainer("push", "--dir", served.directory, "anna", line) == (0, "", "")
    client.expect_exact("Trainer: look at ?[2Jthe <b>reason</b>")
    client.expect(PROMPT)
    client.sendline("sion")  # what was typed is still there
    client.expect_exact("TiMOS-C-26.3")
    client.expect(PROMPT)
