"""What arrives at the terminal faster than it is answered: pastes, and keys during a command."""

import signal
import threading

import pytest

from srpki.frontend import ahead

pytestmark = pytest.mark.timeout(15)

ENTER, CTRL_C, CTRL_D, CTRL_R = "\r\x03\x04\x12"
UP = "\x1b[A"
QUESTION = "Discard uncommitted changes? [y,n] "
DIRTY = f"configure private{ENTER}system name other{ENTER}exit all{ENTER}"


def paste(text):
    return f"\x1b[200~{text}\x1b[201~"


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
    assert lines.commands[-2] == "pwc"


@pytest.mark.parametrize("newline", ["\n", "\r"])
def test_a_paste_of_500_lines_as_if_typed_runs_all_in_order(typist, newline):
    text = newline.join(keypair(number) for number in range(500))
    typist.type(text, newline)
    assert paths(typist.device) == MANY


def test_no_more_is_read_ahead_than_may_wait_and_nothing_is_lost(typist, monkeypatch):
    monkeypatch.setattr(ahead, "MOST", 300)
    waiting = []
    add = ahead.Ahead.add

    def watched(self, items):
        add(self, items)
        waiting.append(self._length)

    monkeypatch.setattr(ahead.Ahead, "add", watched)
    typist.type("".join(f"{keypair(number)}\r" for number in range(100)))
    assert paths(typist.device) == MANY[:100]
    assert max(waiting) <= 300 + 1024  # one reading


def test_a_paste_that_ends_within_a_line_leaves_it_to_be_ended(typist):
    lines = typist.type("sh", paste("ow time\nshow ver"), "sion", ENTER)
    assert lines.commands[:2] == ["show time", "show version"]
    assert [name for name, _ in typist.device.calls] == ["show.time", "show.version"]


def test_a_paste_within_one_line_is_typed_on(typist):
    assert typist.type(paste("show"), " ", paste("time"), ENTER).commands[0] == "show time"


@pytest.mark.parametrize("brackets", ["\x1b[200~{}\x1b[201~", "{}"])
def test_a_question_opened_by_a_pasted_line_is_answered_by_the_next(typist, brackets):
    lines = typist.type(brackets.format(f"{DIRTY}n{ENTER}pwc{ENTER}"))
    assert f"{QUESTION}n" in lines
    assert lines.commands[-2:] == ["pwc", ""]
    assert lines[-2] == "*[pr:/configure]"


def test_what_is_no_text_in_a_paste_is_left_out(typist):
    lines = typist.type(paste("show\t\x1b]0;title\x07ti\x00me\n"))
    assert lines.commands[0] == "show ]0;titletime"


def test_a_paste_ends_a_search(typist):
    lines = typist.type("pwc", ENTER, CTRL_R, "pw", paste(" x\nshow time\n"))
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert lines.commands[-2:] == ["show time", ""]


def test_help_within_typed_ahead_lines_comes_in_its_place(typist):
    lines = typist.type(f"pwc{ENTER}show ve?rsion{ENTER}show time{ENTER}")
    assert lines.commands[:4] == ["pwc", "show ve", "show version", "show time"]


def test_arrows_bring_back_pasted_lines(typist):
    lines = typist.converse(
        ("# ", paste("pwc\nback\n")), ("back", ""), ("# ", UP * 2 + "!"), ("!", CTRL_C + CTRL_D)
    )
    assert lines.commands[-2:] == ["pwc!", ""]


# --- while a command runs ---


class Waiting:
    """Makes an operation type *keys*, or hang up when there are none, and wait for Ctrl-C."""

    def __init__(self, typist, keys):
        self._typist = typist
        self._keys = keys
        self._run = typist.device.run
        self.released = []
        typist.device.run = self

    def __call__(self, operation, inputs, caller, cancel):
        self._typist.keyboard.send_text(self._keys)
        if not self._keys:
            self._typist.keyboard.close()
        self.released.append(cancel.wait(timeout=5))
        self._typist.device.run = self._run
        return self._run(operation, inputs, caller, cancel)


@pytest.mark.parametrize("pasted", [False, True])
def test_control_c_interrupts_the_command_and_drops_what_was_to_follow(typist, pasted):
    waiting = Waiting(typist, f"show version{ENTER}{CTRL_C}{CTRL_D}")
    before = f"show time{ENTER}show system information{ENTER}"
    lines = typist.type(paste(before) if pasted else before)
    assert waiting.released == [True]
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert "^C" in lines


def test_control_c_stops_a_file_of_commands_before_its_next_line(typist, device):
    device.files.write("cf3:/s", b"show time\nshow version\n")
    waiting = Waiting(typist, CTRL_C)
    lines = typist.converse(("# ", f"exec cf3:/s{ENTER}"), ("interrupted", CTRL_D))
    assert waiting.released == [True]
    assert [name for name, _ in device.calls] == ["show.time"]
    assert "^C" in lines


def test_control_c_that_comes_before_the_command_began_is_not_forgotten(typist, device):
    run = device.run
    released = []

    def waiting(operation, inputs, caller, cancel):
        released.append(cancel.wait(timeout=5))
        return run(operation, inputs)

    def late(line, shown=None):
        assert pressed.wait(timeout=5)
        return feed(line, shown)

    def interrupt():
        pressed.set()
        interrupted()

    pressed, feed, interrupted = threading.Event(), typist.session.feed, typist.session.interrupt
    typist.session.feed, typist.session.interrupt = late, interrupt
    device.run = waiting
    typist.type(f"show time{ENTER}", CTRL_C)
    assert released == [True]


def test_keys_typed_during_a_command_belong_to_the_next_prompt(typist, device):
    run = device.run

    def busy(operation, inputs, *how):
        device.run = run
        typist.keyboard.send_text(f"show ver?sion{ENTER}pwc{ENTER}{CTRL_D}")
        return run(operation, inputs)

    device.run = busy
    lines = typist.type(f"show time{ENTER}", end="")
    assert lines[2:5] == ["A:admin@node-2# show time", "show.time", ""]
    assert lines.commands[:4] == ["show time", "show ver", "show version", "pwc"]


def test_the_end_of_input_ends_the_waiting_too(typist):
    waiting = Waiting(typist, "")
    typist.type(f"show time{ENTER}", end="")
    assert waiting.released == [True]
    assert typist.status == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_session_and_the_waiting(typist, number):
    waiting = Waiting(typist, "pwc")
    run = typist.device.run

    def killed(*call):
        signal.raise_signal(number)
        return run(*call)

    typist.device.run = killed
    before = signal.getsignal(number)
    typist.type(f"show time{ENTER}show version{ENTER}")
    assert waiting.released == [True]
    assert [name for name, _ in typist.device.calls] == ["show.time"]
    assert signal.getsignal(number) == before
    assert typist.status == 0
