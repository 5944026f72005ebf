"""The program's own command line: statuses, what is imported, what is refused."""

import base64
import json
import re
import signal
import ssl
import subprocess
import sys
import textwrap
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from srpki.frontend.program import default_node, main


def run(*arguments, script=None):
    return subprocess.run(
        [sys.executable, "-m", "srpki.frontend.program", *arguments],
        input=script,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_script_that_succeeds_ends_with_0_and_shows_prompts_commands_and_output(tmp_path):
    ended = run("exec", "-", "--node", str(tmp_path / "n"), script="show version\n")
    assert ended.returncode == 0, ended.stderr
    assert "A:admin@srpki# show version\nTiMOS-C-26.3" in ended.stdout


def test_a_script_ends_with_logout_and_no_prompt_follows(tmp_path):
    done = run("exec", "-", "--node", tmp_path / "n", script="logout\nshow time\n")
    assert done.returncode == 0
    assert done.stdout.endswith("A:admin@srpki# logout\n")


def test_a_script_stops_at_the_first_error_with_1(tmp_path):
    ended = run("exec", "-", "--node", str(tmp_path / "n"), script="nonsense\nshow version\n")
    assert ended.returncode == 1
    assert "MINOR: MGMT_CORE #2201: Unknown element - 'nonsense'" in ended.stdout
    assert "TiMOS" not in ended.stdout


def test_keep_going_runs_on_and_still_ends_with_1(tmp_path):
    ended = run(
        "exec",
        "-",
        "--keep-going",
        "--node",
        str(tmp_path / "n"),
        script="nonsense\nshow version\n",
    )
    assert ended.returncode == 1
    assert "TiMOS" in ended.stdout


USERS = """edit-config exclusive
/configure system security user-params local-user user "ann" password "Blue-knows-1"
/configure system security user-params local-user user "ann" access console true
commit
"""


def test_the_rights_of_a_user_who_is_named_hold_at_the_console(tmp_path):
    assert run("exec", "-", "--node", tmp_path / "n", script=USERS).returncode == 0
    as_ann = ("exec", "-", "--keep-going", "--node", tmp_path / "n", "--user", "ann")
    ended = run(*as_ann, script="show users\nadmin save\nedit-config private\n")
    assert ended.returncode == 1
    assert "A:ann@" in ended.stdout
    assert "Number of users : 1" in ended.stdout
    assert ended.stdout.count("Permission denied") + ended.stdout.count("not authorized") >= 2
    stranger = run("exec", "-", "--node", tmp_path / "n", "--user", "bob", script="show users\n")
    assert stranger.returncode == 2 and "no user bob" in stranger.stderr
    kept = b"".join(each.read_bytes() for each in (tmp_path / "n").rglob("*") if each.is_file())
    assert b"Blue-knows-1" not in kept + ended.stdout.encode()


PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "users.md"


def test_the_users_of_the_how_to_page_may_do_what_it_says(tmp_path):
    md, classic = re.findall(
        r"^```text\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )[:2]
    node = ("exec", "-", "--node", tmp_path / "n")
    both = f"{md}/configure system management-interface configuration-mode mixed\ncommit\nquit-config\n//\n"
    made = run(*node, script=f"{both}{classic}")
    assert made.returncode == 0, made.stderr
    carol = run(
        *(*node, "--user", "carol", "--keep-going", "--cli", "md"),
        script="edit-config private\n/configure system security pki maximum-cert-chain-depth 5\n"
        "commit\n/configure system name other\nadmin reboot now\nshow version\n",
    )
    refused = carol.stderr.splitlines()
    assert [line.split(":")[2] for line in refused] == ["4", "5"], carol.stderr
    root = run(
        *node,
        "--cli",
        "md",
        "--user",
        "root",
        script="edit-config private\n/configure system name x\ncommit\n",
    )
    assert (root.returncode, root.stderr) == (0, "")


def test_json_prints_one_object_a_line(tmp_path):
    script = "# a comment\n\nshow version\nnonsense\n"
    ended = run("exec", "-", "--json", "--node", str(tmp_path / "n"), script=script)
    records = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [(record["command"], record["ok"]) for record in records[:-1]] == [
        ("show version", True),
        ("nonsense", False),
    ]
    assert records[0]["prompt"].endswith("A:admin@srpki# ")
    assert records[-1] == {"commands": 2, "failed": 1, "changed": False, "status": 1}


def test_a_question_is_answered_by_the_next_line(tmp_path):
    script = textwrap.dedent(
        """\
        configure private
        system name "other"
        exit all
        y
        show version
        """
    )
    ended = run("exec", "-", "--node", str(tmp_path / "n"), script=script)
    assert ended.returncode == 0, ended.stdout
    assert "Discard uncommitted changes? [y,n] y\n" in ended.stdout
    assert "TiMOS" in ended.stdout


def test_a_question_that_the_script_leaves_open_is_an_error(tmp_path):
    script = 'configure private\nsystem name "other"\nexit all\n'
    ended = run("exec", "-", "--node", str(tmp_path / "n"), script=script)
    assert ended.returncode == 1
    assert "ends before this question is answered" in ended.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("exec",),
        ("exec", "/no/such/file"),
        ("exec", "-", "--cli", "vi"),
        ("nonsense",),
        ("ca", "--est-port", "70000"),
        ("ca", "--validity", "soon"),
        ("ca", "--message-time", "soon"),
        ("ca", "--csr-attributes"),
    ],
)
def test_wrong_use_ends_with_2_and_without_a_traceback(arguments, tmp_path):
    ended = run(*arguments, script="")
    assert ended.returncode == 2
    assert ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_node_that_is_made_for_the_classic_cli_is_mixed_and_says_so(tmp_path):
    script = "configure system name x\nadmin save\n"
    node = ("--node", str(tmp_path / "n"))
    made = run("exec", "-", "--cli", "classic", *node, script=script)
    assert made.returncode == 0
    assert "configuration-mode mixed" in made.stderr
    again = run(
        "exec", "-", "--cli", "classic", *node, script="configure system name y\nadmin save\n"
    )
    assert (again.returncode, again.stderr) == (0, "")


