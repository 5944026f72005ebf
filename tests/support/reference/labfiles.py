"""The page of lab files: their fields, and the language of checks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from reference.tables import code, table
from srpki.training.described import PARAMETERS, SECTIONS, Field, json_schema
from srpki.training.evaluation import MOST_MOMENTS
from srpki.training.labfile import MAX_OCTETS
from srpki.training.language.parsing import DEPTH, MOST_WORDS
from srpki.training.language.vocabulary import OPERATORS, SUBJECTS, Subject
from srpki.training.lesson import MOST_LOOKS

_KINDS: Final = {
    "line": "text of one line",
    "text": "text",
    "lines": "list of texts",
    "truth": "true or false",
    "duration": "duration as `30d`",
    "instant": "time as `2027-03-01T08:00:00Z`",
    "policy": "table",
}

_HEAD: Final = f"""# Lab files

A lab is one file: what the node is at the beginning, what is to be done, how it is judged. It is [TOML](https://toml.io), at most
{MAX_OCTETS >> 10} KiB. Nothing in it is code, and whatever it says is text wherever it is shown. A word that is not known is refused with its place,
`refused.toml: [[check]] 2 that: column 12, at 'new': ...`. [`lab-file.schema.json`](lab-file.schema.json), which `srpki lab schema` prints
as well, lets editors complete it. `srpki lab lint FILE` proves it; [how to write one](../how-to/make-a-lab.md).

`${{name}}` stands for a parameter in every text, `$${{` for the characters themselves. In commands there are also the variables of the lab:
`${{lab.reference}}`, `${{lab.secret}}`, `${{lab.cmp_url}}`, `${{lab.est_url}}`, `${{lab.est_username}}`, `${{lab.est_password}}`.

A node is made like this: the clock stands at `start`; the other CAs are made; the lines of `[setup]` are typed, each waiting for what the one
before has begun; the policy of `[ca]` comes into force; `hurt` is typed; the configuration is saved; what the node is now is *the beginning*
that checks compare with; the commands of the lab are locked but for `may`. What was typed until then is in no journal.

## Fields

"""

_LANGUAGE: Final = f"""## Checks

A check is one line, `SUBJECT PROPERTY OPERATOR VALUE`:

```text
cert gw.crt key == rsa and cert gw.crt key-size >= 3072
```

* `and`, `or`, `not` and parentheses join conditions; `and` binds closer than `or`, `not` closest.
* `in DURATION` in front of conditions judges them on an isolated copy of node and CAs whose clock is moved that far: the trainee's node is
  untouched. The copy speaks to its own CAs only. Checks of one lab look ahead to {MOST_LOOKS} instants at most, ten years far. Whatever
  happens on the way happens on the copy, so look no farther than tells: sixty days of failing retries take many seconds.
* `after event N about TEXT` judges them by what has happened since the first such event; without one the check fails.
* `always` and `never` judge them after each thing that has happened, the last {MOST_MOMENTS} at most.
* A prefix applies to all that follows, up to the closing parenthesis where one is open. `after`, `always` and `never` take `event`, `message`,
  `typed`, `commands` and `clock`: of other subjects only the present is known. `in` stands before them, never after.
* Words with blanks, parentheses, brackets, commas or `<`, `>`, `~` stand in quotation marks, with `\\"` and `\\\\` inside.
* What is not there, or cannot be read, has no value: every comparison with it fails but `!=`, `!~` and `lacks`.
* A line has {MOST_WORDS} words and {DEPTH} levels at most.

| kind of value | operators | written as |
|---|---|---|
| number | {{number}} | `3072` |
| duration | {{duration}} | `90s`, `45m`, `12h`, `30d`, `2w`, `1y`, `-2h` |
| instant | {{instant}} | `2027-03-01T08:00:00Z`; `now`; a time of each day (UTC) as `02:00` |
| text | {{text}} | after `~` an expression that is found in it, as those of the log's filters |
| list | {{list}} | `has` one item, `==` all of them with commas between, `~` found in one of them |
| truth | none | |

"""

_SCORE: Final = """## Points

A trainee has the points of the checks that hold and of the questions that are answered right, less the cost of the hints taken, never less
than none. A guard earns its points once another check holds. When the solution was shown, that is told beside the points.
"""


def page() -> str:
    """Return the page."""
    parts = [_HEAD, "### `[parameters]`\n\n"]
    parts.append(
        "What differs from one trainee to the next, drawn by `--seed` or the student: a table for each name.\n\n"
    )
    parts.append(_fields(PARAMETERS))
    for name, section in SECTIONS.items():
        head = f"[[{name}]]" if section.several else f"[{name}]"
        most = f" At most {section.several} of them." if section.several else ""
        parts.append(f"\n### `{head}`\n\n{section.help}{most}\n\n{_fields(section.fields)}")
    operators = {kind: " ".join(map(code, found)) for kind, found in OPERATORS.items()}
    language = _LANGUAGE
    for kind, found in operators.items():
        language = language.replace("{" + kind + "}", found)
    parts.append("\n" + language)
    parts += [_subject(name, one) for name, one in SUBJECTS.items()]
    parts.append(_SCORE)
    return "".join(parts)


def schema() -> str:
    """Return the JSON Schema as the file has it."""
    return json.dumps(json_schema(), indent=2) + "\n"


def _fields(fields: Mapping[str, Field]) -> str:
    rows = [
        (code(name), _kind(field), _default(field), field.help) for name, field in fields.items()
    ]
    return table(("field", "value", "without it", "what"), rows)


def _kind(field: Field) -> str:
    if field.words:
        return ", ".join(map(code, field.words))
    if field.kind == "number":
        return f"{field.low}..{field.high}"
    return _KINDS[field.kind]


def _default(field: Field) -> str:
    if field.default is None:
        return "refused"
    if field.kind == "truth":
        return code(str(field.default).lower())
    if isinstance(field.default, tuple):
        return ", ".join(map(code, field.default))
    return "" if field.default in ("", {}) else code(str(field.default))


def _subject(name: str, one: Subject) -> str:
    takes = " ".join(
        [name, *one.takes, *(f"[{word} {what}]" for word, what in one.optional.items())]
    )
    more = f" `{one.default}` is meant where no property stands." if one.default else ""
    leaf = " Any leaf can be compared, one that is not set by its default." if one.path else ""
    rows = [(code(word), found.kind, found.help) for word, found in one.properties.items()]
    head = f"### `{takes}`\n\n{one.help[0].upper()}{one.help[1:]}.{more}{leaf}\n\n"
    return head + table(("property", "kind", "what"), rows) + "\n"
