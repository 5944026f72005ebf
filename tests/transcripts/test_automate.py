"""The page on automation: its pipeline runs, with jq, and so does the example it names."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from foreign import need

from srpki.storage.lock import NodeLock

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "automate.md").read_text(encoding="utf-8")
EXAMPLE = ROOT / "examples" / "enrol.md-cli"


@pytest.fixture
def shell(tmp_path):
    """Run a piece of shell in a directory of its own, where ``srpki`` is this program."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "sleep").write_text("#!/bin/sh\n")  # tests never sleep
    program = tmp_path / "bin" / "srpki"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m srpki "$@"\n')
    for file in (tmp_path / "bin").iterdir():
        file.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"

    def run(text):
        return subprocess.run(
            ["sh", "-u", "-c", text],
            cwd=tmp_path,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )

    return run


def pipeline():
    (found,) = re.findall(r"```sh\n(for attempt.*?)```", PAGE, re.DOTALL)
    return found


@pytest.mark.parametrize(
    ("script", "status", "told"),
    [
        ('configure private\nsystem name "${host}"\ncommit\nexit all\n', 0, "changed\n"),
        ('configure private\nsystem name "${host}"\n', 1, "site.md-cli:null: The session ends"),
        ("show time\nshow bogus\n", 1, "site.md-cli:2:  "),
        ("show ${other}\n", 2, "site.md-cli:1: site.md-cli line 1: no variable 'other'"),
        ("show time\n", 0, ""),
    ],
)
def test_the_pipeline_tells_what_failed_and_what_changed(shell, tmp_path, script, status, told):
    need("jq")
    (tmp_path / "site.md-cli").write_text(script)
    ended = shell(pipeline())
    assert ended.returncode == status, ended.stderr
    assert ended.stdout.startswith(told)
    assert bool(ended.stdout) == bool(told)


def test_the_pipeline_tries_again_while_the_node_is_held(shell, tmp_path):
    need("jq")

    (tmp_path / "site.md-cli").write_text("show time\n")
    (tmp_path / "gw1" / "state").mkdir(parents=True)
    with NodeLock(tmp_path / "gw1" / "state" / "lock") as held:
        held.note(alone="it is told so at once, another owner is waited for")
        ended = shell(pipeline().replace("srpki exec", "echo tried >> tries; srpki exec"))
    assert ended.returncode == 3
    assert "in use" in ended.stdout
    assert (tmp_path / "tries").read_text() == "tried\n" * 3


def test_the_example_enrols_and_sees_the_renewal_and_may_run_twice(shell):
    (command,) = re.findall(r"^srpki exec examples/enrol.*$", PAGE, re.MULTILINE)
    command = command.replace("examples/enrol.md-cli", str(EXAMPLE))
    assert command.startswith("srpki exec /")
    for _ in range(2):
        ended = shell(command)
        assert (ended.returncode, ended.stderr) == (0, "")
        assert "State           : scheduled" in ended.stdout
