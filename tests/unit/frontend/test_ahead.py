"""Keys that wait: kept in order, characters together, without what is neither text nor a key."""

from prompt_toolkit.key_binding import KeyPress
from prompt_toolkit.keys import Keys

from srpki.frontend.ahead import MOST, Ahead, Pasted

ENTER, CTRL_C, LEFT = KeyPress(Keys.ControlM), KeyPress(Keys.ControlC), KeyPress(Keys.Left)


def keys(text):
    return [KeyPress(character) for character in text]


def taken(ahead):
    found = []
    while ahead:
        found.append(ahead.take())
    return found


def test_characters_between_keys_are_one_text():
    ahead = Ahead()
    ahead.add([*keys("sho"), LEFT, *keys("w t"), ENTER, ENTER])
    assert taken(ahead) == ["sho", LEFT, "w t", ENTER, ENTER]


def test_every_blank_is_a_blank_and_what_has_no_shape_is_left_out():
    ahead = Ahead()
    ahead.add(keys("a\u00a0b\u2003c\x00\udcff\ufeff漢"))
    assert taken(ahead) == ["a b c漢"]


def test_a_paste_is_lines_of_text():
    ahead = Ahead()
    ahead.add([KeyPress(Keys.BracketedPaste, "a?\tb\r\n\x1b]0;c\rd")])
    assert taken(ahead) == [Pasted("a? b"), ENTER, Pasted("]0;c"), ENTER, Pasted("d")]


def test_a_pager_takes_one_key_and_leaves_a_paste():
    ahead = Ahead()
    ahead.add([*keys("qx"), KeyPress(Keys.BracketedPaste, "y")])
    assert [ahead.take_key(), ahead.take_key()] == [KeyPress("q"), KeyPress("x")]
    assert ahead.take_key().key == Keys.BracketedPaste
    assert taken(ahead) == [Pasted("y")]


def test_control_c_takes_back_what_was_typed_before_the_last_one():
    ahead = Ahead()
    ahead.add([*keys("a"), CTRL_C, *keys("b"), CTRL_C, *keys("c")])
    assert ahead.cut()
    assert not ahead.cut()
    assert taken(ahead) == ["c"]


def test_it_is_full_until_some_of_it_is_taken():
    ahead = Ahead()
    ahead.add([KeyPress(Keys.BracketedPaste, "x" * MOST), ENTER])
    assert ahead.full
    ahead.take()
    assert not ahead.full
    ahead.add([KeyPress(Keys.BracketedPaste, "x" * MOST), ENTER])
    assert ahead.full
    ahead.drop()
    assert not ahead.full
    assert not ahead
