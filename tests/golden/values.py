"""Values on both sides of every limit, and whether the fact sheets accept them.

Nothing here looks at the schema: what is accepted is read from the fact trees, and from `OTHERS`
for nodes of the public models that no tree is kept of.
"""

import ipaddress
import itertools
import json
import re
from pathlib import Path

import sheets

LIMITS = {
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}


def integer(low, high):
    return {"base": "uint32", "range": f"{low}..{high}"}


def decimal(low, high):
    return {"base": "decimal", "low": low, "high": high}


def text(low, high, *patterns, named=""):
    return {"base": "string", "length": f"{low}..{high}", "patterns": patterns, "named": named}


def words(*enum):
    return {"base": "enumeration", "enum": enum}


BOOLEAN = {"base": "boolean"}
STATE = words("enable", "disable")
EVENTS = json.loads((Path(__file__).parent / "event-names.json").read_text(encoding="utf-8"))
LOG_EVENTS = {
    "generate": BOOLEAN,
    "severity": words("cleared", "indeterminate", "critical", "major", "minor", "warning"),
    "throttle": BOOLEAN,
}
"""``log-events`` [public configurations]."""

OTHERS = {
    **{  # of each application three events stand for all
        f"configure log log-events {application} event": words(*list(names)[1:3], list(names)[-1])
        for application, names in EVENTS.items()
    },
    **{
        f"configure log log-events {application} {leaf}": fact
        for application in EVENTS
        for leaf, fact in LOG_EVENTS.items()
    },
    "configure system name": text(1, 64, r"[ -~]*[!-~][ -~]*", named="system-name"),
    "show log log-id log-id": {"base": "leafref", "leafref": "../log-id/name"},
    "show log filter-id filter-id": {"base": "leafref", "leafref": "../filter/filter-name"},
}


INTERFACE = ("configure", "system", "management-interface")
ENVIRONMENT = (*INTERFACE, "cli", "md-cli", "environment")


def _read():
    """Return the leafs of the fact trees by their place, choices and inputs left out."""
    found = {}

    def read(fact, place):
        inner = place if fact["kind"] in ("choice", "case", "input") else (*place, fact["name"])
        if "type" in fact:
            found[inner] = fact["type"]
            if inner[: len(ENVIRONMENT)] == ENVIRONMENT:  # a session has the same tree
                found["environment", *inner[len(ENVIRONMENT) :]] = fact["type"]
        for child in fact.get("children", ()):
            read(child, inner)

    for place in sheets.SHEETS:
        if place[0] != "state":  # where nothing is typed but names
            for fact in sheets.wanted(place)[0]:
                read(fact, place)
    return {tuple(name.split()): fact for name, fact in OTHERS.items()} | found


FACTS = _read()
KEYS = {place[-2:]: fact for place, fact in FACTS.items() if fact["base"] != "leafref"}
"""What a reference may lead to, by the names of the list and of its key."""


def resolved(fact):
    """Return *fact*, or what a reference refers to."""
    if fact["base"] != "leafref":
        return fact
    path = re.sub(r"\[[^]]*\]", "", fact["leafref"])  # without predicates
    return resolved(KEYS[tuple(path.split("/")[-2:])])


def accepts(fact, value):
    """Return whether the fact sheet accepts *value*."""
    fact = resolved(fact)
    base = fact["base"]
    if base == "union":
        return any(accepts(member, value) for member in fact["union"])
    if base in LIMITS:
        is_number = re.fullmatch("-?[0-9]+", value) is not None
        return is_number and any(low <= int(value) <= high for low, high in limits(fact))
    if base == "decimal":
        is_number = re.fullmatch(r"[0-9]+(\.[0-9]{1,3})?", value) is not None
        return is_number and fact["low"] <= float(value) <= fact["high"]
    if base == "enumeration":
        return value in fact["enum"]
    if base == "boolean":
        return value in ("true", "false")
    if base.startswith("inet:"):
        return _is_address(base, value)
    low, high = lengths(fact)
    if fact.get("named") == "cflash-url":
        value = value.replace("/", "\\")  # both are the same on the flash
    if fact.get("patterns") == (DURATION,) and re.fullmatch(DURATION, value):
        return int(value[:-1]) * DAYS[value[-1]] <= 100 * 365
    matches = all(re.fullmatch(python(pattern), value) for pattern in fact.get("patterns", ()))
    return low <= len(value) <= high and matches


def python(pattern):
    """Return the XSD *pattern* as Python's, which knows no categories of Unicode."""
    return pattern.replace(r"\P{C}", r"[^\x00-\x1f\x7f-\x9f]")


def limits(fact):
    """Return the smallest and the largest number of each part of the range."""
    least, most = LIMITS[fact["base"]]
    ends = {"min": least, "max": most}
    parts = [part.split("..") for part in fact.get("range", "min..max").split("|")]
    return [tuple(int(ends.get(end, end)) for end in (part[0], part[-1])) for part in parts]


DURATION = "[0-9]{1,10}[smhdwy]"
DAYS = {"s": 1 / 86400, "m": 1 / 1440, "h": 1 / 24, "d": 1, "w": 7, "y": 365}
"""A duration of the lab is a century at most."""


def lengths(fact):
    return tuple(map(int, fact.get("length", "0..2600").split("..")))


