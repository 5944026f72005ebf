"""The classic CLI's ``?``: lists and syntax [cli.md section 3.1]."""

import pytest

from srpki.cli.classic.dialect import ClassicDialect
from srpki.cli.classic.help import syntax_of
from srpki.cli.shell import Reading
from srpki.config.lexer import lex_classic
from srpki.schema.nodes import Arg, Container, Leaf, Line
from srpki.schema.types import ValueType


def test_classic_help_lists_no_forms_and_marks(classic):
    classic("configure system security pki ca-profile x create")
    page = classic.session.help("").splitlines()
    assert any(line.startswith(" [no] cert-file        - ") for line in page)
    assert " [no] cmpv2            + Request and renew certificates of this CA by CMPv2" in page
    assert "      back             - Go up one context" in page


@pytest.mark.parametrize("text", ["maximum-cert-chain-depth", "maximum-cert-chain-depth "])
def test_classic_help_on_a_command_shows_its_syntax(classic, text):
    classic("configure system security pki")
    expected = (
        "  - no maximum-cert-chain-depth\n"
        "  - maximum-cert-chain-depth <maximum-cert-chain-depth>\n"
        "\n"
        " <maximum-cert-chain-depth> : [1..7]"
    )
    assert (classic.session.help(text) == expected) is text.endswith(" ")


def test_classic_parameters_have_their_colon_in_column_22(classic):
    page = classic.session.help("admin certificate update-cert ").splitlines()
    assert page == ["  - update-cert <certificate>", "", " <certificate>        : [95 chars max]"]
    assert page[-1].index(":") == 22


class Distinguisher(ValueType):
    def syntax(self):
        return "<ip-addr:comm-val>|<2byte-asnumber:ext-comm-val>|<4byte-asnumber:comm-val>"


def test_classic_syntax_is_laid_out_as_captured():
    """``route-distinguisher`` without its argument [cli.md 3.1]."""
    leaf = Leaf("rd", Distinguisher(), "Distinguisher of the routes")
    line = Line("route-distinguisher", (Arg("rd"),))
    vprn = Container("vprn", (Container("rd", (leaf,), "Distinguisher", classic=line),), "Service")
    state = (ClassicDialect(vprn).content(vprn, edits=True),)
    reading = Reading(lex_classic("route-distinguisher"), state, ())
    assert syntax_of(reading).splitlines() == [
        "  - no route-distinguisher",
        "  - route-distinguisher <rd>",
        "",
        " <rd>                 : <ip-addr:comm-val>|<2byte-asnumber:ext-comm-val>|",
        "                        <4byte-asnumber:comm-val>",
    ]


def test_classic_syntax_explains_words_that_stand_by_themselves(classic):
    page = classic.session.help("configure system security pki ca-profile ").splitlines()
    assert page[:5] == [
        "  - no ca-profile <ca-profile-name>",
        "  - ca-profile <ca-profile-name> [create]",
        "",
        " <ca-profile-name>    : [32 chars max]",
        " <create>             : keyword - Make the entry when it is not there",
    ]


def test_a_long_classic_syntax_is_broken_between_its_parts(classic):
    classic("configure system security pki certificate-update-profile p create")
    page = classic.session.help("key-generation ").splitlines()
    assert page[1:3] == [
        "  - key-generation {same-as-existing-key|rsa [size <key-size>]|dsa",
        "    [size <key-size>]|ecdsa [curve <curve>]}",
    ]


def test_missing_arguments_print_the_syntax_in_the_place_of_an_error(classic):
    classic("configure system security pki")
    assert classic.refused("maximum-cert-chain-depth") == (
        classic.session.help("maximum-cert-chain-depth ")
    )


def test_classic_help_in_a_context_lists_its_commands_and_then_those_of_every_context(classic):
    classic("configure system security pki ca-profile x create")
    context, anywhere = classic.session.help("").split("\n\n")
    words = [line[6:].split()[0] for line in context.splitlines() if line[6] != " "]
    assert words == sorted(words)
    assert words[:2] == ["auto-crl-update", "cert-file"]
    assert "exit" in [line[6:].split()[0] for line in anywhere.splitlines()]
    assert "configure " not in context + anywhere


def test_classic_help_after_no_shows_the_no_form(classic):
    classic("configure system security pki ca-profile x create", "exit all")
    page = classic.session.help("configure system security pki no ca-profile ").splitlines()
    assert page[0] == "  - no ca-profile <ca-profile-name>"


def test_alternatives_of_which_one_is_needed_stand_without_brackets(classic):
    syntax = " ".join(classic.refused("admin disconnect").split("\n\n")[0].split())
    assert syntax == (
        "- disconnect {address <address>|session-id <session-id>|session-type <session-type>|"
        "username <username>}"
    )


def test_alternatives_that_may_be_left_out_stand_in_brackets(classic):
    page = classic.session.help("admin display-config ")
    assert page.splitlines()[0] == "  - display-config [detail|index]"


def test_a_word_is_explained_by_what_it_does_not_by_what_its_no_form_does(classic):
    page = classic.session.help("environment ")
    assert "<reduced-prompt>     : keyword - Show only the last contexts in the prompt" in page


@pytest.mark.parametrize("line", ["show time >", "show time | match", "pwc | match x pre-lines"])
def test_a_modifier_that_misses_its_value_does_not_print_the_syntax_of_the_command(classic, line):
    caret, message = classic.refused(line).splitlines()
    assert message == "Error: Missing parameter"
    assert caret.index("^") == len(classic.prompt) + len(line) + 1
