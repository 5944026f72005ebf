"""The classic CLI's own commands [cli.md 3.1, 3.3]."""

import pytest

RULE = "-" * 46
BANNER = "#" + "-" * 50
PKI = "configure system security pki"


# --- where to go ---


def test_checkpoints_stand_where_ansible_configures_them(classic, device):
    classic('configure system rollback rollback-location "cf3:/rollbacks/config"')
    cli = device.datastore.running["system"]["management-interface"]["cli"]["classic-cli"]
    assert cli["rollback"]["location"] == "cf3:/rollbacks/config"


def test_a_rollback_location_without_checkpoints_is_told(classic, device):
    line = "configure system rollback rollback-location cf3:/rollbacks/config"
    assert classic(line) == "INFO: CLI No checkpoints currently exist at the rollback location."
    device.files.save("cf3:/rollbacks/config.rb", "")
    assert classic(line) == ""
    assert classic("configure system name x") == ""


def test_a_container_that_has_moved_is_a_context_like_any_other(classic):
    classic("configure system rollback")
    assert classic.prompt == "A:node-2>config>system>rollback# "
    classic("rescue-location cf3:/rescue", "local-max-checkpoints 5")
    assert classic("info").splitlines() == [
        RULE,
        "            local-max-checkpoints 5",
        '            rescue-location "cf3:/rescue"',
        RULE,
    ]
    assert classic("pwc").splitlines()[3:-1] == [" configure", "  system", "   rollback"]
    classic("back")
    assert classic.prompt == "*A:node-2>config>system# "
    classic("no rollback")
    assert "rollback" not in classic("info")
    assert classic.message("management-interface cli classic-cli rollback") == "Error: Bad command."


def test_exit_climbs_when_the_way_is_forgotten(classic):
    classic("configure system rollback", "exit all", "configure")
    for _ in range(70):
        classic("system", "/configure")
    classic(*["exit"] * 64)
    assert classic.prompt == "A:node-2>config# "
    classic("exit")
    assert classic.prompt == "A:node-2# "


# --- info ---


def test_info_has_banners_above_sections(classic):
    classic("configure system name gw", f"{PKI} imported-format secure", "exit all", "configure")
    assert classic("info").splitlines() == [
        RULE,
        BANNER,
        'echo "System Configuration"',
        BANNER,
        "    system",
        '        name "gw"',
        "    exit",
        BANNER,
        'echo "System Security Cpm Hw Filters, PKI, TLS and LDAP Configuration"',
        BANNER,
        "    system",
        "        security",
        "            pki",
        "                imported-format secure",
        "            exit",
        "        exit",
        "    exit",
        BANNER,
        'echo "System Configuration Mode Configuration"',
        BANNER,
        "    system",
        "        management-interface",
        "            configuration-mode mixed",
        "        exit",
        "    exit",
        RULE,
    ]


def test_info_inside_a_section_has_none(classic):
    classic(PKI, "imported-format secure")
    assert classic("info") == f"{RULE}\n                imported-format secure\n{RULE}"


def test_info_detail_has_the_no_forms(classic):
    classic(PKI, "ca-profile x create", "info detail")
    lines = [line.strip() for line in classic("info detail").splitlines()]
    for line in ("no description", "no cert-file", "revocation-check crl", "shutdown"):
        assert line in lines
    assert lines.index("cmpv2") < lines.index("http-response-timeout 30")
    assert "no accept-unprotected-errormsg" in lines
    assert "no auto-crl-update" in lines


def test_the_configuration_mode_comes_last_of_all(classic):
    management = "configure system management-interface"
    classic(f"{management} cli classic-cli no allow-immediate")
    classic(f"{management} configuration-mode mixed", f"{management} commit-history 7")
    classic("configure")
    lines = [line.strip() for line in classic("info").splitlines()]
    assert lines[-4:-1] == ["configuration-mode mixed", "exit", "exit"]


# --- entries with mandatory elements ---


def test_what_is_mandatory_stands_on_the_line_of_an_entry(classic):
    classic("configure system management-interface cli md-cli environment command-alias")
    assert "Missing mandatory fields" in classic.refused("alias s create")
    classic('alias s cli-command "show log" create')
    assert classic.prompt.endswith(">alias$ ")
    classic("no shutdown", "mount-point global create", "exit", "exit")
    assert [line.strip() for line in classic("info").splitlines()[1:-1]] == [
        'alias "s" cli-command "show log" create',
        "mount-point global create",
        "exit",
        "no shutdown",
        "exit",
    ]
    classic('alias s cli-command "show time"')
    assert classic.prompt.endswith(">command-alias# ")
    assert '"show time"' in classic("info")


