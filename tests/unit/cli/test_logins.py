"""A session among others: logged in, disconnected, rebooted, and asked before it does harm."""

from datetime import timedelta

import pytest

from srpki.cli.port import Answer
from srpki.cli.session import Session
from srpki.schema.nodes import Action, Container, Leaf
from srpki.schema.tree import SchemaTree
from srpki.schema.types import Empty

QUESTION = "Are you sure you want to reboot? [y,n] "


def reboot(device, caller):
    """What the node does to itself: all sessions end, everything is built anew."""
    device.node = device.__class__()
    for login in device.sessions.all():
        device.sessions.end(login, "rebooted" if login is caller.session else "disconnected")


def when(device, operation, act):
    """Let *act* happen when *operation* runs; it is given who calls."""
    run = device.run

    def acting(name, inputs, caller, cancel):
        if name == operation:
            act(caller)
        return run(name, inputs, caller, cancel)

    device.run = acting


@pytest.fixture
def asking(device, monkeypatch):
    """The device with an action that asks first, in both CLIs."""
    inputs = (Leaf(name="now", type=Empty(), help="Without the question"),)
    action = Action(
        name="reboot",
        inputs=inputs,
        help="Start the node again",
        operation="admin.reboot",
        question=QUESTION,
    )
    admin = Container(name="admin", help="Administer", children=(action,))
    tools = Container(name="", help="", children=(admin,))
    device.schema = SchemaTree(lab=True)
    device.schema.operations_md = device.schema.operations_classic = tools
    return device


# --- logins ---


def test_a_session_is_logged_in_until_it_closes(device):
    session = Session(device, user="eve", kind="ssh", address="192.0.2.1")
    (login,) = device.sessions.all()
    assert (login.user, login.kind, login.address) == ("eve", "ssh", "192.0.2.1")
    device.clock.advance(timedelta(minutes=5))
    session.feed("pwc")
    assert login.active - login.since == timedelta(minutes=5)
    session.close()
    assert device.sessions.all() == ()


def test_a_disconnected_session_runs_nothing_more(device, md):
    (login,) = device.sessions.all()
    device.sessions.end(login)
    answer = md.session.feed("show time")
    assert (answer.text, answer.ok, answer.closed) == (
        "The session has been disconnected.",
        False,
        True,
    )
    assert device.calls == []
    assert md.session.control_z().closed


def test_a_session_may_disconnect_itself(device, md):
    when(device, "show.time", lambda caller: device.sessions.end(caller.session))
    answer = md.session.feed("show time")
    assert answer.closed
    assert answer.text == "show.time\nThe session has been disconnected."


def test_a_disconnected_session_lets_its_candidate_go(device, md, another):
    md("edit-config exclusive", "/configure system name lost")
    device.sessions.end(device.sessions.all()[0])
    another("edit-config exclusive")
    assert "lost" not in another("info")


# --- reboots ---


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_a_session_that_reboots_the_node_begins_again_on_it(device, dialect):
    session = Session(device, dialect)
    first = session.prompt
    for line in ("//", "//", "environment more false", "/configure private", "system name old"):
        session.feed(line)
    when(device, "show.time", lambda caller: reboot(device, caller))
    answer = session.feed("/show time")
    assert answer.text == "show.time\nThe node has been rebooted; a new session begins."
    assert not answer.closed
    assert session.prompt == first
    assert session.screen.more
    assert session.feed("history").text == "   1 history"
    assert [login.user for login in device.node.sessions.all()] == ["admin"]
    session.close()
    assert device.node.sessions.all() == ()


def test_a_reboot_ends_the_sessions_of_others(device, md, another):
    another("edit-config private", "/configure system name x")
    when(device, "show.time", lambda caller: reboot(device, caller))
    md("show time")
    assert another.session.feed("pwc").closed
    another.session.close()
    assert len(device.node.sessions.all()) == 1


def test_a_reboot_ends_the_file_that_ordered_it(device, md):
    device.files.files["cf3:\\s"] = b"show time\nshow version\n"
    when(device, "show.time", lambda caller: reboot(device, caller))
    assert md("exec cf3:/s") == "show.time\nThe node has been rebooted; a new session begins."
    assert [name for name, _ in device.calls] == ["show.time"]


# --- questions ---


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_an_action_asks_until_it_is_answered(asking, dialect):
    session = Session(asking, dialect)
    for line in ("admin reboot", "", "perhaps", "yes"):
        answer = session.feed(line)
        assert (answer.question, answer.text) == (QUESTION, "")
    assert asking.calls == []
    assert session.feed("Y").text == "admin.reboot"
    assert session.feed("admin reboot").question == QUESTION
    assert session.feed("n") == Answer()
    assert len(asking.calls) == 1
    assert session.feed("admin reboot").question == QUESTION
    assert session.control_z().question is None
    assert session.feed("pwc").text
    assert len(asking.calls) == 1


def test_an_action_does_not_ask_when_told_not_to(asking):
    assert Session(asking).feed("admin reboot now").text == "admin.reboot now=True"


def test_in_a_file_the_next_line_answers(asking):
    asking.files.files["cf3:\\s"] = b"admin reboot\ny\npwc\n"
    assert Session(asking).feed("exec cf3:/s").text.startswith("admin.reboot\nPresent Working")
