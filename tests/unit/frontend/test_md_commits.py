"""Commits, their versions and comments in the MD-CLI of a whole node."""

import re

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.completing import listed
from srpki.frontend.node import opened

MODE = "/configure system management-interface configuration-mode"


@pytest.fixture
def typed(tmp_path):
    """Types lines, all of which must be accepted, at a session on a node of its own."""
    with opened(tmp_path / "n", lab=False) as router:
        session = Session(router)

        def typing(*lines):
            for line in met(1, lines):
                answer = session.feed(line)
                assert answer.ok, f"{line}: {answer.text}"
            return answer.text

        typing("edit-config private", f"{MODE} model-driven", "commit comment first", "/configure")
        typing("system name abc", 'commit comment "second one"')
        typing.session = session
        yield typing


def test_earlier_versions_come_back_into_the_candidate(typed):
    loaded = re.compile(r'Loaded \d+ lines in \d\.\d seconds from file "cf3:\\config\.cfg(\.1)?"')
    for line in ("rollback 1", "rollback commit-id 1"):
        assert loaded.fullmatch(typed(line))
        assert typed("compare") == '    system {\n-       name "abc"\n    }'
    assert loaded.fullmatch(typed("rollback startup"))
    assert typed("compare") == ""
    assert typed("compare rollback 1 running flat") == '+   system name "abc"'


def test_the_versions_to_roll_back_to_are_listed_with_their_commits(typed):
    """As captured, in cli.md 1.4, but for the sentence beside the word."""
    lines = listed(typed.session.complete("rollback "), 80).splitlines()
    made = re.compile(r"   Committed \S+ by admin \(MD-CLI\)")
    assert lines[0] == "commit-id"
    assert lines[1:4] == [
        "",
        " <rollback-id>",
        " startup - the configuration that the node starts with",
    ]
    assert [line for line in lines[4:] if not made.fullmatch(line)] == [
        " 0",
        '   Comment   "second one"',
        '   Location  "cf3:\\config.cfg"',
        " 1",
        '   Comment   "first"',
        '   Location  "cf3:\\config.cfg.1"',
    ]
    assert len(lines) == 12


def test_a_confirmed_commit_can_be_taken_back_and_is_edited_again(typed):
    said = typed("system name def", "commit confirmed 2")
    assert re.fullmatch(
        r"INFO: CLI #2090: Commit confirmed - automatic rollback in (1 minute 59|2 minutes).*", said
    )
    assert not typed.session.feed("commit").ok
    assert typed("commit confirmed cancel").startswith("INFO: CLI #2096")
    assert typed("compare flat") == '-   system name "abc"\n+   system name "def"'
    typed("commit confirmed")
    assert typed("commit confirmed accept").startswith("INFO: CLI #2092")
    assert typed("compare") == ""


def test_comments_survive_a_restart(tmp_path):
    node = tmp_path / "n"
    with opened(node, lab=False) as router:
        session = Session(router)
        for line in ("configure private", "system name abc", "annotate why system name", "commit"):
            assert session.feed(line).ok
    with opened(node, lab=False) as router:
        shown = Session(router).feed("info from running /configure system").text
    assert shown == '    # comment: why\n    name "abc"'
