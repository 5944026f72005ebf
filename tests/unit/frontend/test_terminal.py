"""The interactive session, typed into through a pipe and read off an emulated screen."""

import io
import signal
import threading

import pyte
import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from srpki.cli.session import Session
from srpki.device.results import Message
from srpki.frontend.terminal import Terminal

pytestmark = pytest.mark.timeout(20)

ENTER, CTRL_C, CTRL_D, CTRL_L, CTRL_R, CTRL_Z = "\r\x03\x04\x0c\x12\x1a"
LEFT, UP, DOWN = "\x1b[D", "\x1b[A", "\x1b[B"
COLUMNS, ROWS = 100, 100
QUESTION = "Discard uncommitted changes? [y,n] "
DIRTY = f"configure private{ENTER}system name other{ENTER}exit all{ENTER}"


class Typist:
    """Types into a session of its own on *device* and reads what the screen shows."""

    def __init__(self, device):
        self.device = device
        self.session = Session(device)
        self.interrupted = threading.Event()
        self.raw = ""
        self.status = None

    def type(self, *keys, end=CTRL_D):
        """Type *keys* and *end* at once; return the lines of the screen."""
        return self.converse((None, "".join(keys) + end))

    def converse(self, *steps):
        """Type, for each pair of *steps*, the second when the first is printed; None: close."""
        with create_pipe_input() as self.keyboard:
            out = Paper(self.keyboard, steps)
            screen = Vt100_Output(out, lambda: Size(ROWS, COLUMNS), enable_cpr=False)
            self.status = Terminal(
                self.session, interrupt=self.interrupted.set, source=self.keyboard, screen=screen
            ).run()
        self.raw = out.getvalue()
        return displayed(self.raw)


class Paper(io.StringIO):
    """Types the next of *steps* when what it waits for has been written here."""

    def __init__(self, keyboard, steps):
        super().__init__()
        self._keyboard = keyboard
        self._steps = list(steps)
        self._read = 0
        self.write("")

    def write(self, text):
        super().write(text)
        while self._steps:
            awaited, keys = self._steps[0]
            found = self.getvalue().find(awaited or "", self._read)
            if found < 0:
                break
            self._read = found + len(awaited or "")
            self._steps.pop(0)
            if keys is None:
                self._keyboard.close()
            else:
                self._keyboard.send_text(keys)


def displayed(raw):
    screen = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(screen).feed(raw)
    lines = [line.rstrip() for line in screen.display]
    while lines and not lines[-1]:
        lines.pop()
    return lines


@pytest.fixture
def typist(device):
    return Typist(device)


def commands(lines):
    """Return what was typed after each prompt."""
    return [line.partition("# ")[2] for line in lines if line.startswith("A:admin@")]


def paste(text):
    return f"\x1b[200~{text}\x1b[201~"


@pytest.fixture
def line_of(typist):
    """Type keys that do not end the line; return what the line was when Ctrl-C dropped it."""
    return lambda *keys: commands(typist.type(*keys, CTRL_C))[-2]


# --- the prompt ---


def test_the_prompt_is_an_empty_line_the_context_and_the_node(typist):
    assert typist.type() == ["", "[/]", "A:admin@node-2#"]
    assert typist.status == 0


def test_enter_on_an_empty_line_prints_the_prompt_again(typist):
    assert typist.type(ENTER, ENTER) == ["", "[/]", "A:admin@node-2#"] * 3


def test_the_prompt_follows_the_environment(typist):
    typed = ["environment prompt context false", "environment prompt newline false"]
    lines = typist.type(typed[0], ENTER, typed[1], ENTER)
    assert lines[2:] == [
        f"A:admin@node-2# {typed[0]}",
        "",
        f"A:admin@node-2# {typed[1]}",
        "A:admin@node-2#",
    ]


def test_a_context_wider_than_the_screen_is_shown_whole(typist):
    context = f'configure system security pki certificate-auto-update "{"long-" * 18}.crt"'
    lines = typist.type("edit-config private", ENTER, context, ENTER)
    assert f"*(pr)[/{context}]" in "".join(lines)


def test_the_classic_prompt_follows_two_slashes_without_an_empty_line(typist):
    lines = typist.type("//", ENTER, "configure system", ENTER)
    assert lines[2:] == [
        "A:admin@node-2# //",
        "INFO: CLI #2051: Switching to the classic CLI engine",
        "A:node-2# configure system",
        "A:node-2>config>system#",
    ]


