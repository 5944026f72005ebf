"""What is typed, counted in calls: times differ, counts do not.

Each limit is what it takes now and a tenth; what it took before is told beside it.
"""

import io

import pytest
from counting import calls
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from srpki.cli.session import Session
from srpki.frontend.terminal import Terminal


class OneByOne(io.StringIO):
    """A screen that types the next of *keys* when it has been written to for the one before."""

    def __init__(self, keyboard, keys):
        super().__init__()
        self._type = keyboard.send_text
        self._keys = iter(keys)

    def flush(self):
        """Type the next key: all that the one before has made the terminal write is there."""
        if key := next(self._keys, ""):
            self._type(key)


@pytest.fixture
def typing(device):
    """Return what counts the calls of a terminal at which some keys are typed, one by one."""

    def counted(*keys):
        with create_pipe_input() as keyboard:
            screen = Vt100_Output(OneByOne(keyboard, keys), lambda: Size(40, 200), term="xterm")
            terminal = Terminal(Session(device), source=keyboard, screen=screen, greeting="\n")
            return calls(terminal.run)

    def more(before, keys):
        """Return what *keys* add to what was typed *before* them, at best."""
        end = ("\x03", "\x04")
        counted(*before, *keys, *end)  # so that nothing is made or imported at its first use
        return counted(*before, *keys, *end) - counted(*before, *end)

    return more


LINE = "/configure system security pki ca-profile ca-1 description of-a-certification"


def test_a_key_that_is_text_is_written_and_no_more(typing):
    """It was 187, with a timer at each key, and one round more of the loop."""
    word = "of-a-certification-authority"
    assert typing([LINE], word) / len(word) <= 120


def test_help_is_put_together_from_what_is_known(typing):
    """It was 1,881: the line was read anew, and each text of the page wrapped anew."""
    assert typing([f"{LINE} ", "?"], ["?"]) <= 1_100


def test_a_tab_at_the_end_of_a_line_is_not_left_to_prompt_toolkit(typing):
    """It was 7,293: prompt_toolkit put an application together, and looked for the key's binding."""
    assert typing(["/conf"], ["\t"]) <= 670


FIRST = {
    "md": "show certificate auto-update",
    "classic": "configure system security pki info",
}


@pytest.mark.parametrize("dialect", FIRST)
def test_what_may_be_typed_is_read_from_the_schema_once_for_all_sessions(new_device, dialect):
    """Of all nodes. A session kept 108 to 176 KiB of it, and its first line took 4 ms."""

    def fed(session):
        return calls(lambda: session.feed(FIRST[dialect]))

    fed(Session(new_device(), dialect))
    session = Session(new_device(), dialect)
    first, second = fed(session), fed(session)
    assert first <= second * 1.5


PASTED = (
    '/configure system security pki ca-profile "ca{0}" description "number {0}"',
    "/configure system security pki maximum-cert-chain-depth {1}",
)


def test_a_pasted_line_is_walked_once_and_its_edit_goes_one_way_down(device):
    """It was 1,224: each step of each path was looked for among all children, five times a line."""
    session = Session(device, "md")
    lines = [line.format(each, each % 7 + 1) for each in range(40) for line in PASTED]
    for line in ("edit-config private", *lines[:20]):
        assert session.feed(line).ok, line
    work = calls(lambda: [session.feed(line) for line in lines[20:]])
    assert work / len(lines[20:]) <= 690
