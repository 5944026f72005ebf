"""Entering and leaving configuration modes; the texts are those of cli.md sections 1.1 and 1.2."""

import pytest

DISCARDED = "INFO: CLI #2061: Uncommitted changes are discarded on configuration mode exit"
ENTERED = {
    "global": "INFO: CLI #2054: Entering global configuration mode",
    "exclusive": f"INFO: CLI #2060: Entering exclusive configuration mode\n{DISCARDED}",
    "private": f"INFO: CLI #2070: Entering private configuration mode\n{DISCARDED}",
    "read-only": "INFO: CLI #2066: Entering read-only configuration mode",
}
LEFT = {
    "global": "INFO: CLI #2056: Exiting global configuration mode",
    "exclusive": "INFO: CLI #2064: Exiting exclusive configuration mode",
    "private": "INFO: CLI #2074: Exiting private configuration mode",
    "read-only": "INFO: CLI #2067: Exiting read-only configuration mode",
}
SHORT = {"global": "gl", "exclusive": "ex", "private": "pr", "read-only": "ro"}
ASKED = (
    "INFO: CLI #2071: Uncommitted changes are present in the candidate configuration."
    " Exiting private configuration mode will discard those changes.\n"
)
QUESTION = "Discard uncommitted changes? [y,n] "


def test_the_prompt_has_an_empty_line_the_context_and_the_user_at_the_node(md):
    assert md.prompt == "\n[/]\nA:admin@node-2# "


@pytest.mark.parametrize("mode", SHORT)
def test_the_explicit_workflow_shows_its_mode_before_the_context(md, mode):
    assert md(f"edit-config {mode}") == ENTERED[mode]
    assert md.context == f"({SHORT[mode]})[/]"
    assert md("quit-config") == LEFT[mode]
    assert md.context == "[/]"


@pytest.mark.parametrize("mode", SHORT)
def test_the_implicit_workflow_shows_its_mode_inside_the_context(md, mode):
    assert md(f"configure {mode}") == ENTERED[mode]
    assert md.context == f"[{SHORT[mode]}:/configure]"
    assert md("exit all") == LEFT[mode]
    assert md.context == "[/]"


def test_the_region_configure_may_be_named(md):
    md("edit-config configure private")
    assert md.context == "(pr)[/]"


def test_uncommitted_changes_show_a_star_and_a_commit_removes_it(md):
    md("edit-config private", "/configure system name x")
    assert md.context == "*(pr)[/]"
    assert md("commit") == ""
    assert md.prompt == "\n(pr)[/]\nA:admin@x# "


def test_another_sessions_commit_shows_an_exclamation_mark_before_the_star(md, another):
    md("edit-config private", "/configure system security pki dynamic-ca true")
    another("configure private", "system name x", "commit")
    assert md.context == "!*(pr)[/]"
    assert md("update") == ""
    assert md.context == "*(pr)[/]"


def test_leaving_private_mode_asks_about_changes_and_no_stays(md):
    md("configure private", "system name x", "system security")
    answer = md.session.feed("exit all")
    assert (answer.text, answer.question) == (ASKED, QUESTION)
    assert md("n") == "INFO: CLI #2072: Exit private configuration mode canceled"
    assert md.context == "*[pr:/configure system security]"


def test_leaving_private_mode_asks_about_changes_and_yes_discards_them(md, device):
    md("configure private", "system name x")
    md("exit all")
    assert md("y") == (
        "WARNING: CLI #2073: Exiting private configuration mode - uncommitted changes are discarded"
    )
    assert md.context == "[/]"
    assert "system" not in device.datastore.running


def test_leaving_exclusive_mode_has_its_own_numbers(md):
    md("edit-config exclusive", "/configure system name x")
    answer = md.session.feed("quit-config")
    assert answer.text.startswith("INFO: CLI #2063: Uncommitted changes are present")
    assert md("n") == "INFO: CLI #2065: Exit exclusive configuration mode canceled"
    md("quit-config")
    assert md("y").startswith("WARNING: CLI #2062: Exiting exclusive configuration mode")


def test_an_unclear_answer_is_asked_again(md):
    md("configure private", "system name x")
    md("exit all")
    assert md.session.feed("perhaps").question == QUESTION
    assert md.session.feed("Y").question is None


def test_the_global_candidate_is_kept(md):
    md("edit-config global", "/configure system name x")
    assert md("quit-config") == (
        "INFO: CLI #2056: Exiting global configuration mode\n"
        "INFO: CLI #2057: Uncommitted changes are kept in the candidate configuration"
    )
    assert md("edit-config global") == (
        "INFO: CLI #2054: Entering global configuration mode\n"
        "INFO: CLI #2055: Uncommitted changes are present in the candidate configuration"
    )
    assert md.context == "*(gl)[/]"


def test_an_exclusive_session_locks_others_out(md, another):
    md("edit-config exclusive")
    assert another.refused("edit-config global") == (
        "MINOR: MGMT_CORE #2051: Global datastore access unavailable"
        " - the MD-CLI has exclusive lock on configuration"
    )
    assert another.context == "[/]"


def test_a_global_session_keeps_exclusive_ones_out(md, another):
    md("edit-config global")
    assert another.refused("edit-config exclusive") == (
        "MINOR: MGMT_CORE #2052: Exclusive datastore access unavailable"
        " - model-driven interface editing global candidate"
    )


def test_other_sessions_are_told_of_on_entry(md, another):
    md("edit-config global")
    assert another("edit-config global").splitlines()[-1] == (
        "INFO: CLI #2075: Other global configuration sessions are active"
    )
    another("quit-config")
    assert another("edit-config private").splitlines()[-1] == (
        "INFO: CLI #2079: Other configuration sessions are active"
    )


