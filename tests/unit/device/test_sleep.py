"""``sleep`` in both CLIs: real time, or the lab's clock moved by so much [observed-2.md 14]."""

import threading
from datetime import timedelta

import pytest

from srpki.cli.session import Session


@pytest.fixture(params=["md", "classic"])
def session(request, bench):
    found = Session(bench.router, dialect=request.param)
    yield found
    found.close()


@pytest.mark.parametrize(("line", "seconds"), [("sleep", 1), ("sleep 7", 7), ("sleep 100", 100)])
def test_a_labs_clock_is_moved_by_the_seconds(bench, session, line, seconds):
    before = bench.lab.clock.offset
    answer = session.feed(line)
    assert answer.ok, answer.text
    assert answer.text == ""
    moved = (bench.lab.clock.offset - before).total_seconds()
    assert moved == pytest.approx(seconds, abs=0.9)  # it begins a little later than we looked


@pytest.mark.parametrize("seconds", ["0", "101", "-1", "x"])
def test_it_is_bounded(session, seconds):
    assert not session.feed(f"sleep {seconds}").ok


def test_it_is_a_command_of_every_context(bench):
    md = Session(bench.router, dialect="md")
    md.feed("edit-config private")
    md.feed("/configure system security pki")
    assert md.feed("sleep 2").ok
    assert md.prompt.splitlines()[-2].endswith("[/configure system security pki]")
    assert md.feed("//sleep 2").ok
    md.feed("exit all")
    md.feed("quit-config")
    md.close()


def test_what_becomes_due_meanwhile_happens_at_its_instant(bench, session):
    happened = []
    start = bench.lab.clock.now()
    at = start + timedelta(seconds=20)
    bench.router.node.engine.plan(at, lambda: happened.append(bench.lab.clock.now()))
    assert session.feed("sleep 10").ok
    assert happened == []
    assert session.feed("sleep 15").ok
    assert happened[0] >= at


def test_in_a_file_of_commands_too(bench, session, fresh):
    (bench.cf3 / f"{fresh}.txt").write_text("sleep 30\nsleep 30\nshow uptime\n")
    before = bench.lab.clock.now()
    answer = session.feed(f"exec cf3:\\{fresh}.txt")
    assert answer.ok, answer.text
    assert bench.lab.clock.now() - before >= timedelta(seconds=60)


def test_without_a_lab_time_passes_by_itself_and_ctrl_c_ends_it(node):
    """The clock of this node counts a wait, and moves by it, unless it is interrupted."""
    session = Session(node.router)
    waited = []

    def wait(seconds, cancel):
        waited.append(seconds)
        return not cancel.is_set()

    node.clock.wait = wait
    assert session.feed("sleep 9").ok
    assert waited == [9]

    def interrupted(seconds, cancel):
        threading.Thread(target=session.interrupt).start()
        assert cancel.wait(10)
        return False

    node.clock.wait = interrupted
    answer = session.feed("sleep 9")
    assert not answer.ok
    assert "not sleeping any more" in answer.text
