"""Messages put together again: each transaction with a CA as the steps of a ladder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from srpki.device.records.ladders import Ladder, LoggedMessage

_AGAIN = ("401", "202", "503")
"""Answers of EST after which the same request is made again."""


def ladders(messages: Iterable[LoggedMessage]) -> Sequence[Ladder]:
    """Return *messages* by transaction, in the order in which these began.

    CMP names its transactions. Elsewhere a request and its answer are one, with the same request
    made again after an answer that asks for it.
    """
    found: list[list[LoggedMessage]] = []
    open_ones: dict[tuple[str, ...], list[LoggedMessage]] = {}
    for message in messages:
        key = _key(message)
        steps = open_ones.get(key)
        if steps is None or (message.way == "sent" and _over(steps[-1])):
            steps = open_ones[key] = []
            found.append(steps)
        steps.append(message)
    return [Ladder(tuple(steps)) for steps in found]


def _key(message: LoggedMessage) -> tuple[str, ...]:
    if message.protocol == "cmp":
        return message.peer, message.transaction
    return message.peer, message.kind, message.certificate


def _over(last: LoggedMessage) -> bool:
    return last.protocol != "cmp" and last.way == "received" and last.status not in _AGAIN
