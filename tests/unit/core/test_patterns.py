"""Regular expressions that are compiled at their first use."""

import re

import pytest

from srpki.core.patterns import regex


def test_they_match_as_compiled_ones_do():
    ours, theirs = (kind(r"(a+)(B)?", re.IGNORECASE) for kind in (regex, re.compile))
    for text in ("aab", "AA", "b", "xaB"):
        assert (ours.fullmatch(text) is None) == (theirs.fullmatch(text) is None)
        assert ours.sub("-", text) == theirs.sub("-", text)
    assert ours.pattern == theirs.pattern and ours.flags == theirs.flags


def test_octets_are_matched_too():
    assert regex(rb"a.", re.DOTALL).fullmatch(b"a\n")


def test_it_is_compiled_when_it_is_used_and_once(monkeypatch):
    compiled = []
    compile_ = re.compile
    monkeypatch.setattr(re, "compile", lambda *words: compiled.append(words) or compile_(*words))
    late = regex("a")
    assert compiled == []
    assert late.match("a") and late.match("a") and late.match("b") is None
    assert compiled == [("a", 0)]


def test_what_no_expression_has_it_has_not_either():
    with pytest.raises(AttributeError):
        regex("a").matched  # noqa: B018
