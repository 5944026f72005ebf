"""``srpki exec``: what a script leaves behind, its variables, its records and its status."""

import io
import json
import os
import subprocess
import sys

import pytest

from srpki.frontend import variables

EDIT = 'configure private\nsystem name "other"\n'
LOST = "The session ends with uncommitted changes, which are lost."


@pytest.fixture
def execute(tmp_path):
    """Run a script on a node in a process of its own; with ``--json`` return its records, too."""

    def run(script, *options, node=tmp_path / "node", **settings):
        ended = subprocess.run(
            [sys.executable, "-m", "srpki.frontend.program", "exec", *options, "--node", node]
            + ([] if any(str(option).startswith(str(tmp_path)) for option in options) else ["-"]),
            input=script,
            capture_output=True,
            timeout=60,
            check=False,
            text="encoding" in settings or not isinstance(script, bytes),
            **settings,
        )
        errors = ended.stderr if isinstance(ended.stderr, str) else ended.stderr.decode()
        assert "Traceback" not in errors
        return ended

    return run


def records(ended):
    return [json.loads(line) for line in ended.stdout.splitlines()]


# --- what a router has and this program has not ---

BLOCK = 'edit-config private\n/configure\nrouter "Base" {\n    bgp {\n    }\n}\n'


def test_passing_over_a_block_is_a_warning_of_its_record(execute):
    ended = execute(f"{BLOCK}exit all\nquit-config\n", "--json")
    assert ended.returncode == 0
    warned = [one for one in records(ended) if one.get("severity") == "warning"]
    assert [(one["line"], one["ok"]) for one in warned] == [(6, True)]
    assert warned[0]["output"] == (
        "WARNING: CLI 'configure router' is not emulated - 4 lines passed over"
    )


def test_a_script_that_ends_inside_of_what_is_passed_over_fails(execute):
    ended = execute(BLOCK.removesuffix("}\n"), "--json")
    assert ended.returncode == 1
    assert [one["output"] for one in records(ended) if one.get("ok") is False] == [
        "The script ends inside of a block that is passed over: a brace is missing."
    ]


def test_one_foreign_line_stops_a_script(execute):
    ended = execute("configure private\nport 1/1/1 admin-state enable\n")
    assert ended.returncode == 1
    assert "- 'port' is not emulated" in ended.stderr


# --- the end of a script ---


@pytest.mark.parametrize(
    "script",
    [
        EDIT,
        'configure exclusive\nsystem name "other"\n',
        'edit-config global\n/configure system name "other"\n',
        'edit-config global\n/configure system name "other"\nquit-config\n',  # kept, then lost
        'edit-config private\n/configure system name "other"\n# the end\n\n',
    ],
)
def test_a_forgotten_commit_is_a_failure_of_the_script(execute, script):
    ended = execute(script)
    assert ended.returncode == 1
    assert LOST in ended.stdout
    assert LOST in ended.stderr
    *_, last, total = records(execute(script, "--json"))
    assert (last["ok"], last["command"], last["line"], last["output"]) == (False, "", None, LOST)
    assert (total["failed"], total["status"], total["changed"]) == (1, 1, False)


@pytest.mark.parametrize(
    "script",
    [
        EDIT + "discard\n",
        EDIT + "commit\n",
        EDIT + "exit all\ny\n",
        EDIT + "logout\ny\n",
        'configure private\nsystem name "other"\ndelete system name\n',
        "configure read-only\n",
    ],
)
def test_a_script_that_commits_discards_or_answers_ends_well(execute, script):
    ended = execute(script)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout


@pytest.mark.parametrize("script", [EDIT, EDIT + "exit all\n", EDIT + "exit all\nshow version\n"])
def test_a_piped_shell_says_so_too(tmp_path, script):
    ended = subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", "shell", "--node", tmp_path / "node"],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert "TiMOS" not in ended.stdout


