"""Two people at one node: the second joins the process of the first."""

import signal

import pytest
from putting_off import PUT_OFF

pytestmark = pytest.mark.timeout(60)

ENTER, CTRL_C, CTRL_D, CTRL_Z, LEAVE = "\r\x03\x04\x1a\x1c"
NODE = "A:admin@srpki#"


@pytest.fixture
def owner(person):
    """The one who opened the node, at the first prompt."""
    seated = person()
    seated.sees("", "[/]", NODE)
    return seated


@pytest.fixture
def joiner(owner, person):
    """One who came second, at the first prompt."""
    seated = person(columns=100, rows=20)
    seated.sees("", "[/]", NODE)
    return seated


def test_who_joins_has_help_completion_history_and_his_own_mode_back(joiner):
    assert joiner.raw_mode
    joiner.type("sh ver?")
    joiner.sees(
        " version               - Print which software the node runs", "", "[/]", f"{NODE} show ver"
    )
    joiner.type(f"\t{CTRL_C}pwc{ENTER}")
    joiner.sees("Present Working Context:", "/", "", "[/]", NODE)
    joiner.type("\x1b[A")
    joiner.sees("[/]", f"{NODE} pwc")
    joiner.type(f"{CTRL_C}logout{ENTER}")
    assert joiner.leaves() == 0
    assert not joiner.raw_mode
    assert b"WARNING" not in joiner.raw


def test_what_is_pasted_may_hold_the_octet_that_leaves(joiner):
    joiner.type(f"# one{LEAVE}two{ENTER}pwc{ENTER}")
    joiner.sees("Present Working Context:", "/", "", "[/]", NODE)
    joiner.type(LEAVE)
    joiner.sees_line("srpki: left the session, which ends")
    assert joiner.leaves() == 0


def test_pages_are_as_high_as_the_window_of_who_joined(joiner, owner):
    joiner.type("".join(f"# {number}{ENTER}" for number in range(1, 61)) + f"pwc{ENTER}")
    joiner.sees("Present Working Context:", "/", "", "[/]", NODE)
    joiner.type(f"history{ENTER}")
    joiner.sees(
        "  31 # 31",
        "Press Q to quit, Enter to print next line or any other key to print next page.",
    )
    joiner.resize(100, 28)
    joiner.type(" ")
    joiner.sees_line("  58 # 58")
    joiner.type("q")
    joiner.sees("", "[/]", NODE)
    owner.type(f"pwc{ENTER}")
    owner.sees("Present Working Context:", "/", "", "[/]", NODE)


def test_both_are_users_with_one_configuration_and_one_lock(owner, joiner):
    joiner.type(f"show users{ENTER}")
    joiner.sees_line("Number of users : 2")
    joiner.sees("", "[/]", NODE)
    assert [line.split()[1] for line in joiner.lines if line.startswith("admin")] == ["1", "#2"]
    owner.type(f'edit-config exclusive{ENTER}configure system name "gw"{ENTER}')
    owner.sees("*(ex)[/]", NODE)
    joiner.type(f"edit-config exclusive{ENTER}")
    joiner.sees_line("MINOR: MGMT_CORE #")
    joiner.sees("", "[/]", NODE)
    owner.type(f"commit{ENTER}")
    owner.sees("(ex)[/]", "A:admin@gw#")
    joiner.type(f"pwc{ENTER}")
    joiner.sees("[/]", "A:admin@gw#")


def test_a_candidate_that_the_others_commit_has_overtaken_is_marked(owner, joiner):
    owner.type(
        f'edit-config private{ENTER}configure system security pki ca-profile "c"{ENTER}exit all{ENTER}'
    )
    owner.sees("*(pr)[/]", NODE)
    joiner.type(f'edit-config private{ENTER}configure system name "gw"{ENTER}commit{ENTER}')
    joiner.sees("(pr)[/]", "A:admin@gw#")
    owner.type(ENTER)
    owner.sees("!*(pr)[/]", "A:admin@gw#")


def test_who_is_disconnected_is_told_and_his_lock_is_free_at_once(owner, joiner):
    joiner.type(f"edit-config exclusive{ENTER}")
    joiner.sees("(ex)[/]", NODE)
    owner.type(f"admin disconnect session-id 2{ENTER}edit-config exclusive{ENTER}")
    owner.sees("(ex)[/]", NODE)
    assert joiner.leaves() == 0
    assert "The session has been disconnected." in joiner.lines
    assert not joiner.raw_mode


def test_an_owner_who_is_disconnected_holds_the_node(owner, joiner):
    joiner.type(f"admin disconnect session-id 1{ENTER}")
    owner.sees_line("The session has been disconnected.")
    owner.sees_line("srpki: 1 joined session goes on")
    joiner.type(f"logout{ENTER}")
    assert (joiner.leaves(), owner.leaves()) == (0, 0)


def test_the_star_of_unsaved_changes_is_the_nodes(person):
    first = person("--mode", "classic")
    first.sees("A:srpki#")
    second = person()
    second.sees("A:srpki#")
    first.type(f'configure system name "gw"{ENTER}')
    first.sees("*A:gw#")
    second.type(ENTER)
    second.sees("*A:gw#")
    second.type(f"admin save{ENTER}")
    second.sees("A:gw#")
    first.type(ENTER)
    first.sees("A:gw#")


