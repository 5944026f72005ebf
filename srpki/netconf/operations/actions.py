"""``<action>``: the operations of the administrator, and those of no branch [RFC 7950, 7.15.2]."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.core.errors import MissingInputError, NotAuthorizedError
from srpki.core.xml import Element, leafs
from srpki.device.system import rfc3339
from srpki.management.messages import failed, messages
from srpki.management.outcomes import told, wrong
from srpki.netconf.comparing import compared
from srpki.netconf.errors import bad, of_error
from srpki.netconf.namespaces import OPER_ADMIN, OPER_GLOBAL, YANG
from srpki.netconf.values import read_value
from srpki.netconf.yang.modules import admin
from srpki.schema.nodes import Action, Container, Leaf, LeafList, child_of, data_children
from srpki.schema.operations.global_operations import (
    COMPARE,
    GLOBAL_OPERATIONS,
    RAW_COMMAND,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation
    from srpki.schema.paths import Value

_LONGEST: Final = 255
"""Most characters of a message [fact sheet ``oper-global.json``]."""
_ORIGIN: Final = "NETCONF"


class _Outcome(NamedTuple):
    """How an action has ended: *errors* are why it has not succeeded."""

    results: tuple[Element, ...] = ()
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    infos: tuple[str, ...] = ()
    operation_id: int = 0


def action(exchange: Exchange, operation: Given) -> Iterable[Element]:
    """Run the action that *operation* leads to, and tell how it has ended."""
    found, given = _found(operation)
    begun = exchange.device.clock.now()
    if found is RAW_COMMAND:
        outcome = _raw_command(exchange, given)
    elif found is COMPARE:
        output = compared(exchange, given)
        results = Element("md-compare-output", OPER_GLOBAL)
        text = output if isinstance(output, str) else ""
        inner = () if isinstance(output, str) else output
        results = results._replace(text=text) if text else results.holding(*inner)
        outcome = _Outcome((results,))
    else:
        outcome = _run(exchange, found, given)
    return _reply(given.namespace, outcome, begun, exchange.device.clock.now())


def _found(operation: Given) -> tuple[Action, Given]:
    """Return the action that *operation* leads to, and the element of it."""
    if len(operation.children) != 1:
        raise bad("missing-element", "an action leads to one operation", operation.name)
    (given,) = operation.children
    roots = {OPER_ADMIN: admin(), OPER_GLOBAL: GLOBAL_OPERATIONS}
    node: Container = roots.get(given.namespace, GLOBAL_OPERATIONS)
    if given.qualified != (given.namespace, node.name) or given.namespace not in roots:
        raise bad("unknown-element", f"'{given.name}'", given.name)
    namespace = given.namespace
    while True:
        if len(given.children) != 1:
            raise bad("missing-element", f"'{given.name}' leads to no operation", given.name)
        (given,) = given.children
        found = child_of(node, given.name) if given.namespace == namespace else None
        if isinstance(found, Action) and found.emulated:
            return found, given
        if not isinstance(found, Container):
            raise bad("unknown-element", f"'{given.name}'", given.name, type_="application")
        node = found


# --- what the node runs ---------------------------------------------------------------------------


def _run(exchange: Exchange, found: Action, given: Given) -> _Outcome:
    result = exchange.run(found.operation, _inputs(exchange, found, given), _ORIGIN)
    root = exchange.device.schema.configure
    if isinstance(result.error, MissingInputError | NotAuthorizedError):
        raise of_error(result.error, root)
    errors: tuple[str, ...] = ()
    if not result.ok:
        errors = messages(result.error) if result.error else (failed(wrong(result.data)),)
    infos = told(result.data) if result.ok else ()
    return _Outcome((), errors, (), infos, result.operation_id)


def _inputs(exchange: Exchange, found: Action, given: Given) -> dict[str, Value]:
    """Return the inputs of the action *found*; raises `RpcError`."""
    holder = Container(found.name, found.inputs, found.help)
    known = {leaf.name: leaf for leaf in data_children(holder) if isinstance(leaf, Leaf | LeafList)}
    inputs: dict[str, Value] = {}
    for child in given.children:
        leaf = known.get(child.name)
        if leaf is None or child.namespace != given.namespace:
            raise bad("unknown-element", f"'{child.name}'", child.name, type_="application")
        if child.name in inputs and isinstance(leaf, Leaf):
            sentence = f"'{child.name}' stands there twice"
            raise bad("bad-element", sentence, child.name, type_="application")
        value = read_value(leaf, child, (), exchange.device.schema.configure)
        held = inputs.get(child.name, ())
        many = isinstance(leaf, LeafList) and isinstance(held, tuple)
        inputs[child.name] = (*held, str(value)) if many and isinstance(held, tuple) else value
    return inputs


# --- the CLI --------------------------------------------------------------------------------------


def _raw_command(exchange: Exchange, given: Given) -> _Outcome:
    line = given.child("md-cli-input-line")
    if line is None:
        name = "md-cli-input-line"
        raise bad("missing-element", f"'{name}' is missing", name, type_="application")
    (leaf,) = RAW_COMMAND.inputs
    assert isinstance(leaf, Leaf)
    read_value(leaf, line, (), exchange.device.schema.configure)
    text, ok = exchange.command(line.text)
    block = Element("md-cli-output-block", OPER_GLOBAL, text)
    return _Outcome((block,), () if ok else _error_lines(text))


def _error_lines(text: str) -> tuple[str, ...]:
    """Return the messages among the lines of *text*, else all of them."""
    said = tuple(line for line in text.splitlines() if line.strip())
    severe = ("MINOR: ", "MAJOR: ", "CRITICAL: ")
    return tuple(line for line in said if line.startswith(severe)) or said or ("Failed",)


# --- the reply ------------------------------------------------------------------------------------


def _reply(
    namespace: str, outcome: _Outcome, begun: datetime, ended: datetime
) -> Iterator[Element]:
    status = "terminated-incomplete" if outcome.errors else "completed"
    number = outcome.operation_id or 1
    yield from leafs(namespace, (("operation-id", number), ("start-time", rfc3339(begun))))
    if outcome.results:
        yield Element("results", namespace).holding(*outcome.results)
    yield Element("status", namespace, status)
    for name, said in (
        ("error-message", outcome.errors),
        ("warning-message", outcome.warnings),
        ("info-message", outcome.infos),
    ):
        yield from leafs(namespace, ((name, piece) for piece in _pieces(said)))
    yield Element("end-time", namespace, rfc3339(ended))


def _pieces(said: Sequence[str]) -> Iterator[str]:
    for text in said:
        yield from (text[at : at + _LONGEST] for at in range(0, len(text), _LONGEST))


OPERATIONS: Final[dict[Name, Operation]] = {(YANG, "action"): action}
