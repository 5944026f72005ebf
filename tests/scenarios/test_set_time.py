"""``admin set time`` sets the lab's clock, in both CLIs; a node of its own has the machine's."""

import pytest

from srpki.cli.session import Session
from srpki.frontend.node import opened as opened_node


@pytest.mark.parametrize(
    ("cli", "line", "shown"),
    [
        ("md", "admin set time 2031-01-31T12:00:00Z", "Fri Jan 31 12:0"),
        ("classic", "admin set-time 2032/02/01 13:30", "Sun Feb  1 13:3"),
    ],
)
def test_the_clock_of_a_lab_is_set(own, cli, line, shown):
    own.do(line, cli=cli)
    assert own.do("show time").startswith(shown)
    assert own.do("show time", cli="classic").startswith(shown)


def test_the_clock_of_the_machine_is_left_alone(tmp_path):
    with opened_node(tmp_path / "node", lab=False) as router:
        answer = Session(router).feed("admin set time 2031-01-31T12:00:00Z")
    assert not answer.ok
    assert "the clock of the node is that of the machine" in answer.text
