"""Charts of a node with a real lab CA: typed in the shell, and read from its directory."""

import re
import stat
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from types import SimpleNamespace

import pytest

from srpki.core.clock import SystemClock
from srpki.core.errors import UsageError
from srpki.device import certificate_chart
from srpki.device.certificate_chart import chart
from srpki.frontend import timelines
from srpki.frontend.joining.holding import Holding
from srpki.frontend.joining.listening import Door

HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def history(opened, tmp_path_factory):
    """A node whose certificate was imported, renewed, refused twice and renewed again."""
    with opened(tmp_path_factory.mktemp("history") / "node") as bench:
        bench.do("lab clock stop")
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        bench.configure(
            'system security pki certificate-update-profile "lab-cmp" retry-interval 7200'
        )
        first = bench.now()
        bench.do("lab clock advance 29d")
        bench.do("lab ca fault add kur reject times 2")
        bench.do("lab clock advance 30d")
        bench.do("admin save")
        yield SimpleNamespace(bench=bench, first=first)


def gw(found):
    (row,) = [row for row in found.rows if row.name == "gw.crt"]
    return row


def at(row, kind):
    return [mark.at for mark in row.marks if mark.kind == kind]


def test_a_chart_has_what_happened_and_what_is_planned(history):
    bench = history.bench
    found = chart(bench.router.node, timedelta(days=90))
    row = gw(found)
    facts = bench.certificate("gw")
    renewed, failed = at(row, "renewed"), at(row, "failed")
    assert (len(renewed), len(failed), len(at(row, "imported"))) == (2, 2, 1)
    # due a day before the end: refused at once and two hours later, renewed after two more
    assert failed[1] - failed[0] == timedelta(seconds=7200) == renewed[1] - failed[1]
    valid = [(span.start, span.end) for span in row.spans if span.kind == "valid"]
    assert [start for start, _ in valid] == [at(row, "imported")[0], *renewed]
    assert [end for _, end in valid] == [*renewed, facts.not_after]
    windows = [(span.start, span.end) for span in row.spans if span.kind == "window"]
    assert windows[1] == (failed[0], renewed[1])
    assert windows[2] == (facts.not_after - timedelta(days=1), facts.not_after)
    assert at(row, "planned")[0] == facts.not_after - timedelta(days=1)
    assert [span.end for span in row.spans if span.kind == "unknown"] == [at(row, "imported")[0]]
    assert not [span for span in row.spans if span.kind == "gap"]
    assert found.rows[0] is row and len(found.rows) == 3  # the CAs' own come after it


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_lab_timeline_draws_it_in_80_columns(history, cli):
    text = history.bench.do("lab timeline 90d", cli=cli)
    assert max(map(len, text.splitlines())) <= 80
    lines = text.splitlines()
    drawn = lines[lines.index("gw.crt") + 1]
    assert re.fullmatch(r"  \?+I=+R=+(X|F+[XR])=*\|=+P-+P-+P-+", drawn), drawn
    assert "renewed 2 times, failed 2 times, imported 1 time" in text


@pytest.mark.parametrize("duration", ["59m", "3654d", "0s"])
def test_too_short_and_too_long_are_refused(history, duration):
    told = history.bench.refused(f"lab timeline {duration}")
    assert "an hour to ten years" in told


def options(**more):
    given = {"lab": False, "record": None, "mode": None, "user": None, "days": 90}
    return SimpleNamespace(**given | {"svg": None, "html": None} | more)


def test_the_process_that_holds_the_node_tells_whoever_asks(history):
    bench = history.bench
    door = Door(SystemClock())
    door.open_to(Holding(bench.router, bench.node, lab=True, record=None))
    with closing(door):
        found = timelines.chart_in(options(), bench.node, timedelta(days=90))
        assert found == chart(bench.router.node, timedelta(days=90)).but(now=found.now)


def state_of(directory):
    return {
        path.relative_to(directory): path.read_bytes()
        for path in directory.rglob("*")
        if stat.S_ISREG(path.lstat().st_mode)
    }


def test_a_node_that_nobody_holds_is_looked_at_and_left_as_it_was(opened, tmp_path, capsys):
    with opened(tmp_path / "node") as bench:
        bench.do("lab clock stop")
        bench.enrol_cmp("gw")
        bench.auto_update("gw", "lab-cmp")
        bench.do("lab ca fault add kur no-answer times always", "lab clock advance 29d")
        bench.do("admin save")
        held = chart(bench.router.node, timedelta(days=90))
    before = state_of(tmp_path / "node")
    found = timelines.chart_in(options(), tmp_path / "node", timedelta(days=90))
    assert found == held
    assert at(gw(found), "retry")
    svg, page = tmp_path / "a.svg", tmp_path / "a.html"
    assert timelines.run(options(svg=svg, html=page), tmp_path / "node") == 0
    assert "wait-for-retry by profile lab-cmp" in capsys.readouterr().out
    assert svg.read_text().startswith("<?xml") and "<svg" in page.read_text()
    assert state_of(tmp_path / "node") == before
    done = subprocess.run(
        [sys.executable, "-m", "srpki", "timeline", "--node", str(tmp_path / "node")],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii() and "|" in done.stdout


def test_what_is_no_node_is_not_made_one(tmp_path):
    with pytest.raises(UsageError):
        timelines.run(options(), tmp_path / "none")
    with pytest.raises(UsageError):
        timelines.run(options(), tmp_path)
    for name in ("cf3", "state"):
        (tmp_path / name).mkdir()
    for days in (0, -1, 3654, 10**9, 10**30):
        with pytest.raises(UsageError, match="an hour to ten years"):
            timelines.run(options(days=days), tmp_path)
    assert not list((tmp_path / "state").iterdir())
    for name in ("cf3", "state"):
        (tmp_path / name).rmdir()
    assert not list(tmp_path.iterdir())


def test_a_view_in_which_something_changed_is_read_again(history, monkeypatch):
    node, seen = history.bench.router.node, iter([1, 2, 3, 3])
    monkeypatch.setattr(certificate_chart, "_moment", lambda _: next(seen))
    assert chart(node).rows
    assert next(seen, None) is None
