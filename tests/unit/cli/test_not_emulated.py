"""Commands of a router that have nothing to do with certificates are refused in one clear line."""

import pytest
from counting import met

from srpki.schema.nodes import ABSENT, Action, Container
from srpki.schema.tree import SCHEMA


def absent(node, *before):
    """Yield the words of every command below *node* that is not emulated."""
    for child in node.children:
        if isinstance(child, Container):
            yield from absent(child, *before, child.name)
        elif isinstance(child, Action) and child.operation.startswith(ABSENT):
            yield " ".join((*before, child.name))


ABSENT_COMMANDS = sorted(absent(SCHEMA.operations_md))
CLASSIC_COMMANDS = sorted(absent(SCHEMA.operations_classic))


def test_the_commands_that_the_issue_and_the_clients_name_are_known():
    named = {"ping", "traceroute", "tools", "oam", "show router", "show card", "show chassis"}
    assert named | {"show bof", "show service", "show port"} <= set(ABSENT_COMMANDS)


def test_what_is_administered_of_certificates_is_known_by_the_names_of_each_cli():
    assert "admin certificate secure-nd-import" in CLASSIC_COMMANDS
    others = {command for command in ABSENT_COMMANDS if not command.startswith("admin ")}
    assert others == {command for command in CLASSIC_COMMANDS if not command.startswith("admin ")}


@pytest.mark.parametrize("command", met(70, ABSENT_COMMANDS))
def test_each_is_refused_in_one_line_in_the_md_cli(md, command):
    for line in (command, f'{command} bgp summary 192.0.2.1 "a b" rapid'):
        assert md.refused(line) == (
            f"MINOR: CLI #2005: Error while processing command - {command} is not emulated"
        )


@pytest.mark.parametrize("command", met(70, CLASSIC_COMMANDS))
def test_each_is_refused_in_one_line_in_the_classic_cli(classic, command):
    for line in (command, f'{command} bgp summary 192.0.2.1 "a b" rapid'):
        assert classic.refused(line) == f"MINOR: CLI {command} is not emulated."


def test_nothing_reaches_the_device(md, classic, device):
    md.refused("show router bgp")
    classic.refused("ping 192.0.2.1")
    assert device.calls == []


@pytest.mark.parametrize("line", ["show bogus", "show system bogus", "pong 192.0.2.1"])
def test_words_that_nobody_knows_stay_unknown(md, classic, line):
    assert "Unknown element" in md.refused(line)
    assert classic.message(line).startswith("Error: ")


@pytest.mark.parametrize("line", ["show router bgp | match up", "show router bgp | no-more"])
def test_modifiers_are_not_taken_for_words_of_the_command(md, line):
    assert md.refused(line).endswith("show router is not emulated")
    assert "Missing element" in md.message("show router | match")


def test_they_are_refused_in_any_context(md, classic):
    md("edit-config private", "/configure system")
    assert md.refused("ping 192.0.2.1").endswith("ping is not emulated")
    assert md.refused("show port 1/1/1").endswith("show port is not emulated")
    assert md.context == "(pr)[/configure system]"
    classic("configure system")
    assert classic.refused("ping 192.0.2.1") == "MINOR: CLI ping is not emulated."


def test_they_give_way_to_what_is_emulated(md, classic, device):
    md("show ver")
    md('show c ca-profile "a"')  # not one of call-trace, card, cflowd, chassis, cron
    classic('show c ca-profile "a"')
    assert [operation for operation, _ in device.calls] == [
        "show.version",
        "show.certificate.ca-profile",
        "show.certificate.ca-profile",
    ]


@pytest.mark.parametrize("cli", ["md", "classic"])
def test_help_and_completion_name_them_only_where_nothing_else_fits(request, cli):
    session = request.getfixturevalue(cli).session
    assert "router" not in session.help("show ")
    assert "router" not in [offer.text for offer in session.complete("show ")]
    assert [offer.text for offer in session.complete("show rou")] == ["router"]
    session.feed("/show")
    assert not {"router", "+-- router", "+---router"} & set(session.feed("tree").text.splitlines())
    assert "router" not in session.feed("tree flat").text.splitlines()
    session.feed("exit all")
    assert "Not emulated" in session.help("show rou")
    assert session.expand("show rou") == "ter"
    assert session.help("show router ")
