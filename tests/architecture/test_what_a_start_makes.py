"""What every start of the program imports and makes, counted: times differ, counts do not.

A start that makes more than it needs is not slow by one thing, but by hundreds of small ones: a
module a fifth of a millisecond, a dataclass a whole one, a named tuple of `typing` or a regular
expression a quarter.
"""

import json
import os
import pty
import subprocess
import sys

import pytest
from counting import met

COUNTING = """
import builtins, dataclasses, json, re._compiler as compiler, sys, typing
before = set(sys.modules)
made = {"classes": 0, "typing": [], "dataclasses": [], "expressions": []}

def counted(build):
    def build_class(body, name, *bases, **words):
        made["classes"] += body.__globals__["__name__"].startswith("srpki.")
        return build(body, name, *bases, **words)
    return build_class

def noted(kind, function):
    def wrapper(*values, **words):
        frame = sys._getframe(1)
        while (name := frame.f_globals.get("__name__", "")) in ("re", "typing", "dataclasses"):
            frame = frame.f_back
        if name.startswith("srpki.") and frame.f_code.co_name == "<module>":
            made[kind].append(name)
        return function(*values, **words)
    return wrapper

builtins.__build_class__ = counted(builtins.__build_class__)
typing._make_nmtuple = noted("typing", typing._make_nmtuple)
compiler.compile = noted("expressions", compiler.compile)
dataclasses._process_class = noted("dataclasses", dataclasses._process_class)
from srpki.frontend import entry
try:
    entry.main()
finally:
    made["modules"] = sorted(set(sys.modules) - before)
    with open(OUT, "w") as out:
        json.dump(made, out)
"""
"""Runs the program and writes what it made on the way."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a directory with a node that has been started before, and an empty script."""
    place = tmp_path_factory.mktemp("starts")
    (place / "empty.txt").touch()
    started(place, script)
    return place


def program(place, *words):
    """Return what runs the program with *words* at the node, and where it writes its counts."""
    arguments = ["srpki", *words, "--node", str(place / "node")]
    code = f"import sys; sys.argv = {arguments!r}; OUT = {str(place / 'made.json')!r}\n{COUNTING}"
    return [sys.executable, "-c", code]


def script(place):
    subprocess.run(
        program(place, "exec", str(place / "empty.txt")),
        stdout=subprocess.DEVNULL,
        timeout=60,
        check=True,
    )


def prompt(place):
    """Open a session on a terminal, and close it at its first prompt, before any command."""
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        words = program(place, "shell")
        os.execv(words[0], words)
    came = b""
    while b"A:admin@srpki#" not in came:
        came += os.read(terminal, 4096)
    os.write(terminal, b"\x04")
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert status == 0


def started(place, start):
    """Return what *start* made."""
    start(place)
    return json.loads((place / "made.json").read_text())


def ours(made):
    return [name for name in made["modules"] if name.startswith("srpki.")]


MOST = {script: (225, 410), prompt: (240, 430)}
"""Modules of the program and classes: a few more than there are, for what is to come."""


@pytest.mark.parametrize("start", MOST, ids=lambda start: start.__name__)
def test_a_start_imports_and_makes_little(place, start):
    made = started(place, start)
    modules, classes = MOST[start]
    assert len(ours(made)) <= modules
    assert made["classes"] <= classes


@pytest.mark.parametrize("start", MOST, ids=lambda start: start.__name__)
def test_a_start_makes_nothing_the_slow_way(place, start):
    """`srpki.core.values`, `srpki.core.record` and `srpki.core.patterns` are the quick ones."""
    made = started(place, start)
    assert made["typing"] == []
    assert made["dataclasses"] == []
    assert made["expressions"] == []


@pytest.mark.parametrize("start", MOST, ids=lambda start: start.__name__)
def test_a_start_leaves_what_commands_need_until_there_is_one(place, start):
    late = ("srpki.schema.operations.", "srpki.schema.state.", "srpki.labca.", "srpki.protocol.cmp")
    assert [name for name in met(50, ours(started(place, start))) if name.startswith(late)] == []


def test_a_script_asks_for_no_digest_and_compresses_nothing(place):
    modules = started(place, script)["modules"]
    assert {"hashlib", "hmac", "shutil", "lzma", "bz2", "ssl", "socket"}.isdisjoint(modules)


def test_the_counts_see_what_is_made(place):
    """Else the tests above hold nothing."""
    made = started(place, script)
    assert "srpki.cli.session" in made["modules"]
    assert made["classes"] > 100
