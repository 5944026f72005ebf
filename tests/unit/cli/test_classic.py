"""The classic CLI [cli.md section 3; spellings: auto-update.md section 5, pki.md section 4]."""

import pytest

RULE = "-" * 46
PKI = "configure system security pki"


@pytest.fixture
def profile(classic):
    """A session inside a new CA profile."""
    classic(PKI, 'ca-profile "x" create')
    return classic


def body(text):
    first, *lines, last = text.splitlines()
    assert first == last == RULE
    return lines


def test_the_prompt_is_one_line(classic):
    assert classic.prompt == "A:node-2# "


def test_the_prompt_shows_the_context_without_keys(profile):
    profile("exit", "ca-profile x")
    assert profile.prompt == "*A:node-2>config>system>security>pki>ca-profile# "


def test_a_new_entry_shows_a_dollar_sign(profile):
    assert profile.prompt == "*A:node-2>config>system>security>pki>ca-profile$ "


def test_a_new_entry_needs_create(classic, device):
    classic(PKI)
    assert classic.refused('ca-profile "x"') == (
        'MINOR: CLI Cannot create ca-profile "x" - missing "create" keyword.'
    )
    assert classic.prompt == "A:node-2>config>system>security>pki# "
    assert device.datastore.running is device.datastore.booted


def test_environment_no_create_makes_entries_without_asking(classic):
    classic("environment no create", PKI, "ca-profile x")
    assert classic.prompt.endswith(">ca-profile$ ")


def test_an_edit_takes_effect_at_once_and_shows_as_unsaved(classic, device):
    classic('configure system name "gw"')
    assert classic.prompt == "*A:gw# "
    assert device.datastore.running["system"]["name"] == "gw"


def test_admin_save_clears_the_star_in_both_clis(classic):
    classic('configure system name "gw"', "admin save")
    assert classic.prompt == "A:gw# "
    classic("configure system name gw2", "//admin save")
    assert classic.prompt == "A:gw2# "


def test_the_star_can_be_switched_off(classic):
    classic('configure system name "gw"', "environment no saved-ind-prompt")
    assert classic.prompt == "A:gw# "


def test_the_prompt_can_be_shortened(profile):
    profile("environment reduced-prompt 2")
    assert profile.prompt == "*A:node-2>pki>ca-profile$ "
    profile("environment no reduced-prompt")
    assert profile.prompt == "*A:node-2>config>system>security>pki>ca-profile$ "


def test_exit_returns_to_where_the_context_was_entered_from(profile):
    profile("exit")
    assert profile.prompt.endswith(">security>pki# ")
    profile("exit")
    assert profile.prompt == "*A:node-2# "


def test_back_goes_up_one_level(profile):
    profile("back", "back")
    assert profile.prompt.endswith(">config>system>security# ")


@pytest.mark.parametrize("levels", [1, 2])
def test_exit_after_back_does_not_return_to_what_back_has_left(profile, levels):
    profile("cmpv2", "key-list", *["back"] * levels)
    profile("exit")
    assert profile.prompt.endswith((">ca-profile# ", ">security>pki# ")[levels - 1])
    profile("exit")
    assert profile.prompt.endswith((">security>pki# ", "A:node-2# ")[levels - 1])


def test_exit_after_back_returns_to_another_branch_that_the_context_was_entered_from(classic):
    classic("show", "configure system security pki", "back", "exit")
    assert classic.prompt == "A:node-2>show# "


def test_exit_all_returns_to_the_root(profile):
    profile("cmpv2", "exit all")
    assert profile.prompt == "*A:node-2# "


@pytest.mark.parametrize("sign", ["/", "\\"])
def test_a_slash_makes_a_path_absolute(profile, sign):
    profile(f"{sign}configure system name y")
    assert profile.prompt == "*A:y>config>system>security>pki>ca-profile$ "


def test_root_commands_run_from_any_context(profile, device):
    profile("show log log-id 99", "admin certificate update-cert gw.crt")
    assert device.calls[-1] == ("pki.update-certificate", {"certificate": "gw.crt"})


def test_containers_without_a_context_of_their_own_are_typed_one_level_higher(profile):
    profile("cmpv2", "accept-unprotected-errormsg", "http-response-timeout 40")
    assert body(profile("info")) == [
        " " * 24 + "accept-unprotected-errormsg",
        " " * 24 + "http-response-timeout 40",
    ]
    profile("back")
    assert profile.prompt.endswith(">ca-profile# ")


