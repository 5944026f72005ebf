"""Loops of tests that may go through nothing: what their text tells, and no more.

A loop is looked at when its body judges (an assertion, ``pytest.raises``, a function of the same file
that does), or when an assertion holds over nothing (``all``, ``not any``, ``not [...]``, ``[...] ==
[]``, the same by way of a name). What it goes through is *full* when its text shows it: a written
collection, what is made of one without leaving out, `counting.met`. Everything else is computed, and
is counted by another assertion of the same function, or by `met`.
"""

import ast
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

_SUPPORT = Path(__file__).parent
_KEEPING = {"enumerate", "sorted", "reversed", "set", "list", "tuple", "frozenset", "dict", "iter"}
_ALL_OF = {"zip", "product"}
_ANY_OF = {"chain"}
_WITHOUT_END = {"count", "cycle", "repeat"}
_VIEWS = {"items", "values", "keys", "copy", "split", "splitlines", "encode", "values_list"}
_ADDING = {"append", "add", "extend", "update", "setdefault"}
_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
_COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True)
class Loop:
    """A loop that may go through nothing: its *line*, and *what* it goes through."""

    line: int
    what: str


@dataclass
class Scope:
    """What the names of a function, or of a file, are bound to, each once; None: more than that."""

    outer: "Scope | None" = None
    names: dict = field(default_factory=dict)

    def bind(self, name, value):
        """Remember that *name* is *value*, or that it is more than one thing."""
        self.names[name] = None if name in self.names else value

    def value(self, name):
        """Return the expression that *name* is, if it is one, and the scope to read it in.

        In that one *name* is unknown: what is made of itself is computed.
        """
        if name in self.names:
            others = {other: value for other, value in self.names.items() if other != name}
            return self.names[name], Scope(self.outer, others)
        return self.outer.value(name) if self.outer else (None, self)


def loops(source):
    """Return the loops of *source*, a test's file, that may go through nothing."""
    tree = ast.parse(source)
    top = _top(tree)
    parts = {function: list(ast.walk(function)) for function in _outermost(tree)}
    judging = _judging(parts.values())
    found = []
    for function, nodes in parts.items():
        found += _of_function(function, nodes, top, judging)
        for node in nodes:
            if isinstance(node, _FUNCTIONS):
                found += _of_decorators(node, top)
    return sorted(set(found), key=lambda loop: (loop.line, loop.what))


