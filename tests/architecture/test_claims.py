"""The table of claims in ``docs/contributing.md``: what is claimed stands there, and so do the tests."""

import re
from pathlib import Path

import pytest
from counting import met
from named import is_a_test

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "contributing.md"
MAY_BE_NEW = 1 / 5
"""The share of pages, and of entries of a changelog, that may be without a row until a release."""


def words(text):
    return " ".join(text.split())


@pytest.fixture(scope="module")
def rows():
    """The rows: page, claim, tests."""
    _, _, table = PAGE.read_text().partition("| page | claim | tests |\n|---|---|---|\n")
    found = []
    for line in table.partition("\n\n")[0].splitlines():
        page, claim, tests = line.removeprefix("| ").removesuffix(" |").split(" | ", 2)
        claim = claim.removeprefix("\u201c").removesuffix("\u201d").replace("\\|", "|")
        found.append((page.strip("`"), claim, re.findall(r"`([^`]+)`", tests)))
    return found


def bullets():
    text = (ROOT / "docs" / "changelog.md").read_text()
    return [
        words(one) for one in re.findall(r"^\* (.*?)(?=^\* |^#|\Z)", text, re.MULTILINE | re.DOTALL)
    ]


def test_every_claim_of_the_table_stands_on_its_page(rows):
    assert len(rows) > 150
    pages = {page: words((ROOT / page).read_text()) for page, _, _ in rows}
    assert [(page, claim) for page, claim, _ in rows if words(claim) not in pages[page]] == []


def test_every_test_of_the_table_is_there(rows):
    assert [claim for _, claim, tests in met(100, rows) if not tests] == []
    named = [test for _, _, tests in rows for test in tests]
    assert [test for test in met(200, named) if not is_a_test(test)] == []


def test_every_page_has_claims_in_the_table(rows):
    pages = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    maps = {"docs/README.md", "docs/contributing.md"}
    decisions = {page for page in pages if page.startswith("docs/adr/")}
    assert len(pages) > 15 and decisions
    wanted = (pages - maps - decisions) | {"README.md"}
    found = {page for page, _, _ in rows}
    assert found <= wanted
    assert len(wanted - found) <= MAY_BE_NEW * len(wanted), wanted - found


def test_every_command_of_the_readme_is_in_the_table(rows):
    commands = re.findall(r"^\| (`srpki[^|]*`) \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    claimed = [claim for page, claim, _ in rows if page == "README.md"]
    assert len(commands) >= 4
    assert [one for one in commands if not any(one in claim for claim in claimed)] == []


def test_what_the_changelog_says_is_in_the_table(rows, record_property):
    claims = [words(claim) for page, claim, _ in rows if page == "docs/changelog.md"]
    found = bullets()
    without = [one for one in found if not any(one.startswith(claim) for claim in claims)]
    record_property("claims without a row", len(without))
    assert len(found) > 90
    assert len(without) <= MAY_BE_NEW * len(found), without
