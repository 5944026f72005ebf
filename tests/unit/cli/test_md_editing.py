"""Editing and looking in the MD-CLI [cli.md sections 1.2 and 1.3]."""

import pytest

PKI = "/configure system security pki"
ENTRY = "/configure ipsec cert-profile gw entry 1"


@pytest.fixture
def pki(md):
    """A private session in the pki context."""
    md("edit-config private", PKI)
    return md


def test_several_elements_fit_on_one_line(pki):
    pki("ca-profile x description d cert-file c.crt admin-state enable")
    assert pki("info") == (
        '    ca-profile "x" {\n'
        "        admin-state enable\n"
        '        description "d"\n'
        '        cert-file "c.crt"\n'
        "    }"
    )


def test_info_takes_a_path_relative_or_absolute(pki):
    pki("ca-profile x cmpv2 http version 1.0")
    assert pki("info ca-profile x cmpv2") == "    http {\n        version 1.0\n    }"
    assert pki(f"info {PKI} ca-profile x cmpv2 http version") == "    version 1.0"
    assert pki("info ca-profile") == pki("info")


def test_info_full_context_begins_every_line_at_the_root(pki):
    pki("ca-profile x", "info")
    assert pki(f"info full-context {PKI}") == f'    {PKI} ca-profile "x" {{ }}'
    pki("exit all")
    assert pki("info full-context") == f'    {PKI} ca-profile "x" {{ }}'


def test_info_detail_adds_defaults(pki):
    pki("certificate-update-profile p")
    assert pki("info") == ""
    assert pki("info detail").splitlines() == [
        "    hash-algorithm sha256",
        "    retry-interval 3600",
        "    cmpv2 {",
        "    }",
        "    before-expiry 86400",
    ]


def test_info_reads_other_datastores(pki):
    pki("dynamic-ca true")
    assert pki("info from running") == ""
    assert pki("info baseline") == ""
    assert pki("info from candidate dynamic-ca") == "    dynamic-ca true"
    pki("commit")
    assert pki("info running dynamic-ca") == "    dynamic-ca true"


def test_info_of_the_candidate_needs_one(md):
    assert md.message("info candidate /configure").startswith("MINOR: CLI #2069")


def test_info_json_is_json(pki):
    pki("maximum-cert-chain-depth 3 dynamic-ca true ca-profile x description d")
    assert pki("info json").split() == [
        "{", '"dynamic-ca":', "true,", '"maximum-cert-chain-depth":', "3,", '"ca-profile":', "[",
        "{", '"ca-profile-name":', '"x",', '"description":', '"d"', "}", "]", "}",
    ]  # fmt: skip


def test_info_of_an_entry_that_is_not_there_is_refused(pki):
    assert pki.message("info ca-profile nobody") == (
        "MINOR: MGMT_CORE #224: configure system security pki ca-profile"
        ' "nobody" - Entry does not exist'
    )


def test_info_of_state_is_live(md):
    assert md("info /state system security pki") == (
        '    certificate-auto-update "gw.crt" {\n'
        "        update-state scheduled\n"
        "        next-update-time 2026-12-01T00:00:00Z\n"
        "    }"
    )


def test_state_can_be_walked(md):
    md("state system security pki certificate-auto-update gw.crt")
    assert md.context == '[/state system security pki certificate-auto-update "gw.crt"]'
    assert md("info").splitlines()[0] == "    update-state scheduled"


def test_a_leaf_list_takes_one_value_or_several_and_keeps_their_order(md):
    md("edit-config private", f"{ENTRY} send-chain ca-profile b")
    md(f"{ENTRY} send-chain ca-profile [a c b]")
    assert md(f"info flat {ENTRY}") == '    send-chain ca-profile ["b" "a" "c"]'


def test_brackets_hold_a_value_at_least(md):
    md("edit-config private")
    line = "configure ipsec cert-profile c entry 1 send-chain ca-profile []"
    assert md.message(line) == "MINOR: MGMT_CORE #2201: Unknown element - ']'"
    assert md.context == "(pr)[/]"


def test_values_of_a_leaf_list_are_deleted_one_by_one(md):
    md("edit-config private", f"{ENTRY} send-chain ca-profile [a b c]")
    md(f"delete {ENTRY} send-chain ca-profile b")
    assert md(f"info flat {ENTRY}") == '    send-chain ca-profile ["a" "c"]'
    md(f"delete {ENTRY} send-chain ca-profile [a c]")
    assert md(f"info flat {ENTRY}") == ""


def test_setting_one_case_of_a_choice_removes_the_other(pki):
    pki("certificate-update-profile p rsa key-size 4096")
    pki("certificate-update-profile p same-as-existing-key")
    assert pki("info flat") == '    certificate-update-profile "p" same-as-existing-key'


def test_an_empty_container_in_a_choice_is_chosen_by_braces(pki):
    pki("certificate-update-profile p", "rsa {", "}")
    assert pki("info") == "    rsa {\n    }"


