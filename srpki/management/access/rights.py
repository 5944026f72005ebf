"""What a user may do and see: the profiles of a user, judged over the one tree of both CLIs.

Entries are tried by their numbers and the first that matches ends the search; profiles in the order
in which they are given, each until its default action, which ``none`` passes on to the next; after
the last one everything is denied [7705 SAR system management guide, profile management commands;
access.md 2]. What an entry covers, `srpki.management.access.spelling` tells; it covers everything
below. The rest is decided, and listed in ``docs/explanation/fidelity.md``:

* an entry without a match or an action is passed over;
* ``permit-all`` lets users and profiles be read, and not be changed;
* ``read-only`` lets read what data there is, run what only shows, and change nothing;
* who may read something may pass what lies above it, and sees nothing else of that;
* commands that lead from context to context, and those that show what is judged by itself, are
  there for everybody whom no entry denies them; others, such as ``commit``, are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from srpki.config.comments import element_of, is_comment
from srpki.config.tree import EMPTY, Branch
from srpki.core.errors import NotAuthorizedError
from srpki.core.values import NamedTuple
from srpki.management.access import spelling
from srpki.management.access.verdicts import END, KNOWN, Action, Rule, Verdict, may_become, seen
from srpki.schema.paths import Path, Step, path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.config.edit import Edit
    from srpki.schema.paths import Value

DefaultAction = Literal["deny-all", "none", "permit-all", "read-only-all"]

FREE: Final = frozenset(
    (
        *("annotate", "back", "compare", "delete", "discard", "echo", "environment", "exit"),
        *("help", "history", "info", "logout", "password", "pwc", "quit-config", "top", "tree"),
        *("update", "validate"),
    )
)
"""First words of commands that only an entry can deny."""

_LOOKING: Final = frozenset(
    (
        *("admin show", "admin display-config", "admin rollback compare", "admin rollback view"),
        *("admin system security pki show", "exec", "file change-directory", "file checksum"),
        *("file list", "file show", "show", "state"),
    )
)
"""Beginnings of commands that change nothing; ``exec`` runs lines that are judged by themselves."""


class Entry(NamedTuple):
    """One entry of a profile, as configured; *match* is empty where it has none."""

    number: int
    match: str
    action: Action = "none"


class Profile(NamedTuple):
    """One profile, as configured; *operations* are the NETCONF operations that it permits."""

    default_action: DefaultAction = "none"
    entries: tuple[Entry, ...] = ()
    operations: frozenset[str] = frozenset()


class Rights:
    """What one user may do, by profiles that do not change; may be used from any thread.

    Paths begin with the root: ``configure``, ``state``. Who may do everything is `unlimited`, and
    asked no more. `home` is the directory that his files lie in, empty for all of ``cf3:``; in one
    he `saves` the configuration or not.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        operations: frozenset[str] | None = None,
        *,
        home: str = "",
        saves: bool = True,
    ) -> None:
        """Judge by *rules*, in order; *operations* are those of NETCONF, None for every one."""
        self.home, self.saves = home, saves
        self._rules = tuple(rules)
        self._root = Verdict((*rules, END))
        self._operations = operations
        self.unlimited = self._root.is_all("permit")
        self._commands: dict[str, bool] = {}

    @staticmethod
    def all() -> Rights:
        """Return all rights, those of the console's administrator."""
        return ADMINISTRATOR

    def within(self, home: str, *, saves: bool) -> Rights:
        """Return these rights for files in the directory *home* alone; empty means everywhere.

        Whether the configuration is saved from there, *saves* tells.
        """
        return Rights(self._rules, self._operations, home=home, saves=saves)

    # --- commands and operations ---

    def permits(self, command: str) -> bool:
        """Return whether *command* may be done, given in full in the words of either CLI.

        For a path below ``configure`` that is to change it.
        """
        if self.unlimited:
            return True
        if command not in self._commands:
            if len(self._commands) >= KNOWN:
                self._commands.clear()
            places = spelling.readings(command)
            self._commands[command] = bool(places) and all(map(self._permits, places))
        return self._commands[command]

    def _permits(self, place: Path) -> bool:
        rule = self._root.at(place).rule
        if not rule.words and place[0].name in FREE:
            return True
        words = " ".join(step.name for step in place) + " "
        looks = rule.action == "read-only" and any(words.startswith(f"{one} ") for one in _LOOKING)
        return rule.action == "permit" or looks

    def permits_operation(self, operation: str, inputs: Mapping[str, Value]) -> bool:
        """Return whether the *operation* of the schema may run with *inputs*."""
        return self.unlimited or self._permits(spelling.operation(operation, inputs))

    def permits_mode(self, command: str, mode: str) -> bool:
        """Return whether the configuration *mode* may be entered by *command*.

        Whoever may use something of the configuration may, unless an entry for the mode decides:
        one for ``configure`` alone is for what is below it.
        """
        if self.unlimited:
            return True
        rule = self._root.at((Step(command), Step(mode))).rule
        if rule.words > (command == _CONFIGURE.name):
            return rule.action != "deny"
        return self._root.step(_CONFIGURE).readable

    def permits_netconf(self, operation: str) -> bool:
        """Return whether the base *operation* of NETCONF may be done, as ``edit-config``.

        Who may lock may unlock: there is no leaf for it.
        """
        operation = "lock" if operation == "unlock" else operation
        return self._operations is None or operation in self._operations

    def reaches(self, place: Path) -> bool:
        """Return whether something at *place* or below it, data or commands, may be used."""
        if self.unlimited or not place:
            return True
        if place[0].name in spelling.DATA:
            return self._root.at(place).readable or self._permits(place)
        below = (spelling.operation(one, {}) for one in spelling.operations_below(place))
        return any(map(self._begins, below))

    def begins(self, operation: str) -> bool:
        """Return whether the *operation* of the schema may run with any inputs."""
        return self.unlimited or self._begins(spelling.operation(operation, {}))

    def _begins(self, place: Path) -> bool:
        below = self._root.at(place).below
        return self._permits(place) or any(rule.action == "permit" for rule in below)

    # --- data ---

    def reads(self, place: Path) -> bool:
        """Return whether something of the data at *place* may be read."""
        return self.unlimited or self._root.at(place).readable

    @property
    def reads_all(self) -> bool:
        """Whether everything that is configured may be read."""
        return self.unlimited or not self._root.step(_CONFIGURE).hides

    @property
    def writes_all(self) -> bool:
        """Whether everything that is configured may be changed."""
        return self.unlimited or self._root.step(_CONFIGURE).is_all("permit")

    def visible(self, root: str, tree: Branch) -> Branch:
        """Return of *tree*, the data below *root*, what may be read; *tree* itself where all is."""
        if self.unlimited:
            return tree
        found = seen(self._root.step(Step(root)), tree)
        return found if isinstance(found, Branch) else EMPTY

    # --- changes of the configuration, as `srpki.config.guard.Guard` has them ---

    def check_edit(self, edit: Edit) -> None:
        """Raise `NotAuthorizedError` unless what *edit* names may be changed."""
        if self.unlimited:
            return
        name = edit.path[-1].name if edit.path else _CONFIGURE.name
        place = element_of(edit.path) if is_comment(name) else edit.path
        found = self._root.at((_CONFIGURE, *place))
        values = spelling.spelled(edit.value) if edit.kind == "set" and found.below else ()
        decided = [found.step(Step(word)) for word in values] or [found]
        if not all(one.writable for one in decided):
            raise NotAuthorizedError(place[-1].name if place else name)

    def check_change(self, old: Branch, new: Branch, by: str) -> None:
        """Raise `NotAuthorizedError`, which names *by*, where *new* differs in what may not."""
        if not self.unlimited and not may_become(self._root.step(_CONFIGURE), old, new):
            raise NotAuthorizedError(by)

    def check_seen(self, tree: Branch, by: str) -> None:
        """Raise `NotAuthorizedError`, which names *by*, where *tree* holds what may not be read."""
        if self.visible(_CONFIGURE.name, tree) != tree:
            raise NotAuthorizedError(by)


