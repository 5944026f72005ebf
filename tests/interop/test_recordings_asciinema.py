"""Recordings of journals are read by asciinema itself."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest
from foreign import library

from srpki.frontend.replaying.entries import Entry
from srpki.frontend.replaying.recordings import recording

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.mark.interop
def test_asciinema_prints_what_was_recorded(tmp_path):
    library("asciinema")
    path = tmp_path / "lesson.cast"
    entry = Entry(
        *(NOON, NOON, 1, "admin", "md", "A:admin@gw# ", "show time", "Mon \u00e9", True, 0.2)
    )
    path.write_text("\n".join(recording((entry,), "Lesson")) + "\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "asciinema", "cat", str(path)],
        capture_output=True,
        check=False,
        timeout=60,
        env={"PYTHONUTF8": "1", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path), "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.decode() == "A:admin@gw# show time\r\nMon \u00e9\r\n"