def test_a_question_that_the_next_line_does_not_answer_counts_as_no_and_stops(execute):
    script = EDIT + "exit all\n# no answer\n\nshow version\ncommit\n"
    ended = execute(script)
    assert ended.returncode == 1
    assert "TiMOS" not in ended.stdout
    assert "INFO: CLI #2072: Exit private configuration mode canceled" in ended.stdout
    assert "srpki: -:6: MINOR: CLI #2005" in ended.stderr
    *_, last, total = records(execute(script, "--json"))
    assert (last["line"], last["ok"], last["command"]) == (6, False, "n")
    assert (total["status"], total["failed"]) == (1, 1)


def test_with_keep_going_the_line_that_is_no_answer_runs(execute):
    *before, total = records(
        execute(EDIT + "exit all\nshow version\ncommit\n", "--keep-going", "--json")
    )
    assert [(one["command"], one["ok"]) for one in before][3:] == [
        ("n", False),
        ("show version", True),
        ("commit", True),
    ]
    assert (total["status"], total["changed"]) == (1, True)


def test_a_file_on_the_flash_stops_at_a_question_without_its_answer(execute, tmp_path):
    execute("file list\n")
    (tmp_path / "node" / "cf3" / "f").write_text(EDIT + "exit all\nshow version\ncommit\n")
    ended = execute("exec cf3:/f\n", "--json")
    first, _ = records(ended)
    assert ended.returncode == 1
    assert "stopped at line 4" in first["output"]
    assert "TiMOS" not in first["output"]


# --- output ---


def test_output_that_the_locale_cannot_encode_is_written_with_backslashes(execute):
    script = 'configure private\nsystem security pki ca-profile "c" description "Jörg"\nup\ninfo\ncommit\n'.encode()
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    ended = execute(script, env=environment)
    shown = ended.stdout.decode("ascii")
    assert ended.returncode == 0
    assert 'description "J\\xf6rg"' in shown


def test_records_tell_file_line_message_and_column(execute, tmp_path):
    path = tmp_path / "site.cfg"
    path.write_text("show version\n\n    show  bogus\n")
    first, second, total = records(execute("", "--json", str(path)))
    assert (first["file"], first["line"], first["ok"]) == (str(path), 1, True)
    assert (first["code"], first["severity"], first["column"]) == (None, None, None)
    assert (second["line"], second["code"], second["severity"]) == (3, "2201", "minor")
    assert second["command"][second["column"] - 1 :] == "bogus"
    assert all(isinstance(one["seconds"], float) for one in (first, second))
    assert total == {"commands": 2, "failed": 1, "changed": False, "status": 1}


def test_a_problem_of_a_commit_has_its_number(execute):
    script = (
        "configure private\nsystem security pki\n"
        'certificate-auto-update "a.crt" profile "none" key-file-name "a.key"\ncommit\n'
    )
    *_, last, _ = records(execute(script, "--json"))
    assert (last["command"], last["code"], last["changed"]) == ("commit", "224", False)


def test_a_refusal_before_the_first_command_is_a_record(execute, tmp_path):
    from srpki.frontend.node import opened

    with opened(tmp_path / "held", lab=False):
        ended = execute("show version\n", "--json", node=tmp_path / "held")
    first, total = records(ended)
    assert (ended.returncode, total["status"], total["commands"]) == (3, 3, 0)
    assert (first["ok"], first["command"]) == (False, "")
    assert "in use" in first["output"]
    first, total = records(execute("", "--json", str(tmp_path / "absent")))
    assert "cannot read" in first["output"] and total["status"] == 2


# --- variables ---


def test_variables_are_put_in_and_never_shown(execute, tmp_path):
    (tmp_path / "secret").write_text("hunter2-secret\n")
    script = (
        'configure private\nsystem name "${host}"\n'
        '/configure system security pki ca-profile "c" description "${word} $${host}"\ncommit\nhistory\n'
        "show ${word}\n"
    )
    ended = execute(script, "--set", "host=gw-7", "--set", f"word=@{tmp_path / 'secret'}")
    assert ended.returncode == 1  # show hunter2-secret
    assert "A:admin@gw-7# history" in ended.stdout
    assert 'system name "${host}"' in ended.stdout
    assert "hunter2" not in ended.stdout + ended.stderr
    assert "Unknown element - '${word}'" in ended.stdout
    saved = (tmp_path / "node" / "cf3" / "config.cfg").read_text()
    assert 'description "hunter2-secret ${host}"' in saved


