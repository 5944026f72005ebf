"""The reference pages are what the schema and the grammars say now, and they say all of it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from counting import met
from reference.pages import pages
from reference.tables import syntax, table

from srpki.cli.grammar import Grammar, Keyword, Opt, Seq
from srpki.cli.session import Session
from srpki.schema.environment import ENVIRONMENT
from srpki.schema.nodes import (
    ABSENT,
    Action,
    Choice,
    Container,
    Leaf,
    LeafList,
    ListNode,
    data_children,
)
from srpki.schema.tree import LAB_SCHEMA, SCHEMA

DIRECTORY = Path(__file__).parents[3] / "docs" / "reference"
COMMAND = "python tests/support/reference docs/reference"


@pytest.fixture(scope="module")
def made():
    return pages()


def test_the_pages_in_the_repository_are_current(made):
    stale = [
        name
        for name, text in met(5, made.items())
        if not (DIRECTORY / name).is_file() or (DIRECTORY / name).read_text("utf-8") != text
    ]
    assert not stale, f"{', '.join(stale)}: out of date; write them anew with: {COMMAND}"


def test_every_page_says_how_it_is_made(made):
    written = [text for name, text in made.items() if name.endswith(".md")]
    assert all(COMMAND in text.split("\n")[0] for text in met(5, written))


def section(page, heading):
    """Return the text between *heading* and the next one."""
    found = re.search(
        rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE
    )
    assert found, heading
    return found[1]


@pytest.mark.parametrize(
    ("name", "root"),
    [
        ("configuration.md", SCHEMA.configure),
        ("state.md", SCHEMA.state),
        ("environment.md", ENVIRONMENT),
    ],
)
def test_every_leaf_of_a_tree_has_a_row_in_the_section_of_its_context(made, name, root):
    def check(node, place):
        for child in met(0, data_children(node)):
            if isinstance(child, Leaf | LeafList):
                row = next(
                    line
                    for line in section(made[name], place).split("\n")
                    if line.startswith(f"| `{child.name}` |")
                )
                assert child.help.replace("|", "\\|") in row
                if isinstance(child, Leaf) and child.default is not None:
                    assert f"`{child.default}`" in row
            elif isinstance(child, Container | ListNode):
                check(child, f"{place} {child.name}")

    check(root, root.name)


def actions(node, place=""):
    for child in node.children:
        if isinstance(child, Action):
            if not child.operation.startswith(ABSENT):
                yield f"{place}{child.name}", child
        elif isinstance(child, Container):
            yield from actions(child, f"{place}{child.name} ")


def inputs(nodes):
    for node in nodes:
        if isinstance(node, Choice):
            for case in node.cases:
                yield from inputs(case.children)
        else:
            yield node


def test_every_action_has_a_section_with_its_inputs_and_both_spellings(made, device):
    classic = Session(device, "classic")
    known = {action.operation for _, action in actions(LAB_SCHEMA.operations_classic)}
    for place, action in met(60, actions(LAB_SCHEMA.operations_md)):
        text = section(made["actions.md"], place)
        for leaf in met(0, inputs(action.inputs)):
            assert f"| `{leaf.name}` |" in text, place
        blocks = re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)
        assert blocks[0].startswith(place)
        assert all(f"<{name}>" in blocks[0] for name in met(0, action.positional)), place
        assert ("not there" not in text) == (action.operation in known)
        # The classic CLI knows the words that the page begins its line with.
        words = re.match(r"[a-z0-9 -]+?(?= [<\[{]|$)", " ".join(blocks[-1].split()))[0]
        if action.operation in known:
            refusal = classic.feed(f"{words} !").text
            assert "Bad command" not in refusal, words


@pytest.mark.parametrize(("name", "dialect"), [("md-cli.md", "md"), ("classic-cli.md", "classic")])
def test_every_command_on_the_page_is_known_to_the_cli(made, device, name, dialect):
    commands = re.findall(r"^### (\S+)$", made[name].partition("## Output")[0], re.MULTILINE)
    assert {"back", "exit", "info", "pwc"} <= set(commands)
    session = Session(device, dialect)
    offered = {offer.text for offer in session.complete("")}
    if dialect == "md":
        session.feed("configure read-only")
        offered |= {offer.text for offer in session.complete("")}
    assert set(commands) <= offered


def test_every_number_that_the_cli_can_print_is_on_the_page_of_messages(made):
    sources = (Path(__file__).parents[3] / "srpki" / "cli").rglob("*.py")
    printed = {
        number
        for source in sources
        for number in re.findall(r"[A-Z]+ #(\d+)", source.read_text("utf-8"))
    }
    assert len(printed) > 10
    assert printed <= set(re.findall(r"#(\d+)`", made["messages.md"]))
    # Numbers that are chosen from several are listed one by one.
    assert {"2051", "2052", "224", "236", "5001"} <= set(
        re.findall(r"MGMT_CORE #(\d+)`", made["messages.md"])
    )


def test_what_the_speller_does_not_know_is_left_out():
    class Unheard(Grammar):
        pass

    assert syntax("x", (Unheard(), Opt(Seq((Keyword("y"), Unheard()))))) == "x [y]"


def test_an_option_that_may_stand_in_two_places_is_spelled_once():
    option = Opt(Keyword("detail"))
    assert syntax("info", (option, Keyword("path"), option)) == "info [detail] path"


def test_a_bar_in_a_cell_does_not_part_it():
    assert table(("a", "b"), [("x|y", "")]) == "| a |\n| --- |\n| x\\|y |\n"


def test_the_generator_asks_for_a_directory():
    command = [sys.executable, Path(__file__).parents[2] / "support" / "reference"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "DIRECTORY" in done.stderr
