"""Opens a node: the one place that joins router, network and lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.applications import configured
from srpki.frontend.parts import ClassicForm, Exchanges, recorded, running
from srpki.frontend.settings import chosen


@contextmanager
def opened(node: Path, *, lab: bool, record: Path | None = None) -> Iterator[Router]:
    """Run the router of *node* inside the block, with a lab beside it when *lab*.

    What it sends and receives is kept in the directory *record* when that is given. Raises what
    `Router` and `Recorder` raise, before anything runs.
    """
    if lab:
        from srpki.frontend.labs import opened_lab  # noqa: PLC0415 - start-up time

        with opened_lab(node, record=record) as (router, _):
            yield router
        return
    clock = SystemClock()
    router = Router(
        node,
        clock=clock,
        entropy=SystemEntropy(),
        exchanges=recorded(Exchanges(node), record, clock),
        daemon=configured(node),
        settings=chosen(node),
        classic=ClassicForm(),
    )
    with running(router):
        yield router
