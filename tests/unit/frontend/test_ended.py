"""A session that somebody else ends: its terminal says so and ends, whatever it was doing."""

import threading

import canned
import pytest

ENTER = "\r"
TOLD = "The session has been disconnected."


@pytest.fixture
def disconnect(device):
    """End the only session, as ``admin disconnect`` of another one does, in a thread of its own."""

    def end():
        (login,) = device.sessions.all()
        thread = threading.Thread(target=device.sessions.end, args=(login,))
        thread.start()
        thread.join()

    return end


def test_at_the_prompt(typist, disconnect):
    lines = typist.converse(("# ", disconnect))
    assert lines[-1] == TOLD
    assert typist.status == 0


def test_in_the_middle_of_a_line_which_is_not_run(typist, device, disconnect):
    lines = typist.converse(("# ", "show ti"), ("ti", disconnect))
    assert lines[-2].endswith("# show ti")
    assert lines[-1] == TOLD
    assert device.calls == []


def test_at_a_question_which_is_not_answered(typist, disconnect):
    dirty = f"edit-config private{ENTER}/configure system name x{ENTER}quit-config{ENTER}"
    lines = typist.converse(("# ", dirty), ("[y,n] ", disconnect))
    assert lines[-1] == TOLD


def test_at_a_page_that_waits_for_a_key(typist, device, disconnect):
    device.answers["show.time"] = canned.lines(*(f"line {number}" for number in range(300)))
    lines = typist.converse(("# ", f"show time{ENTER}"), ("Press Q", disconnect))
    assert lines[-1] == TOLD


def test_during_a_command_whose_waiting_ends(typist, device, disconnect):
    run, released = device.run, []

    def waiting(operation, inputs, caller, cancel):
        disconnect()
        released.append(cancel.wait(timeout=5))
        return run(operation, inputs, caller, cancel)

    device.run = waiting
    lines = typist.converse(("# ", f"show time{ENTER}show version{ENTER}"))
    assert released == [True]
    assert lines[-2:] == ["show.time", TOLD]
    assert [name for name, _ in device.calls] == ["show.time"]
