"""``create-subscription`` [RFC 5277 section 2.1]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from srpki.netconf.arguments import Arguments
from srpki.netconf.errors import bad, not_supported
from srpki.netconf.namespaces import NOTIFICATION
from srpki.netconf.streams import DEFAULT, streams

if TYPE_CHECKING:
    from srpki.netconf.documents import Given, Name
    from srpki.netconf.exchange import Exchange, Operation


def create_subscription(exchange: Exchange, operation: Given) -> None:
    """Let the session hear a stream of events, from a time in the past on where one is given.

    A filter is not supported, as on routers [7750 SR system management guide 22.2].
    """
    arguments = Arguments(operation, ("stream", "filter", "startTime", "stopTime"))
    if "filter" in arguments:
        raise not_supported("a filter of a subscription is not supported")
    name = arguments.text("stream", DEFAULT)
    found = next((one for one in streams(exchange.device.logs) if one.name == name), None)
    if found is None:
        raise bad("invalid-value", f"'stream' - there is no stream '{name}'", "stream")
    since, until = (_time(arguments, one) for one in ("startTime", "stopTime"))
    if since is not None and since > exchange.device.clock.now():
        raise bad("bad-element", "startTime is in the future", "startTime")
    if until is not None and since is None:
        raise bad("missing-element", "stopTime needs startTime", "startTime")
    if until is not None and since is not None and until < since:
        raise bad("bad-element", "stopTime is before startTime", "stopTime")
    exchange.subscriber.begin(found, since, until)


def _time(arguments: Arguments, name: str) -> datetime | None:
    text = arguments.text(name)
    if name not in arguments:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise bad("bad-element", f"'{name}' - '{text}' is no time", name) from None


OPERATIONS: Final[dict[Name, Operation]] = {
    (NOTIFICATION, "create-subscription"): create_subscription,
}
