"""``srpki demo``: the first renewal, end to end, each step checked against the files on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich.console import Console

from srpki.cli.render.lab import authority
from srpki.cli.session import Session
from srpki.core.errors import SrpkiError, UsageError
from srpki.device.flash import MAX_OWN
from srpki.device.router import Router
from srpki.frontend import demo_script as script
from srpki.frontend.labs import Lab, opened_lab
from srpki.x509 import certificates, formats

CMP_CERTIFICATE, CMP_KEY = "ipsec-gw.crt", "ipsec-gw.key"
FILES = "file list cf3:/system-pki"
EST_CERTIFICATE, EST_KEY = "tls-client.crt", "tls-client.key"


class DemoError(SrpkiError):
    """A step of the demo did not hold."""

    code = "demo"


def run_demo(node: Path | None, out: TextIO, program: str = "srpki") -> int:
    """Run the demo on a new node at *node* (a temporary directory without it); return 0 or 1.

    *program* is what the reader types to call this program again.
    Raises `UsageError` when there is something at *node* already, and what `opened_lab` raises.
    """
    if node is None:
        node = Path(tempfile.mkdtemp(prefix="srpki-demo-"))
    elif node.exists() and not (node.is_dir() and not any(node.iterdir())):
        raise UsageError(f"{node} is not an empty directory", hint="the demo makes a new node")
    with opened_lab(node, profiles=False) as (router, lab):
        status = present(router, lab, out)
    if status == 0:
        out.write(f"  {program} shell --lab --node {node}\n")
    return status


def present(router: Router, lab: Lab, out: TextIO) -> int:
    """Run the demo on a *router* without profiles, beside its *lab*; return 0, or 1 when it fails.

    Faults that *lab* has been given make it fail where they strike.
    """
    console = Console(file=out, highlight=False, soft_wrap=True)
    try:
        _Demo(router, lab, console).run()
    except SrpkiError as error:
        console.print(f"The demo failed: {error}", style="bold red", markup=False)
        return 1
    console.print("Every step held. Look around on the node that this made:", style="bold green")
    return 0


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is on disk for one certificate."""

    serial: int
    key: bytes
    previous: int | None


