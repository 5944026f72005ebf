"""The modules of the IETF that a node implements, as far as RFC 8525 lists them.

They are announced and not handed out: their text is that of the RFCs, which every client has.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.config.management import netconf_candidate, nmda_support
from srpki.netconf.namespaces import BASE, DATASTORES, LIBRARY, MONITORING, NMDA, WITH_DEFAULTS
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from srpki.config.tree import Branch

NMDA_REVISION: Final = "2019-01-07"
_TYPES: Final = "urn:ietf:params:xml:ns:yang:ietf-{}-types"
_WITH_CANDIDATE: Final = ("candidate", "confirmed-commit", "rollback-on-error")


class Standard(NamedTuple):
    """A module with its *features*; one that is *imported* is there for others alone."""

    name: str
    revision: str
    namespace: str
    features: tuple[str, ...] = ()
    imported: bool = False


_ALWAYS: Final = (
    Standard("ietf-netconf-monitoring", "2010-10-04", MONITORING),
    Standard("ietf-netconf-with-defaults", "2011-06-01", WITH_DEFAULTS),
    Standard("ietf-yang-library", "2019-01-04", LIBRARY),
    Standard("ietf-datastores", "2018-02-14", DATASTORES),
    Standard("ietf-yang-types", "2013-07-15", _TYPES.format("yang"), imported=True),
    Standard("ietf-inet-types", "2013-07-15", _TYPES.format("inet"), imported=True),
)


def standards(running: Branch) -> Iterator[Standard]:
    """Yield those of a node whose configuration is *running*."""
    features = (*(_WITH_CANDIDATE if netconf_candidate(running) else ()), "validate", "startup")
    yield Standard("ietf-netconf", "2011-06-01", BASE, (*features, "url"))
    yield from _ALWAYS
    if nmda_support(running):
        yield Standard("ietf-netconf-nmda", NMDA_REVISION, NMDA, ("with-defaults",))


def content_id(running: Branch) -> str:
    """Return the fingerprint of all modules, which is another one where something differs."""
    ours = "".join(f"{one.name} {one.revision}\n" for one in modules().values())
    theirs = "".join(f"{one}\n" for one in standards(running))
    return hashlib.sha256((ours + theirs).encode()).hexdigest()[:32]
