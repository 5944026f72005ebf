"""Each option of the program has a test that runs the process with it and sees its effect.

The table names them; what the parser knows and the table does not is missed. Those that no other
file has are here.
"""

import argparse
import subprocess
import sys

import pytest
from named import is_a_test

from srpki.frontend.program import _parser

HERE = "unit/frontend/test_every_option.py::"
CA = "unit/frontend/test_ca_options.py::"
PROGRAM = "unit/frontend/test_program.py::"
SSH = "automation/test_ssh.py::"
CLASS = "automation/test_a_class_over_ssh.py::"
BRING = "scenarios/test_bring_your_router.py::"
SCRIPTS = "unit/frontend/test_scripts_in_the_program.py::"

REPLAYED = "unit/frontend/test_replaying.py::"
LOOKED = "unit/device/test_certificate_chart.py::"
NODE = {
    "--node": HERE + "test_the_node_is_the_one_that_is_named",
    "--lab": HERE + "test_a_lab_runs_beside_the_node_when_it_is_asked_for",
    "--mode": HERE + "test_a_new_node_is_made_in_the_mode_that_is_named",
    "--record": HERE + "test_what_the_node_says_is_recorded",
    "--user": PROGRAM + "test_the_rights_of_a_user_who_is_named_hold_at_the_console",
}
HELD = {
    "": {**NODE, "--version": HERE + "test_the_version_is_told"},
    "shell": NODE,
    "exec": {
        **NODE,
        "file": PROGRAM
        + "test_a_script_that_succeeds_ends_with_0_and_shows_prompts_commands_and_output",
        "--cli": PROGRAM + "test_a_script_in_the_classic_cli_starts_with_its_prompt",
        "--keep-going": PROGRAM + "test_keep_going_runs_on_and_still_ends_with_1",
        "--json": PROGRAM + "test_json_prints_one_object_a_line",
        "--set": SCRIPTS + "test_variables_are_put_in_and_never_shown",
    },
    "import-config": {
        "--node": BRING + "test_every_profile_comes_up_once_the_files_are_there",
        "file": BRING + "test_every_profile_comes_up_once_the_files_are_there",
        "--json": BRING + "test_every_profile_comes_up_once_the_files_are_there",
        "--replace": BRING + "test_a_configuration_that_is_there_is_never_lost_in_silence",
    },
    "lab": {},  # its options are those of its own commands
    "replay": {
        "journal": REPLAYED + "test_a_lesson_that_is_run_again_comes_out_the_same",
        "--speed": REPLAYED + "test_speed_and_steps",
        "--step": REPLAYED + "test_speed_and_steps",
        "--until": REPLAYED + "test_a_line_that_was_changed_is_told_and_fails_the_check",
        "--cast": REPLAYED + "test_files_are_written_and_what_cannot_be_is_said",
        "--markdown": REPLAYED + "test_files_are_written_and_what_cannot_be_is_said",
        "--verify": REPLAYED + "test_a_lesson_that_is_run_again_comes_out_the_same",
        "--initial": REPLAYED + "test_a_journal_is_run_again_on_the_node_that_it_began_with",
    },
    "timeline": {
        "--node": LOOKED + "test_a_node_that_nobody_holds_is_looked_at_and_left_as_it_was",
        "--svg": LOOKED + "test_a_node_that_nobody_holds_is_looked_at_and_left_as_it_was",
        "--html": LOOKED + "test_a_node_that_nobody_holds_is_looked_at_and_left_as_it_was",
        "--days": LOOKED + "test_what_is_no_node_is_not_made_one",
    },
    "rehearse": dict.fromkeys(
        (
            *("configuration", "--certificates", "--from", "--for", "--outage", "--seed"),
            *("--ca-life", "--clock-skew", "--tries", "--margin", "--json", "--svg", "--html"),
            *("--advise", "--against"),
        ),
        "unit/frontend/test_rehearsing.py::test_each_option_has_its_effect",
    ),
    "yang": {"--out": HERE + "test_the_modules_are_written_where_it_is_said"},
    "serve": {
        "--node": SSH + "test_commands_are_run_and_their_status_is_told",
        "--lab": SSH + "test_a_terminal_completes_helps_interrupts_and_ends",
        "--students": CLASS + "test_a_class",
        "--ssh": SSH + "test_a_node_listens_where_it_is_told_and_keeps_its_host_keys",
        "--inventory": SSH + "test_nodes_of_an_inventory_share_a_lab_and_its_clock",
        "--netconf": SSH + "test_netconf_has_a_port_of_its_own_and_a_subsystem",
        "--json": SSH + "test_a_node_listens_where_it_is_told_and_keeps_its_host_keys",
    },
    "demo": {"--node": "unit/frontend/test_demo.py::test_as_a_program_it_ends_with_0_or_2"},
    "ca": {
        "--dir": CA + "test_credentials_are_chosen_and_then_kept",
        "--json": HERE + "test_the_lab_ca_tells_people_where_it_is_unless_it_is_asked_for_json",
        "--cmp-port": CA + "test_ports_and_faults_are_chosen",
        "--est-port": CA + "test_ports_and_faults_are_chosen",
        "--faults": CA + "test_ports_and_faults_are_chosen",
        "--key": CA + "test_the_kind_of_the_cas_keys_is_chosen",
        "--validity": CA + "test_lives_are_chosen",
        "--crl-life": CA + "test_lives_are_chosen",
        "--reference": CA + "test_credentials_are_chosen_and_then_kept",
        "--secret": CA + "test_credentials_are_chosen_and_then_kept",
        "--est-username": CA + "test_credentials_are_chosen_and_then_kept",
        "--est-password": CA + "test_credentials_are_chosen_and_then_kept",
        "--vendor-root": CA + "test_a_vendors_devices_enrol_with_their_own_certificates",
        "--profile": CA + "test_the_profile_of_rfc_9483_is_strict",
        "--implicit-confirm": CA + "test_implicit_confirmation_is_granted_or_not",
        "--message-time": CA + "test_the_time_of_messages_is_judged",
        "--est-schemes": CA + "test_schemes_are_offered_in_the_order_given",
        "--wrap-base64": CA + "test_bodies_are_wrapped_when_it_is_said",
        "--csr-attributes": PROGRAM + "test_the_lab_ca_alone_asks_for_the_attributes_it_is_given",
        "--more-cacerts": CA + "test_more_certificates_are_handed_out",
    },
}
PLACES = [(), ("shell",), ("exec", "-")]
"""Where the options of a node may stand: behind the program alone, and behind a command."""


