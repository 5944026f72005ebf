"""Two sessions on one node: each operation knows who asks for it, and stops for him alone."""

import threading
from datetime import timedelta

import pytest

from srpki.cli.session import Session
from srpki.schema.nodes import ABSENT, Choice
from srpki.schema.tree import actions

EMULATED = sorted(name for name in actions() if not name.startswith(ABSENT))
ODD = ("", "x" * 300, "\0", "cf3:\\..\\x", -1, 0, 10**30, True, False, (), ("a", "b"))


@pytest.fixture
def alice(node):
    session = Session(node.router, user="alice")
    yield session
    session.close()


@pytest.fixture
def bob(node):
    session = Session(node.router, user="bob")
    yield session
    session.close()


# --- Ctrl-C ---


@pytest.fixture
def renewal(bench, fresh):
    """A renewal that alice waits for; what she is answered is what the thread leaves behind."""
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    bench.do("lab ca fault add kur slow seconds 1")
    alice, bob = Session(bench.router, user="alice"), Session(bench.router, user="bob")
    answers = []
    thread = threading.Thread(target=lambda: answers.append(alice.feed(bench.update(fresh))))
    thread.start()
    while bench.state(fresh)["update-state"] != "in-progress":
        pass

    def answered():
        thread.join()
        return answers[0]

    yield alice, bob, answered
    thread.join()
    while bench.state(fresh)["update-state"] == "in-progress":
        pass
    alice.close()
    bob.close()


def test_ctrl_c_ends_no_operation_of_another_session(renewal):
    _, bob, answered = renewal
    bob.interrupt()
    bob.feed("show time")
    bob.interrupt()
    assert answered().ok


def test_a_ctrl_c_is_not_lost_when_another_session_runs_a_command(renewal):
    alice, bob, answered = renewal
    alice.interrupt()
    assert bob.feed("show time").ok
    assert "the update goes on" in answered().text


# --- who asks ---


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_show_users_marks_who_asks_and_not_who_typed_last(node, bob, cli):
    alice = Session(node.router, cli, user="alice")
    (node.cf3 / "f").write_text("show users\n")
    run = node.router.run

    def meanwhile(*call):
        node.real.advance(timedelta(seconds=1))
        bob.feed("pwc")
        return run(*call)

    node.router.run = meanwhile
    text = alice.feed("exec cf3:/f").text
    rows = {line.split()[0]: line.split()[1] for line in text.splitlines() if "Console" in line}
    assert rows["alice"].startswith("#")
    assert not rows["bob"].startswith("#")
    alice.close()


def test_each_session_debugs_for_itself(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    alice, bob = Session(bench.router, user="alice"), Session(bench.router, user="bob")
    bob.feed('debug certificate cmpv2 "lab-ca"')
    assert "CMP kur" not in alice.feed(bench.update(fresh)).text
    assert "CMP kur" in bob.news()
    bob.close()
    alice.close()


def test_events_pass_by_the_session_that_moves_the_clock_alone(bench, fresh):
    bench.enrol_cmp(fresh)
    bench.auto_update(fresh, "lab-cmp")
    alice, bob = Session(bench.router, user="alice"), Session(bench.router, user="bob")
    hers, his = [], []
    alice.watch, bob.watch = hers.append, his.append
    assert alice.feed("lab clock advance 30d").ok
    assert any(fresh in line for line in hers)
    assert his == []
    bob.close()
    alice.close()


def test_a_configuration_says_who_asked_for_it_and_from_where(node):
    session = Session(node.router, user="alice", kind="ssh", address="192.0.2.7")
    text = session.feed("admin show configuration").text
    assert "by alice from 192.0.2.7" in text
    session.close()


# --- inputs ---


def leafs(nodes):
    for node in nodes:
        if isinstance(node, Choice):
            yield from leafs([leaf for case in node.cases for leaf in case.children])
        else:
            yield node


@pytest.mark.parametrize("operation", EMULATED)
def test_an_operation_with_missing_or_odd_inputs_answers(node, operation):
    """It may work or not; it does not raise."""
    action = actions()[operation]
    names = sorted({leaf.name for leaf in leafs(action.inputs)})
    for inputs in ({}, {"no-such-input": 1}, *({name: odd} for name in names for odd in ODD)):
        result = node.router.run(operation, inputs)
        assert result.ok or result.error or result.messages
