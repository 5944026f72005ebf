"""A session without a terminal: what goes in and out of pipes."""

import io
import os
import signal
import subprocess
import sys
import threading

import pytest

from srpki.cli.session import Session
from srpki.device.results import Lines
from srpki.frontend import plain

DIRTY = "configure private\nsystem name other\nexit all\n"


class Input(io.StringIO):
    """Standard input that may be a terminal, on which lines may be broken off by Ctrl-C."""

    def __init__(self, text, *, terminal=False):
        super().__init__(text)
        self._terminal = terminal

    def isatty(self):
        return self._terminal

    def readline(self, *arguments):
        line = super().readline(*arguments)
        if line.endswith("^C\n"):
            raise KeyboardInterrupt
        return line


@pytest.fixture
def talk(device, monkeypatch, capsys):
    """Feed a text to a session on the fake device; return what is printed."""

    def feed(text, *, terminal=False, interrupt=lambda: None):
        monkeypatch.setattr(sys, "stdin", Input(text, terminal=terminal))
        assert plain.run_plain(Session(device), interrupt=interrupt) == 0
        return capsys.readouterr().out

    return feed


def test_lines_from_a_pipe_make_a_transcript(talk):
    assert talk("show time\r\nbogus\n") == (
        "\n[/]\nA:admin@node-2# show time\nshow.time\n"
        "\n[/]\nA:admin@node-2# bogus\n"
        "                ^^^^^\nMINOR: MGMT_CORE #2201: Unknown element - 'bogus'\n"
        "\n[/]\nA:admin@node-2# \n"
    )


def test_a_terminal_shows_what_is_typed_by_itself(talk):
    assert talk("pwc\n", terminal=True).startswith("\n[/]\nA:admin@node-2# Present Working Context")


def test_a_question_is_answered_by_the_next_line_and_logout_ends(talk):
    shown = talk(f"{DIRTY}y\nlogout\nshow time\n")
    assert "\n\nDiscard uncommitted changes? [y,n] y\nWARNING: CLI #2073" in shown
    assert shown.endswith("A:admin@node-2# logout\n")


def test_control_c_drops_the_line_and_takes_a_question_back(talk, device):
    shown = talk(f"sho^C\n{DIRTY}y^C\nshow time\n", terminal=True)
    assert "[y,n] \n\n*[pr:/configure]\n" in shown
    assert device.calls == [("show.time", {})]


def test_control_c_interrupts_a_command(talk, device):
    run = device.run
    interrupted = threading.Event()

    def waiting(operation, inputs):
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted.wait(timeout=5)
        return run(operation, inputs)

    device.run = waiting
    assert "show.time" in talk("show time\n", interrupt=interrupted.set)


def test_control_c_stops_a_file_of_commands(talk, device):
    device.files.write("cf3:/s", b"show time\nshow version\n")
    run = device.run
    interrupted = threading.Event()

    def waiting(operation, inputs):
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupted.wait(timeout=5)
        return run(operation, inputs)

    device.run = waiting
    assert ": interrupted" in talk("exec cf3:/s\n", interrupt=interrupted.set)
    assert [name for name, _ in device.calls] == ["show.time"]


def test_long_output_never_stops(talk, device):
    device.answers["show.time"] = (True, (), Lines(lines=("a line",) * 100))
    shown = talk("environment match-highlight admin-state enable\nshow time | match a\npwc\n")
    assert shown.count("a line\n") == 100
    assert "Press" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("stdin", "stdout", "term", "drawable"),
    [
        (True, True, "xterm", True),
        (True, True, "", True),
        (True, True, "dumb", False),
        (False, True, "xterm", False),
        (True, False, "xterm", False),
        (None, True, "xterm", False),
    ],
)
def test_only_a_terminal_on_both_sides_can_be_drawn_on(monkeypatch, stdin, stdout, term, drawable):
    for name, terminal in (("stdin", stdin), ("stdout", stdout)):
        stream = None if terminal is None else Input("", terminal=terminal)
        monkeypatch.setattr(sys, name, stream)
    monkeypatch.setenv("TERM", term)
    assert plain.has_terminal() is drawable


def shell(node, script, *options, **environment):
    return subprocess.run(
        [sys.executable, *options, "-m", "srpki.frontend.program", "--node", str(node)],
        input=script,
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, **environment},
    )


def test_the_program_reads_lines_from_a_pipe_without_escape_codes(tmp_path):
    ended = shell(tmp_path / "n", b"show version\n")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"A:admin@srpki# show version\nTiMOS" in ended.stdout
    assert b"\x1b" not in ended.stdout


def test_bytes_that_are_no_text_do_not_end_the_session(tmp_path):
    ended = shell(tmp_path / "n", b"\xff\xfe\x00\nshow version\n", PYTHONIOENCODING="utf-8:strict")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"TiMOS" in ended.stdout
    ended = shell(tmp_path / "n", "é\nshow version\n".encode(), PYTHONIOENCODING="ascii:strict")
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert b"TiMOS" in ended.stdout


def test_lines_from_a_pipe_do_not_pay_for_the_terminal(tmp_path):
    ended = shell(tmp_path / "n", b"show version\n", "-X", "importtime")
    assert b"srpki.frontend.plain" in ended.stderr
    assert b"prompt_toolkit" not in ended.stderr
