"""A bench: an engine over a real keystore, with a lab CA reached without a network.

Time stands still but when `Bench.advance` moves it, so nothing here ever waits.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from memory import MemoryExchange

from srpki.config.persist import load
from srpki.config.viewer import view
from srpki.core.clock import FrozenClock, LabClock
from srpki.core.entropy import SystemEntropy
from srpki.core.errors import ResponseTimeoutError
from srpki.core.events import EventBus
from srpki.device.logging.sentences import sentence
from srpki.engine.engine import Engine
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.labca.authority import Authority, CaSettings
from srpki.labca.cmp_responder import CmpResponder
from srpki.labca.est_responder import EstResponder
from srpki.labca.fault_script import FaultScript
from srpki.schema.tree import SCHEMA
from srpki.storage.files import OsFiles
from srpki.x509 import certificates, keys

START = datetime(2030, 5, 17, 12, tzinfo=UTC)
P256 = keys.KeySpec("ecdsa", curve="secp256r1")
LIFE = timedelta(days=30)

PROFILES = """
    ca-profile "root" { admin-state enable cert-file "root.crt" revocation-check crl-optional }
    ca-profile "lab" {
        admin-state enable
        cert-file "issuing.crt"
        revocation-check crl-optional
        cmpv2 { url { url-string "127.0.0.1:8080/pkix/" } }
    }
    est-profile "lab" {
        client-tls-profile "est"
        server { ipv4 "127.0.0.1" port 8443 }
        http-authentication { username "est-user" password "anything" }
    }
    certificate-update-profile "by-cmp" { cmpv2 { ca-profile "lab" } }
    certificate-update-profile "by-est" { est { est-profile "lab" } }
"""
TLS = """
    trust-anchor-profile "lab" { trust-anchor "root" { } }
    client-tls-profile "est" { admin-state enable trust-anchor-profile "lab" status-verify { default-result good }
    }
"""
CLIENT = """
    trust-anchor-profile "lab" { trust-anchor "root" { } }
    cert-profile "client" { admin-state enable entry 1 { certificate-file "client.crt" key-file "client.key" } }
    client-tls-profile "est" { admin-state enable trust-anchor-profile "lab" cert-profile "client"
        status-verify { default-result good }
    }
"""
IPSEC = """
    cert-profile "vpn" { admin-state enable entry 1 { cert "gw.crt" key "gw.key" } }
"""
NO_PASSWORD = PROFILES.replace(
    'http-authentication { username "est-user" password "anything" }', ""
)


class QuickFiles(OsFiles):
    """The operating system's files, written when it likes; *trouble* may raise for any change."""

    def __init__(self, root):
        super().__init__(root)
        self.trouble = lambda operation, path: None

    def write_new(self, path, content, *, sync=True):
        self.trouble("write", path)
        path.touch(mode=0o600, exist_ok=False)
        path.write_bytes(content)

    def rename(self, source, target):
        self.trouble("rename", target)
        super().rename(source, target)

    def duplicate(self, source, target):
        self.trouble("duplicate", target)
        super().duplicate(source, target)

    def unlink(self, path):
        self.trouble("unlink", path)
        super().unlink(path)

    def sync_directory(self, path):
        """Leave it to the system."""


