"""Time to the first prompt and memory there, as ratios to `import prompt_toolkit`.

Run from an environment in which srpki is installed:  python tests/benchmarks/startup.py
Every figure is a median over runs that take turns, so that a noisy machine disturbs all alike.
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

RUNS = 15
PROMPT = re.compile(rb"A:admin@[^ #]+#")


def timed(command, **options):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **options)
    return time.perf_counter() - begin


def first_prompt(command):
    """Start *command* on a terminal; return seconds to its prompt and its memory there (KiB)."""
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
        seconds = time.perf_counter() - begin
        status = Path(f"/proc/{child}/status").read_text(encoding="ascii")
        memory = int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(master)
    return seconds, memory


def main():
    program = shutil.which("srpki", path=str(Path(sys.executable).parent)) or "srpki"
    toolkit, script, shell, memory = [], [], [], []
    with tempfile.TemporaryDirectory() as place:
        empty = Path(place) / "empty.txt"
        empty.write_text("", encoding="ascii")
        node = str(Path(place) / "node")
        timed([program, "exec", str(empty), "--node", node])  # makes the node, warms the caches
        for _ in range(RUNS):
            toolkit.append(timed([sys.executable, "-c", "import prompt_toolkit"]))
            script.append(timed([program, "exec", str(empty), "--node", node]))
            seconds, resident = first_prompt([program, "shell", "--node", node])
            shell.append(seconds)
            memory.append(resident)
    base = statistics.median(toolkit)
    print(f"{'':34}{'median':>10}{'ratio':>8}")
    for name, values in (
        ("python -c 'import prompt_toolkit'", toolkit),
        ("srpki exec, empty file", script),
        ("srpki shell, first prompt", shell),
    ):
        middle = statistics.median(values)
        print(f"{name:34}{middle * 1000:7.0f} ms{middle / base:8.2f}")
    print(f"{'memory at the prompt (resident)':34}{statistics.median(memory) / 1024:6.0f} MiB")


if __name__ == "__main__":
    main()
