"""What is drawn of the line that is being typed, on an emulated screen and as octets."""

import pyte
import pytest
from counting import met
from hypothesis import given, settings
from hypothesis import strategies as st

from srpki.frontend.display import FLAT, Display

PROMPT = "A:a@n# "


class Paper:
    """A display that writes to a screen of *columns*, and what it has written."""

    def __init__(self, columns, rows=60):
        self.columns = columns
        self.screen = pyte.Screen(columns, rows)
        self.stream = pyte.Stream(self.screen)
        self.written = ""
        self.display = Display(self.write, lambda: self.columns)

    def write(self, text):
        self.written += text
        self.stream.feed(text)

    def wrote(self):
        written, self.written = self.written, ""
        return written

    @property
    def rows(self):
        return without_empty([row.rstrip() for row in self.screen.display])

    @property
    def cursor(self):
        return self.screen.cursor.y, self.screen.cursor.x


def width(character):
    return 2 if character == "漢" else 1


def wrapped(text, columns):
    """Return the rows of *text*, and where each character and the end of it stand."""
    rows, places, column = [""], [], 0
    for character in text:
        if column + width(character) > columns:
            rows.append("")
            column = 0
        places.append((len(rows) - 1, column))
        rows[-1] += character
        column += width(character)
    return without_empty([row.rstrip() for row in rows]), [*places, (len(rows) - 1, column)]


def without_empty(rows):
    """Return *rows* without the empty ones at the end."""
    return rows[: max((number for number, row in enumerate(rows, 1) if row), default=0)]


LINES = st.text("ab 漢", max_size=40).flatmap(
    lambda text: st.tuples(st.just(text), st.integers(0, len(text)))
)


@settings(deadline=None, max_examples=60)
@given(columns=st.integers(4, 24), lines=st.lists(LINES, max_size=8))
def test_the_screen_shows_the_line_and_the_cursor_whatever_it_was_before(columns, lines):
    paper = Paper(columns)
    paper.display.begin(PROMPT)
    for text, cursor in met(0, lines):
        paper.display.show(PROMPT + text, len(PROMPT) + cursor)
        rows, places = wrapped(PROMPT + text, columns)
        assert paper.rows == rows
        row, column = places[len(PROMPT) + cursor]
        # Behind a full row is before the next one.
        assert paper.cursor in {(row, column), (row + 1, column - columns)}
    paper.display.end()
    paper.write("next")
    _, places = wrapped(PROMPT + (lines or [("", 0)])[-1][0], columns)
    below = paper.rows[places[-1][0] + 1 :]
    assert below == ["next"] or (places[-1][1] == columns and below == ["", "next"])


@settings(deadline=None, max_examples=60)
@given(text=st.text("ab 漢", max_size=60), columns=st.integers(4, 24), typed=st.integers(1, 5))
def test_typing_writes_what_is_typed_and_nothing_else(text, columns, typed):
    paper = Paper(columns)
    paper.display.begin(PROMPT)
    for end in range(typed, len(text) + typed, typed):
        paper.display.show(PROMPT + text[:end], len(PROMPT) + len(text[:end]))
    filled = paper.wrote()
    rows, _ = wrapped(PROMPT + text, columns)
    assert paper.rows == rows
    if "漢" not in text:
        assert filled == PROMPT + text
    assert filled.replace(" ", "") == (PROMPT + text).replace(" ", "")


@pytest.mark.parametrize(
    ("before", "after", "octets"),
    [
        (("show", 4), ("sho", 3), "\b \b"),
        (("show", 4), ("show", 3), "\b"),
        (("show", 3), ("show", 4), "w"),
        (("sow", 1), ("show", 2), "how\b\b"),
        (("show", 1), ("sow", 1), "ow \b\b\b"),
        (("show", 4), ("", 0), "\b\b\b\b    \b\b\b\b"),
        (("show", 4), ("pwc", 3), "\b\b\b\bpwc \b"),
        (("a漢", 2), ("a", 1), "\b\b  \b\b"),
        (("show", 4), ("show", 4), ""),
    ],
)
@pytest.mark.parametrize("columns", [80, FLAT])
def test_changes_within_a_row_need_no_escape_code(before, after, octets, columns):
    written = []
    display = Display(written.append, lambda: columns)
    display.begin("")
    display.show(*before)
    written.clear()
    display.show(*after)
    assert "".join(written) == octets


def test_backspace_at_the_end_of_a_full_row_needs_none_either():
    paper = Paper(10)
    paper.display.begin(PROMPT)
    paper.display.show(f"{PROMPT}abcd", 11)
    paper.wrote()
    for text in ("abc", "ab", "a"):
        paper.display.show(PROMPT + text, len(PROMPT) + len(text))
        assert paper.rows == [PROMPT + text]
    assert paper.wrote().count("\x1b") == 1  # up to the row of abc


def test_where_the_cursor_cannot_go_up_no_code_is_written():
    written = []
    display = Display(written.append, lambda: FLAT)
    display.begin(PROMPT)
    text = "漢字 x" * 80
    for end in (len(text), 5, len(text), 0):
        display.show(PROMPT + text[:end], len(PROMPT) + end // 2)
    display.end()
    assert "\x1b" not in "".join(written)


def test_what_cannot_be_printed_is_not_sent_to_the_terminal():
    written = []
    display = Display(written.append, lambda: 80)
    display.begin("a\x1b[2Jb\n")
    assert "".join(written) == "a?[2Jb?"


def test_a_line_is_drawn_anew_only_where_it_wraps_otherwise():
    paper = Paper(20)
    paper.display.begin(PROMPT)
    paper.display.show(f"{PROMPT}abc", 10)
    paper.wrote()
    paper.columns = 11
    paper.display.resize()
    assert paper.wrote() == ""
    paper.columns = 8
    paper.screen.resize(60, 8)
    paper.display.resize()
    assert paper.rows == [f"{PROMPT}a", "bc"]
    paper.columns = 20
    paper.screen.resize(60, 20)
    paper.display.resize()
    assert paper.rows[-1] == f"{PROMPT}abc"
