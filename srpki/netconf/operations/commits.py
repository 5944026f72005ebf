"""``commit``, confirmed or not, and ``cancel-commit`` [RFC 6241 sections 8.3 and 8.4]."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from srpki.device.configuration.confirmation import Claim
from srpki.netconf.arguments import COMMENT, REGION, Arguments, check_region
from srpki.netconf.errors import bad
from srpki.netconf.namespaces import BASE

if TYPE_CHECKING:
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation

_TIMEOUT: Final = 600
_LONGEST: Final = 4294967295
_COMMENT: Final = 2048
_TOKEN: Final = 255
"""Most seconds, and most characters of a comment and of a token."""


def commit(exchange: Exchange, operation: Given) -> None:
    """Make the candidate what runs, for good or until nobody confirms in time.

    A commit goes on with a confirmed one of the same session, or with the one whose token it says.
    """
    arguments = Arguments(
        operation, ("confirmed", "confirm-timeout", "persist", "persist-id", COMMENT, REGION)
    )
    check_region(arguments)
    confirmed = "confirmed" in arguments
    for name in ("confirm-timeout", "persist"):
        if name in arguments and not confirmed:
            raise bad("missing-element", f"'{name}' needs 'confirmed'", "confirmed")
    within = _timeout(arguments) if confirmed else None
    comment = arguments.text(COMMENT)
    if (COMMENT in arguments and not 1 <= len(comment) <= _COMMENT) or not comment.isprintable():
        raise bad("invalid-value", f"'{COMMENT}' has no 1..{_COMMENT} characters", COMMENT)
    exchange.candidates.commit(comment, within, _claim(exchange, arguments, confirmed=confirmed))


def _claim(exchange: Exchange, arguments: Arguments, *, confirmed: bool) -> Claim:
    commits, own = exchange.device.commits, exchange.editing.bound()
    by = ""
    if "persist-id" in arguments:
        by = _token(arguments, "persist-id")
        if not commits.waits_for(by):
            raise bad("invalid-value", "no confirmed commit waits for this", "persist-id")
    elif commits.waits_for(own):
        by = own
    if not confirmed:
        return Claim(by=by)
    if "persist" in arguments:
        return Claim(_token(arguments, "persist"), by)
    return Claim(by or own, by)  # who went on by a token needs it again


def _token(arguments: Arguments, name: str) -> str:
    token = arguments.element(name).value
    if not token or len(token) > _TOKEN:
        raise bad("invalid-value", f"'{name}' has no 1..{_TOKEN} characters", name)
    return f"persist {token}"


def _timeout(arguments: Arguments) -> timedelta:
    text = arguments.text("confirm-timeout", str(_TIMEOUT))
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(_LONGEST))):
        raise bad(
            "invalid-value", f"'confirm-timeout' - '{text}' is not a number", "confirm-timeout"
        )
    seconds = int(text)
    if not 1 <= seconds <= _LONGEST:
        sentence = f"'confirm-timeout' - '{text}' out of range 1..{_LONGEST}"
        raise bad("invalid-value", sentence, "confirm-timeout")
    return timedelta(seconds=seconds)


def cancel_commit(exchange: Exchange, operation: Given) -> None:
    """Take the confirmed commit that waits back: that of the session, or the one of a token."""
    arguments = Arguments(operation, ("persist-id",))
    commits = exchange.device.commits
    mark = exchange.editing.bound()
    if "persist-id" in arguments:
        mark = _token(arguments, "persist-id")
    if not commits.waits_for(mark):
        name = "persist-id"
        raise bad("invalid-value", "no confirmed commit waits for this", name)
    exchange.editing.cancel()


OPERATIONS: Final[dict[Name, Operation]] = {
    (BASE, "commit"): commit,
    (BASE, "cancel-commit"): cancel_commit,
}
