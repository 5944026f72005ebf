"""``srpki shell`` on a real pty, as an operator types and sees it."""

import signal

import pytest

pytestmark = pytest.mark.timeout(30)

ENTER, CTRL_C, CTRL_D, CTRL_Z = "\r\x03\x04\x1a"
UP, LEFT = "\x1b[A", "\x1b[D"
NODE = "A:admin@srpki#"
QUESTION = "Discard uncommitted changes? [y,n]"
PKI = "admin system security pki"


@pytest.fixture
def operator(person):
    """An operator at the first prompt."""
    seated = person()
    seated.sees("", "[/]", NODE)
    return seated


def test_commands_help_completion_and_history(operator):
    operator.type("sh ver?")
    operator.sees(
        " version               - Print which software the node runs", "", "[/]", f"{NODE} show ver"
    )
    operator.type(f"\t{ENTER}")
    operator.sees(
        f"{NODE} show version",
        "TiMOS-C-26.3 srpki 0.2.0: an emulator, not Nokia software.",
        "It emulates the certificate management of a Nokia 7750 SR and nothing else.",
        "",
        "[/]",
        NODE,
    )
    operator.type("show \t")
    operator.sees(
        "certificate  ipsec        system       uptime       version",
        "debug        log          time         users",
        "",
        "[/]",
        f"{NODE} show",
    )
    operator.type(f"{CTRL_C}{ENTER}")
    operator.sees(f"{NODE} show", "", "[/]", NODE, "", "[/]", NODE)
    operator.type(UP)
    operator.sees("[/]", f"{NODE} show version")
    operator.type(f"{CTRL_C}{CTRL_D}")
    assert operator.leaves() == 0


def test_every_way_out_of_a_line_and_out_of_the_session(operator):
    operator.type(f"configure private{ENTER}system{ENTER}na half")
    operator.sees("[pr:/configure system]", f"{NODE} name half")
    operator.type(CTRL_Z)
    operator.sees("INFO: CLI #2074: Exiting private configuration mode", "", "[/]", NODE)
    operator.type(f'configure private{ENTER}system name "gw"{ENTER}')
    operator.sees("*[pr:/configure]", NODE)
    for key in (CTRL_C, CTRL_Z, f"n{ENTER}"):
        operator.type(CTRL_Z)
        operator.sees("", QUESTION)
        operator.type(key)
        operator.sees("", "*[pr:/configure]", NODE)
    operator.type(f"logout{ENTER}")
    operator.sees("", QUESTION)
    operator.type(f"y{ENTER}")
    assert operator.leaves() == 0
    assert "WARNING: CLI #2073: Exiting private configuration mode" in operator.lines[-1]


def test_the_classic_cli_and_the_other_behind_two_slashes(person):
    operator = person("--mode", "mixed")
    operator.sees("A:srpki#")
    operator.type(f"//{ENTER}//{ENTER}")
    operator.sees("INFO: CLI #2051: Switching to the classic CLI engine", "A:srpki#")
    operator.type(f"conf sys{ENTER}")
    operator.sees("A:srpki>config>system#")
    operator.type(f'na "is it?"?{CTRL_C}name "gw-1"{ENTER}')
    operator.sees("*A:gw-1>config>system#")
    operator.type(f"no nam{CTRL_Z}")
    operator.sees("*A:gw-1>config>system# no nam", "*A:gw-1#")
    operator.type(f"//show version{ENTER}")
    operator.sees_line("A:admin@gw-1# /show version")
    operator.sees("INFO: CLI #2051: Switching to the classic CLI engine", "*A:gw-1#")
    operator.type(f"//{ENTER}")
    operator.sees("INFO: CLI #2052: Switching to the MD-CLI engine", "", "[/]", "A:admin@gw-1#")


def test_long_lines_wrap_anew_when_the_window_is_resized(operator):
    line = f"{PKI} generate-keypair save-path cf3:/a-long-name-for-a-key-pair.key rsa-key-size 2048"
    operator.type(line)
    shown = f"{NODE} {line}"
    # Drawn before the first change: the screen here drops its upper rows when it gets shorter.
    operator.sees(shown[:100].rstrip(), shown[100:])
    for width in (100, 60, 41, 80):
        operator.resize(width, 30)
        wrapped = [shown[at : at + width].rstrip() for at in range(0, len(shown), width)]
        operator.sees(*wrapped)
    operator.type("!")
    operator.sees(wrapped[-2], f"{wrapped[-1]}!")
    operator.resize(5, 2)
    operator.resize(100, 30)
    operator.type(f"{CTRL_C}pwc{ENTER}")
    operator.sees("Present Working Context:", "/", "", "[/]", NODE)


