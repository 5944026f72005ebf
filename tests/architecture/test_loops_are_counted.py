"""A loop over what is computed asserts how many it met: over nothing it would hold as well."""

from pathlib import Path

import pytest
from counting import met
from loops import loops

TESTS = Path(__file__).parents[1]
PAGES = TESTS / "support" / "reference"
"""What writes the pages of the reference: a program, whose assertions judge no test."""
MAY_BE_NOTHING = 32
"""How many loops may say ``met(0, ...)``: that nothing is a case of theirs as well."""

SILENT = {
    "for one in made():\n        assert one",
    "for one in range(len(made())):\n        check(one)",
    "for one in made():\n        with pytest.raises(ValueError):\n            made(one)",
    "found = [one for one in made() if one]\n    for one in found:\n        assert one",
    "for one in (1, 2):\n        for other in made(one):\n            assert other",
    "wrong = []\n    for one in made():\n        wrong.append(one)\n    assert wrong == []",
    "assert all(one for one in made())",
    "assert made() and all(one for one in argument)",
    "assert all(one for one in (1, 2) if made(one))",
    "assert not any(one in {} for one in made())",
    "assert not [one for one in made() if one]",
    "assert [one for one in made() if one] == []",
    "assert {one for one in made()} <= {1, 2}",
    "wrong = sorted(one for one in made() if one)\n    assert not wrong",
    "for one in WORDS.get(argument, ()):\n        assert one",
    "lines = sorted(lines)\n    for one in lines:\n        assert one",
}
COUNTED = {
    "for one in met(3, made()):\n        assert one",
    "for one in (1, 2):\n        assert one",
    "for one in WORDS.items():\n        assert one",
    "for one, words in WORDS.items():\n        for word in words:\n            assert word",
    "for one in range(3):\n        assert one",
    "for one in made():\n        made(one)",
    "found = made()\n    assert len(found) > 3\n    for one in found:\n        assert one",
    "seen = 0\n    for one in made():\n        assert one\n        seen += 1\n    assert seen > 3",
    "assert made() == [1, 2]\n    assert not [one for one in made() if one > 2]",
    "assert all(one for one in met(2, made()))",
    "assert any(one for one in made())",
    "assert [one for one in made()] == [1, 2]",
    "assert [one for one in (1, 2) if one > 2] == []",
}
FILE = """
WORDS = {{"a": ["b", "c"], "d": "e"}}

def check(one):
    assert one

def test_it(argument):
    {}
"""


@pytest.mark.parametrize("body", sorted(SILENT))
def test_what_may_go_through_nothing_is_found(body):
    assert len(loops(FILE.format(body))) == 1


@pytest.mark.parametrize("body", sorted(COUNTED))
def test_what_is_counted_is_not_found(body):
    assert loops(FILE.format(body)) == []


def test_cases_that_are_computed_are_found():
    parametrized = "@pytest.mark.parametrize('one', {})\ndef test_it(one):\n    assert one\n"
    assert len(loops(parametrized.format("made()"))) == 1
    assert loops(parametrized.format("met(2, made())")) == []
    assert loops(parametrized.format("['a', 'b']")) == []


def test_cases_that_are_written_are_known_in_the_test():
    source = (
        "@pytest.mark.parametrize(('one', 'words'), [(1, ['a']), (2, {})])\n"
        "def test_it(one, words):\n    for word in words:\n        assert word\n"
    )
    assert loops(source.format("['b']")) == []
    assert len(loops(source.format("[]"))) == 1


def test_every_loop_over_what_is_computed_is_counted():
    paths = met(350, (path for path in TESTS.rglob("*.py") if PAGES not in path.parents))
    found = [
        f"{path.relative_to(TESTS)}:{loop.line}: {loop.what}"
        for path in paths
        for loop in loops(path.read_text())
    ]
    assert found == [], "count what is met: met(least, ...) of tests/support/counting.py"


def test_few_loops_may_go_through_nothing():
    texts = [path.read_text() for path in met(350, TESTS.rglob("*.py"))]
    assert sum(text.count("met(0, ") for text in texts) <= MAY_BE_NOTHING
