"""Words that a router has and this program has not: refused alone, passed over in a block."""

import pytest
from counting import met

from srpki.schema.foreign import EVERYWHERE, FOREIGN, is_foreign
from srpki.schema.nodes import Container, ListNode, child_of
from srpki.schema.tree import SCHEMA

MD = "MINOR: CLI #2005: Error while processing command - '{}' is not emulated"
PASSED = "WARNING: CLI '{}' is not emulated - {} passed over"


@pytest.fixture
def pr(md):
    md("edit-config private", "/configure")
    return md


@pytest.mark.parametrize("word", ["router", "port", "service", "card", "groups", "lag", "qos"])
def test_one_typed_line_is_refused_in_one_line(pr, classic, word):
    assert pr.refused(f'{word} "Base" bgp group x') == MD.format(word)
    assert pr.refused(f"/configure {word} x") == MD.format(word)
    assert pr.refused(f"delete {word} x") == MD.format(word)
    assert pr.context == "(pr)[/configure]"
    assert classic.refused(f"configure {word} x") == f"MINOR: CLI {word} is not emulated."


@pytest.mark.parametrize(
    ("context", "word"),
    [
        ("system", "grpc"),
        ("system", "time"),
        ("system security", "dot1x"),
        ("log", "accounting-policy"),
        ("ipsec", "ike-policy"),
    ],
)
def test_inside_of_known_branches_too(pr, classic, context, word):
    assert pr.refused(f"{context} {word} x") == MD.format(word)
    assert classic.refused(f"configure {context} {word} x") == f"MINOR: CLI {word} is not emulated."


def test_events_of_an_application_without_any_here_are_foreign(pr, classic):
    line = "log log-events vrtr event tmnxVRtrStaticRouteStatusChanged generate true"
    assert pr.refused(line) == MD.format("vrtr")
    said = classic.refused('configure log event-control "vrtr" 2034 generate')
    assert said == "MINOR: CLI event-control is not emulated."
    classic("configure log", '    event-control "system" 2103 generate')
    indented = classic('    event-control "vrtr" 2034 generate')
    assert indented == PASSED.format("configure log event-control", "1 line")
    assert "Invalid parameter" in classic.message("event-control vrtx 2034 generate")


@pytest.mark.parametrize("word", ["prot", "rooter", "servce", "grcp"])
def test_a_misspelled_word_stays_unknown(pr, classic, word):
    for line in (f"{word} x", f"system {word} x", f"system security pki {word} x"):
        assert pr.message(line) == f"MINOR: MGMT_CORE #2201: Unknown element - '{word}'"
        assert classic.message(f"configure {line}") == "Error: Bad command."
    assert not pr.session.feed(f"{word} {{").ok
    assert not pr.session.passing


def test_a_block_is_passed_over_with_its_lines(pr):
    said = [pr(line) for line in ('router "Base" {', "bgp {", 'group "}" {', "}", "}", "}")]
    branch = "configure router"
    assert said == [
        f"INFO: CLI '{branch}' is not emulated - passed over up to its closing brace",
        *[""] * 4,
        PASSED.format(branch, "6 lines"),
    ]
    assert pr.context == "(pr)[/configure]"
    pr("system {", 'name "a"', "grpc {", "x {", "} }")
    assert pr("location here") == PASSED.format("configure system location", "1 line")
    pr("}")
    assert pr("info flat").strip() == 'system name "a"'


def test_what_stands_around_on_the_line_is_read(pr):
    pr("system { name x lldp {", "tx 3")
    told = pr("} transmission-profile a { }")
    pr("}")
    assert told == PASSED.format("configure system lldp", "3 lines")
    lines = {line.strip() for line in pr("info flat").splitlines()}
    assert lines == {'system name "x"', 'system transmission-profile "a" { }'}


def test_passing_over_is_a_warning_of_the_record(pr):
    pr("card 1 {")
    answer = pr.session.feed("}")
    assert answer.ok
    assert answer.fault.severity == "warning"
    assert pr.session.passing is False


def test_control_z_ends_what_was_never_closed(pr):
    pr("card 1 {", "mda 1 {")
    assert pr.session.passing
    pr.session.control_z()
    assert not pr.session.passing
    assert pr("pwc").endswith("/")


def test_lines_that_are_passed_over_are_not_remembered(pr):
    pr("aaa {", "password hunter2", "}")
    assert "hunter2" not in pr("history")


def test_nothing_is_passed_over_where_nothing_may_be_written(md):
    md("edit-config read-only", "/configure")
    assert md.refused("card 1 {").startswith("MINOR: CLI #2069")
    assert not md.session.passing


def test_an_indented_context_of_the_classic_cli_is_passed_over(classic):
    classic("configure")
    assert classic("    port 1/1/1") == PASSED.format("configure port", "1 line")
    classic("        ethernet", "            mode access", "        exit")
    assert classic("    exit") == PASSED.format("configure port", "5 lines")
    classic("    system", '        name "x"')
    assert classic('        location "here"') == PASSED.format(
        "configure system location", "1 line"
    )
    classic("    exit", "exit all")
    assert classic.prompt == "*A:x# "


def test_every_context_of_the_table_is_known():
    for cli, table in met(2, FOREIGN.items()):
        for place in met(7, table):
            node = SCHEMA.configure
            for name in met(0, place):
                node = child_of(node, name)
                assert isinstance(node, Container | ListNode), (cli, place)
    assert is_foreign("md", ("ipsec", "cert-profile"), "apply-groups")
    assert not is_foreign("classic", (), next(iter(EVERYWHERE)))
