"""Modifiers and the layout of results [cli.md sections 1.7 and 1.9, pki.md section 6]."""

from datetime import UTC, datetime

import canned
import pytest

from srpki.cli.meaning import Modifier
from srpki.cli.pipes import apply
from srpki.cli.render.layout import Fields, Reader, Table
from srpki.cli.render.results import render, text
from srpki.cli.session import Session
from srpki.core.errors import StorageError
from srpki.device.records.files import Directory, FileEntry
from srpki.device.records.log import LogPage
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


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_the_options_of_match_come_in_any_order(device, dialect):
    device.answers["show.time"] = canned.lines(*TEXT.split("\n"))
    session = Session(device, dialect)
    for options in ("ignore-case max-count 1 post-lines 1", "post-lines 1 max-count 1 ignore-case"):
        found = session.feed(f"show time | match two {options} | no-more")
        assert (found.text.split(), found.whole) == (["Two", "three"], True)
    assert session.feed(
        "show time | match o | match t invert-match ignore-case | count"
    ).text.endswith("Count: 1 lines")
    assert session.feed("show time").whole is False


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_output_goes_to_a_file_in_the_place_of_what_is_there(device, dialect):
    device.answers["show.time"] = canned.lines(*TEXT.split("\n"))
    session = Session(device, dialect)
    for line, content in (
        ("show time | match two > cf3:/out.txt", "four two\n"),
        ('show time | match four >"cf3:\\out.txt"', "four two\n"),
        ("show time | match six | match seven > cf3:/out.txt", ""),
        ("show time | count >cf3:/out.txt", "Count: "),
    ):
        assert session.feed(line).text == ""
        assert device.files.files["cf3:\\out.txt"].decode().startswith(content)


def test_only_output_goes_to_the_file_not_an_error(md, device):
    device.answers["show.time"] = canned.error("broken")
    assert "broken" in md.refused("show time > cf3:/out.txt")
    assert md.message("bogus > cf3:/out.txt").endswith("Unknown element - 'bogus'")
    assert md.message("pwc >").endswith("Missing element value - 'url'")
    assert md.message("pwc > cf3:/a | count").endswith("Unknown element - '|'")
    assert list(device.files.files) == ["cf3:\\gw.pem"]
    answer = md.session.feed("configure private")
    md("system name x")
    assert md.session.feed("exit all > cf3:/out.txt").question is not None
    assert answer.ok
    assert list(device.files.files) == ["cf3:\\gw.pem"]


def test_a_file_that_cannot_be_written_is_told(md, classic, device):
    def full(url, content, *, force):
        raise StorageError(f'write file "{url}": No space left on device')

    device.files.write = full
    told = 'write file "cf3:\\x": No space left on device'
    assert md.refused("pwc > cf3:/x") == f"MINOR: MGMT_AGENT #2007: Operation failed - {told}"
    assert classic.refused("pwc > cf3:/x") == f"MINOR: CLI {told}"
    assert md.message("pwc > http://x").startswith("MINOR: MGMT_CORE #2301: Invalid element value")


def test_what_begins_with_the_sign_of_a_file_is_quoted(md):
    md("configure private", 'system name ">x"')
    assert md("info system") == '    name ">x"'
    md("system name a>b")
    assert md("info system") == '    name "a>b"'


def test_what_match_has_found_is_marked_as_the_environment_says(md, classic):
    def found(line, session=md.session):
        return session.feed(line).found

    assert found("pwc | match Work") == ()
    md("environment match-highlight admin-state enable")
    assert found("pwc | match Work") == (("Work", False, ("bold",)),)
    md("environment match-highlight style [underline reverse]")
    styles = ("underline", "reverse")
    assert found("pwc | match WORK ignore-case | match a invert-match | match P") == (
        ("WORK", True, styles),
        ("P", False, styles),
    )
    assert found("pwc") == ()
    assert found("pwc | match Work", classic.session) == ()


@pytest.mark.parametrize("line", ["show time | match", "show time | bogus", "show time |"])
def test_a_modifier_is_checked_like_the_rest_of_the_line(md, line):
    md.refused(line)


def test_a_table_has_rules_of_79():
    table = Table(
        title="Profiles", columns=("Name", "State"), rows=(("a", "up"), ("long name", "down"))
    )
    assert text(table, Reader(SCHEMA)).splitlines() == [
        "",
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
    assert text(fields, Reader(SCHEMA)).splitlines()[4:] == [
        "Cert File: a.crt",
        "Oper     :",
        "",
        "CMPv2",
        "-" * 79,
        "URL      : http://a",
        "=" * 79,
    ]


def test_a_directory_looks_as_on_the_router():
    """R-27 and R-gnet layouts of ``file list``."""
    entries = (
        FileEntry(name="system-pki", size=None, modified=datetime(2021, 3, 26, 20, 50, tzinfo=UTC)),
        FileEntry(name="cert.key", size=1256, modified=datetime(2021, 3, 26, 8, 51, tzinfo=UTC)),
    )
    listing = Directory(url="cf3:\\", file=entries, free=683569152)
    assert render(listing, Reader(SCHEMA)).splitlines() == [
        "",
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
    page = LogPage(
        log_id="99", log_name="99", description="Default System Log", events=(), next_event=1
    )
    assert render(page, Reader(SCHEMA)).splitlines()[5] == (
        "Memory Log contents  [size=500   next event=1  (not wrapped)]"
    )