def test_a_commit_that_meets_anothers_change_is_canceled(md, another):
    md("edit-config private", "/configure system name mine")
    another("edit-config private", "/configure system name theirs", "commit")
    assert md.refused("commit") == (
        "MINOR: MGMT_CORE #2703: Commit canceled - conflicts detected - use update"
    )
    assert md("update") == (
        '~   /configure system name "mine"\n'
        '##  name - exists with different value: name "theirs"'
        " - change updated: replace existing value"
    )
    md("commit")
    assert md.prompt.endswith("A:admin@mine# ")


@pytest.mark.parametrize(
    "line",
    ["configure", "configure system", "commit", "validate", "compare", "quit-config", "discard"],
)
def test_configuration_is_out_of_reach_in_operational_mode(md, line):
    assert md.refused(line) == (
        "MINOR: CLI #2069: Operation not allowed - currently in operational mode"
    )


@pytest.mark.parametrize(
    "line", ["system name x", "system security pki ca-profile new", "delete system", "discard"]
)
def test_nothing_is_written_in_read_only_mode(md, line):
    md("configure read-only")
    assert md.message(line) == (
        "MINOR: CLI #2069: Operation not allowed - currently in read-only mode"
    )
    assert md.context == "[ro:/configure]"


def test_a_read_only_session_walks_through_what_is_there(md, another):
    another("configure private", "system security pki ca-profile x { }", "commit")
    md("configure read-only", "system security pki ca-profile x")
    assert md.context == '[ro:/configure system security pki ca-profile "x"]'


def test_the_implicit_workflow_is_confined_to_the_configure_branch(md):
    md("configure private")
    assert md.refused("/show") == (
        "MINOR: CLI #2069: Operation not allowed - cannot navigate out of configuration region"
    )
    assert md("/show log log-id 99")
    assert md("show log log-id 99")
    assert md.context == "[pr:/configure]"


def test_the_explicit_workflow_may_walk_anywhere(md):
    md("edit-config private", "/show log")
    assert md.context == "(pr)[/show log]"
    assert md.refused("quit-config")
    md("exit all", "quit-config")


def test_control_z_returns_to_the_root_and_asks_like_exit_all(md):
    md("edit-config private", "configure system security")
    assert md.session.control_z().text == ""
    assert md.context == "(pr)[/]"
    md("quit-config", "configure private", "system name x")
    assert md.session.control_z().question == QUESTION


def test_control_z_takes_a_question_back(md):
    md("configure private", "system name x")
    md("exit all")
    md.session.control_z()
    assert md.context == "*[pr:/configure]"
    assert md("pwc")


def test_logout_closes_the_session_after_the_question(md):
    md("configure private", "system name x")
    assert md.session.feed("logout").question == QUESTION
    assert md.session.feed("y").closed


def test_logout_outside_every_mode_closes_at_once(md):
    assert md.session.feed("logout").closed


def test_close_lets_an_exclusive_lock_go(md, another):
    md("edit-config exclusive")
    md.session.close()
    another("edit-config exclusive")


@pytest.mark.parametrize(
    "line", ["edit-config bof private", "edit-config debug global", "bof private", "li private"]
)
def test_other_regions_say_that_they_are_not_emulated(md, line):
    region = line.removeprefix("edit-config ").split()[0]
    what = f"region '{region}'" if line.startswith("edit-config") else region
    assert md.refused(line) == (
        f"MINOR: CLI #2005: Error while processing command - {what} is not emulated"
    )
    assert md.context == "[/]"


def test_a_mode_typed_inside_a_mode_is_refused_and_nothing_is_lost(md):
    md("configure private", "system name x")
    for line in ("/configure exclusive", "edit-config private"):
        assert md.refused(line) == (
            "MINOR: CLI #2069: Operation not allowed - currently in private mode"
        )
    assert md.context == "*[pr:/configure]"


def test_quit_config_says_what_keeps_it_from_leaving(md):
    md("configure private")
    assert md.refused("quit-config").endswith("currently in implicit workflow")
    md("exit", "edit-config private", "configure system")
    assert md.refused("quit-config").endswith("currently not in the operational root")


def test_leaving_by_back_or_exit_ends_the_implicit_workflow_too(md):
    for line in ("back", "exit", "back 3"):
        md("configure private", "system") if line == "back 3" else md("configure private")
        assert md(line) == LEFT["private"]
        assert md.context == "[/]"


def test_a_brace_that_closes_the_branch_leaves_the_implicit_workflow_as_exit_does(md):
    md("configure private", "system {", "}")
    assert md("}") == LEFT["private"]
    md("configure private", "system name x")
    assert md.session.feed("}").question == QUESTION
    md("n")
    assert md.context == "*[pr:/configure]"


def test_a_slash_lets_quit_config_leave_from_any_context(md):
    """As napalm-sros types it, wherever it stands [cli.md 4.4]."""
    md("edit-config private", "configure system")
    assert md("/quit-config") == "INFO: CLI #2074: Exiting private configuration mode"
    assert md.context == "[/]"


def test_after_a_slash_quit_config_asks_and_can_be_taken_back(md):
    md("edit-config exclusive", "configure system", "name x")
    assert md.session.feed("/quit-config").question == "Discard uncommitted changes? [y,n] "
    md("n")
    assert md.context == "*(ex)[/configure system]"
    md.session.feed("/quit-config")
    assert md("y").startswith("WARNING: CLI #2062")
    assert md.context == "[/]"
