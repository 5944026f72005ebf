"""Work that a Ctrl-C must not land in."""

from __future__ import annotations

import threading
from collections.abc import Callable


def run_apart(do: Callable[[], None], cancel: threading.Event) -> None:
    """Run *do* in a thread of its own, to its end; raise what it raises.

    An exception in the waiting thread, such as `KeyboardInterrupt`, sets *cancel* and comes out
    when *do* has taken note of it and returned.
    """
    trouble: list[BaseException] = []

    def run() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001 - raised again by the waiting thread
            trouble.append(error)

    thread = threading.Thread(target=run, name="srpki-stepper", daemon=True)
    thread.start()
    try:
        thread.join()
    except BaseException:
        cancel.set()
        thread.join()
        raise
    if trouble:
        raise trouble[0]
