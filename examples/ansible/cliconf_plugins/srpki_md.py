"""What ``cli_command`` and ``cli_config`` of ansible.netcommon do at the MD-CLI.

A change is made in a private candidate: compared, then committed, or in check mode validated and
dropped. Ansible finds this plugin beside the playbook.
"""

import json
import re
from collections.abc import Iterable

from ansible_collections.ansible.netcommon.plugins.plugin_utils.cliconf_base import CliconfBase

DOCUMENTATION = """
name: srpki_md
short_description: Commands and configuration of the MD-CLI
description:
- Runs commands and edits the configuration by a private candidate of the MD-CLI.
"""
OPERATIONS = {
    "supports_commit": True,
    "supports_onbox_diff": True,
    "supports_replace": True,
    "supports_rollback": True,
    "supports_commit_comment": True,
    "supports_defaults": True,
    "supports_diff_replace": False,
    "supports_diff_match": False,
    "supports_diff_ignore_lines": False,
    "supports_generate_diff": False,
    "supports_multiline_delimiter": False,
}


class Cliconf(CliconfBase):
    """One session at the MD-CLI."""

    def get_device_info(self) -> dict[str, str]:
        """Return what ``show system information`` says of the node."""
        shown = self.send_command("show system information")
        found = dict(re.findall(r"^([A-Z][\w ]+?) *: (.*?)\s*$", shown, re.MULTILINE))
        return {
            "network_os": "srpki_md",
            "network_os_hostname": found.get("System Name", ""),
            "network_os_version": found.get("System Version", ""),
            "network_os_model": found.get("System Type", ""),
        }

    def get_capabilities(self) -> str:
        """Return what this plugin does, in JSON."""
        return json.dumps({**super().get_capabilities(), "device_operations": OPERATIONS})

    def get(self, command: str, **given: object) -> str:
        """Return what the node answers to *command*."""
        return self.send_command(command=command, **given)

    def get_default_flag(self) -> list[str]:
        """Return the word that shows defaults, too."""
        return ["detail"]

    def get_config(
        self,
        source: str = "running",
        flags: Iterable[str] = (),
        format: str | None = None,  # noqa: A002
    ) -> str:
        """Return the running configuration."""
        if source != "running" or format not in (None, "text"):
            raise ValueError(f"there is no {format} of {source} here")
        return self.send_command(" ".join(("info /configure", *(flags or ()))))

    def edit_config(
        self,
        candidate: Iterable[str] = (),
        commit: bool = True,
        replace: bool | str | None = None,
        comment: str | None = None,
    ) -> dict[str, str]:
        """Make the lines of *candidate*; return what differs by them, where something does."""
        begun = ("delete configure",) if replace is True else ()
        loaded = (f'load full-replace "{replace}"',) if isinstance(replace, str) else ()
        return self._change((*begun, *loaded, *(candidate or ()), "exit all"), commit, comment)

    def rollback(self, rollback_id: int, commit: bool = True) -> dict[str, str]:
        """Take an earlier commit up again; return what differs by it."""
        return self._change(("configure", f"rollback {rollback_id}", "exit all"), commit, None)

    def _change(self, lines: Iterable[str], commit: bool, comment: str | None) -> dict[str, str]:
        for line in ("exit all", "edit-config private"):
            self.send_command(line)
        try:
            for line in lines:
                self.send_command(line)
            difference = self.send_command("compare")
            if difference and commit:
                self.send_command(f'commit comment "{comment}"' if comment else "commit")
            elif difference:
                self.send_command("validate")
        finally:
            for line in ("exit all", "discard", "quit-config"):
                self.send_command(line)
        return {"diff": difference} if difference else {}