def _is_address(base, value):
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return "%" not in value and f"ipv{address.version}" in base


TRIED = {
    "[_a-zA-Z0-9][-_a-zA-Z0-9]*": ("_a-1", "-a", "a b"),
    "cflash-url": ("cf3:/gw.key", "cf1:/a/b", "gw.key", "cf5:/a", "cf3:", "ftp://a/b", "cf3:/a//b"),
    "cflash-without-slot-url": ("cf3:/home", "cf1:/a/b", "cf5:/a", "cf3-a:/b", "ftp://a/b"),
    "description": ("two words", "   "),
    "display-string": ("   ",),
    "http-optional-url-loose": ("http://ca.example:8080/x", "ca.example", "ftp://a/x", "a:65536"),
    "http-url-path-loose": ("http://ca.example/x", "http://ca.example", "ca.example/x"),
    **dict.fromkeys(
        ("log-name", "file-policy-name", "log-filter-name", "log-filter-entry-name"),
        ("98", "security-1", "two words", "a/b", "0", "9999", " a", "_a"),
    ),
    "log-syslog-name": ("10", "security-1", "two words", "a/b", "0", "11", " a", "_a"),
    "([!-9;<>-~])+": ("TMNX", "two words", "a:b", "a=b"),
    "named-item": ("two words", "   "),
    "named-item-255": ("two words", "   "),
    "pki-file-name": ("gw.crt", "a/b", "cf3:a", "   "),
    "regular-expression-not-all-spaces": (".*", "   "),
    "service-name": ("   ",),
    "string-not-all-spaces": ("gw.crt", "a/b", "   "),
    "system-name": ("two words", "   "),
    "url": ("cf3:/gw.key", "ftp://a/b"),
    "/.*": ("/a b", "a"),
    "all|[0-9]+": ("3", "all", "x"),
    "none|any|(>=|<=)?[0-9]{1,5}|[0-9]{1,5}[.][.][0-9]{1,5}": ("3072", "none", "2048..4096", "big"),
    "[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}": ("02:00-04:00", "2-4"),
    "[a-z][a-z0-9-]*": ("second", "Second"),
    "[0-9]{1,10}[smhdwy]": (
        "90s",
        "30d",
        "12h",
        "45m",
        "2w",
        "1y",
        "1x",
        "d",
        "12345678901s",
        "101y",
    ),
    r"\d{4}/\d{2}/\d{2}": ("2026/12/01", "2026-12-01"),
    r"\d{2}:\d{2}(:\d{2})?": ("12:00", "12:00:30", "12"),
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})": (
        "2026-12-01T00:00:00Z",
        "2026-12-01T01:00:00.5+01:00",
        "2026-12-01",
    ),
}
"""What is tried of a type, by its name or its only pattern."""

HASH = "$2y$10$WOWmXnVodvBspwuo9BbkVOT/N.jjhrv30MhPK8JncFl3qDVQPai3K"
"""A hash of a password, of a public example."""

ADDRESSES = (
    "192.0.2.1",
    "2001:db8::1",
    "256.0.0.1",
    "192.0.2",
    "2001:db8:::1",
    "192.0.2.1%1",
    "2001:db8::1%1",
)


def tried(fact):
    """Return values of *fact* to try, a good one first, each once."""
    found = dict.fromkeys(_tried(resolved(fact)))
    return sorted(found, key=lambda value: not accepts(fact, value))


def _tried(fact):
    base = fact["base"]
    if base == "union":
        return [value for member in fact["union"] for value in _tried(resolved(member))]
    if base in LIMITS:
        ends = [end for low, high in limits(fact) for end in (low, high, low - 1, high + 1)]
        return [*map(str, ends), "1x"]
    if base == "decimal":
        low, high = fact["low"], fact["high"]
        return [*(f"{end:.9g}" for end in (low, high, low / 2, high + 1)), "1.2345", "1x"]
    if base == "enumeration":
        return [*fact["enum"], "unheard-of", *shared(fact["enum"])]
    if base == "boolean":
        return ["true", "false", "yes"]
    if base == "empty":
        return []
    if base.startswith("inet:"):
        return ADDRESSES
    named = fact.get("named") or "".join(fact.get("patterns", ()))
    if named == "hashed-leaf":  # what is no hash is judged by the rules for passwords
        return [HASH, "ab", "a" * 137]
    low, high = lengths(fact)
    sized = [spelled(named, size) for size in (low, high, high + 1)] if "length" in fact else ["a"]
    sized = [value for value in sized if value is not None]
    return [*TRIED.get(named, ()), *sized]


def spelled(named, size):
    """Return a value of *size* characters that the patterns accept, or None."""
    start = {
        "cflash-url": "cf3:/a",
        "cflash-without-slot-url": "cf3:/",
        "http-url-path-loose": "http://a/",
        "/.*": "/",
    }.get(named, "")
    value = start + "a" * (size - len(start))
    if named == "cflash-url":
        value = value[:90] + "/" + value[91:180] + "/" + value[181:] if size > 190 else value
    return value if len(value) == size else None


def shared(names):
    """Return a beginning that at least two of *names* share and that is none of them, if any."""
    for one, other in zip(sorted(names), sorted(names)[1:], strict=False):
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
        prefix = "".join(letter for letter, _ in alike)
        if prefix and prefix not in names:
            return [prefix]
    return []
