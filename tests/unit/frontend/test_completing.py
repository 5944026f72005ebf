"""What Tab makes of the session's offers, without a terminal."""

import pytest

from srpki.cli.port import Offer
from srpki.frontend.completing import Completed, complete, in_columns, listed


def offers(replaces, *texts):
    return [Offer(text, replaces, text.strip('"')) for text in texts]


@pytest.mark.parametrize(
    ("before", "offered", "completed"),
    [
        ("x", [], Completed()),
        ("show ver", offers(3, "version"), Completed("version", 3, ends=True)),
        ("show version", offers(7, "version"), Completed("version", 7, ends=True)),
        ("ce", offers(2, "cert-a", "cert-b"), Completed("cert-", 2)),
        (
            "cert-",
            offers(5, "cert-a", "cert-b"),
            Completed(choices=tuple(offers(5, "cert-a", "cert-b"))),
        ),
        ("", offers(0, "admin", "show"), Completed(choices=tuple(offers(0, "admin", "show")))),
        # A word that begins another is not whole.
        (
            "ca",
            offers(2, "ca", "ca-profile"),
            Completed(choices=tuple(offers(2, "ca", "ca-profile"))),
        ),
        # What is quoted where quotes are needed does not complete what was typed without them.
        (
            "my",
            offers(2, '"my a"', '"my b"'),
            Completed(choices=tuple(offers(2, '"my a"', '"my b"'))),
        ),
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


def test_values_are_listed_below_the_name_of_their_type_one_in_a_line():
    zones = [Offer(zone, 0, zone, "name") for zone in ("hst", "akst")]
    assert listed(zones, 80) == "\n <name>\n hst\n akst"


def test_what_there_is_to_tell_of_a_value_stands_below_it():
    """As ``rollback commit-id`` is captured, in cli.md 1.4."""
    details = ("  Committed 2026-05-04T13:47:14.9+00:00 by admin (MD-CLI) from 10.128.4.1",)
    found = [Offer("2", 0, "2", "commit-id", details=details), Offer("1", 0, "1", "commit-id")]
    assert listed(found, 80).splitlines() == [
        "",
        " <commit-id>",
        " 2",
        "   Committed 2026-05-04T13:47:14.9+00:00 by admin (MD-CLI) from 10.128.4.1",
        " 1",
    ]


def test_keywords_are_listed_in_columns_before_values():
    found = [*offers(0, "all", "detail"), Offer("99", 0, "99", "log-id")]
    assert listed(found, 80) == "all     detail\n\n <log-id>\n 99"


def test_a_directory_is_completed_without_a_blank_after_it():
    found = [Offer("cf3:\\scripts\\", 5, "cf3:\\scripts\\", "url", whole=False)]
    assert complete("file list cf3:\\", found) == Completed("cf3:\\scripts\\", 5, ends=False)