def _outermost(node):
    """Yield the functions and methods below *node* that are in no other function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _FUNCTIONS):
            yield child
        else:
            yield from _outermost(child)


def _of_decorators(function, top):
    """Yield the computed collections by which *function* is parametrized."""
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(func=ast.Attribute(attr="parametrize"), args=[_, cases, *_]):
                if not full(cases, top):
                    yield Loop(decorator.lineno, ast.unparse(cases))


def _of_function(function, nodes, top, judging):
    """Return the loops of *function*, and of the functions in it, that judge and are not counted."""
    scope = _bound(nodes, Scope(_arguments(function, top)))
    empty = _asserted_empty(nodes)
    sources = [
        (node.lineno, source)
        for node in nodes
        for source in _sources(node, scope)
        if not full(source, scope)
        and (isinstance(node, ast.Assert) or _judges(ast.walk(node), judging, empty))
    ]
    counted = _counted(nodes, scope) if sources else set()
    return [
        Loop(line, ast.unparse(source))
        for line, source in sources
        if not counted & _sizes(source, scope)
    ]


def _sources(node, scope):
    """Return what *node* goes through, if it is a loop or an assertion that holds over nothing."""
    if isinstance(node, ast.For):
        return [node.iter]
    return list(_over_nothing(node.test, scope)) if isinstance(node, ast.Assert) else []


# --- what is full


def full(node, scope):
    """Say whether the text shows that the collection *node* is not empty."""
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.BitOr(), right=right):
            return full(left, scope) or full(right, scope)
        case ast.BinOp(left=left, op=ast.Mult(), right=ast.Constant(value=int() as times)):
            return times > 0 and full(left, scope)
        case ast.IfExp(body=body, orelse=other):
            return full(body, scope) and full(other, scope)
        case ast.NamedExpr(value=value):
            return full(value, scope)
        case ast.Name(id=name):
            value, where = scope.value(name)
            return value is not None and full(value, where)
        case ast.Call():
            return _full_call(node, scope)
    if isinstance(node, _COMPREHENSIONS):
        return all(full(one.iter, scope) and not one.ifs for one in node.generators)
    return _full_literal(node, scope)


def _full_literal(node, scope):
    match node:
        case ast.Constant(value=str() | bytes() as value):
            return bool(value)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return any(
                not isinstance(one, ast.Starred) or full(one.value, scope) for one in elements
            )
        case ast.Dict(keys=keys, values=values):
            parts = zip(keys, values, strict=True)
            return any(key is not None or full(value, scope) for key, value in parts)
        case ast.JoinedStr(values=values):
            return any(full(one, scope) for one in values if isinstance(one, ast.Constant))
    return False


def _full_call(call, scope):
    function, arguments = call.func, call.args
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name in {"met", *_WITHOUT_END}:
        return True
    if name == "range":
        return _full_range([_number(one, scope) for one in arguments])
    if name in _KEEPING:
        return bool(arguments) and full(arguments[0], scope)
    if name in _ALL_OF:
        return bool(arguments) and all(full(one, scope) for one in arguments)
    if name in _ANY_OF:
        return any(full(one, scope) for one in arguments)
    if name in _VIEWS and isinstance(function, ast.Attribute):
        return full(function.value, scope)
    return False


def _full_range(numbers):
    if None in numbers or not numbers:
        return False
    return len(range(*numbers)) > 0


def _number(node, scope):
    match node:
        case ast.Constant(value=int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            number = _number(operand, scope)
            return None if number is None else -number
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() as op, right=right):
            one, other = _number(left, scope), _number(right, scope)
            if one is None or other is None:
                return None
            sums = {ast.Add: one + other, ast.Sub: one - other, ast.Mult: one * other}
            return sums[type(op)]
        case ast.Name(id=name):
            value, where = scope.value(name)
            return None if value is None else _number(value, where)
        case ast.Call(func=ast.Name(id="len"), args=[one]) if full(one, scope):
            return 1
    return None


# --- what names are


def _bound(nodes, scope):
    """Return *scope* with the names that *nodes* bind, and with those of `tests/support`."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=value):
                _bind(target, value, scope)
            case ast.AnnAssign(target=target, value=value) if value is not None:
                _bind(target, value, scope)
            case ast.AugAssign(target=ast.Name(id=name)):
                scope.bind(name, None)
            case (
                ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source)
            ):
                _bind_each(target, source, scope)
            case ast.ImportFrom(module=str() as module, names=names):
                for alias in names:
                    _import(module, alias, scope)
    return scope


def _bind(target, value, scope):
    if isinstance(target, ast.Name):
        scope.bind(target.id, value)
    elif isinstance(target, ast.Tuple | ast.List):
        written = isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts)
        for number, one in enumerate(target.elts):
            _bind(one, value.elts[number] if written else None, scope)


def _bind_each(target, source, scope):
    """Bind *target* to what is full when each element of the written *source* is."""
    elements = _elements(source, scope)
    if isinstance(target, ast.Name):
        scope.bind(target.id, ast.IfExp(ast.Constant(1), *_both(elements)) if elements else None)
        return
    for number, one in enumerate(getattr(target, "elts", [])):
        parts = [
            part.elts[number]
            for part in elements
            if isinstance(part, ast.Tuple | ast.List) and len(part.elts) == len(target.elts)
        ]
        whole = parts if len(parts) == len(elements) else []
        if isinstance(one, ast.Name):
            scope.bind(one.id, ast.IfExp(ast.Constant(1), *_both(whole)) if whole else None)
        else:
            _bind(one, None, scope)


def _both(elements):
    """Return two expressions that are full when all *elements* are."""
    first, *others = elements
    for other in others:
        first = ast.IfExp(ast.Constant(1), first, other)
    return first, first


