"""A lab to begin with: what `srpki lab new` writes."""

from __future__ import annotations

from importlib.resources import files
from typing import Final

_PLACE: Final = "NAME"


def template(name: str) -> str:
    """Return the text of a lab file for a lab called *name*, which its solution solves."""
    return (files("srpki.training") / "template.toml").read_text("utf-8").replace(_PLACE, name)
