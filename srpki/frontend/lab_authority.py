"""One CA of a lab, as the operations of a node ask for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from srpki.core.clock import LabClock
from srpki.core.durations import parse_duration
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import RefusedError
from srpki.device.records.lab import (
    LabCaCertificate,
    LabCaCertificates,
    LabCaListed,
    LabCaState,
    LabFault,
    LabPolicy,
    LabRequest,
    LabRequests,
)
from srpki.labca.authority import Authority
from srpki.labca.desk import APPROVED, REFUSED
from srpki.labca.documents import Document
from srpki.labca.fault_lines import parse_fault
from srpki.labca.fault_script import FAULTS, FaultScript
from srpki.labca.faults import ALWAYS, Fault
from srpki.labca.generations import Change, Generation
from srpki.labca.policy import Policy
from srpki.labca.server import LabCa
from srpki.labca.settings import CaSettings
from srpki.x509 import certificates

if TYPE_CHECKING:
    from pathlib import Path

    from srpki.schema.paths import Value

_SIGNERS: Final = ("root", "issuing")


class RunningCa:
    """A lab CA on the lab's clock, its faults and its servers; see `srpki.device.lab`.

    Raises what `Authority` and `FaultScript` raise.
    """

    def __init__(self, name: str, directory: Path, clock: LabClock, validity: timedelta) -> None:
        """Take up the CA in *directory*; what it issues is good for *validity*."""
        self.name = name
        self._validity = validity
        settings = CaSettings(validity=int(validity.total_seconds()))
        self.authority = Authority(directory, clock, SystemEntropy(), settings)
        try:
            self._script = FaultScript(document=Document(directory, FAULTS))
        except BaseException:
            self.authority.close()
            raise
        self.server = LabCa(self.authority, faults=self._script, lab_time=True)
        self._listens = False

    def start(self) -> None:
        """Listen, unless it was stopped; raises `ConnectError`."""
        if not self.authority.rules.stopped:
            self.server.start()
            self._listens = True

    def close(self) -> None:
        """Stop listening and let go of the directory."""
        self.server.stop()
        self._listens = False
        self.authority.close()

    # --- where it is -----------------------------------------------------------------------------

    @property
    def state(self) -> LabCaListed:
        """Name, places, and whether it listens."""
        server = self.server
        return LabCaListed(self.name, self._listens, server.cmp_url, server.est_url)

    def describe(self) -> LabCaState:
        """Return what a client of the CA needs to know; the secrets are the lab's own."""
        server = self.server
        return LabCaState(
            listens=self._listens,
            cmpv2_url=server.cmp_url,
            est_url=server.est_url,
            crl_url=server.crl_url,
            ocsp_url=server.ocsp_url,
            reference=server.reference,
            secret=server.secret,
            est_username=server.est_username,
            est_password=server.est_password,
            certificate_life=self._validity,
        )

    def roots(self) -> Mapping[str, bytes]:
        """Return root and issuing certificate (DER) by the names a node gives them."""
        present = self.authority.generations.now
        return {
            f"{self.name}-root": present.root,
            f"{self.name}-issuing": present.issuing.certificate,
        }

    def resume(self) -> tuple[str, ...]:
        """Listen again; return what is to be said of ports that have changed."""
        if self._listens:
            raise RefusedError("the lab CA answers already")
        self.server.start()
        self._listens = True
        self.authority.rules.set_stopped(stopped=False)
        return self.server.moved

    def halt(self) -> None:
        """Listen no more, over restarts too."""
        self.authority.rules.set_stopped(stopped=True)
        self.server.stop()
        self._listens = False

    # --- what it does ----------------------------------------------------------------------------

    def revoke(self, certificate: bytes) -> None:
        """Revoke *certificate* (DER); raises `RefusedError` when this CA did not issue it."""
        if self.authority.issued(certificate) is None:
            raise RefusedError("the lab CA did not issue this certificate")
        self.authority.revoke(certificate)

    def add_fault(self, line: str) -> None:
        """Script one fault; raises `UsageError` when *line* is not one."""
        self._script.add(line)

    def faults(self) -> tuple[LabFault, ...]:
        """Return the faults that wait to happen, in order."""
        return tuple(_waiting(parse_fault(line)) for line in self._script.lines())

    def clear_faults(self) -> None:
        """Forget every fault."""
        self._script.clear()

    def policy(self) -> LabPolicy:
        """Return the rules."""
        rules = self.authority.rules.policy
        return LabPolicy(
            authority=self.name,
            rsa=rules.rsa or None,
            dsa=rules.dsa or None,
            ecdsa=rules.ecdsa or None,
            names=rules.names or None,
            life=timedelta(seconds=rules.life) if rules.life else self._validity,
            extensions=rules.extensions,
            approval=rules.approval,
            check_after=timedelta(seconds=rules.check_after),
            text=rules.text or None,
            failinfo=rules.failinfo or None,
        )

    def change_policy(self, changes: Mapping[str, Value]) -> None:
        """Change the rules that *changes* has; raises `UsageError`."""
        rules = self.authority.rules
        found = {name.replace("-", "_"): value for name, value in changes.items()}
        for name in ("rsa", "dsa", "ecdsa", "names"):
            if found.get(name) == "any":
                found[name] = ""
        if "life" in found:
            found["life"] = int(parse_duration(str(found["life"])).total_seconds())
        added = found.pop("add_extension", None)
        extensions = rules.policy.extensions
        if added is not None:
            extensions = () if added == "none" else (*extensions, str(added))
        rules.set_policy(replace(rules.policy, extensions=extensions, **found))  # type: ignore[arg-type]

    def clear_policy(self) -> None:
        """Have no rules."""
        self.authority.rules.set_policy(Policy())

    def requests(self) -> LabRequests:
        """Return what is on the desk."""
        shown = (
            LabRequest(
                number=one.number,
                operation=one.operation,
                client=one.client,
                subject=one.subject,
                key=one.key,
                since=one.since,
                last=one.last,
                state=one.state,
            )
            for one in self.authority.desk.petitions()
        )
        return LabRequests(self.name, tuple(shown))

    def decide(self, number: int | None, *, approved: bool, text: str = "") -> int:
        """Approve or refuse request *number*, None for all; raises `RefusedError`."""
        numbers = None if number is None else (number,)
        return self.authority.desk.decide(numbers, APPROVED if approved else REFUSED, text)

    def vendors(self) -> tuple[bytes, ...]:
        """Return the roots (DER) of the vendors that are known."""
        return self.authority.rules.vendors

    def set_vendors(self, roots: tuple[bytes, ...]) -> None:
        """Know these vendors and no others; raises `RefusedError`."""
        self.authority.rules.set_vendors(roots)

    # --- its keys --------------------------------------------------------------------------------

    def change_key(
        self, *, key_of: str, name: str, new_with_old: bool, old_with_new: bool, after: timedelta
    ) -> bytes:
        """Begin a change of key, and return the new certificate (DER); raises `RefusedError`."""
        change = Change(
            key_of=key_of,
            name=name,
            new_with_old=new_with_old,
            old_with_new=old_with_new,
            after=after,
        )
        made = self.authority.generations.begin(change)
        return made.root if key_of == "root" else made.issuing.certificate

    def finish_change(self) -> None:
        """Hand out no certificate of an old key any more."""
        self.authority.generations.finish()

    def certificates(self) -> LabCaCertificates:
        """Return what is handed out now."""
        view = self.authority.generations.view
        given, shown = view.handed_out, view.shown
        present, now = shown[0], self.authority.clock.now()
        rows: dict[bytes, LabCaCertificate] = {}
        for one in sorted(shown, key=lambda one: one.number):
            for role, der, current in _roles(one, present):
                if der in given and der not in rows:
                    begins = one.signs if one.signs > now and role in _SIGNERS else None
                    rows[der] = _row(role, der, signs=current, begins=begins)
        return LabCaCertificates(self.name, tuple(rows.values()))


