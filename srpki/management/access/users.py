"""The users of a node, as its configuration has them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NamedTuple, cast

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.management.access.builtin import BUILT_IN
from srpki.management.access.profiles import profiles
from srpki.management.access.rights import Profile, Rights, rights_of
from srpki.schema.configure.profiles import DEFAULT
from srpki.schema.nodes import ListNode
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA, node_at

_SECURITY: Final = ("system", "security")
_LOCAL: Final = (*_SECURITY, "user-params", "local-user")
_PROFILE: Final = (*_SECURITY, "aaa", "local-profiles", "profile")
_HOMES: Final = "cf3:\\home\\"
"""Where the home of a user is who is restricted to it and has none configured [decided]."""
_KINDS: Final = {"rsa": ("ssh-rsa",), "ecdsa": ("ecdsa-sha2-",)}
"""How the names of the algorithms begin whose keys each list may hold."""


class User(NamedTuple):
    """One user: *password* is a hash or empty, *keys* are blobs as SSH has them on the wire.

    *access* are the flags that are set; *home* is a URL or None. *public_key_only* is None where
    the user has no rule of his own.
    """

    name: str
    password: str
    access: frozenset[str]
    members: tuple[str, ...]
    keys: frozenset[bytes]
    home: str | None = None
    restricted_to_home: bool = True
    save_when_restricted: bool = True
    cli_engines: tuple[str, ...] = ()
    cannot_change_password: bool = False
    new_password_at_login: bool = False
    public_key_only: bool | None = None


def any_users(running: Branch) -> bool:
    """Return whether *running* has a user."""
    return bool(get(running, path(*_LOCAL, "user")))


def user(running: Branch, name: str) -> User | None:
    """Return the user called *name*, or None."""
    found = _entry(running, (*_LOCAL, "user"), name)
    if found is None:
        return None
    access, console = _inside(found, "access"), _inside(found, "console")
    own = _inside(_inside(found, "ssh-authentication-method"), "server").get("public-key-only")
    return User(
        name=name,
        password=str(found.get("password", "")),
        access=frozenset(flag for flag, is_set in access.items() if is_set is True),
        members=_words(console.get("member")),
        keys=frozenset(_keys(_inside(found, "public-keys"))),
        home=cast("str | None", found.get("home-directory")),
        restricted_to_home=found["restricted-to-home"] is True,
        save_when_restricted=found["save-when-restricted"] is True,
        cli_engines=_words(found.get("cli-engine")),
        cannot_change_password=console["cannot-change-password"] is True,
        new_password_at_login=console["new-password-at-login"] is True,
        public_key_only=None if own is None else own == "true",
    )


def rights(running: Branch, one: User) -> Rights:
    """Return what *one* may do; who is member of no profile has the one called ``default``."""
    known = {**BUILT_IN, **profiles(running)}
    members = one.members or (DEFAULT,)
    chosen = tuple(known.get(name, Profile()) for name in members)
    home = (one.home or f"{_HOMES}{one.name}") if one.restricted_to_home else ""
    return _rights(chosen, home, saves=one.save_when_restricted)


@lru_cache(256)
def _rights(chosen: tuple[Profile, ...], home: str, *, saves: bool) -> Rights:
    return rights_of(chosen).within(home, saves=saves)


def most_sessions(running: Branch, name: str) -> int | None:
    """Return how many sessions over SSH all members of the profile *name* may have at once."""
    found = _entry(running, _PROFILE, name) or EMPTY
    limits = (found.get("ssh-max-sessions"), found.get("combined-max-sessions"))
    return min((limit for limit in limits if isinstance(limit, int)), default=None)


def _entry(running: Branch, place: tuple[str, ...], name: str) -> Branch | None:
    """Return the entry called *name* of the list at *place*, default values filled in."""
    *above, last = place
    found = get(running, (*path(*above), Step(last, (name,))))
    node = node_at(SCHEMA.configure, *place)
    assert isinstance(node, ListNode)
    return effective(node, found) if isinstance(found, Branch) else None


def _inside(branch: Branch, name: str) -> Branch:
    found = branch.get(name)
    return found if isinstance(found, Branch) else EMPTY


def _words(found: object) -> tuple[str, ...]:
    return tuple(map(str, found)) if isinstance(found, tuple) else ()


def _keys(found: Branch) -> Iterator[bytes]:
    for kind, algorithms in _KINDS.items():
        entries = _inside(found, kind).get(f"{kind}-key")
        for entry in entries.values() if isinstance(entries, Entries) else ():
            blob = _blob(str(entry.get("key-value", "")))
            length = int.from_bytes(blob[:4], "big")
            if blob[4 : 4 + length].decode("ascii", "replace").startswith(algorithms):
                yield blob


def _blob(text: str) -> bytes:
    """Return the key in *text*, which may be a whole line of OpenSSH; nothing where it is none."""
    words = text.split()
    word = next((word for word in words if word.startswith("AAAA")), "")
    try:
        return base64.b64decode(word, validate=True)
    except binascii.Error:
        return b""