def _elements(source, scope):
    """Return the elements that *source* is written with; none when it is computed."""
    match source:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return [] if any(isinstance(one, ast.Starred) for one in elements) else elements
        case ast.Name(id=name):
            value, where = scope.value(name)
            return _elements(value, where) if value is not None else []
        case ast.Call(func=ast.Attribute(value=receiver, attr="items"), args=[]):
            table = _table(receiver, scope)
            pairs = zip(table.keys, table.values, strict=True) if table else []
            return [ast.Tuple([key, value], ast.Load()) for key, value in pairs]
        case ast.Call(func=ast.Attribute(value=receiver, attr="values"), args=[]):
            table = _table(receiver, scope)
            return list(table.values) if table else []
        case ast.Call(func=ast.Name(id="enumerate" | "sorted" | "reversed" | "set" as name)):
            elements = _elements(source.args[0], scope) if source.args else []
            if name == "enumerate":
                return [ast.Tuple([ast.Constant(1), one], ast.Load()) for one in elements]
            return elements
    return []


def _table(node, scope):
    """Return the dictionary that *node* is written as, without parts of others, if it is one."""
    if isinstance(node, ast.Name):
        value, where = scope.value(node.id)
        return _table(value, where) if value is not None else None
    return node if isinstance(node, ast.Dict) and None not in node.keys else None


def _import(module, alias, scope):
    path = _SUPPORT / f"{module}.py"
    value = _top_of(path).value(alias.name)[0] if path.is_file() else None
    scope.bind(alias.asname or alias.name, value)


def _top(tree):
    """Return the names of the file *tree*, those of its functions left out."""
    return _bound(tree.body, Scope())


@cache
def _top_of(path):
    return _top(ast.parse(path.read_text()))


def _arguments(function, top):
    """Return the scope of the arguments of *function*: those by which it is parametrized are known."""
    scope = Scope(top)
    for decorator in function.decorator_list:
        match decorator:
            case ast.Call(args=[names, values, *_]):
                cases = [_case(one) for one in _elements(values, top)]
                _bind_each(_target(names), ast.List(cases, ast.Load()), scope)
    for one in (*function.args.args, *function.args.kwonlyargs):
        if one.arg not in scope.names:
            scope.bind(one.arg, None)
    return scope


def _target(names):
    """Return what the *names* of a parametrization are as the target of a loop."""
    match names:
        case ast.Constant(value=str() as text):
            return ast.parse(f"{text} = 0").body[0].targets[0]
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            return ast.Tuple([_target(one) for one in elements], ast.Store())
    return ast.Tuple([], ast.Store())


def _case(node):
    """Return the values of a ``pytest.param``."""
    match node:
        case ast.Call(func=ast.Attribute(attr="param"), args=[one]):
            return one
        case ast.Call(func=ast.Attribute(attr="param"), args=several):
            return ast.Tuple(several, ast.Load())
    return node


# --- what judges


def _judging(functions):
    """Return the names of the *functions*, given by their nodes, that assert, or call one that does."""
    found = {nodes[0].name for nodes in functions if _judges(nodes, frozenset(), frozenset())}
    calls = {
        nodes[0].name: {
            node.func.id
            for node in nodes
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        for nodes in functions
    }
    while more := {name for name, called in calls.items() if called & found} - found:
        found |= more
    return found


def _judges(nodes, judging, empty):
    """Say whether one of *nodes* asserts, or adds to one of *empty*, which must remain so."""
    for part in nodes:
        match part:
            case ast.Assert():
                return True
            case ast.Call(func=ast.Attribute(attr="raises" | "fail" | "warns")):
                return True
            case ast.Call(func=ast.Name(id=name)) if name in judging:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how)) if how in _ADDING:
                if name in empty:
                    return True
            case ast.AugAssign(target=ast.Name(id=name)) if name in empty:
                return True
    return False


