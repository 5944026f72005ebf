"""``show log``: logs 99 and 100, and the filters of the command."""

import re

import pytest

from srpki.cli.session import Session
from srpki.core.events import CA_PROFILE_STATE_CHANGE, FILE_WRITE_FAILED, UPDATE_FAILED
from srpki.frontend.node import opened as opened_node

HEAD = re.compile(r"^(\d+) \d{4}/\S+ \S+ UTC (\w+): SECURITY #(\d+) Base (\S+)$", re.MULTILINE)


@pytest.fixture
def router(tmp_path):
    """A router with five events: 1 minor, 2 major, 3 minor, 4 major, 5 minor."""
    with opened_node(tmp_path / "node", lab=False) as found:
        now = found.node.clock.now()
        for number in range(1, 6):
            if number % 2:
                fields = {"profile": f"ca{number}", "state": "up", "oper_flags": ()}
                fields |= {"errors": (), "unprocessed": ()}
                found.node.bus.publish(now, CA_PROFILE_STATE_CHANGE, "CA", **fields)
            else:
                fields = {"file": f"f{number}.crt", "reason": "disk full"}
                found.node.bus.publish(now, FILE_WRITE_FAILED, "Cert", **fields)
        yield found


def numbers(router, words, cli="md"):
    answer = Session(router, cli).feed(f"show log log-id {words}")
    assert answer.ok, answer.text
    return [int(number) for number, *_ in HEAD.findall(answer.text)]


@pytest.mark.parametrize("cli", ["md", "classic"])
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("99", [5, 4, 3, 2, 1]),
        ('"99"', [5, 4, 3, 2, 1]),
        ("99 descending", [5, 4, 3, 2, 1]),
        ("99 ascending", [1, 2, 3, 4, 5]),
        ("99 count 2", [5, 4]),
        ("99 ascending count 2", [1, 2]),
        ("99 severity major", [4, 2]),
        ("99 severity critical", []),
        ("99 application security", [5, 4, 3, 2, 1]),
        ("99 application chassis", []),
        ("99 subject Cert", [4, 2]),
        ("99 sequence 4", [5, 4]),
        ('99 message "ca3"', [3]),
        ("99 severity major count 1 ascending", [2]),
        # Log 100: events of major severity or higher, the default filter 1001 of SR OS; its own numbers
        ("100", [2, 1]),
        ("100 ascending", [1, 2]),
        ("101", [5, 4, 3, 2, 1]),
        ("100 severity minor", []),
    ],
)
def test_events_are_sifted_and_ordered(router, cli, words, expected):
    assert numbers(router, words, cli) == expected


@pytest.mark.parametrize(("log_id", "following"), [(99, 6), (100, 3), (101, 6)])
def test_each_log_says_which_number_comes_next(router, log_id, following):
    text = Session(router).feed(f"show log log-id {log_id} count 1").text
    assert f"[size=500   next event={following}  (not wrapped)]" in text


def test_what_goes_wrong_with_a_renewal_is_serious():
    assert UPDATE_FAILED.severity == "MAJOR"


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_without_a_number_the_logs_are_listed_with_the_heads_of_a_router(router, cli):
    lines = Session(router, cli).feed("show log log-id").text.splitlines()
    assert lines[2] == "Event Logs"
    assert lines[4] == "Name"
    heads = (line.split() for line in lines[5:7])
    assert list(heads) == [  # [observed-2.md 10]
        ["Log", "Source", "Filter", "Admin", "Oper", "Logged", "Dropped", "Dest", "Dest", "Size"],
        ["Id", "Id", "State", "State", "Type", "Id"],
    ]
    assert [line.split() for line in lines[8:-1]] == [
        ["99"],
        ["99", "M", "none", "up", "up", "5", "0", "memory", "N/A", "500"],
        ["100"],
        ["100", "M", "1001", "up", "up", "2", "3", "memory", "N/A", "500"],
        ["101"],
        ["101", "M", "C", "none", "up", "up", "5", "0", "netconf", "N/A", "500"],
    ]


@pytest.mark.parametrize(
    "words", ["98", "0", "102", "99 ascending descending", "99 severity bad", "99 count 0"]
)
@pytest.mark.parametrize("cli", ["md", "classic"])
def test_what_makes_no_sense_is_refused(router, cli, words):
    answer = Session(router, cli).feed(f"show log log-id {words}")
    assert not answer.ok
    assert not HEAD.search(answer.text)
