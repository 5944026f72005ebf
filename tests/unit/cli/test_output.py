"""Modifiers and the layout of results [cli.md sections 1.7 and 1.9, pki.md section 6]."""

from datetime import UTC, datetime

import pytest

from srpki.cli.meaning import Modifier
from srpki.cli.pipes import apply
from srpki.cli.render.results import render
from srpki.device.results import (
    Fields,
    FileEntry,
    Listing,
    LogPage,
    Table,
)
from srpki.schema.tree import SCHEMA

TEXT = "one\nTwo\nthree\nfour two\nfive"


def matched(**inputs):
    named = {name.replace("_", "-"): value for name, value in inputs.items()}
    return apply(TEXT, [Modifier("match", named)]).splitlines()


def test_match_keeps_lines_with_the_text():
    assert matched(pattern="two") == ["four two"]
    assert matched(pattern="two", ignore_case=True) == ["Two", "four two"]
    assert matched(pattern="o", invert_match=True) == ["three", "five"]


def test_match_shows_lines_around():
    assert matched(pattern="three", pre_lines=1, post_lines=1) == ["Two", "three", "four two"]
    assert matched(pattern="e", max_count=2) == ["one", "three"]


def test_modifiers_chain():
    chain = [Modifier("match", {"pattern": "o"}), Modifier("count", {})]
    assert apply(TEXT, chain) == "Count: 3 lines"
    assert apply(TEXT, [Modifier("no-more", {})]) == TEXT


@pytest.mark.parametrize("line", ["show time | match", "show time | bogus", "show time |"])
def test_a_modifier_is_checked_like_the_rest_of_the_line(md, line):
    md.refused(line)


def test_a_table_has_rules_of_79():
    table = Table(
        title="Profiles", columns=("Name", "State"), rows=(("a", "up"), ("long name", "down"))
    )
    assert render(SCHEMA, table).splitlines() == [
        "=" * 79,
        "Profiles",
        "=" * 79,
        "Name       State",
        "-" * 79,
        "a          up",
        "long name  down",
        "=" * 79,
    ]


def test_fields_are_padded_to_the_longest_name():
    section = Fields(title="CMPv2", pairs=(("URL", "http://a"),))
    fields = Fields(title="CA", pairs=(("Cert File", "a.crt"), ("Oper", "")), sections=(section,))
    assert render(SCHEMA, fields).splitlines()[3:] == [
        "Cert File : a.crt",
        "Oper      :",
        "",
        "CMPv2",
        "-" * 79,
        "URL : http://a",
        "=" * 79,
    ]


def test_a_directory_looks_as_on_the_router():
    """R-27 and R-gnet layouts of ``file list``."""
    entries = (
        FileEntry(name="system-pki", size=None, modified=datetime(2021, 3, 26, 20, 50, tzinfo=UTC)),
        FileEntry(name="cert.key", size=1256, modified=datetime(2021, 3, 26, 8, 51, tzinfo=UTC)),
    )
    listing = Listing(url="cf3:\\", entries=entries, free=683569152)
    assert render(SCHEMA, listing).splitlines() == [
        "Volume in drive cf3 on slot A has no label.",
        "",
        "Directory of cf3:\\",
        "",
        "03/26/2021  08:50p      <DIR>          system-pki/",
        "03/26/2021  08:51a                1256 cert.key",
        "              1 File(s)                   1256 bytes.",
        "              1 Dir(s)               683569152 bytes free.",
    ]


def test_an_empty_log_says_what_comes_next():
    page = LogPage(log_id=99, name="Default System Log", events=())
    assert render(SCHEMA, page).splitlines()[4] == (
        "Memory Log contents  [size=500   next event=1  (not wrapped)]"
    )