def test_info_indents_four_for_each_level_and_ends_with_shutdown(profile):
    profile("cert-file a.crt", "cmpv2 url http://a")
    assert body(profile("info")) == [
        '                    cert-file "a.crt"',
        "                    cmpv2",
        '                        url "http://a"',
        "                    exit",
        "                    shutdown",
    ]


def test_info_from_above_shows_create_and_exit(profile):
    profile("no shutdown", "exit all", "configure system security")
    assert body(profile("info")) == [
        "#" + "-" * 50,
        'echo "System Security Cpm Hw Filters, PKI, TLS and LDAP Configuration"',
        "#" + "-" * 50,
        "            pki",
        '                ca-profile "x" create',
        "                    no shutdown",
        "                exit",
        "            exit",
    ]


def test_info_detail_shows_defaults_and_what_is_missing(classic):
    classic(PKI, "certificate-auto-update a.crt create", "key-file-name a.key")
    assert body(classic("info detail")) == [
        '                    key-file-name "a.key"',
        "                    no profile",
    ]


def test_info_is_for_configuration_only(classic):
    caret = " " * len(classic.prompt) + "^"  # [cli.md 3.2]
    assert classic.refused("info") == f"{caret}\nError: Bad command."


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("protocol cmpv2 ca-profile x", 'protocol cmpv2 ca-profile "x"'),
        ("key-generation same-as-existing-key", "key-generation same-as-existing-key"),
        ("key-generation rsa size 4096", "key-generation rsa size 4096"),
        ("key-generation dsa", "key-generation dsa"),
        ("key-generation ecdsa curve secp521r1", "key-generation ecdsa curve secp521r1"),
        ("schedule before-expiry 7200", "schedule before-expiry 7200"),
        ("schedule after-issue days 20 hrs 12", "schedule after-issue 1771200"),
        ("hash-algorithm sha512", "hash-algorithm sha512"),
        ("retry-interval min 5", "retry-interval 300"),
    ],
)
def test_the_lines_of_an_update_profile(profile, line, shown):
    profile("exit", "certificate-update-profile p create", line)
    assert body(profile("info")) == [" " * 20 + shown]
    word = line.split()[0]
    profile(f"no {word}")
    assert body(profile("info")) == []


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("server ipv4 192.0.2.1", "server ipv4 192.0.2.1"),
        ("server port 8443 fqdn est.example", 'server fqdn "est.example" port 8443'),
        (
            "http-authentication password p username u",
            'http-authentication username "u" password "sealed-p" hash2',
        ),
        (
            'http-authentication username u password "abc" hash2',
            'http-authentication username "u" password "abc" hash2',
        ),
        ("check-id-kp-cmcra-only", "check-id-kp-cmcra-only"),
        ("client-tls-profile t", 'client-tls-profile "t"'),
    ],
)
def test_the_lines_of_an_est_profile(classic, line, shown):
    classic(PKI, "est-profile e create")
    classic(line)
    assert body(classic("info")) == [" " * 20 + shown]


def test_a_value_that_equals_the_default_is_kept_and_shown_as_in_the_md_cli(profile):
    profile("cmpv2", "http-response-timeout 40", "http-response-timeout 30")
    assert body(profile("info")) == [" " * 24 + "http-response-timeout 30"]
    profile("no http-response-timeout")
    assert body(profile("info")) == []


def test_a_default_value_of_a_choice_still_chooses(classic):
    classic(PKI, "certificate-update-profile p create", "schedule after-issue days 20")
    classic("schedule before-expiry 86400")
    assert body(classic("info")) == [" " * 20 + "schedule before-expiry 86400"]


def test_saving_elsewhere_leaves_the_star(classic):
    classic("configure system name gw", "admin save cf3:/other.cfg")
    assert classic.prompt == "*A:gw# "


def test_a_list_without_a_context_is_one_line(profile):
    profile("exit all", "configure system security tls")
    profile("trust-anchor-profile lab create", "trust-anchor x")
    assert body(profile("info")) == [" " * 20 + 'trust-anchor "x"']
    profile("no trust-anchor x")
    assert body(profile("info")) == []


def test_leaf_lists_gain_and_lose_values(profile):
    profile("exit all", "configure ipsec cert-profile gw create", "entry 1 create", "send-chain")
    profile("ca-profile x")
    assert body(profile("info"))[-1].strip() == 'ca-profile "x"'
    profile("no ca-profile x")
    assert body(profile("info")) == []


def test_no_without_a_value_empties_a_leaf_list(classic, device):
    classic("configure system management-interface cli", "cli-engine md-cli")
    classic("cli-engine classic-cli", "no cli-engine")
    assert device.datastore.running == device.datastore.booted


