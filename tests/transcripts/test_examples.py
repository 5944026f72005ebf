"""Every file under examples/ runs, and says the same in both CLIs."""

import re
from pathlib import Path

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.frontend.batch import Run
from srpki.frontend.node import opened
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


def test_no_example_is_left_out():
    assert {path.name for path in EXAMPLES.iterdir()} == {
        "README.md",
        "ansible",  # run by tests/automation/test_served_ansible.py
        "enrol.md-cli",
        "faults.txt",
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
