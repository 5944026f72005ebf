"""Users as they are shown, who is locked out, and who lets them try again."""

from datetime import timedelta

import pytest

from srpki.cli.session import Session
from srpki.device import attempts
from srpki.device.attempts import Attempts, Tally
from srpki.management.access.gate import Gate

THERE = "192.0.2.7"
HASH = "$2y$10$92IXUNpkjO0rOQ5byMi.Ye4oKoEa3Ro9llC/.og/at2.uheWG/igi"
"""The hash of the word password, of a public example."""
USER = "/configure system security user-params local-user user"
SHOWN = """
===============================================================================
Users
===============================================================================
User ID      New Access                           Password Login   Failed Local
             Pwd Permissions                      Expires  Attempt Logins Conf
-------------------------------------------------------------------------------
bob          y   -- -- -- -- -- nc -- -- -- --    never    0       0      y
guest        n   bt cc fp -- -- -- sp -- sc tc    never    2       1      y
-------------------------------------------------------------------------------
Number of users : 2
Permissions: (bt) Bluetooth, (cc) Console port CLI, (fp) FTP, (gr) gRPC,
             (li) LI, (nc) NETCONF, (sp) SCP/SFTP, (sn) SNMP, (sc) SSH CLI,
             (tc) Telnet CLI
==============================================================================="""
"""The layout of a public transcript of 24.7, whose user guest has these flags."""


def said(router, *lines, dialect="md"):
    session = Session(router, dialect)
    answers = [session.feed(line) for line in lines]
    session.close()
    return answers[-1].text


@pytest.fixture
def router(node):
    said(
        node.router,
        "edit-config exclusive",
        f'{USER} "guest" password "{HASH}"',
        f'{USER} "guest" access console true',
        f'{USER} "guest" access ftp true',
        f'{USER} "guest" access ssh-cli true',
        f'{USER} "bob" access netconf true',
        f'{USER} "bob" console new-password-at-login true',
        "/configure system security user-params attempts count 2",
        "commit",
    )
    return node.router


@pytest.fixture
def gate(router):
    return Gate(router)


def lock_out(gate, user="guest"):
    for _ in range(2):
        gate.password(user, "wrong", "ssh-cli", THERE)


def test_users_are_shown_as_a_router_shows_them(router, gate):
    gate.password("guest", "wrong", "ssh-cli", THERE)
    gate.entered("guest")
    assert said(router, "show system security user") == SHOWN
    alone = said(router, "show system security user guest")
    assert "Number of users : 1" in alone and "bob" not in alone
    assert 'there is no user "eve"' in said(router, "show system security user eve")


@pytest.mark.parametrize(
    ("dialect", "whom"), [("md", "user guest"), ("md", "all"), ("classic", "user guest")]
)
def test_an_operator_lets_who_is_locked_out_try_again(router, gate, whom, dialect):
    lock_out(gate)
    assert gate.password("guest", "password", "ssh-cli", THERE) is None
    assert said(router, f"admin clear security lockout {whom}", dialect=dialect) == ""
    assert gate.password("guest", "password", "ssh-cli", THERE) is not None


def test_another_user_than_the_one_who_was_named_stays_locked_out(router, gate):
    lock_out(gate)
    lock_out(gate, "stranger")
    said(router, "admin clear security lockout user stranger")
    assert [one.user for one in router.node.attempts.locked()] == ["guest"]
    unknown = said(router, "admin clear security lockout user eve")
    assert 'there is no user "eve"' in unknown and "user lockout" in unknown
    assert "'user|all'" in said(router, "admin clear security lockout")


def test_who_is_locked_out_is_shown_with_the_time_that_is_left(node, router, gate):
    lock_out(gate)
    lock_out(gate, "strang\x1b[2Jer")
    node.real.advance(timedelta(minutes=1, seconds=5))
    shown = said(router, "show system security user lockout").splitlines()
    assert f"{'guest':<33}8:55" in shown
    assert "\x1b" not in "".join(shown) and "Number of users : 2" in shown


def test_a_lock_out_ends_with_a_restart_of_the_node(router, gate):
    lock_out(gate)
    said(router, "admin save", "admin reboot now")
    assert gate.password("guest", "password", "ssh-cli", THERE) is not None


def test_names_without_end_push_nobody_out_who_is_locked_out(node, monkeypatch):
    monkeypatch.setattr(attempts, "KNOWN", 4)
    known = Attempts(node.clock)
    assert known.locks_out("guest", 1, timedelta(minutes=5), timedelta(minutes=10))
    for number in range(20):
        known.failed(f"stranger{number}")
    assert known.is_locked("guest")
    assert known.tally("stranger19") == Tally(1, 1) and known.tally("stranger0") == Tally()
