"""A person at a real terminal: keys go to a pty, what comes back is drawn on a screen."""

import os
import sys
import termios
import time

import pexpect
import pyte
import pytest

PATIENCE = 9.0
"""Seconds until what should be on the screen has to be there."""


class Person:
    """Runs ``srpki shell`` on a terminal of its own, types, and looks at the screen."""

    def __init__(self, *arguments, columns=100, rows=40, **environment):
        self.screen = pyte.HistoryScreen(columns, rows, history=5000)
        self._stream = pyte.ByteStream(self.screen)
        self.raw = b""
        self._shell = pexpect.spawn(
            sys.executable,
            ["-m", "srpki.frontend.program", *map(str, arguments)],
            dimensions=(rows, columns),
            env={**os.environ, "TERM": "xterm-256color", **environment},
            timeout=PATIENCE,
        )
        self._shell.delaybeforesend = None

    @property
    def lines(self):
        """What is on the screen, without blanks at the ends and without the empty rows below."""
        shown = [line.rstrip() for line in self.screen.display]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    @property
    def raw_mode(self):
        """Whether keys reach the program at once and are not echoed by the terminal itself."""
        local = termios.tcgetattr(self._shell.child_fd)[3]
        return not local & (termios.ICANON | termios.ECHO | termios.ISIG)

    def scrolled_back(self):
        """Return the lines that have left the screen at its top, and those on it."""
        columns = range(self.screen.columns)
        above = ["".join(row[at].data for at in columns) for row in self.screen.history.top]
        return [line.rstrip() for line in above] + self.lines

    def type(self, keys):
        """Type *keys*; a pty takes them at the pace at which they are read."""
        self._shell.send(keys)

    def sees(self, *expected):
        """Wait until the last lines of the screen are *expected*."""
        self._until(lambda: tuple(self.lines[-len(expected) :]) == expected, expected)

    def sees_line(self, start):
        """Wait until some line begins with *start*."""
        self._until(lambda: any(line.startswith(start) for line in self.lines), start)

    def sees_it_run(self):
        """Wait until the line is taken and its command runs: nothing but dots is written after."""
        self._until(lambda: self.raw.rstrip(b".").endswith(b"\r\n"), "a running command")

    def resize(self, columns, rows):
        """Make the window another size, which the program is told by SIGWINCH."""
        self.screen.resize(rows, columns)
        self._shell.setwinsize(rows, columns)

    def kill(self, number):
        """Send the program a signal."""
        self._shell.kill(number)

    def leaves(self):
        """Wait until the program has ended; return its exit status."""
        self._until(lambda: False, "the end", ends=True)
        self._shell.wait()
        return self._shell.exitstatus

    def close(self):
        """Take the terminal away."""
        self._shell.close(force=True)

    def _until(self, holds, awaited, *, ends=False):
        deadline = time.monotonic() + PATIENCE
        while not holds():
            try:
                data = self._shell.read_nonblocking(65536, timeout=0.5)
            except pexpect.TIMEOUT:
                data = b""
            except pexpect.EOF:
                if ends:
                    return
                raise AssertionError(f"ended before {awaited!r}: {self.lines}") from None
            self.raw += data
            self._stream.feed(data)
            assert b"Traceback" not in self.raw, self.raw[-2000:].decode()
            assert time.monotonic() < deadline, f"not seen: {awaited!r} in {self.lines}"


@pytest.fixture
def person(tmp_path):
    """Seat people at terminals, each in front of the same fresh node; see them out."""
    seated = []

    def seat(*arguments, **options):
        seated.append(Person("shell", "--node", tmp_path / "node", *arguments, **options))
        return seated[-1]

    yield seat
    for each in seated:
        each.close()
