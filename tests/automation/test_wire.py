"""What the shell writes to a terminal, octet by octet, and what clients make of it.

The octets are those of a router: prompt [cli.md 1.1], echo as typed, CR LF [access.md 2].
"""

import pytest
from clients import CLASSIC, MD
from counting import met
from wire import Wire

pytestmark = pytest.mark.timeout(120)

TERMS = ("xterm", "vt100", "linux", "dumb")
PROMPT = b"\r\n[/]\r\nA:admin@srpki# "
NAME = b"A:admin@srpki# "
BACK = b"\b"
HELP = b"\r\n\r\n version               - Print which software the node runs\r\n"
VERSION = (
    b"TiMOS-C-26.3 srpki 0.2.0: an emulator, not Nokia software.\r\n"
    b"It emulates the certificate management of a Nokia 7750 SR and nothing else.\r\n"
)
KEYS = (
    # what is pressed, and what is written
    (b"s", b"s"),
    (b"h", b"h"),
    (b" ", b"ow "),
    (b"ver", b"ver"),
    (b"?", HELP + PROMPT + b"show ver"),
    (b"\t", b"sion "),
    (b"\r", b"\r\n" + VERSION + PROMPT),
    (b"\n", b"\r\n" + PROMPT),
    (b"pwcx", b"pwcx"),
    (b"\x7f", b"\b \b"),
    (b"\b", b"\b \b"),
    (b"\x03", b"\r\n" + PROMPT),
    (b"\x1b[A", b"show version"),
    (b"\x15", BACK * 12 + b" " * 12 + BACK * 12),
    (b"\x03", b"\r\n" + PROMPT),
    (b"\x10", b"show version"),
    (b"\x7f\x7f", b"\b \b\b \b"),
    (b"\x1b[D", BACK),
    (b"!", b"!i" + BACK),
    (b"\x1a", b"i\r\n" + PROMPT),
    (b"environment c\t", b"environment co"),
    (b"\x1a", b"\r\n" + PROMPT),
    (b"edit-config exclusive\r", None),
    (b"\x1a", b"\r\n\r\n(ex)[/]\r\n" + NAME),
    (b"quit-config\r", None),
    (b"logout", b"logout"),
)


@pytest.fixture
def shell(tmp_path):
    """Start the program on a terminal of some kind, on the same node each time."""
    started = []

    def start(term, *options):
        started.append(Wire.shell(tmp_path / "wired", *options, term=term))
        return started[-1]

    yield start
    for wire in started:
        wire.close()


@pytest.mark.parametrize("term", TERMS)
def test_the_octets_of_prompt_echo_and_keys_are_those_of_a_router(shell, term):
    wire = shell(term)
    first = wire.until(NAME)
    assert first.endswith(b"\r\n" + PROMPT)
    assert first.count(b"\n") == first.count(b"\r\n")
    for keys, octets in KEYS:
        wire.send(keys)
        if octets is None:
            assert wire.until(NAME).startswith(keys[:-1] + b"\r\n")
        else:
            assert wire.until(octets) == octets
    wire.send(b"\r")
    assert wire.rest() == (b"\r\n", 0)
    assert b"\x1b" not in first


LINES = (
    "",
    "environment more false",
    "pwc",
    "show versoin",
    "environment no more",
    "//environment no more",
    "edit-config exclusive",
    "/configure system name srpki",
    "configure system security pki",
    'ca-profile "a b" description "x ? y"',
    "info",
    "exit all",
    "compare",
    "validate",
    "discard",
    "quit-config",
    "//",
    "configure system",
    "exit all",
    "/!md-cli",
)


@pytest.mark.parametrize("term", ["xterm", "vt100"])
def test_the_quick_imitation_writes_what_a_terminal_gets(shell, imitation, term):
    wire = shell(term)
    assert wire.until(NAME).endswith(imitation.read_first().encode())
    for line in LINES:
        expected = imitation.send(line).encode()
        wire.send(f"{line}\r")
        assert wire.until(expected[-12:]) == expected


@pytest.mark.parametrize("term", TERMS)
def test_each_client_finds_every_prompt_where_it_is(shell, term):
    wire = shell(term)
    name, clients = NAME, MD
    heard = wire.until(name)
    for line in ("edit-config exclusive", "configure system", "info", "exit all", "quit-config"):
        for client in met(3, clients):
            text = client.hears(heard)
            assert client.reads(text, "srpki"), (client, text)
            # Nothing in the greeting or in the output is taken for a prompt.
            before = text[: text.rindex("\n")].rpartition("[")[0]
            assert not client.reads(before, "srpki"), (client, before)
        wire.send(f"{line}\r")
        heard = wire.until(name)
    wire.send("//\r")
    heard = wire.until(b"A:srpki# ")
    for client in CLASSIC:
        assert client.reads(client.hears(heard), "srpki"), client


@pytest.mark.parametrize("client", [*MD, *CLASSIC], ids=lambda client: client.name)
@pytest.mark.parametrize("options", [(), ("--lab",)])
def test_no_line_of_the_greeting_looks_like_a_prompt(greetings, client, options):
    for text in met(3, greetings[options]):
        assert not client.reads(client.hears(text), "srpki")


@pytest.fixture(scope="module")
def greetings(tmp_path_factory):
    """The greeting without and with a lab, as it came so far after each of its lines."""
    found = {}
    for options in ((), ("--lab",)):
        wire = Wire.shell(tmp_path_factory.mktemp("node"), *options, term="xterm")
        greeting = wire.until(NAME).removesuffix(b"\r\n" + PROMPT) + b"\r\n"
        wire.close()
        lines = greeting.splitlines(keepends=True)
        assert len(lines) >= 2
        found[options] = [b"".join(lines[:number]) for number in range(1, len(lines) + 1)]
    assert b"logout" in found[()][-1]
    assert found[()][-1] != found[("--lab",)][-1]
    return found
