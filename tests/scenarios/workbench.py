"""A node with a real lab CA beside it, worked at by typed commands as an operator would."""

import re
import stat
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from counting import met

from srpki.cli.session import Session
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend.labs import opened_lab
from srpki.frontend.parts import Exchanges
from srpki.x509 import certificates, keys

PKI = "admin system security pki"
KEY_ALGORITHMS = (b"\x2a\x86\x48\xce\x3d\x02\x01", b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
"""The identifiers id-ecPublicKey and rsaEncryption, which every key and certificate in DER has."""


@dataclass(frozen=True)
class Logged:
    """One event as ``show log`` finds it: *fields* are what its *text* says."""

    id: int
    time: datetime
    number: int
    subject: str
    text: str
    fields: dict

    def names(self, name):
        """Say whether it is about the certificate of *name*."""
        return f"{name}.crt" in (self.fields.get("certificate"), self.fields.get("file"))


class Workbench:
    """Types at a node: `do` what must succeed, `refused` what must not."""

    def __init__(self, router, lab):
        self.lab = lab
        self.cf3 = router.node.files.path("cf3:/")
        self.node = self.cf3.parent
        self._seen = 0
        self._sit_down(router)

    def _sit_down(self, router):
        self.router = router
        self._sessions = {cli: Session(router, dialect=cli) for cli in ("md", "classic")}

    def restart(self, between=lambda: None):
        """Save, stop the router, run *between*, start it again; the lab CA goes on meanwhile."""
        self.do("admin save")
        self.router.stop()
        between()
        router = Router(
            self.node,
            clock=self.lab.clock,
            entropy=SystemEntropy(),
            exchanges=Exchanges(self.node),
            laboratory=self.lab,
        )
        router.start()
        self._sit_down(router)

    # --- typing ----------------------------------------------------------------------------------

    def do(self, *commands, cli="md"):
        """Type *commands*, each of which must succeed; return what the last one printed."""
        text = ""
        for command in met(1, commands):
            answer = self._sessions[cli].feed(command)
            assert answer.ok, f"{command}\n{answer.text}"
            assert answer.question is None, f"{command}\n{answer.text}"
            text = answer.text
        return text

    def interrupt(self, cli="md"):
        """Press Ctrl-C during a command."""
        self._sessions[cli].interrupt()

    @contextmanager
    def looking_on(self, told, cli="md"):
        """Give *told* what a command says inside the block before it has ended."""
        session = self._sessions[cli]
        session.at_once = told
        try:
            yield
        finally:
            session.at_once = None

    def fails(self, command, cli="md"):
        """Type *command*, which must fail; return all that is printed, with its carets."""
        answer = self._sessions[cli].feed(command)
        assert not answer.ok, f"{command} succeeded\n{answer.text}"
        assert "Traceback" not in answer.text
        return answer.text

    def refused(self, command, cli="md"):
        """Type *command*, which must fail in one clear line; return that line."""
        return self.clear(self.fails(command, cli))

    def clear(self, text):
        """Return *text* when it is one line fit for an operator: no traceback, secret or bytes."""
        lines = [line for line in text.splitlines() if line.strip()]
        assert len(lines) == 1, text
        line = lines[0]
        assert "Traceback" not in line and "internal error" not in line and "Error(" not in line
        assert not any(secret in line for secret in met(1, self.secrets())), line
        assert line.isprintable(), line
        assert not re.search(r"\\x[0-9a-f]{2}|\bb['\"]", line), line  # octets as Python shows them
        assert len(line) < 400, line
        return line

    def secrets(self):
        """Return what must never be printed."""
        return self.lab.server.secret, self.lab.server.est_password

    def check_secrecy(self):
        """Look through the node's own files: no secret, no key in clear, nobody else may read."""
        own = [*self.cf3.glob("config.cfg*"), *(self.cf3 / "system-pki").rglob("*")]
        for path in met(1, [*own, *(self.node / "state").rglob("*")]):
            if path.is_file():
                content = path.read_bytes()
                assert not any(secret.encode() in content for secret in met(1, self.secrets())), (
                    path
                )
                assert b"PRIVATE KEY" not in content, path
                assert not any(oid in content for oid in KEY_ALGORITHMS), path
                assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path

    def configure(self, *lines):
        """Type configuration *lines* in a private candidate, from ``/configure``, and commit."""
        self.do("edit-config private")
        try:
            self.do(*(f"/configure {line}" for line in lines), "commit")
        finally:
            session = self._sessions["md"]
            session.feed("discard")
            self.do("exit all", "quit-config")

    def delete(self, path):
        """Delete a configuration *path* and commit."""
        self.do("edit-config private", f"delete /configure {path}", "commit", "quit-config")

    # --- files -----------------------------------------------------------------------------------

    def stored(self, *names):
        """Return the octets on disk of files of ``system-pki``, None for one that is not there."""
        paths = [self.cf3 / "system-pki" / name for name in names]
        return tuple(path.read_bytes() if path.exists() else None for path in paths)

    def pair(self, name):
        """Return the octets on disk of certificate and key *name*."""
        return self.stored(f"{name}.crt", f"{name}.key")

    def put(self, name, content):
        """Put a file of the operator's on ``cf3:``."""
        (self.cf3 / name).write_bytes(content)

    # --- enrolling -------------------------------------------------------------------------------

    def key(self, name, kind="ecdsa-curve secp256r1"):
        """Generate and import a key pair."""
        self.do(
            f'{PKI} generate-keypair save-path "cf3:/{name}.key" {kind}',
            f'{PKI} import type key format der input-url "cf3:/{name}.key"'
            f' output-file "{name}.key"',
        )

    def registration(self, name, save_as=None, **changes):
        """Return the command that enrols key *name* by CMPv2; *changes* replace credentials."""
        reference = changes.get("reference", self.lab.server.reference)
        secret = changes.get("secret", self.lab.server.secret)
        return (
            f'{PKI} cmpv2 initial-registration ca-profile "{changes.get("ca", "lab-ca")}"'
            f' key-to-certify "{name}.key" reference "{reference}" password "{secret}"'
            f' subject-dn "C=DE,O=Lab,CN={name}" domain-name "{name}.lab.example"'
            f' save-as "{save_as or f"cf3:/{name}.der"}"'
        )

    def enrol_cmp(self, name):
        """Enrol *name* by CMPv2 and import it."""
        self.key(name)
        self.do(
            self.registration(name),
            f'{PKI} import type certificate format der input-url "cf3:/{name}.der"'
            f' output-file "{name}.crt"',
        )

    def enrol_est(self, name, profile="lab-est"):
        """Enrol *name* by EST."""
        self.key(name)
        self.do(
            f'{PKI} est enroll est-profile "{profile}" key "cf3:/system-pki/{name}.key"'
            f' subject-dn "C=DE,O=Lab,CN={name}" domain-name "{name}.lab.example"'
            f' output-file "{name}.crt"'
        )

    def auto_update(self, name, profile):
        """Let the router renew *name* by update-profile *profile*."""
        self.configure(
            f'system security pki certificate-auto-update "{name}.crt"'
            f' key-file-name "{name}.key" profile "{profile}"'
        )

    # --- renewing --------------------------------------------------------------------------------

    @staticmethod
    def update(name):
        """Return the command that renews *name* by hand."""
        return f'{PKI} update-certificate certificate "{name}.crt"'

    def state(self, name):
        """Return the leafs of *name* in the state tree, as ``info`` prints them."""
        text = self.do(f'info /state system security pki certificate-auto-update "{name}.crt"')
        return dict(line.split(maxsplit=1) for line in text.splitlines() if line.strip())

    def instant(self, name, leaf):
        """Return a time of *name* in the state tree."""
        return moment(self.state(name)[leaf])

    def now(self):
        """Return the lab's time."""
        return self.lab.clock.now()

    def set_clock(self, instant):
        """Move the lab's clock to *instant*, rounded up to a second; return what is printed."""
        whole = (instant + timedelta(seconds=1)).replace(microsecond=0)
        return self.do(f"lab clock set {whole:%Y-%m-%dT%H:%M:%SZ}")

    def become_due(self, name):
        """Move the lab's clock to just after *name* has become due; return what is printed."""
        return self.set_clock(self.instant(name, "next-update-time"))

    def certificate(self, name, previous=""):
        """Return the facts of certificate *name*, which must belong to its key."""
        certificate, key = f"{name}.crt{previous}", f"{name}.key{previous}"
        der, private = self.router.node.keystore.read_pair(certificate, key)
        assert keys.same_public_key(der, private)
        return certificates.facts(der)

    def reason(self, name):
        """Return why *name* is in its state."""
        text = self.do(f'show certificate auto-update "{name}.crt"')
        return re.search(r"^Reason +: (.*)$", text, re.MULTILINE)[1]

    def faults(self):
        """Return the lines of the faults that the lab CA has still to make."""
        return tuple(one.line for one in self.lab.authority("lab").faults())

    # --- log -------------------------------------------------------------------------------------

    def log(self):
        """Return every event of what concerns certificates, oldest first."""
        found = self._sessions["md"].feed("show log log-id 99 application security ascending").data
        for one in met(0, found.events):  # else fields are named one by one, for want of one
            assert not one.message.startswith(f"{next(iter(one.fields))} "), one
        return [
            Logged(
                one.sequence_number, one.time, one.event_id, one.subject, one.message, one.fields
            )
            for one in found.events
        ]

    def mark(self):
        """Forget the events so far."""
        self._seen = max((event.id for event in self.log()), default=0)

    def news(self, *numbers):
        """Return the events since `mark`, those with *numbers* when they are given."""
        return [
            event
            for event in self.log()
            if event.id > self._seen and (not numbers or event.number in numbers)
        ]


def moment(text):
    """Return the instant that *text* in RFC 3339 names."""
    return datetime.fromisoformat(text)


@contextmanager
def workbench(node, **settings):
    """Open the node directory *node* in lab mode; what must hold of every node is checked after."""
    with opened_lab(node, **settings) as (router, lab):
        bench = Workbench(router, lab)
        try:
            yield bench
            bench.check_secrecy()
        finally:
            bench.router.stop()
