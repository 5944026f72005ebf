"""Every file under examples/ runs, and says the same in both CLIs."""

import json
import re
from pathlib import Path

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.node import opened
from srpki.frontend.program import main
from srpki.frontend.serve import inventory
from srpki.frontend.variables import plain
from srpki.labca.fault_lines import parse_script

EXAMPLES = Path(__file__).parents[2] / "examples"
SEALED = re.compile(r'password ".*"')


def run(name, dialect, node):
    lines = (EXAMPLES / name).read_text(encoding="utf-8").splitlines()
    with opened(node, lab=False, mode="mixed") as router:
        for step in met(20, Run(Session(router, dialect=dialect)).exchanges(plain(lines))):
            assert step.ok, f"{step.command}: {step.output}"
    configuration = (node / "cf3" / "config.cfg").read_text(encoding="utf-8")
    return SEALED.sub("password (sealed)", configuration)


def test_the_demos_configuration_is_the_same_in_both_dialects(tmp_path):
    md = run("renewal.md-cli", "md", tmp_path / "md")
    classic = run("renewal.classic", "classic", tmp_path / "classic")
    assert md == classic
    assert md.count("(sealed)") == 1
    assert "change-me" not in md


def test_a_change_that_nobody_accepts_takes_itself_back(tmp_path):
    lines = (EXAMPLES / "safe-change.md-cli").read_text(encoding="utf-8").splitlines()
    with opened(tmp_path, lab=True) as router:
        steps = list(Run(Session(router)).exchanges(plain(lines)))
    assert [step.output for step in steps if not step.ok] == []
    names = [step.output.split()[-1] for step in steps if "System Name" in step.command]
    assert names == ["on-trial", "before", "on-trial", "before"]
    assert "Total Commits : 4" in steps[-1].output


@pytest.mark.parametrize("name", ["faults.txt"])
def test_the_fault_script_is_one(name):
    faults = parse_script((EXAMPLES / name).read_text(encoding="utf-8"))
    assert [fault.operation for fault in faults] == [
        "kur",
        "simpleenroll",
        "simpleenroll",
        "ir",
        "kur",
    ]


REHEARSE = (
    *("--certificates", str(EXAMPLES / "rehearse" / "certificates"), "--from", "2027-01-01"),
    *("--outage", "every sunday 00:00-06:00", "--outage", "2027-04-10..2027-04-13", "--json"),
)
ROUTER, CHANGED = (str(EXAMPLES / "rehearse" / name) for name in ("router.cfg", "changed.cfg"))


def test_the_rehearsal_finds_three_mistakes_and_none_once_they_are_mended(capsys):
    assert main(["rehearse", ROUTER, *REHEARSE]) == 1
    found = json.loads(capsys.readouterr().out)
    errors = [one for one in found["findings"] if one["severity"] == "error"]
    assert {one["leaf"].rpartition(" ")[2] for one in errors} == {
        '"tunnel.crt"',
        "before-expiry",
        "periodic-update-interval",
    }
    gaps = {one["name"]: one["gaps"] for one in found["courses"] if one["gaps"]}
    assert {name: [gap["start"] for gap in own] for name, own in gaps.items()} == {
        "gw-1.crt": ["2027-04-13T08:00:00Z"],
        "tunnel.crt": ["2027-03-01T00:00:00Z"],
    }
    assert main(["rehearse", ROUTER, "--against", CHANGED, *REHEARSE]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in found["findings"]] == ["cmpv2-alone"]
    assert {one["name"]: one["verdict"] for one in found["changes"]} == {
        "gw-1.crt": "better",
        "gw-2.crt": "better",
        "tunnel.crt": "better",
    }


def test_no_example_is_left_out():
    assert {path.name for path in EXAMPLES.iterdir()} == {
        "README.md",
        "ansible",  # run by tests/automation/test_served_ansible.py
        "enrol.md-cli",
        "faults.txt",
        "rehearse",
        "renewal.classic",
        "renewal.md-cli",
        "safe-change.md-cli",
        "serve",
    }


def test_the_inventory_of_the_container_is_one():
    (place,) = inventory.read(EXAMPLES / "serve" / "nodes.toml")
    assert [str(each) for each in (*place.ssh, *place.netconf)] == ["0.0.0.0:22", "0.0.0.0:830"]
    assert [user.name for user in place.users] == ["admin"]
    assert place.directory == Path("/node")
