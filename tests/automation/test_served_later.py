"""What changes while nodes are served: users who come to be, and what is spoken after a reboot."""

import json
import subprocess
import sys

import pytest
from served import PATIENCE, Served

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]

INVENTORY = """
[nodes.first]
lab = true
mode = "classic"

[nodes.later]
netconf = "127.0.0.1:0"
"""
USER = "/configure system security user-params local-user user"


def test_addresses_open_when_there_is_a_user_and_algorithms_follow_a_reboot(tmp_path):
    (tmp_path / "nodes.toml").write_text(INVENTORY)
    with Served(tmp_path / "clients", "--inventory", tmp_path / "nodes.toml") as served:
        assert [node["node"] for node in served.nodes] == ["first"]
        lines = (
            "edit-config private",
            f'{USER} "ann" password "Secret-1!"',
            f'{USER} "ann" access console true',
            "commit",
        )
        (tmp_path / "lines").write_text("\n".join(lines))
        program = (sys.executable, "-m", "srpki.frontend.program", "exec")
        subprocess.run(
            [*program, tmp_path / "lines", "--node", tmp_path / "later"],
            timeout=PATIENCE,
            capture_output=True,
            check=True,
        )
        later = json.loads(served.process.stdout.readline())
        assert (later["node"], later["username"]) == ("later", None)
        assert later["netconf_port"] > 0
        open_now = {"port": later["ssh_port"], "StrictHostKeyChecking": "no"}
        assert served.ssh("show time", user="ann", password="Secret-1!", **open_now).returncode == 0
        assert served.ssh("show time", user="ann", password="Secret-2!", **open_now).returncode

        ciphers = "/configure system security ssh server-cipher-list protocol-version 2"
        chosen = served.ssh(f"{ciphers} cipher 10 name aes256-ctr")
        assert chosen.returncode == 0, chosen.stdout
        assert served.ssh("show time", Ciphers="aes128-ctr").returncode == 255
        served.ssh("admin reboot now")  # which forgets what was not saved
        assert served.ssh("show time", Ciphers="aes128-ctr").returncode == 0
        said = served.errors.read_text()
    assert "later is not served at 127.0.0.1:0: it has no user" in said
    assert "later is served at 127.0.0.1:0 once somebody could log in" in said
