"""The registry of operations: what an action's name runs, and how it ends in a `Result`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from srpki.core.errors import NotFoundError, SrpkiError
from srpki.device.inputs import checked
from srpki.device.results import Data, Message, Result
from srpki.schema.paths import Value
from srpki.schema.tree import actions

if TYPE_CHECKING:
    from srpki.device.router import Router

_MODULES = {
    "debug": "srpki.device.debug_operations",
    "pki": "srpki.device.pki_operations",
    "show.certificate": "srpki.device.show_certificate",
    "show.ipsec": "srpki.device.show_ipsec",
    "show.log": "srpki.device.show_log",
    "show.tls": "srpki.device.show_tls",
    "show": "srpki.device.show_system",
    "file": "srpki.device.file_operations",
    "admin": "srpki.device.admin_operations",
    "lab": "srpki.device.lab_operations",
    "rollback": "srpki.device.rollback_operations",
    "wait": "srpki.device.wait_operations",
}
"""The module of each family, imported when its first operation runs (start-up time).

The first family that an operation belongs to counts.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an operation has to say; *ok* is False when it ran but did not succeed."""

    ok: bool = True
    messages: tuple[Message, ...] = ()
    data: Data | None = None


Inputs = Mapping[str, Value]
Operation = Callable[["Router", Inputs], Outcome]


def run(router: Router, operation_id: int, operation: str, inputs: Inputs) -> Result:
    """Run *operation* on checked *inputs*; a `SrpkiError` becomes an error message."""
    start = router.clock.now()
    try:
        outcome = _function(operation)(router, _checked(operation, inputs))
    except SrpkiError as error:
        messages = (Message("error", str(error)),)
        return Result(
            ok=False,
            operation_id=operation_id,
            start_time=start,
            end_time=router.clock.now(),
            messages=messages,
            error=error,
        )
    return Result(
        ok=outcome.ok,
        operation_id=operation_id,
        start_time=start,
        end_time=router.clock.now(),
        messages=outcome.messages,
        data=outcome.data,
    )


def _checked(operation: str, inputs: Inputs) -> Inputs:
    action = actions().get(operation)
    if action is None:
        raise NotFoundError(f"operation {operation} is not emulated")
    return checked(action, inputs)


def _function(operation: str) -> Operation:
    family = next(name for name in _MODULES if f"{operation}.".startswith(f"{name}."))
    module = import_module(_MODULES[family])
    found: Operation | None = module.OPERATIONS.get(operation)
    if found is None:
        raise NotFoundError(f"operation {operation} is not emulated")
    return found


def told(*lines: str) -> Outcome:
    """Return the success that *lines* tell of."""
    return Outcome(messages=tuple(Message("info", line) for line in lines))


def text(inputs: Inputs, name: str, default: str = "") -> str:
    """Return the string input *name*, or *default* when it was not given."""
    value = inputs.get(name)
    return value if isinstance(value, str) else default


def number(inputs: Inputs, name: str, default: int = 0) -> int:
    """Return the integer input *name*, or *default* when it was not given."""
    value = inputs.get(name)
    return value if isinstance(value, int) else default


def flag(inputs: Inputs, name: str) -> bool:
    """Return whether the empty input *name* was given."""
    return bool(inputs.get(name, False))
