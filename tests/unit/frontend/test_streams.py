"""Streams that are full or closed, Ctrl-C while the program starts, a directory that cannot be read."""

import os
import signal
import subprocess
import sys

import pytest

PROGRAM = [sys.executable, "-m", "srpki"]
FULL = "srpki: cannot write the output: No space left on device\n"


@pytest.fixture
def script(tmp_path):
    (tmp_path / "script").write_text("show version\n")
    return tmp_path / "script"


def run(*arguments, shell="", stdin=None):
    """Run the program, through a *shell* that redirects; return status and standard error."""
    command = ["sh", "-c", f'exec "$@" {shell}', "sh", *PROGRAM, *map(str, arguments)]
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, timeout=100, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("how", ["exec", "exec --json", "shell", "ca", "demo"])
def test_an_output_that_is_full_is_told_in_a_sentence(how, script, tmp_path):
    arguments = how.split()
    if arguments[0] in ("exec", "shell"):
        arguments += ["--node", tmp_path / "node"]
    if arguments[0] == "exec":
        arguments.append(script)
    stdin = "show version\n" if how == "shell" else None
    assert run(*arguments, shell="> /dev/full", stdin=stdin) == (1, FULL)


@pytest.mark.parametrize("how", ["exec", "shell", "ca"])
def test_an_output_that_is_closed_is_told_in_a_sentence(how, script, tmp_path):
    arguments = [how] if how == "ca" else [how, "--node", tmp_path / "node"]
    arguments += [script] if how == "exec" else []
    assert run(*arguments, shell=">&-") == (1, "srpki: standard output is closed\n")


def test_without_any_stream_the_files_of_the_node_take_no_place_of_one(script, tmp_path):
    node = tmp_path / "node"
    assert run("exec", "--node", node, script, shell="<&- 2>&-") == (0, "")
    assert (node / "state" / "lock").read_bytes() == b""  # no message went into it
    status, error = run("exec", "--node", node, "-", shell="<&-")
    assert (status, error[:48]) == (2, "srpki: cannot read -: standard input is closed -")


def test_an_endless_file_of_commands_is_refused(tmp_path):
    status, error = run("exec", "--node", tmp_path / "node", "/dev/zero")
    assert status == 2
    assert error.startswith("srpki: /dev/zero is longer than 1048576 octets")


INTERRUPTED = """
import os, signal, sys
module = sys.argv.pop(1)
class Trap:
    def find_spec(self, name, path=None, target=None):
        if name == module:  # now, in the midst of an import
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Trap())
from srpki.frontend.entry import main
sys.exit(main())
"""


@pytest.mark.parametrize(
    "module",
    ["srpki.frontend.program", "srpki.frontend.node", "srpki.engine.engine", "srpki.cli.md.cli"],
)
def test_control_c_while_the_program_starts_ends_with_a_sentence(module, script, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, module, "exec", "--node", tmp_path / "node", script],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "srpki: interrupted\n")


BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if os.geteuid() == 0 else ()
"""Root, but bound by permissions as everybody else is."""


@pytest.mark.parametrize("lab", [[], ["--lab"]])
@pytest.mark.parametrize("mode", [0o000, 0o500])
def test_a_state_that_cannot_be_read_or_written_is_told_in_a_sentence(mode, lab, script, tmp_path):
    node = tmp_path / "node"
    (node / "state").mkdir(parents=True)
    (node / "state").chmod(mode)
    done = subprocess.run(
        [*BOUND, *PROGRAM, "exec", *lab, "--node", node, script],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    (node / "state").chmod(0o700)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"srpki: cannot open {node / 'state' / 'lock'}: Permission denied\n"


def test_records_that_cannot_be_read_are_left_alone_and_the_node_starts(script, tmp_path):
    node = tmp_path / "node"
    for name in ("auto-update", "cmp-requests"):
        (node / "state" / name).mkdir(parents=True)
        (node / "state" / name / "x.json").write_text("{}")
        (node / "state" / name).chmod(0)
    for name in ("events.jsonl", "commits.jsonl"):
        (node / "state" / name).write_text("kept")
        (node / "state" / name).chmod(0)
    script.write_text("edit-config global\n/configure system name n\ncommit\n")
    done = subprocess.run(
        [*BOUND, *PROGRAM, "exec", "--node", node, script],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("events.jsonl", "commits.jsonl"):
        assert (node / "state" / name).read_text() == "kept"
