"""The users that an inventory names: configured on their nodes, where they are not there yet."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from srpki.cli.session import Session
from srpki.core.errors import UsageError
from srpki.management.access.users import user

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from srpki.device.router import Router
    from srpki.frontend.serve.places import User


def configure(router: Router, users: Sequence[User]) -> None:
    """Configure those of *users* that *router* lacks, as if their lines had been typed.

    Raises `UsageError` with what the node says to a line that it refuses.
    """
    running = router.node.datastore.running
    missing = [each for each in users if user(running, each.name) is None]
    if not missing:
        return
    with closing(Session(router, kind="script")) as session:
        session.feed("/!md-cli")  # which says nothing where that is the CLI already
        for line in ("configure private", *_lines(missing), "commit"):
            answer = session.feed(line)
            if not answer.ok:
                raise UsageError(
                    f"the users of the inventory cannot be configured: {answer.text.strip()}"
                )


def _lines(users: Sequence[User]) -> Iterator[str]:
    for each in users:
        entry = f"/configure system security user-params local-user user {_quoted(each.name)}"
        yield f"{entry} password {_quoted(each.password)}"
        yield f"{entry} console member [{' '.join(map(_quoted, each.member))}]"
        yield from (f"{entry} access {way} true" for way in each.access)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
