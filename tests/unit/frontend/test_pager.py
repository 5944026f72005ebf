"""Long output on a terminal: pages, their keys, and what never stops [cli.md 1.7 and 3.1]."""

import canned
import pytest
from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from srpki.cli.port import Highlight
from srpki.frontend import progress
from srpki.frontend.marking import marked
from srpki.frontend.pager import Pages, step_of

pytestmark = pytest.mark.timeout(20)

ENTER, CTRL_C, CTRL_D, ESCAPE = "\r\x03\x04\x1b"
STOP = "Press Q to quit, Enter to print next line or any other key to print next page."
CLASSIC_STOP = "Press any key to continue (Q to quit)"
NUMBERS = [f"line {number}" for number in range(1, 61)]


@pytest.fixture
def numbers(typist, device):
    """A typist at a console of 24 lines, whose ``show time`` prints 60."""
    device.answers["show.time"] = canned.lines(*NUMBERS)
    typist.session.feed("environment console length 24")
    return typist


def shown(lines):
    return [line for line in lines if line.startswith(("line", "Press"))]


# --- cutting ---


def test_a_page_holds_whole_lines():
    pages = Pages("a\n\nb\nc")
    assert [pages.take(2, 80), pages.left] == ["a\n\n", True]
    assert [pages.take(2, 80), pages.left] == ["b\nc\n", False]


def test_a_line_wider_than_the_screen_takes_several_rows():
    text = "x" * 21 + "\n" + "y" * 20
    assert Pages(text).take(4, 10) == "x" * 21 + "\n"
    assert Pages(text).take(5, 10) == text + "\n"
    assert Pages("漢" * 5 + "\nb").take(1, 9) == "漢" * 5 + "\n"


def test_one_line_is_taken_however_small_the_screen():
    assert Pages("x" * 100 + "\nb").take(0, 0) == "x" * 100 + "\n"


@pytest.mark.parametrize(
    ("key", "step"),
    [
        ("q", "quit"),
        ("Q", "quit"),
        (Keys.ControlC, "quit"),
        (Keys.ControlM, "line"),
        (Keys.ControlJ, "line"),
        (" ", "page"),
        ("x", "page"),
        (Keys.Up, "page"),
        (Keys.ControlD, "page"),
        (Keys.BracketedPaste, "rest"),
    ],
)
def test_what_each_key_asks_for(key, step):
    assert step_of(KeyPress(key)) == step


def test_the_end_of_input_ends_the_output():
    assert step_of(None) == "quit"


# --- pages on the screen ---


def test_each_page_ends_with_the_message_which_is_taken_off_again(numbers):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"),
        (STOP, " "),
        (STOP, " "),
        ("# ", CTRL_D),
    )
    screens = numbers.raw.split(STOP)
    assert len(screens) == 3
    assert screens[0].rstrip("\x1b[0m").endswith("line 23\r\n")
    assert "line 46\r\n" in screens[1]
    assert "line 47\r\n" not in screens[1]
    assert shown(lines) == NUMBERS


def test_enter_shows_one_line_more(numbers):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"), (STOP, ENTER), (STOP, "\n"), (STOP, "q"), ("# ", CTRL_D)
    )
    assert shown(lines) == NUMBERS[:25]


@pytest.mark.parametrize("key", ["q", "Q", CTRL_C])
def test_the_rest_can_be_left_out(numbers, key):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"), (STOP, key), ("# ", f"pwc{ENTER}"), ("Present", CTRL_D)
    )
    assert shown(lines) == NUMBERS[:23]
    assert lines.commands == ["show time", "pwc", ""]
    assert "^C" not in lines


@pytest.mark.parametrize("key", ["\x1b[A", ESCAPE, "é", "\t", "?", "\x1a", CTRL_D])
def test_any_other_key_shows_the_next_page_and_nothing_else(numbers, key):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"), (STOP, key), (STOP, "q"), ("# ", f"pwc{ENTER}{CTRL_D}")
    )
    assert shown(lines) == NUMBERS[:46]
    assert lines.commands == ["show time", "pwc", ""]


def test_keys_pressed_at_once_are_obeyed_one_after_the_other(numbers):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"), (STOP, f"{ENTER} qpwc{ENTER}"), ("Present", CTRL_D)
    )
    assert shown(lines) == NUMBERS[:47]
    assert lines.commands == ["show time", "pwc", ""]


def test_the_classic_cli_has_a_message_of_its_own(numbers):
    numbers.device.answers["show.time"] = canned.lines(*NUMBERS * 3)
    lines = numbers.converse(
        ("# ", f"//{ENTER}show time{ENTER}"), (CLASSIC_STOP, "q"), ("# ", CTRL_D)
    )
    assert numbers.raw.partition(CLASSIC_STOP)[0].count("line ") == 99  # of a window of 100
    assert lines[-1] == "A:node-2#"


def test_the_window_decides_while_no_length_is_set(numbers):
    numbers.session.feed("environment delete console")
    numbers.device.answers["show.time"] = canned.lines(*NUMBERS * 3)
    numbers.converse(("# ", f"show time{ENTER}"), (STOP, "q"), ("# ", CTRL_D))
    assert numbers.raw.partition(STOP)[0].count("line ") == 99


def test_help_and_lists_are_output_too(numbers, monkeypatch):
    monkeypatch.setattr(numbers.session, "help", lambda text: "\n".join(NUMBERS))
    lines = numbers.converse(
        ("# ", "show ?"), (STOP, "q"), ("# ", f"time | count{ENTER}"), ("Count", CTRL_D)
    )
    assert shown(lines) == NUMBERS[:23]
    assert lines.commands == ["show", "show time | count", ""]


