"""The lab file in words: what the reference page and the JSON Schema are made from.

`tests/unit/training/test_described.py` holds it against what reads the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from srpki.training.fields import LONGEST_LINE, LONGEST_TEXT, MOST_ITEMS
from srpki.training.labfile import CLIS, CLOSED, MODES

_DURATION: Final = "[0-9]{1,10}[smhdwy]"


class Field(NamedTuple):
    """A field: its *kind*, what it is, what holds without it; None where it must be there."""

    kind: str
    help: str
    default: object = None
    words: tuple[str, ...] = ()
    low: int = 0
    high: int = 0
    pattern: str = ""


class Section(NamedTuple):
    """A table of the file, or a *several* of it."""

    help: str
    fields: Mapping[str, Field]
    several: int = 0
    needed: bool = False


SECTIONS: Final[Mapping[str, Section]] = {
    "lab": Section(
        "What the lab is.",
        {
            "name": Field("line", "its name, of files, too", pattern="[a-z][a-z0-9-]{0,39}"),
            "title": Field("line", "its title, in a line"),
            "task": Field("text", "what is to be done; may stand above all tables as well", ""),
            "level": Field("number", "how hard it is", 1, low=1, high=4),
            "minutes": Field("number", "how long it takes, in real time", 20, low=1, high=600),
            "needs": Field("lines", "labs that come before it", ()),
            "covers": Field("lines", "what of the feature it is about", ()),
            "cli": Field("line", "the CLI it is about", "either", words=CLIS),
            "mode": Field(
                "line",
                "configuration-mode of the node (by cli: `model-driven`, `classic`, `mixed`)",
                "by cli",
                words=MODES,
            ),
            "start": Field("instant", "the lab's time at the beginning", "2027-03-01T08:00:00Z"),
            "clock": Field(
                "line",
                "`manual`: it stands; `real`; or how many times as fast, as `x60`",
                "manual",
                pattern="manual|real|x[0-9]{1,6}([.][0-9])?",
            ),
            "closed": Field(
                "line", "whether time passes while the lab is closed", "stands", words=CLOSED
            ),
            "may": Field(
                "lines",
                "commands of the lab that the trainee keeps; of clock, CA, lock and TLS all others"
                " are locked, `lab timeline`, `lab messages` and `lab chain` never",
                ("lab ca show", "lab clock"),
            ),
            "decided": Field(
                "lines",
                "remarks below the task: behaviour that it depends on and no documentation says;"
                " with one, the classic solution may use such spellings",
                (),
            ),
        },
        needed=True,
    ),
    "ca": Section(
        "The lab CA.",
        {
            "life": Field("duration", "life of what it issues", "30d"),
            "others": Field("lines", "names of further CAs, as `lab ca create` makes them", ()),
            "policy": Field(
                "policy",
                "rules as `lab ca policy set` has them, from `hurt` on: `rsa`, `dsa`, `ecdsa`,"
                " `names`, `life`, `add-extension`, `approval`, `check-after`, `text`, `failinfo`",
                {},
            ),
        },
    ),
    "setup": Section(
        "How the node comes to be: command files, of which each line must succeed.",
        {
            "md": Field(
                "text", "commands in the MD-CLI; `${name}` and `${lab.secret}` are put in", ""
            ),
            "classic": Field("text", "commands in the classic CLI, in the place of md", ""),
            "hurt": Field("text", "commands after that, with the policy in force", ""),
        },
    ),
    "hint": Section(
        "A hint.",
        {
            "text": Field("text", "what it says"),
            "cost": Field("number", "points that it costs", 5, low=0, high=1000),
        },
        several=20,
    ),
    "question": Section(
        "A question.",
        {
            "ask": Field("text", "what is asked"),
            "accept": Field("lines", "right answers; case and blanks do not matter"),
            "points": Field("number", "what a right one earns", 10, low=0, high=1000),
            "explain": Field("text", "what is told with a right answer", ""),
        },
        several=40,
    ),
    "check": Section(
        "A check.",
        {
            "that": Field("line", "the condition, see below"),
            "fail": Field("text", "what is said when it fails"),
            "points": Field("number", "what it earns", 10, low=0, high=1000),
            "title": Field("line", "its name in lists and tables", ""),
            "guard": Field(
                "truth",
                "it holds at the beginning and is to hold at the end; it earns its points once"
                " another check holds",
                False,
            ),
        },
        several=MOST_ITEMS,
    ),
    "solution": Section(
        "What solves the lab, for `srpki lab lint` and `srpki lab solve`.",
        {
            "md": Field("text", "commands in the MD-CLI", ""),
            "classic": Field("text", "commands in the classic CLI", ""),
        },
    ),
}
PARAMETERS: Final[Mapping[str, Field]] = {
    "choice": Field("lines", "values, of which one is drawn", ()),
    "from": Field("number", "the least whole number", 0, low=0, high=1_000_000_000),
    "to": Field(
        "number",
        "the greatest; without `choice` one from the least to this is drawn",
        0,
        low=0,
        high=1_000_000_000,
    ),
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of a lab file, for editors."""
    properties: dict[str, Any] = {
        "task": {"type": "string", "description": "What is to be done."},
        "parameters": {
            "type": "object",
            "description": "What differs from one trainee to the next, as ${name}.",
            "additionalProperties": _table(Section("A parameter.", PARAMETERS)),
        },
    }
    for name, section in SECTIONS.items():
        table = _table(section)
        properties[name] = (
            {"type": "array", "maxItems": section.several, "items": table}
            if section.several
            else table
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lab file of srpki",
        "type": "object",
        "required": ["lab"],
        "additionalProperties": False,
        "properties": properties,
    }


def _table(section: Section) -> dict[str, Any]:
    needed = [name for name, field in section.fields.items() if field.default is None]
    return {
        "type": "object",
        "description": section.help,
        "additionalProperties": False,
        **({"required": needed} if needed else {}),
        "properties": {name: _field(field) for name, field in section.fields.items()},
    }


def _field(field: Field) -> dict[str, Any]:
    said = {"description": field.help}
    match field.kind:
        case "number":
            return {**said, "type": "integer", "minimum": field.low, "maximum": field.high}
        case "truth":
            return {**said, "type": "boolean"}
        case "lines":
            items = {"type": "string", "maxLength": LONGEST_LINE}
            return {**said, "type": "array", "maxItems": MOST_ITEMS, "items": items}
        case "policy":
            kinds = {"type": ["string", "boolean", "integer"]}
            return {**said, "type": "object", "additionalProperties": kinds}
    text: dict[str, Any] = {**said, "type": "string"}
    if field.words:
        return {**text, "enum": list(field.words)}
    if field.kind == "duration":
        return {**text, "pattern": f"^{_DURATION}$"}
    if field.kind == "instant":
        return {**text, "format": "date-time"}
    longest = LONGEST_TEXT if field.kind == "text" else LONGEST_LINE
    shape = {"pattern": f"^({field.pattern})$"} if field.pattern else {}
    return {**text, **shape, "maxLength": longest}