def test_control_l_leaves_the_whole_prompt_and_the_line_on_a_clear_screen(typist):
    assert typist.type("pwc", ENTER, "show ver", CTRL_L, ENTER)[:3] == [
        "",
        "[/]",
        "A:admin@node-2# show ver",
    ]


# --- completion and help ---


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("sh !", "show !"),
        ("sh sys inf !", "show system information !"),
        ("e !", "e !"),  # edit-config, environment, exit
        ('admin file "sh !', 'admin file "sh !'),
        ("configure zz !", "configure zz !"),
        ("//sh !", "//sh !"),
        ("# sh !", "# sh !"),
        (f"sh{LEFT} !", "s !h"),
    ],
)
def test_space_completes_a_word_that_can_be_only_one_keyword(line_of, typed, line):
    assert line_of(typed) == line


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("sh\tvers\t!", "show version !"),
        ("environment c\t!", "environment co!"),  # command-completion, console
        ("admin system security pki update-certificate certificate g\t!", None),
        (f"sh x{LEFT}{LEFT}\t!", "show! x"),
        ("zz\t!", "zz!"),
        ("//sh\t!", "//sh!"),
    ],
)
def test_tab_completes_as_far_as_the_choices_agree(line_of, typed, line):
    existing = "admin system security pki update-certificate certificate gw.crt !"
    assert line_of(typed) == (line or existing)


def test_tab_lists_and_brings_back_the_prompt_with_the_line_and_its_cursor(typist):
    lines = typist.type("show  x", LEFT, LEFT, "\t", "time", CTRL_C)
    assert lines[2] == "A:admin@node-2# show  x"
    assert lines[3].split() == ["certificate", "log", "system", "time", "version"]
    assert lines[4:7] == ["", "[/]", "A:admin@node-2# show time x"]


def test_a_question_mark_helps_at_once_and_keeps_the_line(typist):
    lines = typist.type("show ve?", "rsion", ENTER)
    assert lines[2:4] == ["A:admin@node-2# show ve", ""]
    assert lines[4].split()[0] == "version"
    assert lines[5:8] == ["", "[/]", "A:admin@node-2# show version"]


@pytest.mark.parametrize("text", ['environment "what?', "# why?"])
def test_a_question_mark_is_text_in_quotes_and_comments(line_of, text):
    assert line_of(text) == text


def test_after_two_slashes_there_is_no_help(typist):
    assert commands(typist.type("//show?", CTRL_C)) == ["//show", ""]


# --- history ---


def test_arrows_bring_back_commands_but_not_answers(typist):
    lines = typist.converse(
        ("# ", DIRTY + f"y{ENTER}show time{ENTER}show time{ENTER}"),
        ("show.time", ""),
        ("show.time", ""),
        ("# ", UP * 4 + "!"),
        ("!", CTRL_C),
        ("# ", UP * 3 + DOWN + "!"),
        ("!", CTRL_C),
        ("# ", CTRL_D),
    )
    assert commands(lines)[-3:] == ["configure private!", "exit all!", ""]


def test_arrows_bring_back_pasted_lines(typist):
    lines = typist.converse(
        ("# ", paste("pwc\nback\n")), ("back", ""), ("# ", UP * 2 + "!"), ("!", CTRL_C + CTRL_D)
    )
    assert commands(lines)[-2:] == ["pwc!", ""]


def test_a_search_that_control_z_leaves_does_not_stay_in_the_way(typist):
    lines = typist.type("pwc", ENTER, CTRL_R, "pw", CTRL_Z, "back", ENTER)
    assert commands(lines)[-2] == "back"
    assert not any("search" in line for line in lines)


# --- ways out of a line ---


def test_control_c_drops_the_line(typist, device):
    lines = typist.type("show versi", CTRL_C, ENTER)
    assert commands(lines) == ["show versi", "", ""]
    assert device.calls == []


def test_control_z_returns_to_the_root_and_drops_the_line(typist, device):
    lines = typist.type("edit-config private", ENTER, "configure system", ENTER, "name x", CTRL_Z)
    assert lines[-2:] == ["(pr)[/]", "A:admin@node-2#"]
    assert "x" not in typist.session.feed("compare").text


