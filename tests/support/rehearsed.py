"""Configurations and certificates to be rehearsed, and the parts of a rehearsal without a process."""

from datetime import UTC, datetime, timedelta

from srpki.config.strictness import IMPORT
from srpki.config.viewer import view
from srpki.core.clock import FrozenClock
from srpki.core.errors import NotFoundError
from srpki.device.configuration.forms import Forms
from srpki.frontend.parts import ClassicForm
from srpki.rehearsal.material import gathered
from srpki.rehearsal.outages import Calendar, parse_outage
from srpki.rehearsal.world import Terms
from srpki.schema.tree import SCHEMA

START = datetime(2027, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)

AUTHORITIES = """
ca-profile "root" { admin-state enable cert-file "root.crt" revocation-check crl-optional }
ca-profile "lab" { admin-state enable cert-file "issuing.crt" revocation-check crl-optional cmpv2 { url { url-string "10.1.1.1:8080/pkix/" } } }
est-profile "est" { client-tls-profile "est" server { ipv4 "10.0.0.1" port 8443 } http-authentication { username "u" password "another-routers hash2" } }
"""
TLS = """
trust-anchor-profile "lab" { trust-anchor "root" { } trust-anchor "lab" { } }
client-tls-profile "est" { admin-state enable trust-anchor-profile "lab" status-verify { default-result good } }
"""


def profile(name, server, *, before=86400, retry=3600, after=0, more=""):
    """Return an update-profile; *server* is ``cmpv2 lab`` or ``est est``."""
    protocol, _, target = server.partition(" ")
    kind = "ca-profile" if protocol == "cmpv2" else "est-profile"
    schedule = f"after-issue {after}" if after else f"before-expiry {before}"
    return (
        f'certificate-update-profile "{name}" {{ {schedule} retry-interval {retry} {more}'
        f' {protocol} {{ {kind} "{target}" }} }}\n'
    )


def entry(name, profile):
    """Return an auto-update entry."""
    return f'certificate-auto-update "{name}.crt" {{ key-file-name "{name}.key" profile "{profile}" }}\n'


def configuration(*pki, tls=TLS, ipsec="", authorities=AUTHORITIES):
    """Return a saved configuration with *pki* in it, and what no emulator has."""
    return (
        'configure {\n card 1 { card-type "xcm-1s" }\n system { security { pki {\n'
        f"{authorities}{''.join(pki)}}}\ntls {{\n{tls}}}\n}} }}\nipsec {{\n{ipsec}}}\n}}\n"
    )


def viewed(text):
    """Return what the engine reads of the configuration *text*."""
    tree, _ = Forms(SCHEMA.configure, FrozenClock(START), ClassicForm()).decode(text, IMPORT)
    return view(tree, lambda _: "stand-in")


def material(text, files=None):
    """Return what is known of the configuration *text*, with *files* (DER) by their names."""

    def reader(name, _kind):
        if name not in (files or {}):
            raise NotFoundError(name)
        return files[name]

    return gathered(viewed(text), reader)


def terms(*outages, days=400, life=None, skew=timedelta(), start=START, seed=1):
    """Return the terms of a rehearsal."""
    end = start + days * DAY
    calendar = Calendar([parse_outage(text) for text in outages], start, end, seed)
    return Terms(start, end, calendar, life, skew)
