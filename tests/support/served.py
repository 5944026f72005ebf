"""``srpki serve`` as a process, and OpenSSH's clients that reach it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from foreign import need

PATIENCE = 60
"""Seconds that a client is waited for; a busy machine is slow."""
OWN_ADDRESS = f"127.67.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
"""An address of loopback that no other process of the tests takes."""


class Served:
    """A process that serves nodes, known by its lines of JSON; *home* keeps clients' files."""

    def __init__(self, home, *words, nodes=1):
        """Start ``srpki serve`` with *words* and wait for the lines of so many *nodes*."""
        home.mkdir(parents=True, exist_ok=True)
        self.home = home
        self.errors = home / "errors"
        with self.errors.open("wb") as errors:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "srpki.frontend.program",
                    "serve",
                    "--json",
                    *map(str, words),
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
        lines = [self.process.stdout.readline() for _ in range(nodes)]
        assert all(lines), self.errors.read_text()
        self.nodes = [json.loads(line) for line in lines]
        self.known = home / "known"
        self.known.write_text("".join(map(_known, self.nodes)))
        self._askpass = home / "askpass"
        self._askpass.write_text('#!/bin/sh\nprintf "%s\\n" "$SSH_PASSWORD"\n')
        self._askpass.chmod(0o700)

    @property
    def port(self):
        """The port of SSH at the first node."""
        return self.nodes[0]["ssh_port"]

    def environment(self, password="admin"):
        """Return an environment in which OpenSSH's clients answer *password*."""
        asking = {"SSH_ASKPASS": str(self._askpass), "SSH_ASKPASS_REQUIRE": "force"}
        return {**os.environ, **asking, "SSH_PASSWORD": password}

    def options(self, *, port=None, port_option="-p", **more):
        """Return options of OpenSSH's clients that lead to the first node, or another's *port*."""
        given = {
            "UserKnownHostsFile": self.known,
            "StrictHostKeyChecking": "yes",
            "LogLevel": "ERROR",
            "IdentityFile": "none",
            "NumberOfPasswordPrompts": 1,
            **more,
        }
        words = [f"-o{name}={value}" for name, value in given.items()]
        return ["-F", "none", port_option, str(port or self.port), *words]

    def ssh(
        self,
        *words,
        password="admin",
        user="admin",
        typed="",
        options=(),
        port=None,
        host="127.0.0.1",
        **more,
    ):
        """Run OpenSSH's client with *words* at the node; return what came of it, as text."""
        command = [need("ssh"), *self.options(port=port, **more), *options]
        return subprocess.run(
            [*command, f"{user}@{host}", *words],
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=self.environment(password),
            check=False,
        )

    def terminate(self, number=signal.SIGTERM):
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.terminate()
        self.process.stdout.close()


def _known(node):
    return f"[{node['ssh_address']}]:{node['ssh_port']} {node['host_key']}\n"


def files_below(directory):
    """Return the files below *directory* with their modes, by their names from there."""
    return {
        str(path.relative_to(directory)): path.stat().st_mode & 0o777
        for path in Path(directory).rglob("*")
        if path.is_file()
    }
