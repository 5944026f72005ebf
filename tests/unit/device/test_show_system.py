"""``show system``, ``users``, ``uptime``: the node as a whole, over a real router."""

import re
from datetime import timedelta

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.node import opened as opened_node

ORDER = [
    "System Name",
    "System Type",
    "Chassis Topology",
    "System Version",
    "System Contact",
    "System Location",
    "System Coordinates",
    "System Active Slot",
    "System Up Time",
    "System Up Time (64-bit)",
    "",
    "Configuration Mode Cfg",
    "Configuration Mode Oper",
    "Last Mode Changed",
    "",
    "SNMP Port",
    "SNMP Engine ID",
    "SNMP Engine Boots",
    "SNMP Max Message Size",
    "SNMP Max Bulk Duration",
    "SNMP Admin State",
    "SNMP Oper State",
    "SNMP Index Boot Status",
    "SNMP Sync State",
    "",
    "Tel/Tel6/SSH/FTP Admin",
    "Tel/Tel6/SSH/FTP Oper",
    "",
    "BOF Source",
    "Image Source",
    "Config Source",
    "Last Booted Config File",
    "Last Boot Cfg Version",
    "Last Boot Config Header",
]
"""Fields and empty lines of a 25.10 router [cli.md 1.9, R-bng]."""


@pytest.fixture
def router(tmp_path):
    with opened_node(tmp_path / "node", lab=False) as found:
        yield found


def typed(router, *lines, cli="md"):
    session = Session(router, cli)
    for line in met(1, lines):
        answer = session.feed(line)
        assert answer.ok, answer.text
    session.close()
    return answer.text


def set_mode(router, mode):
    typed(
        router,
        "edit-config private",
        f"/configure system management-interface configuration-mode {mode}",
        "commit",
    )


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_information_has_the_fields_of_the_router_in_its_order_and_width(router, cli):
    lines = typed(router, "show system information", cli=cli).split("\n")
    assert lines[:4] == ["", "=" * 79, "System Information", "=" * 79]
    body = lines[4:-1]
    assert [line[:23].rstrip() for line in body] == ORDER
    assert {line[23:24] for line in body if line} == {":"}


def test_what_ansible_reads_is_where_it_looks(router):
    """The patterns of the cliconf plugins [cli.md 4.3]."""
    text = typed(router, "show system information")
    assert re.search(r"Configuration Mode Oper:\s+(.+)", text)[1] == "model-driven"
    assert re.search(r"System Version\s+:\s+(.+)", text)[1].startswith("C-26.3")
    assert "emulat" in re.search(r"System Type\s+:\s+(.+)", text)[1]
    assert re.search(r"System Name\s+:\s+(.+)", text)[1] == router.node.system_name()


def test_the_configuration_mode_is_the_configured_one_and_its_change_is_dated(router):
    before = router.node.modes.changed
    assert before - router.node.booted < timedelta(seconds=5)
    typed(router, "edit-config private", '/configure system name "x"', "commit")
    assert router.node.modes.changed == before
    set_mode(router, "mixed")
    text = typed(router, "show system information")
    assert "Configuration Mode Cfg : mixed" in text
    assert "Configuration Mode Oper: mixed" in text
    assert router.node.modes.changed > before
    assert f"Last Mode Changed      : {router.node.modes.changed:%Y/%m/%d %H:%M:%S}" in text


def test_ssh_is_up_only_for_those_who_came_by_it(router):
    router.node.sessions.open("admin", "console")
    assert "Tel/Tel6/SSH/FTP Oper  : Down/Down/Down/Down" in typed(
        router, "show system information"
    )
    router.node.sessions.open("admin", "ssh", "192.0.2.1")
    text = typed(router, "show system information")
    assert "Tel/Tel6/SSH/FTP Admin : Disabled/Disabled/Enabled/Disabled" in text
    assert "Tel/Tel6/SSH/FTP Oper  : Down/Down/Up/Down" in text


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_users_are_those_of_the_sessions_and_who_asks_is_oneself(router, cli):
    first = router.node.sessions.open("alice", "ssh", "192.0.2.1")
    second = router.node.sessions.open("bob")
    router.node.sessions.touch(first)
    shown = typed(router, "show users", cli=cli)
    first_row, second_row, own_row = shown.split("\n")[4:7]
    assert re.match(
        rf"alice +{first.session_id} +SSHv2 +192\.0\.2\.1 +\d\d[A-Z]{{3}}\d{{4}} ", first_row
    )
    assert re.match(rf"bob +{second.session_id} +Console +-- ", second_row)
    assert re.match(r"admin +#\d+ +Console +-- ", own_row)
    assert "Number of users : 3" in shown
    router.node.sessions.close(first)
    router.node.sessions.close(second)
    assert "Number of users : 1" in typed(router, "show users", cli=cli)


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_the_uptime_is_one_line(bench, cli):
    bench.do("lab clock advance 26h")
    line = bench.do("show uptime", cli=cli)
    shown = re.fullmatch(r"System Up Time +: (\d+) days, (\d\d):(\d\d):\S+ \(hr:min:sec\)", line)
    assert timedelta(days=int(shown[1]), hours=int(shown[2])) >= timedelta(hours=26)


def test_commits_are_listed_newest_first(router):
    typed(router, "edit-config private", '/configure system name "one"', "commit")
    typed(router, "edit-config private", '/configure system name "two"', "commit")
    lines = typed(router, "show system management-interface commit-history").split("\n")
    assert lines[2] == "Commit History"
    assert lines[4] == "Total Commits : 2"
    assert [line for line in lines if re.fullmatch(r"\d+", line)] == ["2", "1"]
    # The form of a transcript [cli.md 1.4]
    instant = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d\+00:00"
    committed = [line for line in lines if "Committed" in line]
    assert all(re.match(rf"  Committed {instant} by admin \(MD-CLI\)", line) for line in committed)
    assert len(committed) == 2


def test_instants_follow_the_environment_of_the_session(router):
    typed(router, "edit-config private", '/configure system name "one"', "commit")
    history = "show system management-interface commit-history"
    text = typed(router, "environment time-format rfc-1123", history)
    assert re.search(r"Committed \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+\w]+ by", text)
    assert re.search(r"Committed \d{4}-\d\d-\d\dT", typed(router, history))


def test_configuration_sessions_tell_who_edits_what_how(router):
    show = "show system management-interface configuration-sessions"
    assert "No Matching Entries" in typed(router, show)
    alice, bob = Session(router, user="alice"), Session(router, user="bob")
    alice.feed("edit-config private")
    alice.feed('/configure system name "mine"')
    bob.feed("edit-config exclusive")
    rows = [line.split() for line in typed(router, show, cli="classic").split("\n")[6:8]]
    assert rows == [
        ["alice", "configure", "private", "unlocked", "yes"],
        ["bob", "configure", "exclusive", "locked", "no"],
    ]
    alice.close()
    bob.close()
    assert "No Matching Entries" in typed(router, show)