# --- echo, help, tree ---


@pytest.mark.parametrize(
    ("line", "text"), [('echo "a  b"', "a  b"), ("echo x y", "x y"), ("echo", "")]
)
def test_echo_prints_its_text(classic, line, text):
    assert classic(line) == text


@pytest.mark.parametrize("line", ["help", "help edit", "help globals"])
def test_help_is_text_that_fits_the_screen(classic, line):
    lines = classic(line).splitlines()
    assert len(lines) > 4
    assert max(map(len, lines)) < 80


def test_help_globals_says_of_every_command_what_the_question_mark_says(classic):
    _, anywhere = classic.session.help("").split("\n\n")
    said = [line.strip() for line in classic("help globals").splitlines()]
    assert " ".join(" ".join(said).split()) == " ".join(anywhere.split())


def test_info_detail_says_no_to_a_line_of_which_only_the_options_have_defaults(classic):
    classic(PKI)
    assert "no certificate-expiration-warning" in classic("info detail")
    classic("certificate-expiration-warning 48")
    assert "certificate-expiration-warning 48 repeat 0\n" in classic("info detail")


def test_tree_draws_what_is_below(classic):
    classic("configure system security tls trust-anchor-profile x create")
    assert classic("tree") == "trust-anchor-profile\n|\n+---trust-anchor"
    assert classic("tree detail").splitlines()[-1] == "+---trust-anchor <ca-profile-name>"


def test_tree_of_a_deep_context_hangs_together(classic):
    classic("configure ipsec")
    assert classic("tree").splitlines() == [
        "ipsec",
        "|",
        "+---cert-profile",
        "|   |",
        "|   +---entry",
        "|   |   |",
        "|   |   +---cert",
        "|   |   |",
        "|   |   +---compare-chain-include",
        "|   |   |",
        "|   |   +---key",
        "|   |   |",
        "|   |   +---rsa-signature",
        "|   |   |",
        "|   |   +---send-chain",
        "|   |       |",
        "|   |       +---ca-profile",
        "|   |",
        "|   +---shutdown",
        "|",
        "+---trust-anchor-profile",
        "    |",
        "    +---trust-anchor",
    ]


def test_tree_flat_has_one_command_a_line(classic):
    classic("configure ipsec")
    lines = classic("tree flat").splitlines()
    assert lines[:3] == ["cert-profile", "cert-profile entry", "cert-profile entry cert"]
    assert lines[-1] == "trust-anchor-profile trust-anchor"


def test_tree_of_the_root_has_every_branch(classic):
    assert classic("tree").startswith("root\n|\n+---admin\n")
    assert "admin certificate update-cert" in classic("tree flat").splitlines()


# --- environment ---


def test_an_alias_stands_for_a_command(classic, device):
    classic('environment alias logs "show log"', "logs log-id 99")
    assert device.calls[-1][0] == "show.log"
    classic("environment no alias logs")
    assert classic.message("logs log-id 99") == "Error: Bad command."


def test_there_is_an_end_to_aliases(classic):
    for number in range(100):
        classic(f"environment alias a{number} pwc")
    assert classic.refused("environment alias more pwc").startswith("MINOR: CLI")
    classic("environment alias a0 logout")


def test_the_prompt_is_shortened_to_two_contexts_when_no_number_is_given(classic):
    classic("environment reduced-prompt", PKI)
    assert classic.prompt == "A:node-2>security>pki# "


def test_the_screen_is_that_of_the_window_unless_it_is_set(classic):
    settings = classic.session._shell.settings
    classic("environment no more", "environment terminal length 48")
    classic("environment terminal width 132", "environment time-display utc")
    assert (settings.more, settings.length, settings.width) == (False, 48, 132)
    assert settings.time_display == "utc"
    classic("environment more", "environment no terminal length")
    assert (settings.more, settings.length) == (True, None)


# --- saving ---


def test_admin_save_to_a_file_writes_the_classic_form(classic, device):
    classic("configure system name gw")
    assert classic("admin save cf3:/x.cfg").splitlines()[0] == (
        "Writing configuration to cf3:\\x.cfg"
    )
    lines = device.files.files["cf3:\\x.cfg"].decode().splitlines()
    assert lines[1].startswith("# TiMOS-C-26.3 ")
    assert lines[3] == "# Generated MON NOV 23 12:00:00 2026 UTC"
    assert lines[4:7] == ["", "exit all", "configure"]
    assert lines[-3:] == ["exit all", "", "# Finished MON NOV 23 12:00:00 2026 UTC"]
