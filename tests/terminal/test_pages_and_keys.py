"""Pages, line editing and long-running commands on a real pty, in both CLIs."""

import time

import pytest

pytestmark = pytest.mark.timeout(40)

ENTER, CTRL_C, CTRL_D, CTRL_L, CTRL_Z, ESCAPE = "\r\x03\x04\x0c\x1a\x1b"
NODE = "A:admin@srpki#"
STOP = "Press Q to quit, Enter to print next line or any other key to print next page."
CLASSIC_STOP = "Press any key to continue (Q to quit)"
PKI = "admin system security pki"


@pytest.fixture
def reader(person):
    """An operator at a window of 20 rows, who has typed 60 commands to read about."""
    seated = person(rows=20)
    seated.sees("", "[/]", NODE)
    seated.type("".join(f"# {number}{ENTER}" for number in range(1, 61)) + f"pwc{ENTER}")
    seated.sees("Present Working Context:", "/", "", "[/]", NODE)
    return seated


def entry(number):
    return f"{number:>4} # {number}"


def test_long_output_stops_after_each_page_and_obeys_every_key(reader):
    reader.type(f"history{ENTER}")
    reader.sees(*map(entry, range(13, 32)), STOP)
    reader.type(ENTER)
    reader.sees(*map(entry, range(14, 33)), STOP)
    reader.type(" ")
    reader.sees(*map(entry, range(33, 52)), STOP)
    reader.type("q")
    reader.sees(entry(51), "", "[/]", NODE)
    reader.type(f"history{ENTER}")
    reader.sees(*map(entry, range(14, 33)), STOP)
    reader.type(CTRL_C)
    reader.sees(entry(32), "", "[/]", NODE)
    reader.type(f"history{ENTER}")
    reader.sees(*map(entry, range(15, 34)), STOP)
    reader.type("\x1b[B")
    reader.sees(entry(52), STOP)
    reader.type(ESCAPE)
    reader.sees("  62 history", "  63 history", "  64 history", "", "[/]", NODE)
    reader.type(f"history | no-more{ENTER}")
    reader.sees("  64 history", "  65 history | no-more", "", "[/]", NODE)
    reader.type(f"environment more false{ENTER}")
    reader.sees(f"{NODE} environment more false", "", "[/]", NODE)
    reader.type(f"history{ENTER}")
    reader.sees("  66 environment more false", "  67 history", "", "[/]", NODE)


def test_the_next_page_is_as_high_as_the_window_is_now(reader):
    reader.type(f"history{ENTER}")
    reader.sees(entry(31), STOP)
    reader.resize(100, 28)
    reader.type(" ")
    reader.sees(*map(entry, range(32, 59)), STOP)
    reader.type("Q")
    reader.sees(entry(58), "", "[/]", NODE)


def test_the_environment_overrules_the_window(reader):
    reader.type(f"environment console length 24{ENTER}")
    reader.sees(f"{NODE} environment console length 24", "", "[/]", NODE)
    reader.type(f"history{ENTER}")
    reader.sees(*map(entry, range(18, 37)), STOP)
    reader.type("q")
    reader.sees("", "[/]", NODE)


def test_pages_of_the_classic_cli(reader):
    reader.type(f"//{ENTER}")
    reader.sees("A:srpki#")
    reader.type(f"history{ENTER}")
    reader.sees(*map(entry, range(34, 53)), CLASSIC_STOP)
    reader.type(ENTER)
    reader.sees(entry(53), CLASSIC_STOP)
    reader.type("x")
    reader.sees("  61 pwc", "  62 //", "  63 history", "A:srpki#")
    reader.type(f"history{ENTER}")
    reader.sees(entry(53), CLASSIC_STOP)
    reader.type("q")
    reader.sees(entry(53), "A:srpki#")
    reader.type(f"environment no more{ENTER}history{ENTER}")
    reader.sees("  65 environment no more", "  66 history", "A:srpki#")


