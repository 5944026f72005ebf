"""Two sessions on one node: each operation knows who asks for it, and stops for him alone."""

import threading
from datetime import timedelta

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.errors import RefusedError
from srpki.device.configuration.history import Author
from srpki.schema.nodes import ABSENT, Choice
from srpki.schema.paths import path
from srpki.schema.tree import actions

NAME = path("system", "name")
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
    (node.cf3 / "f").write_text("show users\n")
    perform = node.router.node.perform

    def meanwhile(*call, **how):
        node.real.advance(timedelta(seconds=1))
        bob.feed("pwc")
        return perform(*call, **how)

    node.router.node = node.router.node._replace(perform=meanwhile)
    alice = Session(node.router, cli, user="alice")
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


# --- ended from outside ---


@pytest.mark.parametrize("mode", ["private", "exclusive"])
def test_a_disconnected_session_loses_its_candidate_at_once(node, alice, bob, mode):
    alice.feed(f"edit-config {mode}")
    alice.feed("/configure system name lost")
    assert bob.feed("admin disconnect username alice").ok
    assert alice.gone
    assert node.router.node.datastore.candidates == ()
    assert bob.feed("edit-config exclusive").ok
    assert "lost" not in bob.feed("info").text


def test_a_disconnected_session_commits_nothing_any_more(node, alice, bob):
    """As when it is cut off while its commit is on the way."""
    alice.feed("edit-config exclusive")
    alice.feed("/configure system name late")
    (candidate,) = node.router.node.datastore.candidates
    bob.feed("admin disconnect username alice")
    with pytest.raises(RefusedError, match="ended"):
        node.router.node.commits.commit(candidate, Author("alice"))
    with pytest.raises(RefusedError, match="ended"):
        candidate.set(NAME, "later")
    assert node.name != "late"


def test_what_a_session_takes_while_it_is_disconnected_is_let_go_too(node, alice, bob, monkeypatch):
    """As when it is cut off while the line that locks the configuration is on its way."""
    datastore = node.router.node.datastore
    opened = datastore.open

    def late(mode, owner, **how):
        monkeypatch.undo()
        bob.feed("admin disconnect username alice")
        return opened(mode, owner, **how)

    monkeypatch.setattr(datastore, "open", late)
    assert alice.feed("edit-config exclusive").closed
    assert datastore.candidates == ()


def test_what_ends_a_session_wakes_its_front_end(alice, bob):
    woken = []
    alice.wake = lambda: woken.append(alice.gone)
    bob.feed("admin disconnect username alice")
    assert woken[-1:] == [True]
    answer = alice.feed("show time")
    assert (answer.text, answer.closed) == ("The session has been disconnected.", True)


def test_a_reboot_ends_the_sessions_of_others_at_once_and_its_own_begins_again(node, alice, bob):
    woken = []
    alice.wake = lambda: woken.append(alice.gone)
    alice.feed("edit-config exclusive")
    former = bob.device
    answer = bob.feed("admin reboot now")
    assert woken[-1:] == [True]
    assert alice.feed("pwc").closed
    assert not answer.closed
    assert bob.device is node.router.node is not former
    assert [login.user for login in node.router.node.sessions.all()] == ["bob"]
    assert bob.feed("edit-config exclusive").ok


def test_the_waiting_of_a_disconnected_session_ends(renewal):
    _, bob, answered = renewal
    assert bob.feed("admin disconnect username alice").ok
    answer = answered()
    assert "the update goes on" in answer.text
    assert answer.closed


# --- unsaved changes ---


@pytest.fixture
def mixed(node):
    node.set("configuration-mode", "mixed")
    node.router.node.save()
    return node


def starred(*sessions):
    return [session.prompt.startswith("*") for session in sessions]


def test_unsaved_changes_are_those_of_the_node(mixed):
    alice, bob = (Session(mixed.router, "classic", user=name) for name in ("alice", "bob"))
    assert starred(alice, bob) == [False, False]
    alice.feed("/configure system name x")
    late = Session(mixed.router, "classic", user="late")
    assert starred(alice, bob, late) == [True] * 3
    assert bob.feed("admin save").ok
    assert starred(alice, bob, late) == [False] * 3


@pytest.mark.parametrize("undo", ["no name", "name srpki-0"])
def test_an_edit_that_is_undone_is_still_unsaved(mixed, undo):
    """[observed-2.md 15]"""
    session = Session(mixed.router, "classic")
    if undo != "no name":
        session.feed("/configure system name srpki-0")
        session.feed("admin save")
    before = mixed.router.node.datastore.running
    session.feed("/configure system name x")
    session.feed(f"/configure system {undo}")
    assert mixed.router.node.datastore.running == before
    assert starred(session) == [True]
    assert session.feed("admin save").ok
    assert starred(session) == [False]


@pytest.mark.parametrize("line", ["admin save cf3:/other.cfg", "show time"])
def test_what_does_not_save_the_configuration_leaves_the_star(mixed, line):
    session = Session(mixed.router, "classic")
    session.feed("/configure system name x")
    assert session.feed(line).ok
    assert starred(session) == [True]


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_what_is_saved_by_the_name_of_the_file_that_is_loaded_is_saved(mixed, cli):
    session = Session(mixed.router, "classic")
    session.feed("/configure system name x")
    assert Session(mixed.router, cli).feed(r'admin save "cf3:\config.cfg"').ok
    assert starred(session) == [False]


def test_a_commit_that_saves_and_a_restart_leave_nothing_unsaved(mixed):
    session = Session(mixed.router, "classic")
    session.feed("/configure system name x")
    mixed.commit("y")
    assert starred(session) == [False]
    session.feed("/configure system name z")
    assert session.feed("admin reboot now").ok
    assert starred(session) == [False]


# --- inputs ---


def leafs(nodes):
    for node in nodes:
        if isinstance(node, Choice):
            yield from leafs([leaf for case in node.cases for leaf in case.children])
        else:
            yield node


@pytest.mark.parametrize("operation", met(70, EMULATED))
def test_an_operation_with_missing_or_odd_inputs_answers(node, operation):
    """It may work or not; it does not raise. What waits is not waited for."""
    pressed = threading.Event()
    pressed.set()
    action = actions()[operation]
    names = sorted({leaf.name for leaf in leafs(action.inputs)})
    for inputs in ({}, {"no-such-input": 1}, *({name: odd} for name in names for odd in ODD)):
        result = node.router.node.run(operation, inputs, cancel=pressed)
        assert result.ok or result.error or result.data
