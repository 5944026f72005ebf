"""Pages and drawings in a real browser: what is text stays text, nothing runs, all is in sight."""

import html
import re
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from foreign import need

from srpki.pictures.chart import Chart, Mark, Row, Span
from srpki.pictures.page import page
from srpki.pictures.svg import svg
from srpki.training.grades import Grade
from srpki.training.grades import Mark as Mark_
from srpki.training.grades import html as grades_page
from srpki.training.markup import page as table

pytestmark = pytest.mark.interop

START = datetime(2027, 3, 1, tzinfo=UTC)
EVIL = (
    "<script>document.title='run'</script>\"><img src=x onerror=\"document.title='run'\">"
    "\u202egnp.trc'&lt;"
)
SEEN = EVIL.replace("\u202e", "\\u202e")
CHART = Chart(
    title=EVIL,
    start=START,
    end=START + timedelta(days=60),
    now=START + timedelta(days=30),
    rows=(
        Row(
            name=EVIL,
            spans=(Span("valid", START, START + timedelta(days=40)),),
            marks=(Mark("failed", START + timedelta(days=20), EVIL),),
            notes=(EVIL,),
        ),
    ),
    remarks=(EVIL,),
)


def opened(path, *more):
    """Open the file in the browser without a window; return the document as it has become."""
    words = (need("chromium"), "--headless", "--no-sandbox", "--disable-gpu", *more)
    done = subprocess.run(
        [*words, f"--user-data-dir={path.parent / 'profile'}", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(("write", "name"), [(page, "p.html"), (svg, "p.svg")])
def test_a_browser_shows_names_as_text_and_runs_nothing(tmp_path, write, name):
    path = tmp_path / name
    path.write_text(write(CHART), encoding="utf-8")
    found = opened(path)
    assert not re.search(r"<(script|img)\b", found)
    texts = [html.unescape(text) for text in re.findall(r">([^<]+)<", found)]
    assert SEEN in texts
    assert "run" not in texts
    assert found.count("mark-failed") == 1


def test_a_browser_shows_grades_and_the_board_as_text(tmp_path):
    path = tmp_path / "g.html"
    mark = Mark_("check 1", holds=True, points=10)
    grade = Grade(pack=EVIL, student=EVIL, lab="refused", marks=(mark,), error=EVIL)
    path.write_text(grades_page([grade]) + table("Labs", ("Student",), [(EVIL,)], again=2))
    found = opened(path)
    assert not re.search(r"<(script|img)\b", found)
    texts = [html.unescape(text) for text in re.findall(r">([^<]+)<", found)]
    assert texts.count(SEEN) == 4
    assert "run" not in texts
    assert "yes" in texts
