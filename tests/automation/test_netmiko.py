"""The command sequences of netmiko 4.8.0, device type nokia_sros [cli.md section 4.1].

Source: netmiko/nokia/nokia_sros.py and base_connection.py; each check is the client's own.
"""

import re

import pytest

BASE = "A:admin@srpki"
LINES = ("/configure system security pki dynamic-ca true", "/configure system name srpki")


def check_config_mode(terminal):
    """Send Enter and look for the exclusive mode before the next ``@``."""
    return "(ex)[" in terminal.send("").rpartition("@")[0]


def connect(md):
    """session_preparation: the base prompt, then four commands that must be silent."""
    last = md.send("").rpartition("\n")[2].strip()
    assert re.search(r"\*?(.*?)(>.*)*#", last)[1] == BASE
    for line in (
        "environment command-completion space false",
        "environment console width 512",
        "environment more false",
    ):
        assert md.output(line) == ""
    across = md.clean("//environment no more")
    assert "environment" in across
    assert across.endswith("# ")


def config_mode(md):
    """Enter the exclusive mode and look for ``(ex)[`` before the base prompt."""
    assert not check_config_mode(md)
    shown = md.clean("edit-config exclusive")
    assert re.search(rf"\(ex\)\[.*{BASE}.*$", shown, re.DOTALL)
    assert check_config_mode(md)


def commit(md):
    """Commit when ``exit all`` shows an asterisk."""
    shown = md.clean("exit all")
    assert "*(ex)[" in shown
    md.clean("commit")
    assert "*(ex)[" not in md.send("")


def exit_config_mode(md):
    """Discard what is not committed, and leave without a question."""
    if "*(ex)[" in md.clean("exit all"):
        md.clean("discard")
    md.clean("quit-config")
    assert not check_config_mode(md)


def test_connect_configure_commit_save_exit(md, router):
    connect(md)
    config_mode(md)
    md.clean(*LINES)
    assert check_config_mode(md)  # send_config_set stays in the mode
    commit(md)
    shown = md.clean("/admin save")
    assert "#" in shown
    exit_config_mode(md)
    md.send("logout")
    assert md.closed
    assert (router.node.files.path("cf3:/") / "config.cfg").read_text().count(
        "dynamic-ca true"
    ) == 1


def test_edits_that_are_not_committed_are_discarded_on_the_way_out(md, router):
    connect(md)
    before = router.node.datastore.running
    config_mode(md)
    md.clean(*LINES)
    exit_config_mode(md)
    assert router.node.datastore.running == before


def test_cleanup_leaves_the_mode_before_it_logs_out(md):
    connect(md)
    config_mode(md)
    md.clean(*LINES)
    exit_config_mode(md)
    assert md.send("logout") == "logout\r\n"
    assert md.closed


def test_the_context_line_is_stripped_from_output(md):
    """strip_prompt takes the last line off, then the context line."""
    connect(md)
    for line in ("show version", "show system information"):
        shown = md.clean(line).replace("\r\n", "\n")
        shown = shown[: shown.rindex("\n")].rstrip()
        stripped = re.sub(r"^\!?\*?(\((ex|gl|pr|ro)\))?\[.*\]", "", shown, flags=re.MULTILINE)
        assert "[/]" not in stripped


def test_autodetect_finds_the_maker(md):
    """ssh_autodetect.py: show version must name Nokia or Alcatel."""
    assert re.search("Nokia|Alcatel", md.output("show version"))


def test_the_classic_cli(classic, router):
    assert classic.send("").strip() == "A:srpki#"
    classic.clean("//environment more false", "environment no more")
    classic.clean("/configure system security pki dynamic-ca")
    assert classic.send("").strip() == "*A:srpki#"
    classic.clean("/admin save")
    assert classic.send("").strip() == "A:srpki#"
    classic.send("logout")
    assert classic.closed


# --- files ----------------------------------------------------------------------------------------


@pytest.fixture
def put(router):
    """Put a file on cf3:, as SCP would."""

    def write(name, content):
        (router.node.files.path("cf3:/") / name).write_bytes(content)

    return write


@pytest.mark.parametrize(("dialect", "command"), [("md", "file list"), ("classic", "file dir")])
class TestFileTransfer:
    """NokiaSrosFileTransfer: free space, whether a file is there, and its size."""

    def test_free_space(self, request, dialect, command):
        terminal = request.getfixturevalue(dialect)
        assert int(re.search(r"(\d+)\s+\w+\s+free", terminal.clean(f"{command} cf3:"))[1]) > 0

    def test_a_missing_file(self, request, dialect, command):
        terminal = request.getfixturevalue(dialect)
        assert "File Not Found" in terminal.send(f"{command} cf3:/missing.txt")

    def test_the_size_of_a_file(self, request, put, dialect, command):
        terminal = request.getfixturevalue(dialect)
        put("test_netmiko.txt", b"x" * 6738)
        shown = terminal.clean(f"{command} cf3:/test_netmiko.txt")
        assert re.search(r"\S+\s+\S+\s+(\d+)\s+test_netmiko\.txt", shown)[1] == "6738"

    def test_a_file_is_deleted_by_the_classic_command(self, request, router, put, dialect, command):
        terminal = request.getfixturevalue(dialect)
        put("test_netmiko.txt", b"x")
        across = "//" if dialect == "md" else ""
        terminal.clean(f"{across}file delete cf3:/test_netmiko.txt force")
        assert not (router.node.files.path("cf3:/") / "test_netmiko.txt").exists()
