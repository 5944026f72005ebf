"""What a golden file and what is found differ in first: a block with its place, not a wall of text."""

import difflib
import os
from itertools import zip_longest
from pathlib import Path

import pytest

HEADS = ("=== ", "===", "##### ", "# ")
"""What the first line of a block begins with."""
MOST = 40
"""Lines of a difference that are printed."""
CURE = "If that is as it should be: SRPKI_GOLDEN=write pytest tests/golden, and read all of `git diff`."


def agree(path, found):
    """Fail with the first block in which *found* differs from the golden file *path*, if one does.

    With ``SRPKI_GOLDEN=write`` in the environment the file is written anew.
    """
    if os.environ.get("SRPKI_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(found, encoding="utf-8")
    kept = path.read_text(encoding="utf-8")
    if found != kept:
        name = Path(*path.parts[-2:]) if path.parent.name in {"md", "classic"} else path.name
        pytest.fail(first_difference(str(name), kept, found), pytrace=False)


def first_difference(name, kept, found):
    """Return the first block in which *found* is not what is *kept* in the golden file *name*."""
    ours, theirs = found.splitlines(), kept.splitlines()
    pairs = zip_longest(theirs, ours)
    at = next((number for number, (one, other) in enumerate(pairs) if one != other), len(theirs))
    begin = _head(theirs[: at + 1], ours[: at + 1])
    blocks = (_block(lines, begin, at) for lines in (theirs, ours))
    told = list(difflib.unified_diff(*blocks, "kept in the file", "found now", n=3, lineterm=""))
    told = [line for line in told if not line.startswith("@@")]
    more = [f"... and {len(told) - MOST} lines more"] if len(told) > MOST else []
    head = (ours[begin : begin + 1] or theirs[begin : begin + 1] or ["the end"])[0]
    return "\n".join((f"{name}:{at + 1}, in the block", f"    {head}", *told[:MOST], *more, CURE))


def _head(*texts):
    """Return the number of the last line of the *texts*, alike but for their ends, that is a head."""
    for number in range(max(map(len, texts)) - 1, -1, -1):
        if any(number < len(lines) and lines[number].startswith(HEADS) for lines in texts):
            return number
    return 0


def _block(lines, begin, at):
    """Return the block of *lines* that begins at *begin* and goes on past *at*."""
    end = next(
        (number for number in range(at + 1, len(lines)) if lines[number].startswith(HEADS)),
        len(lines),
    )
    return lines[begin:end]