def test_control_c_of_one_does_not_end_what_the_other_does(person):
    first, second = person("--lab"), None
    first.sees("", "[/]", NODE)
    second = person("--lab")
    second.sees("", "[/]", NODE)
    for line in ("ping", "pwc"):
        second.type(line + ENTER + CTRL_C)
    second.sees("", "[/]", NODE)
    first.type(f"pwc{ENTER}")
    first.sees("Present Working Context:", "/", "", "[/]", NODE)


@pytest.mark.parametrize("asks", [0, 1], ids=["the owner asks", "the joiner asks"])
def test_control_c_at_an_idle_prompt_does_not_end_what_another_waits_for(person, asks):
    people = []
    for _ in range(2):
        people.append(person("--lab", columns=120))
        people[-1].sees("", "[/]", NODE)
    asker, idle = people[asks], people[1 - asks]
    for line in PUT_OFF:
        asker.type(f"{line}{ENTER}")
    asker.sees_line("Waiting until")
    idle.type(f"{CTRL_C}{CTRL_C}half a line{CTRL_C}show users{ENTER}")
    idle.sees_line("Number of users : 2")
    idle.type(f"{CTRL_C}pwc{ENTER}")
    idle.sees("Present Working Context:", "/", "", "[/]", NODE)
    assert "MINOR" not in "".join(asker.lines)
    asker.type(CTRL_C)
    asker.sees_line("MINOR: ")
    asker.sees("", "[/]", NODE)
    idle.type(f"pwc{ENTER}")
    idle.sees("Present Working Context:", "/", "", "[/]", NODE)


def test_a_joiner_who_was_stopped_goes_on_where_he_was(owner, joiner):
    joiner.type("show ver")
    joiner.sees("[/]", f"{NODE} show ver")
    joiner.kill(signal.SIGSTOP)
    owner.type(f'edit-config exclusive{ENTER}configure system name "gw"{ENTER}commit{ENTER}')
    owner.sees("(ex)[/]", "A:admin@gw#")
    joiner.type("sion")
    joiner.kill(signal.SIGCONT)
    joiner.type(f"{ENTER}pwc{ENTER}")
    joiner.sees("Present Working Context:", "/", "", "[/]", "A:admin@gw#")
    assert any(line.startswith("TiMOS") for line in joiner.lines)
    assert joiner.raw_mode


def test_a_joiner_who_is_stopped_keeps_his_lock_until_he_is_disconnected(owner, joiner):
    joiner.type(f"edit-config exclusive{ENTER}")
    joiner.sees("(ex)[/]", NODE)
    joiner.kill(signal.SIGSTOP)
    owner.type(f"edit-config exclusive{ENTER}")
    owner.sees_line("MINOR: MGMT_CORE #")
    owner.sees("", "[/]", NODE)
    owner.type(f"admin disconnect session-id 2{ENTER}edit-config exclusive{ENTER}")
    owner.sees("(ex)[/]", NODE)
    joiner.kill(signal.SIGCONT)
    assert joiner.leaves() == 0
    assert "The session has been disconnected." in joiner.lines
    assert not joiner.raw_mode


def test_the_owner_who_logs_out_holds_the_node_for_the_others(owner, joiner):
    owner.type(f"logout{ENTER}")
    owner.sees_line("srpki: 1 joined session goes on: this process holds the node")
    joiner.type(f"pwc{ENTER}")
    joiner.sees("Present Working Context:", "/", "", "[/]", NODE)
    joiner.type(f"logout{ENTER}")
    assert joiner.leaves() == 0
    assert owner.leaves() == 0


def test_control_c_ends_an_owner_who_only_holds_the_node(owner, joiner):
    owner.type(CTRL_D)
    owner.sees_line("srpki: 1 joined session goes on")
    owner.type(CTRL_C)
    assert owner.leaves() == 0
    assert joiner.leaves() == 3
    assert joiner.lines[-1].startswith("srpki: the process that held the node has ended")
    assert not joiner.raw_mode


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_when_the_process_of_the_owner_ends_the_joined_are_told(owner, joiner, person, number):
    owner.kill(number)
    assert joiner.leaves() == 3
    assert joiner.lines[-1].startswith("srpki: the process that held the node has ended")
    again = person()
    again.sees("", "[/]", NODE)


def test_an_owner_that_hangs_can_be_left(owner, joiner):
    owner.kill(signal.SIGSTOP)
    try:
        joiner.type("x" * 3000)
        joiner.type(LEAVE)
        assert joiner.leaves() == 0
        assert "srpki: left the session, which ends" in joiner.lines
        assert not joiner.raw_mode
    finally:
        owner.kill(signal.SIGCONT)
    owner.type(f"pwc{ENTER}")
    owner.sees("Present Working Context:", "/", "", "[/]", NODE)


def test_a_joiner_who_is_killed_lets_go_what_he_held(owner, joiner):
    joiner.type(f"edit-config exclusive{ENTER}")
    joiner.sees("(ex)[/]", NODE)
    joiner.kill(signal.SIGKILL)
    joiner.leaves()
    owner.type(f"\r\redit-config exclusive{ENTER}")
    owner.sees("", "(ex)[/]", NODE)
