"""Nothing but its timeline moves a lab's clock."""

import re
from pathlib import Path

SRPKI = Path(__file__).parents[2] / "srpki"
MOVING = re.compile(r"\.(stepping|move_to|let_run|hold)\(")
ALLOWED = {"core/timeline.py", "core/clock.py"}


def test_nothing_but_the_timeline_moves_a_lab_s_clock():
    found = {
        str(path.relative_to(SRPKI))
        for path in SRPKI.rglob("*.py")
        if MOVING.search(path.read_text(encoding="utf-8"))
    }
    assert found <= ALLOWED
    assert "core/timeline.py" in found
