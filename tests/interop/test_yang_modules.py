"""yanglint and pyang read the modules that a node hands out, and find in them what the schema says."""

import json
import subprocess
import sys

import pytest
import yang
from counting import met
from foreign import library, need, run

from srpki.netconf.yang.modules import modules
from srpki.netconf.yang.statements import Statement
from srpki.netconf.yang.types import COMMON
from srpki.schema.nodes import Action, Choice, Leaf, LeafList, ListNode
from srpki.schema.operations.admin import ADMIN_PKI
from srpki.schema.tree import SCHEMA

pytestmark = pytest.mark.interop

MODULES = (
    *("nokia-types-sros", "nokia-conf", "nokia-state"),
    *("nokia-oper-admin", "nokia-oper-global"),
)


@pytest.fixture
def written(tmp_path):
    """A directory with all modules, as `srpki yang` writes it."""
    subprocess.run(
        [sys.executable, "-m", "srpki", "yang", "--out", tmp_path], check=True, capture_output=True
    )
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.yang" for name in MODULES}
    return tmp_path


def test_yanglint_takes_every_module(written):
    for name in MODULES:
        run(need("yanglint"), "-p", written, written / f"{name}.yang")


def test_pyang_has_nothing_to_say(written):
    library("pyang")
    files = [written / f"{name}.yang" for name in MODULES]
    done = run(sys.executable, "-m", "pyang.scripts.pyang_tool", "--strict", "--canonical", *files)
    assert done.stdout + done.stderr == ""


# --- what pyang reads -----------------------------------------------------------------------------


def read(directory):
    """Return the modules in *directory* as pyang understands them, by name."""
    library("pyang")
    from pyang.context import Context
    from pyang.repository import FileRepository

    context = Context(FileRepository(str(directory), use_env=False))
    found = {
        name: context.add_module(name, (directory / f"{name}.yang").read_text()) for name in MODULES
    }
    context.validate()
    assert context.errors == []
    return found


def said(statement, keyword):
    found = statement.search_one(keyword)
    return None if found is None else found.arg


def theirs(statement, where=()):
    """Yield every node below *statement* with what pyang knows of it."""
    for child in getattr(statement, "i_children", ()):
        here = (*where, child.arg)
        if child.keyword in ("leaf", "leaf-list"):
            yield (
                here,
                child.keyword,
                said(child, "default"),
                said(child, "mandatory") == "true",
                said(child, "units") or "",
                child.i_config,
            )
        elif child.keyword == "list":
            yield here, "list", child.search_one("key").arg.split(), said(child, "max-elements")
        elif child.keyword == "choice":
            yield here, "choice", said(child, "default"), said(child, "mandatory") == "true"
        elif child.keyword == "container":
            yield here, "container", said(child, "presence") is not None
        yield from theirs(child, here)


def ours(node, where, keys=(), config=True):
    """Yield the same of the schema."""
    here = (*where, node.name)
    inner = ()
    match node:
        case Action():
            if node.emulated:
                for child in node.inputs:
                    yield from ours(child, (*here, "input"), (), True)
            return
        case Leaf() | LeafList():
            key = node.name in keys
            default = None if key or isinstance(node, LeafList) or node.mandatory else node.default
            mandatory = not key and getattr(node, "mandatory", False)
            kind = "leaf" if isinstance(node, Leaf) else "leaf-list"
            yield here, kind, default, mandatory, getattr(node, "units", ""), config
            return
        case ListNode():
            most = node.max_elements
            yield here, "list", list(node.keys), None if most is None else str(most)
            inner = node.keys
        case Choice():
            yield here, "choice", (None if node.mandatory else node.default or None), node.mandatory
        case _ if type(node).__name__ == "Container":
            yield here, "container", node.presence
    for child in node.cases if isinstance(node, Choice) else node.children:
        yield from ours(child, here, inner, config)


def test_pyang_finds_every_node_of_the_configuration_and_of_the_state(written):
    found = read(written)
    for root, name, config in (
        (SCHEMA.configure, "nokia-conf", True),
        (SCHEMA.state, "nokia-state", False),
    ):
        expected = met(120, list(ours(root, (), config=config)))
        assert sorted(map(repr, theirs(found[name]))) == sorted(map(repr, expected))


def what(each):
    """Return *each* but for whether it is configuration, which is asked of data alone."""
    return repr(each[:5])


REPLY = {"operation-id", "start-time", "status", "end-time"}
MESSAGES = {"error-message", "warning-message", "info-message"}


def test_pyang_finds_every_action_with_its_inputs_and_its_reply(written):
    root = ("admin", "system", "security")
    module = read(written)["nokia-oper-admin"]
    shown = [child for child in ADMIN_PKI.children if child.name == "show"]
    node = ADMIN_PKI._replace(children=tuple(c for c in ADMIN_PKI.children if c not in shown))
    expected = [each for each in ours(node, root) if "input" in each[0]]
    found = [each for each in theirs(module) if "input" in each[0]]
    assert sorted(map(what, found)) == sorted(map(what, met(50, expected)))
    replies = {}
    for each in theirs(module):
        if "output" in each[0]:
            replies.setdefault(each[0][:-2], set()).add(each[0][-1])
    assert set(map(frozenset, met(17, list(replies.values())))) == {frozenset(REPLY | MESSAGES)}


# --- addresses ------------------------------------------------------------------------------------

ADDRESSES = [
    "192.0.2.1",
    "0.0.0.0",
    "255.255.255.255",
    "256.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.4%eth0",
    "::1",
    "::",
    "::1%eth0",
    "2001:db8::1",
    "2001:DB8::1",
    "1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7",
    "1::2::3",
    "::::",
    ":1",
    "1:",
    "::ffff:1.2.3.4",
    "1:2:3:4:5:6:1.2.3.4",
    "1:2:3:4:5:6:7:1.2.3.4",
    "::1.2.3.256",
    "12345::1",
    "g::1",
    "1:2:3:4:5:6:7::",
    "::2:3:4:5:6:7:8",
    "x",
]


def test_our_addresses_are_those_of_the_ietf(tmp_path):
    yang.write(tmp_path)
    leafs = {
        "ours4": f"{COMMON}:ipv4-address",
        "theirs4": "inet:ipv4-address-no-zone",
        "ours6": f"{COMMON}:ipv6-address",
        "theirs6": "inet:ipv6-address-no-zone",
    }
    body = [Statement("leaf", name, (Statement("type", kind),)) for name, kind in leafs.items()]
    (tmp_path / "both.yang").write_text(yang.module_of("both", *body))
    verdicts = {}
    for name in leafs:
        for number, text in enumerate(ADDRESSES):
            document = tmp_path / f"{number}.json"
            document.write_text(json.dumps({f"both:{name}": text}))
            words = ("-p", tmp_path, "-t", "config", tmp_path / "both.yang", document)
            verdicts[name, text] = run(need("yanglint"), *words, check=False).returncode == 0
    for version in "46":
        taken = [verdicts[f"ours{version}", text] for text in ADDRESSES]
        assert taken == [verdicts[f"theirs{version}", text] for text in ADDRESSES]
        assert 3 <= sum(taken) < len(ADDRESSES)


def test_every_module_names_itself():
    for name, module in met(5, modules().items()):
        assert module.name == name
        assert module.namespace == f"urn:nokia.com:sros:ns:yang:sr:{name.removeprefix('nokia-')}"
