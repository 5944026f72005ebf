"""The users that an inventory names: configured on their nodes, where they are not there yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.config.edit import Edit
from srpki.core.errors import SrpkiError, UsageError
from srpki.management.access.users import user
from srpki.schema.paths import Step, path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from srpki.device.router import Router
    from srpki.frontend.serve.places import User


def configure(router: Router, users: Sequence[User]) -> None:
    """Configure those of *users* that *router* lacks; they are not saved.

    Raises `UsageError` with what the node says to one whom it refuses.
    """
    datastore = router.node.datastore
    for each in users:
        if user(datastore.running, each.name) is not None:
            continue
        try:
            datastore.edit(_edits(each))
        except SrpkiError as error:
            raise UsageError(
                f"the user {each.name} of the inventory cannot be configured: {error.sentence}",
                hint=error.hint,
            ) from None


def _edits(each: User) -> Iterator[Edit]:
    entry = (
        *path("system", "security", "user-params", "local-user"),
        Step("user", (each.name,)),
    )
    yield Edit("set", (*entry, *path("password")), each.password)
    yield Edit("set", (*entry, *path("restricted-to-home")), False)
    for name in each.member:
        yield Edit("set", (*entry, *path("console", "member")), name)
    for way in each.access:
        yield Edit("set", (*entry, *path("access", way)), True)
