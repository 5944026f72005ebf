"""The registry of operations: what an action's name runs, and how it ends in a `Result`.

It imports them all, so it is imported itself when the first operation runs (start-up time).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from srpki.core.errors import NotFoundError, SrpkiError
from srpki.device.operations import (
    access,
    admin,
    debug,
    file,
    lab,
    lab_lesson,
    pki,
    pki_cmpv2,
    pki_contents,
    pki_est,
    reload,
    revocation,
    rollback,
    show_certificate,
    show_ipsec,
    show_log,
    show_request,
    show_scripts,
    show_system,
    show_tls,
    sleep,
    wait,
)
from srpki.device.operations.call import Call, Operation, Outcome
from srpki.device.operations.inputs import checked
from srpki.device.results import Result
from srpki.schema.paths import Value
from srpki.schema.tree import actions

if TYPE_CHECKING:
    from srpki.device.node import Node
    from srpki.device.sessions import Caller

OPERATIONS: Final[Mapping[str, Operation]] = {
    **access.OPERATIONS,
    **admin.OPERATIONS,
    **debug.OPERATIONS,
    **file.OPERATIONS,
    **lab.OPERATIONS,
    **lab_lesson.OPERATIONS,
    **pki_contents.OPERATIONS,
    **pki.OPERATIONS,
    **pki_cmpv2.OPERATIONS,
    **pki_est.OPERATIONS,
    **reload.OPERATIONS,
    **revocation.OPERATIONS,
    **rollback.OPERATIONS,
    **show_certificate.OPERATIONS,
    **show_ipsec.OPERATIONS,
    **show_log.OPERATIONS,
    **show_scripts.OPERATIONS,
    **show_request.OPERATIONS,
    **show_system.OPERATIONS,
    **show_tls.OPERATIONS,
    **sleep.OPERATIONS,
    **wait.OPERATIONS,
}
"""The function of each operation, by the name that its action has in the schema."""


def run(
    node: Node,
    operation_id: int,
    operation: str,
    inputs: Mapping[str, Value],
    *,
    caller: Caller,
    cancel: threading.Event,
) -> Result:
    """Run *operation* with *inputs*; a `SrpkiError` becomes the error of the result."""
    start = node.clock.now()
    error = None
    try:
        outcome = _run(node, operation, inputs, caller, cancel)
    except SrpkiError as raised:
        error = raised
        outcome = Outcome(ok=False)
    return Result(
        ok=outcome.ok,
        operation_id=operation_id,
        start_time=start,
        end_time=node.clock.now(),
        data=outcome.data,
        error=error,
    )


def _run(
    node: Node,
    operation: str,
    inputs: Mapping[str, Value],
    caller: Caller,
    cancel: threading.Event,
) -> Outcome:
    action, function = actions().get(operation), OPERATIONS.get(operation)
    if action is None or function is None:
        raise NotFoundError(f"operation {operation} is not emulated")
    call = Call(node=node, caller=caller, inputs=checked(action, inputs), cancel=cancel)
    return function(call)