_CONFIGURE: Final = Step("configure")

ADMINISTRATOR: Final = Rights((Rule((), "permit"),))
"""All rights: those of the console, of the node itself and of whoever is asked for none."""


@lru_cache(KNOWN)
def rights_of(profiles: tuple[Profile, ...]) -> Rights:
    """Return the rights of a user who is a member of *profiles*, in that order."""
    rules = tuple(rule for profile in profiles for rule in _rules(profile))
    operations = frozenset[str]().union(*(profile.operations for profile in profiles))
    return Rights(rules, operations)


def _rules(profile: Profile) -> Iterator[Rule]:
    for entry in sorted(profile.entries):
        if entry.action != "none":
            for place in spelling.readings(entry.match):
                yield Rule(place, entry.action, len(place))
    action = _DEFAULTS[profile.default_action]
    if action == "permit":
        yield from (Rule(place, "read-only") for place in _WHO_MAY_WHAT)
    if action is not None:
        yield Rule((), action)


_WHO_MAY_WHAT: Final = (
    path("configure", "system", "security", "aaa"),
    path("configure", "system", "security", "user-params"),
)
"""What only an entry lets change: who could change it by default could do everything."""
_DEFAULTS: Final[Mapping[DefaultAction, Action | None]] = {
    "deny-all": "deny",
    "none": None,
    "permit-all": "permit",
    "read-only-all": "read-only",
}
