"""Who may edit, and which CLI a session may use [cli.md 1.8, 3.1]."""

import pytest

from srpki.cli.session import Session
from srpki.core.errors import RefusedError
from srpki.schema.nodes import Action, Container
from srpki.schema.tree import SchemaTree

REFUSED = (
    "MINOR: CLI Modification of the configuration is not allowed"
    " - 'model-driven' management interface configuration mode active"
)
NOT_AUTHORIZED = "MINOR: CLI #2053 Switching CLI engine is not authorized"
TO_CLASSIC = "INFO: CLI #2051: Switching to the classic CLI engine"
TO_MD = "INFO: CLI #2052: Switching to the MD-CLI engine"
READ_ONLY = (
    "INFO: CLI #2050: Classic CLI modification of the configuration is not allowed"
    " - 'model-driven' management interface configuration mode active"
)
CLASSIC, MD = "A:node-2# ", "A:admin@node-2# "
MANAGEMENT = "configure system management-interface"


@pytest.fixture
def model_driven(classic):
    classic("configure system security pki ca-profile x create", "auto-crl-update", "exit all")
    classic(f"{MANAGEMENT} configuration-mode model-driven")
    return classic


@pytest.mark.parametrize(
    "line",
    [
        "configure system name x",
        "configure system no name",
        "configure system security pki ca-profile x shutdown",
        "configure system security pki no ca-profile x",
        "configure system security pki ca-profile y create",
        f"{MANAGEMENT} configuration-mode mixed",
    ],
)
def test_nothing_can_be_edited_in_model_driven_mode(model_driven, device, line):
    before = device.datastore.running
    assert model_driven.refused(line) == REFUSED
    assert device.datastore.running is before
    assert model_driven.prompt == "*A:node-2# "


def test_checkpoints_belong_to_the_classic_cli_and_rest_in_model_driven_mode(model_driven, device):
    rollback = Action("save", (), "Make a checkpoint", "rollback.save")
    branch = Container("rollback", (rollback,), "Checkpoints")
    device.schema = SchemaTree(lab=True)
    device.schema.operations_classic = Container("", (branch,), "All")
    session = Session(device, "classic")
    assert session.feed("rollback save")[:2] == (REFUSED, False)
    assert not device.calls


def test_everything_can_be_looked_at_in_model_driven_mode(model_driven):
    model_driven("configure system security pki ca-profile x auto-crl-update", "info", "pwc")
    assert (
        model_driven.prompt == "*A:node-2>config>system>security>pki>ca-profile>auto-crl-update# "
    )


def test_the_mode_is_changed_back_from_the_other_cli(model_driven):
    model_driven("/!md-cli", "edit-config private")
    model_driven(f"/{MANAGEMENT} configuration-mode mixed", "commit", "quit-config")
    model_driven("/!classic-cli", "configure system name x")


def test_classic_mode_leaves_the_classic_cli_alone(classic):
    classic(f"{MANAGEMENT} configuration-mode classic", "configure system name x")
    classic(f"{MANAGEMENT} configuration-mode mixed")


def test_without_allow_immediate_only_the_way_to_edit_can_be_edited(classic):
    classic(f"{MANAGEMENT} cli classic-cli no allow-immediate")
    assert classic.refused("configure system name x") == (
        "MINOR: CLI Modification of the configuration is not allowed"
        " - 'allow-immediate' is disabled for the classic CLI"
    )
    classic(f"{MANAGEMENT} cli classic-cli allow-immediate", "configure system name x")


def test_switching_to_classic_tells_of_model_driven_mode(model_driven):
    assert model_driven("//") == TO_MD
    assert model_driven("//") == f"{TO_CLASSIC}\n{READ_ONLY}"


def test_a_command_across_tells_of_model_driven_mode(model_driven):
    model_driven("/!md-cli")
    assert model_driven("//pwc").splitlines()[:3] == [
        TO_CLASSIC,
        READ_ONLY,
        "*A:node-2# /pwc",
    ]


def test_mixed_mode_has_nothing_to_tell(classic):
    classic("//")
    assert classic("//") == TO_CLASSIC


@pytest.mark.parametrize("line", ["//", "/!md-cli", "//show version"])
def test_a_cli_that_is_not_listed_is_not_reached(classic, device, line):
    classic(f"{MANAGEMENT} cli cli-engine classic-cli")
    device.calls.clear()
    assert classic.refused(line) == NOT_AUTHORIZED
    assert not device.calls
    assert classic.prompt.endswith("A:node-2# ")
    classic("/!classic-cli")


def test_a_session_begins_in_the_first_cli_that_is_listed(classic, device):
    assert Session(device).prompt == "A:node-2# "
    classic(f"{MANAGEMENT} cli cli-engine md-cli", f"{MANAGEMENT} cli cli-engine classic-cli")
    assert Session(device).prompt.endswith("@node-2# ")
    classic(f"{MANAGEMENT} cli no cli-engine md-cli")
    assert Session(device).prompt == "*A:node-2# "


@pytest.mark.parametrize(
    ("mode", "first", "both"),
    [("classic", CLASSIC, False), ("mixed", CLASSIC, True), ("model-driven", MD, True)],
)
def test_the_mode_says_which_cli_is_at_log_in_and_whether_there_is_another(
    new_device, mode, first, both
):
    """[access.md section 1]; what is not set is model-driven."""
    device = new_device(mode)
    session = Session(device)
    assert session.prompt.endswith(first)
    answer = session.feed("//")
    assert answer.ok == both
    assert session.prompt.endswith({CLASSIC: MD, MD: CLASSIC}[first] if both else CLASSIC)
    if not both:
        assert answer.text == NOT_AUTHORIZED
        with pytest.raises(RefusedError, match="CLI #2053"):
            Session(device, "md")
    assert len(device.sessions.all()) == 1


def test_a_new_node_is_model_driven(device):
    assert Session(device).prompt.endswith(MD)
    session = Session(device, "classic")
    assert session.feed("configure system").ok
    assert session.feed("info").ok
    assert session.feed("name x").text == REFUSED
    assert session.feed("/admin certificate update-cert gw.crt").ok


def test_cli_engine_cannot_name_a_cli_that_the_mode_has_not(classic, device):
    classic(f"{MANAGEMENT} cli cli-engine md-cli", f"{MANAGEMENT} configuration-mode classic")
    assert Session(device).prompt.endswith(CLASSIC)
    assert classic.refused("//") == NOT_AUTHORIZED


def test_a_session_that_a_change_of_the_mode_has_stranded_finds_its_way(new_device):
    device = new_device()
    session = Session(device)
    for line in ("edit-config private", f"/{MANAGEMENT} configuration-mode classic", "commit"):
        assert session.feed(line).ok
    assert "'classic' management interface configuration mode" in session.feed("commit").text
    assert session.feed("//").text == TO_CLASSIC
    assert session.feed("configure system name x").ok
    assert session.feed("//").text == NOT_AUTHORIZED


def test_both_engines_are_named_on_one_line(classic):
    """``cli-engine {[classic-cli] [md-cli]}`` is the syntax of SR OS [cli.md D-classic]."""
    classic("configure system management-interface cli", "cli-engine classic-cli md-cli")
    lines = [line.strip() for line in classic("info").splitlines()]
    assert lines[1:-1] == ["cli-engine classic-cli", "cli-engine md-cli"]
    assert classic.message("cli-engine md-cli bogus").startswith("Error: Invalid parameter.")
    syntax = classic.refused("cli-engine").splitlines()
    assert syntax[1] == "  - cli-engine <cli-engine> [<cli-engine>...]"