@pytest.mark.parametrize("lab", [(), ("--lab",)])
@pytest.mark.parametrize("mode", ["classic", "mixed", "model-driven"])
def test_a_node_is_made_in_the_mode_that_is_asked_for_and_keeps_it(tmp_path, mode, lab):
    """What was asked for holds at the next start too, though nothing has been saved."""
    node = ("--node", str(tmp_path / "n"), *lab)
    show = "show system information\n"
    made = run("exec", "-", "--mode", mode, *node, script=show)
    assert re.search(r"Configuration Mode Oper:\s+(.+)", made.stdout)[1] == mode
    assert made.stdout.startswith("\n[/]" if mode == "model-driven" else "A:srpki# ")
    again = run("exec", "-", *node, script=show)
    assert re.search(r"Configuration Mode Oper:\s+(.+)", again.stdout)[1] == mode
    same = run("exec", "-", "--mode", mode, *node, script=show)
    assert same.returncode == 0
    other = run(
        "exec", "-", "--mode", "mixed" if mode == "classic" else "classic", *node, script=show
    )
    assert other.returncode == 2
    assert f"the node is in configuration-mode {mode}, not" in other.stderr


def test_a_script_in_the_md_cli_is_refused_by_a_classic_node(tmp_path):
    node = ("--node", str(tmp_path / "n"))
    for _ in range(2):
        ended = run("exec", "-", "--mode", "classic", "--cli", "md", *node, script="pwc\n")
        assert ended.returncode == 2
        assert "MINOR: CLI #2053 Switching CLI engine is not authorized" in ended.stderr
        assert not (tmp_path / "n").exists()
    run("exec", "-", "--mode", "classic", *node, script="pwc\n")
    ended = run("exec", "-", "--cli", "md", *node, script="pwc\n")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "MINOR: CLI #2053 Switching CLI engine is not authorized" in ended.stderr
    switch = run("exec", "-", *node, script="//\n")
    assert switch.returncode == 1
    assert "MINOR: CLI #2053 Switching CLI engine is not authorized" in switch.stdout


def test_a_script_in_the_classic_cli_starts_with_its_prompt(tmp_path):
    ended = run(
        "exec", "-", "--cli", "classic", "--node", str(tmp_path / "n"), script="show version\n"
    )
    assert ended.returncode == 0
    assert ended.stdout.startswith("A:srpki# show version\n")


