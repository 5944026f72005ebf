"""A certificate that falls due by itself: real clock, real timer, a real CA, and nobody types.

Everywhere else time is a lab's, which a command moves; here it passes. A few seconds of waiting are
the point of this test.
"""

import re
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from counting import met

from srpki.cli.session import Session
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.parts import Exchanges
from srpki.frontend.profiles import configure_lab_profiles
from srpki.labca.authority import Authority
from srpki.labca.server import LabCa

PKI = "admin system security pki"
WITHIN = timedelta(seconds=6)
"""How late the timer may be on a busy machine; it looks again after ten seconds in any case."""


@contextmanager
def node(directory):
    """A node in real time with the profiles of a CA, which runs beside it."""
    clock = SystemClock()
    authority = Authority(None, clock, SystemEntropy())
    with LabCa(authority) as ca:
        router = Router(
            directory, clock=clock, entropy=SystemEntropy(), exchanges=Exchanges(directory)
        )
        router.start()
        try:
            found = {"lab-root": authority.root, "lab-issuing": authority.issuing.certificate}
            configure_lab_profiles(router.node, ca, found)
            with closing(Session(router)) as session:
                yield session
        finally:
            router.stop()


def typed(session, *lines):
    for line in met(1, lines):
        answer = session.feed(line)
        assert answer.ok, f"{line}\n{answer.text}"
    return answer.text


def entry(session):
    """Return what the state tree says of the one entry."""
    text = typed(session, "info /state system security pki certificate-auto-update")
    return dict(re.findall(r"^ +([\w-]+) (\S+)$", text, re.MULTILINE))


@pytest.mark.parametrize("protocol", ["cmp", "est"])
def test_what_falls_due_while_nobody_types_is_renewed_then(tmp_path, protocol):
    with node(tmp_path / "node") as session:
        typed(
            session,
            f'{PKI} generate-keypair save-path "cf3:/gw.key" ecdsa-curve secp256r1',
            f'{PKI} import type key format der input-url "cf3:/gw.key" output-file "gw.key"',
            f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key"'
            ' subject-dn "CN=gw" domain-name "gw.lab.example" output-file "gw.crt"',
        )
        shown = typed(session, "show certificate files")
        day, clock = re.search(r"(\d{4}.\d\d.\d\d)[T ]([\d:]{8})", shown).groups()
        ends = datetime.fromisoformat(f"{day.replace('/', '-')}T{clock}Z")
        before = int((ends - datetime.now(UTC)).total_seconds()) - 2
        profile = f"/configure system security pki certificate-update-profile lab-{protocol}"
        typed(
            session,
            "edit-config private",
            f"{profile} before-expiry {before}",
            '/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key"'
            f' profile "lab-{protocol}"',
            "commit",
            "quit-config",
        )
        waiting = entry(session)
        due = datetime.fromisoformat(waiting["next-update-time"])
        assert waiting["update-state"] == "scheduled" and due <= ends - timedelta(seconds=before)
        until = datetime.now(UTC) + timedelta(seconds=30)
        while "last-update-end-time" not in entry(session) and datetime.now(UTC) < until:
            threading.Event().wait(0.2)
        begun = datetime.fromisoformat(entry(session)["last-update-start-time"])
        assert due <= begun + timedelta(seconds=1) and begun - due < WITHIN
        assert "2246" in typed(session, "show log log-id 99")
