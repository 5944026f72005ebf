"""Breaks of Python source, one at a time: a check that is dropped, a bound moved, a word negated.

What is broken is what refuses: conditions, bounds, calls made for what they may raise, errors that
are caught. Whoever breaks prose or layout learns nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARED = {
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_WORD = {ast.And: " and ", ast.Or: " or "}
_NO_CHECKS = ("log", "_log", "close", "append", "add", "publish")
"""Calls for an effect of their own: that one is missing is seen, if at all, in other ways."""
_NEVER = "ZeroDivisionError"
_TIMES = 4  # how much larger a limit is made


@dataclass(frozen=True, slots=True)
class Mutant:
    """One break of a source: octets *start* to *end* become *text*; *line* counts from 1."""

    line: int
    start: int
    end: int
    text: str

    def applied(self, source: bytes) -> bytes:
        """Return the broken *source*."""
        return source[: self.start] + self.text.encode() + source[self.end :]


def mutants(source: bytes) -> list[Mutant]:
    """Return every break of *source*, in its order."""
    return sorted(set(_Breaker(source).all()), key=lambda one: (one.start, one.end, one.text))


class _Breaker:
    def __init__(self, source: bytes) -> None:
        self._source = source
        lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in lines:
            self._starts.append(self._starts[-1] + len(line))

    def all(self) -> Iterator[Mutant]:
        for node in ast.walk(ast.parse(self._source)):
            match node:
                case ast.If() | ast.IfExp() | ast.While():
                    if not isinstance(node.test, ast.Name) or node.test.id != "TYPE_CHECKING":
                        yield self._made(node.test, "False")
                case ast.comprehension():
                    yield from (self._made(one, "True") for one in node.ifs)
                case ast.BoolOp() | ast.UnaryOp() | ast.Compare():
                    yield from self._condition(node)
                case ast.Return(value=ast.Constant(value=bool() as value)):
                    yield self._made(node.value, str(not value))
                case ast.ExceptHandler(type=ast.expr()):
                    yield self._made(node.type, _NEVER)
                case ast.Expr(value=ast.Call(func=called)) if _name(called) not in _NO_CHECKS:
                    yield self._made(node, "pass")
                case ast.AnnAssign(target=ast.Name(id=name)) if name.strip("_").isupper():
                    yield from self._limit(node.value)

    def _condition(self, node: ast.expr) -> Iterator[Mutant]:
        match node:
            case ast.BoolOp():
                yield from self._without_each(node)
            case ast.UnaryOp(op=ast.Not()):
                yield self._made(node, self._text(node.operand))
            case ast.Compare(ops=[one], comparators=[right]) if type(one) in _COMPARED:
                words = self._text(node.left), _COMPARED[type(one)], self._text(right)
                yield self._made(node, " ".join(words))
            case ast.Compare():
                yield from self._bounds(node)

    def _without_each(self, node: ast.BoolOp) -> Iterator[Mutant]:
        word = _WORD[type(node.op)]
        for left_out in node.values:
            rest = [self._text(one) for one in node.values if one is not left_out]
            yield self._made(node, word.join(rest))

    def _bounds(self, node: ast.Compare) -> Iterator[Mutant]:
        """Break one bound of ``low <= value <= high`` at a time: leave it out."""
        if len(node.ops) != 2:
            return
        for operand in (node.left, node.comparators[1]):
            yield self._made(operand, self._text(node.comparators[0]))

    def _limit(self, value: ast.expr | None) -> Iterator[Mutant]:
        match value:
            case ast.Constant(value=int() as number) if number > 1:
                yield self._made(value, str(number * _TIMES))
            case ast.BinOp(op=ast.LShift() | ast.Mult() | ast.Pow()):
                yield self._made(value, f"({self._text(value)}) * {_TIMES}")

    def _made(self, node: ast.expr | ast.stmt, text: str) -> Mutant:
        start, end = self._place(node)
        if isinstance(node, ast.expr) and (" " in text or "\n" in text):
            text = f"({text})"
        return Mutant(node.lineno, start, end, text)

    def _text(self, node: ast.expr) -> str:
        start, end = self._place(node)
        text = self._source[start:end].decode()
        return f"({text})" if isinstance(node, ast.BoolOp | ast.IfExp | ast.Lambda) else text

    def _place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._starts[node.lineno - 1] + node.col_offset
        return start, self._starts[node.end_lineno - 1] + node.end_col_offset


def _name(called: ast.expr) -> str:
    match called:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""