def test_carets_and_columns_stand_under_the_line_as_it_is_written(execute):
    script = "show ${a} bogus\n"
    ended = execute(script, "--set", "a=system")
    shown = ended.stdout.splitlines()
    at = next(number for number, line in enumerate(shown) if "bogus" in line)
    assert shown[at].index("bogus") == shown[at + 1].index("^")
    first, _ = records(execute(script, "--set", "a=system", "--json"))
    assert first["column"] == script.index("bogus") + 1


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("${none}", "no variable 'none'"),
        ("${lab.secret}", "--lab"),
        ("${a", "is no variable"),
        ("${}", "is no variable"),
        ("${a b}", "is no variable"),
    ],
)
def test_an_unknown_variable_is_an_error_with_its_line_before_anything_runs(execute, line, told):
    ended = execute(f"show version\n# ${{fine}}\n{line}\n", "--set", "a=b")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "line 3" in ended.stderr and told in ended.stderr


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\u2028b", "\n", "a\x85"])
def test_a_line_break_in_a_value_is_refused(value):
    with pytest.raises(variables.UsageError, match="line break"):
        variables.read_settings([f"name={value}"])


@pytest.mark.parametrize("setting", ["name", "=x", "1a=x", "a b=x", "a=@/no/such/file", "é=x"])
def test_what_is_no_setting_is_refused(execute, setting):
    ended = execute("show version\n", "--set", setting)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "--set" in ended.stderr


def test_the_lab_has_variables_of_its_own(execute, tmp_path):
    ended = execute(
        'environment more false\nfile list "${lab.cmp_url}${lab.est_url}"\nhistory\n',
        "--lab",
        "--keep-going",
    )
    assert "${lab.cmp_url}" in ended.stdout
    assert "http://127.0.0.1" not in ended.stdout.partition("history\n")[2]


def test_a_file_on_the_flash_keeps_its_characters(execute, tmp_path):
    execute("file list\n")
    (tmp_path / "node" / "cf3" / "f").write_text(
        'configure private\nsystem name "${host}"\ncommit\n'
    )
    execute("exec cf3:/f\n", "--set", "host=x")
    assert 'name "${host}"' in (tmp_path / "node" / "cf3" / "config.cfg").read_text()


def test_a_byte_order_mark_is_passed_over(execute, tmp_path):
    assert execute("﻿show version\r\n").returncode == 0
    text = 'configure {\n    system {\n        name "marked"\n    }\n}\n'
    (tmp_path / "node" / "cf3" / "f").write_text(text, encoding="utf-8-sig")
    ended = execute("configure private\nload full-replace cf3:/f\ncommit\n")
    assert ended.returncode == 0, ended.stdout


# --- what a command changed, and what may be over later ---


def test_records_tell_what_each_command_changed(execute):
    script = (
        'admin system security pki generate-keypair save-path "cf3:/a.key" ecdsa-curve secp256r1\n'
        "admin system security pki import type key format der"
        ' input-url "cf3:/a.key" output-file "a.key"\n'
        "admin system security pki import type key format der"
        ' input-url "cf3:/a.key" output-file "a.key"\n'
        'file copy "cf3:/a.key" "cf3:/b.key"\n'
        'file copy "cf3:/a.key" "cf3:/b.key" force\n'
        'file remove "cf3:/b.key" force\n'
        'show time > "cf3:/t"\n'
        "file list\n"
        "configure private\n"
        'system name "other"\n'
        "commit\n"
        "delete system name\n"
        'system name "other"\n'
        "exit all\n"
    )
    *told, total = records(execute(script, "--json"))
    assert total["status"] == 0, told[-1]
    changed = [one["command"].split(" > ")[0] for one in told if one["changed"]]
    assert changed == [told[at]["command"].split(" > ")[0] for at in (0, 1, 3, 5, 6, 10)]


