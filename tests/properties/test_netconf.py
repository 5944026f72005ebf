"""What NETCONF puts in is what both CLIs have, and the other way round: it prints the same."""

from xml.etree import ElementTree as ET

import pytest
from configurations import EVERY, ROOT, trees, with_any_configuration
from hypothesis import given, settings
from hypothesis import strategies as st
from netconf import Client

from srpki.cli.session import Session
from srpki.config.draft import Draft
from srpki.config.edit import Edit
from srpki.config.tree import EMPTY, drop
from srpki.config.xml import elements
from srpki.core.xml import Element, lines
from srpki.frontend.node import opened
from srpki.netconf.differences import differences
from srpki.netconf.documents import read
from srpki.netconf.edits import Edits
from srpki.netconf.namespaces import CONFIGURE
from srpki.schema.paths import path

CANDIDATE = "<get-config><source><candidate/></source></get-config>"


def kept(edit, _tree):
    return edit


def config(*found):
    """Return *found* as the configuration that a client sends."""
    return read("".join(lines(Element("config", "").holding(*found))).encode())


def made(tree, given_, default="merge"):
    draft = Draft(ROOT, tree)
    Edits(draft, ROOT, kept).make(given_, default)
    return draft.tree


@with_any_configuration("tree", examples=30)
def test_what_get_config_returns_makes_the_same_configuration(tree):
    found = list(elements(ROOT, (), tree, CONFIGURE))
    for default in ("merge", "replace"):
        assert made(EMPTY, config(*found), default) == tree


@settings(max_examples=25, deadline=None)
@given(old=trees(), new=trees())
def test_what_differs_makes_the_one_of_the_other(old, new):
    # Values of leaf-lists are added behind those that stay: their order is told by no difference.
    assert unordered(made(old, config(*differences(ROOT, old, new)))) == unordered(new)


def unordered(tree):
    said = next(iter(elements(ROOT, (), tree, CONFIGURE)))
    return sorted(lines(said))


@settings(max_examples=15, deadline=None)
@given(old=trees(), new=trees(), default=st.sampled_from(["merge", "replace"]))
def test_replace_leaves_nothing_of_what_was(old, new, default):
    (whole,) = elements(ROOT, (), new, CONFIGURE)
    replacing = whole._replace(attributes=(("operation", "replace"),))
    assert made(old, config(replacing), default) == new


@pytest.fixture
def routers(tmp_path):
    with (
        opened(tmp_path / "typed", lab=False) as typed,
        opened(tmp_path / "sent", lab=False) as sent,
    ):
        yield typed, sent


def test_both_clis_print_what_netconf_has_put_in_and_it_what_they_have(routers, run):
    typed, sent = routers
    tree = drop(EVERY[0], path("system", "management-interface"))
    run(typed.node, tree)
    client = Client(sent)
    (whole,) = elements(ROOT, (), tree, CONFIGURE)
    edit = f"<target><candidate/></target><config>{''.join(lines(whole))}</config>"
    client.ok(f"<edit-config>{edit}</edit-config>")
    found = ET.tostring(client.rpc(CANDIDATE)[0][0])
    assert made(EMPTY, read(b"<config>" + found + b"</config>")) == tree
    client.ok("<discard-changes/>")
    client.close()
    run(sent.node, made(EMPTY, config(whole)))
    for dialect, commands in (("md", ("info",)), ("classic", ("admin display-config",))):
        for command in commands:
            texts = []
            for router in routers:
                session = Session(router, dialect)
                session.feed("edit-config read-only")
                texts.append(without_times(session.feed(command).text))
                session.close()
            assert texts[0] == texts[1] and len(texts[0]) > 100


def without_times(text):
    return [line for line in text.splitlines() if not line.startswith("#")]


def test_several_values_keep_their_order():
    """Chance alone seldom draws leaf-lists of two values."""
    engines = path("system", "management-interface", "cli", "cli-engine")
    for values in (("md-cli", "classic-cli"), ("classic-cli", "md-cli")):
        several = Draft(ROOT, EMPTY)
        several.apply([Edit("set", engines, values)])
        found = list(elements(ROOT, (), several.tree, CONFIGURE))
        assert made(EMPTY, config(*found)) == several.tree
