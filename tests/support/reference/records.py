"""The page of what commands find: each record with its members, as ``exec --json`` has them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from srpki.core.record import Record
from srpki.device import records
from srpki.pictures import chart

_TYPES = {
    "AdminState": "`enable`, `disable`",
    "bool": "true or false",
    "Configured": "configuration, as `admin show configuration json` has it",
    "Field": "string, number, time, list of string or null",
    "bytes": "octets in base64",
    "datetime": "time",
    "float": "number",
    "int": "number",
    "object": "any",
    "str": "string",
    "timedelta": "seconds",
    "SpanKind": ", ".join(f"`{kind}`" for kind in chart.SPAN_KINDS),
    "MarkKind": ", ".join(f"`{kind}`" for kind in chart.MARK_KINDS),
}


def page() -> str:
    """Return the page."""
    return "\n".join(
        (
            "# What commands find",
            "",
            "The `data` of [`srpki exec --json`](../how-to/automate.md#records-and-statuses): the members of each",
            "record. A list has all entries that there are; the record of one entry is what the same command with a",
            "name finds. Commands that have none are named there.",
            *(line for module in families() for line in _family(module)),
            "",
        )
    )


def families() -> Iterator[ModuleType]:
    """Yield the modules that have the records."""
    for found in iter_modules(records.__path__, f"{records.__name__}."):
        yield import_module(found.name)
    yield chart


def of(module: ModuleType) -> Iterator[type[Record]]:
    """Yield the records that *module* declares."""
    for one in vars(module).values():
        if isinstance(one, type) and issubclass(one, Record) and one.__module__ == module.__name__:
            yield one


def _family(module: ModuleType) -> Iterator[str]:
    kinds = list(of(module))
    if not kinds:
        return
    yield from ("", f"## {_sentence(module)}")
    for kind in kinds:
        about = " ".join((inspect.getdoc(kind) or "").replace("*", "`").split())
        yield from ("", f"### {kind.__name__}", "", about, "", "| member | value |", "|---|---|")
        for name, written in kind.__annotations__.items():
            yield f"| `{name.replace('_', '-')}` | {_spelled(written)} |"


def _sentence(module: ModuleType) -> str:
    first = (module.__doc__ or "").splitlines()[0]
    return first.partition(" [")[0].rstrip(".").replace("``", "`")


def _spelled(written: str) -> str:
    """Return the annotation *written* in words."""
    return _words(ast.parse(written, mode="eval").body)


def _words(node: ast.expr) -> str:
    match node:
        case ast.BinOp(left=left, right=right):
            return f"{_words(left)} or {_words(right)}"
        case ast.Constant(value=None):
            return "null"
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=[one, *_])):
            return f"list of {_words(one)}"
        case ast.Subscript(value=ast.Name(id="Mapping"), slice=ast.Tuple(elts=[_, one])):
            return f"members of {_words(one)}"
        case ast.Subscript(value=ast.Name(id="Literal"), slice=ast.Tuple(elts=words)):
            return ", ".join(f"`{ast.literal_eval(word)}`" for word in words)
        case ast.Name(id=name) if name in _TYPES:
            return _TYPES[name]
        case ast.Name(id="RequestType"):
            return "`initial-registration`, `certificate-request`, `key-update`"
        case ast.Name(id=name):
            return f"[{name}](#{name.lower()})"
    raise ValueError(f"{ast.unparse(node)} has no words")
