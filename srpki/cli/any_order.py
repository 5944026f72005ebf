"""Items of a line that come in any order: each once, those of one case, or at least one of them."""

from __future__ import annotations

from collections.abc import Iterator

from srpki.cli.grammar import Grammar, Items, Keyword, Opt, State, Terminal, may_end, options


class Cases(Grammar):
    """One of several sets of items, for `AnyOrder`: the first item typed decides which."""

    __slots__ = ("mandatory", "sets")
    __match_args__ = ("sets",)

    def __init__(self, sets: tuple[State, ...], *, mandatory: bool = False) -> None:
        self.sets = sets
        self.mandatory = mandatory

    @property
    def nullable(self) -> bool:
        """Whether no case need be chosen."""
        return not self.mandatory

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item of any set begins with."""
        yield from AnyOrder((self,)).first()

    def missing(self) -> tuple[str, ...]:
        """Return the first word of every set, as one name."""
        firsts = (options(items)[:1] for items in self.sets)
        return ("|".join(_spelled(terminal) for found in firsts for terminal, _ in found),)


def _spelled(terminal: Terminal) -> str:
    return terminal.word if isinstance(terminal, Keyword) else terminal.name


class AnyOrder(Items):
    """Each of *items* at most once, in any order; those that may not be left out exactly once."""

    @property
    def nullable(self) -> bool:
        """Whether every item may be left out."""
        return may_end(self.items)

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item begins with; the others may still follow."""
        for index, item in enumerate(self.items):
            others = self.items[:index] + self.items[index + 1 :]
            if isinstance(item, Cases):
                for chosen in item.sets:
                    yield from _from_case(chosen, others)
            else:
                for terminal, left in item.first():
                    yield terminal, (*left, AnyOrder(others))

    def missing(self) -> tuple[str, ...]:
        """Return the names of all items that may not be left out."""
        return tuple(name for item in self.items if not item.nullable for name in item.missing())


def _from_case(chosen: State, others: State) -> Iterator[tuple[Terminal, State]]:
    for index, item in enumerate(chosen):
        remaining = chosen[:index] + chosen[index + 1 :] + others
        for terminal, left in item.first():
            yield terminal, (*left, AnyOrder(remaining))


class Some(Items):
    """At least one of *items*, each at most once, in any order."""

    def first(self) -> Iterator[tuple[Terminal, State]]:
        """Yield what any item begins with; each of the others may follow."""
        for item in self.items:
            others = AnyOrder(tuple(Opt(other) for other in self.items if other is not item))
            for terminal, left in item.first():
                yield terminal, (*left, others)

    def missing(self) -> tuple[str, ...]:
        """Return the first word of every item, as one name."""
        return ("|".join(name for item in self.items for name in item.missing()[:1]),)
