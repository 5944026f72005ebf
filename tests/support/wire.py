"""``srpki shell`` on a pty of its own: what it writes, octet by octet."""

import os
import sys
import time

import pexpect

PATIENCE = 30.0
"""Seconds until what must come has to be there."""


class Wire:
    """The far end of a pty in which the program runs; nothing is cleaned, nothing is patched."""

    def __init__(self, command, *arguments, term, columns=80, rows=24):
        self._child = pexpect.spawn(
            command,
            list(map(str, arguments)),
            env={**os.environ, "TERM": term},
            dimensions=(rows, columns),
            timeout=PATIENCE,
        )
        self._child.delaybeforesend = None
        self.came = b""

    @classmethod
    def shell(cls, node, *options, term):
        """Start the program on *node*."""
        program = ("-m", "srpki.frontend.program", "shell", "--node", node, *options)
        return cls(sys.executable, *program, term=term)

    def send(self, keys):
        """Send *keys* as they are."""
        self._child.send(keys)

    def until(self, end):
        """Return what came, once it ends with *end*."""
        deadline = time.monotonic() + PATIENCE
        while not self.came.endswith(end):
            assert time.monotonic() < deadline, f"{end!r} did not come: {self.came!r}"
            try:
                self.came += self._child.read_nonblocking(65536, timeout=0.5)
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                raise AssertionError(f"ended before {end!r} came: {self.came!r}") from None
        came, self.came = self.came, b""
        return came

    def rest(self):
        """Return what came until the program ended, and its exit status."""
        came = self.came + self._child.read()
        self._child.wait()
        return came, self._child.exitstatus

    def close(self):
        """Take the terminal away."""
        self._child.close(force=True)
