"""A module's revision changes with what is in it, and is no day on which the vendor wrote."""

import re

from counting import met

from srpki.netconf.yang.modules import module, modules
from srpki.netconf.yang.statements import Statement


def leaf(name):
    return Statement("leaf", name, (Statement("type", "string"),))


def made(*body, about="Configuration"):
    return module("nokia-conf", "conf", about, body)


def test_the_same_content_has_the_same_revision_and_another_has_another():
    before = made(leaf("name"))
    assert made(leaf("name")) == before
    others = [made(leaf("title")), made(leaf("name"), leaf("title")), made(leaf("name"), about="x")]
    assert len({before.revision, *(other.revision for other in others)}) == 4


def test_a_revision_is_a_date_before_there_was_yang_and_stands_in_the_text():
    for one in met(5, modules().values()):
        assert re.fullmatch("1[1-8][0-9]{2}-[0-9]{2}-[0-9]{2}", one.revision)
        assert f"  revision {one.revision} {{\n" in one.text


def test_what_a_module_refers_to_is_imported_and_nothing_else():
    imported = {
        one.name: re.findall("^  import (.*) {", one.text, re.MULTILINE)
        for one in met(5, modules().values())
    }
    assert imported == {
        "nokia-types-sros": [],
        "nokia-conf": ["nokia-types-sros"],
        "nokia-state": ["nokia-types-sros"],
        "nokia-oper-admin": ["nokia-state", "nokia-types-sros"],
        "nokia-oper-global": [],
    }
