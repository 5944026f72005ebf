"""The capabilities that are announced, and what those of a client mean [RFC 6241 section 8]."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from srpki.config.management import netconf_candidate, nmda_support
from srpki.core.xml import Element, leafs
from srpki.device.system import RELEASE
from srpki.netconf.ietf import NMDA_REVISION, content_id
from srpki.netconf.namespaces import BASE, CAPABILITY, MONITORING, NMDA, SROS
from srpki.netconf.yang.modules import modules

if TYPE_CHECKING:
    from srpki.config.tree import Branch
    from srpki.netconf.documents import Given

BASE_10: Final = "urn:ietf:params:netconf:base:1.0"
BASE_11: Final = "urn:ietf:params:netconf:base:1.1"
_PRIVATE: Final = ("urn:nokia.com:nc:pc", "urn:nokia.com:nc:pysros:pc")
"""By which clients ask for a candidate of their own [access.md section 3]."""

_CANDIDATE: Final = ("candidate:1.0", "confirmed-commit:1.1", "rollback-on-error:1.0")
_OTHERS: Final = (
    "notification:1.0",
    "interleave:1.0",
    "validate:1.0",
    "validate:1.1",
    "startup:1.0",
    "url:1.0?scheme=file",
    "with-defaults:1.0?basic-mode=explicit&also-supported=report-all",
)
_LIBRARIES: Final = "2016-06-21", "2019-01-04"
"""The revisions of ietf-yang-library that are served [RFC 7895, RFC 8525]."""


class Client(NamedTuple):
    """What a client has said of itself: *known* when there is a base that both sides have."""

    known: bool
    chunked: bool = False
    private: bool = False


@cache
def module_set() -> str:
    """Return the fingerprint of the modules that are handed out."""
    every = "".join(f"{one.name} {one.revision}\n" for one in modules().values())
    return hashlib.sha256(every.encode()).hexdigest()[:32]


def capabilities(running: Branch) -> Iterator[str]:
    """Yield what a node whose configuration is *running* announces."""
    yield BASE_10
    yield BASE_11
    if netconf_candidate(running):
        yield from (f"{CAPABILITY}{name}" for name in _CANDIDATE)
    yield from (f"{CAPABILITY}{name}" for name in _OTHERS)
    yield MONITORING
    old, new = _LIBRARIES
    yield f"{CAPABILITY}yang-library:1.0?revision={old}&module-set-id={module_set()}"
    yield f"{CAPABILITY}yang-library:1.1?revision={new}&content-id={content_id(running)}"
    if nmda_support(running):
        yield f"{NMDA}?module=ietf-netconf-nmda&revision={NMDA_REVISION}"
    yield f"{SROS}major-release-{RELEASE.partition('.')[0]}"
    for one in modules().values():
        yield f"{one.namespace}?module={one.name}&revision={one.revision}"


def hello(running: Branch, session_id: int) -> Element:
    """Return the hello of the session *session_id*."""
    said = leafs(BASE, (("capability", each) for each in capabilities(running)))
    return Element("hello", BASE).holding(
        Element("capabilities", BASE).holding(*said),
        Element("session-id", BASE, str(session_id)),
    )


def understood(given: Given) -> Client | None:
    """Return who has sent the hello *given*; None for one that ends the session.

    That is what no client may send. What is of another namespace gets no error here
    [access.md section 3].
    """
    if given.name != "hello" or given.child("session-id") is not None:
        return None
    holder = given.child("capabilities")
    said = {one.value for one in holder.children} if given.namespace == BASE and holder else set()
    known = bool(said & {BASE_10, BASE_11})
    return Client(known, BASE_11 in said, bool(said & set(_PRIVATE)))
