"""The interactive session, typed into through a pipe and read off an emulated screen."""

import errno
import io
import threading

import canned
import pytest
from counting import met
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from srpki.cli.session import Session
from srpki.frontend.terminal import Terminal

pytestmark = pytest.mark.timeout(20)

ENTER, CTRL_C, CTRL_D, CTRL_L, CTRL_R, CTRL_Z = "\r\x03\x04\x0c\x12\x1a"
LEFT, UP, DOWN = "\x1b[D", "\x1b[A", "\x1b[B"
QUESTION = "Discard uncommitted changes? [y,n] "
DIRTY = f"configure private{ENTER}system name other{ENTER}exit all{ENTER}"


@pytest.fixture
def line_of(typist):
    """Type keys that do not end the line; return what the line was when Ctrl-C dropped it."""
    return lambda *keys: typist.type(*keys, CTRL_C).commands[-2]


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
    assert lines[2:4] == [
        "A:admin@node-2# //",
        "INFO: CLI #2051: Switching to the classic CLI engine",
    ]
    assert lines[-2:] == ["A:node-2# configure system", "A:node-2>config>system#"]
    assert "" not in lines[2:]


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
    end = lines.index("", 3)
    listed = [line.split() for line in lines[3:end]]
    words = ["certificate", "debug", "ipsec", "log", "system", "time", "uptime", "users", "version"]
    assert [row[0] for row in listed] == words[: len(listed)]  # down, then across
    assert sorted(word for row in listed for word in row) == words
    assert lines[end : end + 3] == ["", "[/]", "A:admin@node-2# show time x"]


def test_tab_lists_values_below_the_name_of_their_type(typist):
    lines = typist.type("environment message-severity-level cli \t", CTRL_C)
    assert lines[3:9] == [
        "",
        " <cli>",
        " warning",
        " info",
        "",
        "[/]",
    ]


def test_a_question_mark_helps_at_once_and_keeps_the_line(typist):
    lines = typist.type("show ve?", "rsion", ENTER)
    assert lines[2:4] == ["A:admin@node-2# show ve", ""]
    assert lines[4].split()[0] == "version"
    assert lines[5:8] == ["", "[/]", "A:admin@node-2# show version"]


@pytest.mark.parametrize("text", ['environment "what?', "# why?"])
def test_a_question_mark_is_text_in_quotes_and_comments(line_of, text):
    assert line_of(text) == text


def test_after_two_slashes_there_is_no_help(typist):
    assert typist.type("//show?", CTRL_C).commands == ["//show", ""]


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
    assert lines.commands[-3:] == ["configure private!", "exit all!", ""]


def test_a_search_that_control_z_leaves_does_not_stay_in_the_way(typist):
    lines = typist.type("pwc", ENTER, CTRL_R, "pw", CTRL_Z, "back", ENTER)
    assert lines.commands[-2] == "back"
    assert not any("search" in line for line in lines)


# --- ways out of a line ---


def test_control_c_drops_the_line(typist, device):
    lines = typist.type("show versi", CTRL_C, ENTER)
    assert lines.commands == ["show versi", "", ""]
    assert device.calls == []


def test_control_z_returns_to_the_root_and_drops_the_line(typist, device):
    lines = typist.type("edit-config private", ENTER, "configure system", ENTER, "name x", CTRL_Z)
    assert lines[-2:] == ["(pr)[/]", "A:admin@node-2#"]
    assert "x" not in typist.session.feed("compare").text


def test_control_d_ends_the_session_only_on_an_empty_line(typist):
    assert typist.type("pwcx", LEFT, CTRL_D, ENTER).commands[0] == "pwc"
    assert typist.status == 0


def test_the_end_of_input_ends_the_session(typist):
    typist.converse(("# ", None))
    assert typist.status == 0


def test_logout_ends_the_session(typist):
    assert typist.type("logout", ENTER, "show version", ENTER).commands == ["logout"]
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


def test_a_question_of_the_other_engine_can_be_taken_back_too(typist):
    before = f"edit-config private{ENTER}configure system name other{ENTER}/{ENTER}//{ENTER}"
    lines = typist.converse(
        ("# ", f"{before}//quit-config{ENTER}"),
        (QUESTION, CTRL_C),
        ("# ", f"//pwc{ENTER}"),
        ("Switching to the classic", CTRL_D),
    )
    assert "Present Working Context:" in lines


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
    assert not any("secret" in line or "Traceback" in line for line in met(8, lines))
    assert typist.status == 0


def test_neither_typing_nor_help_needs_an_escape_code(typist):
    typist.type("show tiem\b\bme", ENTER, "sh?", CTRL_C, "sh\tt\t", CTRL_C, UP, ENTER)
    assert "\x1b" not in typist.raw


def test_an_answer_cannot_steer_the_terminal(typist, device):
    device.answers["show.time"] = canned.lines("\x1b[2Jgone")
    assert "?[2Jgone" in typist.type("show time", ENTER)


def test_what_comes_unasked_is_printed_above_the_line_that_is_typed(typist, monkeypatch):
    def come(text):
        threading.Thread(
            target=typist.device.debug.tell_all, args=(["", "news of the day"],)
        ).start()
        return ""

    monkeypatch.setattr(typist.session, "help", come)
    lines = typist.converse((None, "show ti?"), ("news of the day", "me\r" + CTRL_D))
    assert lines[2:9] == [
        "A:admin@node-2# show ti",
        "",
        "news of the day",
        "",
        "[/]",
        "A:admin@node-2# show time",
        "show.time",
    ]


def test_what_came_before_the_prompt_is_printed_with_it(typist):
    typist.device.debug.tell_all(["early news"])
    assert "early news" in typist.converse((None, ""), ("early news", CTRL_D))


@pytest.mark.parametrize(
    ("typed", "line"),
    [("/conf\t\x1f", "/conf"), ("/conf\tsys\t\x1f", "/configure sys"), ("zz\t\x1f", "zz")],
)
def test_what_tab_has_put_on_the_line_can_be_undone(line_of, typed, line):
    assert line_of(typed) == line


class Breaking(io.StringIO):
    """A terminal that goes away when *key* is to be shown on it."""

    def __init__(self, key):
        super().__init__()
        self._key = key

    def write(self, text):
        if text == self._key:
            raise OSError(errno.EIO, "the terminal has gone")
        return super().write(text)


def test_a_terminal_that_goes_away_at_a_key_ends_the_session(device):
    with create_pipe_input() as keyboard:
        screen = Vt100_Output(Breaking("x"), lambda: Size(40, 100), enable_cpr=False)
        keyboard.send_text("x")
        assert Terminal(Session(device), source=keyboard, screen=screen).run() == 1
