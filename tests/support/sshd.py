"""OpenSSH's server on loopback, with a configuration and keys of its own."""

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from foreign import need

PATIENCE = 15.0
"""Seconds until the server has to listen."""


class Sshd:
    """A server that runs ``srpki shell`` for whoever has the key, and nothing else."""

    def __init__(self, home, node, *, term, options=()):
        """Make keys and configuration in *home*; the shell sees TERM=*term* and *node*."""
        home.mkdir()
        self.user = getpass.getuser()
        self.key = home / "user"
        self.known = home / "known"
        self.port = _free_port()
        for name in ("host", "user"):
            key = ("-q", "-t", "ed25519", "-N", "", "-f", str(home / name))
            subprocess.run([_tool("ssh-keygen"), *key], check=True)
        shutil.copy(home / "user.pub", home / "authorized")
        command = [sys.executable, "-m", "srpki.frontend.program", "shell", "--node", str(node)]
        (home / "config").write_text(
            f"ListenAddress 127.0.0.1\nPort {self.port}\nHostKey {home / 'host'}\n"
            f"AuthorizedKeysFile {home / 'authorized'}\nPasswordAuthentication no\n"
            "KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\nPidFile none\n"
            "PermitRootLogin prohibit-password\nPrintMotd no\nPrintLastLog no\n"
            f"ForceCommand env TERM={term} {' '.join([*command, *options])}\n"
        )
        self.known.write_text(f"[127.0.0.1]:{self.port} {(home / 'host.pub').read_text()}")
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # as its service does
        self.log = (home / "log").open("wb")
        self._server = subprocess.Popen(
            [_tool("sshd"), "-D", "-e", "-f", str(home / "config")],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + PATIENCE
        while self._server.poll() is None and time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
        raise AssertionError("sshd does not listen: " + Path(self.log.name).read_text())

    @property
    def client(self):
        """The command of OpenSSH's client that leads here."""
        options = {
            "Port": self.port,
            "IdentityFile": self.key,
            "IdentitiesOnly": "yes",
            "UserKnownHostsFile": self.known,
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
        }
        given = [f"-o{name}={value}" for name, value in options.items()]
        return [_tool("ssh"), "-F", "none", *given, f"{self.user}@127.0.0.1"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.terminate()
        self._server.wait()
        self.log.close()


def _tool(name):
    """Return the path of *name*, for the server must be started by its full path."""
    return need(name, f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
