"""The operational commands of both CLIs, put together from their branches."""

from __future__ import annotations

from srpki.schema.nodes import Container
from srpki.schema.operations import absent
from srpki.schema.operations.admin import ADMIN_CLASSIC, ADMIN_MD
from srpki.schema.operations.debug import DEBUG, NO_DEBUG
from srpki.schema.operations.file import FILE
from srpki.schema.operations.lab import LAB
from srpki.schema.operations.show import SHOW
from srpki.schema.operations.sleep import SLEEP
from srpki.schema.operations.wait import WAIT


def md(*, lab: bool) -> Container:
    """Return the branches below the root prompt of the MD-CLI, ``lab`` too in a *lab*."""
    return _root(ADMIN_MD, lab=lab)


def classic(*, lab: bool) -> Container:
    """Return the branches below the root prompt of the classic CLI, ``lab`` too in a *lab*."""
    return _root(ADMIN_CLASSIC, lab=lab)


def _root(admin: Container, *, lab: bool) -> Container:
    branches = (admin, DEBUG, FILE, *((LAB,) if lab else ()), NO_DEBUG, SHOW, WAIT)
    return Container(
        name="", help="Operational commands", children=(*branches, SLEEP, *absent.ROOT)
    )