def test_control_d_ends_the_session_only_on_an_empty_line(typist):
    assert commands(typist.type("pwcx", LEFT, CTRL_D, ENTER))[0] == "pwc"
    assert typist.status == 0


def test_the_end_of_input_ends_the_session(typist):
    typist.converse(("# ", None))
    assert typist.status == 0


def test_logout_ends_the_session(typist):
    assert commands(typist.type("logout", ENTER, "show version", ENTER)) == ["logout"]
    assert typist.status == 0


# --- questions ---


def test_a_question_stands_where_the_answer_is_typed(typist):
    lines = typist.type(DIRTY, "n", ENTER)
    at = lines.index(f"{QUESTION}n")
    assert lines[at - 1] == ""
    assert lines[at + 1 : at + 4] == [
        "INFO: CLI #2072: Exit private configuration mode canceled",
        "",
        "*[pr:/configure]",
    ]


def test_keys_are_plain_text_in_an_answer(typist):
    lines = typist.type(DIRTY, "sh \t?", ENTER, "y", ENTER)
    assert f"{QUESTION}sh ?" in lines
    assert f"{QUESTION}y" in lines


@pytest.mark.parametrize("key", [CTRL_C, CTRL_Z])
def test_a_question_can_be_taken_back(typist, key):
    lines = typist.converse(
        ("# ", DIRTY), (QUESTION, "y"), ("y", key), ("# ", f"show time{ENTER}{CTRL_D}")
    )
    at = lines.index(f"{QUESTION}y")
    assert lines[at + 1 :][:3] == ["", "*[pr:/configure]", "A:admin@node-2# show time"]
    assert typist.device.calls == [("show.time", {})]


# --- pastes ---


def keypair(number):
    return (
        f"admin system security pki generate-keypair save-path cf3:/k{number}.key rsa-key-size 2048"
    )


def paths(device):
    return [inputs["save-path"].replace("\\", "/") for name, inputs in device.calls]


MANY = [f"cf3:/k{number}.key" for number in range(500)]


@pytest.mark.parametrize("newline", ["\n", "\r", "\r\n"])
def test_a_bracketed_paste_of_500_lines_runs_all_in_order(typist, newline):
    text = newline.join(keypair(number) for number in range(500))
    lines = typist.type(paste(text + newline), "pwc", ENTER)
    assert paths(typist.device) == MANY
    assert commands(lines)[-2] == "pwc"


@pytest.mark.parametrize("newline", ["\n", "\r"])
def test_a_paste_of_500_lines_as_if_typed_runs_all_in_order(typist, newline):
    text = newline.join(keypair(number) for number in range(500))
    typist.type(text, newline)
    assert paths(typist.device) == MANY


def test_a_paste_that_ends_within_a_line_leaves_it_to_be_ended(typist):
    lines = typist.type("sh", paste("ow time\nshow ver"), "sion", ENTER)
    assert commands(lines)[:2] == ["show time", "show version"]
    assert [name for name, _ in typist.device.calls] == ["show.time", "show.version"]


def test_a_paste_within_one_line_is_typed_on(typist):
    assert commands(typist.type(paste("show"), " ", paste("time"), ENTER))[0] == "show time"


@pytest.mark.parametrize("brackets", ["\x1b[200~{}\x1b[201~", "{}"])
def test_a_question_opened_by_a_pasted_line_is_answered_by_the_next(typist, brackets):
    lines = typist.type(brackets.format(f"{DIRTY}n{ENTER}pwc{ENTER}"))
    assert f"{QUESTION}n" in lines
    assert commands(lines)[-2:] == ["pwc", ""]
    assert lines[-2] == "*[pr:/configure]"


def test_what_is_no_text_in_a_paste_is_left_out(typist):
    lines = typist.type(paste("show\t\x1b]0;title\x07ti\x00me\n"))
    assert commands(lines)[0] == "show ]0;titletime"


def test_a_paste_ends_a_search(typist):
    lines = typist.type("pwc", ENTER, CTRL_R, "pw", paste(" x\nshow time\n"))
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert commands(lines)[-2:] == ["show time", ""]


def test_help_within_typed_ahead_lines_comes_in_its_place(typist):
    lines = typist.type(f"pwc{ENTER}show ve?rsion{ENTER}show time{ENTER}")
    assert commands(lines)[:4] == ["pwc", "show ve", "show version", "show time"]