def _asserted_empty(nodes):
    """Return the names of which an assertion among *nodes* says that they are empty."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Assert):
            for part in _parts(node.test):
                subject = _nothing(part)
                if isinstance(subject, ast.Name):
                    found.add(subject.id)
    return found


def _parts(test):
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return [part for value in test.values for part in _parts(value)]
    return [test]


def _nothing(test):
    """Return what *test* says to be empty, if it says so."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return operand
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]) if _is_empty(right):
            return left
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]) if _is_empty(left):
            return right
    return None


def _is_empty(node):
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]):
            return True
        case ast.Call(func=ast.Name(id="set" | "frozenset" | "dict" | "list"), args=[]):
            return True
        case ast.Constant(value="" | b""):
            return True
    return False


def _over_nothing(test, scope):
    """Yield what *test* goes through, where it would hold if that were empty."""
    for part in _parts(test):
        match part:
            case ast.Call(func=ast.Name(id="all"), args=[one]) if isinstance(one, _COMPREHENSIONS):
                yield from _filtered(one)
            case ast.UnaryOp(
                op=ast.Not(), operand=ast.Call(func=ast.Name(id="any"), args=[one])
            ) if isinstance(one, _COMPREHENSIONS):
                yield from (generator.iter for generator in one.generators)
            case ast.Compare(left=left, ops=[ast.LtE()]) if isinstance(left, ast.SetComp):
                yield from (generator.iter for generator in left.generators)
            case _:
                yield from _of_subject(_nothing(part), scope)


def _filtered(comprehension):
    """Yield what a comprehension goes through; one that leaves out is computed as a whole."""
    for generator in comprehension.generators:
        yield comprehension if generator.ifs else generator.iter


def _of_subject(subject, scope):
    """Yield what was gone through to make *subject*, which is asserted to be empty."""
    match subject:
        case ast.Name(id=name):
            value, where = scope.value(name)
            if isinstance(value, _COMPREHENSIONS | ast.Call):
                yield from _of_subject(value, where)
        case (
            ast.Call(func=ast.Name(id="sorted" | "list" | "set" | "tuple" | "dict"), args=[one])
            | ast.Call(func=ast.Attribute(attr="join"), args=[one])
        ):
            yield from _of_subject(one, scope)
        case _ if isinstance(subject, _COMPREHENSIONS):
            yield subject.generators[0].iter  # the others may be what is found wrong with each


# --- what is counted


def _counted(nodes, scope):
    """Return the texts of what an assertion among *nodes* counts, or shows to be there."""
    found = set()
    for node in nodes:
        if isinstance(node, ast.Assert):
            for part in _parts(node.test):
                if not any(True for _ in _over_nothing(part, scope)) and _nothing(part) is None:
                    found |= {
                        ast.unparse(one) for one in ast.walk(part) if isinstance(one, ast.expr)
                    }
    return found | {
        ast.unparse(node.iter)
        for node in nodes
        if isinstance(node, ast.For) and _changed(node) & found
    }


def _changed(loop):
    """Return the names that the body of *loop* adds to."""
    found = set()
    for part in ast.walk(loop):
        match part:
            case ast.AugAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=how)) if how in _ADDING:
                found.add(name)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))]):
                found.add(name)
    return found


def _sizes(node, scope):
    """Return the texts that, counted, tell that *node* is not empty: itself, and what it is made of."""
    found = {ast.unparse(node)}
    match node:
        case ast.Call(func=ast.Name(id=name), args=[one, *others]) if name in _KEEPING | _ALL_OF:
            found |= _sizes(one, scope)
            for other in others:
                found |= _sizes(other, scope)
        case ast.Call(func=ast.Attribute(value=receiver, attr=name)) if name in _VIEWS:
            found |= _sizes(receiver, scope)
        case ast.Call(func=ast.Name(id="range"), args=[*_, last]):
            found |= _sizes(last, scope)
        case ast.Call(func=ast.Name(id="len"), args=[one]):
            found |= _sizes(one, scope)
        case ast.Name(id=name):
            value, where = scope.value(name)
            found |= _sizes(value, where) if value is not None else set()
        case _ if isinstance(node, _COMPREHENSIONS):
            for generator in node.generators:
                found |= set() if generator.ifs else _sizes(generator.iter, scope)
    return found