def test_a_hang_up_in_the_pager_ends_the_session(reader, person):
    reader.type(f"history{ENTER}")
    reader.sees(entry(31), STOP)
    reader.close()
    again = person()
    again.sees("", "[/]", NODE)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("time\x01show \x05!", "show time!"),  # Ctrl-A, Ctrl-E
        ("show tme\x02\x02i", "show time"),  # Ctrl-B
        ("xshow\x01\x06\x06!", "xs!how"),  # Ctrl-F
        ("xshow\x01\x04", "show"),  # Ctrl-D on a line deletes
        ("show time\x02\x02\x0b!", "show ti!"),  # Ctrl-K
        ("show time\x15pwc", "pwc"),  # Ctrl-U
        ("show time\x17now", "show now"),  # Ctrl-W
        ("show time\x1bbx", "show xtime"),  # Esc b
        ("show time\x01\x1bf!", "show! time"),  # Esc f
        ("show time\x01\x1bd", " time"),  # Esc d
        ("\x10\x10!", "pwc!"),  # Ctrl-P twice: the command before the last
        ("\x10\x10\x0e!", "back!"),  # Ctrl-N
        ("\x1b[A\x1b[A\x1b[B!", "back!"),  # arrows up and down
        ("show\x1b[D\x1b[D\x1b[C!", "sho!w"),  # arrows left and right
        ("show\x1b[H!\x1b[F?\b", "!show"),  # Home, End, Backspace
    ],
)
def test_the_keys_of_line_editing(person, keys, line):
    operator = person()
    operator.sees("", "[/]", NODE)
    operator.type(f"pwc{ENTER}back{ENTER}")
    operator.sees(f"{NODE} back", "", "[/]", NODE)
    operator.type(keys.replace("?\b", "x\b"))
    operator.sees("[/]", f"{NODE} {line}".rstrip())
    operator.type(CTRL_C + CTRL_D)
    assert operator.leaves() == 0


def test_a_paste_of_500_lines_into_the_classic_cli_loses_nothing(person):
    operator = person("--mode", "mixed")
    operator.sees("A:srpki#")
    lines = ["configure system", *(f'name "n{number}"' for number in range(498)), "exit all"]
    began = time.monotonic()
    operator.type("\x1b[200~" + "\n".join(lines) + "\nshow ver\x1b[201~")
    operator.sees("*A:n497>config>system# exit all", "*A:n497# show ver")
    assert time.monotonic() - began < 9
    shown = operator.scrolled_back()
    typed = [line.partition("# ")[2].rstrip() for line in shown if "A:" in line and "# " in line]
    assert typed[-501:] == [*lines, "show ver"]


def test_a_file_of_commands_and_its_question(person, tmp_path):
    operator = person()
    operator.sees("", "[/]", NODE)
    script = ["configure private", 'system name "gw-1"', "exit all"]
    (tmp_path / "node" / "cf3" / "s.txt").write_text("\n".join(script))
    operator.type(f"exec cf3:\\s.tx\t{ENTER}")
    operator.sees_line('Executed 3 lines in 0.0 seconds from file "cf3:\\s.txt"')
    operator.sees("Discard uncommitted changes? [y,n]")
    operator.type(f"n{ENTER}")
    operator.sees("", "*[pr:/configure]", NODE)
    operator.type(f"info > cf3:/out.txt{ENTER}")
    operator.sees(f"{NODE} info > cf3:/out.txt", "", "*[pr:/configure]", NODE)
    assert (tmp_path / "node" / "cf3" / "out.txt").read_text() == (
        '    system {\n        name "gw-1"\n    }\n'
    )
    operator.type(f"info > cf3:/config.cfg{ENTER}")
    operator.sees(
        'MINOR: MGMT_AGENT #2007: Operation failed - "cf3:\\config.cfg" is the saved configuration -'
        " name anot",
        "her file",
        "",
        "*[pr:/configure]",
        NODE,
    )


def test_control_c_ends_a_file_that_waits_and_its_dots_go(person, tmp_path):
    operator = person("--lab")
    operator.sees("", "[/]", NODE)
    for line in (
        f"{PKI} generate-keypair save-path cf3:/k.key ecdsa-curve secp256r1",
        f"{PKI} import type key format der input-url cf3:/k.key output-file k.key",
        "environment progress-indicator delay 10",
        "lab ca fault add simpleenroll waiting",
    ):
        operator.type(line + ENTER)
    operator.type(f"lab ca fault list{ENTER}")
    operator.sees("simpleenroll waiting", "", "[/]", NODE)
    (tmp_path / "node" / "cf3" / "s").write_text(
        f"{PKI} est enroll est-profile lab-est key cf3:\\system-pki\\k.key output-file k.crt"
        " subject-dn C=BE,CN=gw\npwc\n"
    )
    operator.type(f"exec cf3:/s{ENTER}")
    operator.sees(f"{NODE} exec cf3:/s", ".")
    operator.type(CTRL_C)
    operator.sees(
        "MINOR: MGMT_AGENT #2007: Operation failed - cancelled",
        'MINOR: CLI #2005: Error while processing command - stopped at line 1 of file "cf3:\\s"',
        "",
        "[/]",
        NODE,
    )
    assert f"{NODE} exec cf3:/s" in operator.lines
    assert operator.lines[operator.lines.index(f"{NODE} exec cf3:/s") + 1] == "^C"
