"""What automation clients take for a prompt, against every prompt that the shell can print.

The patterns are data of the clients, each with its source and the way in which it is applied
[cli.md section 4]. Where a client cannot read a prompt of a real router, the table says so, and
the tests hold that too: it is a property of the client that nobody can mend here.
"""

import itertools
import re

import pytest
from clients import CLASSIC, MD, NAMES, PLAIN
from counting import met

from srpki.cli.session import Session

# --- every prompt ---------------------------------------------------------------------------------

MODES = {"ex": "exclusive", "gl": "global", "pr": "private", "ro": "read-only"}
KEYS = ("lab-ca", "a b", "x]y", "x] y [z", 'say "hi"', "#1", "back\\\\slash", "a|b", "(ex)[", "a>b")
PLACES = (
    "configure",
    "configure system security pki",
    *(
        'configure system security pki ca-profile "{}" cmpv2'.format(key.replace('"', '\\"'))
        for key in KEYS
    ),
    'configure ipsec cert-profile "gw" entry 1',
)
DIRTY = ("/configure system security pki dynamic-ca true",)


def named(device, name):
    """Let *device* run under *name*, by a commit of its own."""
    session = Session(device, "md")
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    for line in ("configure private", f'system name "{quoted}"', "commit", "exit all"):
        answer = session.feed(line)
        assert answer.ok, answer.text


def committed_elsewhere(device):
    session = Session(device, "md")
    for line in ("configure private", "system security pki imported-format secure", "commit"):
        assert session.feed(line).ok
    session.close()


def at(new_device, lines, dialect="md", *, name=PLAIN, outdated=False):
    """Return the prompt after *lines* were typed on a device called *name*."""
    device = new_device("mixed" if dialect == "classic" else None)
    if name != PLAIN:
        named(device, name)
    session = Session(device, dialect)
    for line in met(0, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line}\n{answer.text}"
    if outdated:
        committed_elsewhere(device)
        session.feed("")
    return session.prompt


def md_prompts(new_device):
    """Yield every kind of MD-CLI prompt."""
    operational = ((), ("state",), ("state system security pki",))
    yield from (at(new_device, lines) for lines in operational)
    for mode, dirty, outdated in itertools.product(MODES.values(), (False, True), (False, True)):
        edits = DIRTY if dirty else ()
        if (mode, dirty) == ("read-only", True) or (mode, outdated) == ("exclusive", True):
            continue
        yield at(new_device, (f"edit-config {mode}", *edits, "exit all"), outdated=outdated)
        yield at(new_device, (f"configure {mode}", *edits, "top"), outdated=outdated)
        if mode == "read-only":
            continue
        for place in PLACES:
            inside = place.removeprefix("configure").lstrip()
            yield at(new_device, (f"edit-config {mode}", *edits, f"/{place}"), outdated=outdated)
            yield at(new_device, (f"configure {mode}", *edits, inside), outdated=outdated)
    for leaf in ("timestamp true", "newline false", "uncommitted-changes-indicator false"):
        yield at(new_device, (f"environment prompt {leaf}",))
        yield at(new_device, (f"environment prompt {leaf}", "edit-config private", *DIRTY))


@pytest.fixture(scope="module")
def every_md_prompt(new_device):
    return list(md_prompts(new_device))


CLASSIC_LINES = (
    (),
    ("configure",),
    ("configure system",),
    ("configure system security pki",),
    ('configure system security pki ca-profile "a b" create',),
    ('configure system security pki ca-profile "a b" create', "cmpv2"),
    ('configure system security pki ca-profile "a b" create', "back", 'ca-profile "a b"'),
    ("configure system security pki", "dynamic-ca", "exit all"),
    ("admin",),
    ("admin certificate",),
    ("environment reduced-prompt 1", "configure system security pki"),
    ("environment no saved-ind-prompt", "configure system security pki dynamic-ca"),
)


def classic_prompts(new_device):
    """Yield every kind of classic prompt."""
    for lines in CLASSIC_LINES:
        yield at(new_device, lines, "classic")


def first_line(prompt):
    return prompt.lstrip("\n").partition("\n")[0]


def test_the_prompts_that_are_tried_are_of_every_kind(new_device, every_md_prompt):
    """Otherwise the tests below would try less than they say."""
    md = [first_line(prompt) for prompt in every_md_prompt]
    marks = {line.partition("[")[0] for line in md if line.startswith(("!", "*", "(", "["))}
    assert marks >= {
        "",
        "*",
        "!",
        "!*",
        "(ex)",
        "*(ex)",
        "(gl)",
        "*(gl)",
        "!*(gl)",
        "(pr)",
        "*(pr)",
        "!(pr)",
        "!*(pr)",
        "(ro)",
    }
    assert {line[:4] for line in md} >= {"[ex:", "[gl:", "[pr:", "[ro:"}
    classic = list(classic_prompts(new_device))
    assert {prompt[0] for prompt in classic} == {"A", "*"}
    assert {prompt[-2:] for prompt in classic} == {"# ", "$ "}


def test_a_prompt_may_begin_with_the_time(new_device):
    prompt = at(new_device, ("environment prompt timestamp true",))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\S+", first_line(prompt))


@pytest.mark.parametrize("client", MD, ids=lambda client: client.name)
def test_a_client_reads_every_md_cli_prompt(every_md_prompt, client):
    for prompt in met(10, every_md_prompt):
        expected = not re.fullmatch(client.unread, first_line(prompt))
        assert client.reads(prompt) == expected, prompt


