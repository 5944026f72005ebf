"""What NETCONF answers to what is refused: ``rpc-error`` [RFC 6241 section 4.3 and appendix A].

One table gives each message of SR OS its error-type and error-tag. No transcript of a router's
rpc-error was found [access.md section 3]: the table is decided here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from srpki.config.comments import is_comment
from srpki.core.xml import Element, leafs
from srpki.management.messages import failed, message, number, said
from srpki.management.reasons import Reason, reasons
from srpki.netconf.namespaces import BASE, CONFIGURE
from srpki.schema.nodes import Container, ListNode, child_of

if TYPE_CHECKING:
    from srpki.core.errors import SrpkiError
    from srpki.schema.nodes import Action, DataNode
    from srpki.schema.paths import Path, Step

Type = Literal["transport", "rpc", "protocol", "application"]


class Kind(NamedTuple):
    """What a message is to NETCONF: error-type, error-tag and, by RFC 7950, error-app-tag."""

    type: Type
    tag: str
    app_tag: str = ""


KINDS: Final = {
    "MGMT_CORE #224": Kind("application", "data-missing", "instance-required"),
    "MGMT_CORE #236": Kind("application", "data-missing", "missing-mandatory"),
    "MGMT_CORE #2020": Kind("application", "access-denied"),
    "MGMT_CORE #2051": Kind("protocol", "in-use"),
    "MGMT_CORE #2052": Kind("protocol", "in-use"),
    "MGMT_CORE #2201": Kind("application", "unknown-element"),
    "MGMT_CORE #2301": Kind("application", "invalid-value"),
    "MGMT_CORE #2703": Kind("application", "operation-failed"),
    "MGMT_CORE #5001": Kind("application", "operation-failed"),
    "MGMT_AGENT #2007": Kind("application", "operation-failed"),
    "CLI #2001": Kind("application", "missing-element"),
    "CLI #2069": Kind("application", "operation-failed"),
}
"""By the number of the message."""

_OF_REASONS: Final = {
    "too-many": Kind("application", "operation-failed", "too-many-elements"),
}
"""By the kind of a reason, where the number alone does not tell."""

LONGEST: Final = 1024
"""Most characters of a message: it may quote what the client has sent."""


class Refusal(NamedTuple):
    """One rpc-error: *message* is what SR OS says, *path* leads to what it is about.

    The *names* of prefixes in the path come with their namespaces; *info* are elements for
    error-info.
    """

    kind: Kind
    message: str
    path: str = ""
    names: tuple[tuple[str, str], ...] = ()
    info: tuple[Element, ...] = ()

    @property
    def element(self) -> Element:
        """The refusal as it is written."""
        return Element("rpc-error", BASE, children=self._children)

    def _children(self) -> Iterator[Element]:
        kind = self.kind
        yield Element("error-type", BASE, kind.type)
        yield Element("error-tag", BASE, kind.tag)
        yield Element("error-severity", BASE, "error")
        if kind.app_tag:
            yield Element("error-app-tag", BASE, kind.app_tag)
        if self.path:
            yield Element("error-path", BASE, self.path, prefixes=self.names)
        language = (("xml:lang", "en"),)
        yield Element("error-message", BASE, self.message[:LONGEST], attributes=language)
        if self.info:
            yield Element("error-info", BASE).holding(*self.info)


class RpcError(Exception):
    """A request that is refused, for every reason that there is."""

    def __init__(self, *refusals: Refusal) -> None:
        """Keep the *refusals*, of which there is at least one."""
        super().__init__(refusals[0].message)
        self.refusals = refusals


def refused(
    tag: str, sentence: str, type_: Type = "protocol", info: Iterable[Element] = ()
) -> RpcError:
    """Return the error *tag* with the *sentence*, as SR OS says that an operation failed."""
    return RpcError(Refusal(Kind(type_, tag), failed(sentence), info=tuple(info)))


def unexpected_namespace(namespace: str) -> RpcError:
    """Return the refusal of a request that declares *namespace*, in the words of a router.

    [7750 SR system management guide 22.7: example of an invalid namespace]
    """
    info = leafs(BASE, (("bad-element", "rpc"), ("bad-namespace", namespace)))
    kind = Kind("protocol", "unknown-namespace")
    return RpcError(Refusal(kind, "An unexpected namespace is present.", info=tuple(info)))


def not_supported(sentence: str) -> RpcError:
    """Return the refusal of what SR OS does not support, or this program."""
    return refused("operation-not-supported", sentence)


def bad(
    tag: str, sentence: str, element: str, attribute: str = "", *, type_: Type = "protocol"
) -> RpcError:
    """Return the error *tag*, which names the *element* and *attribute* that it is about.

    What is said of elements that nobody knows, values that are none and what is missing has the
    numbers of the CLI.
    """
    words = said(tag, sentence)  # failed, unless the number of the message is the tag's own
    named = [("bad-attribute", attribute or None), ("bad-element", element)]
    return RpcError(Refusal(Kind(type_, tag), words, info=tuple(leafs(BASE, named))))


def at(
    tag: str,
    sentence: str,
    path: Path,
    root: Container,
    *,
    element: str = "",
    attribute: str = "",
) -> RpcError:
    """Return the application's error *tag* about what is at *path* below *root*.

    *element* and *attribute* are named where they are what is bad. The *sentence* is put as SR OS
    puts one of this tag.
    """
    words = said(_AS_SAID.get(tag, tag), sentence)
    named = [("bad-attribute", attribute or None), ("bad-element", element or None)]
    info = tuple(leafs(BASE, named))
    return RpcError(Refusal(Kind("application", tag), words, *path_of(path, root), info))


_AS_SAID: Final = {"data-missing": "missing-reference", "missing-element": "missing-input"}
"""The kinds of reasons that tags are, where they are not called so."""


def of_error(error: SrpkiError, root: Container, *, lock: int | None = None) -> RpcError:
    """Return *error* with every reason that it gives; paths are below the schema *root*.

    Where a lock was asked for, *lock* is the session of NETCONF that has it, 0 for who is none:
    what is in the way is told by lock-denied [RFC 6241 section 7.5].
    """
    return of_reasons(reasons(error), root, lock=lock)


def of_reasons(found: Iterable[Reason], root: Container, *, lock: int | None = None) -> RpcError:
    """Return the error that gives the reasons *found*, of which there is at least one."""
    return RpcError(*dict.fromkeys(_of_reason(reason, root, lock=lock) for reason in found))


def _of_reason(reason: Reason, root: Container, *, lock: int | None) -> Refusal:
    kind = _OF_REASONS.get(reason.kind) or KINDS[number(reason.kind)]
    info: tuple[Element, ...] = ()
    if kind.tag == "in-use" and lock is not None:
        kind = Kind("protocol", "lock-denied")
        info = (Element("session-id", BASE, str(lock)),)
    if kind.tag == "missing-element":
        info = (Element("bad-element", BASE, reason.sentence),)
    if not reason.path:
        return Refusal(kind, message(reason), info=info)
    return Refusal(kind, message(reason), *path_of(reason.path, root), info)


_PREFIX: Final = "conf"


def path_of(path: Path, root: Container) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return *path* below *root* as an instance identifier, with the prefixes that it uses.

    [RFC 7950 section 9.13]. That of a comment leads to what it is about.
    """
    found = f"/{_PREFIX}:{root.name}"
    node: DataNode | Action | None = root
    for step in path:
        if is_comment(step.name):
            break
        node = child_of(node, step.name) if isinstance(node, Container | ListNode) else None
        found += f"/{_PREFIX}:{step.name}{''.join(_predicates(node, step))}"
    return found, ((_PREFIX, CONFIGURE),)


def _predicates(node: DataNode | Action | None, step: Step) -> Iterator[str]:
    if isinstance(node, ListNode):
        for leaf, key in zip(node.key_leafs, step.keys, strict=False):
            yield f"[{_PREFIX}:{leaf.name}={_literal(leaf.type.format(key))}]"
    else:
        yield from (f"[.={_literal(str(key))}]" for key in step.keys)


def _literal(text: str) -> str:
    """Return *text* as a literal of XPath, which has no escapes."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = (f"'{part}'" for part in text.split("'"))
    joint = ', "\'", '
    return f"concat({joint.join(parts)})"