def options(parser):
    """Return what *parser* takes, by the first name of each, without ``--help``."""
    return {
        (action.option_strings or [action.dest])[0]
        for action in parser._actions
        if not isinstance(action, argparse._HelpAction | argparse._SubParsersAction)
    }


def test_the_table_names_every_option_that_there_is():
    parser = _parser()
    (commands,) = (
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    )
    known = {"": options(parser)} | {
        name: options(command.parser()) for name, command in commands.choices.items()
    }
    assert sum(map(len, known.values())) >= 35
    assert {command: set(held) for command, held in HELD.items()} == known
    named = [test for held in HELD.values() for test in held.values()]
    assert [test for test in named if not is_a_test(test)] == []


def run(*words, script=""):
    """Run the program; standard input is *script*."""
    ended = subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", *map(str, words)],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in ended.stderr
    return ended


@pytest.fixture(params=PLACES, ids=" ".join)
def typed(request, tmp_path, monkeypatch):
    """Type lines at the program with options before, and with options behind, its command."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "usual"))

    def typed(script, *behind, before=()):
        return run(*before, *request.param, *behind, script=script)

    return typed


@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
def test_the_node_is_the_one_that_is_named(typed, tmp_path, first):
    option = ("--node", tmp_path / "named")
    ended = typed("show version\n", *(() if first else option), before=option if first else ())
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "named" / "cf3").is_dir()
    assert not (tmp_path / "usual").exists()


def test_a_lab_runs_beside_the_node_when_it_is_asked_for(typed, tmp_path):
    script = "lab ca show\n"
    assert "CMPv2 URL" not in typed(script, "--node", tmp_path / "without").stdout
    assert "CMPv2 URL" in typed(script, "--node", tmp_path / "with", "--lab").stdout
    assert "CMPv2 URL" in typed(script, "--node", tmp_path / "with", before=("--lab",)).stdout


def test_a_new_node_is_made_in_the_mode_that_is_named(typed, tmp_path):
    ended = typed("show version\n", "--node", tmp_path / "node", "--mode", "classic")
    assert "A:srpki# show version\n" in ended.stdout
    assert "[/]" not in ended.stdout
    ended = typed("pwc\n", "--node", tmp_path / "other", before=("--mode", "classic"))
    assert "A:srpki# pwc\n" in ended.stdout


ASK = 'admin system security pki est ca-certificates est-profile "{}" output-url cf3:/cas\n'


def test_what_the_node_says_is_recorded(typed, tmp_path):
    kept = tmp_path / "kept"
    ended = typed(ASK.format("lab-est"), "--node", tmp_path / "node", "--lab", "--record", kept)
    assert ended.returncode == 0, ended.stdout
    assert [path.name.rpartition("-")[2] for path in sorted(kept.glob("*.b64"))] == ["cacerts.b64"]
    again = typed(
        ASK.format("lab-est").replace("cas\n", "new\n"),
        *("--node", tmp_path / "node", "--lab"),
        before=("--record", tmp_path / "too"),
    )
    assert again.returncode == 0, again.stdout
    assert len(list((tmp_path / "too").glob("*.b64"))) == 1
    assert typed("show version\n", "--node", tmp_path / "node", "--record", kept / "alone")
    assert (kept / "alone").is_dir()  # without a lab as well; nobody is there to talk to


def test_the_version_is_told():
    ended = run("--version")
    assert (ended.returncode, ended.stdout.split()[0]) == (0, "srpki")


def test_the_lab_ca_tells_people_where_it_is_unless_it_is_asked_for_json():
    for json in ((), ("--json",)):
        process = subprocess.Popen(
            [sys.executable, "-m", "srpki.frontend.program", "ca", *json],
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            first = process.stdout.readline()
            process.terminate()
            process.communicate(timeout=30)
        assert process.returncode == 0
        assert first.startswith("{") == bool(json), first
        assert first.strip()


def test_the_modules_are_written_where_it_is_said(tmp_path):
    done = run("yang", "--out", tmp_path / "new" / "models")
    files = sorted((tmp_path / "new" / "models").iterdir())
    assert [path.name for path in files][:2] == ["nokia-conf.yang", "nokia-oper-admin.yang"]
    assert sorted(line.split()[0] for line in done.stdout.splitlines()) == list(map(str, files))
    (tmp_path / "file").touch()
    refused = run("yang", "--out", tmp_path / "file")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == (
        f"srpki: cannot write to {tmp_path / 'file'}: File exists - name a directory of your own\n"
    )
