"""What automation clients take for a prompt: data of the clients, each with its source."""

import re
from dataclasses import dataclass

NAMES = (
    "node-2",
    "PE1.lab_4",
    "r1,west",
    "two words",
    "r1@lab",
    "a>b",
    "a#b",
    "a$b",
    "a]b",
    "a(b)",
)
"""Legal names: 1 to 64 printable characters of ASCII."""

PLAIN = "node-2"
ANYTHING = frozenset(NAMES)


@dataclass(frozen=True)
class Client:
    """How one client finds a prompt.

    *names* are the system names it can read; *unread* matches the first line of an MD-CLI prompt,
    or a classic prompt, that it cannot read whatever the name. *raw* tells that it looks at what
    came over the wire as it came, and not with line feeds alone.
    """

    name: str
    source: str
    pattern: str
    flags: int = 0
    names: frozenset = ANYTHING
    unread: str = "(?!)"
    raw: bool = False

    def reads(self, prompt, name=PLAIN):
        pattern = self.pattern.replace("%N", re.escape(name))
        return re.search(pattern, prompt, self.flags) is not None

    def hears(self, octets):
        """Return what the client makes of *octets* before it looks for a prompt."""
        text = octets.decode()
        return text if self.raw else text.replace("\r\n", "\n")


def without(*names):
    return ANYTHING - set(names)


PUNCTUATED = ("a>b", "a#b", "a$b", "a]b", "a(b)")
MD = (
    Client(
        "netmiko: any prompt ends in # or >",
        "netmiko 4.8.0 base_connection.py, find_prompt and session_preparation",
        r"[#>]\s*$",
    ),
    Client(
        "netmiko: the context line is stripped",
        "netmiko 4.8.0 utilities.py, nokia_context_filter",
        r"^\!?\*?(\((ex|gl|pr|ro)\))?\[.*\]",
        re.MULTILINE,
    ),
    Client(
        "scrapli: any prompt",
        "scrapli 2026.10.14 definitions/nokia_sros.yaml, prompt_pattern",
        r".*\[.*?\]\n.*#",
        re.MULTILINE | re.IGNORECASE,
    ),
    Client(
        "Ansible nokia.sros.md, classic and light",
        "nokia.sros 1.x plugins/terminal/md.py, classic.py, light.py, classic_light.py",
        r"[\r\n]*\!?\*?(\((ex|gl|pr|ro)\))?\[.*\][\r\n]+[ABCD]\:\S+\@\S+\#\s",
        names=without("two words"),
        raw=True,
    ),
    Client(
        "NAPALM",
        "napalm-sros 1.0.2 sros.py, terminal_stdout_re",
        r"[\r\n]*\!?\*?(\((ex|gl|pr|ro)\))?\[.*\][\r\n]+[ABCD]\:\S+\@\S+\#\s$",
        names=without("two words"),
        raw=True,
    ),
    Client(
        "unicon",
        "unicon.plugins 26.9 sros/patterns.py, mdcli_prompt",
        r"^(.*?)(\[[^\]]*\])?[\r\n]+[AB]:.*@%N[#$]\s?$",
        re.DOTALL,
        raw=True,
    ),
    Client(
        "oxidized",
        "oxidized lib/oxidized/model/srosmd.rb, prompt",
        r"^([-\w.@:>*]+\s?[#>]\s?)$",
        re.MULTILINE,
        names=without("r1,west", "two words", "a#b", "a$b", "a]b", "a(b)"),
    ),
)
CLASSIC = (
    Client(
        "netmiko: any prompt ends in #, > or $",
        "netmiko 4.8.0 nokia_sros.py, set_base_prompt",
        r"\*?(.*?)(>.*)*[#$]",
    ),
    Client(
        "scrapli: any prompt",
        "scrapli 2026.10.14 definitions/nokia_sros_classic.yaml, prompt_pattern",
        r"^.*[>#$]\s?+$",
        re.MULTILINE | re.IGNORECASE,
    ),
    Client(
        "Ansible nokia.sros.classic and light",
        "nokia.sros 1.x plugins/terminal/classic.py, light.py",
        r"[\r\n]*\*?[ABCD]:[\w\-\.\,\>]+[#\$]\s",
        names=without("two words", "r1@lab", "a#b", "a$b", "a]b", "a(b)"),
        raw=True,
    ),
    Client(
        "Ansible nokia.sros.md and classic_light",
        "nokia.sros 1.x plugins/terminal/md.py, classic_light.py",
        r"[\r\n]*\*?[ABCD]:[\w\-\.\>]+[#\$]\s",
        names=without("r1,west", "two words", "r1@lab", "a#b", "a$b", "a]b", "a(b)"),
        raw=True,
    ),
    Client(
        "unicon",
        "unicon.plugins 26.9 sros/patterns.py, classiccli_prompt",
        r"^(.*?)\*?[AB]:%N(>.*)?[#$]\s?$",
        re.DOTALL,
        raw=True,
    ),
    Client(
        "oxidized",
        "oxidized lib/oxidized/model/sros.rb, prompt: an entry just made ends in $, not read",
        r"^([-\w.:>*]+\s?[#>]\s?)$",
        re.MULTILINE,
        names=without("r1,west", "two words", "r1@lab", "a#b", "a$b", "a]b", "a(b)"),
        unread=r".*\$ ",
    ),
)
