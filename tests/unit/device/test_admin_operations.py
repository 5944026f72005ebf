"""Operations on the whole node: its sessions, and its configuration on the screen."""

import re

import pytest
from counting import met

from srpki.cli.session import Session


@pytest.fixture
def logins(node):
    """Three users, one of them twice."""
    sessions = node.router.node.sessions
    return [
        sessions.open("jo"),
        sessions.open("jo", "ssh", "192.0.2.1"),
        sessions.open("al", "ssh", "2001:db8::1"),
    ]


@pytest.mark.parametrize(
    ("line", "ended"),
    [
        ("username jo", [0, 1]),
        ("session-id 3", [2]),
        ("session-type ssh", [1, 2]),
        ("session-type console", [0]),
        ("address 192.0.2.1", [1]),
        ("address 2001:DB8:0::1", [2]),
    ],
)
@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_the_sessions_that_fit_are_ended(node, logins, dialect, line, ended):
    assert Session(node.router, dialect=dialect).feed(f"admin disconnect {line}").ok
    assert [place for place, login in enumerate(logins) if login.ended] == ended
    assert len(node.router.node.sessions.all()) >= 3 - len(ended)


def test_where_no_session_fits_that_is_told(node, logins):
    answer = Session(node.router).feed("admin disconnect username nobody")
    assert not answer.ok
    assert answer.text == (
        "MINOR: MGMT_AGENT #2007: Operation failed - no session fits username nobody"
        " - see who is there with show users"
    )
    assert not any(login.ended for login in met(3, logins))


def test_a_configuration_says_who_modified_it_last(node):
    session = Session(node.router)
    assert "Last modified" not in session.feed("admin show configuration").text
    node.commit("gw")
    text = session.feed("admin show configuration").text
    assert "# Last modified 2026-11-23T12:00:00.0+00:00 by jo (MD-CLI) from 192.0.2.1" in text
    assert "# Generated 2026-11-23T12:00:00.0+00:00 by admin" in text
    assert session.feed("admin show configuration /configure system name").text == '    name "gw"'


@pytest.mark.parametrize("region", ["bof", "debug", "li"])
def test_of_other_regions_one_line_says_that_nothing_is_there(node, region):
    answer = Session(node.router).feed(f"admin show configuration {region} full-context")
    assert answer.ok
    assert re.fullmatch(rf"# Nothing is configured in the {region} region: .*\.", answer.text)


def test_the_classic_cli_shows_no_indices(node):
    answer = Session(node.router, dialect="classic").feed("admin display-config index")
    assert answer.ok
    assert answer.text.startswith("# ")


def test_what_md_shows_in_full_context_can_be_typed_in(node):
    node.commit("gw")
    session = Session(node.router)
    text = session.feed("admin show configuration full-context").text
    lines = [line for line in text.splitlines() if line.startswith("    /configure")]
    assert lines == ['    /configure system name "gw"']
    session.feed("edit-config private")
    assert session.feed("/configure system name other").ok
    assert all(session.feed(line).ok for line in lines)
    assert session.feed("/compare").text == ""


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_with_one_cpm_there_is_nothing_to_synchronize(node, cli):
    """[observed-2.md 14], ``cert`` being the classic word [pki.md 2]."""
    before = node.router.node.changes()
    session = Session(node.router, dialect=cli)
    for word in ("certificate", "cert"):
        answer = session.feed(f"admin redundancy synchronize {word}")
        assert answer.ok, answer.text
        assert answer.text == ""
    assert node.router.node.changes() == before
    refused = session.feed("admin redundancy synchronize configuration")
    assert not refused.ok and "is not emulated" in refused.text
