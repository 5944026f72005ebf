"""The board of a class, laid out for terminals of any size, and what a course and its files say."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from counting import met

from srpki.core.errors import UsageError
from srpki.frontend.serve import places as serving
from srpki.frontend.training import boarding, course
from srpki.training import progress
from srpki.training.progress import Progress
from srpki.training.template import template

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
EVIL = "x<b>\u202e\x1b[2J\n"


def line(command, output="", *, ok=True):
    return {"lab-time": "2027-03-01T08:00:00+00:00", "command": command, "output": output, "ok": ok}


@pytest.fixture
def labs(tmp_path):
    """Make labs of students: names, how long ago each was begun, and its journal."""

    def make(*begun):
        for number, (student, lab, minutes, journal) in enumerate(begun):
            place = tmp_path / f"lab{number}"
            (place / "training").mkdir(parents=True)
            (place / "lab-ca").mkdir()
            started = NOW - timedelta(minutes=minutes)
            found = Progress(lab, student, "", {}, started, marks="ox.", points=5)
            progress.write(place / "training", found)
            text = "".join(f"{json.dumps(each)}\n" for each in journal)
            (place / "lab-ca" / "journal").write_text(text)
        return boarding.rows(tmp_path, NOW)

    return make


def test_labs_stand_by_student_in_the_order_in_which_they_were_begun(labs):
    found = labs(("bob", "refused", 1, ()), ("anna", "z", 50, ()), ("anna", "a", 40, ()))
    assert [row[:2] for row in found] == [("anna", "z"), ("anna", "a"), ("bob", "refused")]
    assert [row[6] for row in found] == ["50", "40", "1"]


def test_the_last_error_has_a_line_of_its_own_within_the_width(labs):
    failed = line("show nothing " * 9, "     ^^^\nMINOR: " + "word " * 40, ok=False)
    found = labs(("anna", "refused", 3, (failed, line("lab check"))), ("bob", "refused", 3, ()))
    for width in met(3, (80, 120, 40)):
        head, anna, error, bob = str(boarding.laid_out(found, width, 10)).split("\n")
        assert head.startswith("Student  Lab      Checks")
        assert anna.startswith("anna     refused  ox.")
        assert error.startswith("  MINOR: word word")
        assert error.endswith("\u2026")
        assert bob.startswith("bob      refused  ox.")
        assert max(map(len, (head, anna, error, bob))) == width
    assert "lab check" in str(boarding.laid_out(found, 80, 10))


def test_a_low_window_drops_errors_first_and_then_tells_how_many_are_left_out(labs):
    failed = line("x", "MINOR: no", ok=False)
    found = labs(*((f"s{number}", "refused", 3, (failed,)) for number in range(5)))
    assert str(boarding.laid_out(found, 80, 11)).count("MINOR") == 5
    low = str(boarding.laid_out(found, 80, 6))
    assert ("MINOR" in low, len(low.split("\n"))) == (False, 6)
    *shown, last = str(boarding.laid_out(found, 80, 4)).split("\n")
    assert len(shown) == 3
    assert last.startswith("and 3 more")


def test_names_and_lines_move_no_cursor(labs):
    found = labs((EVIL, EVIL, 3, (line(EVIL, EVIL, ok=False),)))
    text = str(boarding.laid_out(found, 200, 10))
    assert text.count("\n") == 2
    assert "x<b>??[2J?" in text
    assert not {"\u202e", "\x1b"} & set(text)


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Prepare the course *text* for two students; no node is made."""
    monkeypatch.setattr(course, "start", lambda *_, **__: None)
    for name in ("first", "second"):
        (tmp_path / f"{name}.toml").write_text(template(name))
    (tmp_path / "students").write_text("anna, a\n# nobody\n\nb\u00f6b,b,b\n")

    def prepare(text, port=0):
        (tmp_path / "course.toml").write_text(text)
        found = course.read(tmp_path / "course.toml")
        address = serving.Address("127.0.0.1", port)
        students = course.students(tmp_path / "students")
        return course.prepared(found, students, ssh=(address,), netconf=())

    return prepare


def test_each_student_has_each_lab_in_order_at_ports_one_after_another(made):
    places = made('[course]\nlabs = ["second.toml", "first.toml"]', 2201)
    assert [(one.name, one.directory.name, one.ssh[0].port) for one in places] == [
        ("anna second", "second-anna", 2201),
        ("anna first", "first-anna", 2202),
        ("b\u00f6b second", "second-b_b", 2203),
        ("b\u00f6b first", "first-b_b", 2204),
    ]
    assert [(one.users[0].name, one.users[0].password) for one in places[1:3]] == [
        ("anna", "a"),
        ("b\u00f6b", "b,b"),
    ]


def test_a_course_of_one_lab_calls_nodes_by_their_students(made):
    assert [one.name for one in made('[course]\nlab = "first.toml"')] == ["anna", "b\u00f6b"]


@pytest.mark.parametrize(
    ("text", "port", "said"),
    [
        ("[course]", 0, "a lab, or labs"),
        ('[course]\nlab = "first.toml"\nlabs = ["second.toml"]', 0, "not both"),
        ('[course]\nlabs = ["first.toml", "first.toml"]', 0, "one name"),
        ('[course]\nlab = "none"', 0, "there is no lab 'none'"),
        ('[course]\nlab = "first.toml"\nodd = 1', 0, "'odd' is not known"),
        ('[course]\nlabs = ["first.toml", "second.toml"]', 65533, "not enough ports"),
        ("[course", 0, "is not TOML"),
    ],
)
def test_a_course_that_cannot_be_served_is_told(made, text, port, said):
    with pytest.raises(UsageError) as raised:
        made(text, port)
    assert said in str(raised.value)


def test_too_many_nodes_are_refused(made, monkeypatch):
    monkeypatch.setattr(course, "MOST", 3)
    with pytest.raises(UsageError, match="4 nodes - 3 at most"):
        made('[course]\nlabs = ["first.toml", "second.toml"]')


def test_a_pushed_line_reaches_all_labs_of_a_student_where_he_is(labs, monkeypatch, tmp_path):
    from srpki.core.errors import NotFoundError
    from srpki.frontend.training import commands

    labs(("anna", "a", 3, ()), ("anna", "b", 2, ()), ("bob", "a", 3, ()))
    told = []

    def ask(place, what, **inputs):
        if open_labs is not None and place.name not in open_labs:
            raise NotFoundError("nobody has the lab open")
        told.append((place.name, what, inputs["text"]))

    monkeypatch.setattr(commands, "ask", ask)

    def push(which=None):
        options = SimpleNamespace(
            student="anna", dir=tmp_path, which=which, text=["two", "words"], lab_command="push"
        )
        return commands.run(options)

    open_labs = {"lab0"}
    assert push() == 0
    assert told == [("lab0", "push", "two words")]
    with pytest.raises(NotFoundError, match="nobody"):
        push("b")
    with pytest.raises(NotFoundError, match="no lab 'c' of 'anna'"):
        push("c")