# --- while a command runs ---


class Waiting:
    """Makes an operation type *keys*, or hang up when there are none, and wait for Ctrl-C."""

    def __init__(self, typist, keys):
        self._typist = typist
        self._keys = keys
        self._run = typist.device.run
        self.released = []
        typist.device.run = self

    def __call__(self, operation, inputs):
        self._typist.keyboard.send_text(self._keys)
        if not self._keys:
            self._typist.keyboard.close()
        self.released.append(self._typist.interrupted.wait(timeout=5))
        self._typist.device.run = self._run
        return self._run(operation, inputs)


@pytest.mark.parametrize("pasted", [False, True])
def test_control_c_interrupts_the_command_and_drops_what_was_to_follow(typist, pasted):
    waiting = Waiting(typist, f"show version{ENTER}{CTRL_C}{CTRL_D}")
    before = f"show time{ENTER}show system information{ENTER}"
    lines = typist.type(paste(before) if pasted else before)
    assert waiting.released == [True]
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert "^C" in lines


def test_control_c_that_comes_before_the_command_began_is_not_forgotten(typist, device):
    run = device.run
    released = []

    def forgetful(operation, inputs):
        assert typist.interrupted.wait(timeout=5)
        typist.interrupted.clear()  # as an operation does when it begins
        released.append(typist.interrupted.wait(timeout=5))
        return run(operation, inputs)

    device.run = forgetful
    typist.type(f"show time{ENTER}", CTRL_C)
    assert released == [True]


def test_keys_typed_during_a_command_belong_to_the_next_prompt(typist, device):
    run = device.run

    def busy(operation, inputs):
        device.run = run
        typist.keyboard.send_text(f"show ver?sion{ENTER}pwc{ENTER}{CTRL_D}")
        return run(operation, inputs)

    device.run = busy
    lines = typist.type(f"show time{ENTER}", end="")
    assert lines[2:5] == ["A:admin@node-2# show time", "show.time", ""]
    assert commands(lines)[:4] == ["show time", "show ver", "show version", "pwc"]


def test_the_end_of_input_ends_the_waiting_too(typist):
    waiting = Waiting(typist, "")
    typist.type(f"show time{ENTER}", end="")
    assert waiting.released == [True]
    assert typist.status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_session_and_the_waiting(typist, number):
    waiting = Waiting(typist, "pwc")
    run = typist.device.run

    def killed(operation, inputs):
        signal.raise_signal(number)
        return run(operation, inputs)

    typist.device.run = killed
    before = signal.getsignal(number)
    typist.type(f"show time{ENTER}show version{ENTER}")
    assert waiting.released == [True]
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert signal.getsignal(number) == before
    assert typist.status == 0


# --- what must never be seen ---


@pytest.mark.parametrize(
    ("broken", "keys"),
    [("help", "show ?"), ("complete", "show \t"), ("expand", "show "), ("feed", f"show{ENTER}")],
)
@pytest.mark.parametrize("ahead", [False, True])
def test_a_bug_is_told_in_one_line_without_what_it_held(typist, monkeypatch, broken, keys, ahead):
    feed = typist.session.feed

    def bug(text):
        if text == "pwc":
            return feed(text)
        raise ValueError("secret")

    monkeypatch.setattr(typist.session, broken, bug)
    lines = typist.type(f"pwc{ENTER}" if ahead else "", keys, ENTER)
    told = [line for line in lines if "internal error" in line]
    assert told
    assert "ValueError in test_terminal.py:" in told[0]
    assert not any("secret" in line or "Traceback" in line for line in lines)
    assert typist.status == 0


def test_the_terminal_is_never_asked_where_its_cursor_is_and_gets_its_modes_back(typist):
    typist.type("show time", ENTER, "sh?", CTRL_C)
    assert "\x1b[6n" not in typist.raw
    assert typist.raw.rindex("\x1b[?2004l") > typist.raw.rindex("\x1b[?2004h")


def test_an_answer_cannot_steer_the_terminal(typist, device):
    device.answers["show.time"] = (True, (Message("info", "\x1b[2Jgone"),), None)
    assert "?[2Jgone" in typist.type("show time", ENTER)
