"""What is told when a node can be reached: a line for programs, or some for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from srpki.core.record import Record

if TYPE_CHECKING:
    from srpki.frontend.serve.places import Address


class Ready(Record):
    """A *node* that can be reached at the addresses *ssh* and *netconf*.

    NETCONF is *enabled* where the configuration says so, else by this command alone.
    *host_key* is what clients see there, as known_hosts has it; without addresses, those who are on
    this machine join the node by its directory. *username* and *password* are
    those that a lab takes which has no users.
    """

    node: str
    ssh: tuple[Address, ...]
    netconf: tuple[Address, ...]
    host_key: str | None
    username: str | None = None
    password: str | None = None
    enabled: bool = True

    def record(self) -> str:
        """Return one JSON object; the first address of each kind stands for all."""
        ssh, netconf = (next(iter(each), None) for each in (self.ssh, self.netconf))
        told = {
            "node": self.node,
            "ssh_address": None if ssh is None else ssh.host,
            "ssh_port": None if ssh is None else ssh.port,
            "netconf_address": None if netconf is None else netconf.host,
            "netconf_port": None if netconf is None else netconf.port,
            "username": self.username,
            "password": self.password,
            "host_key": self.host_key,
            "listens": {"ssh": [*map(str, self.ssh)], "netconf": [*map(str, self.netconf)]},
        }
        return json.dumps(told)

    def sentences(self) -> str:
        """Return lines for people."""
        user = self.username or "USER"
        lines = [f"{self.node} is ready"]
        lines += [f"  ssh -p {at.port} {user}@{at.host}" for at in self.ssh]
        by = "" if self.enabled else ", enabled by this command: the configuration does not"
        lines += [f"  NETCONF at {at}{by}" for at in self.netconf]
        if not self.ssh and not self.netconf:
            lines += ["  srpki shell --node with its directory joins it"]
        elif self.password is not None:
            lines.append(
                f"  user {user}, password {self.password}: a lab without users takes them from"
                " anybody on this machine"
            )
        return "\n".join(lines)
