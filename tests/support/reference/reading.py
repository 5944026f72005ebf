"""The page of the readers: what each way in takes, and the branches that are passed over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from reference.tables import code, table
from srpki.config.lexer import LINE_LIMIT
from srpki.config.strictness import BOOT, IGNORE_UNKNOWN, IMPORT, LOAD, MAXIMUM_SIZE, PASTE
from srpki.schema.foreign import EVERYWHERE, FOREIGN, Cli
from srpki.schema.nodes import Container, ListNode, child_of
from srpki.schema.tree import SCHEMA, node_at

_HEAD = f"""# What is read of a configuration

One reader for each form takes what boots a node, what `load`, `rollback` and
`srpki import-config` read; what is pasted is read by the same words. The form is found by the text:
braces, one element a line (`info flat`, `info full-context`), or the classic CLI.

Alike for all ways:

* Words may be abbreviated, `configure` around all may be missing, a boolean without a value is
  true.
* An entry that comes twice is merged; of a value that comes twice the last holds, as of cases of
  a choice; values are added to a list, and stand on one line.
* `#` begins a comment where a word would begin. Header lines are comments. `persistent-indices`
  after the configuration is passed over.
* A secret in clear is sealed, one with `hash2` is kept as it is.
* Commands are no configuration; the classic form has `exit`, `exit all`, `back` and `echo`.
* A foreign branch is one that SR OS has and srpki has not. In a block (a brace around it is open;
  the classic form: it is indented) it is passed over by every way, and told with its lines.
* Refused by all: a brace or a string that is not closed, lines of the classic form that are not
  indented inside of what is not known, lines of more than {LINE_LIMIT:,} characters, more than
  {MAXIMUM_SIZE // 2**20} Mi characters. The 10,000 first branches are told one by one.

What the ways do not do alike:
"""
_WAYS: Final = {
    "boot, saved versions": BOOT,
    "`load`": LOAD,
    "`load ... ignore-unknown`": IGNORE_UNKNOWN,
    "paste, `exec`": PASTE,
    "`import-config`": IMPORT,
}
_OWN: Final = (
    ("a brace too many", "refused", "refused", "refused", "goes up one context", "refused"),
    ("`# comment: TEXT` before an element", *(["kept with it"] * 3), "a comment", "kept with it"),
    ("the classic form", "yes", "yes", "yes", "in the classic CLI", "yes"),
    ("at the first mistake", *(["stops"] * 2), "stops", "goes on; `exec` stops", "stops"),
    ("what was read before it", "nothing runs", "stays", "stays", "stays", "nothing is saved"),
)
_FOREIGN = """
## Foreign branches

What SR OS has and srpki has not. Typed alone each is refused in one line, as not emulated; what
neither SR OS nor srpki has is an unknown element. What is inside of them is never looked at.
"""


def reading_page() -> str:
    """Return the page."""
    heads = ("", *_WAYS)
    return "\n".join((_HEAD, table(heads, (*_rows(), *_OWN)), _FOREIGN, *_branches()))


def _rows() -> Iterator[tuple[str, ...]]:
    ways = _WAYS.values()
    for name, fields in (
        ("a foreign branch on a line of its own", [way.foreign for way in ways]),
        ("a word that is not known", [way.unknown for way in ways]),
        ("the same outside of every block", [way.outside for way in ways]),
        ("a value that is none or is missing", [way.values for way in ways]),
    ):
        yield (name, *("passed over, told" if passed else "refused" for passed in fields))


def _branches() -> Iterator[str]:
    clis: tuple[tuple[Cli, str], ...] = (("md", "MD-CLI"), ("classic", "Classic CLI"))
    for cli, title in clis:
        yield f"### {title}\n"
        if cli == "md":
            yield f"In every context {' and '.join(map(code, sorted(EVERYWHERE)))}.\n"
        rows = [
            (code(" ".join(("configure", *place))), ", ".join(map(code, _absent(place, words))))
            for place, words in FOREIGN[cli].items()
            if _absent(place, words)
        ]
        yield table(("context", "elements"), rows)


def _absent(place: tuple[str, ...], words: frozenset[str]) -> list[str]:
    """Return the *words*, sorted, without those that have come to be emulated."""
    node = node_at(SCHEMA.configure, *place)
    assert isinstance(node, Container | ListNode)
    return sorted(word for word in words if child_of(node, word) is None)
