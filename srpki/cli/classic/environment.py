"""``environment`` of the classic CLI: grammar and values, for one session [cli.md 3.1]."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from srpki.cli.effects import Command, Input
from srpki.cli.grammar import Alt, Grammar, Keyword, Opt, Seq, Slot
from srpki.cli.port import RefusalError
from srpki.schema.paths import Value
from srpki.schema.types import Enumeration, Integer, Text

ALIASES: Final = 100
"""Most aliases of one session."""

_SWITCHES: Final = (
    ("create", "Ask for the create keyword where an entry is made"),
    ("more", "Stop after each screen of output"),
    ("saved-ind-prompt", "Show in the prompt that there are changes to save"),
)


def _number(name: str, word: str, low: int, high: int, help_: str) -> Slot:
    return Slot(word, Integer("uint32", low, high), help_, (Input(name),))


_LEVELS: Final = _number(
    "reduced-prompt", "no-of-nodes", 0, 15, "Number of contexts that the prompt shows"
)
_SHORTER: Final = Keyword(
    "reduced-prompt",
    "Show only the last contexts in the prompt",
    (Input("reduced-prompt", constant=2),),
    no=True,
)
_LINES: Final = _number("length", "lines", 1, 512, "Number of lines on the screen")
_COLUMNS: Final = _number("width", "columns", 1, 512, "Number of columns on the screen")
_ALIAS: Final = Slot(
    "alias-name",
    Text(length=(1, 80), patterns=(r"[A-Za-z_][-A-Za-z0-9_]*",)),
    "Word of your own",
    (Input("alias"),),
)
_MEANING: Final = Slot(
    "alias-command-name",
    Text(length=(1, 255)),
    "Command that the word stands for",
    (Input("command"),),
)
_ZONE: Final = Slot(
    "time-display",
    Enumeration(("local", "utc")),
    "Time zone of the times that are printed",
    (Input("time-display"),),
)


def _positive() -> tuple[Grammar, ...]:
    sizes = Alt(
        (
            Seq((Keyword("length", _LINES.help), _LINES)),
            Seq((Keyword("width", _COLUMNS.help), _COLUMNS)),
        )
    )
    return (
        Seq((Keyword("alias", "Give a command another name", no=True), _ALIAS, _MEANING)),
        *(_switch(name, help_, on=True) for name, help_ in _SWITCHES),
        Seq((_SHORTER, Opt(_LEVELS))),
        Seq((Keyword("terminal", "Size of the screen", no=True), sizes)),
        Seq((Keyword("time-display", _ZONE.help), _ZONE)),
    )


def _negative() -> tuple[Grammar, ...]:
    sizes = Alt(
        (
            Keyword("length", "Number of lines of the window", (Input("length", constant=0),)),
            Keyword("width", "Number of columns of the window", (Input("width", constant=0),)),
        )
    )
    return (
        Seq((Keyword("alias", "Forget another name"), _ALIAS)),
        *(_switch(name, help_, on=False) for name, help_ in _SWITCHES),
        Keyword(
            "reduced-prompt",
            "Show every context in the prompt",
            (Input("reduced-prompt", constant=0),),
        ),
        Seq((Keyword("terminal", "Take the size of the window"), sizes)),
    )


def _switch(name: str, help_: str, *, on: bool) -> Keyword:
    return Keyword(name, help_, (Input(name, constant=on),), no=on)


SETTINGS: Final = Seq(
    (
        Keyword(
            "environment",
            "Prompt, paging and create of this session alone",
            (Command("environment"),),
            tier=1,
        ),
        Alt(
            (
                *_positive(),
                Seq((Keyword("no", "Switch off what follows"), Alt(_negative()))),
            )
        ),
    )
)
"""The whole command."""


@dataclass(slots=True)
class Settings:
    """What ``environment`` has set; sizes of the screen are None where the window decides."""

    create: bool = True
    more: bool = True
    saved_ind_prompt: bool = True
    reduced_prompt: int = 0
    length: int | None = None
    width: int | None = None
    time_display: str = "local"
    aliases: dict[str, str] = field(default_factory=dict)

    def apply(self, inputs: Mapping[str, Value]) -> None:
        """Take over the *inputs* of one command; raises `RefusalError`."""
        if "alias" in inputs:
            self._alias(str(inputs["alias"]), inputs.get("command"))
            return
        setters: dict[str, Callable[[Value], bool | int | str | None]] = {
            "create": bool,
            "more": bool,
            "saved-ind-prompt": bool,
            "reduced-prompt": lambda value: int(str(value)),
            "length": lambda value: int(str(value)) or None,
            "width": lambda value: int(str(value)) or None,
            "time-display": str,
        }
        for name, value in inputs.items():
            setattr(self, name.replace("-", "_"), setters[name](value))

    def _alias(self, name: str, command: Value | None) -> None:
        if command is None:
            self.aliases.pop(name, None)
        elif name not in self.aliases and len(self.aliases) >= ALIASES:
            raise RefusalError(f"MINOR: CLI No more than {ALIASES} aliases can be made.")
        else:
            self.aliases[name] = str(command)

    def unaliased(self, line: str) -> str:
        """Return *line* with the alias that it begins with, if any, in full."""
        word, blank, rest = line.lstrip().partition(" ")
        return f"{self.aliases[word]}{blank}{rest}" if word in self.aliases else line
