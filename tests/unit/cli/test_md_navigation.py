"""Moving about in the MD-CLI [cli.md section 1.2]."""

import pytest

PKI = "/configure system security pki"


@pytest.fixture
def at_profile(md):
    """A private session inside a CA profile that is there."""
    md("edit-config private", f'{PKI} ca-profile "x"')
    return md


def test_container_names_chain_on_one_line(at_profile):
    assert at_profile.context == f'*(pr)[{PKI} ca-profile "x"]'


def test_numbers_are_shown_bare_and_strings_quoted(md):
    md("edit-config private", "configure ipsec cert-profile gw entry 1")
    assert md.context == '*(pr)[/configure ipsec cert-profile "gw" entry 1]'


def test_back_goes_up_one_level_or_more(at_profile):
    at_profile("back")
    assert at_profile.context == f"*(pr)[{PKI}]"
    at_profile("back 2")
    assert at_profile.context == "*(pr)[/configure system]"
    at_profile("back 100")
    assert at_profile.context == "*(pr)[/]"


def test_top_goes_to_the_top_of_the_branch(at_profile):
    at_profile("top")
    assert at_profile.context == "*(pr)[/configure]"


def test_exit_returns_to_where_the_session_came_from(at_profile):
    at_profile("/configure ipsec", "exit")
    assert at_profile.context == f'*(pr)[{PKI} ca-profile "x"]'
    at_profile("exit")
    assert at_profile.context == "*(pr)[/]"


def test_exit_does_not_return_into_what_a_brace_has_closed(md):
    md("configure private", "system security", "pki ca-profile a {", "description x", "}")
    assert md.context == "*[pr:/configure system security]"
    md("exit")
    assert md.context == "*[pr:/configure]"


def test_exit_returns_to_what_is_left_of_where_the_session_came_from(at_profile):
    at_profile("/configure ipsec", f"delete {PKI} ca-profile x", "exit")
    assert at_profile.context == f"(pr)[{PKI}]"


def test_exit_all_returns_to_the_operational_root(at_profile):
    at_profile("exit all")
    assert at_profile.context == "*(pr)[/]"


def test_a_slash_alone_goes_to_the_root_and_one_before_a_blank_is_an_error(at_profile):
    assert at_profile.message("/ configure") == "MINOR: MGMT_CORE #2201: Unknown element - '/'"
    at_profile("/")
    assert at_profile.context == "*(pr)[/]"


def test_a_line_that_ends_in_a_value_stays_where_it_was_typed(at_profile):
    at_profile("cmpv2 http version 1.0", "/configure system name y")
    assert at_profile.context == f'*(pr)[{PKI} ca-profile "x"]'


def test_braces_enter_and_return(at_profile):
    at_profile("cmpv2 {", "http {", "response-timeout 5")
    assert at_profile.context.endswith('ca-profile "x" cmpv2 http]')
    at_profile("}")
    assert at_profile.context.endswith('ca-profile "x" cmpv2]')
    at_profile("}")
    assert at_profile.context.endswith('ca-profile "x"]')


def test_a_brace_after_several_words_returns_to_where_they_were_typed(md):
    md("edit-config private", "configure system security {", "}")
    assert md.context == "(pr)[/]"


def test_a_closing_brace_without_an_opening_one_goes_up_one_level(at_profile):
    at_profile("cmpv2 http", "}")
    assert at_profile.context.endswith("cmpv2]")


def test_braces_on_one_line_come_back_to_the_outer_context(at_profile, device):
    at_profile('cmpv2 { http { version 1.0 } url { url-string "http://a" } } cert-file a.crt')
    assert at_profile("info flat") == (
        '    cert-file "a.crt"\n    cmpv2 http version 1.0\n    cmpv2 url url-string "http://a"'
    )
    assert at_profile.context.endswith('ca-profile "x"]')


def test_braces_after_an_absolute_path_come_back_to_the_root(md):
    md("edit-config private", "/configure { system { name x } } show log")
    assert md.context == "*(pr)[/show log]"


def test_an_empty_pair_of_braces_creates_an_entry(md):
    md("edit-config private", f"{PKI} ca-profile y {{ }}")
    assert md.context == "*(pr)[/]"
    assert md("info flat") == '    configure system security pki ca-profile "y" { }'


def test_entering_what_is_there_changes_nothing(at_profile):
    at_profile("commit", "exit all", f"{PKI} ca-profile x")
    assert at_profile.context == f'(pr)[{PKI} ca-profile "x"]'


def test_a_mistake_at_the_end_undoes_the_whole_line(md):
    md("edit-config private")
    md.refused(f"{PKI} ca-profile x cmpv2 http response-timeout 0")
    assert md.context == "(pr)[/]"


def test_deleting_the_context_climbs_out_of_it(at_profile):
    at_profile(f"delete {PKI} ca-profile x")
    assert at_profile.context == f"(pr)[{PKI}]"


def test_discarding_the_context_climbs_out_of_it(at_profile):
    at_profile("discard /configure")
    assert at_profile.context == f"(pr)[{PKI}]"


def test_an_empty_line_changes_nothing(at_profile):
    assert at_profile("", "   ") == ""
    assert at_profile.context.endswith('ca-profile "x"]')


def test_a_comment_line_is_ignored(md):
    assert md("# a comment") == ""


@pytest.mark.parametrize("branch", ["show certificate", "admin system"])
def test_a_command_of_the_root_that_is_typed_in_a_branch_names_the_way_out(md, branch):
    md(branch)
    assert md.refused("configure private").splitlines()[-1] == (
        f"INFO: CLI 'exit all' leaves [/{branch}]"
    )
    assert "exit all" not in md.refused("bogus")
    md("exit all")
    assert "exit all" not in md.refused("bogus")
