"""How ``ansible.netcommon.network_cli`` finds its way at a terminal of the MD-CLI.

Ansible finds this plugin beside the playbook; hosts name it by ``ansible_network_os: srpki_md``.
"""

import re
from typing import ClassVar

from ansible.errors import AnsibleConnectionFailure
from ansible_collections.ansible.netcommon.plugins.plugin_utils.terminal_base import TerminalBase

SETTINGS = (
    "environment delete prompt",
    "environment progress-indicator admin-state disable",
    "environment more false",
)


class TerminalModule(TerminalBase):
    """Knows prompts and errors, and turns off what stops a program that reads."""

    terminal_stdout_re: ClassVar = [
        re.compile(
            rb"(?:^|[\r\n])[!*]*(?:\((?:ex|gl|pr|ro)\))?\[[^\r\n]*\]\r?\n[A-D]:[^\s@]+@\S+# $"
        )
    ]
    terminal_stderr_re: ClassVar = [
        re.compile(rb"[\r\n](?:MINOR|MAJOR|CRITICAL): .*"),
        re.compile(rb"[\r\n]Error: .*"),
    ]

    def on_open_shell(self) -> None:
        """Make the session one for programs; raises `AnsibleConnectionFailure`."""
        try:
            for line in SETTINGS:
                self._exec_cli_command(line.encode())
        except AnsibleConnectionFailure as error:
            raise AnsibleConnectionFailure(f"the session cannot be set up: {error}") from error
