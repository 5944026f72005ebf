"""What is watched live: `lab check --watch` and the board, looked at again and again."""

import json
from types import SimpleNamespace

import pytest

from srpki.core.errors import BusyError, StorageError
from srpki.frontend.training import boarding, commands


def verdict(*, holds):
    check = {"number": 1, "title": "one", "holds": holds, "points": 5, "says": ""}
    return {"lab": "mine", "checks": [check], "done": bool(holds)}


@pytest.fixture
def watch(monkeypatch, tmp_path, capsys):
    """Watch a lab that answers one after the other; return the status and what was printed."""

    def run(*answers):
        left = list(answers)

        def ask(*_):
            found = left.pop(0)
            if isinstance(found, BaseException):
                raise found
            return found

        monkeypatch.setattr(commands, "ask", ask)
        monkeypatch.setattr(commands, "_AGAIN", 0.0)
        monkeypatch.setattr(commands.places, "chosen", lambda *_: tmp_path)
        options = SimpleNamespace(lab_command="check", watch=True, json=True, dir=None, which=None)
        status = commands.run(options)
        assert not left
        return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_what_is_new_is_printed_until_all_holds(watch):
    fails, holds = verdict(holds=False), verdict(holds=True)
    moved = BusyError("somebody moves the clock")
    answers = (fails, moved, fails, StorageError("the shell ends"), fails, holds)
    assert watch(*answers) == (0, [fails, holds])


def test_the_board_looks_again_and_writes_its_page_each_time(monkeypatch, tmp_path, capsys):
    """Ctrl-C ends it well; the page asks for itself again only while somebody writes it."""
    page, pages = tmp_path / "board.html", []

    def rows(*_):
        if page.exists():
            pages.append(page.read_text())
        if len(pages) == 2:
            raise KeyboardInterrupt
        return [(f"anna{len(pages)}", *[""] * 8)]

    monkeypatch.setattr(boarding, "rows", rows)
    monkeypatch.setattr(boarding, "EVERY", 0.0)
    assert boarding.board(tmp_path, html=page, once=False, as_json=False) == 0
    assert ["anna0" in pages[0], "anna1" in pages[1]] == [True, True]
    assert 'http-equiv="refresh"' in pages[1]
    assert "anna1" in capsys.readouterr().out
    monkeypatch.setattr(boarding, "rows", lambda *_: [])
    assert boarding.board(tmp_path, html=page, once=True, as_json=True) == 0
    assert 'http-equiv="refresh"' not in page.read_text()
