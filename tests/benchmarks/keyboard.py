"""What a key, ``?``, Tab and a pasted line take at a terminal, beside other programs at theirs.

Run from an environment in which srpki is installed:
    python tests/benchmarks/keyboard.py [MOST [ROUNDS [LINES]]]
Others are a bare prompt of prompt_toolkit, and FRR's vtysh with one of its daemons where FRR is
installed and this is root. Each has a pseudo-terminal; rounds take turns, so that a busy machine
disturbs all alike. A key waits for what the one before it has made the program write. The
processor's time is that of the program's threads; the wall's runs to the last octet waited for.
The second srpki holds lists of MOST (256) entries at most. Then lines are pasted as fast as they
are taken, and fed to sessions in this process without a terminal.
"""

import os
import pty
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

import maximum

from srpki.cli.session import Session
from srpki.config import persist
from srpki.config.tree import EMPTY
from srpki.frontend.node import opened
from srpki.schema.tree import SCHEMA

DEFAULTS = (maximum.MOST, 25, 400)
"""Entries of a list, rounds, and lines of a paste, where nothing else is said."""
PATIENCE = 60
CONTROL_C = b"\x03"

BARE = """\
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
session = PromptSession(completer=WordCompleter(["configure"]), complete_while_typing=False)
while True:
    try:
        session.prompt("bare# ")
    except KeyboardInterrupt:
        pass
"""
"""The yardstick of what is prompt_toolkit's: one prompt after another that does nothing."""


class Spent(NamedTuple):
    """Seconds of the processor, and those that passed."""

    processor: float
    wall: float


class Program:
    """A program at a terminal: its *prompt*, and what is typed there to see what it takes.

    Help is asked for behind *line*, which is typed key by key; Tab behind *begun* adds *rest*. What
    a *helper* of it spends, the number of its process, is counted too.
    """

    def __init__(self, command, prompt, line, *, begun, rest, asks=True, helper=None):
        self.prompt, self.line, self.begun, self.rest = prompt, line, begun, rest
        self.asks = asks
        self._helper = helper
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.environ["TERM"] = "xterm"
            os.environ["PROMPT_TOOLKIT_NO_CPR"] = "1"
            os.execvp(command[0], command)
        termios.tcsetwinsize(self._terminal, (40, 200))
        os.set_blocking(self._terminal, False)
        self.until(prompt)

    def until(self, *expected):
        """Read until all *expected* has come in order; return when the last octet came."""
        came, at, left = b"", 0, list(expected)
        while left:
            if not select.select([self._terminal], [], [], PATIENCE)[0]:
                raise SystemExit(f"{left[0]!r} did not come: {came!r}")
            came += os.read(self._terminal, 65536)
            while left and (found := came.find(left[0], at)) >= 0:
                at = found + len(left.pop(0))
        return time.perf_counter()

    def presses(self, keys, *expected):
        """Return what *keys*, pressed at once, spend until all *expected* has come."""
        before, begin = self._processor(), time.perf_counter()
        os.write(self._terminal, keys)
        wall = self.until(*expected) - begin
        self._rest()
        return Spent(self._processor() - before, wall)

    def pastes(self, lines):
        """Return what *lines* spend that are written as fast as they are taken, on each."""
        before, begin = self._processor(), time.perf_counter()
        text = b"".join(line + b"\r" for line in lines)
        seen, came = 0, b""
        while seen < len(lines):
            readable, writable, _ = select.select(
                [self._terminal], [self._terminal] if text else [], [], PATIENCE
            )
            if not readable and not writable:
                raise SystemExit(f"{len(lines) - seen} prompts did not come: {came!r}")
            if writable:
                text = text[os.write(self._terminal, text[:1024]) :]
            if readable:
                *whole, came = (came + os.read(self._terminal, 65536)).split(self.prompt)
                seen += len(whole)
                came = came[-len(self.prompt) :]
        wall = time.perf_counter() - begin
        self._rest()
        return Spent((self._processor() - before) / len(lines), wall / len(lines))

    def _rest(self):
        """Wait until the program has nothing left to do, and read what it has written."""
        while select.select([self._terminal], [], [], 0.002)[0]:
            os.read(self._terminal, 65536)

    def _processor(self):
        """Return the seconds that the processor has worked for all threads, and for a helper."""
        files = [
            file
            for child in filter(None, (self._child, self._helper))
            for file in Path(f"/proc/{child}/task").glob("*/schedstat")
        ]
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9

    def close(self):
        """End it."""
        os.kill(self._child, signal.SIGKILL)
        os.waitpid(self._child, 0)
        os.close(self._terminal)


def configured(number, create=""):
    """Return *number* lines of five and of nine words by turns, for either of our CLIs."""
    pki = "/configure system security pki"
    return [
        f"{pki} maximum-cert-chain-depth {each % 7 + 1}"
        if each % 2
        else f'{pki} ca-profile "ca{each % 64}" {create}description "number {each}"'
        for each in range(number)
    ]


def static_routes(number):
    """Return *number* lines for vtysh."""
    return [f"ip route 10.{each // 256}.{each % 256}.0/24 Null0" for each in range(number)]


def ours(node, tree=EMPTY, *options):
    """Start the shell on a node of its own, whose configuration is *tree*."""
    if tree:
        (node / "cf3").mkdir(parents=True)
        (node / "cf3" / "config.cfg").write_text(persist.dump(SCHEMA.configure, tree))
    shell = ["-m", "srpki.frontend.program", "shell", "--node", str(node), *options]
    program = [sys.executable, *shell]
    name = tree.get("system", EMPTY).get("name", "srpki")
    prompt = f"A:{'' if 'classic' in options else 'admin@'}{name}# ".encode()
    line = "/configure system security pki ca-profile ca-1 description of-a-certification "
    return Program(program, prompt, line.encode(), begun=b"/configure system secu", rest=b"rity ")


