"""Text of a peer, made fit to be shown."""

from hypothesis import given
from hypothesis import strategies as st

from srpki.protocol.text import peer_text


@given(st.text(max_size=2000))
def test_any_text_becomes_one_bounded_printable_line(text):
    shown = peer_text(text, 50)
    assert shown.isprintable() and len(shown) <= 50


def test_ordinary_text_stays_and_white_space_shrinks():
    assert peer_text(" no such\r\n\tdevice ") == "no such device"


def test_escape_sequences_and_direction_marks_lose_their_power():
    assert peer_text("a\x1b[2Jb\u202ec\x9bd\u2028e") == "a [2Jb c d e"


def test_long_text_ends_in_dots():
    assert peer_text("x" * 201) == "x" * 197 + "..."
    assert peer_text("x" * 200) == "x" * 200
