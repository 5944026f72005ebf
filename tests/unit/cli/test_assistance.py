"""Completion and help [cli.md sections 1.5 and 1.6]."""

import pytest
from counting import met

from srpki.cli.grammar import Alt, Argument, Slot
from srpki.cli.md.dialect import MdDialect
from srpki.cli.md.help import entry, md_help
from srpki.cli.md.limits import argument, value
from srpki.cli.shell import Reading
from srpki.schema.nodes import Container, Leaf, ListNode
from srpki.schema.types import Enumeration, Integer, Text, Union


def offered(typist, text):
    return [offer.text for offer in typist.session.complete(text)]


def test_keywords_are_completed_by_prefix(md):
    assert offered(md, "admin system security pki generate-k") == ["generate-keypair"]


def test_an_offer_replaces_the_word_at_the_cursor(md):
    offer = md.session.complete("admin system security pki generate-k")[0]
    assert (offer.text, offer.replaces, offer.display) == (
        "generate-keypair",
        10,
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


def test_tab_offers_the_values_of_a_boolean_and_what_may_follow_without_one(md):
    assert offered(md, "environment more ")[:2] == ["true", "false"]
    assert "prompt" in offered(md, "environment more ")


def test_tab_offers_the_values_of_an_enumeration(md):
    assert offered(md, "environment time-display ") == ["local", "utc"]


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
    assert lines[1] == " certificate           + State of CA profiles and of automatic renewal"
    assert all(line[23] in "+-^" for line in met(3, lines[1:]))


def test_long_names_are_wrapped_at_a_hyphen(md):
    md("edit-config private", "/configure system security pki")
    lines = md.session.help("certificate-d").splitlines()
    assert lines[1].startswith(" certificate-display-  - Show names")
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
        " retry-interval <number>",
        " <number>  - <60..36000> - seconds",
        " Default   - 3600",
        "",
        "    Pause after a failed update, before it is tried again",
    ]


def test_help_marks_what_must_be_given(md):
    page = md.session.help("admin system security pki import ").splitlines()
    assert page[1] == " import"
    assert " format                ^ Encoding of the file that is read" in page
    assert " password              - Password that opens the file, when it is protected" in page
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


@pytest.mark.parametrize(
    ("name", "mark", "text", "lines"),
    [
        # As captured [cli.md 1.5].
        (
            "accounting-policy",
            "+",
            "Enter the accounting-policy list instance",
            [" accounting-policy     + Enter the accounting-policy list instance"],
        ),
        (
            "app-route-notifications",
            "+",
            "Enter the app-route-notifications context",
            [
                " app-route-            + Enter the app-route-notifications context",
                "  notifications",
            ],
        ),
        (
            "message-string",
            "^",
            "Message for the log event",
            [" message-string        ^ Message for the log event"],
        ),
    ],
)
def test_an_element_is_laid_out_as_captured(name, mark, text, lines):
    assert list(entry(name, mark, text, 80)) == lines


def test_a_context_is_laid_out_as_captured():
    name = Leaf("name", Text(), "Name")
    message = Leaf("message-string", Text(), "Message for the log event", mandatory=True)
    policy, route = (
        "Enter the accounting-policy list instance",
        "Enter the app-route-notifications context",
    )
    log = Container(
        "log",
        (
            message,
            Container("app-route-notifications", (name,), route),
            ListNode("accounting-policy", ("name",), (name,), policy),
        ),
        "Log",
    )
    reading = Reading([], (MdDialect(log).content(log, edits=True),), ())
    page = md_help(reading, "", 80, configuring=True)
    assert page.splitlines() == [
        "",
        " accounting-policy     + Enter the accounting-policy list instance",
        " app-route-            + Enter the app-route-notifications context",
        "  notifications",
        " message-string        ^ Message for the log event",
    ]


def test_the_environment_lists_its_elements_with_the_signs_of_the_capture(md):
    page = [line for line in md.session.help("environment ").splitlines() if line[22:25].strip()]
    shown = {line.split()[0]: line[23] for line in page if line[23] in "+-^"}
    captured = {
        "command-alias": "+",
        "command-completion": "+",
        "console": "+",
        "message-severity-": "+",  # wrapped
        "more": "-",
        "progress-indicator": "+",
        "prompt": "+",
        "time-display": "-",
        "time-format": "-",
    }
    assert captured.items() <= shown.items()


