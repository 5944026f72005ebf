"""Completion and help [cli.md sections 1.5 and 1.6]."""

import pytest


def offered(typist, text):
    return [offer.text for offer in typist.session.complete(text)]


def test_keywords_are_completed_by_prefix(md):
    assert offered(md, "admin system security pki ge") == ["generate-keypair"]


def test_an_offer_replaces_the_word_at_the_cursor(md):
    offer = md.session.complete("admin system security pki ge")[0]
    assert (offer.text, offer.replaces, offer.display) == (
        "generate-keypair",
        2,
        "generate-keypair",
    )


def test_space_completes_a_keyword_that_can_be_no_other(md):
    assert md.session.expand("admin sys") == "tem"
    assert md.session.expand("edit-config pri") == "vate"
    assert md.session.expand("edit-config p") == "rivate"
    assert md.session.expand("e") == ""
    assert md.session.expand("") == ""


def test_space_never_completes_values(md):
    md("edit-config private", "/configure system security pki ca-profile lab")
    assert md.session.expand("/configure system security pki ca-profile la") == ""
    assert md.session.expand('info "conf') == ""


def test_space_completes_nothing_where_a_value_may_stand(classic):
    classic("configure system security pki certificate-update-profile p create")
    assert offered(classic, "retry-interval d") == ["days"]
    assert classic.session.expand("retry-interval d") == ""


def test_tab_offers_keys_that_exist_in_the_candidate(md):
    md("edit-config private", '/configure system security pki ca-profile "lab ca" { }')
    assert offered(md, "/configure system security pki ca-profile ") == ['"lab ca"']
    assert offered(md, '/configure system security pki ca-profile "lab') == ['"lab ca"']


def test_tab_offers_what_a_reference_may_name(md):
    md("edit-config private", "/configure system security pki")
    md("ca-profile a { } ca-profile b { }")
    assert offered(md, "certificate-update-profile p cmpv2 ca-profile ") == ["a", "b"]
    assert offered(md, "/configure system security tls trust-anchor-profile t trust-anchor ") == [
        "a",
        "b",
    ]


def test_tab_offers_files(md):
    base = "admin system security pki"
    assert offered(md, f"{base} import input-url ") == ["cf3:\\gw.pem"]
    assert offered(md, f"{base} cmpv2 initial-registration key-to-certify ") == ["gw.crt", "gw.key"]
    md("edit-config private", "/configure system security tls cert-profile c entry 1")
    assert offered(md, "key-file gw.k") == ["gw.key"]


def test_tab_offers_the_values_of_an_enumeration(md):
    assert offered(md, "environment more ") == ["true", "false"]


def test_nothing_is_offered_after_a_mistake_or_after_a_whole_string(md):
    assert offered(md, "bogus sys") == []
    assert offered(md, 'configure system name "x"') == []


def test_a_case_that_is_excluded_is_not_offered(md):
    found = offered(md, "admin system security pki generate-keypair rsa-key-size 2048 ")
    assert found == ["save-path"]


def test_classic_completion_knows_the_overlay(classic):
    classic("configure system security pki certificate-update-profile p create")
    assert offered(classic, "key-generation ") == ["same-as-existing-key", "rsa", "dsa", "ecdsa"]
    assert offered(classic, "no sch") == ["schedule"]


def test_help_lines_have_the_mark_in_column_24(md):
    lines = md.session.help("show ").splitlines()
    assert lines[0] == ""
    assert lines[1] == " certificate           + CA profiles and automatic renewal"
    assert all(line[23] in "+-^" for line in lines[1:])


def test_long_names_are_wrapped_at_a_hyphen(md):
    md("edit-config private", "/configure system security pki")
    lines = md.session.help("certificate-d").splitlines()
    assert lines[1].startswith(" certificate-display-  - Character set")
    assert lines[2].startswith("  format")


def test_help_wraps_at_the_width_of_the_console(md):
    assert max(map(len, md.session.help("").splitlines())) <= 80
    md("environment console width 512")
    assert (
        " lab                   + The emulator's lab: its clock and its CA (not part of SR OS)"
        in (md.session.help("").splitlines())
    )


def test_help_on_a_number_shows_range_units_and_default(md):
    md("edit-config private", "/configure system security pki")
    assert md.session.help("certificate-update-profile p retry-interval ").splitlines() == [
        "",
        " retry-interval",
        "",
        " <number>  - <60..36000> - seconds",
        " Default   - 3600",
        "",
        "    How long to wait after a failed update",
    ]


def test_help_marks_what_must_be_given(md):
    page = md.session.help("admin system security pki import ").splitlines()
    assert page[1] == " import"
    assert " format                ^ How the file is encoded" in page
    assert " password              - Password of a protected file" in page
    assert " 'format' is: mandatory" in md.session.help("admin system security pki import format ")


def test_configuration_commands_are_listed_while_configuring(md):
    assert "Configuration commands:" not in md.session.help("")
    md("edit-config private")
    page = md.session.help("").splitlines()
    assert page.index("Global commands:") < page.index("Configuration commands:")


def test_help_after_a_mistake_says_what_is_wrong(md):
    assert md.session.help("show tt ").splitlines()[-1] == (
        "MINOR: MGMT_CORE #2201: Unknown element - 'tt'"
    )
    assert md.session.help("show tt").splitlines()[-1] == (
        "MINOR: MGMT_CORE #2201: Unknown element - 'tt'"
    )


def test_classic_help_lists_no_forms_and_marks(classic):
    classic("configure system security pki ca-profile x create")
    page = classic.session.help("").splitlines()
    assert " [no] cert-file        - Imported certificate of the CA" in page
    assert " [no] cmpv2            + How certificates are requested by CMPv2" in page
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


def test_classic_help_after_no_shows_the_no_form(classic):
    classic("configure system security pki ca-profile x create", "exit all")
    page = classic.session.help("configure system security pki no ca-profile ").splitlines()
    assert page[0] == "  - no ca-profile <ca-profile-name>"
