"""What Tab makes of the session's offers, without a terminal."""

import pytest

from srpki.cli.session import Offer
from srpki.frontend.completing import Completed, complete, in_columns


def offers(replaces, *texts):
    return [Offer(text, replaces, text.strip('"')) for text in texts]


@pytest.mark.parametrize(
    ("before", "offered", "completed"),
    [
        ("x", [], Completed()),
        ("show ver", offers(3, "version"), Completed("version", 3, ends=True)),
        ("show version", offers(7, "version"), Completed("version", 7, ends=True)),
        ("ce", offers(2, "cert-a", "cert-b"), Completed("cert-", 2)),
        ("cert-", offers(5, "cert-a", "cert-b"), Completed(choices=("cert-a", "cert-b"))),
        ("", offers(0, "admin", "show"), Completed(choices=("admin", "show"))),
        # A word that begins another is not whole.
        ("ca", offers(2, "ca", "ca-profile"), Completed(choices=("ca", "ca-profile"))),
        # What is quoted where quotes are needed does not complete what was typed without them.
        ("my", offers(2, '"my a"', '"my b"'), Completed(choices=("my a", "my b"))),
        ("my", offers(2, '"my a"'), Completed('"my a"', 2, ends=True)),
        ('"my', offers(3, '"my a"', '"my b"'), Completed('"my ', 3)),
    ],
)
def test_tab_completes_as_readline_does(before, offered, completed):
    assert complete(before, offered) == completed


def test_a_list_is_read_downwards_and_fits():
    words = ["alpha", "be", "c", "delta", "e"]
    assert in_columns(words, 12) == "alpha  delta\nbe     e\nc"
    assert in_columns(words, 11) == "alpha\nbe\nc\ndelta\ne"
    assert in_columns(words, 33) == "alpha  be     c      delta  e"
    assert in_columns(words, 3) == "alpha\nbe\nc\ndelta\ne"
    assert max(map(len, in_columns(words * 40, 80).splitlines())) <= 80
