"""Verdicts: what rules decide for each place of a tree, and what that leaves of its content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final, Literal

from srpki.config.comments import MARK
from srpki.config.tree import EMPTY, Branch, Element, Entries
from srpki.core.values import NamedTuple
from srpki.management.access import spelling
from srpki.schema.paths import Path, Step

if TYPE_CHECKING:
    from srpki.schema.paths import Value

Action = Literal["deny", "none", "permit", "read-only"]
KNOWN: Final = 256
"""Most answers of one kind that are remembered."""


class Rule(NamedTuple):
    """What covers *place* and all below it has the *action*.

    *words* is the length of the place as an entry has it: 0 for a default action.
    """

    place: Path
    action: Action
    words: int = 0


END: Final = Rule((), "deny")


class Verdict:
    """What is decided for one place: the *rule* for it, and the rules for some of what is *below*.

    Where there are none below, the rule is for everything there.
    """

    __slots__ = ("_hides", "_steps", "below", "rule")

    def __init__(self, rules: Sequence[Rule]) -> None:
        """Decide by *rules*, whose places begin here; the first that is for all ends the search."""
        self.below = tuple(rules[: next(at for at, rule in enumerate(rules) if not rule.place)])
        self.rule = rules[len(self.below)]
        if all(self._says_the_same(rule) for rule in self.below):
            self.below = ()
        self._steps: dict[Step, Verdict] = {}
        self._hides: bool | None = None

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

    def is_all(self, *actions: Action) -> bool:
        """Return whether all here and below is decided by one of *actions*.

        Of the rules below some are never reached: one before them is for more.
        """
        others = (rule for rule in self.below if rule.action not in actions)
        return self.rule.action in actions and all(
            self.at(rule.place).rule.action in actions for rule in others
        )

    @property
    def hides(self) -> bool:
        """Whether something here or below may not be read."""
        if self._hides is None:
            self._hides = not self.is_all("permit", "read-only")
        return self._hides

    def step(self, step: Step) -> Verdict:
        """Return what is decided one *step* down; an entry is one with its keys."""
        if not self.below:
            return self
        if step not in self._steps:
            if len(self._steps) >= KNOWN:
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


def _down(verdict: Verdict, name: str) -> Verdict:
    """Return what is decided for *name*; a comment is of the element that it is about."""
    return verdict if name == MARK else verdict.step(Step(name.removeprefix(MARK)))


def seen(verdict: Verdict, content: Element) -> Element | None:
    """Return of *content* what may be read, or nothing."""
    if not verdict.hides:
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
        return seen(_down(verdict, name), content)
    found = {keys: seen(verdict.step(Step(name, keys)), one) for keys, one in content.items()}
    return Entries({key: one for key, one in found.items() if isinstance(one, Branch)}) or None


def _of_value(verdict: Verdict, value: Value) -> Verdict:
    (word,) = spelling.spelled(value)
    return verdict.step(Step(word))


def may_become(verdict: Verdict, old: Element | None, new: Element | None) -> bool:
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
        return may_become(_down(verdict, name), old, new)
    before, after = (one if isinstance(one, Entries) else Entries() for one in (old, new))
    for keys in dict.fromkeys((*before, *after)):
        below, was, now = verdict.step(Step(name, keys)), before.get(keys), after.get(keys)
        if (was is None or now is None) and not below.writable:
            return False  # an entry comes or goes itself
        if not may_become(below, was, now):
            return False
    return True