def test_the_end_of_input_in_the_pager_ends_the_session(numbers):
    numbers.converse(("# ", f"show time{ENTER}"), (STOP, None))
    assert numbers.status == 0


# --- what does not stop ---


@pytest.mark.parametrize(
    "off",
    [
        "environment more false",
        "environment console length 512",
        "//",
    ],
)
def test_no_page_is_made(numbers, off):
    lines = numbers.converse(
        ("# ", f"{off}{ENTER}"), ("# ", f"show time{ENTER}"), ("line 60", CTRL_D)
    )
    assert shown(lines) == NUMBERS
    assert "Press" not in numbers.raw


def test_no_more_in_either_cli(numbers):
    lines = numbers.converse(
        ("# ", f"show time | match line | no-more{ENTER}"),
        ("line 60", f"//{ENTER}"),
        ("A:node-2# ", f"environment no more{ENTER}"),
        ("A:node-2# ", CTRL_D),
    )
    assert shown(lines) == NUMBERS
    assert not numbers.session.screen.more


def test_a_text_that_fits_is_not_stopped(numbers):
    numbers.device.answers["show.time"] = canned.lines(*NUMBERS[:23])
    numbers.converse(("# ", f"show time{ENTER}"), ("line 22", CTRL_D))
    assert "Press" not in numbers.raw


@pytest.mark.parametrize("brackets", ["\x1b[200~{}\x1b[201~", "{}"])
def test_lines_that_wait_are_not_taken_for_keys(numbers, brackets):
    lines = numbers.type(brackets.format(f"show time{ENTER}pwc{ENTER}"))
    assert shown(lines) == NUMBERS
    assert lines.commands == ["show time", "pwc", ""]


def test_a_paste_into_the_pager_comes_after_the_output(numbers):
    lines = numbers.converse(
        ("# ", f"show time{ENTER}"),
        (STOP, "\x1b[200~pwc\nback\n\x1b[201~"),
        ("back", ""),
        ("# ", CTRL_D),
    )
    assert shown(lines) == NUMBERS
    assert lines.commands == ["show time", "pwc", "back", ""]


# --- marks ---


def test_what_match_has_found_is_marked_on_the_terminal(numbers):
    numbers.session.feed("environment match-highlight admin-state enable style [bold reverse]")
    lines = numbers.type(f"show time | match LINE ignore-case | match (no) invert-match{ENTER}")
    assert "\x1b[1;7mline\x1b[0m 7\r\n" in numbers.raw
    assert shown(lines) == NUMBERS


def test_nothing_is_marked_before_it_is_wanted(numbers):
    numbers.type(f"show time | match line{ENTER}")
    assert "\x1b[1m" not in numbers.raw


def test_marks_take_patterns_as_plain_text():
    styles = ("underline",)
    text = "a.b axb A.B (c"
    found = (Highlight("a.b", True, styles), Highlight("(", False, styles))
    on = "\x1b[4m"
    assert list(marked(text, found)) == [
        ("", ""),
        ("a.b", on),
        (" axb ", ""),
        ("A.B", on),
        (" ", ""),
        ("(", on),
        ("c", ""),
    ]
    assert list(marked(text, ())) == [(text, "")]


# --- dots ---


class Slow:
    """Makes operations wait until Ctrl-C is pressed."""

    def __init__(self, typist):
        self._typist = typist
        self._run = typist.device.run
        typist.device.run = self

    def __call__(self, operation, inputs, caller, cancel):
        assert cancel.wait(timeout=10)
        return self._run(operation, inputs)


def test_dots_tell_that_a_command_runs_and_are_taken_off_again(typist):
    typist.session.feed("environment progress-indicator delay 0")
    Slow(typist)
    lines = typist.converse(
        ("# ", f"show time{ENTER}"), ("time\r\n.", CTRL_C), ("show.time", ""), ("# ", CTRL_D)
    )
    assert lines[2:5] == ["A:admin@node-2# show time", "^C", "show.time"]


def test_a_row_of_dots_that_is_full_begins_anew(typist, monkeypatch):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    monkeypatch.setattr(progress, "MOST", 3)
    typist.session.feed("environment progress-indicator delay 0")
    Slow(typist)
    lines = typist.converse(
        ("# ", f"show time{ENTER}"), ("...\r   \r.", CTRL_C), ("show.time", ""), ("# ", CTRL_D)
    )
    assert lines[2:5] == ["A:admin@node-2# show time", "^C", "show.time"]


@pytest.mark.parametrize("other", ["environment progress-indicator admin-state disable", "//"])
def test_dots_can_be_switched_off_and_are_the_md_clis_own(typist, other):
    typist.session.feed("environment progress-indicator delay 0")
    typist.session.feed(other)
    typist.converse(("# ", f"show time{ENTER}"), ("show.time", CTRL_D))
    assert "\r\n." not in typist.raw
    assert typist.session.screen.progress is None


# --- secrets ---


def test_arrows_do_not_bring_back_passwords(typist):
    secret = (
        "admin system security pki import type key format pem"
        f" input-url cf3:/k output-file k password hunter2{ENTER}"
    )
    lines = typist.converse(
        ("# ", f"pwc{ENTER}{secret}"),
        ("hunter2", ""),
        ("pki.import", ""),
        ("# ", "\x1b[A!"),
        ("!", CTRL_C + CTRL_D),
    )
    assert lines.commands[-2] == "pwc!"