@contextmanager
def vtysh(place):
    """Start vtysh and a daemon of FRR for it to talk to."""
    place.mkdir(mode=0o755)
    shutil.chown(place, "frr", "frr")
    static = [
        *("/usr/lib/frr/staticd", "-d", "-A", "127.0.0.1", "-P", "0", "-f", "/dev/null"),
        *("-i", f"{place}/pid", "--vty_socket", str(place), "-z", f"{place}/zserv"),
    ]
    subprocess.run(static, check=True, capture_output=True)
    daemon = int((place / "pid").read_text())
    try:
        program = ["vtysh", "--vty_socket", str(place)]
        prompt = f"{os.uname().nodename}# ".encode()
        line = b"show ip route vrf all "
        yield Program(program, prompt, line, begun=b"show runn", rest=b"ing-config ", helper=daemon)
    finally:
        os.kill(daemon, signal.SIGTERM)


def typed(program, spent):
    """Type a line key by key, ask for help behind it, and press Tab in another."""
    for at in range(len(program.line)):
        key = program.line[at : at + 1]
        spent.setdefault("key", []).append(program.presses(key, key))
    if program.asks:
        again = program.prompt + program.line
        spent.setdefault("?", []).append(program.presses(b"?", b"\n", again))
    program.presses(CONTROL_C, program.prompt)
    program.presses(program.begun, program.begun[-1:])
    spent.setdefault("Tab", []).append(program.presses(b"\t", program.rest.rstrip()))
    program.presses(CONTROL_C, program.prompt)


def shown(programs, rounds):
    """Type in all *programs* by turns, and print what it took."""
    spent = {name: {} for name in programs}
    for turn in range(rounds + 1):
        for name, program in programs.items():
            typed(program, spent[name] if turn else {})  # what is loaded late is not counted
    print(f"{'':36}{'processor':>16}{'p99':>10}{'wall p50':>10}{'p90':>10}{'p99':>10}")
    for what in ("key", "?", "Tab"):
        for name in programs:
            if taken := spent[name].get(what):
                worked, waited = (sorted(each) for each in zip(*taken, strict=True))
                figures = [statistics.median(worked), at(worked, 99)]
                figures += [at(waited, each) for each in (50, 90, 99)]
                print(f"{what:5}{name:31}", end="")
                print(
                    "".join(
                        f"{each * 1000:{16 if not n else 10}.2f}" for n, each in enumerate(figures)
                    )
                )


def at(ordered, percent):
    return ordered[len(ordered) * percent // 100]


PASTES = {
    "srpki, MD-CLI": ("md", configured, "edit-config private"),
    "srpki, classic CLI": ("classic", lambda number: configured(number, "create "), ""),
    "vtysh": ("", static_routes, "configure terminal"),
}
"""Of each program: its CLI, the lines, and the one before them."""


def pasted(programs, number):
    """Paste *number* lines into each of *programs*, and print what each line took."""
    print(f"\n{'a pasted line':36}{'processor':>16}{'wall':>10}")
    for name, (_, lines, before) in PASTES.items():
        if program := programs.get(name):
            if before:
                program.presses(f"{before}\r".encode(), b"\n", b"# ")
            shown = "(config)# " if name == "vtysh" else ""
            program.prompt = shown.encode() or program.prompt
            texts = [line.encode() for line in lines(number)]
            program.pastes(texts[:20])  # what is loaded late is not counted
            each = program.pastes(texts)
            print(f"{name:36}{each.processor * 1000:16.3f}{each.wall * 1000:10.3f}")


def fed(place, number):
    """Feed *number* lines to sessions of this process, and print what each took."""
    for name, (dialect, lines, before) in PASTES.items():
        if not dialect:
            continue
        mode = "classic" if dialect == "classic" else None
        with opened(place / f"fed-{dialect}", lab=False, mode=mode) as router:
            session = Session(router, dialect)
            texts = lines(number)
            spent = []
            for line in filter(None, (before, *texts, *texts)):
                begin = time.process_time()
                answer = session.feed(line)
                spent.append(time.process_time() - begin)
                if not answer.ok:
                    raise SystemExit(f"{line}: {answer.text}")
            each = statistics.median(spent[number // 2 :])
            print(f"{name + ', without a terminal':36}{each * 1000:16.3f}")


def main():
    most, rounds, lines = (*map(int, sys.argv[1:]), *DEFAULTS[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        place = Path(name)
        place.chmod(0o755)
        beside = {
            "bare prompt_toolkit": Program(
                [sys.executable, "-c", BARE],
                b"bare#",
                b"unnoticedabsurditiesagain",
                begun=b"conf",
                rest=b"igure",
                asks=False,
            )
        }
        if shutil.which("vtysh") and os.geteuid() == 0:
            beside["vtysh"] = stack.enter_context(vtysh(place / "frr"))
        programs = {
            "srpki": ours(place / "small"),
            "srpki, large": ours(place / "large", maximum.configuration(most)),
            **beside,
        }
        pasting = {
            "srpki, MD-CLI": programs["srpki"],
            "srpki, classic CLI": ours(place / "classic", EMPTY, "--mode", "classic"),
            **beside,
        }
        for program in {*programs.values(), *pasting.values()}:
            stack.callback(program.close)
        shown(programs, rounds)
        pasted(pasting, lines)
        fed(place, lines)


if __name__ == "__main__":
    main()
