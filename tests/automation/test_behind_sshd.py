"""Real clients, and the loops of others with their published patterns, through OpenSSH's server.

Each opens a session of its own on a real pty; no clock is patched and nothing is cleaned for them.
"""

import re
import subprocess
from contextlib import contextmanager

import pytest
from clients import CLASSIC, MD
from counting import met
from foreign import library
from sshd import Sshd
from wire import Wire

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

PATIENCE = 40
"""Seconds that a client waits for an answer; their own defaults are shorter than a busy machine."""

PROFILE = '/configure system security pki ca-profile "ca"'
LONG = "x" * 80
"""With the command before it more than fits into a window of 80 columns."""


@pytest.fixture(params=["xterm", "vt100"])
def sshd(request, tmp_path):
    """OpenSSH's server in front of a new node; the shell sees this TERM."""
    with Sshd(tmp_path / "ssh", tmp_path / "node", term=request.param) as server:
        yield server


@pytest.fixture
def classic(tmp_path):
    """OpenSSH's server in front of a new node in classic mode."""
    options = ("--mode", "classic")
    with Sshd(tmp_path / "ssh", tmp_path / "node", term="vt100", options=options) as server:
        yield server


# --- netmiko --------------------------------------------------------------------------------------


def netmiko_at(sshd):
    """Return netmiko's driver for nokia_sros."""
    return library("netmiko").ConnectHandler(
        device_type="nokia_sros",
        host="127.0.0.1",
        port=sshd.port,
        username=sshd.user,
        use_keys=True,
        key_file=str(sshd.key),
        read_timeout_override=PATIENCE,
        conn_timeout=PATIENCE,
        banner_timeout=PATIENCE,
        auth_timeout=PATIENCE,
    )


def test_netmiko(sshd):
    netmiko = netmiko_at(sshd)
    assert netmiko.base_prompt == "A:admin@srpki"
    assert netmiko.send_command("show version").startswith("TiMOS-C-26.3")
    shown = netmiko.send_config_set(
        ["/configure system security pki dynamic-ca true", f'{PROFILE} description "{LONG}"']
    )
    assert "MINOR" not in shown
    assert netmiko.check_config_mode()
    netmiko.commit()
    assert "Saving configuration OK" in netmiko.save_config()
    assert "dynamic-ca true" in netmiko.send_command("info /configure system security pki")
    netmiko.exit_config_mode()
    assert not netmiko.check_config_mode()
    assert "MINOR: " in netmiko.send_command("show versoin")
    netmiko.disconnect()


def test_netmiko_with_the_classic_cli(classic):
    netmiko = netmiko_at(classic)
    assert netmiko.base_prompt == "A:srpki"
    shown = netmiko.send_config_set(["/configure system security pki dynamic-ca"])
    assert "Error" not in shown
    assert "Saving configuration" in netmiko.save_config()
    netmiko.disconnect()


# --- scrapli --------------------------------------------------------------------------------------


def scrapli_at(sshd, definition):
    """Return scrapli's driver of this *definition*, over OpenSSH's client."""
    module = library("scrapli")
    return module.Cli(
        host="127.0.0.1",
        port=sshd.port,
        definition_file_or_name=definition,
        auth_options=module.AuthOptions(username=sshd.user, private_key_path=str(sshd.key)),
        session_options=module.SessionOptions(operation_timeout_s=PATIENCE),
        transport_options=library("scrapli.transport").BinOptions(
            known_hosts_path=str(sshd.known), enable_strict_key=True
        ),
    )


def test_scrapli(sshd):
    scrapli = scrapli_at(sshd, "nokia_sros")
    scrapli.open()

    def send(*lines, mode="exec"):
        return scrapli.send_inputs(inputs=list(lines), requested_mode=mode)

    shown = send("show version")
    assert not shown.failed
    assert shown.result.startswith("TiMOS-C-26.3")
    change = ("/configure system security pki dynamic-ca true", "exit all", "commit")
    assert not send(*change, mode="configuration").failed
    assert send("/configure system bogus", mode="configuration").failed
    shown = send("info /configure system security pki", mode="configuration")
    assert "dynamic-ca true" in shown.result
    shown = send("show system information")
    assert not shown.failed
    assert "A:admin@" not in shown.result
    scrapli.close()


def test_scrapli_with_the_classic_cli(classic):
    with scrapli_at(classic, "nokia_sros_classic") as scrapli:
        assert "TiMOS" in scrapli.send_input("show version").result
        shown = scrapli.send_inputs(
            inputs=["system security pki dynamic-ca"], requested_mode="configuration"
        )
        assert not shown.failed
        assert "A:srpki" not in scrapli.send_input("show system information").result


# --- Ansible --------------------------------------------------------------------------------------


