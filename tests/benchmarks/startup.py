"""Time to the first prompt and memory there, as ratios to `import prompt_toolkit`.

Run from an environment in which srpki is installed:  python tests/benchmarks/startup.py
Every figure is a median over runs that take turns, so that a noisy machine disturbs all alike. The
processor time is that of the whole child, user and system; the wall time stands beside it.
"""

import os
import pty
import re
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

RUNS = 15
PROMPT = re.compile(rb"A:admin@[^ #]+#")


class Spent(NamedTuple):
    """Seconds of the processor, and those that passed."""

    processor: float
    wall: float


def ended(child, begin):
    """Wait for *child*, which began at *begin*; return its status and what it spent."""
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begin
    return status, Spent(usage.ru_utime + usage.ru_stime, wall)


def timed(command):
    """Return what *command* spends, which must end well."""
    begin = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        status, spent = ended(child.pid, begin)
        child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{command} ended with {child.returncode}")
    return spent


def first_prompt(command):
    """Start *command* on a terminal; return what it spent to its prompt, and its memory (KiB)."""
    begin = time.perf_counter()
    child, master = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm"
        os.execvp(command[0], command)
    seen = b""
    try:
        while not PROMPT.search(seen):
            if not select.select([master], [], [], 30)[0]:
                raise SystemExit(f"no prompt from {command}: {seen!r}")
            seen += os.read(master, 4096)
        status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
        memory = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
    finally:
        os.kill(child, signal.SIGKILL)
        _, spent = ended(child, begin)
        os.close(master)
    return spent, memory


def main():
    program = shutil.which("srpki", path=str(Path(sys.executable).parent)) or "srpki"
    toolkit, script, shell, memory = [], [], [], []
    with tempfile.TemporaryDirectory() as place:
        empty = Path(place) / "empty.txt"
        empty.write_text("", encoding="ascii")
        node = str(Path(place) / "node")
        timed([program, "exec", str(empty), "--node", node])  # makes the node, warms the caches
        first_prompt([program, "shell", "--node", node])
        for _ in range(RUNS):
            toolkit.append(timed([sys.executable, "-c", "import prompt_toolkit"]))
            script.append(timed([program, "exec", str(empty), "--node", node]))
            spent, resident = first_prompt([program, "shell", "--node", node])
            shell.append(spent)
            memory.append(resident)
    print(f"{'':34}{'processor':>11}{'ratio':>8}{'wall':>11}{'ratio':>8}")
    for name, values in (
        ("python -c 'import prompt_toolkit'", toolkit),
        ("srpki exec, empty file", script),
        ("srpki shell, first prompt", shell),
    ):
        print(f"{name:34}", end="")
        for which in range(2):
            middle, base = (statistics.median(one[which] for one in of) for of in (values, toolkit))
            print(f"{middle * 1000:8.0f} ms{middle / base:8.2f}", end="")
        print()
    print(f"{'memory at the prompt (resident)':34}{statistics.median(memory) / 1024:8.0f} MiB")


if __name__ == "__main__":
    main()
