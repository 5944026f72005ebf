"""A typist at an emulated terminal, for the tests of the interactive session."""

import io

import pyte
import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from srpki.cli.session import Session
from srpki.frontend.terminal import Terminal

CTRL_D = "\x04"
COLUMNS, ROWS = 100, 100


class Typist:
    """Types into a session of its own on *device* and reads what the screen shows."""

    def __init__(self, device):
        self.device = device
        self.session = Session(device)
        self.raw = ""
        self.status = None

    def type(self, *keys, end=CTRL_D):
        """Type *keys* and *end* at once; return the lines of the screen."""
        return self.converse((None, "".join(keys) + end))

    def converse(self, *steps):
        """Type, for each pair of *steps*, the second when the first is printed; None: close.

        What is called instead of typed happens then.
        """
        with create_pipe_input() as self.keyboard:
            out = Paper(self.keyboard, steps)
            screen = Vt100_Output(out, lambda: Size(ROWS, COLUMNS), enable_cpr=False)
            self.status = Terminal(self.session, source=self.keyboard, screen=screen).run()
        self.raw = out.getvalue()
        return Shown.by(self.raw)


class Paper(io.StringIO):
    """Types the next of *steps* when what it waits for has been written here."""

    def __init__(self, keyboard, steps):
        super().__init__()
        self._keyboard = keyboard
        self._steps = list(steps)
        self._read = 0
        self.write("")

    def write(self, text):
        super().write(text)
        while self._steps:
            awaited, keys = self._steps[0]
            found = self.getvalue().find(awaited or "", self._read)
            if found < 0:
                break
            self._read = found + len(awaited or "")
            self._steps.pop(0)
            if keys is None:
                self._keyboard.close()
            elif callable(keys):
                keys()
            else:
                self._keyboard.send_text(keys)


class Shown(list):
    """The lines on the screen, as far down as anything is written."""

    @classmethod
    def by(cls, raw):
        """Return what a terminal shows that was sent *raw*."""
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.Stream(screen).feed(raw)
        return cls("\n".join(line.rstrip() for line in screen.display).rstrip("\n").split("\n"))

    @property
    def commands(self):
        """What was typed after each prompt of the MD-CLI."""
        return [line.partition("# ")[2] for line in self if line.startswith("A:admin@")]


@pytest.fixture
def typist(device):
    """A typist at a session of its own."""
    return Typist(device)
