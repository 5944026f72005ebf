"""A password is typed unseen, whatever the session is reached by, and never by a script."""

import os
import pty
import subprocess
import sys

import pytest

from srpki.cli.session import Session
from srpki.config.edit import Edit
from srpki.frontend import plain
from srpki.frontend.batch import Run
from srpki.frontend.netconf import command
from srpki.frontend.variables import Line
from srpki.schema.paths import Step, path

ENTER, CTRL_C, CTRL_D = "\r", "\x03", "\x04"
HASH = "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi"
"""The hash of the word password, of a public example."""
PASSWORD = (
    *path("system", "security", "user-params", "local-user"),
    Step("user", ("admin",)),
    Step("password"),
)
MINIMUM_AGE = path("system", "security", "user-params", "local-user", "password", "minimum-age")
CURRENT, NEW, AGAIN = "Enter current password: ", "Enter new password: ", "Re-enter new password: "


@pytest.fixture
def device(device):
    device.datastore.edit([Edit("set", PASSWORD, HASH), Edit("set", MINIMUM_AGE, 0)])
    return device


def test_nothing_of_it_is_shown_on_a_terminal(typist):
    lines = typist.converse(
        ("# ", f"password{ENTER}"),
        (CURRENT, f"passwxrd\x7f\x7f\x7ford{ENTER}"),  # corrected with Backspace
        (NEW, f"Abc \t?def9{ENTER}"),
        (AGAIN, f"Abc \t?def9{ENTER}"),
        ("# ", CTRL_D),
    )
    assert [line for line in lines if line.endswith("password:")] == [
        each.rstrip() for each in (CURRENT, NEW, AGAIN)
    ]
    assert "passw" not in typist.raw.replace("password", "") and "def9" not in typist.raw


def test_it_is_not_shown_either_when_it_is_pasted_or_typed_ahead(typist):
    typist.converse(
        ("# ", f"password{ENTER}passwor"),
        (CURRENT, f"\x1b[200~d\x1b[201~{ENTER}Ahead-of-it1{ENTER}"),
        (AGAIN, f"Other{CTRL_C}"),
        ("# ", f"show time{ENTER}{CTRL_D}"),
    )
    assert "Ahead" not in typist.raw and "Other" not in typist.raw
    assert typist.device.calls == [("show.time", {})]


def test_a_pipe_gives_it_and_is_shown_nothing_of_it(device, capsys, monkeypatch):
    read, write = os.pipe()
    os.write(write, b"password\npassword\n# Strange-one 1\n# Strange-one 1\nshow time\n")
    os.close(write)
    with os.fdopen(read) as source:
        monkeypatch.setattr(sys, "stdin", source)
        assert plain.run_plain(Session(device)) == 0
    shown = capsys.readouterr().out
    assert f"{CURRENT}\n{NEW}\n{AGAIN}\n" in shown and "Strange" not in shown
    assert device.calls == [("show.time", {})]


def test_a_terminal_that_shows_what_is_typed_by_itself_is_told_not_to(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(
        "import sys, termios\n"
        "from srpki.frontend import plain\n"
        "with plain._unseen(sys.stdin):\n"
        "    print(termios.tcgetattr(0)[3] & termios.ECHO)\n"
        "print(termios.tcgetattr(0)[3] & termios.ECHO > 0)\n"
    )
    leader, follower = pty.openpty()
    told = subprocess.run(
        [sys.executable, program], stdin=follower, capture_output=True, text=True, check=True
    )
    os.close(leader)
    os.close(follower)
    assert told.stdout.split() == ["0", "True"]


@pytest.mark.parametrize("lines", [["password"], ["password", "y"], ["password", "password"]])
def test_a_script_is_refused_and_its_next_line_is_no_password(device, lines):
    run = Run(Session(device))
    first, *_ = run.exchanges(Line(at, text, text) for at, text in enumerate(lines, 1))
    assert not first.ok and "which a user types and no script" in first.output
    assert run.question is None and list(run.ended()) == []


def test_a_file_of_commands_stops_at_it(device):
    device.files.write("cf3:\\lines", b"password\npassword\nshow time\n")
    session = Session(device)
    answer = session.feed("exec cf3:/lines")
    assert not answer.ok and answer.question is None
    assert "line 1" in answer.text and "which a user types and no script" in answer.text
    assert session.feed("show time").ok


def test_netconf_gets_no_question(device):
    session = Session(device)
    text, ok = command(session, "password")
    assert not ok and "password" not in text.replace("'password'", "")
    session.close()


def test_the_journal_of_a_lab_has_nothing_of_it(device):
    commands = []

    class Laboratory:
        def record(self, typed):
            commands.append(typed.command)

    device.laboratory = Laboratory()
    session = Session(device)
    for typed in ("password", "y", "password", "password", "yes"):
        session.feed(typed)
    mask = "********"
    assert commands == ["password", mask, "password", mask, mask]