def test_an_argument_is_laid_out_as_captured():
    """``compare ?`` [cli.md 1.3]."""
    words = ("baseline", "candidate", "rollback <number>", "running", "startup", "booted")
    captured = Argument(
        "from",
        "string",
        "Source configuration from which to compare",
        Alt(()),
        words=(*words, "url <string>"),
        default="baseline",
    )
    assert list(argument(captured, 80)) == [
        " [[from] <string>]",
        " <string>  - (baseline|candidate|rollback <number>|running|startup|booted|",
        "              url <string>)",
        " Default   - baseline",
        "",
        "    Source configuration from which to compare",
    ]


def test_a_value_that_is_a_number_or_a_word_is_laid_out_as_captured():
    """``rollback ?`` [cli.md 1.4]."""
    kinds = Union((Integer("uint32"), Enumeration(("startup",))))
    text = "ID corresponding to the configuration file to roll back"
    assert list(value(Slot("checkpoint", kinds, text), "rollback", 80)) == [
        " [checkpoint] (<number> | <keyword>)",
        " <number>   - <0..4294967295>",
        " <keyword>  - startup",
        "",
        "    ID corresponding to the configuration file to roll back",
    ]


def test_rollback_is_explained_as_captured_but_for_the_sentence(md):
    """[cli.md 1.4]; ``commit-id`` is of a later release than the capture."""
    md("edit-config private", "configure")
    page = md.session.help("rollback ").splitlines()
    assert page[:6] == [
        "",
        " rollback",
        "",
        " [checkpoint] (<number> | <keyword>)",
        " <number>   - <0..4294967295>",
        " <keyword>  - startup",
    ]
    assert page[6] == page[8] == ""
    assert page[7].startswith("    ")
    assert page[9].startswith(" commit-id             - ")
    assert len(page) == 10


def test_a_mandatory_value_is_laid_out_as_captured():
    leaf = Leaf("event-number", Integer("uint8", 1, 6), "Custom event to send", mandatory=True)
    slot = Slot("event-number", leaf.type, leaf.help, leaf=leaf)
    assert list(value(slot, "custom-event", 80)) == [
        " [event-number] <number>",
        " <number>  - <1..6>",
        "",
        " 'event-number' is: mandatory",
        "",
        "    Custom event to send",
    ]


def test_the_words_of_an_enumeration_stand_below_its_name_as_captured():
    slot = Slot("name", Enumeration(("hst", "akst")), "Time zone")
    assert list(value(slot, "name", 80))[:3] == [" <name>", " hst", " akst"]


def test_words_of_an_enumeration_are_those_that_begin_with_what_is_typed(md):
    assert md.session.help("environment time-format rf").splitlines()[:5] == [
        "",
        " <time-format>",
        " rfc-1123",
        " rfc-3339",
        " Default   - rfc-3339",
    ]


def test_a_command_shows_the_arguments_that_it_takes(md):
    md("edit-config private")
    page = md.session.help("compare ").splitlines()
    assert page[:4] == [
        "",
        " compare [[from] <string>] [[to] <string>] [[cli-path] <path>]",
        "",
        " [[from] <string>]",
    ]
    # The words and the line break of the release's own help [cli.md 1.3].
    assert page[4:6] == [
        " <string>  - (baseline|candidate|rollback <number>|running|startup|booted|",
        "              url <string>)",
    ]
    assert page.index(" Default   - baseline") < page.index(" [[to] <string>]")
    keywords = [line for line in page if line[22:25] == " - " and line[1] != "<"]
    assert [line.split()[0] for line in keywords][:2] == ["flat", "full-context"]
    assert "candidate" not in [line.strip().partition(" ")[0] for line in page]
    left = md.session.help("compare baseline ").splitlines()
    assert " [[to] <string>]" in left
    assert " [[from] <string>]" not in left
    assert (
        " configure             + Configure the node" in md.session.help("compare con").splitlines()
    )


