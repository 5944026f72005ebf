"""OpenSSH's client at a node that ``srpki serve`` lets be reached: nothing stands between them."""

import asyncio
import re
import socket
import subprocess
import sys
from contextlib import contextmanager

import asyncssh
import pexpect
import pytest
from counting import met
from foreign import library, need
from served import Served, files_below

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """One process that serves a lab."""
    home = tmp_path_factory.mktemp("ssh")
    words = ("--node", home / "gw1", "--lab", "--netconf", "127.0.0.1:0")
    with Served(home / "clients", *words) as process:
        yield process


@pytest.fixture
def terminal(served):
    """OpenSSH's client on a pty, after the log-in by password."""
    with _terminal(served) as client:
        yield client


@contextmanager
def _terminal(served, host="127.0.0.1"):
    command = [*served.options(), f"admin@{host}"]
    with pexpect.spawn(need("ssh"), command, encoding="utf-8", timeout=20) as client:
        client.expect("assword:")
        client.sendline("admin")
        client.expect("\\[/\\]\r\nA:admin@srpki# ")
        yield client


def test_commands_are_run_and_their_status_is_told(served):
    shown = served.ssh("show version")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert shown.stdout.startswith("TiMOS-C-26.3")
    assert "\r" not in shown.stdout
    wrong = served.ssh("show versoin; show version")
    assert wrong.returncode == 1
    assert "MINOR: MGMT_CORE #2201" in wrong.stdout
    assert "TiMOS" not in wrong.stdout
    several = served.ssh(
        'configure exclusive; /configure system security pki ca-profile "ca" description "a;b"; info; discard; exit all'
    )
    assert several.returncode == 0, several.stdout
    assert 'description "a;b"' in several.stdout
    lost = served.ssh("configure private; /configure system security pki dynamic-ca true")
    assert lost.returncode == 1
    assert "uncommitted" in lost.stdout


def test_a_wrong_password_comes_nowhere(served):
    refused = served.ssh("show version", password="wrong")
    assert refused.returncode == 255
    assert "Permission denied" in refused.stderr
    other = served.ssh("show version", user="root")
    assert other.returncode == 255
    asked = served.ssh("show version", PreferredAuthentications="keyboard-interactive")
    assert asked.returncode == 0


def test_a_terminal_completes_helps_interrupts_and_ends(terminal):
    terminal.send("show ver\t")
    terminal.expect_exact("show version ")
    terminal.send("\r")
    terminal.expect_exact("TiMOS-C-26.3")
    terminal.expect_exact("A:admin@srpki# ")
    terminal.send("show ?")
    terminal.expect_exact("certificate ")
    terminal.expect_exact("A:admin@srpki# show ")
    terminal.send("\x03")
    terminal.expect_exact("A:admin@srpki# ")
    terminal.sendline("sleep 300")
    terminal.expect_exact("sleep 300\r\n")
    terminal.send("\x03")
    terminal.expect_exact("A:admin@srpki# ")
    terminal.sendline("configure private")
    terminal.expect_exact("[pr:/configure]")
    terminal.send("\x1a")
    terminal.expect_exact("Exiting private configuration mode\r\n\r\n[/]\r\nA:admin@srpki# ")
    terminal.sendline("show users")
    terminal.expect(re.compile(r"admin +#?\d+ +SSHv2 +127\.0\.0\.1 "))
    terminal.expect_exact("A:admin@srpki# ")
    terminal.setwinsize(8, 80)
    terminal.sendline("tree /configure system")
    terminal.expect_exact("any other key to print next page.")
    terminal.send("q")
    terminal.expect_exact("A:admin@srpki# ")
    terminal.sendline("logout")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0


def test_netconf_has_a_port_of_its_own_and_a_subsystem(served):
    manager = library("ncclient.manager")
    ports = (served.port, served.nodes[0]["netconf_port"])
    for port in met(2, ports):
        with manager.connect(
            host="127.0.0.1",
            port=port,
            username="admin",
            password="admin",
            hostkey_verify=False,
            look_for_keys=False,
            allow_agent=False,
            device_params={"name": "sros"},
        ) as client:
            assert "ca-profile" in str(client.get_config("running"))
            assert re.search(r"admin +#?\d+ +NETCONF", served.ssh("show users").stdout)
    other = served.ssh("show version", port=ports[1], StrictHostKeyChecking="no")
    assert other.returncode == 1
    assert "only NETCONF is spoken here" in other.stdout


def test_a_session_is_cut_by_admin_disconnect(served, terminal):
    terminal.sendline("show users")
    terminal.expect(r"admin +#(\d+) ")
    number = terminal.match[1]
    terminal.expect_exact("A:admin@srpki# ")
    cut = served.ssh(f"admin disconnect session-id {number}")
    assert cut.returncode == 0, cut.stdout
    terminal.expect_exact("The session has been disconnected.")
    terminal.expect(pexpect.EOF)


def test_a_reboot_ends_sessions_and_keeps_the_listener(served, terminal):
    with _terminal(served) as other:
        terminal.sendline("admin reboot now")
        terminal.expect_exact("a new session begins.")
        terminal.expect_exact("A:admin@srpki# ")
        other.expect_exact("The session has been disconnected.")
        other.expect(pexpect.EOF)
    assert served.ssh("show version").returncode == 0
    terminal.sendline("show uptime")
    terminal.expect_exact("A:admin@srpki# ")


def test_lines_from_a_pipe_are_answered(served):
    shown = served.ssh(typed="show version\nlogout\n")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "A:admin@srpki# show version\nTiMOS" in shown.stdout
    assert served.ssh(typed="show versoin\nshow version\n").returncode == 1