def test_a_second_process_is_told_who_owns_the_node(tmp_path):
    from srpki.frontend.node import opened

    with opened(tmp_path / "n", lab=False):
        ended = run("exec", "-", "--node", str(tmp_path / "n"), script="show version\n")
    assert ended.returncode == 3
    assert "in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_script_imports_neither_the_terminal_nor_the_network_nor_the_cryptography(tmp_path):
    code = textwrap.dedent(
        """\
        import sys
        from srpki.frontend.program import main
        status = main(["exec", "-", "--node", sys.argv[1]])
        heavy = {"prompt_toolkit", "requests", "cryptography", "pyasn1", "rich", "ssl"}
        print(sorted(heavy & set(sys.modules)), file=sys.stderr)
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "n")],
        input="show version\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stderr.strip() == "[]"


def test_the_default_node_follows_the_base_directory_of_the_user(monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    assert str(default_node()) == "/somewhere/data/srpki/node"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    monkeypatch.setenv("HOME", "/home/me")
    assert str(default_node()) == "/home/me/.local/share/srpki/node"


def test_the_version_is_printed(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("srpki ")


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot read"), (b"\x30\x01", "CSR attributes"), (b"x" * (2 << 20), "too long")],
)
def test_attributes_that_the_lab_ca_cannot_ask_for_are_refused(tmp_path, content, told):
    path = tmp_path / "attributes.der"
    if content is not None:
        path.write_bytes(content)
    ended = run("ca", "--csr-attributes", str(path))
    assert ended.returncode != 0
    assert told in ended.stderr and "Traceback" not in ended.stderr


def test_the_lab_ca_alone_asks_for_the_attributes_it_is_given(tmp_path):
    attributes = bytes.fromhex("300a06082a8648ce3d040303")  # ecdsa-with-SHA384
    (tmp_path / "attributes.der").write_bytes(attributes)
    command = [sys.executable, "-m", "srpki.frontend.program", "ca", "--json", "--csr-attributes"]
    with subprocess.Popen(
        [*command, str(tmp_path / "attributes.der")], stdout=subprocess.PIPE, text=True
    ) as process:
        facts = json.loads(process.stdout.readline())
        context = ssl.create_default_context(cafile=facts["trust_anchor"])
        try:
            url = f"{facts['est_url']}/.well-known/est/csrattrs"
            with urllib.request.urlopen(url, context=context, timeout=20) as reply:
                assert base64.b64decode(reply.read()) == attributes
        finally:
            process.send_signal(signal.SIGTERM)
    assert process.returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("command", [("exec", "-"), ("shell",)])
def test_waiting_for_input_ends_in_order_with_the_number_of_the_signal(tmp_path, command, number):
    node = ("--lab", "--node", str(tmp_path / "node"))
    process = subprocess.Popen(
        [sys.executable, "-m", "srpki.frontend.program", *command, *node],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        if command == ("shell",):  # an answer tells that the node is up
            process.stdin.write("show time\n")
            process.stdin.flush()
            while "show time" not in process.stdout.readline():
                pass
        else:
            wait_for_handlers(process)
        process.send_signal(number)
        process.wait(20)
        assert (process.returncode, process.stderr.read()) == (128 + number, "")
    assert run("exec", "-", *node, script="lab clock show\n").returncode == 0


def wait_for_handlers(process):
    """Wait until *process* catches SIGHUP, which is the last that it looks after."""
    caught = re.compile(r"^SigCgt:\s+([0-9a-f]+)$", re.MULTILINE)
    status = Path(f"/proc/{process.pid}/status")
    while not int(caught.search(status.read_text())[1], 16) & 1 << (signal.SIGHUP - 1):
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_lab_ca_alone_tells_where_it_is_and_ends_cleanly(number, tmp_path):
    command = [sys.executable, "-m", "srpki.frontend.program", "ca", "--json", "--dir"]
    process = subprocess.Popen(
        [*command, str(tmp_path / "ca")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        told = json.loads(process.stdout.readline())
        process.send_signal(number)
        process.wait(20)
        errors = process.stderr.read()
    assert set(told) == {
        "cmp_url",
        "est_url",
        "crl_url",
        "ocsp_url",
        "trust_anchor",
        "issuing_certificate",
        "reference",
        "secret",
        "est_username",
        "est_password",
    }
    assert told["cmp_url"].startswith("http://127.0.0.1:")
    assert told["est_url"].startswith("https://127.0.0.1:")
    assert (process.returncode, errors) == (0, "")
