"""The command sequences of the Ansible collection nokia.sros 1.x [cli.md section 4.3].

Source: plugins/terminal/{md,classic,light}.py and plugins/cliconf/{md,classic,light}.py.
"""

import re

import pytest

EDIT = ("/configure system security pki dynamic-ca true", "/configure system name r1")


def on_open(md):
    """on_open_shell: six silent commands in both engines, then the mode of the router."""
    md.clean(
        "environment delete prompt",
        "environment progress-indicator admin-state disable",
        "environment more false",
        "/!classic-cli",
        "environment no more",
        "/!md-cli",
    )
    return md.output("show system information")


def device_info(shown):
    """get_device_info: four values out of show system information."""
    patterns = {
        "version": r"System Version\s+:\s+(.+)",
        "model": r"System Type\s+:\s+(.+)",
        "hostname": r"System Name\s+:\s+(.+)",
        "mode": r"Configuration Mode Oper:\s+(.+)",
    }
    return {name: re.search(pattern, shown)[1] for name, pattern in patterns.items()}


def enable_config_mode(md):
    md.clean("exit all")
    if not md.read_first().strip().startswith("("):
        md.clean("edit-config private")


def finish(md, *how):
    """Look for a difference from the root; when there is one, end the way that is asked for."""
    md.clean("exit all")
    diff = md.output("compare").strip()
    if diff:
        md.clean(*how, "quit-config")
    return diff


COMMIT = ("commit",)
CHECK = ("validate", "discard")


def test_on_open_learns_what_router_it_is(md):
    found = device_info(on_open(md))
    assert found["hostname"] == "srpki"
    assert found["mode"] == "model-driven"
    assert "7750" in found["model"]
    assert found["version"]


def test_edit_config_commits(md, router):
    on_open(md)
    enable_config_mode(md)
    md.clean(*EDIT)
    diff = finish(md, *COMMIT)
    assert "+" in diff
    assert router.node.system_name() == "r1"
    assert md.read_first().startswith("\r\n[/]")


def test_check_mode_leaves_everything_as_it_was(md, router):
    on_open(md)
    before = router.node.datastore.running
    enable_config_mode(md)
    md.clean(*EDIT)
    assert finish(md, *CHECK)
    assert router.node.datastore.running == before
    assert md.read_first().startswith("\r\n[/]")


def test_an_edit_that_changes_nothing_has_no_difference(md):
    """Ansible then leaves the session in the mode, and comes back to it next time."""
    on_open(md)
    enable_config_mode(md)
    assert finish(md, *COMMIT) == ""
    enable_config_mode(md)
    md.clean("quit-config")


def test_a_wrong_line_is_seen_and_everything_is_discarded(md, router, failed):
    on_open(md)
    before = router.node.datastore.running
    enable_config_mode(md)
    md.clean(*EDIT)
    assert failed(md.send("/configure system bogus"))
    md.clean("exit all", "discard", "quit-config")
    assert router.node.datastore.running == before


def test_replace_by_lines(md, router):
    on_open(md)
    enable_config_mode(md)
    md.clean("delete configure", "/configure system name r2")
    assert finish(md, *COMMIT)
    assert router.node.system_name() == "r2"
    assert set(router.node.datastore.running) == {"system"}


def test_replace_by_a_file(md, router, failed):
    """The collection since 2026-03 goes to the top of configure first."""
    on_open(md)
    text = 'configure {\n    system {\n        name "r3"\n    }\n}\n'
    (router.node.files.path("cf3:/") / "new.cfg").write_text(text)
    enable_config_mode(md)
    assert failed(md.send("load full-replace cf3:/new.cfg")) == [  # [observed-2.md 8]
        "MINOR: MGMT_CORE #2203: Invalid element - 'load full-replace' not allowed in 'root'"
    ]
    md.clean("/configure", "load full-replace cf3:/new.cfg")
    assert finish(md, *COMMIT)
    assert router.node.system_name() == "r3"


@pytest.mark.parametrize("form", ["", "detail", "json", "json detail"])
def test_get_config_of_the_running_configuration(md, form):
    on_open(md)
    enable_config_mode(md)
    md.clean(*EDIT)
    finish(md, *COMMIT)
    md.clean("exit all", "edit-config read-only", "environment more false")
    shown = md.output(f"info running {form}".strip())
    md.clean("quit-config")
    assert "r1" in shown


