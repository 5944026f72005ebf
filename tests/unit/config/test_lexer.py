import pytest

from srpki.config.lexer import is_plain, lex_classic, lex_md
from srpki.config.text import quote


def words(tokens):
    return [token.text for token in tokens]


def test_words_and_strings_keep_their_columns():
    tokens = lex_md('  ca-profile "lab ca"  x')
    assert words(tokens) == ["ca-profile", "lab ca", "x"]
    assert [(token.start, token.end) for token in tokens] == [(2, 12), (13, 21), (23, 24)]
    assert [token.quoted for token in tokens] == [False, True, False]


def test_brackets_and_braces_stand_alone_at_the_begin_of_a_word():
    assert words(lex_md('policy ["a" b] {}')) == ["policy", "[", "a", "b", "]", "{", "}"]


def test_brackets_inside_a_word_belong_to_it():
    assert words(lex_md("url http://[::1]:80/x")) == ["url", "http://[::1]:80/x"]


def test_a_quote_without_its_partner_is_not_closed():
    assert [token.closed for token in lex_md('name "abc')] == [True, False]


def test_backslashes_escape_only_quotes_and_backslashes():
    assert words(lex_md(r'"cf3:\x" "a\"b" "c\\d" cf3:\y')) == ["cf3:\\x", 'a"b', "c\\d", "cf3:\\y"]


@pytest.mark.parametrize(
    "text", ["", "a b", 'x"y', "cf3:\\", "\\\\", '\\"', "a\\\\b", "#", "{", "| x"]
)
def test_a_quoted_text_is_read_back(text):
    assert words(lex_md(quote(text))) == words(lex_classic(quote(text))) == [text]


def test_a_classic_comment_begins_at_a_word_but_not_inside_quotes():
    assert words(lex_classic('name "a # b" # rest')) == ["name", "a # b"]


def test_an_md_cli_comment_is_a_whole_line():
    assert lex_md("  # said before") == []
    assert words(lex_md("name #1")) == ["name", "#1"]


def test_a_bar_separates_wherever_it_stands_outside_quotes():
    assert words(lex_md('show time|match "a|b"')) == ["show", "time", "|", "match", "a|b"]


@pytest.mark.parametrize(
    ("text", "plain"), [("a.b-c", True), ("", False), ("a b", False), ("a#", False)]
)
def test_what_may_stand_without_quotes(text, plain):
    assert is_plain(text) is plain