def _roles(one: Generation, present: Generation) -> tuple[tuple[str, bytes, bool], ...]:
    """Return roles, certificates (DER), and whether the key of each signs now."""
    new = one is present
    return (
        ("root", one.root, one.root == present.root),
        (
            "issuing",
            one.issuing.certificate,
            one.issuing.certificate == present.issuing.certificate,
        ),
        ("new with old", one.new_with_old, new),
        ("old with new", one.old_with_new, False),
    )


def _row(role: str, der: bytes, *, signs: bool, begins: datetime | None) -> LabCaCertificate:
    facts = certificates.facts(der)
    identifier = facts.subject_key_identifier or b""
    return LabCaCertificate(
        role=role,
        subject=facts.subject,
        issuer=facts.issuer,
        key_identifier=identifier.hex()[:8],
        signs=signs,
        begins=begins,
    )


def _waiting(fault: Fault) -> LabFault:
    when = fault.when
    return LabFault(
        line=str(fault),
        operation=fault.operation,
        action=fault.action,
        failinfo=fault.failinfo or None,
        text=fault.text or None,
        seconds=fault.seconds or None,
        after=fault.after,
        times=None if fault.times == ALWAYS else fault.times,
        key=when.key or None,
        begin=when.begin,
        end=when.end,
        every=when.every or None,
        subject=when.subject or None,
        client=when.client or None,
    )
