"""Several entries of a list at once: ``*``, and ``[1..3 5]`` where the key is a number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from srpki.cli.effects import Pick
from srpki.cli.grammar import Alt, Grammar, Keyword, Many, Seq, Slot
from srpki.cli.meaning import Picked
from srpki.config.tree import Branch, Entries, get
from srpki.schema.nodes import ListNode
from srpki.schema.paths import Path, Step
from srpki.schema.types import Integer, ValueType, ValueTypeError


class Range(ValueType):
    """One *number*, or two with two points between them; the value is the pair of both ends."""

    number: Integer

    def parse(self, text: str) -> tuple[int, int]:
        """Return the ends of the range; both must be values of the number."""
        low, points, high = text.partition("..")
        if points and not re.fullmatch(r"[0-9]+\.\.[0-9]+", text):
            raise ValueTypeError(f"'{text}' is not a range")
        ends = self.number.parse(low), self.number.parse(high if points else low)
        if ends[0] > ends[1]:
            raise ValueTypeError(f"'{text}' is not a range")
        return ends

    def syntax(self) -> str:
        """Return the limits of the number, as those of a text: ``2..4`` is one too."""
        low, high = self.number.bounds
        return f"<string - {low}..{high}>"


_EVERY: Final = Keyword("*", "Every entry", (Pick(),))
_OPEN: Final = Keyword("[", structure=True)
_CLOSE: Final = Keyword("]", structure=True)


def several(node: ListNode) -> Grammar:
    """Return what chooses entries of *node* in the place of its keys."""
    first = node.key_leafs[0]
    if not isinstance(first.type, Integer) or len(node.keys) > 1:
        return _EVERY
    slot = Slot(first.name, Range(first.type), first.help, (Pick(),), first)
    return Alt((_EVERY, Seq((_OPEN, slot, Many(slot), _CLOSE))))


def matching(tree: Branch, target: Path, picks: dict[int, Picked]) -> Iterator[Path]:
    """Yield the paths that *target* stands for and that lead to something in *tree*.

    *picks* tells, by the number of a step, which entries are meant.
    """
    if not picks:
        if get(tree, target) is not None:
            yield target
        return
    depth = min(picks)
    entries = get(tree, target[: depth + 1])
    others = {step: picked for step, picked in picks.items() if step != depth}
    for keys in entries if isinstance(entries, Entries) else ():
        if _picked(keys[0], picks[depth]):
            chosen = (*target[:depth], Step(target[depth].name, keys), *target[depth + 1 :])
            yield from matching(tree, chosen, others)


def _picked(key: str | int, ranges: Picked) -> bool:
    return not ranges or any(low <= int(key) <= high for low, high in ranges)
