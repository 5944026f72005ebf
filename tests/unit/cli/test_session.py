"""Both engines in one session, and what a frontend sees [cli.md sections 1.8 and 4]."""

import re

import canned
import pytest

from srpki.cli.session import Session

TO_CLASSIC = "INFO: CLI #2051: Switching to the classic CLI engine"
READ_ONLY = (
    "INFO: CLI #2050: Classic CLI modification of the configuration is not allowed"
    " - 'model-driven' management interface configuration mode active"
)
TO_MD = "INFO: CLI #2052: Switching to the MD-CLI engine"


def test_two_slashes_toggle_and_each_engine_keeps_its_context(md):
    md("edit-config private", "configure system")
    assert md("//") == f"{TO_CLASSIC}\n{READ_ONLY}"
    md("configure system security")
    assert md.prompt == "A:node-2>config>system>security# "
    assert md("//") == TO_MD
    assert md.context == "(pr)[/configure system]"
    assert md("/!classic-cli") == f"{TO_CLASSIC}\n{READ_ONLY}"
    assert md.prompt == "A:node-2>config>system>security# "
    assert md("/!classic-cli") == ""
    assert md("/!md-cli") == TO_MD


def test_two_slashes_before_a_command_run_it_on_the_other_side(md):
    assert md("//admin certificate update-cert gw.crt") == (
        f"{TO_CLASSIC}\n"
        f"{READ_ONLY}\n"
        "A:node-2# /admin certificate update-cert gw.crt\n"
        "pki.update-certificate certificate=gw.crt\n"
        f"{TO_MD}"
    )
    assert md.context == "[/]"


def test_a_refusal_on_the_other_side_is_a_refusal(md):
    assert md.refused("//bogus").splitlines()[0] == TO_CLASSIC


def test_a_question_on_the_other_side_is_answered_there(classic):
    classic("//configure private", "//configure system name x")
    answer = classic.session.feed("//exit all")
    assert answer.question == "Discard uncommitted changes? [y,n] "
    assert classic.session.complete("") == []
    assert classic.session.feed("y").question is None
    assert classic.prompt == "A:node-2# "


def test_an_operation_without_messages_prints_nothing(md, device):
    device.answers["pki.import"] = None
    line = "admin system security pki import type key format der input-url cf3:/k output-file k"
    assert md(line) == ""


def test_errors_are_printed_in_the_words_of_the_dialect(md, classic, device):
    sentence = 'open file "cf3:\\gw.key"'
    device.answers["pki.update-certificate"] = canned.error(sentence)
    assert md.refused("admin system security pki update-certificate certificate gw.crt") == (
        f"MINOR: MGMT_AGENT #2007: Operation failed - {sentence}"
    )
    assert classic.refused("admin certificate update-cert gw.crt") == (
        'MINOR: CLI Could not access file "cf3:\\gw.key"'  # [cli.md 3.2]
    )


def test_the_lines_that_automation_sends_first_are_silent(md):
    """The order of netmiko, scrapli_community and Ansible [cli.md 4.1 to 4.3]."""
    for line in (
        "environment command-completion space false",
        "environment console width 512",
        "environment console length 512",
        "environment more false",
        "environment delete prompt",
        "environment progress-indicator admin-state disable",
        "/environment more false",
    ):
        assert md(line) == ""
    assert md("//environment no more").splitlines()[0] == TO_CLASSIC
    assert md.context == "[/]"


def test_the_environment_can_be_walked_and_looked_at(md):
    md("environment more false", "environment console")
    assert md.context == "[/environment console]"
    md("width 100")
    assert md("info") == "    width 100"
    assert md("info /environment") == "    more false\n    console {\n        width 100\n    }"


def test_netmikos_configuration_dance(md):
    """config_mode, commit, exit_config_mode [cli.md 4.1]."""
    base = re.escape("A:admin@node-2")
    md("edit-config exclusive")
    assert re.search(rf"\(ex\)\[.*{base}.*$", md.prompt, re.DOTALL)
    md("/configure system security pki dynamic-ca true", "exit all")
    assert "*(ex)[" in md.prompt
    md("commit", "exit all")
    assert "*(ex)[" not in md.prompt
    md("/configure system security pki dynamic-ca false", "exit all", "discard", "quit-config")
    assert "(ex)[" not in md.prompt
    assert md("/admin save") == "admin.save"


def test_ansibles_configuration_dance(md):
    """edit_config and get_config [cli.md 4.3]."""
    md("exit all", "edit-config private", "/configure system name x", "exit all")
    assert md("compare")
    md("commit", "quit-config", "exit all", "edit-config read-only")
    assert (
        md("info running")
        == '    configure {\n        system {\n            name "x"\n        }\n    }'
    )
    md("quit-config")


@pytest.mark.parametrize(
    ("dialect", "told"),
    [
        (
            "md",
            "MINOR: CLI #2005: Error while processing command - line longer than 2600 characters",
        ),
        ("classic", "MINOR: CLI Line longer than 2600 characters."),
    ],
)
def test_a_line_beyond_the_limit_is_refused_and_changes_nothing(device, dialect, told):
    session = Session(device, dialect)
    assert session.feed("x" * 2601)[:2] == (told, False)
    assert session.complete("x" * 2601) == []
    assert session.feed("history").text == "   1 history"


def test_a_missing_quote_is_told(md):
    assert md.message('configure system name "x') == (
        "MINOR: MGMT_CORE #2301: Invalid element value - missing closing quote"
    )


def test_the_carets_stand_under_the_whole_word_as_echoed(md):
    """R-gnet: two carets under ``tt``, columns counted from the prompt's last line."""
    assert md.refused("show tt") == (
        " " * len("A:admin@node-2# show ") + "^^\nMINOR: MGMT_CORE #2201: Unknown element - 'tt'"
    )


def test_every_missing_input_is_named(md):
    text = md.refused("admin system security pki import type key")
    assert text.splitlines()[1:] == [
        "MINOR: CLI #2001: Missing element value - 'input-url'",
        "MINOR: CLI #2001: Missing element value - 'output-file'",
        "MINOR: CLI #2001: Missing element value - 'format'",
    ]
