"""``password``: a user changes his own, by the rules of the configuration and unseen."""

import json
from datetime import timedelta

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.errors import RefusedError
from srpki.management.access.gate import Gate

THERE = "192.0.2.7"
HASH = "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi"
"""The hash of the word password, of a public example."""
PARAMS = "/configure system security user-params"
USER = f'{PARAMS} local-user user "ann"'
RULES = f"{PARAMS} local-user password"
ASKED = ["Enter current password: ", "Enter new password: ", "Re-enter new password: "]


@pytest.fixture
def router(node):
    configure(
        node.router,
        f'{USER} password "{HASH}"',
        f"{USER} access console true",
        f"{RULES} minimum-age 0",
    )
    return node.router


@pytest.fixture
def gate(router):
    return Gate(router)


def configure(router, *lines):
    session = Session(router, "md")
    for line in ("edit-config exclusive", *lines, "commit"):
        answer = session.feed(line)
        assert answer.ok, answer.text
    session.close()


def change(router, old, new, again=None, *, dialect="md", user="ann"):
    """Change the password; return the questions that were asked, and the last answer."""
    session = Session(router, dialect, user)
    asked, answer = [], session.feed("password")
    for typed in (old, new, new if again is None else again):
        if answer.question is None:
            break
        assert answer.hidden and answer.ok
        asked.append(answer.question)
        answer = session.feed(typed)
    session.close()
    return asked, answer


def comes_in(gate, password):
    return gate.password("ann", password, "ssh-cli", THERE) is not None


@pytest.mark.parametrize("dialect", ["md", "classic"])
def test_a_user_gives_up_his_password_for_another(router, gate, dialect):
    assert comes_in(gate, "password")
    asked, answer = change(router, "password", "Other-secret1", dialect=dialect)
    assert (asked, answer.ok, answer.text) == (ASKED, True, "")
    assert comes_in(gate, "Other-secret1") and not comes_in(gate, "password")


def test_it_is_saved_and_no_administrator_has_done_it(node, router, gate):
    change(router, "password", "Other-secret1")
    node.restart()
    assert comes_in(Gate(node.router), "Other-secret1")
    log = Session(node.router, "md").feed("show log log-id 99").text
    assert "has been set by" not in log


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (("wrong",), "the current password is wrong"),
        (("password", "short"), "is too short"),
        (("password", "passwordann"), "must not contain the user name"),
        (("password", "password"), "must differ from the old one"),
        (("password", "passwordxyzw"), "must have 5 characters that the old one has not"),
        (("password", HASH), "must not look like a hash"),
        (("password", "Other-secret1", "other-secret1"), "Passwords do not match"),
    ],
)
def test_what_will_not_do_is_refused_and_nothing_changes(router, gate, typed, why):
    asked, answer = change(router, *(*typed, "", "")[:3])
    assert len(asked) == len(typed) and not answer.ok
    assert why in answer.text
    assert comes_in(gate, "password")


def test_who_has_none_or_must_not_change_it_is_told_so_at_once(router):
    asked, answer = change(router, "x", "y", user="admin")
    assert asked == [] and "admin has no password in the configuration" in answer.text
    configure(router, f"{USER} console cannot-change-password true")
    asked, answer = change(router, "x", "y")
    assert asked == [] and "ann must not change his password" in answer.text


def test_a_profile_that_lets_nothing_be_configured_lets_it_be_changed(router, gate):
    configure(
        router,
        "/configure system security aaa local-profiles profile low default-action deny-all",
        f'{USER} console member ["low"]',
    )
    rights = gate.password("ann", "password", "ssh-cli", THERE).rights
    session = Session(router, "md", "ann", rights=rights)
    assert not session.feed("show version").ok
    for line in ("password", "password", "Other-secret1", "Other-secret1"):
        assert session.feed(line).ok
    assert comes_in(gate, "Other-secret1")


def test_guesses_of_the_current_one_lock_out_as_those_at_a_log_in(router, gate):
    for _ in range(3):
        change(router, "wrong", "Other-secret1")
    asked, answer = change(router, "password", "Other-secret1")
    assert len(asked) == 1 and "you are locked out" in answer.text
    assert not comes_in(gate, "password")


def test_exclusive_access_of_another_session_is_respected(router, gate):
    holder = Session(router, "md")
    holder.feed("edit-config exclusive")
    asked, answer = change(router, "password", "Other-secret1")
    assert asked == ASKED and "exclusive" in answer.text and not answer.ok
    holder.close()
    assert comes_in(gate, "password")