def test_a_node_listens_where_it_is_told_and_keeps_its_host_keys(tmp_path):
    words = ("--node", tmp_path / "gw2", "--lab", "--ssh", "[::1]:0")
    shown = []
    for turn in ("first", "again"):
        with Served(tmp_path / turn, *words) as served:
            (node,) = served.nodes
            assert node["node"] == "gw2"
            assert (node["username"], node["password"]) == ("admin", "admin")
            assert node["ssh_address"] == "::1"
            rsa = tmp_path / "gw2" / "state" / "ssh-host-rsa"
            assert rsa.exists() == (turn == "again")  # made when the first comes
            if turn == "again":
                kept = rsa.read_bytes()
                rsa.write_bytes(b"no key")
                assert served.ssh("show version", host="::1").returncode == 255
                assert "ssh-host-rsa is damaged or belongs to another" in served.errors.read_text()
                rsa.write_bytes(kept)
            ended = served.ssh("show version", host="::1")
            assert ended.returncode == 0, ended.stderr
            with _terminal(served, "::1") as client:
                client.sendline("sleep 300")
                client.expect_exact("sleep 300\r\n")
                assert served.terminate() == 0
                client.expect_exact("The session has been disconnected.")
                client.expect(pexpect.EOF)
        shown.append(node["host_key"])
    assert shown[0] == shown[1]
    keys = {
        name: mode
        for name, mode in files_below(tmp_path / "gw2" / "state").items()
        if "ssh" in name
    }
    assert keys == {"ssh-host-ecdsa": 0o600, "ssh-host-rsa": 0o600}
    assert b"PRIVATE" not in (tmp_path / "gw2" / "state" / "ssh-host-rsa").read_bytes()


INVENTORY = """
[labs.town]
directory = "the-lab"

[nodes.gw1]
lab = "town"
ssh = ["127.0.0.1:0", "[::1]:0"]

[nodes.gw2]
directory = "second"
lab = "town"
mode = "classic"

[nodes.alone]

[nodes.quiet]
lab = "town"
ssh = []
"""


def test_nodes_of_an_inventory_share_a_lab_and_its_clock(tmp_path):
    (tmp_path / "nodes.toml").write_text(INVENTORY)
    with Served(tmp_path / "c", "--inventory", tmp_path / "nodes.toml", nodes=3) as served:
        assert [node["node"] for node in served.nodes] == ["gw1", "gw2", "quiet"]
        assert (served.nodes[2]["ssh_port"], served.nodes[2]["host_key"]) == (None, None)
        for directory, prompt in (("second", "A:srpki# "), ("quiet", "A:admin@srpki# ")):
            assert prompt in _joined(tmp_path / directory, "show time\n")
        assert not (tmp_path / "quiet" / "state" / "joining.socket").exists()
        assert len(served.nodes[0]["listens"]["ssh"]) == 2
        first, second = (node["ssh_port"] for node in served.nodes[:2])
        shown = served.ssh("lab ca show", port=first).stdout
        assert "CMPv2 URL" in shown
        assert shown == served.ssh("lab ca show", port=second).stdout
        moved = served.ssh("lab clock set 2031-02-03T04:05:06Z", port=first)
        assert moved.returncode == 0, moved.stdout
        assert "2031" in served.ssh("show time", port=second).stdout
        assert served.terminate() == 0
        said = served.errors.read_text()
    assert "alone is not served at 127.0.0.1:0: it has no user - configure a user: " in said
    assert (tmp_path / "the-lab" / "lab-ca").is_dir()
    assert (tmp_path / "second" / "cf3").is_dir()


def _joined(node, script):
    """Run *script* at a node that another process holds; return what it shows."""
    program = [sys.executable, "-m", "srpki.frontend.program", "exec", "-", "--node", node]
    done = subprocess.run(program, input=script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_what_does_not_fit_is_said_before_a_node_is_made(tmp_path):
    (tmp_path / "nodes.toml").write_text("".join(f"[nodes.gw{each}]\n" for each in range(90)))
    program = [sys.executable, "-m", "srpki.frontend.program", "serve", "--inventory", "nodes.toml"]
    done = subprocess.run(
        ["sh", "-c", 'ulimit -n 200; exec "$@"', "sh", *program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 2
    assert "90 nodes hold 308 files open and this process may open 200," in done.stderr
    assert "which is enough for 36 of them" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["nodes.toml"]


def test_many_who_say_nothing_keep_nobody_out(served):
    sockets = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(300)]
    try:
        shown = served.ssh("show users")
        assert shown.returncode == 0, shown.stderr
        assert "Number of users : 1" in shown.stdout
        ends = [each for each in met(300, sockets) if _is_closed(each)]
        assert len(ends) >= 300 - 64
    finally:
        for each in sockets:
            each.close()


def _is_closed(connection):
    connection.settimeout(5)
    connection.recv(1000)  # the version of the server
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True


def test_one_who_reads_nothing_is_cut_off_and_holds_up_nobody(served):
    async def flood():
        connection = await asyncssh.connect(
            "127.0.0.1",
            served.port,
            username="admin",
            password="admin",
            known_hosts=None,
            config=None,
        )
        process = await connection.create_process("tree flat /configure; " * 200, window=1000)
        loop = asyncio.get_running_loop()
        shown = await loop.run_in_executor(None, served.ssh, "show users")
        (number,) = re.findall(r"admin +(\d+) +SSHv2", shown.stdout)
        cut = await loop.run_in_executor(None, served.ssh, f"admin disconnect session-id {number}")
        assert cut.returncode == 0
        await asyncio.wait_for(process.stdout.read(), 20)  # what had come, and then the end
        connection.close()

    asyncio.run(flood())
