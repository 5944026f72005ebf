"""Passwords kept as hashes: bcrypt, and PBKDF2 over SHA-2 or SHA-3.

A router saves bcrypt as ``$2y$10$...`` [public configurations]. How it saves PBKDF2 is not known:
here it is ``$pbkdf2-sha256$ROUNDS$SALT$HASH`` and ``$pbkdf2-sha3-512$...``, salt and hash in base64
with ``.`` for ``+`` and without padding, as other programs write it [decided].
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Final

from srpki.core.errors import RefusedError
from srpki.core.patterns import regex

if TYPE_CHECKING:
    from types import ModuleType

    from srpki.core.entropy import Entropy

BCRYPT: Final = "bcrypt"
DIGESTS: Final = {"sha2-pbkdf2": "sha256", "sha3-pbkdf2": "sha3-512"}
"""The digest of each algorithm that is PBKDF2, as its hash names it."""

LONGEST: Final = 72
"""Octets of a password: bcrypt takes no more."""
_COST: Final = 10
_ROUNDS: Final = 100_000
_SALT: Final = 16
_WORST_COST: Final = 14
_MOST_ROUNDS: Final = 1_000_000
"""A hash of a file that wants more work is nobody's: it would be a way to keep the node busy."""

_BCRYPT_HASH: Final = regex(r"\$2[abxy]\$([0-9]{2})\$[./A-Za-z0-9]{53}")
_PBKDF2_HASH: Final = regex(
    r"\$pbkdf2-(sha256|sha3-512)\$([0-9]{1,7})\$([./A-Za-z0-9]{1,64})\$([./A-Za-z0-9]{1,96})"
)


def is_hash(text: str) -> bool:
    """Return whether *text* is a hash in one of the forms above, and no password in clear."""
    return bool(_BCRYPT_HASH.fullmatch(text) or _PBKDF2_HASH.fullmatch(text))


def hashed(password: str, algorithm: str, entropy: Entropy) -> str:
    """Return the hash of *password* by *algorithm*, salted from *entropy*.

    Without the library for bcrypt the hash is by PBKDF2 with SHA-2, which every node can read.
    Raises `RefusedError` for a password of more than `LONGEST` octets.
    """
    octets = password.encode()
    if len(octets) > LONGEST:
        raise RefusedError(f"a password has at most {LONGEST} octets", hint="shorten it")
    library = _bcrypt()
    if algorithm == BCRYPT and library is not None:
        text = _bcrypt_base64(entropy.octets(_SALT))
        made = library.hashpw(octets, f"$2b${_COST}${text}".encode())
        return "$2y" + str(made, "ascii").removeprefix("$2b")
    digest = DIGESTS.get(algorithm, "sha256")
    salt = entropy.octets(_SALT)
    return _spelled(digest, _ROUNDS, salt, _derived(digest, octets, salt, _ROUNDS))


def verified(password: str, known: str) -> bool:
    """Return whether *password* is the one whose hash is *known*.

    Raises `RefusedError` where it is by bcrypt and the library for that is not there.
    """
    octets = password.encode("utf-8", "surrogatepass")[: LONGEST + 1]
    found = _BCRYPT_HASH.fullmatch(known)
    if found is not None:
        return int(found[1]) <= _WORST_COST and _verified_by_bcrypt(octets, known)
    found = _PBKDF2_HASH.fullmatch(known)
    if found is None or not 0 < int(found[2]) <= _MOST_ROUNDS:
        return False
    digest, rounds = found[1], int(found[2])
    try:
        salt, wanted = _octets(found[3]), _octets(found[4])
    except ValueError:
        return False
    derived = _derived(digest, octets, salt, rounds)
    return hmac.compare_digest(derived, wanted) and len(octets) <= LONGEST


def decoy(algorithm: str) -> str:
    """Return the hash of no password, which costs as much to try as one by *algorithm*."""
    if algorithm == BCRYPT and _bcrypt() is not None:
        return f"$2y${_COST}${'.' * 53}"
    digest = DIGESTS.get(algorithm, "sha256")
    return _spelled(digest, _ROUNDS, bytes(_SALT), bytes(hashlib.new(_name(digest)).digest_size))


def _verified_by_bcrypt(octets: bytes, known: str) -> bool:
    library = _bcrypt()
    if library is None:
        raise RefusedError(
            "the password is kept as a hash by bcrypt, for which a library is missing",
            hint='pip install "srpki[ssh]", or set the password anew',
        )
    if len(octets) > LONGEST or b"\0" in octets:
        octets = b"\xff"  # none of anybody: those end before, but the work must be the same
    made: bytes
    try:
        made = library.hashpw(octets, b"$2b" + known[3:].encode())
    except ValueError:  # characters that are no salt
        return False
    return hmac.compare_digest(made[3:], known[3:].encode())


def _bcrypt() -> ModuleType | None:
    try:
        import bcrypt  # noqa: PLC0415 - an extra
    except ImportError:
        return None
    return bcrypt


def _bcrypt_base64(octets: bytes) -> str:
    """Return *octets* in the base64 of bcrypt, which has an order of its own."""
    usual = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    own = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    text = base64.b64encode(octets).decode().rstrip("=")
    return text.translate(str.maketrans(usual, own))


def _name(digest: str) -> str:
    return digest.replace("-", "_")


def _derived(digest: str, octets: bytes, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac(_name(digest), octets, salt, rounds)


def _spelled(digest: str, rounds: int, salt: bytes, derived: bytes) -> str:
    return f"$pbkdf2-{digest}${rounds}${_text(salt)}${_text(derived)}"


def _text(octets: bytes) -> str:
    return base64.b64encode(octets, altchars=b"./").decode().rstrip("=")


def _octets(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"./", validate=True)