def test_nothing_that_is_typed_is_remembered_anywhere(node, router):
    session = Session(router, "md", "ann")
    for line in ("password", "password", "Hidden-one1", "Hidden-one2", "history"):
        shown = session.feed(line).text
    assert shown.split() == ["1", "password", "2", "history"]
    assert session.feed("!pass").hidden  # the command, not what was typed behind it
    files = [each for each in node.directory.rglob("*") if each.is_file()]
    for file in met(3, files):
        assert b"Hidden-one" not in file.read_bytes(), file


def test_a_question_is_taken_back_by_control_z(router, gate):
    session = Session(router, "md", "ann")
    session.feed("password")
    assert session.control_z().question is None
    assert session.feed("show time").ok


# --- history and age ------------------------------------------------------------------------------


def test_earlier_passwords_do_not_come_again_within_the_history(node, router, gate):
    configure(router, f"{RULES} history-size 2")
    old = "password"
    for new in ("Secret-one-1", "Tricky/two.2", "Wobbly=33=33"):
        assert change(router, old, new)[1].ok
        old = new
    node.restart()  # what is remembered outlives it
    refused = change(node.router, old, "Tricky/two.2")[1]
    assert "must differ from the last 2" in refused.text
    assert change(node.router, old, "password")[1].ok  # the third but last


def test_what_is_remembered_is_cleared_by_command(router, node):
    configure(router, f"{RULES} history-size 20")
    change(router, "password", "Secret-one-1")
    assert "must differ from the last" in change(router, "Secret-one-1", "password")[1].text
    session = Session(router, "md")
    assert 'no user "eve"' in session.feed("admin clear security password-history user eve").text
    assert session.feed("admin clear security password-history user ann").text == ""
    assert change(router, "Secret-one-1", "password")[1].ok
    assert session.feed("admin clear security password-history all").text == ""
    lines = (node.directory / "state" / "passwords.jsonl").read_text().splitlines()
    assert [json.loads(line)["earlier"] for line in lines] == [[]]


def test_a_password_is_kept_for_its_least_age(node, router):
    configure(router, f"{RULES} minimum-age 600")
    refused = change(router, "password", "Secret-one-1")[1]
    assert "cannot be changed for another 600 seconds" in refused.text
    node.real.advance(timedelta(seconds=599))
    assert "another 1 seconds" in change(router, "password", "Secret-one-1")[1].text
    node.real.advance(timedelta(seconds=1))
    assert change(router, "password", "Secret-one-1")[1].ok
    node.real.jump(timedelta(days=-1))  # a clock that is set back keeps nobody
    assert change(router, "Secret-one-1", "Tricky/two.2")[1].ok


def test_a_password_that_is_too_old_lets_in_with_a_new_one_alone(node, router, gate):
    configure(router, f"{RULES} aging 30")
    node.real.advance(timedelta(days=30) - timedelta(seconds=1))
    assert not gate.password("ann", "password", "ssh-cli", THERE).new_password
    node.real.advance(timedelta(seconds=1))
    assert gate.password("ann", "password", "ssh-cli", THERE).new_password
    came = gate.change_password("ann", "password", "Secret-one-1", "ssh-cli", THERE)
    assert came is not None and not came.new_password
    assert not gate.password("ann", "Secret-one-1", "ssh-cli", THERE).new_password


def test_a_new_password_that_is_wanted_is_wanted_once_and_may_be_young(router, gate):
    configure(router, f"{USER} console new-password-at-login true", f"{RULES} minimum-age 86400")
    assert gate.password("ann", "password", "netconf", THERE) is None  # no way of his
    assert gate.password("ann", "password", "ssh-cli", THERE).new_password
    assert gate.change_password("ann", "wrong", "Secret-one-1", "ssh-cli", THERE) is None
    with pytest.raises(RefusedError, match="too short"):
        gate.change_password("ann", "password", "abc", "ssh-cli", THERE)
    assert gate.password("ann", "password", "ssh-cli", THERE).new_password
    assert gate.change_password("ann", "password", "Secret-one-1", "ssh-cli", THERE) is not None
    assert not gate.password("ann", "Secret-one-1", "ssh-cli", THERE).new_password
    assert "new-password-at-login" not in Session(router, "md").feed(f"info {USER}").text


def test_a_file_of_passwords_that_is_damaged_keeps_no_node_from_starting(node, router):
    kept = node.directory / "state" / "passwords.jsonl"
    assert kept.stat().st_mode & 0o777 == 0o600
    for damage in (b"", b"\xff\n", b'{"user": 1}\n', b"[]\n", b'{"user": "ann", "since": "no"}\n'):
        kept.write_bytes(damage)
        node.restart()
        assert change(node.router, "wrong", "")[1].text.count("is wrong") == 1
