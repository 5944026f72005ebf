"""A router and a terminal, as an automation client has them at the other end of SSH."""

import re
import socket
from datetime import UTC, datetime

import pytest
from counting import met
from served import OWN_ADDRESS, Served

from srpki.cli.session import Session
from srpki.core.clock import FrozenClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.parts import Exchanges

FAILURES = (r"^Error: .*", r"^(MINOR|MAJOR|CRITICAL): .*", r"^Bad Command:")
"""What any client takes for a failure [cli.md sections 3.2 and 4]."""


class Terminal:
    """Echoes what is sent, prints the answer and the next prompt, all lines ended by CRLF."""

    def __init__(self, router, dialect="md"):
        self.session = Session(router, dialect)
        self.closed = False
        self.asking = False

    def read_first(self):
        """Return what is there after the log-in."""
        return _on_the_wire(self.session.prompt)

    def send(self, line):
        """Send *line* and Enter; return everything up to the next prompt or question."""
        assert not self.closed, f"sent after the end: {line}"
        return self._shown(f"{line}\n", self.session.feed(line))

    def control_z(self):
        """Send Ctrl-Z; return everything up to the next prompt or question."""
        return self._shown("", self.session.control_z())

    def clean(self, *lines):
        """Send *lines*, each of which must succeed at once; return what the last one gave."""
        shown = ""
        for line in met(1, lines):
            shown = self.send(line)
            assert not failures(shown), shown
            assert not self.asking, shown
        return shown

    def output(self, line):
        """Send *line*, which must succeed; return its output as transports clean it.

        Echo and prompt are gone, and so is white space at both ends [observed-2.md 17].
        """
        shown = self.clean(line)
        shown = shown.removeprefix(f"{line}\r\n")
        return shown.removesuffix(self.read_first()).replace("\r\n", "\n").strip()

    def _shown(self, echo, answer):
        self.closed = answer.closed
        self.asking = answer.question is not None
        text = f"{answer.text}\n" if answer.text else ""
        after = answer.question if self.asking else self.session.prompt
        return _on_the_wire(echo + text + ("" if answer.closed else after))


def _on_the_wire(text):
    return text.replace("\n", "\r\n")


def failures(shown):
    """Return the lines of *shown* that a client takes for a failure."""
    lines = shown.replace("\r\n", "\n").split("\n")
    return [line for line in lines if any(re.match(failure, line) for failure in FAILURES)]


@pytest.fixture(scope="session")
def failed():
    """Find the lines that a client takes for a failure."""
    return failures


@pytest.fixture
def router(tmp_path):
    """A router with an empty configuration."""
    router = Router(
        tmp_path / "node",
        clock=FrozenClock(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)),
        entropy=SystemEntropy(),
        exchanges=Exchanges(tmp_path / "node"),
    )
    yield router
    router.stop()


@pytest.fixture
def md(router):
    """A terminal at the MD-CLI."""
    return Terminal(router)


@pytest.fixture
def imitation(router):
    """What stands for a terminal in most tests here; one test compares it with a real one."""
    return Terminal(router)


@pytest.fixture
def classic(router, configuration_mode):
    """A terminal at the classic CLI of a node that it may edit."""
    configuration_mode("mixed")
    return Terminal(router, "classic")


@pytest.fixture
def configuration_mode(router):
    """Choose who may edit: classic, mixed or model-driven."""

    def choose(mode):
        terminal = Terminal(router)
        terminal.clean(
            "edit-config exclusive",
            f"/configure system management-interface configuration-mode {mode}",
            "commit",
            "exit all",
            "quit-config",
            "logout",
        )

    return choose


INVENTORY = """
[labs.town]

[nodes.md]
lab = "town"
ssh = "127.0.0.1:0"
netconf = "127.0.0.1:0"

[nodes.classic]
lab = "town"
mode = "classic"
ssh = "127.0.0.1:0"
"""
FIXED = """
[nodes.fixed]
lab = "town"
ssh = "{0}"
netconf = "{0}"
"""
"""A node at the ports that some clients have fixed."""


def _to_be_had(port):
    with socket.socket() as probe:
        try:
            probe.bind((OWN_ADDRESS, port))
        except OSError:
            return False
    return True


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    """One process that serves nodes in one lab to all clients: md, classic, and where it can fixed."""
    home = tmp_path_factory.mktemp("served")
    fixed = all(map(_to_be_had, (22, 830)))
    (home / "nodes.toml").write_text(INVENTORY + FIXED.format(OWN_ADDRESS) * fixed)
    words = ("--inventory", home / "nodes.toml")
    with Served(home / "clients", *words, nodes=2 + fixed) as process:
        yield process
        assert process.terminate() == 0
        assert process.errors.read_text() == ""