class _Demo:
    """One run: types commands, shows what comes of them, checks the files."""

    def __init__(self, router: Router, lab: Lab, console: Console) -> None:
        self._router = router
        self._lab = lab
        self._console = console
        self._session = Session(router)

    def run(self) -> None:
        """Run every step in order; raises `DemoError` at the first that does not hold."""
        steps: Sequence[tuple[str, Callable[[], None]]] = (
            ("1. A lab CA speaks CMPv2 and EST on loopback", self._authority),
            ("2. A new node trusts it and enrols two certificates", self._enrol),
            ("3. Renewed by hand: CMPv2 from the MD-CLI, EST from the classic CLI", self._by_hand),
            ("4. The clock passes both deadlines: the scheduler renews by itself", self._by_itself),
            ("5. The CA fails once: nothing is lost, and the retry succeeds", self._failure),
        )
        for title, step in steps:
            self._console.rule(title, align="left")
            step()

    def _authority(self) -> None:
        for name, value in authority(self._lab.describe()).pairs:
            self._say(f"  {name:18} {value}")
        self._say("The CA's certificates are copied to cf3:, as an operator would by SCP.")
        for name, der in self._lab.certificates().items():
            pem = formats.write_certificates([der], "pem")
            self._router.node.files.write(f"cf3:/{name}.pem", pem)

    def _enrol(self) -> None:
        for command in script.trust(self._lab.server):
            self._type(command)
        for command in script.enrol(self._lab.server):
            self._type(command)
        for command in script.renewal():
            self._type(command)
        self._check("both certificates are on disk with their keys", self._both_on_disk())
        self._check("no private key rests in clear", self._nothing_in_clear())

    def _by_hand(self) -> None:
        self._type(FILES)
        before = self._pair(CMP_CERTIFICATE, CMP_KEY)
        self._type(f'admin system security pki update-certificate certificate "{CMP_CERTIFICATE}"')
        self._compare(CMP_CERTIFICATE, CMP_KEY, before)
        before = self._pair(EST_CERTIFICATE, EST_KEY)
        self._type("//")
        self._type(f'admin certificate update-cert "{EST_CERTIFICATE}"')
        self._compare(EST_CERTIFICATE, EST_KEY, before)
        self._type("//")
        self._type(FILES)

    def _by_itself(self) -> None:
        cmp_before = self._pair(CMP_CERTIFICATE, CMP_KEY)
        est_before = self._pair(EST_CERTIFICATE, EST_KEY)
        self._mark_log()
        self._type("lab clock advance 29d")
        self._compare(CMP_CERTIFICATE, CMP_KEY, cmp_before)
        self._compare(EST_CERTIFICATE, EST_KEY, est_before)
        self._type("show log log-id 99")
        numbers = self._new_events()
        self._check("the log holds events 2245, 2246 and 2101", {2245, 2246, 2101} <= numbers)

    def _failure(self) -> None:
        before = self._pair(CMP_CERTIFICATE, CMP_KEY)
        self._type("lab ca fault add kur reject failinfo systemUnavail")
        self._mark_log()
        self._type("lab clock advance 29d")
        self._type("show log log-id 99 | match 2247 post-lines 1")
        self._check("the update failed, event 2247", 2247 in self._new_events())
        self._check("the entry waits for its retry", self._state() == "wait-for-retry")
        self._type(f'info /state system security pki certificate-auto-update "{CMP_CERTIFICATE}"')
        self._check("the old pair is untouched", self._pair(CMP_CERTIFICATE, CMP_KEY) == before)
        self._type("lab clock advance 1h")
        self._compare(CMP_CERTIFICATE, CMP_KEY, before)
        self._check("the entry is scheduled again", self._state() == "scheduled")

    def _type(self, command: str) -> None:
        prompt = self._session.prompt
        answer = self._session.feed(command)
        self._say(f"{prompt}{command}")
        if answer.text:
            self._say(answer.text.rstrip("\n"))
        if not answer.ok:
            raise DemoError(f"the command was refused: {command}")

    def _compare(self, certificate: str, key: str, before: _Pair) -> None:
        after = self._pair(certificate, key)
        self._say(f"  {certificate}: serial {before.serial:x} -> {after.serial:x}")
        self._check(f"{certificate} has a new certificate", after.serial != before.serial)
        self._check(f"{key} has a new key", after.key != before.key)
        self._check(f"{certificate}.previous is the old one", after.previous == before.serial)

    def _pair(self, certificate: str, key: str) -> _Pair:
        """Return what is on disk; reading a pair checks that it belongs together."""
        from srpki.x509 import keys  # noqa: PLC0415 - start-up time

        der, private = self._router.node.keystore.read_pair(certificate, key)
        previous = f"{certificate}.previous"
        serial = None
        if self._router.node.keystore.exists(previous):
            serial = certificates.facts(
                self._router.node.keystore.read_certificate(previous)
            ).serial
        return _Pair(certificates.facts(der).serial, keys.spki(private), serial)

    def _both_on_disk(self) -> bool:
        for certificate, key in ((CMP_CERTIFICATE, CMP_KEY), (EST_CERTIFICATE, EST_KEY)):
            self._pair(certificate, key)
        return True

    def _nothing_in_clear(self) -> bool:
        """Look at every file of the node for a key in PEM or in plain PKCS#8."""
        files = self._router.node.files.files
        for path in files.walk(self._router.node.files.path("cf3:/")):
            content = files.read(path, MAX_OWN)
            for form in ("pem", "der"):
                try:
                    formats.read_key(content, form, "")
                except UsageError:
                    continue
                return False
        return True

    def _state(self) -> str:
        return self._router.node.engine.states()[CMP_CERTIFICATE].update_state

    def _mark_log(self) -> None:
        events = self._router.node.log.events()
        self._seen = events[-1][0] if events else 0

    def _new_events(self) -> set[int]:
        return {
            event.type.number
            for number, event in self._router.node.log.events()
            if number > self._seen
        }

    def _check(self, claim: str, holds: bool) -> None:
        if not holds:
            raise DemoError(f"this does not hold: {claim}")
        self._console.print(f"  [green]ok[/green]  {claim}")

    def _say(self, text: str) -> None:
        self._console.print(text, markup=False)
