"""Pages and drawings in a real browser: what is text stays text, nothing runs, all is in sight."""

import html
import os
import re
import signal
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from foreign import need

from srpki.frontend.program import main
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


def test_a_browser_shows_the_report_of_a_rehearsal(tmp_path):
    """Its remarks are told in lines that keep their indent when they are broken."""
    example, report = Path(__file__).parents[2] / "examples/rehearse", tmp_path / "report.html"
    words = [str(example / "router.cfg"), "--certificates", str(example / "certificates")]
    words += ["--from", "2027-01-01", "--outage", "2027-04-10..2027-04-13"]
    assert main(["rehearse", *words, "--html", str(report)]) == 1
    found = opened(report)
    assert not re.search(r"<(script|img)\b", found)
    texts = [html.unescape(text) for text in re.findall(r">([^<]+)<", found)]
    names = {"gw-1.crt", "gw-2.crt", "tunnel.crt"}
    assert names <= set(texts)
    assert {"Findings:", "Requests:", "Assumptions:"} <= set(texts)
    assert re.search(r'margin-left: [1-9]\S*em">[^<]*tunnel.crt', found)
    assert "23 failures" in texts


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


def test_a_browser_asks_for_the_board_again_by_itself(tmp_path):
    """A page of a file has no requests to be counted: a server hands the same page out."""
    text = table("Labs", ("Student",), (("anna",),), again=1).encode()
    asked = threading.Semaphore(0)

    class Handing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text)
            if self.path == "/board.html":
                asked.release()

        def log_message(self, *_):
            """Say nothing."""

    words = ("--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=0")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/board.html"
        browser = subprocess.Popen(
            [need("chromium"), *words, f"--user-data-dir={tmp_path / 'profile'}", address],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            assert all(asked.acquire(timeout=60) for _ in range(3))
        finally:
            os.killpg(browser.pid, signal.SIGKILL)
            browser.wait()
            server.shutdown()
