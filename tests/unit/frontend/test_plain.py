"""A session without a terminal: what goes in and out of pipes."""

import io
import os
import signal
import subprocess
import sys

import canned
import pytest

from srpki.cli.session import Session
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

    def feed(text, *, terminal=False, status=0, **replaced):
        monkeypatch.setattr(sys, "stdin", Input(text, terminal=terminal))
        session = Session(device)
        for name, method in replaced.items():
            monkeypatch.setattr(session, name, method)
        assert plain.run_plain(session) == status
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

    def waiting(operation, inputs, caller, cancel):
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(timeout=60)
        return run(operation, inputs)

    device.run = waiting
    assert "show.time" in talk("show time\n")


def test_control_c_stops_a_file_of_commands(talk, device):
    device.files.write("cf3:/s", b"show time\nshow version\n")
    run = device.run

    def waiting(operation, inputs, caller, cancel):
        os.kill(os.getpid(), signal.SIGINT)
        assert cancel.wait(timeout=60)
        return run(operation, inputs)

    device.run = waiting
    assert ": interrupted" in talk("exec cf3:/s\n")
    assert [name for name, _ in device.calls] == ["show.time"]


@pytest.mark.parametrize(
    ("line", "helped"),
    [
        ("show ?", "show "),
        ("?", ""),
        ("  show  ? ", "  show  "),
        ("show ve?", None),
        ("show a.crl?x=1", None),
        ('show "?', None),
        ('show "?"', None),
        ("# show ?", None),
        ("show ? x", None),
    ],
)
def test_a_question_mark_helps_only_where_it_stands_alone_at_the_end(talk, line, helped):
    shown = talk(f"{line}\n", help=lambda text: f"help on {text!r}")
    assert (f"# {line}\nhelp on {helped!r}\n" in shown) == (helped is not None)
    assert ("help on" in shown) == (helped is not None)


def test_help_in_a_pipe_is_that_of_a_terminal_and_runs_nothing(talk, device):
    shown = talk("show ?\npwc\n")
    assert "\n version " in shown
    assert "Present Working Context:\n/\n" in shown
    assert device.calls == []


def test_a_tab_at_the_end_lists_and_tabs_before_are_blanks(talk, device):
    shown = talk("show ti\t\n\tshow\ttime\nshow \t\n\t\nshow nothing\t\n")
    assert "# show ti\t\ntime\n\n" in shown
    listed = shown.partition("# show \t\n")[2].partition("\n\n")[0]
    assert {"certificate", "log", "time", "version"} <= set(listed.split())
    assert device.calls == [("show.time", {})]
    assert "Unknown element - 'nothing'" in shown


def test_control_z_and_control_c_are_obeyed_between_lines(talk, device):
    shown = talk("edit-config private\nconfigure system\nname x\x1apwc\nshow tim\x03show time\n")
    assert "A:admin@node-2# name x\n\n(pr)[/]\nA:admin@node-2# pwc\n" in shown
    assert "# show tim\n\n(pr)[/]\nA:admin@node-2# show time\n" in shown
    assert device.calls == [("show.time", {})]


@pytest.mark.parametrize("key", ["\x03", "\x1a"])
def test_a_question_is_taken_back_in_a_pipe_too(talk, key):
    shown = talk(f"{DIRTY}{key}\npwc\n", status=1)
    assert "Discard uncommitted changes? [y,n] \n\n*[pr:/configure]\nA:admin@node-2# " in shown


def test_long_output_never_stops(talk, device):
    device.answers["show.time"] = canned.lines(*("a line",) * 100)
    shown = talk("environment match-highlight admin-state enable\nshow time | match a\npwc\n")
    assert shown.count("a line\n") == 100
    assert "Press" not in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("stdin", "stdout", "both"),
    [(True, True, True), (False, True, False), (True, False, False), (None, True, False)],
)
def test_only_a_terminal_on_both_sides_is_one(monkeypatch, stdin, stdout, both):
    for name, terminal in (("stdin", stdin), ("stdout", stdout)):
        stream = None if terminal is None else Input("", terminal=terminal)
        monkeypatch.setattr(sys, name, stream)
    assert plain.has_terminal() is both


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
