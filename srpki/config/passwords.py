"""What a password in clear must be like, by the rules of the configuration that it comes into.

[configure-system-security-user-params.json, ``complexity-rules``; what a sequence of keys is, and
that a credit counts for one character less in the length, is decided]
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from srpki.config.defaults import effective
from srpki.config.tree import EMPTY, Branch, Entries, get
from srpki.core.errors import RefusedError
from srpki.schema.configure.passwords import PASSWORD
from srpki.schema.paths import Path, path

_RULES: Final = path("system", "security", "user-params", "local-user", "password")
_USERS: Final = path("system", "security", "user-params", "local-user", "user")
_KEYS: Final = ("`1234567890-=", "qwertyuiop[]\\", "asdfghjkl;'", "zxcvbnm,./")
_CLASSES: Final = {
    "lowercase": str.islower,
    "uppercase": str.isupper,
    "numeric": str.isdigit,
    "special-character": lambda one: not one.isalnum(),
}


def rules_of(tree: Branch) -> Branch:
    """Return what *tree* says of passwords, default values filled in."""
    found = get(tree, _RULES)
    return effective(PASSWORD, found if isinstance(found, Branch) else EMPTY)


def same_users(one: Branch, other: Branch) -> bool:
    """Return whether both trees share all users, passwords and all; looks at none of them."""
    return get(one, _USERS) is get(other, _USERS)


def passwords_of(tree: Branch) -> dict[str, str]:
    """Return the hashes of the passwords in *tree*, by the names of their users."""
    users = get(tree, _USERS)
    entries = users.items() if isinstance(users, Entries) else ()
    found = ((str(keys[0]), entry.get("password")) for keys, entry in entries)
    return {user: password for user, password in found if isinstance(password, str)}


def algorithm_of(tree: Branch) -> str:
    """Return the algorithm that new passwords are hashed by."""
    return str(rules_of(tree)["hashing"])


def user_of(place: Path) -> str:
    """Return the name of the user whose password stands at *place*."""
    return str(next((step.keys[0] for step in reversed(place) if step.keys), ""))


def check(tree: Branch, user: str, password: str) -> None:
    """Raise `RefusedError` where *password*, which it does not hold, will not do for *user*."""
    rules = rules_of(tree)["complexity-rules"]
    assert isinstance(rules, Branch)
    for wrong in _wrong(rules, user, password):
        raise RefusedError(f"Password {wrong}", hint="see complexity-rules")


def check_change(tree: Branch, old: str, new: str) -> None:
    """Raise `RefusedError` where *new* is too much like *old*, which a user gives up for it.

    What counts are the characters of *new* that *old* does not have, or not as often [decided].
    """
    least = _number(rules_of(tree), "minimum-change")
    if (Counter(new) - Counter(old)).total() < least:
        raise RefusedError(
            f"Password must have {least} characters that the old one has not",
            hint="see password minimum-change",
        )


def check_age(tree: Branch, age: timedelta) -> None:
    """Raise `RefusedError` where a password of that *age* is too young for its user to change."""
    seconds = _number(rules_of(tree), "minimum-age")
    left = timedelta(seconds=seconds) - age
    if left > timedelta(0) <= age:
        raise RefusedError(
            f"Password cannot be changed for another {math.ceil(left.total_seconds())} seconds",
            hint="see password minimum-age",
        )


def history_size(tree: Branch) -> int:
    """Return how many earlier passwords a new one must differ from."""
    return _number(rules_of(tree), "history-size")


def is_too_old(tree: Branch, age: timedelta) -> bool:
    """Return whether a password of that *age* must be changed."""
    days = _number(rules_of(tree), "aging")
    return days > 0 and age >= timedelta(days=days)


def _wrong(rules: Branch, user: str, password: str) -> Iterator[str]:
    counted = {name: sum(map(belongs, password)) for name, belongs in _CLASSES.items()}
    credit = _branch(rules, "credits")
    credits_ = sum(min(counted[name], _number(credit, name)) for name in _CLASSES)
    least = _number(rules, "minimum-length")
    if len(password) + credits_ < least:
        yield f"is too short: it must have {least} characters"
    if rules["allow-user-name"] is not True and user and _holds(password, user):
        yield "must not contain the user name, forwards or backwards"
    classes = _number(rules, "minimum-classes")
    if sum(map(bool, counted.values())) < classes:
        yield f"must have characters of {classes} classes"
    required = _branch(rules, "required")
    for name in required:
        if counted[name] < _number(required, name):
            yield f"must have {_number(required, name)} characters of the class {name}"
    repeated = _number(rules, "repeated-characters")
    if repeated and any(one * repeated in password for one in set(password)):
        yield f"must not have the same character {repeated} times in a row"
    run = _number(rules, "disallow-sequence-keys")
    if run and _has_run(password.lower(), run):
        yield f"must not have {run} neighbours on the keyboard in a row"


def _holds(password: str, user: str) -> bool:
    lower, name = password.lower(), user.lower()
    return name in lower or name[::-1] in lower


def _has_run(password: str, length: int) -> bool:
    rows = [way for row in _KEYS for way in (row, row[::-1])]
    ends = range(length, len(password) + 1)
    return any(password[end - length : end] in row for end in ends for row in rows)


def _branch(rules: Branch, name: str) -> Branch:
    found = rules.get(name)
    return found if isinstance(found, Branch) else EMPTY


def _number(rules: Branch, name: str) -> int:
    found = rules.get(name)
    return found if isinstance(found, int) else 0