def test_get_config_of_the_candidate(md):
    enable_config_mode(md)
    md.clean(*EDIT, "exit all")
    assert "r1" in md.output("info candidate")


def test_get_config_of_the_startup_configuration(md, router, configuration_mode):
    configuration_mode("model-driven")
    before = router.node.datastore.running
    on_open(md)
    md.clean("exit all", "edit-config private", "configure", "rollback startup", "exit all")
    assert "model-driven" in md.output("info startup")
    md.clean("discard", "quit-config")
    assert router.node.datastore.running == before


@pytest.mark.parametrize(("how", "name"), [(COMMIT, "srpki"), (("discard",), "r1")])
def test_rollback(md, router, configuration_mode, how, name):
    configuration_mode("model-driven")
    on_open(md)
    enable_config_mode(md)
    md.clean("/configure system name r1")
    finish(md, *COMMIT)
    enable_config_mode(md)
    md.clean("configure", "rollback 1")
    assert finish(md, *how)
    assert router.node.system_name() == name


# --- a classic router -----------------------------------------------------------------------------

CLASSIC_EDIT = ("/configure system security pki dynamic-ca", "/configure system name r1")


def difference(shown):
    """What the plugin cuts out of admin rollback compare, and takes for no change when it is empty."""
    found = re.search(r"\r?\n-+\r?\n(.*)\r?\n-+\r?\n", shown, re.DOTALL)
    return found[1].strip() if found else ""


@pytest.fixture
def classic_router(classic, configuration_mode):
    """A terminal at a router in classic mode, after on_open."""
    configuration_mode("classic")
    classic.clean("environment no more")
    return classic


def test_on_open_learns_that_the_router_is_classic(classic_router):
    assert device_info(classic_router.output("show system information"))["mode"] == "classic"


@pytest.mark.parametrize("flag", ["", " detail"])
def test_get_config_cuts_the_configuration_out_between_two_exit_all(classic_router, flag):
    classic_router.clean(*CLASSIC_EDIT, "exit all")
    shown = classic_router.clean(f"admin display-config{flag}").replace("\r\n", "\n")
    body = shown[shown.find("exit all") : shown.rfind("exit all") + 8]
    assert body.startswith("exit all\nconfigure\n")
    assert 'name "r1"' in body
    assert len(body) > 100


def test_light_edits_without_checkpoints(classic_router):
    classic_router.clean("/admin save", "exit all", *CLASSIC_EDIT, "exit all")
    assert classic_router.read_first().startswith("*")


@pytest.mark.parametrize(("check", "name"), [(False, "r1"), (True, "srpki")])
def test_edit_config_compares_with_a_checkpoint(classic_router, router, check, name):
    """edit_config of cliconf/classic.py: what differs is taken back in check mode."""
    location = "/configure system rollback rollback-location"
    classic_router.clean(f"{location} cf3:/config")
    classic_router.clean("exit all", "admin rollback save", *CLASSIC_EDIT, "exit all")
    diff = difference(classic_router.output("admin rollback compare"))
    assert "r1" in diff
    if diff and check:
        classic_router.clean("admin rollback revert latest-rb")
    classic_router.clean("admin rollback delete latest-rb")
    assert router.node.system_name() == name


def test_an_edit_in_the_classic_cli_that_changes_nothing_has_no_difference(classic_router):
    classic_router.clean("/configure system rollback rollback-location cf3:/config")
    classic_router.clean(*CLASSIC_EDIT, "exit all", "admin rollback save", *CLASSIC_EDIT)
    assert difference(classic_router.output("admin rollback compare")) == ""


def test_classic_rollback(classic_router, router):
    location = "/configure system rollback rollback-location"
    classic_router.clean(f"{location} cf3:/config")
    classic_router.clean("admin rollback save", *CLASSIC_EDIT, "exit all")
    shown = classic_router.output("admin rollback compare latest-rb to active-cfg")
    assert difference(shown)
    classic_router.clean("admin rollback revert latest-rb")
    assert router.node.system_name() == "srpki"