def test_a_request_that_is_left_pending_is_a_failure_that_may_be_over_later(execute):
    script = (
        "lab ca fault add ir waiting seconds 3600\n"
        'admin system security pki generate-keypair save-path "cf3:/a.key" ecdsa-curve secp256r1\n'
        "admin system security pki import type key format der"
        ' input-url "cf3:/a.key" output-file "a.key"\n'
        "admin system security pki cmpv2 initial-registration ca-profile lab-ca key-to-certify a.key"
        ' reference ${lab.reference} password "${lab.secret}" save-as cf3:/a.crt'
        ' subject-dn "CN=a"\n'
    )
    ended = execute(script, "--lab", "--json")
    *told, last, total = records(ended)
    assert [one["ok"] for one in told] == [True] * 4, told[-1]
    assert (last["ok"], last["line"]) == (False, None)
    assert 'The request of ca-profile "lab-ca" is pending' in last["output"]
    assert (total["status"], ended.returncode) == (3, 3)


@pytest.mark.parametrize(
    ("line", "status"),
    [("configure exclusive", 3), ("configure global", 3), ("show bogus", 1)],
)
def test_a_lock_of_another_session_may_be_over_later(device, line, status):
    from srpki.cli.session import Session
    from srpki.frontend.batch import run_script
    from srpki.frontend.records import Records

    Session(device).feed("configure exclusive")
    out = io.StringIO()
    lines = variables.plain([line, "show time"])
    ended = run_script(Session(device), lines, Records("f", out), keep_going=True)
    *told, total = [json.loads(one) for one in out.getvalue().splitlines()]
    assert (ended, total["status"]) == (status, status)
    assert told[0]["code"] == {3: "2052", 1: "2201"}[status] or told[0]["code"] == "2051"


# --- what a command has found ---

ENTRY = """edit-config private
/configure system security pki ca-profile "lab" description "first"
/configure system security pki ca-profile "lab" cmpv2 http response-timeout 45
commit
exit all
quit-config
"""


def found(ended, command):
    return next(one["data"] for one in records(ended) if one.get("command") == command)


def test_records_have_what_a_command_found_as_values_whatever_is_piped(execute):
    show = 'show certificate ca-profile "lab"'
    script = f"{ENTRY}{show}\n{show} | match nothing\nshow certificate ca-profile\npwc\n"
    ended = execute(script, "--json")
    assert ended.returncode == 0, ended.stdout
    data = found(ended, show)
    # The names and words of nokia-conf; "30 secs", "down" and "(Not Specified)" are the screen's.
    assert data["ca-profile-name"] == "lab"
    assert data["admin-state"] == "disable"
    assert data["oper-state"] == "down"
    assert isinstance(data["oper-flags"], list)
    assert data["description"] == "first"
    assert data["crl-file"] is None
    assert data["cmpv2"]["response-timeout"] == 45
    assert data["cmpv2"]["accept-unprotected-error-message"] is False
    assert found(ended, f"{show} | match nothing") == data
    assert found(ended, "show certificate ca-profile") == {"ca-profile": [data]}
    assert found(ended, "pwc") is None


def test_events_are_found_with_their_fields_and_sessions_with_yang_s_words(execute):
    """The leafs of ``/state/users/session``; event 2101 says which file it is about by a field."""
    log = "show log log-id 101 count 1"
    ended = execute(f"admin save\nshow users\n{log}\n", "--json")
    assert ended.returncode == 0, ended.stdout
    (session,) = found(ended, "show users")["session"]
    assert session["session-id"] == 1
    assert session["connection-type"] == "console"
    assert session["connection-ip"] is None
    assert session["current-active-session"] is True
    page = found(ended, log)
    assert page["log-id"] == "101"
    (event,) = page["events"]
    assert event["sequence-number"] == page["next-event"] - 1
    assert isinstance(event["event-id"], int)
    assert event["message"]
    assert event["fields"]["url"] in event["message"]


def test_a_secret_of_a_variable_is_in_no_data(execute, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("first")
    show = 'show certificate ca-profile "lab"'
    script = ENTRY.replace('"lab"', '"${NAME}"') + show.replace("lab", "${NAME}") + "\n"
    ended = execute(script, "--json", "--set", f"NAME=@{secret}", node=tmp_path / "node")
    named = show.replace("lab", "${NAME}")
    assert found(ended, named)["ca-profile-name"] == "${NAME}"
