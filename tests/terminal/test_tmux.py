"""``srpki shell`` in tmux, a terminal that is not of our making: what it shows after each key."""

import os
import shlex
import sys
import time

import pytest
from foreign import need, run

pytestmark = [pytest.mark.interop, pytest.mark.timeout(90)]

PATIENCE = 40.0
"""Seconds until what should be on the screen has to be there."""


class Tmux:
    """A server of its own with one window, in which the program runs."""

    def __init__(self, directory, command):
        self._call = (need("tmux"), "-S", str(directory / "socket"), "-f", os.devnull)
        run(*self._call, "new-session", "-d", "-x", "80", "-y", "24", shlex.join(command))

    def keys(self, *keys):
        """Press *keys*, by tmux's names."""
        run(*self._call, "send-keys", *keys)

    def shows(self, *lines):
        """Wait until the last lines on the screen are *lines*, and nothing follows them."""
        deadline = time.monotonic() + PATIENCE
        while (found := self._screen())[-len(lines) :] != [*lines]:
            assert time.monotonic() < deadline, found

    def _screen(self):
        return run(*self._call, "capture-pane", "-p").stdout.rstrip("\n").split("\n")

    def close(self):
        """End the server, if the program has not ended it."""
        run(*self._call, "kill-server", check=False)


@pytest.fixture
def tmux(tmp_path):
    program = (sys.executable, "-m", "srpki.frontend.program", "shell", "--node")
    found = Tmux(tmp_path, (*program, str(tmp_path / "node")))
    yield found
    found.close()


def test_keys_are_shown_where_they_belong_and_a_long_line_is_edited(tmux):
    name = "A:admin@srpki#"
    tmux.shows("[/]", name)
    tmux.keys("show sys", "Tab")
    tmux.shows("[/]", f"{name} show system")
    tmux.keys("C-u", "x" * 100, "C-a", "# ")
    tmux.shows(f"{name} # " + "x" * (80 - len(name) - 3), "x" * (100 - 80 + len(name) + 3))
    tmux.keys("C-c")
    tmux.keys("edit-config private", "Enter")
    tmux.shows("(pr)[/]", name)
    tmux.keys("C-z")
    tmux.shows("(pr)[/]", name)