def test_a_presence_container_is_made_by_entering_it(pki):
    pki("ca-profile x auto-crl-update", "back")
    assert pki("info flat") == "    auto-crl-update { }"


def test_delete_is_silent_for_what_is_not_configured(pki):
    assert pki("delete dynamic-ca") == ""
    assert pki("dynamic-ca true", "delete dynamic-ca", "info") == ""


def test_a_leaf_list_without_a_value_is_named_without_the_brackets_it_may_have(md):
    md("edit-config private")
    for line, name in (
        ("/configure system management-interface cli cli-engine", "cli-engine"),
        ("/configure ipsec cert-profile x entry 1 send-chain ca-profile", "ca-profile"),
    ):
        assert md.message(line) == f"MINOR: CLI #2001: Missing element value - '{name}'"


def test_discard_undoes_what_was_changed_in_a_whole_list(pki):
    pki("dynamic-ca true", "ca-profile a", "back", "ca-profile b", "back", "discard ca-profile")
    assert pki("info") == "    dynamic-ca true"


def test_delete_wants_to_know_which_entry(pki):
    carets, message = pki.refused("delete ca-profile").splitlines()
    assert carets == " " * len("A:admin@node-2# delete ca-profile ") + "^"
    assert message == "MINOR: CLI #2001: Missing element value - 'ca-profile-name'"
    assert pki.message("delete ca-profile x").endswith('ca-profile "x" - Entry does not exist')
    assert pki.message("delete").startswith("MINOR: CLI #2001")


def test_delete_configure_wipes_the_branch(pki):
    pki("ca-profile x", "/delete configure")
    assert pki("info /configure") == ""


def test_state_and_operations_cannot_be_deleted(md):
    md("edit-config private")
    assert md.message("delete state system").startswith("MINOR: CLI #2069")


def test_compare_marks_lines_in_the_first_column(pki):
    pki("ca-profile x cmpv2 http response-timeout 10", "commit")
    pki("ca-profile x cmpv2 http response-timeout 15", "ca-profile y description d")
    pki("delete ca-profile x cmpv2 http version", PKI)
    assert pki("compare") == (
        '    ca-profile "x" {\n'
        "        cmpv2 {\n"
        "            http {\n"
        "-               response-timeout 10\n"
        "+               response-timeout 15\n"
        "            }\n"
        "        }\n"
        "    }\n"
        '+   ca-profile "y" {\n'
        '+       description "d"\n'
        "+   }"
    )
    assert pki("compare flat") == (
        '-   ca-profile "x" cmpv2 http response-timeout 10\n'
        '+   ca-profile "x" cmpv2 http response-timeout 15\n'
        '+   ca-profile "y" description "d"'
    )


def test_compare_takes_a_path_and_datastores(pki, another):
    pki("dynamic-ca true ca-profile x description d")
    assert pki("compare ca-profile x") == '+   description "d"'
    assert pki("compare /configure system security tls") == ""
    another("configure private", "system name theirs", "commit")
    assert pki("compare baseline running /configure") == (
        '+   system {\n+       name "theirs"\n+   }'
    )
    assert pki("compare from baseline to baseline") == ""


def test_compare_from_the_root_shows_the_branch(md):
    md("edit-config private", "/configure system name x")
    assert (
        md("compare") == '    configure {\n+       system {\n+           name "x"\n+       }\n    }'
    )


def test_compare_of_equal_trees_prints_nothing(pki):
    assert pki("compare") == ""


def test_discard_takes_a_path(pki):
    pki("dynamic-ca true imported-format secure", "discard dynamic-ca")
    assert pki("info") == "    imported-format secure"
    pki("discard")
    assert pki("info") == ""
    assert pki.context == f"(pr)[{PKI}]"


def test_validate_and_commit_name_what_is_wrong(pki):
    pki("certificate-auto-update a.crt profile nobody")
    wrong = (
        "MINOR: MGMT_CORE #224: configure system security pki certificate-auto-update"
        ' "a.crt" profile - Entry does not exist - configure system security pki'
        ' certificate-update-profile "nobody"'
    )
    assert pki.refused("validate") == wrong
    assert pki.refused("commit") == wrong
    assert pki.context.startswith("*(pr)")


def test_a_missing_mandatory_element_is_named(pki):
    pki("common-name-list l common-name 1 cn-type domain-name")
    assert pki.refused("validate") == (  # [observed-2.md 9]
        'MINOR: MGMT_CORE #236: configure system security pki common-name-list "l" common-name 1'
        " cn-value - Missing mandatory fields"
    )


def test_a_secret_is_stored_and_shown_sealed_and_can_be_pasted_back(pki):
    pki("ca-profile x cmpv2 key-list key 1 password open-sesame")
    shown = pki("info flat")
    assert "open-sesame" not in shown
    pki("delete ca-profile x", shown.strip())
    assert pki("info flat") == shown


