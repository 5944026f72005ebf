"""The configurations that ``info``, ``compare`` and ``load`` can name [cli.md 1.3]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from srpki.cli.meaning import Meaning
from srpki.config.tree import Branch

if TYPE_CHECKING:
    from srpki.cli.md.standing import Standing


def source(standing: Standing, said: Meaning, name: str, default: Branch) -> Branch:
    """Return the configuration that the input *name* of *said* names, else *default*.

    Of all but a file it is what the user may see. Raises `RefusalError`, and for what is stored a
    `SrpkiError`.
    """
    if said.inputs.get(name) == "url":
        from srpki.cli.md.loading import read  # noqa: PLC0415 - start-up time

        return read(standing, str(said.inputs[f"{name}-url"]))
    return standing.editing.seen(_stored(standing, said, name, default))


def _stored(standing: Standing, said: Meaning, name: str, default: Branch) -> Branch:
    editing, device = standing.editing, standing.device
    match said.inputs.get(name):
        case None:
            return default
        case "running" | "intended":
            return device.datastore.running
        case "baseline":
            return editing.candidate.baseline
        case "booted":
            return device.datastore.booted
        case "startup":
            return device.commits.checkpoint("startup").tree
        case "rollback":
            return device.commits.checkpoint(int(str(said.inputs[f"{name}-version"]))).tree
        case _:  # candidate
            return editing.candidate.tree
