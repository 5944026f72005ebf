"""The tree as a whole: sound, the same actions in both CLIs, light to import."""

import subprocess
import sys

import pytest
from counting import met

from srpki.device.operations.registry import OPERATIONS
from srpki.schema.nodes import ABSENT, Action, Arg, Container, Leaf, Line, ListNode, data_children
from srpki.schema.tree import LAB_SCHEMA, SCHEMA, SchemaTree, check, node_at, resolve
from srpki.schema.types import Integer, Reference, Text


@pytest.mark.parametrize("schema", [SCHEMA, LAB_SCHEMA])
def test_the_tree_is_sound(schema):
    assert check(schema) == ()


def leaf(name, **more):
    return Leaf(name=name, type=more.pop("type", Text()), help=more.pop("help", "A leaf"), **more)


@pytest.mark.parametrize(
    ("children", "complaint"),
    [
        ((leaf("a"), leaf("a")), "/configure: a twice"),
        ((leaf("a", help=""),), "/configure/a: no help"),
        (
            (leaf("a", type=Reference("/configure/nothing/here", "", Text())),),
            "/configure/a: /configure/nothing/here does not exist",
        ),
        ((ListNode(name="l", keys=("k",), children=(), help="A list"),), "/configure/l: no leaf k"),
        ((ListNode(name="l", keys=(), children=(), help="A list"),), "/configure/l: no keys"),
        (
            (leaf("a", type=Integer("uint32", 1, 5), default="9"),),
            "/configure/a: default '9' out of range 1..5",
        ),
        (
            (Container(name="c", children=(), help="A", classic=Line("c", (Arg("x/y"),))),),
            "/configure/c: classic line names x/y",
        ),
    ],
)
def test_a_tree_with_a_fault_is_told_so(children, complaint):
    configure = Container(name="configure", children=children, help="All")
    broken = SchemaTree(lab=False, configure=configure)
    problems = [problem for problem in check(broken) if problem.startswith("/configure")]
    assert problems == [complaint]


def actions(node):
    if isinstance(node, Action):
        if node.emulated:
            yield node
    elif isinstance(node, Container):
        for child in data_children(node):
            yield from actions(child)


@pytest.mark.parametrize("schema", [SCHEMA, LAB_SCHEMA])
def test_both_clis_hold_the_same_actions_but_for_what_one_alone_has(schema):
    md = {action.operation: action for action in actions(schema.operations_md)}
    classic = {action.operation: action for action in actions(schema.operations_classic)}
    assert md.keys() - classic.keys() == {
        "admin.set.time",
        "admin.show-configuration",
        "pki.reload",
    }
    assert classic.keys() - md.keys() == {  # [cli.md 3.1, pki.md 4.1]
        "admin.display-config",
        "admin.set-time",
        "pki.cmpv2.show-request",
        "pki.reload-type",
        "rollback.compare",
        "rollback.delete",
        "rollback.revert",
        "rollback.save",
        "rollback.view",
    }
    assert all(md[name] is classic[name] for name in met(40, md.keys() & classic.keys()))


def test_the_device_knows_every_operation_that_is_declared_and_no_other():
    declared = {action.operation for action in actions(LAB_SCHEMA.operations_md)}
    declared |= {action.operation for action in actions(LAB_SCHEMA.operations_classic)}
    emulated = {name for name in declared if not name.startswith(ABSENT)}
    assert emulated == OPERATIONS.keys()


def test_lab_commands_are_there_in_lab_mode_alone():
    lab = {a.operation for a in actions(LAB_SCHEMA.operations_md)} - {
        a.operation for a in actions(SCHEMA.operations_md)
    }
    assert lab == {
        "lab.answer",
        "lab.ca.approve",
        "lab.ca.create",
        "lab.ca.fault.add",
        "lab.ca.fault.clear",
        "lab.ca.fault.list",
        "lab.ca.list",
        "lab.ca.policy.clear",
        "lab.ca.policy.set",
        "lab.ca.policy.show",
        "lab.ca.refuse",
        "lab.ca.requests",
        "lab.ca.revoke",
        "lab.ca.rollover.begin",
        "lab.ca.rollover.finish",
        "lab.ca.rollover.show",
        "lab.ca.show",
        "lab.ca.start",
        "lab.ca.stop",
        "lab.ca.vendor.add",
        "lab.ca.vendor.clear",
        "lab.ca.vendor.list",
        "lab.chain",
        "lab.check",
        "lab.clock.advance",
        "lab.clock.closed",
        "lab.clock.run",
        "lab.clock.set",
        "lab.clock.show",
        "lab.clock.skew",
        "lab.clock.stop",
        "lab.hint",
        "lab.lock",
        "lab.messages",
        "lab.task",
        "lab.timeline",
        "lab.tls.show",
        "lab.tls.start",
        "lab.tls.stop",
        "lab.unlock",
    }


def test_actions_are_where_sr_os_has_them():
    md = node_at(SCHEMA.operations_md, "admin", "system", "security", "pki", "update-certificate")
    assert md is node_at(SCHEMA.operations_classic, "admin", "certificate", "update-certificate")
    assert isinstance(md, Action)
    assert isinstance(node_at(SCHEMA.operations_md, "show", "log", "log-id"), Action)


def test_a_path_that_leads_nowhere_is_none():
    assert node_at(SCHEMA.configure, "system", "name", "deeper") is None
    assert node_at(SCHEMA.configure, "nothing") is None
    assert resolve(SCHEMA, "/elsewhere/system/name") is None
    assert resolve(SCHEMA, "/configure/system") is None
    assert resolve(SCHEMA, "/configure/system/name").name == "name"


def test_the_tree_does_not_import_what_makes_a_start_slow():
    program = (
        "import sys, srpki.schema.tree, srpki.config.viewer, srpki.config.datastore,"
        " srpki.config.persist;"
        "print(*sorted({'cryptography', 'requests', 'ssl', 'pyasn1', 'prompt_toolkit', 'rich',"
        " 'socket', 'asyncio'} & sys.modules.keys()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == ""
