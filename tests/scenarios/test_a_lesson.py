"""One lesson from its start to its grade, as a trainee and a trainer type it."""

import json
import tomllib
import zipfile

import pytest

from srpki.frontend.program import main
from srpki.training.template import template

LAB = template("mine")
SOLUTION = tomllib.loads(LAB)["solution"]["md"] + 'lab answer 1 "Ten"\nlab hint\n'


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Take the lab that `srpki lab new` writes; return what each command printed."""
    from contextlib import redirect_stdout
    from io import StringIO

    directory = tmp_path_factory.mktemp("lesson")
    place, script, file = directory / "node", directory / "solution.txt", directory / "mine.toml"
    file.write_text(LAB)

    def run(*arguments):
        out = StringIO()
        with redirect_stdout(out):
            status = main([str(one) for one in arguments])
        return status, out.getvalue()

    at = ("--dir", place)
    found = {
        "start": run("lab", "start", file, "--student", "anna", *at, "--no-shell"),
        "before": run("lab", "check", *at, "--json"),
        "typed": _typed(place, script, run) or run("exec", "--lab", "--node", place, script),
        "after": run("lab", "check", *at, "--json"),
        "pack": run("lab", "pack", directory / "anna.labz", *at),
    }
    forged = directory / "forged.labz"
    _forge(directory / "anna.labz", forged)
    found["graded"] = run(
        *("lab", "grade", directory / "anna.labz", forged, "--json", "--lab", file),
        *("--csv", directory / "g.csv", "--html", directory / "g.html"),
    )
    found["csv"] = (directory / "g.csv").read_text()
    found["html"] = (directory / "g.html").read_text()
    return found


def _typed(place, script, run):
    """Write the solution for the parameters that were drawn."""
    name = json.loads((place / "training/progress.json").read_text())["parameters"]["cn"]
    script.write_text(SOLUTION.replace("${cn}", name))


def _forge(source, target):
    """Copy the pack *source*, but for a journal without its lines and a student of evil name."""
    import hashlib

    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        manifest = json.loads(old.read("pack.json"))
        for name in old.namelist():
            content = old.read(name)
            if name == "lab-ca/journal":
                content = b""
            if name == "training/progress.json":
                evil = json.loads(content)
                evil["student"] = "=cmd()<script>alert(1)</script>\u202e"
                content = json.dumps(evil).encode()
            if name != "pack.json":
                manifest["files"][name] = hashlib.sha256(content).hexdigest()
                new.writestr(name, content)
        new.writestr("pack.json", json.dumps(manifest))


def verdicts(printed):
    return [one["holds"] for one in json.loads(printed)["checks"]]


def test_it_begins_with_its_task_and_checks_that_fail(said):
    status, printed = said["start"]
    assert status == 0
    assert "The router does not know" in printed
    assert "The router gw-" in printed
    status, printed = said["before"]
    assert status == 1
    assert verdicts(printed) == [False, True]
    assert json.loads(printed)["points"] == 0


def test_its_solution_makes_every_check_hold(said):
    assert said["typed"][0] == 0
    assert "is right" in said["typed"][1]
    status, printed = said["after"]
    assert status == 0
    found = json.loads(printed)
    assert found["done"]
    assert all(verdicts(printed))
    assert (found["points"], found["hints"], found["cost"]) == (25, 1, 5)


def test_a_pack_is_graded_by_what_its_node_is(said):
    honest, forged = map(json.loads, said["graded"][1].splitlines())
    assert (honest["student"], honest["points"], honest["remarks"]) == ("anna", 25, [])
    assert forged["points"] == 25
    words = [one["word"] for one in forged["remarks"]]
    assert "replay" in words  # nothing was typed, and yet it is solved
    assert "seed" in words


def test_names_are_text_in_every_table(said):
    assert "\n'=cmd()<script>" in said["csv"]
    assert "<script>" not in said["html"]
    assert "\u202e" not in said["csv"] + said["html"]
    assert "\\u202e" in said["html"]


def test_a_new_lab_is_solved_by_its_solution_and_taken_back(tmp_path, monkeypatch, capsys):
    """What `srpki lab new` writes is a lab that works: begun, kept, solved, reset."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def run(*arguments):
        status = main(["lab", *arguments])
        return status, capsys.readouterr().out

    assert run("new", "mine") == (0, "mine.toml\n")
    assert run("new", "mine")[0] == 2
    assert run("start", "mine.toml", "--student", "bob", "--no-shell")[0] == 0
    place = tmp_path / "data/srpki/labs/mine-bob"
    assert run("checkpoint") == (0, "")
    (place / "cf3" / "made-later.txt").write_text("x")
    _, shown = run("solve", "--json")
    script = tmp_path / "solution.txt"
    script.write_text(json.loads(shown)["md"])
    assert main(["exec", "--lab", "--node", str(place), str(script)]) == 0
    assert run("answer", "1", "Ten")[0] == 0
    status, shown = run("check", "--json")
    assert (status, json.loads(shown)["shown"], json.loads(shown)["points"]) == (0, True, 30)
    (row,) = [json.loads(line) for line in run("board", "--once", "--json")[1].splitlines()]
    assert (row["student"], row["checks"], row["points"]) == ("bob", "ooo done", "30 shown")
    assert row["last-command"] == "quit-config"
    page = tmp_path / "board.html"
    assert run("board", "--once", "--html", str(page))[0] == 0
    assert "<td>bob</td>" in page.read_text()
    for to in ("checkpoint", "start"):
        assert run("reset", "--to", to) == (0, "")
        assert not (place / "cf3" / "made-later.txt").exists()
        assert run("check")[0] == 1
    assert run("inject", "bob", "kur", "no-answer")[0] == 0
    assert run("inject", "bob", "nonsense")[0] == 2
    assert run("push", "bob", "hello")[0] == 2  # nobody is there to read it
