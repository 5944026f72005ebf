"""Expressions of ours against those of the library, and what the library would not survive."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srpki.core import expressions
from srpki.core.errors import InvalidInputError
from srpki.core.expressions import Expression

ATOMS = st.one_of(
    st.sampled_from("abc."),
    st.sampled_from(["[ab]", "[^a]", "[a-c]", r"\d", r"\W", r"\.", "[]a]", "[a-]"]),
)
COUNTS = st.sampled_from(["", "", "*", "+", "?", "{2}", "{1,3}", "{0,2}", "{2,}"])


def joined(inner):
    pieces = st.tuples(inner, COUNTS).map("".join)
    rows = st.lists(pieces, min_size=1, max_size=3).map("".join)
    ways = st.lists(rows, min_size=1, max_size=3).map("|".join)
    return ways.map(lambda text: f"({text})")


PATTERNS = st.tuples(
    st.sampled_from(["", "^"]),
    st.recursive(ATOMS, joined, max_leaves=8),
    st.sampled_from(["", "$"]),
).map("".join)


@given(PATTERNS, st.text("abc1. ", max_size=12))
def test_what_is_found_is_what_the_library_finds(pattern, text):
    found = re.search(pattern, text, re.DOTALL) is not None
    assert Expression(pattern).found_in(text) == found


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("", "", True),
        ("^$", "", True),
        ("^$", "a", False),
        ("tmnxPki.*Fail", "tmnxPkiCertFail", True),
        ("^User (admin|bob) from", "User bob from 192.0.2.1", True),
        ("^User (admin|bob) from", "A User bob from 192.0.2.1", False),
        (r"192\.0\.2\.1$", "from 192.0.2.1", True),
        (r"192\.0\.2\.1$", "from 192.0.2.10", False),
        ("é+", "éé", True),
    ],
)
def test_expressions_of_operators(pattern, text, found):
    assert Expression(pattern).found_in(text) == found


@pytest.mark.parametrize(
    "pattern", ["(a+)+$", "(a|aa)+$", "(a*)*b", "a?" * 60 + "a" * 60, ".*.*.*.*.*z", "(x+x+)+y"]
)
def test_no_expression_takes_for_ever(pattern):
    began = time.process_time()
    assert not Expression(pattern).found_in("a" * 50 + "x" * expressions.CHARACTERS + "!" * 9)
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "pattern",
    [
        "(",
        ")",
        "a)",
        "[a",
        "*a",
        "a{",
        "a{x}",
        "a{3,2}",
        "a{999}",
        "\\",
        r"(a)\1",
        "(" * 60 + ")" * 60,
    ],
)
def test_what_is_no_expression_is_refused(pattern):
    with pytest.raises(InvalidInputError, match="is no regular expression"):
        Expression(pattern)


def test_an_expression_is_bounded():
    with pytest.raises(InvalidInputError, match="too large"):
        Expression("((a{200}){200}){200}")