@pytest.mark.parametrize("client", MD, ids=lambda client: client.name)
@pytest.mark.parametrize("name", NAMES)
def test_a_client_reads_the_md_cli_prompt_under_names_that_it_allows(new_device, client, name):
    for lines in ((), ("edit-config exclusive",), ("configure private",)):
        prompt = at(new_device, lines, name=name)
        assert client.reads(prompt, name) == (name in client.names), prompt


@pytest.mark.parametrize("client", CLASSIC, ids=lambda client: client.name)
def test_a_client_reads_every_classic_prompt(new_device, client):
    for prompt in met(5, classic_prompts(new_device)):
        expected = not re.fullmatch(client.unread, prompt)
        assert client.reads(prompt) == expected, prompt


@pytest.mark.parametrize("client", CLASSIC, ids=lambda client: client.name)
@pytest.mark.parametrize("name", NAMES)
def test_a_client_reads_the_classic_prompt_under_names_that_it_allows(new_device, client, name):
    for lines in ((), ("configure",)):
        prompt = at(new_device, lines, "classic", name=name)
        assert client.reads(prompt, name) == (name in client.names), prompt


# --- which mode a client believes to be in --------------------------------------------------------

SCRAPLI_MODES = {
    "exec": r"^\[.*?\]\n.*#",
    "configuration": r".?\(.*?\)\[.*?\]\n.*#",
}
"""scrapli 2026.10.14 definitions/nokia_sros.yaml, modes."""

HOST = r"\n\*?[abcd]:[\w\._]+@[\w\s_.-]+#\s?$"
COMMUNITY_MODES = {
    "exec": r"^(?!\(ex\)|\(ro\)|\(gl\)|\(pr\))\[.*\]" + HOST.replace(r"\*?", ""),
    "configuration": r"^(?:!|\*)?\((ex|ex:bof)\)\[\/?\]" + HOST,
    "configuration_with_path": r"^(?:!|\*)?\((ex|ex:bof)\)\[(\S|\s){2,}\]" + HOST,
}
"""scrapli_community 2025.1.30 nokia/sros/nokia_sros.py, DEFAULT_PRIVILEGE_LEVELS."""

CLASSIC_MODES = {
    "exec": r"^\*?[abcd]:[\w\s_.-]+#\s?$",
    "configuration": r"^\*?[abcd]:[\w\s_.-]+>config[\w>]*(#|\$)\s?$",
}
"""scrapli 2026.10.14 definitions/nokia_sros_classic.yaml; scrapli_community has the same."""


def modes_of(table, prompt):
    flags = re.MULTILINE | re.IGNORECASE
    return {mode for mode, pattern in table.items() if re.search(pattern, prompt, flags)}


@pytest.mark.parametrize(
    ("lines", "scrapli", "community"),
    [
        ((), {"exec"}, {"exec"}),
        (("edit-config exclusive",), {"configuration"}, {"configuration"}),
        (("edit-config exclusive", *DIRTY, "exit all"), {"configuration"}, {"configuration"}),
        (("edit-config exclusive", "configure"), {"configuration"}, {"configuration_with_path"}),
        (
            ("edit-config exclusive", *DIRTY, "configure system"),
            {"configuration"},
            {"configuration_with_path"},
        ),
        # scrapli takes the implicit workflow for exec mode, and does not know it once it is dirty.
        (("configure private",), {"exec"}, {"exec"}),
        (("configure private", *DIRTY), set(), set()),
        # scrapli_community knows no other mode than exclusive.
        (("edit-config private",), {"configuration"}, set()),
        (("edit-config read-only",), {"configuration"}, set()),
    ],
)
def test_scrapli_tells_the_modes_of_the_md_cli_apart(new_device, lines, scrapli, community):
    prompt = at(new_device, lines)
    assert modes_of(SCRAPLI_MODES, prompt) == scrapli
    assert modes_of(COMMUNITY_MODES, prompt) == community


@pytest.mark.parametrize(
    ("lines", "modes"),
    [
        ((), {"exec"}),
        (("configure",), {"configuration"}),
        (("configure system security pki",), {"configuration"}),
        (("configure system security pki", "dynamic-ca"), {"configuration"}),
        # The pattern has no hyphen for a context, and no context but config.
        (('configure system security pki ca-profile "x" create',), set()),
        (("admin",), set()),
    ],
)
def test_scrapli_tells_the_modes_of_the_classic_cli_apart(new_device, lines, modes):
    assert modes_of(CLASSIC_MODES, at(new_device, lines, "classic")) == modes


def test_ansible_takes_a_prompt_that_begins_with_a_parenthesis_for_configuration(new_device):
    """nokia.sros 1.x plugins/cliconf/md.py, is_config_mode and is_classic_cli; never when dirty."""
    for mode in MODES.values():
        assert at(new_device, (f"edit-config {mode}",)).strip().startswith("(")
    for lines in ((), ("configure private",)):
        assert not at(new_device, lines).strip().startswith("(")
    assert "\n" in at(new_device, ()).strip()
    assert "\n" not in at(new_device, (), "classic").strip()


def test_netmiko_derives_the_same_base_prompt_in_every_context(new_device, every_md_prompt):
    """netmiko 4.8.0 nokia_sros.py, set_base_prompt: the last line without its end."""
    for prompt in met(10, every_md_prompt):
        last = prompt.rpartition("\n")[2].strip()
        assert re.search(r"\*?(.*?)(>.*)*#", last)[1] == "A:admin@node-2"
    for prompt in met(5, classic_prompts(new_device)):
        if ">" not in prompt or ">config" in prompt:
            assert re.search(r"\*?(.*?)(>.*)*[#$]", prompt.strip())[1] == "A:node-2"
