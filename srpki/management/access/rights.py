"""What a user may do and see: the profiles of a user, judged over the one tree of both CLIs.

Entries are tried by their numbers and the first that matches ends the search; profiles in the order
in which they are given, each until its default action, which ``none`` passes on to the next; after
the last one everything is denied [7705 SAR system management guide, profile management commands;
access.md 2]. What an entry covers, `srpki.management.access.spelling` tells; it covers everything
below. The rest is decided, and listed in ``docs/explanation/fidelity.md``:

* an entry without a match or an action is passed over;
* ``read-only`` lets read what data there is, run what only shows, and change nothing;
* who may read something may pass what lies above it, and sees nothing else of that;
* commands that lead from context to context, and those that show what is judged by itself, are
  there for everybody whom no entry denies them; others, such as ``commit``, are not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from srpki.config.comments import MARK, element_of, is_comment
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.core.errors import NotAuthorizedError
from srpki.management.access import spelling
from srpki.schema.paths import Path, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

    from srpki.config.edit import Edit
    from srpki.schema.paths import Value

Action = Literal["deny", "none", "permit", "read-only"]
DefaultAction = Literal["deny-all", "none", "permit-all", "read-only-all"]

FREE: Final = frozenset(
    (
        *("annotate", "back", "compare", "delete", "discard", "echo", "environment", "exit"),
        *(
            "help",
            "history",
            "info",
            "logout",
            "password",
            "pwc",
            "quit-config",
            "top",
            "tree",
            "update",
        ),
        "validate",
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

_KNOWN: Final = 256
"""Most sets of profiles, and of commands of one of them, whose answers are remembered."""


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


class Rule(NamedTuple):
    """What covers *place* and all below it has the *action*.

    *words* is the length of the place as an entry has it: 0 for a default action.
    """

    place: Path
    action: Action
    words: int = 0


_END: Final = Rule((), "deny")


class Verdict:
    """What is decided for one place: the *rule* for it, and the rules for some of what is *below*.

    Where there are none below, the rule is for everything there.
    """

    __slots__ = ("_steps", "below", "rule")

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Decide by *rules*, whose places begin here; the first that is for all ends the search."""
        self.below = tuple(rules[: next(at for at, rule in enumerate(rules) if not rule.place)])
        self.rule = rules[len(self.below)]
        if all(self._says_the_same(rule) for rule in self.below):
            self.below = ()
        self._steps: dict[Step, Verdict] = {}

    def _says_the_same(self, rule: Rule) -> bool:
        """Return whether *rule*, for something below, changes nothing there."""
        known = self.rule
        return rule.action == known.action and (rule.action != "deny" or known.words > 0)

    @property
    def readable(self) -> bool:
        """Whether the place may be read, or something below it."""
        return self.rule.action != "deny" or any(rule.action != "deny" for rule in self.below)

    @property
    def writable(self) -> bool:
        """Whether the place itself may be changed."""
        return self.rule.action == "permit"

    def step(self, step: Step) -> Verdict:
        """Return what is decided one *step* down; an entry is one with its keys."""
        if not self.below:
            return self
        if step not in self._steps:
            if len(self._steps) >= _KNOWN:
                self._steps.clear()
            found = [rule for one in self.below for rule in _after(one, step)]
            self._steps[step] = Verdict([*found, self.rule._replace(place=())])
        return self._steps[step]

    def at(self, place: Path) -> Verdict:
        """Return what is decided for *place*, which begins here."""
        found = self
        for step in place:
            found = found.step(step)
        return found


def _after(rule: Rule, step: Step) -> Iterator[Rule]:
    """Yield *rule* as seen from one *step* further, if it is for something there."""
    first, *rest = rule.place
    if first.name != step.name:
        return
    if first.keys and not step.keys:
        yield rule._replace(place=(Step("", first.keys), *rest))  # one entry of the list
    elif first.keys == step.keys[: len(first.keys)]:
        yield rule._replace(place=tuple(rest))


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
        self._root = Verdict((*rules, _END))
        self._operations = operations
        self.unlimited = not self._root.below and self._root.writable
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
            if len(self._commands) >= _KNOWN:
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
        return self.unlimited or not _hides(self._root.step(_CONFIGURE))

    @property
    def writes_all(self) -> bool:
        """Whether everything that is configured may be changed."""
        found = self._root.step(_CONFIGURE)
        return self.unlimited or (found.writable and not found.below)

    def visible(self, root: str, tree: Branch) -> Branch:
        """Return of *tree*, the data below *root*, what may be read; *tree* itself where all is."""
        if self.unlimited:
            return tree
        found = _seen(self._root.step(Step(root)), tree)
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
        if not self.unlimited and not _may_become(self._root.step(_CONFIGURE), old, new):
            raise NotAuthorizedError(by)

    def check_seen(self, tree: Branch, by: str) -> None:
        """Raise `NotAuthorizedError`, which names *by*, where *tree* holds what may not be read."""
        if self.visible(_CONFIGURE.name, tree) != tree:
            raise NotAuthorizedError(by)


