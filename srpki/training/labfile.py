"""The lab file: one lesson, as TOML [docs/reference/lab-files.md].

It comes from strangers. Nothing in it is code: commands are typed into a session that has no more
rights than its trainee's, checks are a language of their own. Everything is bounded.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from srpki.core.errors import SrpkiError
from srpki.core.record import Record
from srpki.device.operations.lab import COMMANDS
from srpki.training.fields import MOST_ITEMS, Fields, each
from srpki.training.language.parsing import parse
from srpki.training.mistakes import LabFileError
from srpki.training.parameters import Parameter, filled, read_parameter

if TYPE_CHECKING:
    from srpki.training.language.tree import Expression

MAX_OCTETS: Final = 1 << 19
"""Most octets of a lab file."""
NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
"""What a lab may be called: it names files and directories."""
CLIS: Final = ("md", "classic", "either")
MODES: Final = ("model-driven", "mixed", "classic")
CLOSED: Final = ("stands", "passes")
DEFAULT_START: Final = datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
_PACE: Final = re.compile(r"manual|real|x([0-9]{1,6}([.][0-9])?)")
_POLICY: Final = (
    *("rsa", "dsa", "ecdsa", "names", "life", "add-extension", "approval", "check-after"),
    *("text", "failinfo"),
)


class Commands(Record):
    """Lines for a CLI: *md* or *classic*, empty where there are none."""

    md: str = ""
    classic: str = ""

    @property
    def given(self) -> tuple[tuple[str, str], ...]:
        """The CLIs that have lines, each with them."""
        both = (("md", self.md), ("classic", self.classic))
        return tuple((cli, text) for cli, text in both if text.strip())


class Hint(Record):
    """A *text* that helps, and what it costs in points."""

    text: str
    cost: int


class Question(Record):
    """What is asked, and which answers are right; *explain* is told to who has answered."""

    ask: str
    accept: tuple[str, ...]
    points: int
    explain: str


class Check(Record):
    """A condition, the *points* for it, and what is said when it fails; *title* names it.

    A *guard* holds at the beginning, and is to hold at the end: it earns nothing by itself.
    """

    that: str
    points: int
    fail: str
    title: str
    guard: bool


class LabFile(Record):
    """One lab as its file has it; texts may hold ``${name}`` for parameters."""

    name: str
    title: str
    level: int
    minutes: int
    needs: tuple[str, ...]
    cli: str
    mode: str
    covers: tuple[str, ...]
    start: datetime
    clock: str
    closed: str
    may: tuple[str, ...]
    decided: tuple[str, ...]
    task: str
    parameters: Mapping[str, Parameter]
    life: str
    policy: Mapping[str, Any]
    others: tuple[str, ...]
    setup: Commands
    hurt: str
    hints: tuple[Hint, ...]
    questions: tuple[Question, ...]
    checks: tuple[Check, ...]
    solution: Commands
    content: str

    @property
    def points(self) -> int:
        """All points that can be had."""
        return sum(one.points for one in self.checks) + sum(one.points for one in self.questions)

    @property
    def factor(self) -> float:
        """How fast the clock runs: 0 where it stands, 1 as real time does."""
        known = {"manual": 0.0, "real": 1.0}
        return known[self.clock] if self.clock in known else float(self.clock[1:])


def load(content: bytes, shown: str) -> LabFile:
    """Return the lab in *content*, of a file that is *shown* in mistakes; raises `LabFileError`."""
    if len(content) > MAX_OCTETS:
        raise LabFileError(shown, f"longer than {MAX_OCTETS} octets")
    try:
        text = content.decode("utf-8-sig")
        found = tomllib.loads(text)
    except UnicodeDecodeError:
        raise LabFileError(shown, "not UTF-8 text") from None
    except (tomllib.TOMLDecodeError, ValueError) as error:
        raise LabFileError(shown, f"not TOML: {error}") from None
    except RecursionError:
        raise LabFileError(shown, "not TOML: nested too deeply") from None
    try:
        return _read(Fields(found, shown), shown, text)
    except RecursionError:
        raise LabFileError(shown, "nested too deeply") from None


def _read(top: Fields, shown: str, text: str) -> LabFile:
    lab = Fields(top.raw("lab") or {}, f"{shown}: [lab]")
    name = lab.line("name")
    if not NAME.fullmatch(name):
        raise lab.wrong("name", "small letters, digits and hyphens are expected, 40 at most")
    clock = lab.line("clock", "manual")
    if not _PACE.fullmatch(clock) or clock in ("x0", "x0.0"):
        raise lab.wrong("clock", "manual, real or a factor such as x60 is expected")
    setup = Fields(top.raw("setup") or {}, f"{shown}: [setup]")
    ca = Fields(top.raw("ca") or {}, f"{shown}: [ca]")
    cli = lab.one_of("cli", CLIS, "either")
    file = LabFile(
        name=name,
        title=lab.line("title"),
        level=lab.number("level", 1, 1, 4),
        minutes=lab.number("minutes", 20, 1, 600),
        needs=lab.lines("needs"),
        cli=cli,
        mode=lab.one_of("mode", MODES, _MODES[cli]),
        covers=lab.lines("covers"),
        start=lab.instant("start", DEFAULT_START),
        clock=clock,
        closed=lab.one_of("closed", CLOSED, "stands"),
        may=_commands(lab),
        decided=lab.lines("decided"),
        task=lab.text("task") if "task" in lab.names() else top.text("task"),
        parameters=_parameters(top.raw("parameters"), f"{shown}: [parameters]"),
        life=ca.duration("life", "30d"),
        policy=_policy(ca),
        others=ca.lines("others"),
        setup=Commands(md=setup.text("md", ""), classic=setup.text("classic", "")),
        hurt=setup.text("hurt", ""),
        hints=each(top.raw("hint"), f"{shown}: [[hint]]", _hint, 20),
        questions=each(top.raw("question"), f"{shown}: [[question]]", _question, 40),
        checks=each(top.raw("check"), f"{shown}: [[check]]", _check, MOST_ITEMS),
        solution=_solution(top, shown),
        content=text,
    )
    for fields in (lab, setup, ca, top):
        fields.close()
    _judge(file, shown)
    return file


_MODES: Final = {"md": "model-driven", "classic": "classic", "either": "mixed"}


def _solution(top: Fields, shown: str) -> Commands:
    fields = Fields(top.raw("solution") or {}, f"{shown}: [solution]")
    found = Commands(md=fields.text("md", ""), classic=fields.text("classic", ""))
    fields.close()
    return found


def _commands(lab: Fields) -> tuple[str, ...]:
    """Return the commands of the lab that a trainee keeps."""
    found = tuple(" ".join(one.split()) for one in lab.lines("may"))
    if "may" not in lab.names():
        return ("lab ca show", "lab clock")
    for command in found:
        if not any(f"{known} ".startswith(f"{command} ") for known in COMMANDS):
            raise lab.wrong("may", f"'{command}' is no command of the lab", hint="as lab ca show")
    return found


def _parameters(found: object, place: str) -> dict[str, Parameter]:
    fields = Fields({} if found is None else found, place)
    if len(fields.names()) > MOST_ITEMS:
        raise LabFileError(place, f"more than {MOST_ITEMS} parameters")
    return {name: read_parameter(name, fields.raw(name), place) for name in fields.names()}


def _policy(ca: Fields) -> dict[str, Any]:
    fields = ca.table("policy")
    found: dict[str, Any] = {}
    for name in _POLICY:
        if name not in fields.names():
            continue
        if name == "approval":
            found[name] = fields.truth(name)
        elif name == "check-after":
            found[name] = fields.number(name, 600, 1, 86400)
        elif name == "life":
            found[name] = fields.duration(name, "")
        else:
            found[name] = fields.line(name)
    fields.close()
    return found


def _hint(fields: Fields) -> Hint:
    return Hint(text=fields.text("text"), cost=fields.number("cost", 5, 0, 1000))


def _question(fields: Fields) -> Question:
    accept = fields.lines("accept")
    if not accept:
        raise fields.wrong("accept", "a list of right answers is expected")
    return Question(
        ask=fields.text("ask"),
        accept=accept,
        points=fields.number("points", 10, 0, 1000),
        explain=fields.text("explain", ""),
    )


def _check(fields: Fields) -> Check:
    that = fields.line("that")
    return Check(
        that=that,
        points=fields.number("points", 10, 0, 1000),
        fail=fields.text("fail"),
        title=fields.line("title", ""),
        guard=fields.truth("guard"),
    )


def _judge(file: LabFile, shown: str) -> None:
    """Refuse what no field shows by itself."""
    if not file.checks and not file.questions:
        raise LabFileError(shown, "a lab has at least one [[check]] or [[question]]")
    if len(file.setup.given) > 1:
        raise LabFileError(f"{shown}: [setup]", "md or classic, not both")
    if "=" in file.name:
        raise LabFileError(shown, "the name will not do")
    drawn = {name: one.example for name, one in file.parameters.items()}
    expressions(file, drawn, shown)


def expressions(file: LabFile, drawn: Mapping[str, str], shown: str = "") -> tuple[Expression, ...]:
    """Return the conditions of all checks of *file*, its parameters put in.

    Raises `LabFileError` for one that cannot be read.
    """
    found = []
    for number, check in enumerate(file.checks, 1):
        place = f"{shown or file.name}: [[check]] {number} that"
        try:
            found.append(parse(filled(check.that, drawn, place)))
        except LabFileError:
            raise
        except SrpkiError as error:
            raise LabFileError(place, error.sentence, hint=error.hint) from None
    return tuple(found)