@pytest.mark.parametrize(
    ("command", "branches"),
    [
        ("delete ", {"configure", "environment"}),
        ("annotate note ", {"configure"}),
        ("delete /", {"/configure", "/environment"}),
        ("compare /", {"/configure"}),
        ("info /", {"/configure", "/environment", "/state"}),
        ("tree /s", {"/show", "/state"}),
    ],
)
def test_a_command_offers_the_branches_that_it_can_work_on(md, command, branches):
    md("edit-config private")
    page = md.session.help(command).splitlines()
    listed = {line.split()[0] for line in page if line[23:24] in ("+", "-")}
    assert listed == branches
    assert {offer.text for offer in md.session.complete(command)} == branches


@pytest.mark.parametrize(
    ("command", "verb"), [("discard", "restore"), ("compare", "look at"), ("tree", "look at")]
)
def test_a_command_says_what_it_does_with_the_element_that_it_is_given(md, command, verb):
    md("edit-config private")
    page = md.session.help(f"{command} ").splitlines()
    assert f"    Element to {verb} instead of the present context" in page


def test_a_command_says_why_it_cannot_work_on_a_branch(md):
    md("edit-config private")
    refusal = "MINOR: CLI #2069: Operation not allowed - only configuration can be deleted"
    assert md.refused("delete show") == md.refused("delete /state system") == refusal


def test_an_argument_may_be_given_by_its_name(md):
    md("edit-config private", "configure system name x", "exit all")
    assert md("compare from baseline to candidate cli-path /configure system") == (
        md("compare baseline candidate configure system")
    )


def test_a_command_without_arguments_is_explained(md):
    page = md.session.help("logout ").splitlines()
    assert page[:3] == ["", " logout", ""]
    assert page[3].startswith("    End the session")
    assert md.session.help("show version ").splitlines()[:3] == ["", " version", ""]


@pytest.mark.parametrize(
    "line",
    ["admin system security pki update-certificate certificate gw.crt ", "edit-config private "],
)
def test_a_whole_command_shows_that_its_output_can_be_changed(md, line):
    page = md.session.help(line).splitlines()
    assert page[0] == ""
    assert " |                     - Filter or count the output" in page
    assert all(line[1] in " |>" for line in met(2, page[1:]))


def test_a_value_by_its_place_has_its_name_in_brackets(md):
    page = md.session.help("show log log-id ").splitlines()
    assert page[1:4] == [" log-id", "", " [log-id] <string>"]


def test_a_list_shows_its_key(md):
    md("edit-config private", "/configure system security pki")
    page = md.session.help("ca-profile ").splitlines()
    assert page[1:3] == [" [ca-profile-name] <string>", " <string>  - <1..32 characters>"]


@pytest.mark.parametrize("more", ["", "["])
def test_a_leaf_list_shows_its_value_after_its_bracket_too(md, more):
    md("edit-config private", "/configure ipsec cert-profile c entry 1 send-chain")
    page = md.session.help(f"ca-profile {more}").splitlines()
    assert page[1:3] == [" ca-profile <string>", " <string>  - <1..32 characters>"]


def test_an_address_shows_every_kind_that_is_accepted(md):
    page = md.session.help(
        "admin system security pki est enroll est-profile e ip-address "
    ).splitlines()
    assert page[1:4] == [
        " ip-address (<ipv4-address> | <ipv6-address>)",
        " <ipv4-address>  - d.d.d.d",
        " <ipv6-address>  - x:x:x:x:x:x:x:x",
    ]


def test_words_from_the_root_are_shown_once_until_a_slash_is_typed(md):
    md("edit-config private")
    assert not [word for word in met(2, offered(md, "delete ")) if word.startswith("/")]
    assert offered(md, "delete /conf") == ["/configure"]


def test_elements_are_listed_in_the_order_of_the_alphabet(md):
    md("edit-config private", "/configure system security pki ca-profile lab")
    page = md.session.help("").splitlines()
    names = [
        line.split()[0] for line in page[1 : page.index("Global commands:") - 1] if line[1] != " "
    ]
    assert names[:2] == ["admin-state", "auto-crl-update"]
    assert names == sorted(names)
