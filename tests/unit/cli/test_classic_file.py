"""The classic configuration file, written and read [cli.md 3.3]."""

from datetime import UTC, datetime

import pytest
from counting import met

from srpki import __version__
from srpki.cli.classic.configuration import classic_file
from srpki.cli.classic.file import read
from srpki.cli.classic.layout import Order
from srpki.config.strictness import MAXIMUM_SIZE
from srpki.config.tree import EMPTY, Branch, Entries
from srpki.core.errors import InvalidInputError
from srpki.schema.classic import places
from srpki.schema.nodes import Choice, Container, Leaf, LeafList, ListNode
from srpki.schema.tree import SCHEMA
from srpki.schema.types import Reference

ROOT = SCHEMA.configure
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)

FILE = """
# TiMOS-C-26.3.R1 cpm/x86_64
# Generated MON NOV 23 12:00:00 2026 UTC

exit all
configure
#--------------------------------------------------
echo "System Configuration"
#--------------------------------------------------
    system
        name "r#1"          # a comment
        file-transmission-profile "tx" create
            retry 3
        exit
    exit
    system
        security
            pki
                est-profile "e" create
                    server fqdn "est.example" port 8443
                    http-authentication username "u" password "TOKEN" hash2
                exit
            exit
        exit
    exit
    ipsec
        cert-profile "gw" create
            entry 1 create
                cert "gw.crt"
            exit
            no shutdown
        exit
    exit
exit all

# Finished MON NOV 23 12:00:00 2026 UTC
"""

TREE = Branch(
    {
        "system": Branch(
            {
                "name": "r#1",
                "transmission-profile": Entries({("tx",): Branch({"retry": 3})}),
                "security": Branch(
                    {
                        "pki": Branch(
                            {
                                "est-profile": Entries(
                                    {
                                        ("e",): Branch(
                                            {
                                                "server": Branch(
                                                    {"fqdn": "est.example", "port": 8443}
                                                ),
                                                "http-authentication": Branch(
                                                    {"username": "u", "password": "TOKEN hash2"}
                                                ),
                                            }
                                        )
                                    }
                                )
                            }
                        )
                    }
                ),
            }
        ),
        "ipsec": Branch(
            {
                "cert-profile": Entries(
                    {
                        ("gw",): Branch(
                            {
                                "entry": Entries({(1,): Branch({"cert": "gw.crt"})}),
                                "admin-state": "enable",
                            }
                        )
                    }
                )
            }
        ),
    }
)


def test_a_file_is_read():
    assert read(ROOT, FILE) == TREE


def test_a_file_of_another_system_may_end_its_lines_in_its_own_way():
    assert read(ROOT, FILE.replace("\n", "\r\n")) == TREE


def test_what_is_read_is_written_again():
    assert read(ROOT, classic_file(ROOT, TREE, NOW)) == TREE


def test_an_empty_file_is_an_empty_configuration():
    assert read(ROOT, "") == read(ROOT, classic_file(ROOT, EMPTY, NOW)) == EMPTY


def test_the_frame_of_a_file():
    assert classic_file(ROOT, EMPTY, NOW).splitlines() == [
        "",
        f"# TiMOS-C-26.3 srpki {__version__}: an emulator, not Nokia software.",
        "# It emulates the certificate management of a Nokia 7750 SR and nothing else.",
        "# Generated MON NOV 23 12:00:00 2026 UTC",
        "",
        "exit all",
        "configure",
        "exit all",
        "",
        "# Finished MON NOV 23 12:00:00 2026 UTC",
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("bogus", "Error: Bad command."),
        ("configure system bogus", "Error: Bad command."),
        ("configure system security pki maximum-cert-chain-depth 8", "out of range 1..7"),
        ("configure system security pki ca-profile x", 'missing "create" keyword'),
        ("configure system security pki no ca-profile x", "Entry does not exist"),
        ("configure system name", "Error: Missing parameter"),
        ('configure system name "x', "Error: Invalid parameter."),
        ("configure system name " + "x" * 2600, "longer than 2600 characters"),
        ("info", "Error: Bad command."),
        ("admin save", "Error: Bad command."),
        ("environment no more", "Error: Bad command."),
        ("configure system name x | count", "Error: Invalid parameter."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line, sentence):
    with pytest.raises(InvalidInputError) as refused:
        read(ROOT, f"exit all\n{line}\nexit all\n")
    assert str(refused.value).startswith("line 2: ")
    assert sentence in str(refused.value)
    assert len(str(refused.value)) < 220


def test_control_characters_of_a_file_reach_no_screen():
    with pytest.raises(InvalidInputError) as refused:
        read(ROOT, "bogus\x1b[2J\x07\n")
    assert str(refused.value).isprintable()


def test_a_file_of_boundless_length_is_not_read():
    with pytest.raises(InvalidInputError, match="longer than"):
        read(ROOT, "\n" * (MAXIMUM_SIZE + 1))


# --- the order ---


def contexts(node, steps=()):
    yield steps, node
    for place in places(node):
        if isinstance(place.node, Container | ListNode):
            yield from contexts(place.node, (*steps, *place.prefix, place.node.name))


def targets(node):
    if isinstance(node, Leaf | LeafList):
        return {node.type.target} if isinstance(node.type, Reference) else set()
    below = node.cases if isinstance(node, Choice) else getattr(node, "children", ())
    return set().union(*(targets(child) for child in below))


@pytest.mark.parametrize("at", met(90, [" ".join(steps) for steps, _ in contexts(ROOT)]))
def test_nothing_refers_to_what_comes_later_in_its_context(at):
    steps, node = next(one for one in contexts(ROOT) if " ".join(one[0]) == at)
    children = Order(ROOT).children(node, steps)
    for number, place in met(0, enumerate(children)):
        for later in met(0, children[number + 1 :]):
            path = "/".join(("/configure", *steps, *later.prefix, later.node.name, ""))
            assert not any(target.startswith(path) for target in met(0, targets(place.node)))


def test_sections_come_in_the_order_of_their_references():
    titles = [section.section.title for section in Order(ROOT).sections()]
    assert titles == [
        "System Configuration",
        "System Security Configuration",
        "System Login Control Configuration",
        "System Security Cpm Hw Filters, PKI, TLS and LDAP Configuration",
        "IPsec Configuration",
        "Log Configuration",
        "System Configuration Mode Configuration",
    ]
