"""Opens a node: the one place that joins router, network and lab."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend import modes
from srpki.frontend.applications import configured
from srpki.frontend.parts import ClassicForm, Exchanges, recorded, run_script, running
from srpki.frontend.settings import chosen
from srpki.frontend.training.unfinished import UNFINISHED
from srpki.storage.files import OsFiles

if TYPE_CHECKING:
    from srpki.config.management import ConfigurationMode
    from srpki.core.clock import Clock
    from srpki.training.lesson import Lesson


@contextmanager
def opened(
    node: Path,
    *,
    lab: bool,
    record: Path | None = None,
    mode: ConfigurationMode | None = None,
) -> Iterator[Router]:
    """Run the router of *node* inside the block, with a lab beside it when *lab*.

    What it sends and receives is kept in the directory *record* when that is given. A new node is
    made in the configuration mode *mode*; one that exists must be in it. Raises what `Router` and
    `Recorder` raise, and `UsageError`, before anything runs.
    """
    made_whole(node)
    if lab:
        from srpki.frontend.labs import opened_lab  # noqa: PLC0415 - start-up time

        with opened_lab(node, record=record, mode=mode, lessons=_lesson) as (router, _):
            yield router
        return
    modes.prepare(node, mode)
    clock = SystemClock()
    router = Router(
        node,
        clock=clock,
        entropy=SystemEntropy(),
        exchanges=recorded(Exchanges(node), record, clock),
        daemon=configured(node),
        settings=chosen(node),
        classic=ClassicForm(),
        runner=run_script,
    )
    with running(router, mode):
        yield router


def made_whole(node: Path) -> None:
    """Finish the reset of the lab in *node* that a kill has left half done, where there is one.

    Raises `BusyError` where it still goes on, and `StorageError`.
    """
    try:
        if OsFiles(node).kind(node / UNFINISHED) != "directory":
            return
    except OSError:  # whoever opens the node says what is wrong there
        return
    from srpki.frontend.training.resetting import finish  # noqa: PLC0415 - start-up time

    finish(node)


def _lesson(node: Path, real: Clock) -> Lesson:
    from srpki.frontend.training.copies import lesson_of  # noqa: PLC0415 - few nodes have one

    return lesson_of(node, real)
