"""One reader for all ways in: what boots a node, what is loaded, pasted and imported.

Each text is judged alike by every way, but for what the table of `srpki.config.strictness` says.
"""

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.config.strictness import BOOT, IGNORE_UNKNOWN, IMPORT, LOAD, UnreadableError
from srpki.config.text import flat_lines
from srpki.schema.tree import SCHEMA

WAYS = {"boot": BOOT, "load": LOAD, "ignore": IGNORE_UNKNOWN, "import": IMPORT}
ROOT = SCHEMA.configure


def read(device, text, way):
    """Return what *text* comes to by *way*: the flat lines of it, and the line that stopped it."""
    reader = device.forms.reader(text, strictness=WAYS[way])
    try:
        reader.read(text)
        stopped = None
    except UnreadableError as error:
        stopped = error.line
    return list(flat_lines(ROOT, reader.tree)), stopped


def pasted(device, text):
    """Return the same of *text* where it is pasted into a session that stops at an error."""
    session = Session(device, "md")
    session.feed("edit-config private")
    first = next((line for line in text.split("\n") if line.strip() and line[0] != "#"), "")
    if not first.lstrip().startswith(("configure", "/", "persistent-indices")):
        session.feed("/configure")
    shell = session._shell
    stopped = None
    lines = text.removesuffix("\n").split("\n")
    for number, line in enumerate(lines, 1):
        if not session.feed(line).ok:
            stopped = number
            break
    else:
        if session.passing or shell.standing.trace.nested:
            stopped = len(lines)
    tree = shell.standing.editing.candidate.tree
    session.close()
    return list(flat_lines(ROOT, tree)), stopped


def wrapped(*lines):
    return "\n".join(["configure {", "    system {", *lines, "    }", "}", ""])


PKI = "    security { pki { {} } }"
UPDATE = "system security pki certificate-update-profile"
NAMED = ['system name "x"']

ALIKE = {
    "abbreviated words": ("conf" + "igure {\n    sys { na x }\n}\n", NAMED),
    "an abbreviated value": (
        "system security pki imported-format s\n",
        ["system security pki imported-format secure"],
    ),
    "an entry twice": (
        wrapped("transmission-profile a {", "}", "transmission-profile a {", "retry 3", "}"),
        ['system transmission-profile "a" retry 3'],
    ),
    "a leaf twice": (wrapped("name y", "name x"), NAMED),
    "two cases of a choice": (
        f"{UPDATE} p rsa\n/configure {UPDATE} p ecdsa {{ }}\n",
        [f'{UPDATE} "p" ecdsa {{ }}'],
    ),
    "no configure around it": ("system {\n    name x\n}\n", NAMED),
    "a flat line": ("system name x\n", NAMED),
    "full context": ("/configure system name x\n", NAMED),
    "indices after it": (wrapped("name x") + "\npersistent-indices {\n}\n", NAMED),
    "indices on a line": (wrapped("name x") + "persistent-indices { }\n", NAMED),
    "a comment behind a value": (wrapped("name x # the name"), NAMED),
    "a comment behind braces": ("configure { # all\nsystem { # it\nname x\n} # it\n}\n", NAMED),
    "a value that begins with a hash": (wrapped("name #x"), ['system name "#x"']),
    "comments and empty lines": ("# TiMOS\n\n" + wrapped("", "# x", "name x") + "# end\n", NAMED),
    "lines of another system": (wrapped("name x").replace("\n", "\r\n"), NAMED),
    "all on one line": ("configure { system { name x } }\n", NAMED),
    "no line at all": ("", []),
    "a boolean without a value": (
        "system security pki est-profile e check-id-kp-cmcra-only\n",
        ['system security pki est-profile "e" check-id-kp-cmcra-only true'],
    ),
    "a context without braces": ("configure {\nsystem\nname x\n}\n", NAMED),
    "an empty entry": (
        "system transmission-profile a { }\n",
        ['system transmission-profile "a" { }'],
    ),
    "several values": (
        "ipsec cert-profile a entry 1 send-chain ca-profile [b c]\n",
        ['ipsec cert-profile "a" entry 1 send-chain ca-profile ["b" "c"]'],
    ),
    "a foreign block": (wrapped("name y", "lldp {", "a {", "b }", "}", "name x"), NAMED),
    "a foreign line in a block": (wrapped("location here", "name x"), NAMED),
    "a foreign block at the top": ('router "Base" {\nbgp {\n}\n}\nsystem name x\n', NAMED),
    "a foreign element in braces": ("system {\nlldp { tx 3 } name x\n}\n", NAMED),
    "groups and their use": (
        'configure {\ngroups {\ngroup "g" {\n}\n}\nsystem {\napply-groups ["g"]\nname x\n}\n}\n',
        NAMED,
    ),
    "a foreign block that closes with what is around it": (
        "configure {\nsystem { name x\nlldp {\ntx 3\n} } }\n",
        NAMED,
    ),
    "an own secret": (
        'system security pki ca-profile a cmpv2 key-list key "1" password "TOKEN hash2"\n',
        ['system security pki ca-profile "a" cmpv2 key-list key "1" password "TOKEN hash2"'],
    ),
}
"""Texts that every way reads, and what they come to."""


