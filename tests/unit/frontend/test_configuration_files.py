"""The whole configuration, as each CLI shows it."""

from srpki.cli.session import Session
from srpki.frontend.node import opened


def shown(node, dialect, command):
    with opened(node, lab=False, mode="mixed") as router:
        session = Session(router, dialect=dialect)
        for line in ('configure system name "r1"', "configure system security tls", "exit all"):
            if dialect == "classic":
                assert session.feed(line).ok
        return session.feed(command).text


def test_the_classic_cli_shows_a_classic_file(tmp_path):
    # cli.md 3.3: "exit all", a line that is exactly "configure", every context closed by "exit"
    lines = shown(tmp_path / "n", "classic", "admin display-config").splitlines()
    body = [line for line in lines if line and not line.startswith("#")]
    assert body == [
        "exit all",
        "configure",
        'echo "System Configuration"',
        "    system",
        '        name "r1"',
        "    exit",
        'echo "System Configuration Mode Configuration"',
        "    system",
        "        management-interface",
        "            configuration-mode mixed",
        "        exit",
        "    exit",
        "exit all",
    ]


def test_the_md_cli_shows_braces(tmp_path):
    shown(tmp_path / "n", "classic", "admin save")
    lines = shown(tmp_path / "n", "md", "admin show configuration").splitlines()
    assert lines[lines.index("configure {") :][:4] == [
        "configure {",
        "    system {",
        '        name "r1"',
        "        management-interface {",
    ]
