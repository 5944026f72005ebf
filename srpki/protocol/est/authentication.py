"""HTTP authentication: Basic and Digest, for both ends [RFC 9110, 7616, 7617].

Headers are read strictly and within bounds: what a peer puts into a quoted string can neither
break the header that is made of it nor cost more than its length to read. Digest is MD5 or
SHA-256 with quality of protection ``auth``, or with none where the challenge names none [RFC 2617,
3.2.2.1]; the ``-sess`` variants and ``auth-int`` are passed over as if they had not been offered.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote

from srpki.core.entropy import Entropy
from srpki.core.errors import ProtocolError, UsageError

MAX_HEADER: Final = 8192
"""Characters of a WWW-Authenticate or Authorization header that are looked at."""

_MAX_CHALLENGES: Final = 16
_MAX_PARAMETERS: Final = 32
_TOKEN: Final = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - RFC 9110's token, no secret
_SEPARATOR: Final = re.compile(r"[ \t,]*")
_PARAMETER: Final = re.compile(
    rf'({_TOKEN})[ \t]*=[ \t]*(?:({_TOKEN})|"((?:[^"\\\x00-\x08\x0a-\x1f\x7f]|\\[\t\x20-\x7e])*)")'
    r"[ \t]*(?=,|$)"
)
_SCHEME: Final = re.compile(rf"({_TOKEN})(?:[ \t]+|(?=,)|$)")
_TOKEN68: Final = re.compile(r"([A-Za-z0-9\-._~+/]+=*)[ \t]*(?=,|$)")
_ESCAPED: Final = re.compile(r"\\(.)")

_HASHES: Final = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


@dataclass(frozen=True, slots=True)
class Authentication:
    """One challenge or one set of credentials; scheme and parameter names in lower case."""

    scheme: str
    token68: str = field(default="", repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        """The digest algorithm, lower case; MD5 when none is named [RFC 7616, section 3.3]."""
        return self.parameters.get("algorithm", "MD5").lower()

    def usable_digest(self) -> bool:
        """Whether this is a Digest challenge that can be answered."""
        offered = [item.strip() for item in self.quality.lower().split(",")]
        return (
            self.scheme == "digest"
            and self.algorithm in _HASHES
            and (not self.quality or "auth" in offered)
            and {"realm", "nonce"} <= self.parameters.keys()
        )

    @property
    def quality(self) -> str:
        """The qualities of protection that a challenge names, empty when it names none."""
        return self.parameters.get("qop", "").strip()


def parse(header: str) -> tuple[Authentication, ...]:
    """Read the challenges or credentials of a header, in their order.

    Raises:
        ProtocolError: the header is over-long or is not what RFC 9110, section 11, allows.
    """
    if len(header) > MAX_HEADER:
        raise ProtocolError(f"an authentication header is longer than {MAX_HEADER} characters")
    found: list[Authentication] = []
    position = _skip(header, 0)
    while position < len(header):
        scheme = _SCHEME.match(header, position)
        if scheme is None or len(found) == _MAX_CHALLENGES:
            raise ProtocolError("an authentication header cannot be read")
        position = scheme.end()
        token68 = _TOKEN68.match(header, position) if header[position - 1] in " \t" else None
        if token68 is not None:
            found.append(Authentication(scheme[1].lower(), token68[1]))
            position = _skip(header, token68.end())
            continue
        parameters, position = _parameters(header, position)
        found.append(Authentication(scheme[1].lower(), parameters=parameters))
    return tuple(found)


def basic(username: str, password: str) -> str:
    """Return the value of an Authorization header for Basic [RFC 7617, section 2].

    Raises:
        UsageError: the user name has a colon in it or one of both has a control character.
    """
    if ":" in username or not (username + password).isprintable():
        raise UsageError("the user name or password has a character that Basic cannot carry")
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def read_basic(authentication: Authentication) -> tuple[str, str]:
    """Return user name and password of Basic credentials.

    Raises:
        ProtocolError: the token is not base64 of UTF-8 with a colon in it.
    """
    try:
        text = base64.b64decode(authentication.token68, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ProtocolError("the Basic credentials cannot be read") from None
    username, colon, password = text.partition(":")
    if not colon:
        raise ProtocolError("the Basic credentials cannot be read")
    return username, password


class DigestSession:
    """Answers one Digest challenge, for as many requests as the nonce lives."""

    def __init__(self, challenge: Authentication, username: str, password: str) -> None:
        """Answer *challenge*, which must be `Authentication.usable_digest`."""
        self._challenge = challenge
        self._username = username
        self._password = password
        self._count = 0

    def authorization(self, method: str, uri: str, entropy: Entropy) -> str:
        """Return the Authorization value for a request; *uri* is its path and query."""
        self._count += 1
        given = self._challenge.parameters
        answer = {"realm": given["realm"], "nonce": given["nonce"], "uri": uri}
        if self._challenge.quality:
            cnonce = entropy.octets(16).hex()
            answer |= {"nc": f"{self._count:08x}", "cnonce": cnonce, "qop": "auth"}
        response = digest_response(
            self._challenge.algorithm, self._username, self._password, method, answer
        )
        fields = [
            _username_field(self._username),
            *(f"{name}={_quoted(answer[name])}" for name in ("realm", "nonce", "uri")),
            f'response="{response}"',
        ]
        if "qop" in answer:
            fields.append(f'cnonce="{answer["cnonce"]}", qop=auth, nc={answer["nc"]}')
        if "algorithm" in given:
            fields.append(f"algorithm={given['algorithm']}")
        if "opaque" in given:
            fields.append(f"opaque={_quoted(given['opaque'])}")
        return "Digest " + ", ".join(fields)


def digest_response(
    algorithm: str, username: str, password: str, method: str, answer: Mapping[str, str]
) -> str:
    """Return the response value of Digest [RFC 7616, section 3.4.1].

    *answer* has realm, nonce and uri as they stand in the header, and nc, cnonce and qop where that
    is ``auth``; without qop the response is that of RFC 2617, 3.2.2.1. *algorithm* is ``md5`` or
    ``sha-256``. Header text is hashed in the octets it has on the wire.
    """
    user = b":".join((username.encode(), _octets(answer["realm"]), password.encode()))
    action = f"{method}:".encode() + _octets(answer["uri"])
    names = ("nonce", "nc", "cnonce", "qop") if "qop" in answer else ("nonce",)
    middle = (_octets(answer[name]) for name in names)
    return _hash(
        algorithm,
        b":".join((_hash(algorithm, user).encode(), *middle, _hash(algorithm, action).encode())),
    )


def digest_username(authentication: Authentication) -> str:
    """Return the user name of Digest credentials, also from ``username*`` [RFC 7616, 3.4.4].

    Raises:
        ProtocolError: there is none or it is not UTF-8.
    """
    given = authentication.parameters
    if "username" in given:
        return given["username"]
    charset, _, rest = given.get("username*", "").partition("'")
    encoded = rest.partition("'")[2]
    try:
        username = unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        username = ""
    if charset.lower() != "utf-8" or not username:
        raise ProtocolError("the Digest credentials name no user")
    return username


def digest_matches(authentication: Authentication, password: str, method: str) -> bool:
    """Whether Digest credentials prove *password*; the nonce is the caller's to judge."""
    given = authentication.parameters
    needed = {"realm", "nonce", "uri", "nc", "cnonce", "response"}
    if not needed <= given.keys() or authentication.algorithm not in _HASHES:
        return False
    expected = digest_response(
        authentication.algorithm, digest_username(authentication), password, method, given
    )
    return hmac.compare_digest(expected.encode(), _octets(given["response"].lower()))


def _parameters(header: str, position: int) -> tuple[dict[str, str], int]:
    parameters: dict[str, str] = {}
    while parameter := _PARAMETER.match(header, position):
        name, token, text = parameter.groups()
        if name.lower() in parameters or len(parameters) == _MAX_PARAMETERS:
            raise ProtocolError("an authentication header cannot be read")
        parameters[name.lower()] = token if token is not None else _ESCAPED.sub(r"\1", text)
        position = _skip(header, parameter.end())
    return parameters, _skip(header, position)


def _skip(header: str, position: int) -> int:
    separator = _SEPARATOR.match(header, position)
    assert separator is not None
    return separator.end()


def _hash(algorithm: str, data: bytes) -> str:
    return _HASHES[algorithm](data).hexdigest()


def _octets(text: str) -> bytes:
    """Header text as it is on the wire: HTTP libraries hand out ISO 8859-1."""
    return text.encode("latin-1", "replace")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _username_field(username: str) -> str:
    if username.isascii() and username.isprintable():
        return f"username={_quoted(username)}"
    return f"username*=UTF-8''{quote(username, safe='')}"