def test_no_removes_an_entry_and_climbs_out_of_it(profile):
    profile("/configure system security pki no ca-profile x")
    assert profile.prompt.endswith(">security>pki# ")


def test_no_refuses_an_entry_that_is_not_there(classic):
    classic(PKI)
    assert classic.refused('no ca-profile "y"') == (
        'MINOR: CLI Entry does not exist - ca-profile "y".'
    )


def test_an_edit_that_breaks_a_reference_is_refused(profile):
    profile("exit", "certificate-update-profile p create")
    assert profile.refused("protocol est est-profile nobody") == (
        'MINOR: CLI configure system security pki certificate-update-profile "p" est est-profile'
        ' - Entry does not exist - configure system security pki est-profile "nobody"'
    )
    assert body(profile("info")) == []


def test_an_unknown_command_has_a_caret_under_its_word(profile):
    text = profile.refused("  bogus word")
    assert text == " " * (len(profile.prompt) + 2) + "^\nError: Bad command."


@pytest.mark.parametrize("line", ["cmpv2 bogus", "no bogus", "/admin bogus", "ocsp no bogus"])
def test_a_word_that_is_no_command_where_one_must_be_is_a_bad_command(profile, line):
    text = profile.refused(line)
    caret = " " * (len(profile.prompt) + line.index("bogus")) + "^"
    assert text == f"{caret}\nError: Bad command."


@pytest.mark.parametrize("line", ["cert-file x bogus", "/environment more bogus", "info bogus"])
def test_an_unknown_argument_is_an_invalid_parameter(profile, line):
    assert profile.message(line) == "Error: Invalid parameter."


def test_a_value_out_of_range_is_an_invalid_parameter(classic):
    classic(PKI)
    assert classic.message("maximum-cert-chain-depth 8") == (
        "Error: Invalid parameter. '8' out of range 1..7"
    )


def test_a_duration_is_checked_as_a_whole(profile):
    profile("exit", "certificate-update-profile p create")
    assert profile.message("retry-interval days 1") == (
        "Error: Invalid parameter. '86400' out of range 60..36000"
    )
    assert body(profile("info")) == []


def test_an_ambiguous_abbreviation_is_told(profile):
    assert profile.message("c") == "Error: Ambiguous command. (cert-file, cmpv2, crl-file)"


def test_missing_arguments_print_the_syntax(classic):
    classic(PKI)
    assert classic.refused("maximum-cert-chain-depth") == (
        "  - no maximum-cert-chain-depth\n"
        "  - maximum-cert-chain-depth <maximum-cert-chain-depth>\n"
        "\n"
        " <maximum-cert-chain-depth> : [1..7]"
    )


def test_comments_are_ignored(classic):
    classic("# a comment", "configure system name x # another")
    assert classic.prompt == "*A:x# "


def test_pwc_lists_the_steps(profile):
    assert profile("pwc").splitlines()[3:-1] == [
        " configure",
        "  system",
        "   security",
        "    pki",
        '     ca-profile "x"',
    ]


def test_control_z_returns_to_the_root(profile):
    profile.session.control_z()
    assert profile.prompt == "*A:node-2# "


def test_logout_closes_the_session(classic):
    assert classic.session.feed("logout").closed


def test_the_classic_cli_waits_for_an_exclusive_lock(classic, another):
    another("edit-config exclusive")
    assert classic.refused("configure system name x").startswith("MINOR: CLI Global datastore")


@pytest.mark.parametrize(
    ("line", "inputs"),
    [
        ("gen-keypair cf3:/k size 1024 type rsa", {"save-path": "cf3:\\k", "rsa-key-size": 1024}),
        ("gen-keypair cf3:/k type rsa", {"save-path": "cf3:\\k", "rsa-key-size": 2048}),
        ("gen-keypair cf3:/k type dsa size 1024", {"save-path": "cf3:\\k", "dsa-key-size": 1024}),
        ("gen-keypair cf3:/k type ecdsa", {"save-path": "cf3:\\k", "ecdsa-curve": "secp256r1"}),
        (
            "import type cert input cf3:/a.pem output a.crt format pem",
            {
                "type": "certificate",
                "input-url": "cf3:\\a.pem",
                "output-file": "a.crt",
                "format": "pem",
            },
        ),
    ],
)
def test_actions_take_the_inputs_of_the_md_cli(classic, device, line, inputs):
    classic(f"admin certificate {line}")
    assert device.calls[-1][1] == inputs
