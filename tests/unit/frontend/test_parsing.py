"""Text between keys in one piece, and every key as prompt_toolkit tells it."""

from counting import met
from hypothesis import given, settings
from hypothesis import strategies as st
from prompt_toolkit.input.vt100_parser import Vt100Parser

from srpki.frontend.parsing import TextParser

PIECES = st.sampled_from(
    ["a", "show ver", "漢", "\r", "\n", "\t", "\x7f", "\x03", "\x1a", "\x1b", "\x1b[A", "\x1b[1",
     "\x1bb", "\x1b[1;5C", "[", "~", "O", "\x1b[200~", "\x1b[201~", "\x1bOP", "\x00", "\x9b", "\udcff"]
)  # fmt: skip


def told(parser_of, chunks, flushed):
    """Return what a parser tells of *chunks*, each after which it is flushed if that is so."""
    found = []
    parser = parser_of(found.append)
    for chunk, flush in zip(chunks, flushed, strict=True):
        parser.feed(chunk)
        if flush:
            parser.flush()
    keys = []
    for item in found:
        if isinstance(item, str):
            keys += [(character, character) for character in item]
        else:
            keys.append((item.key, item.data))
    return keys


@settings(deadline=None, max_examples=300)
@given(
    data=st.lists(st.tuples(st.lists(PIECES, max_size=6).map("".join), st.booleans()), max_size=5)
)
def test_it_tells_what_prompt_toolkits_own_parser_tells(data):
    chunks, flushed = zip(*data, strict=True) if data else ((), ())
    assert told(TextParser, chunks, flushed) == told(Vt100Parser, chunks, flushed)


def test_text_comes_in_one_piece():
    found = []
    TextParser(found.append).feed("show version\rpwc")
    assert found[0] == "show version"
    assert found[2] == "pwc"
    assert len(found) == 3


def test_so_it_does_behind_a_paste_and_a_lone_escape():
    found = []
    parser = TextParser(found.append)
    parser.feed("\x1b[200~x\ny\x1b[201~")
    parser.feed("pwc\x1b")
    parser.flush()
    parser.feed("back")
    assert [item if isinstance(item, str) else item.data for item in found] == [
        "x\ny",
        "pwc",
        "\x1b",
        "back",
    ]


@settings(deadline=None, max_examples=300)
@given(data=st.lists(st.lists(PIECES, max_size=6).map("".join), min_size=1, max_size=5))
def test_it_has_something_to_tell_when_nothing_follows_only_where_it_holds_something(data):
    found = []
    parser = TextParser(found.append)
    for chunk in met(1, data):
        parser.feed(chunk)
        told, held = len(found), parser.holding
        parser.flush()
        assert held or len(found) == told
    if not any("\x1b" in chunk for chunk in data):
        assert not parser.holding