class Bench:
    """A node's engine and a lab CA."""

    def __init__(self, directory, life):
        self.real = FrozenClock(START)
        self.clock = LabClock(self.real)
        self.entropy = SystemEntropy()
        self.authority = Authority(
            None, self.clock, self.entropy, CaSettings(validity=int(life.total_seconds()))
        )
        self.faults = FaultScript()
        self.transactions = []
        cmp = CmpResponder(self.authority, self.faults, log=self.transactions.append)
        est = EstResponder(self.authority, self.faults, log=self.transactions.append)
        self.cmp = cmp
        self._responders = {"http": cmp, "https": est}
        self.own(directory)

    def own(self, directory):
        """Make what belongs to the node alone, in *directory*."""
        self.directory = directory
        self.files = QuickFiles(directory)
        self.state_files = None
        self.exchanges = []
        self.before_answer = lambda request: None
        (directory / "cf3").mkdir()
        (directory / "state").mkdir()
        self.view = self.configured("")
        self.engine = None
        self.boot()
        self.import_authority()

    # --- the node --------------------------------------------------------------------------------

    def boot(self):
        """Start the node anew over what is on disk; the engine's threads do not run yet."""
        self.events = []
        bus = EventBus()
        bus.subscribe(self.events.append)
        self.seal = Seal(self.directory / "state" / "chassis.key", self.entropy)
        self.keystore = Keystore(self.directory / "cf3", self.seal, self.files)
        self.keystore.recover()
        self.engine = Engine(
            clock=self.clock,
            entropy=self.entropy,
            bus=bus,
            keystore=self.keystore,
            seal=self.seal,
            state_dir=self.directory / "state",
            exchanges=self.exchange,
            view=self.view,
            files=self.state_files,
        )
        return self.engine

    def reboot(self):
        """Stop the engine and start the node anew."""
        self.engine.stop()
        return self.boot()

    def configured(self, *entries, profiles=PROFILES, tls=TLS, ipsec=IPSEC, system=""):
        """Return the view of a configuration with *entries* below pki."""
        text = (
            f"configure {{ system {{ {system} security {{ pki {{ "
            + "\n".join((profiles, *entries))
            + "\n}\ntls { "
            + tls
            + "\n} } }\nipsec { "
            + ipsec
            + "\n} }"
        )
        return view(load(SCHEMA.configure, text), lambda _token: self.authority.est_password)

    def entry(self, name="gw", profile="by-cmp"):
        """Return the text of an auto-update entry for *name*."""
        return f'certificate-auto-update "{name}.crt" {{ key-file-name "{name}.key" profile "{profile}" }}'

    PROFILES, NO_PASSWORD, TLS, CLIENT, IPSEC = PROFILES, NO_PASSWORD, TLS, CLIENT, IPSEC

    def configure(self, *entries, **parts):
        """Commit a configuration with *entries*."""
        self.view = self.configured(*entries, **parts)
        self.engine.apply(self.view)

    # --- the CA ----------------------------------------------------------------------------------

    def exchange(self, *, tls, limits):
        own = tls.certificate_chain[0] if tls is not None and tls.certificate_chain else None

        def handle(request):
            self.before_answer(request)
            responder = self._responders[request.url.partition(":")[0]]
            reply = responder.handle(request, own)
            if reply is None:
                raise ResponseTimeoutError("no answer in 30 seconds")
            return reply

        exchange = MemoryExchange(handle)
        exchange.tls, exchange.limits = tls, limits
        self.exchanges.append(exchange)
        return exchange

    @property
    def requests(self):
        """Return every request that was answered so far."""
        return [request for exchange in self.exchanges for request, _ in exchange.exchanged]

    def issue_for(self, life):
        """Let the CA issue certificates that live for *life*."""
        settings = replace(self.authority.settings, validity=int(life.total_seconds()))
        self.authority.settings = settings

    def import_authority(self):
        self.keystore.put("certificate", "root.crt", self.authority.root)
        self.keystore.put("certificate", "issuing.crt", self.authority.issuing.certificate)

    def enrol(self, name="gw", *, subject="C=DE,O=Lab,CN=gw", spec=P256, start=None, validity=None):
        """Import a pair that the CA has issued, as the operator does; return the certificate."""
        key = keys.generate(spec)
        usual = self.authority.settings
        if validity is not None:
            self.issue_for(validity)
        issued = self.authority.issue(
            key.public_key(),
            certificates.parse_dn(subject),
            certificates.san("gw.lab.example"),
            start=start,
        )
        self.authority.settings = usual
        self.authority.confirm(issued.certificate)
        self.keystore.put("key", f"{name}.key", keys.private_der(key))
        self.keystore.put("certificate", f"{name}.crt", issued.certificate)
        self.engine.file_changed(f"{name}.key")
        self.engine.file_changed(f"{name}.crt")
        return issued.certificate

    # --- looking ---------------------------------------------------------------------------------

    def advance(self, **by):
        """Move the clock by a timedelta of *by*."""
        return self.engine.run_until(self.clock.now() + timedelta(**by))

    def state(self, name="gw.crt"):
        return self.engine.states()[name]

    def numbers(self):
        """Return the numbers of the events so far, in order, without those of CA profiles."""
        return [event.type.number for event in self.events if event.type.number != 2045]

    def texts(self, number):
        """Return what the events of *number* say."""
        return [sentence(event) for event in self.events if event.type.number == number]

    def said(self, number, field):
        """Return what the events of *number* have as *field*."""
        return [event.fields[field] for event in self.events if event.type.number == number]

    def pair(self, name="gw"):
        return self.keystore.read_pair(f"{name}.crt", f"{name}.key")

    def whole(self, name="gw"):
        """Say whether certificate and key of *name* belong together."""
        certificate, key = self.pair(name)
        return keys.same_public_key(certificate, key)

    def content(self):
        """Return the files of the keystore with their content."""
        directory = self.directory / "cf3" / "system-pki"
        return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def life():
    """How long the certificates live that the CA issues."""
    return LIFE


@pytest.fixture
def bench(tmp_path, life):
    bench = Bench(tmp_path, life)
    yield bench
    bench.engine.stop()
