"""A block of lines that is typed without brackets, as expect, screen and serial programs do it.

The processor time of the whole program is measured, on a pty: each line costs the same however
many follow it, and less than the documented millisecond.
"""

import os
import pty
import select
import statistics
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(1800)

PROMPT = b"A:admin@srpki# "
UNIT = 0.092
"""Seconds of ``import prompt_toolkit`` on the machine of docs/performance.md."""
MOST = 0.001
"""Seconds that a line may take there."""
SLACK = 1.5


def toolkit():
    """Return the processor time of the import, to which all figures are ratios."""
    command = [sys.executable, "-c", "import prompt_toolkit"]
    return statistics.median(
        spent(os.posix_spawn(command[0], command, os.environ)) for _ in range(3)
    )


def spent(child):
    _, status, usage = os.wait4(child, 0)
    assert status == 0
    return usage.ru_utime + usage.ru_stime


def so_far(child):
    ticks = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def typed(node, lines):
    """Type *lines* into a new session as fast as it takes them; return seconds and what came."""
    child, terminal = pty.fork()
    if child == 0:
        program = [sys.executable, "-m", "srpki.frontend.program", "shell", "--node", str(node)]
        os.environ["TERM"] = "xterm"
        os.execv(program[0], program)
    came = bytearray()
    while not came.endswith(PROMPT):
        came += os.read(terminal, 65536)
    before = so_far(child)
    os.set_blocking(terminal, False)
    left = memoryview(b"".join(line + b"\n" for line in lines))
    while True:
        readable, writable, _ = select.select([terminal], [terminal] if left else [], [], 60)
        assert readable or writable, came[-200:]
        if writable:
            left = left[_written(terminal, left) :]
        try:
            came += os.read(terminal, 65536) if readable else b""
        except OSError:  # the other end is closed
            break
    os.close(terminal)
    return spent(child) - before, bytes(came)


def _written(terminal, data):
    try:
        return os.write(terminal, data[:4096])
    except BlockingIOError:
        return 0


def block(number):
    """Return *number* lines to type, and what goes around them."""
    profile = '/configure system security pki ca-profile "ca{}" description "number {}"'
    lines = [
        f'/configure system name "n{each}"' if each % 2 else profile.format(each % 64, each)
        for each in range(number)
    ]
    around = ("environment more false", "configure private", "exit all", "y", "logout")
    return [line.encode() for line in (*around[:2], *lines, *around[2:])]


def test_a_block_of_lines_costs_what_its_lines_cost(tmp_path):
    unit = toolkit()
    per_line = {}
    for number in (250, 4_000, 16_000):
        seconds, came = typed(tmp_path / str(number), block(number))
        per_line[number] = seconds / number
        assert came.count(b"/configure system ") == number
        assert b"MINOR" not in came
        assert b"\x1b" not in came
    figures = {number: f"{each * 1000:.2f} ms" for number, each in per_line.items()}
    print(figures, f"import prompt_toolkit: {unit * 1000:.0f} ms")
    assert per_line[4_000] <= per_line[250] * SLACK, figures
    assert per_line[16_000] <= per_line[4_000] * SLACK, figures
    assert per_line[16_000] <= MOST * unit / UNIT, (figures, unit)
