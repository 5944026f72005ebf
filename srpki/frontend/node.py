"""Opens a node: the one place that joins router, network and lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.parts import ClassicForm, Exchanges, running


@contextmanager
def opened(node: Path, *, lab: bool) -> Iterator[Router]:
    """Run the router of *node* inside the block, with a lab beside it when *lab*.

    Raises what `Router` raises, before anything runs.
    """
    if lab:
        from srpki.frontend.labs import opened_lab  # noqa: PLC0415 - start-up time

        with opened_lab(node) as (router, _):
            yield router
        return
    router = Router(
        node,
        clock=SystemClock(),
        entropy=SystemEntropy(),
        exchanges=Exchanges(node),
        classic=ClassicForm(),
    )
    with running(router):
        yield router
