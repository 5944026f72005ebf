"""Records that are cheap to define, for what every start of the program defines.

A dataclass writes its methods anew for each class and compiles them: 1.2 ms, and there were 79 at
every start. A named tuple takes an eighth of that, but is a tuple: it has no base, and equals each
other one of the same content. These share one set of methods, and take a hundredth.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """What its annotations name, given by place or by name, each with a default or without.

    Two are equal when they are of one class and hold the same. Nothing in it can be set again,
    unless the class says ``frozen=False``: then it equals nothing but itself. Those without a value
    raise `TypeError`, and so do others than the fields.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _known: ClassVar[frozenset[str]] = frozenset()
    _required: ClassVar[frozenset[str]] = frozenset()
    _frozen: ClassVar[bool] = True

    def __init_subclass__(cls, *, frozen: bool = True) -> None:
        """Take the fields of the bases, then those of the class, in order."""
        names = dict.fromkeys((*cls._fields, *cls.__annotations__))
        cls._fields = tuple(names)
        cls.__match_args__ = cls._fields  # type: ignore[attr-defined,misc]  # mypy keeps it for itself
        cls._known = frozenset(names)
        cls._required = frozenset(name for name in names if not hasattr(cls, name))
        cls._frozen = frozen

    def __init__(self, *values: Any, **named: Any) -> None:
        """Take *values* in the order of the fields, and others by name."""
        held, count = self.__dict__, len(values)
        if count:
            held.update(zip(self._fields, values, strict=False))
        if named:
            held.update(named)
        given = len(held)
        if not named and given == count == len(self._fields):
            return
        # Fewer than were given: one of them twice, or more than there are fields.
        if given < count + len(named) or not self._required <= held.keys() <= self._known:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}")

    def but(self, **changes: Any) -> Self:
        """Return the same with *changes*."""
        return type(self)(**{**self._held(), **changes})

    def _held(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self._fields}

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse what is frozen, and what is no field."""
        if self._frozen or name not in self._fields:
            raise AttributeError(f"{type(self).__name__}.{name} cannot be set")
        self.__dict__[name] = value

    def __eq__(self, other: object) -> bool:
        """Return whether *other* is of the same class and holds the same."""
        if not isinstance(other, Record) or type(self) is not type(other) or not self._frozen:
            return NotImplemented
        return self._held() == other._held()

    def __hash__(self) -> int:
        """Return the same for equals."""
        if not self._frozen:
            return object.__hash__(self)
        return hash((type(self), *self._held().values()))

    def __repr__(self) -> str:
        """Return how it is made."""
        held = ", ".join(f"{name}={value!r}" for name, value in self._held().items())
        return f"{type(self).__qualname__}({held})"