@pytest.mark.parametrize("text", ALIKE)
def test_every_way_reads_alike(device, text):
    given, lines = ALIKE[text]
    found = {way: read(device, given, way) for way in WAYS}
    found["paste"] = pasted(device, given)
    assert all(one == found["paste"] for one in found.values()), found
    assert found["paste"][1] is None
    assert found["paste"][0] == lines


REFUSED = {
    "a brace that is missing": ("configure {\nsystem {\nname x\n}\n", 4),
    "a foreign block cut off": ("configure {\nport 1/1/c1 {\n", 2),
    "a string that does not end": (wrapped('name "x'), 3),
    "values over several lines": (
        "ipsec cert-profile a entry 1 send-chain ca-profile [b\nc]\n",
        1,
    ),
    "something behind a closing brace": ("configure {\nsystem {\nname x\n} ipsec\n}\n", 4),
    "a key among the values": (wrapped("transmission-profile a {", "name b", "}"), 4),
    "a line beyond the limit": (wrapped("name " + "x" * 2600), 3),
}
"""Texts that every way but the import refuses, with the line."""


@pytest.mark.parametrize("text", REFUSED)
def test_every_way_refuses_what_is_no_configuration(device, text):
    given, line = REFUSED[text]
    found = {way: read(device, given, way)[1] for way in ("load",)}
    found["paste"] = pasted(device, given)[1]
    assert found == dict.fromkeys(found, line)


BY_THE_TABLE = [
    # text, then what each way does: a line that stops it, or None
    ("an unknown word", wrapped("nmae y", "name x"), (None, 3, None, None, 3)),
    ("an unknown block", wrapped("frob {", "a b", "}", "name x"), (None, 3, None, None, 3)),
    ("a foreign flat line", "port 1/1/c1 x\nsystem name x\n", (None, 1, None, None, 1)),
    ("a foreign element on a line", "system { lldp { tx 3 } name x }\n", (None, 1, None, None, 1)),
    ("an unknown flat line", "prot 1/1/c1 x\nsystem name x\n", (1, 1, None, None, 1)),
    ("a brace too many", "/configure system name x\n}\n", (2, 2, 2, 2, None)),
    ("a value that is none", wrapped("transmission-profile a {", "retry x", "}", "name x"),
     (4, 4, 4, None, 4)),
    ("a value that is missing", wrapped("name", "name x"), (3, 3, 3, None, 3)),
    ("an ambiguous word", wrapped("security { pki { c x } }", "name x"), (3, 3, 3, None, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "given", "lines"), BY_THE_TABLE, ids=lambda x: str(x)[:30])
def test_the_ways_differ_by_the_table_alone(device, text, given, lines):
    del text
    found = [read(device, given, way) for way in WAYS] + [pasted(device, given)]
    # A brace that is typed goes up from wherever the session stands.
    assert tuple(stopped for _, stopped in found) == lines
    through = met(1, [read for read, stopped in found if stopped is None])
    assert all('system name "x"' in read for read in through)