_CONFIGURE: Final = Step("configure")

ADMINISTRATOR: Final = Rights((Rule((), "permit"),))
"""All rights: those of the console, of the node itself and of whoever is asked for none."""


@lru_cache(_KNOWN)
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
    if action is not None:
        yield Rule((), action)


_DEFAULTS: Final[Mapping[DefaultAction, Action | None]] = {
    "deny-all": "deny",
    "none": None,
    "permit-all": "permit",
    "read-only-all": "read-only",
}


# --- trees ----------------------------------------------------------------------------------------


def _down(verdict: Verdict, name: str) -> Verdict:
    """Return what is decided for *name*; a comment is of the element that it is about."""
    return verdict if name == MARK else verdict.step(Step(name.removeprefix(MARK)))


def _hides(verdict: Verdict) -> bool:
    return any(rule.action == "deny" for rule in (verdict.rule, *verdict.below))


def _seen(verdict: Verdict, content: Element) -> Element | None:
    """Return of *content* what may be read, or nothing."""
    if not _hides(verdict):
        return content
    if not verdict.below:
        return None
    if isinstance(content, Branch):
        found = {name: _seen_below(verdict, name, inner) for name, inner in content.items()}
        kept = Branch({name: inner for name, inner in found.items() if inner is not None})
        return kept if kept or verdict.rule.action != "deny" else None
    assert not isinstance(content, Entries)
    values = content if isinstance(content, tuple) else (content,)
    left = tuple(one for one in values if _of_value(verdict, one).readable)
    return left or None if isinstance(content, tuple) else content if left else None


def _seen_below(verdict: Verdict, name: str, content: Element) -> Element | None:
    if not isinstance(content, Entries):
        return _seen(_down(verdict, name), content)
    found = {keys: _seen(verdict.step(Step(name, keys)), one) for keys, one in content.items()}
    return Entries({key: one for key, one in found.items() if isinstance(one, Branch)}) or None


def _of_value(verdict: Verdict, value: Value) -> Verdict:
    (word,) = spelling.spelled(value)
    return verdict.step(Step(word))


def _may_become(verdict: Verdict, old: Element | None, new: Element | None) -> bool:
    """Return whether what is *old* may become *new*, either of them being nothing too."""
    if old is new or old == new:
        return True
    if not verdict.below:
        return verdict.writable
    if isinstance(old, Branch) or isinstance(new, Branch):
        before, after = (one if isinstance(one, Branch) else EMPTY for one in (old, new))
        alone = before == after  # it comes or goes itself, with nothing in it
        names = dict.fromkeys((*before, *after))
        return (verdict.writable or not alone) and all(
            _may_become_below(verdict, name, before.get(name), after.get(name)) for name in names
        )
    was, now = (frozenset(one if isinstance(one, tuple) else (one,)) for one in (old, new))
    changed = (one for one in was ^ now if one is not None and not isinstance(one, Entries))
    return all(_of_value(verdict, one).writable for one in changed)


def _may_become_below(
    verdict: Verdict, name: str, old: Element | None, new: Element | None
) -> bool:
    if not isinstance(old, Entries) and not isinstance(new, Entries):
        return _may_become(_down(verdict, name), old, new)
    before, after = (one if isinstance(one, Entries) else Entries() for one in (old, new))
    for keys in dict.fromkeys((*before, *after)):
        below, was, now = verdict.step(Step(name, keys)), before.get(keys), after.get(keys)
        if (was is None or now is None) and not below.writable:
            return False  # an entry comes or goes itself
        if not _may_become(below, was, now):
            return False
    return True
