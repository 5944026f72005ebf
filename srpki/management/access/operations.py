"""Operations, before they run and after: what they may be asked for, and what of it may be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from srpki.config.tree import Branch
from srpki.core.errors import NotAuthorizedError
from srpki.device.records.configuration import Comparison, Configuration
from srpki.device.results import Result
from srpki.schema.common import FlashUrl
from srpki.schema.nodes import Case, Leaf, data_children
from srpki.schema.tree import actions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from srpki.config.json import Configured
    from srpki.management.access.files import Confined
    from srpki.management.access.rights import Rights
    from srpki.schema.paths import Value

SAVE: Final = "admin.save"
_CHANGING: Final = ("file.move", "file.remove", "file.remove-directory")
"""Operations that change or take away whatever file they are told; others what they make."""
_WHOLE: Final = {
    "rollback.revert": ("writes_all",),
    "rollback.view": ("reads_all",),
}
"""Operations on all that is configured, which is neither shown nor replaced in part."""


def check(rights: Rights, files: Confined, operation: str, inputs: Mapping[str, Value]) -> None:
    """Raise `NotAuthorizedError` unless who has *rights* may run *operation* with *inputs*.

    *files* are those that he reaches. A configuration is written to another file only as a whole.
    """
    name = _name(operation)
    if not rights.permits_operation(operation, inputs):
        raise NotAuthorizedError(name)
    if operation == SAVE:
        whole = "url" not in inputs or rights.reads_all
        if not whole or (rights.home and not rights.saves):
            raise NotAuthorizedError(name)
    if not all(getattr(rights, wanted) for wanted in _WHOLE.get(operation, ())):
        raise NotAuthorizedError(name)
    for leaf in _urls(operation):
        if leaf in inputs:
            changes = leaf == "destination-url" or operation in _CHANGING
            files.check(str(inputs[leaf]), name, changes=changes)


def _name(operation: str) -> str:
    action = actions().get(operation)
    return operation.rpartition(".")[2] if action is None else action.name


def _urls(operation: str) -> Iterator[str]:
    action = actions().get(operation)
    for leaf in data_children(Case("", action.inputs)) if action is not None else ():
        if isinstance(leaf, Leaf) and isinstance(leaf.type, FlashUrl):
            yield leaf.name


def refusal(error: NotAuthorizedError, now: datetime) -> Result:
    """Return the result of an operation that *error* has kept from running, at *now*."""
    return Result(False, 0, now, now, error=error)


def seen(rights: Rights, result: Result) -> Result:
    """Return *result* with the configurations in it as who has *rights* may see them."""

    def part(whole: Configured) -> Configured:
        assert isinstance(whole.element, Branch)
        return whole._replace(element=rights.visible("configure", whole.element))

    match result.data:
        case Configuration() as found:
            return result._replace(data=found.but(configure=part(found.configure)))
        case Comparison() as found:
            old, new = (one.but(configure=part(one.configure)) for one in (found.old, found.new))
            return result._replace(data=found.but(old=old, new=new))
        case _:
            return result