class Ansible:
    """The loop of ansible.netcommon's network_cli with the patterns of nokia.sros.

    [ansible.netcommon plugins/connection/network_cli.py; nokia.sros plugins/terminal/md.py]
    """

    PROMPTS = tuple(
        re.compile(one.pattern.encode())
        for one in (*MD, *CLASSIC)
        if one.name.startswith("Ansible nokia.sros.md")
    )
    ERRORS = (re.compile(rb"[\r\n]Error: .*"), re.compile(rb"[\r\n](MINOR|MAJOR|CRITICAL): .*"))
    CODES = tuple(map(re.compile, (rb"\x1b\[\?1h\x1b=", rb"\x08.", rb"\x1b\[m")))
    """What it cuts out of what it reads: every backspace with what follows it among others."""

    def __init__(self, channel):
        self._channel = channel
        self.prompt, _ = self._receive()

    def send(self, command):
        """Send *command*; return the answer without echo and prompt."""
        self._channel.sendall(command.encode() + b"\r")
        prompt, response = self._receive()
        assert not any(error.search(response) for error in met(2, self.ERRORS)), response
        self.prompt = prompt
        parts = [part.strip() for part in prompt.decode().splitlines()]
        lines = [
            line
            for line in response.decode().splitlines()
            if line.strip() != command and not any(part in line for part in parts)
        ]
        return "\n".join(lines).strip()

    def _receive(self):
        heard = b""
        while True:
            data = self._channel.recv(256)
            assert data, heard
            heard += data
            for code in self.CODES:
                heard = code.sub(b"", heard)
            for prompt in self.PROMPTS:
                if (found := prompt.search(heard)) is not None:
                    return found[0].strip(), heard


@contextmanager
def ansible_at(sshd):
    """Open a channel as Ansible does, of 80 columns for a vt100; yield its loop there."""
    paramiko = library("paramiko")
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.WarningPolicy())
        client.load_host_keys(str(sshd.known))
        client.connect(
            "127.0.0.1",
            sshd.port,
            sshd.user,
            key_filename=str(sshd.key),
            look_for_keys=False,
            allow_agent=False,
            timeout=PATIENCE,
            banner_timeout=PATIENCE,
            auth_timeout=PATIENCE,
        )
        channel = client.invoke_shell()
        channel.settimeout(PATIENCE)
        yield Ansible(channel)


def test_the_patterns_of_ansible(sshd):
    with ansible_at(sshd) as ansible:
        ansible_edits(ansible)


def ansible_edits(ansible):
    for line in (
        "environment delete prompt",
        "environment progress-indicator admin-state disable",
        "environment more false",
        "/!classic-cli",
        "environment no more",
        "/!md-cli",
    ):
        ansible.send(line)
    shown = ansible.send("show system information")
    assert re.search(r"System Name\s+: srpki\b", shown)
    for line in ("exit all", "edit-config private"):
        ansible.send(line)
    assert ansible.prompt.startswith(b"(pr)[/]")
    assert ansible.send(f'{PROFILE} description "{LONG}"') == ""
    ansible.send("exit all")
    assert f'description "{LONG}"' in ansible.send("compare")
    for line in ("commit", "quit-config"):
        ansible.send(line)
    assert ansible.prompt.startswith(b"[/]")
    assert LONG in ansible.send(f"info {PROFILE}")


def test_the_patterns_of_ansible_with_the_classic_cli(classic):
    with ansible_at(classic) as ansible:
        ansible.send("environment no more")
        assert re.search(r"System Name\s+: srpki\b", ansible.send("show system information"))
        for line in ("/admin save", "exit all", f"{PROFILE} create", "description short", "back"):
            assert "Error" not in ansible.send(line)
        assert ansible.prompt == b"*A:srpki>config>system>security>pki#"
        assert "short" in ansible.send("info")


# --- unicon ---------------------------------------------------------------------------------------


class Unicon:
    """unicon's way to talk: Ctrl-Z around each service, patterns over all that came.

    [unicon.plugins 26.9 sros/patterns.py, statements.py, service_implementation.py]
    """

    PROMPT = next(client for client in MD if client.name == "unicon")

    def __init__(self, sshd):
        program, *arguments = sshd.client
        self._wire = Wire(program, "-tt", *arguments, term="vt100")
        self.heard()

    def heard(self):
        """Return what came, once it ends in the prompt."""
        heard = ""
        while not self.PROMPT.reads(heard, "srpki"):
            heard += self._wire.until(b"# ").decode()
        return heard

    def send(self, keys):
        """Send *keys*; return what came of it."""
        self._wire.send(keys)
        return self.heard()

    def close(self):
        """Take the terminal away."""
        self._wire.close()


def test_the_patterns_of_unicon(sshd):
    unicon = Unicon(sshd)
    unicon.send("environment console length 512\r")
    unicon.send("environment console width 512\r")
    assert "TiMOS" in unicon.send("show version\r")
    assert unicon.send("edit-config private\r").endswith("(pr)[/]\r\nA:admin@srpki# ")
    unicon.send("/configure system security pki\r")
    assert unicon.send("\x1a").endswith("\r\n(pr)[/]\r\nA:admin@srpki# ")
    assert unicon.send("quit-config\r").endswith("\r\n[/]\r\nA:admin@srpki# ")
    assert unicon.send("configure private\r").endswith("[pr:/configure]\r\nA:admin@srpki# ")
    assert unicon.send("system security\x1a").endswith("\r\n[/]\r\nA:admin@srpki# ")
    unicon.close()


# --- the server alone -----------------------------------------------------------------------------


def test_a_pipe_over_ssh_has_neither_greeting_nor_echo_of_its_own(sshd):
    """Without a pty the shell reads lines: no escape codes, and the status is told."""

    ended = subprocess.run(
        [*sshd.client, "ignored"],
        input=b"show version\n",
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith(b"\n[/]\nA:admin@srpki# show version\nTiMOS")
    assert b"\x1b" not in ended.stdout
    assert b"logout" not in ended.stdout
