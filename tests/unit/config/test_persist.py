"""The saved configuration: what is written is read back, and bad text is told by its line."""

import importlib.util
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from srpki.config import persist
from srpki.config.diff import diff, merge
from srpki.config.edit import Edit
from srpki.config.strictness import MAXIMUM_SIZE
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.core.errors import InvalidInputError
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.paths import path
from srpki.schema.tree import SCHEMA
from srpki.schema.types import Integer, Text

_spec = importlib.util.spec_from_file_location("trees", Path(__file__).with_name("trees.py"))
trees = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(trees)

ROOT = SCHEMA.configure
NAME = path("system", "name")
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(trees.content(ROOT))
def test_what_is_written_is_read_back(tree):
    assert persist.load(ROOT, persist.dump(ROOT, tree)) == tree


@SLOW
@given(trees.content(ROOT), trees.content(ROOT))
def test_the_changes_between_two_trees_turn_one_into_the_other(old, new):
    changes = tuple(diff(ROOT, old, new))
    assert merge(ROOT, changes, old) == new
    assert tuple(diff(ROOT, new, new)) == ()


def test_the_text_has_the_form_of_the_fact_sheet(pki, at):
    tree = EMPTY
    for edit in (
        Edit("set", NAME, 'a "b" \\c'),
        Edit("create", pki("certificate-update-profile p rsa")),
        Edit("set", pki("ca-profile lab admin-state"), "enable"),
        Edit("set", pki("ca-profile lab cmpv2 response-signing-use-extracert"), True),
        Edit("set", pki("est-profile e check-id-kp-cmcra-only"), True),
        Edit("set", at("ipsec cert-profile q entry 1 send-chain ca-profile"), ("lab", "x")),
    ):
        tree = edit.apply(ROOT, tree)
    assert persist.dump(ROOT, tree) == (
        "configure {\n"
        "    ipsec {\n"
        '        cert-profile "q" {\n'
        "            entry 1 {\n"
        "                send-chain {\n"
        '                    ca-profile ["lab" "x"]\n'
        "                }\n"
        "            }\n"
        "        }\n"
        "    }\n"
        "    system {\n"
        '        name "a \\"b\\" \\c"\n'
        "        security {\n"
        "            pki {\n"
        '                ca-profile "lab" {\n'
        "                    admin-state enable\n"
        "                    cmpv2 {\n"
        "                        response-signing-use-extracert\n"
        "                    }\n"
        "                }\n"
        '                est-profile "e" {\n'
        "                    check-id-kp-cmcra-only true\n"
        "                }\n"
        '                certificate-update-profile "p" {\n'
        "                    rsa {\n"
        "                    }\n"
        "                }\n"
        "            }\n"
        "        }\n"
        "    }\n"
        "}\n"
    )


def test_comments_and_layout_do_not_matter():
    text = '# TiMOS\n\nconfigure { system {\tname "x # y" # the name\n} }\r\n# Finished\n'
    assert get(persist.load(ROOT, text), NAME) == "x # y"
    assert persist.load(ROOT, "# nothing\n") == EMPTY
    assert persist.load(ROOT, "") == EMPTY


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("configure {\nsystem {\n", "line 2: the text ends before a brace is closed"),
        ("configure {\n}\n}", "line 3: unknown element '}'"),
        ("configure {\n  sytem {\n  }\n}", "line 2: unknown element 'sytem'"),
        (
            'configure {\nsystem {\nname "x\n}\n}',
            "line 3: a quoted string does not end on its line",
        ),
        ("configure {\nsystem {\nname\n}\n}", "line 3: 'name' lacks a value"),
        ("configure {\nsystem {\nname x y\n}\n}", "line 3: unknown element 'y'"),
        (
            "configure { system {\ntransmission-profile a {\ntimeout 0\n} } }",
            "line 3: 'timeout': '0' out of range 1..3600",
        ),
        (
            "configure { system {\ntransmission-profile a {\nname a } } }",
            "line 3: unknown element 'name'",
        ),
        ('configure { "}" }', "line 1: unknown element '}'"),
        (
            "configure { ipsec { cert-profile a { entry 1 {\nsend-chain { ca-profile [a {",
            "line 2: unknown element '{'",
        ),
        (
            "configure { ipsec { cert-profile a { entry 1 {\nsend-chain { ca-profile [a",
            "line 2: 'ca-profile' lacks a value",
        ),
    ],
)
def test_bad_text_is_told_by_its_line(text, complaint):
    with pytest.raises(InvalidInputError) as refusal:
        persist.load(ROOT, text)
    assert refusal.value.sentence == complaint


def test_a_text_of_any_size_and_depth_is_refused_in_peace():
    with pytest.raises(InvalidInputError, match="longer than"):
        persist.load(ROOT, "#" * (MAXIMUM_SIZE + 1))
    with pytest.raises(InvalidInputError, match="line longer than"):
        persist.load(ROOT, "configure {" * 100_000)
    with pytest.raises(InvalidInputError, match="unknown element"):
        persist.load(ROOT, "configure {\n" * 100_000)


def test_entries_with_several_keys_name_all_but_the_first():
    keys = (
        Leaf(name="prefix", type=Text(), help="x"),
        Leaf(name="metric", type=Integer("uint32"), help="x"),
    )
    route = ListNode(name="route", keys=("prefix", "metric"), children=keys, help="x")
    root = Container(name="configure", children=(route,), help="x")
    tree = Branch({"route": Entries({("10/8", 3): EMPTY, ("10/8", 4): EMPTY})})
    text = persist.dump(root, tree)
    assert '    route "10/8" metric 4 {\n' in text
    assert persist.load(root, text) == tree


def test_the_largest_configuration_is_read_in_reasonable_time(pki):
    entries = {(f"c{number}.crt",): Branch({"profile": "p"}) for number in range(256)}
    pki_branch = Branch({"certificate-auto-update": Entries(entries)})
    tree = Branch({"system": Branch({"security": Branch({"pki": pki_branch})})})
    assert persist.load(ROOT, persist.dump(ROOT, tree)) == tree
