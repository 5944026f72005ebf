"""Variables of a command file: ``${NAME}`` in its lines, values from the command line or the lab.

Only ``srpki exec FILE`` puts values in; a file on ``cf3:`` is text, as on a router. What was put
in is not shown again: transcript, records and history keep the line as it was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from srpki.core.errors import UsageError
from srpki.core.patterns import regex
from srpki.core.values import NamedTuple

MAX_OCTETS: Final = 1 << 16
"""Most octets of a value that is read from a file."""

LAB_NAMES: Final = {
    "lab.reference": "reference",
    "lab.secret": "secret",
    "lab.cmp_url": "cmpv2-url",
    "lab.crl_url": "crl-url",
    "lab.ocsp_url": "ocsp-url",
    "lab.est_url": "est-url",
    "lab.est_username": "est-username",
    "lab.est_password": "est-password",
}
"""The variables of a node in lab mode, and the members of what ``lab ca show`` finds."""

_SECRET: Final = {"lab.secret", "lab.est_password"}
_LEAST_SECRET: Final = 4
"""Characters below which a value cannot be told from other text, and is not masked in output."""
_NAME: Final = regex(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")
_PLACE: Final = regex(r"\$\$\{|\$\{([^}]*)(\}?)")


class Variable(NamedTuple):
    """A *value* for ``${NAME}``; one that is *secret* is masked where output repeats it."""

    value: str
    secret: bool = False


Variables = Mapping[str, Variable]


class Line(NamedTuple):
    """A line of a command file: as it is *shown*, and as it is *typed* with the values put in.

    *spans* are the places of what was put in: start and end in *typed*, start and end in *shown*.
    *secrets* are pairs of a value that output is not to repeat and what stands for it.
    """

    number: int
    shown: str
    typed: str
    spans: tuple[tuple[int, int, int, int], ...] = ()
    secrets: tuple[tuple[str, str], ...] = ()

    def place(self, at: int) -> int:
        """Return where the character *at* (from 0) of *typed* stands in *shown*."""
        shift = 0
        for start, end, written, after in self.spans:
            if at < start:
                break
            if at < end:
                return written
            shift = after - end
        return at + shift

    def masked(self, text: str) -> str:
        """Return *text* without the secret values that were put in."""
        for value, name in self.secrets:
            text = text.replace(value, name)
        return text


def read_settings(settings: Iterable[str]) -> dict[str, Variable]:
    """Return the variables of the options ``--set``: ``NAME=VALUE``, or ``NAME=@FILE``.

    A value from a file is secret; one line break at its end is dropped. Raises `UsageError`.
    """
    found: dict[str, Variable] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not _NAME.fullmatch(name):
            raise UsageError(f"--set {name}: not a variable", hint="as NAME=VALUE or NAME=@FILE")
        secret = value.startswith("@")
        if secret:
            value = _from_file(name, value[1:])
        _check(name, value)
        found[name] = Variable(value, secret)
    return found


def _from_file(name: str, path: str) -> str:
    try:
        with Path(path).open("rb") as stream:
            content = stream.read(MAX_OCTETS + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            f"--set {name}: cannot read {path}: {error.strerror}", hint="name a readable file"
        ) from None
    except UnicodeDecodeError:
        raise UsageError(f"--set {name}: {path} is not UTF-8 text") from None
    if len(content) > MAX_OCTETS:
        raise UsageError(f"--set {name}: {path} is longer than {MAX_OCTETS} octets")
    return text.removesuffix("\n").removesuffix("\r")


def _check(name: str, value: str) -> None:
    if "".join(value.splitlines()) != value:
        raise UsageError(
            f"--set {name}: the value has a line break", hint="a value is text within its line"
        )


def lab_variables(facts: Mapping[str, object]) -> dict[str, Variable]:
    """Return the variables of a lab, from those *facts* of ``lab ca show`` that are known."""
    return {
        name: Variable(str(facts[member]), secret=name in _SECRET)
        for name, member in LAB_NAMES.items()
        if member in facts
    }


def check_names(lines: Iterable[tuple[int, str]], known: AbstractSet[str], file: str) -> None:
    """Raise `UsageError`, naming the line, where a numbered line asks for what is not *known*."""
    for number, text in lines:
        for found in _PLACE.finditer(text):
            name, closed = found[1], found[2]
            if name is None:
                continue
            if not closed or not _NAME.fullmatch(name):
                raise WrongLineError(
                    f"{file} line {number}: '{found[0]}' is no variable",
                    line=number,
                    hint="as ${NAME}; type $${ for the characters themselves",
                )
            if name not in known:
                given = ", ".join(sorted(known)) or "none"
                cure = "--lab, or " if name in LAB_NAMES else ""
                raise WrongLineError(
                    f"{file} line {number}: no variable '{name}' (known: {given})",
                    line=number,
                    hint=f"start with {cure}--set {name}=VALUE",
                )


class WrongLineError(UsageError):
    """A *line* of a command file cannot be put together."""

    def __init__(self, sentence: str, *, line: int, hint: str = "") -> None:
        """Keep the number of the *line*."""
        super().__init__(sentence, hint=hint)
        self.line = line


def filled(number: int, text: str, variables: Variables) -> Line:
    """Return the line *text* with its variables put in; every name must be known."""
    typed, spans, secrets, last = "", [], [], 0
    for found in _PLACE.finditer(text):
        typed += text[last : found.start()]
        last = found.end()
        variable = Variable("${") if found[1] is None else variables[found[1]]
        spans.append((len(typed), len(typed) + len(variable.value), found.start(), last))
        typed += variable.value
        if variable.secret and len(variable.value) >= _LEAST_SECRET:
            secrets.append((variable.value, found[0]))
    return Line(number, text, typed + text[last:], tuple(spans), tuple(secrets))


def plain(texts: Iterable[str]) -> Iterator[Line]:
    """Yield *texts* as lines that hold no variables."""
    for number, text in enumerate(texts, 1):
        yield Line(number, text, text)
