"""A golden file that differs is told by its first block that does: the place, the line, both sides."""

import pytest
from differing import MOST, agree, first_difference

KEPT = "=== a\none\ntwo\n---\n=== b\nthree\nfour\n---\n=== c\nfive\n"


def test_the_first_block_that_differs_is_told_with_its_place():
    told = first_difference("md/x.golden", KEPT, KEPT.replace("four", "4").replace("five", "5"))
    assert told.splitlines()[:2] == ["md/x.golden:7, in the block", "    === b"]
    assert "-four\n+4\n" in told
    assert "five" not in told and "one" not in told
    assert "SRPKI_GOLDEN=write" in told


@pytest.mark.parametrize(
    ("found", "line", "block", "said"),
    [
        (KEPT.replace("=== b", "=== B"), 5, "=== B", ["-=== b", "+=== B"]),
        (KEPT + "=== d\nsix\n", 11, "=== d", ["+=== d", "+six"]),
        (KEPT.replace("=== c\nfive\n", ""), 9, "=== c", ["-=== c", "-five"]),
        ("", 1, "=== a", ["-=== a", "-one"]),
        (KEPT.replace("two", "two\nmore"), 4, "=== a", ["+more"]),
    ],
)
def test_blocks_that_are_new_gone_renamed_or_longer_are_told_too(found, line, block, said):
    told = first_difference("x", KEPT, found).splitlines()
    assert told[:2] == [f"x:{line}, in the block", f"    {block}"]
    assert [one for one in said if one not in told] == []


def test_a_long_block_is_cut():
    long = "=== a\n" + "".join(f"{number}\n" for number in range(1000))
    told = first_difference("x", long, long.replace("\n", "!\n"))
    assert len(told.splitlines()) == MOST + 4
    assert "lines more" in told


def test_a_golden_test_fails_by_it_without_a_trace(tmp_path, monkeypatch):
    monkeypatch.delenv("SRPKI_GOLDEN", raising=False)
    path = tmp_path / "md" / "x.golden"
    path.parent.mkdir()
    path.write_text(KEPT)
    agree(path, KEPT)
    with pytest.raises(pytest.fail.Exception, match=r"md/x\.golden:2, in the block") as failed:
        agree(path, KEPT.replace("one", "1"))
    assert not failed.value.pytrace
    monkeypatch.setenv("SRPKI_GOLDEN", "write")
    agree(path, "=== other\n")
    assert path.read_text() == "=== other\n"