def lines_to_paste():
    """500 lines; one opens a question that the next answers, the last line is left open."""
    names = [f'system name "n{number}"' for number in range(494)]
    return [
        "configure private",
        *names,
        "exit all",
        "n",
        "commit",
        "exit all",
        "show log log-id 99 | count",
    ]


@pytest.mark.parametrize(
    "brackets", [("\x1b[200~", "\x1b[201~"), ("", "")], ids=["bracketed", "typed"]
)
def test_a_paste_of_500_lines_loses_nothing(operator, brackets):
    before, after = brackets
    lines = lines_to_paste()
    assert len(lines) == 500
    operator.type(before + "\n".join(lines) + f"\nshow ver{after}")
    operator.sees("", "[/]", "A:admin@n493# show ver")
    shown = operator.scrolled_back()
    typed = [line.partition("# ")[2].rstrip() for line in shown if line.startswith("A:admin@")]
    answered = [line.partition("] ")[2].rstrip() for line in shown if line.startswith(QUESTION)]
    assert typed == [*lines[:496], *lines[497:], "show ver"]
    assert answered == ["n"]


def test_control_c_ends_the_waiting_for_a_ca(person):
    operator = person("--lab")
    operator.sees("", "[/]", NODE)
    for line in (
        f"{PKI} generate-keypair save-path cf3:/k.key ecdsa-curve secp256r1",
        f"{PKI} import type key format der input-url cf3:/k.key output-file k.key",
        "lab ca fault add simpleenroll waiting",
    ):
        operator.type(line + ENTER)
    operator.type(f"lab ca fault list{ENTER}")
    operator.sees("simpleenroll waiting", "", "[/]", NODE)
    operator.type(
        f"{PKI} est enroll est-profile lab-est key cf3:\\system-pki\\k.key output-file k.crt"
        f" subject-dn C=BE,CN=gw{ENTER}"
    )
    operator.sees_it_run()
    assert operator.raw_mode
    operator.type(f"show version{ENTER}sho")
    operator.type(f"{CTRL_C}")
    operator.sees("^C", "MINOR: MGMT_AGENT #2007: Operation failed - cancelled", "", "[/]", NODE)
    operator.type(f"show version{ENTER}lab clock advance 1h{ENTER}")
    operator.sees_line("Lab time is ")
    operator.sees("", "[/]", NODE)


def test_long_output_is_whole(person):
    operator = person("--lab", rows=20)
    operator.sees("", "[/]", NODE)
    operator.type(
        "".join(
            f"lab clock advance {hours}h{ENTER}show log log-id 99{ENTER}" for hours in range(1, 20)
        )
    )
    operator.type(f"pwc{ENTER}")
    operator.sees("Present Working Context:", "/", "", "[/]", NODE)
    shown = operator.scrolled_back()
    assert sum(line.startswith("Event Log 99") for line in shown) == 19
    assert sum(line.startswith("=" * 79) for line in shown) == 19 * 3


def test_the_terminal_gets_no_questions_and_its_own_mode_back(operator):
    assert operator.raw_mode
    operator.type(f"show version{ENTER}sho?{CTRL_C}logout{ENTER}")
    assert operator.leaves() == 0
    assert not operator.raw_mode
    assert b"WARNING" not in operator.raw
    assert b"\x1b" not in operator.raw


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_killed_session_ends_in_order(operator, person, number):
    operator.type("half a line")
    operator.sees(f"{NODE} half a line")
    operator.kill(number)
    assert operator.leaves() == 0
    again = person()
    again.sees("", "[/]", NODE)


def test_a_terminal_that_cannot_move_its_cursor_gets_plain_lines(person):
    operator = person(TERM="dumb")
    operator.sees("", "[/]", NODE)
    operator.type("pwc\n")
    operator.sees("Present Working Context:", "/", "", "[/]", NODE)
    operator.type("logout\n")
    assert operator.leaves() == 0
    assert b"\x1b" not in operator.raw
