"""The settings of a session, and what each does [cli.md sections 1.1 and 1.7]."""

import pytest

from srpki.cli.session import Session

CONFIGURED = "/configure system management-interface cli md-cli environment"


def test_the_prompt_shows_what_the_environment_wants(md):
    md("edit-config private", "environment prompt newline false")
    assert md.prompt == "(pr)[/]\nA:admin@node-2# "
    md("environment prompt timestamp true")
    assert md.prompt == "2026-11-23T12:00:00.00+00:00\n(pr)[/]\nA:admin@node-2# "
    md("environment prompt context false timestamp false")
    assert md.prompt == "A:admin@node-2# "
    md("environment delete prompt", "/configure system name x")
    assert md.prompt == "\n*(pr)[/]\nA:admin@node-2# "
    md("environment prompt uncommitted-changes-indicator false")
    assert md.prompt == "\n(pr)[/]\nA:admin@node-2# "


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ("time-format rfc-3339 time-display utc", "2026-11-23T12:00:00.00Z"),
        ("time-format iso-8601", "2026-11-23T12:00:00.00+0000"),
        ("time-format rfc-1123", "Mon, 23 Nov 2026 12:00:00 +0000"),
        ("time-format rfc-1123 time-display utc", "Mon, 23 Nov 2026 12:00:00 GMT"),
    ],
)
def test_the_prompts_time_has_the_format_of_the_environment(md, settings, shown):
    md("environment prompt timestamp true", f"environment {settings}")
    assert md.prompt.splitlines()[1] == shown


def test_new_sessions_begin_with_what_is_configured_and_go_back_to_it(md, device):
    md("configure private", f"{CONFIGURED} prompt newline false", "commit", "exit all")
    assert md.prompt.startswith("\n")
    session = Session(device)
    assert session.prompt == "[/]\nA:admin@node-2# "
    session.feed("environment prompt newline true")
    assert session.prompt.startswith("\n")
    session.feed("environment delete prompt newline")
    assert session.prompt == "[/]\nA:admin@node-2# "
    assert session.feed("info environment").text == "    prompt {\n        newline false\n    }"


def test_abbreviations_are_not_taken_where_enter_does_not_complete(md):
    md("environment command-completion enter false")
    assert md.message("sho log") == "MINOR: MGMT_CORE #2201: Unknown element - 'sho'"
    md("show log log-id 99", "environment command-completion enter true", "sho log log-id 99")


def test_information_can_be_hidden(md):
    md("environment message-severity-level cli warning")
    assert md("configure private", "system name x") == ""
    answer = md.session.feed("exit all")
    assert (answer.text, answer.question) == ("", "Discard uncommitted changes? [y,n] ")
    assert md("y").startswith("WARNING: CLI #2073")


def test_history_is_as_long_as_the_environment_says(md):
    md("environment history size 2", "pwc")
    assert [line.split()[-1] for line in md("history").splitlines()] == ["pwc", "history"]
    md("environment history size 0")
    assert md("history") == ""


def test_one_value_of_a_setting_can_be_deleted(md):
    md("environment match-highlight style [bold underline]")
    md("environment delete match-highlight style bold")
    assert md("info environment flat") == "    match-highlight style [underline]"


# --- aliases ---


def alias(name, command, mount="global"):
    point = mount if mount == "global" else f'"{mount}"'
    settings = f'admin-state enable cli-command "{command}" mount-point {point} {{ }}'
    return f"environment command-alias alias {name} {{ {settings} }}"


def test_an_alias_runs_its_command_in_every_context(md):
    md(alias("up", "back"), "edit-config private", "/configure system security")
    md("up")
    assert md.context == "(pr)[/configure system]"
    md("up 2")
    assert md.context == "(pr)[/]"


def test_an_alias_is_known_only_where_it_is_mounted(md):
    md(alias("events", "show log log-id 99 | match reloaded | count", "/show"))
    assert md("show events") == "Count: 2 lines"
    assert md("/show events | match Count") == "Count: 2 lines"
    assert md.message("events") == "MINOR: MGMT_CORE #2201: Unknown element - 'events'"
    md("show")
    assert md("events") == "Count: 2 lines"


def test_a_disabled_or_deleted_alias_is_unknown(md):
    md(alias("upx", "back"), "environment command-alias alias upx admin-state disable")
    assert md.message("upx").endswith("'upx'")
    md("environment command-alias alias upx admin-state enable", "upx")
    md("environment delete command-alias alias upx")
    assert md.message("upx").endswith("'upx'")


def test_aliases_may_use_one_another_but_not_in_a_circle(md):
    md(alias("a", "b"), alias("b", "pwc"))
    assert md("a") == "Present Working Context:\n/"
    md("environment command-alias alias b cli-command a")
    assert "leads back to itself" in md.refused("a")
    assert md("pwc") == "Present Working Context:\n/"


def test_what_is_wrong_in_an_alias_is_said_without_carets(md):
    md(alias("bad", "frobnicate"))
    assert md.refused("bad") == "MINOR: MGMT_CORE #2201: Unknown element - 'frobnicate'"


def test_aliases_are_completed_and_explained(md):
    md(alias("upwards", "back"))
    assert [offer.text for offer in md.session.complete("upw")] == ["upwards"]
    assert "Alias of: back" in md.session.help("upw")


def test_a_question_asked_by_an_aliased_command_waits_for_its_answer(md):
    md(alias("out", "exit all"), "configure private", "system name x")
    assert md.session.feed("out").question == "Discard uncommitted changes? [y,n] "
    assert md("y").startswith("WARNING")
    assert md.context == "[/]"
