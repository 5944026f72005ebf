"""Names held against the subtrees of name constraints [RFC 5280, 4.2.1.10]."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final

from srpki.core.text import printable
from srpki.x509.general_names import GeneralName
from srpki.x509.name_forms import DIRECTORY_NAME, DNS_NAME, IP_ADDRESS, RFC822_NAME, URI

_LABEL = r"[A-Za-z0-9_-]+"
_DOMAIN: Final = re.compile(rf"\.?{_LABEL}(?:\.{_LABEL})*\.?")
"""A host or, with a dot before it, what is below one."""
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_WILD_HOST: Final = re.compile(r"[A-Za-z0-9_*-]+(?:\.[A-Za-z0-9_*-]+)*\.?")
_ADDRESS: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?")
_AUTHORITY: Final = re.compile(  # RFC 3986, 3.1 and 3.2
    r"[A-Za-z][A-Za-z0-9+.-]*://(?:[A-Za-z0-9._~!$&'()*+,;=:%-]*@)?([^/?#@:]*)(?::[0-9]*)?"
)
_SHOWN: Final = 64


def flaw(base: GeneralName) -> str:
    """Return why no name can be held against *base*, the base of a subtree, or nothing."""
    match base.form, base.value:
        case "dNSName", str() as value:
            good = not value or _DOMAIN.fullmatch(value) is not None
        case "rfc822Name", str() as value:
            local, at, host = value.rpartition("@")
            wanted = _HOST if at else _DOMAIN
            good = wanted.fullmatch(host) is not None and bool(local or not at)
        case "uniformResourceIdentifier", str() as value:
            good = _DOMAIN.fullmatch(value) is not None
        case "iPAddress", bytes() as value:
            good = len(value) in (8, 32)
        case "directoryName", tuple():
            good = True
        case _:
            return "is not processed"
    return "" if good else "is not well formed"


def is_comparable(name: GeneralName) -> bool:
    """Say whether *name* is what its form wants, so that constraints can be held against it."""
    match name.form, name.value:
        case "dNSName", str() as value:
            return _WILD_HOST.fullmatch(value) is not None
        case "rfc822Name", str() as value:
            local, _, host = value.rpartition("@")
            return bool(local) and _HOST.fullmatch(host) is not None
        case "uniformResourceIdentifier", str() as value:
            return bool(_uri_host(value))
        case "iPAddress", bytes() as value:
            return len(value) in (4, 16)
        case "directoryName", tuple():
            return True
        case _:
            return False


def is_within(name: GeneralName, base: GeneralName) -> bool:
    """Say whether *name* is in the subtree of *base*; both are of one form, and fit for it."""
    match name.value, base.value:
        case str() as value, str() as tree:
            return _TEXTS[name.form](value, tree)
        case bytes() as address, bytes() as tree if len(tree) == 2 * len(address):
            network, mask = tree[: len(address)], tree[len(address) :]
            return all(
                (own ^ theirs) & bits == 0
                for own, theirs, bits in zip(address, network, mask, strict=True)
            )
        case tuple() as directory, tuple() as tree:
            return directory[: len(tree)] == tree
        case _:
            return False


def may_stand_for(name: GeneralName, base: GeneralName) -> bool:
    """Say whether a DNS name with an asterisk stands for a name in the subtree of *base*, too."""
    if name.form != DNS_NAME or not isinstance(name.value, str) or not isinstance(base.value, str):
        return False
    label, _, parent = _host(name.value).partition(".")
    return "*" in label and _host(base.value).partition(".")[2] == parent


def weight(base: GeneralName) -> int:
    """Return what comparing with *base* costs: the names within a directoryName count each."""
    return 1 + len(base.value) if base.form == DIRECTORY_NAME else 1


def words(name: GeneralName) -> str:
    """Return *name* for a sentence: it is a peer's, and may be long."""
    match name.value:
        case str() as text:
            return f'{name.form} "{printable(text[:_SHOWN])}"'
        case bytes() as address if name.form == IP_ADDRESS and len(address) in (4, 16):
            return f"{name.form} {ipaddress.ip_address(address)}"
        case _:
            return name.form


def _in_domain(value: str, tree: str) -> bool:
    """Say whether a DNS name is *tree*, or has labels before it; with a dot it must have some."""
    value, tree = _host(value), _host(tree)
    if not tree or tree.startswith("."):
        return value.endswith(tree)
    return value == tree or value.endswith(f".{tree}")


def _at_host(host: str, tree: str) -> bool:
    """Say whether *host* is *tree* or, where that begins with a dot, a host below it."""
    host, tree = _host(host), _host(tree)
    return host.endswith(tree) if tree.startswith(".") else host == tree


def _is_mailbox_of(value: str, tree: str) -> bool:
    """Say whether a mailbox is *tree*, or is at that host or domain."""
    local, _, host = value.rpartition("@")
    their_local, at, their_host = tree.rpartition("@")
    return (not at or local == their_local) and _at_host(host, their_host)


def _uri_host(uri: str) -> str:
    """Return the host name of *uri*, empty where it has none: an address is no name."""
    found = _AUTHORITY.match(uri)
    if found is None or uri[found.end() : found.end() + 1] not in ("", "/", "?", "#"):
        return ""
    host = found.group(1)
    return host if _HOST.fullmatch(host) and not _ADDRESS.fullmatch(host) else ""


def _host(text: str) -> str:
    return text.lower().removesuffix(".")


_TEXTS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    DNS_NAME: _in_domain,
    RFC822_NAME: _is_mailbox_of,
    URI: lambda value, tree: _at_host(_uri_host(value), tree),
}
