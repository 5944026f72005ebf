"""What a check can speak of: subjects, their properties, and of what kind each value is.

The parser reads by these tables and the reference is made from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Kind = Literal["truth", "number", "text", "list", "instant", "duration"]
"""Of what kind a value is; one of kind ``truth`` stands without an operator."""

ORDER: Final = ("==", "!=", "<", "<=", ">", ">=")
OPERATORS: Final[Mapping[Kind, tuple[str, ...]]] = {
    "truth": (),
    "number": ORDER,
    "duration": ORDER,
    "instant": ORDER,
    "text": ("==", "!=", "~", "!~"),
    "list": ("==", "!=", "has", "lacks", "~", "!~"),
}


class Property(NamedTuple):
    """A property: its *kind* and *help*; capitals in its name stand for words to be put in."""

    kind: Kind
    help: str


class Subject(NamedTuple):
    """A subject that *takes* these words, then one of *properties*.

    *default* is the property that is meant where none stands. A subject whose words are a *path*
    takes as many as come before its property or operator. *optional* words come after a keyword.
    """

    help: str
    takes: tuple[str, ...]
    properties: Mapping[str, Property]
    default: str = ""
    path: bool = False
    optional: Mapping[str, str] = {}


_EXISTS: Final = {
    "exists": Property("truth", "it is there"),
    "absent": Property("truth", "it is not there"),
}
_CONTENT: Final = {
    "is new": Property("truth", "its content is another one than at the beginning of the lab"),
    "is initial FILE": Property("truth", "its content is what FILE had at the beginning"),
}

SUBJECTS: Final[Mapping[str, Subject]] = {
    "entry": Subject(
        "an entry of `certificate-auto-update`, by the name of its certificate",
        ("FILE",),
        {
            **_EXISTS,
            "state": Property("text", "`invalid`, `scheduled`, `in-progress` or `wait-for-retry`"),
            "reason": Property("text", "why it is invalid, or what failed last"),
            "profile": Property("text", "its certificate-update-profile"),
            "key-file": Property("text", "the name of its key"),
            "protocol": Property("text", "`cmpv2` or `est`"),
            "last-start": Property("instant", "when its last update began"),
            "last-end": Property("instant", "when its last update ended"),
            "next": Property("instant", "when its next update begins"),
            "next-in": Property("duration", "how long until then"),
            "updates": Property("number", "updates that have finished since the lab began"),
            "failures": Property("number", "updates that have failed since the last that finished"),
            "used-by": Property("list", "what uses the certificate, as `show certificate` has it"),
        },
    ),
    "cert": Subject(
        "an imported certificate, by its name or URL",
        ("FILE",),
        {
            **_EXISTS,
            **_CONTENT,
            "subject": Property("text", "as `CN=gw,O=Lab`"),
            "issuer": Property("text", "as `CN=gw,O=Lab`"),
            "san": Property("list", "alternative names, as `DNS:gw.example` and `IP:192.0.2.1`"),
            "serial": Property("text", "the serial number in hexadecimal"),
            "not-before": Property("instant", "when it begins"),
            "not-after": Property("instant", "when it ends"),
            "remaining": Property("duration", "how long it is still valid, less than 0s when not"),
            "days-left": Property("number", "whole days that it is still valid"),
            "life": Property("duration", "from its beginning to its end"),
            "key": Property("text", "kind of its key: `rsa`, `dsa`, `ecdsa`"),
            "key-size": Property("number", "bits of its key"),
            "curve": Property("text", "curve of its key, as `secp384r1`"),
            "hash": Property("text", "hash of its signature, as `sha256`"),
            "eku": Property("list", "extended key usages, by name or as dotted identifiers"),
            "fingerprint": Property("text", "SHA-256 in hexadecimal"),
            "valid": Property("truth", "its validity includes now"),
            "belongs to KEY": Property("truth", "it certifies the key in the file KEY"),
            "chains to CA": Property(
                "truth", "its chain ends at the CA of ca-profile CA, or of it"
            ),
        },
    ),
    "key": Subject(
        "an imported key, by its name or URL",
        ("FILE",),
        {
            **_EXISTS,
            **_CONTENT,
            "type": Property("text", "`rsa`, `dsa` or `ecdsa`"),
            "size": Property("number", "its bits"),
            "curve": Property("text", "its curve, as `secp384r1`"),
        },
    ),
    "file": Subject(
        "any file on `cf3:`, by its URL",
        ("URL",),
        {**_EXISTS, **_CONTENT, "size": Property("number", "its octets")},
    ),
    "profile": Subject(
        "a certificate-update-profile, by its name",
        ("NAME",),
        {
            **_EXISTS,
            "protocol": Property("text", "`cmpv2` or `est`"),
            "server": Property("text", "the ca-profile or est-profile that it names"),
            "hash": Property("text", "its hash algorithm"),
            "key-generation": Property("text", "`same-as-existing-key`, `rsa`, `dsa` or `ecdsa`"),
            "key-size": Property("number", "of rsa and dsa"),
            "curve": Property("text", "of ecdsa"),
            "schedule": Property("text", "`before-expiry` or `after-issue`"),
            "seconds": Property("number", "of its schedule"),
            "retry-interval": Property("number", "seconds from a failure to the next attempt"),
            "used-by": Property("list", "the entries that have it"),
        },
    ),
    "ca-profile": Subject(
        "a ca-profile, by its name",
        ("NAME",),
        {
            **_EXISTS,
            "oper": Property("text", "`up` or `down`"),
            "flags": Property("list", "why it is down"),
            "admin": Property("text", "`enable` or `disable`"),
            "revocation-check": Property("text", "`crl` or `crl-optional`"),
            "pending": Property("truth", "a request by hand waits for its CA"),
        },
    ),
    "crl": Subject(
        "the CRL of a ca-profile, by the name of the profile",
        ("NAME",),
        {
            **_EXISTS,
            "number": Property("number", "its cRLNumber"),
            "this-update": Property("instant", "when it was issued"),
            "next-update": Property("instant", "until when it is good"),
            "entries": Property("number", "certificates that it lists"),
            "lists SERIAL": Property("truth", "it lists the serial number SERIAL, in hexadecimal"),
            "lists initial FILE": Property("truth", "it lists what FILE was at the beginning"),
        },
    ),
    "tunnel": Subject(
        "an emulated tunnel, by its name: ipsec cert-profile, hyphen, number of the entry",
        ("NAME",),
        {
            **_EXISTS,
            "up": Property("truth", "nothing is wrong with its certificate"),
            "flags": Property("list", "why it is down"),
            "reason": Property("text", "the same as a sentence"),
            "since": Property("instant", "since when it is up or down"),
        },
    ),
    "config": Subject(
        "the configuration, by a path as the MD-CLI has it",
        ("PATH",),
        {
            **_EXISTS,
            "unchanged": Property("truth", "all of it is as at the beginning, without PATH"),
            "unchanged except PATHS": Property(
                "truth",
                "it is, but for what is at PATHS and below: `[PATH, PATH]` or one; a list without"
                " its key stands for all entries and new ones",
            ),
            "saved": Property("truth", "it has been saved, without PATH"),
        },
        path=True,
    ),
    "state": Subject(
        "any leaf of the state, by its path as the MD-CLI has it", ("PATH",), _EXISTS, path=True
    ),
    "event": Subject(
        "events of a number, or `APPLICATION:NUMBER` outside of SECURITY, since the lab began",
        ("NUMBER",),
        {
            "seen": Property("truth", "there is one"),
            "count": Property("number", "how many"),
            "first": Property("instant", "when the first was"),
            "last": Property("instant", "when the last was"),
            "each": Property("instant", "when each was; all must be so, and there must be one"),
            "before event NUMBER": Property("truth", "the first is before the first of NUMBER"),
            "within DURATION of event NUMBER": Property(
                "truth", "one is no farther than DURATION from one of NUMBER"
            ),
        },
        default="seen",
        optional={"about": "TEXT"},
    ),
    "message": Subject(
        "messages of a kind (`ir`, `kup`, `simplereenroll`, `ocsp`, `any`) since the lab began",
        ("KIND",),
        {
            "sent": Property("number", "how many the node has sent"),
            "received": Property("number", "how many it has received"),
            "failed": Property("number", "how many got no answer"),
            "status": Property("list", "statuses that answers had: `accepted`, `rejection`, `404`"),
            "failinfo": Property("list", "PKIFailureInfo that answers had"),
            "protection": Property(
                "list", "how they were protected: `password`, `signature`, `none`"
            ),
        },
        optional={"to": "CA"},
    ),
    "typed": Subject(
        "commands that were typed, in `md` or `classic`, by an expression that is found in them",
        ("PATTERN",),
        {
            "seen": Property("truth", "one was"),
            "count": Property("number", "how many were"),
        },
        default="seen",
        optional={"in": "CLI"},
    ),
    "commands": Subject(
        "commands that were typed, but for those of the lab",
        (),
        {"count": Property("number", "how many")},
        default="count",
    ),
    "clock": Subject(
        "the lab's clock",
        (),
        {
            "elapsed": Property("duration", "how long since the beginning of the lab"),
            "now": Property("instant", "what it shows"),
        },
    ),
    "time": Subject(
        "real time",
        (),
        {"elapsed": Property("duration", "how long since the beginning of the lab")},
    ),
    "answer": Subject(
        "the answer to a question, by its number",
        ("NUMBER",),
        {
            "correct": Property("truth", "it is right"),
            "given": Property("truth", "there is one"),
            "tries": Property("number", "how often it was answered"),
        },
    ),
}
