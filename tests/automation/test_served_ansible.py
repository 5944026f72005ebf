"""``ansible-playbook`` with the playbook and the plugins of ``examples/ansible``."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from foreign import need
from served import PATIENCE

pytestmark = [pytest.mark.interop, pytest.mark.timeout(300)]
EXAMPLE = Path(__file__).parents[2] / "examples" / "ansible"


def test_the_playbook(served, tmp_path):
    playbook = need("ansible-playbook", str(Path(sys.executable).parent))
    node = served.nodes[0]
    (tmp_path / "hosts").write_text(
        "[routers]\n"
        f"gw1 ansible_host=127.0.0.1 ansible_port={node['ssh_port']}"
        f" netconf_port={node['netconf_port']}\n"
        "[routers:vars]\nansible_user=admin\nansible_password=admin\n"
        "ansible_network_os=srpki_md\nansible_network_cli_ssh_type=paramiko\n"
    )
    done = subprocess.run(
        [playbook, "-i", str(tmp_path / "hosts"), str(EXAMPLE / "playbook.yml")],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
        stdin=subprocess.DEVNULL,
        cwd=tmp_path,
        env={
            **os.environ,
            "HOME": str(tmp_path),
            "ANSIBLE_HOME": str(tmp_path / "ansible"),
            "ANSIBLE_HOST_KEY_CHECKING": "false",
            "ANSIBLE_PERSISTENT_COMMAND_TIMEOUT": str(PATIENCE),
            "ANSIBLE_NOCOLOR": "1",
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"gw1 +: ok=10 +changed=3 +unreachable=0 +failed=0", done.stdout), done.stdout
