"""One lesson from its start to its grade, as a trainee and a trainer type it."""

import json
import zipfile

import pytest

from srpki.frontend.program import main

SOLUTION = """\
/!md-cli
edit-config private
/configure system security pki certificate-update-profile "lab-cmp" rsa key-size 3072
commit
quit-config
lab answer 1 "badcerttemplate"
lab hint
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Take the lesson `refused`; return what each command printed."""
    from contextlib import redirect_stdout
    from io import StringIO

    directory = tmp_path_factory.mktemp("lesson")
    place, script = directory / "node", directory / "solution.txt"
    script.write_text(SOLUTION)

    def run(*arguments):
        out = StringIO()
        with redirect_stdout(out):
            status = main([str(one) for one in arguments])
        return status, out.getvalue()

    at = ("--dir", place)
    found = {
        "start": run("lab", "start", "refused", "--student", "anna", *at, "--no-shell"),
        "before": run("lab", "check", *at, "--json"),
        "typed": run("exec", "--lab", "--node", place, script),
        "after": run("lab", "check", *at, "--json"),
        "pack": run("lab", "pack", directory / "anna.labz", *at),
    }
    forged = directory / "forged.labz"
    _forge(directory / "anna.labz", forged)
    found["graded"] = run(
        *("lab", "grade", directory / "anna.labz", forged, "--json"),
        *("--csv", directory / "g.csv", "--html", directory / "g.html"),
    )
    found["csv"] = (directory / "g.csv").read_text()
    found["html"] = (directory / "g.html").read_text()
    return found


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
    assert "Three days left" in printed
    assert "gw-" in printed
    status, printed = said["before"]
    assert status == 1
    assert verdicts(printed) == [False, False, False, True, False, True]
    assert json.loads(printed)["points"] == 0


def test_its_solution_makes_every_check_hold(said):
    assert said["typed"][0] == 0
    assert "is right" in said["typed"][1]
    status, printed = said["after"]
    assert status == 0
    found = json.loads(printed)
    assert found["done"]
    assert all(verdicts(printed))
    assert (found["points"], found["hints"], found["cost"]) == (95, 1, 5)


def test_a_pack_is_graded_by_what_its_node_is(said):
    honest, forged = map(json.loads, said["graded"][1].splitlines())
    assert (honest["student"], honest["points"], honest["remarks"]) == ("anna", 95, [])
    assert forged["points"] == 95
    words = [one["word"] for one in forged["remarks"]]
    assert "replay" in words  # nothing was typed, and yet it is solved
    assert "seed" in words


def test_names_are_text_in_every_table(said):
    assert "\n'=cmd()<script>" in said["csv"]
    assert "<script>" not in said["html"]
    assert "\u202e" not in said["csv"] + said["html"]
    assert "\\u202e" in said["html"]