def test_info_output_can_be_pasted(pki):
    pki('ca-profile "a b" description "say \\"hi\\"" cmpv2 url url-string "http://[::1]:80/x"')
    pki("certificate-update-profile p rsa { }")
    shown = pki("info")
    pki("discard", *shown.splitlines())
    assert pki("info") == shown
    assert pki.context == f"*(pr)[{PKI}]"


def test_a_star_deletes_every_entry(pki):
    pki("ca-profile x description d", "ca-profile y { }", "certificate-update-profile p { }")
    pki("delete ca-profile * description")
    assert pki("info flat ca-profile") == '    ca-profile "x" { }\n    ca-profile "y" { }'
    pki("delete ca-profile *")
    assert pki("info flat") == '    certificate-update-profile "p" { }'
    pki("delete ca-profile *")


def test_numbers_and_ranges_delete_entries(md):
    md("edit-config private", "configure ipsec cert-profile gw")
    md(*(f"entry {number} cert c" for number in range(1, 8)))
    md("delete entry [2..4 6]")
    assert md("info flat") == "\n".join(f'    entry {number} cert "c"' for number in (1, 5, 7))
    md("delete entry [1..8] cert", "delete entry [7]")
    assert md("info flat") == "    entry 1 { }\n    entry 5 { }"


def test_nothing_is_deleted_in_read_only_mode_whatever_is_there(md):
    md("configure read-only")
    for line in ("delete system", "delete system security pki ca-profile *"):
        assert md.message(line) == (
            "MINOR: CLI #2069: Operation not allowed - currently in read-only mode"
        )


@pytest.mark.parametrize("line", ["discard /show", "discard /environment prompt", "discard /state"])
def test_only_configuration_is_discarded(pki, line):
    pki("dynamic-ca true")
    assert pki.message(line).endswith("only configuration can be discarded")
    assert pki("info") == "    dynamic-ca true"


def test_commands_that_are_not_there_say_so(pki):
    assert pki.message("rename ca-profile x to y").endswith("'rename' is not emulated")


@pytest.mark.parametrize("line", ["apply-groups g", "ca-profile x { apply-groups-exclude [g] }"])
def test_apply_groups_say_that_they_are_not_emulated(pki, line):
    word = "apply-groups-exclude" if "exclude" in line else "apply-groups"
    assert pki.message(line) == (
        f"MINOR: CLI #2005: Error while processing command - '{word}' is not emulated"
    )
    assert pki("info") == ""


def test_a_mount_point_with_a_blank_is_printed_so_that_it_can_be_pasted(md):
    md('environment command-alias alias a mount-point "/show log" { }')
    md("environment command-alias alias a mount-point global { }")
    assert md("info flat environment") == (
        '    command-alias alias "a" mount-point "/show log" { }\n'
        '    command-alias alias "a" mount-point global { }'
    )


# --- update ---

CONFLICT = "change updated"


@pytest.fixture
def rivals(pki, another):
    """Two private sessions in the same context, on two profiles that both know."""
    pki("ca-profile x cmpv2 http response-timeout 10", "ca-profile y description old", "commit")
    pki("exit all", PKI)
    another("edit-config private", PKI)
    return pki, another


def test_update_shows_the_value_that_somebody_else_has_set(rivals):
    ours, theirs = rivals
    ours("ca-profile x cmpv2 http response-timeout 20")
    theirs("ca-profile x cmpv2 http response-timeout 15", "commit")
    lines = (
        f'~   {PKI} ca-profile "x" cmpv2 http response-timeout 20\n'
        "##  response-timeout - exists with different value: response-timeout 15"
        " - change updated: replace existing value"
    )
    assert ours("update check") == lines
    assert ours.context == f"!*(pr)[{PKI}]"
    assert ours("update") == lines
    assert ours.context == f"*(pr)[{PKI}]"
    assert ours("update") == ""
    ours("commit")
    assert theirs("info running ca-profile x cmpv2 http") == "    response-timeout 20"


def test_update_tells_of_what_somebody_else_has_deleted_or_changed(rivals):
    ours, theirs = rivals
    ours("delete ca-profile y", "ca-profile x description mine")
    theirs("delete ca-profile x", "ca-profile y description new", "commit")
    assert ours("update").splitlines() == [
        f'~   {PKI} ca-profile "x" description "mine"',
        "##  description - does not exist - change updated: create missing element",
        f'-   {PKI} ca-profile "y"',
        "##  ca-profile - exists with different content - change updated: delete existing element",
    ]
    assert ours("info flat") == '    ca-profile "x" description "mine"'


def test_a_thousand_edits_of_long_lists_do_not_copy_what_they_leave_alone(pki):
    for number in range(256):
        pki(f"certificate-update-profile p{number} retry-interval 600")
    before = pki.session.editing.candidate.tree
    pki("certificate-update-profile p7 retry-interval 700")
    after = pki.session.editing.candidate.tree
    lists = [
        tree["system"]["security"]["pki"]["certificate-update-profile"] for tree in (before, after)
    ]
    shared = [keys for keys in lists[0] if lists[0][keys] is lists[1][keys]]
    assert len(shared) == 255
