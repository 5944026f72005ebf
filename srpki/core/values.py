"""Named tuples that are cheap to define, for what every start of the program defines.

`typing.NamedTuple` writes and compiles the constructor of each class and looks at each annotation:
a quarter of a millisecond, a hundred times at every start, which makes nothing of most of these
classes. Those here are the same to who uses them, but share their methods, and the constructor of
a class is written when the first of it is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - for others to import
else:
    from collections import _tuplegetter
    from functools import cache
    from types import CodeType, FunctionType

    @cache
    def _reader(place: int) -> Any:
        """Return what reads the field at *place*, in whatever tuple."""
        return _tuplegetter(place, f"Alias for field number {place}")

    @cache
    def _template(count: int) -> CodeType:
        """Return the code of a constructor of *count* fields, which lacks their names."""
        names = "".join(f"field{place}, " for place in range(count))
        written = f"lambda _cls, {names}: _new(_cls, ({names}))"
        return eval(written).__code__  # noqa: S307 - nothing in it comes from elsewhere

    def _constructor(kind: type) -> Any:
        """Return what makes one of *kind* of the values of its fields."""
        code = _template(len(kind._fields)).replace(
            co_varnames=("_cls", *kind._fields),
            co_name="__new__",
            co_qualname=f"{kind.__qualname__}.__new__",
        )
        defaults = tuple(kind._field_defaults.values())
        return FunctionType(code, {"_new": tuple.__new__}, "__new__", defaults)

    class _Kind(type):
        """Classes whose annotations are the fields; one that has a value there may be left out."""

        def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            """Put in the place of each field what reads it."""
            fields = tuple(space.get("__annotations__", ()))
            space["_field_defaults"] = {field: space[field] for field in fields if field in space}
            space["_fields"] = space["__match_args__"] = fields
            space["__slots__"] = ()
            space.update((field, _reader(place)) for place, field in enumerate(fields))
            return super().__new__(cls, name, bases, space)

    class NamedTuple(tuple, metaclass=_Kind):  # noqa: SLOT001 - the metaclass says so
        """A tuple whose fields have names, as `typing.NamedTuple` makes it."""

        def __new__(cls, *values: Any, **named: Any) -> Any:
            """Put the class's own constructor in the place of this, and make the first with it."""
            cls.__new__ = _constructor(cls)
            return cls.__new__(cls, *values, **named)

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Any:
            """Return one of *values*, in the order of the fields."""
            return cls(*values)

        def _replace(self, /, **changes: Any) -> Any:
            """Return the same with *changes*; raises `ValueError` for what is no field."""
            made = self._make(map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"Got unexpected field names: {list(changes)!r}")
            return made

        def _asdict(self) -> dict[str, Any]:
            """Return the values by the names of their fields."""
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            """Return what copies are made from."""
            return tuple(self)

        def __repr__(self) -> str:
            """Return how it is made."""
            held = ", ".join(f"{name}={value!r}" for name, value in self._asdict().items())
            return f"{type(self).__name__}({held})"
