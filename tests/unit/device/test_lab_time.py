"""A lab's clock that stands or runs at a factor, and the one session that may move it."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from srpki.cli.session import Session
from srpki.frontend.labs import LAB_DIRECTORY, Lab

TARGET = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)


def shown(bench, cli="md"):
    """Return what ``lab clock show`` prints, by name."""
    return dict(re.findall(r"^(\S.*?) +: (.*)$", bench.do("lab clock show", cli=cli), re.MULTILINE))


@pytest.fixture
def own(opened, tmp_path):
    """A node of the test's own with one certificate that is renewed by CMPv2."""
    with opened(tmp_path / "node") as bench:
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        bench.mark()
        yield bench


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_a_clock_that_is_stopped_stands_until_it_is_moved_and_again_afterwards(bench, cli):
    assert "it stands" in bench.do("lab clock stop", cli=cli)
    before = bench.now()
    assert shown(bench, cli)["Runs"] == "not at all: it stands"
    assert bench.now() == before
    bench.do("lab clock advance 1h", cli=cli)
    assert bench.now() == before + timedelta(hours=1)
    assert "runs as real time does" in bench.do("lab clock run", cli=cli)
    assert shown(bench, cli)["Runs"] == "as real time does"
    assert bench.now() > before + timedelta(hours=1)


@pytest.mark.parametrize("cli", ["md", "classic"])
@pytest.mark.parametrize(
    "factor", ["0", "0.09", "100000.1", "100001", "-1", "1e3", "fast", "1.2345", "nan"]
)
def test_a_factor_out_of_bounds_is_refused_and_nothing_changes(bench, factor, cli):
    before = shown(bench)["Runs"]
    assert f"'{factor}'" in bench.fails(f"lab clock run {factor}", cli=cli)
    assert shown(bench)["Runs"] == before


@pytest.mark.parametrize(
    ("factor", "told"),
    [("0.1", "0.1"), ("0.125", "0.125"), ("2.50", "2.5"), ("100000", "100000")],
)
def test_the_factor_is_told_as_it_is(bench, factor, told):
    assert f"runs {told} times as fast as real time" in bench.do(f"lab clock run {factor}")
    assert shown(bench)["Runs"] == f"{told} times as fast as real time"
    bench.do("lab clock run")


def test_what_it_does_lasts_over_restarts(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock stop", f"lab clock set {TARGET:%Y-%m-%dT%H:%M:%SZ}")
    for _ in range(2):
        with opened(tmp_path / "node") as bench:
            assert bench.now() == TARGET
            assert shown(bench)["Runs"] == "not at all: it stands"
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock run 1000")
    with opened(tmp_path / "node") as bench:
        assert shown(bench)["Runs"] == "1000 times as fast as real time"
        assert TARGET < bench.now() < TARGET + timedelta(days=10)


def test_a_lab_that_nobody_has_started_does_not_run_at_its_factor(opened, tmp_path):
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock run 100000")
    lab = Lab(tmp_path / "node")
    assert lab.clock.now() == lab.clock.now()
    lab.stop()


@pytest.mark.parametrize(
    "record",
    [
        b'{"factor-thousandths": 0}',
        b'{"factor-thousandths": 0, "at": 1e300, "offset": 5}',
        b'{"factor-thousandths": 0, "at": 99999999999999999999}',
        b'{"factor-thousandths": -5, "offset": 0}',
        b'{"factor-thousandths": 1, "offset": 0}',
        b'{"factor-thousandths": 100000001, "offset": 0}',
        b'{"factor-thousandths": true, "at": true}',
    ],
)
def test_a_record_that_makes_no_sense_is_as_good_as_none(tmp_path, record):
    (tmp_path / LAB_DIRECTORY).mkdir()
    (tmp_path / LAB_DIRECTORY / "clock.json").write_bytes(record)
    lab = Lab(tmp_path)
    assert lab.clock.factor == 1
    assert abs(lab.clock.offset) < timedelta(minutes=1)
    lab.stop()


def test_a_node_renews_by_itself_at_the_exact_instant_while_the_clock_races(own):
    due = own.instant("gw", "next-update-time")
    own.do(f"lab clock set {due - timedelta(hours=20):%Y-%m-%dT%H:%M:%SZ}")
    ended = threading.Event()
    own.router.node.bus.subscribe(lambda event: event.type.number in (2246, 2247) and ended.set())
    own.do("lab clock run 100000")
    assert ended.wait(50)
    own.do("lab clock stop")
    events = own.news(2245, 2246, 2247)
    assert [event.number for event in events[:2]] == [2245, 2246]
    assert {abs(event.time - due) < timedelta(seconds=1) for event in events[:2]} == {True}


def test_what_is_asked_for_by_hand_while_the_clock_races_is_answered_in_time(own):
    """The lab CA waits five minutes for a confirmation: three milliseconds, if the clock raced on."""
    own.do("lab clock run 100000", own.update("gw"))
    own.enrol_cmp("second")
    own.enrol_est("third")
    own.do("lab clock stop")
    assert own.news(2247) == []


# --- one mover at a time -------------------------------------------------------------------------


@pytest.fixture
def moving(own):
    """Two sessions: the second one sits by while the first moves the clock over a century."""
    first, second = Session(own.router), Session(own.router)
    begun, answers = threading.Event(), []
    own.router.node.bus.subscribe(lambda event: event.type.number == 2246 and begun.set())
    thread = threading.Thread(target=lambda: answers.append(first.feed("lab clock advance 36500d")))
    thread.start()
    assert begun.wait(50)
    yield first, second, answers, thread
    first.interrupt()
    thread.join(50)


@pytest.mark.parametrize("line", ["advance 1h", "set 2040-01-01T00:00:00Z", "stop", "run 5"])
def test_whoever_moves_it_too_is_told_who_does(moving, line):
    _, second, answers, _ = moving
    answer = second.feed(f"lab clock {line}")
    assert not answer.ok
    assert "the lab clock is being moved by admin at srpki, session" in answer.text
    assert "Moved by" in second.feed("lab clock show").text
    assert answers == []


def test_ctrl_c_of_the_mover_stops_it(moving):
    first, second, answers, thread = moving
    first.interrupt()
    thread.join(50)
    assert "Interrupted. Lab time is" in answers[0].text
    assert second.feed("lab clock advance 1h").ok


def test_the_end_of_the_mover_s_session_stops_it(moving):
    first, second, answers, thread = moving
    assert second.feed(f"admin disconnect session-id {first._login.session_id}").ok
    thread.join(50)
    assert answers and answers[0].closed
    assert second.feed("lab clock advance 1h").ok
