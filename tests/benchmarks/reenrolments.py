"""EST renewals a second beside `pki --est` of strongSwan started once per renewal.

Run from an environment in which srpki is installed:  python tests/benchmarks/reenrolments.py
The lab CA is a process of its own. Both sides renew a P-256 certificate by simplereenroll in a TLS
session of its own that the present certificate authenticates; for pki keys and requests are made
beforehand, ours within the time measured. They take turns.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from renewals import P256, lab_ca

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.engine.drive import drive
from srpki.protocol.est import client
from srpki.transport.base import Limits, TlsClient
from srpki.transport.http import HttpExchange
from srpki.x509 import csr, formats, keys
from srpki.x509.names import parse_dn

RENEWALS = 40
SUBJECT = parse_dn("C=DE,O=Lab,CN=benchmark")


class Renewing:
    """One certificate that is renewed again and again by our client in this process."""

    def __init__(self, ca, place):
        self.place, self.clock, self.entropy = place, SystemClock(), SystemEntropy()
        self.anchors = tuple(
            formats.read_certificates(Path(ca[name]).read_bytes(), "pem", "")[0]
            for name in ("trust_anchor", "issuing_certificate")
        )
        self.server = client.EstServer(
            base_url=ca["est_url"], username=ca["est_username"], password=ca["est_password"]
        )
        self.key = keys.generate(P256)
        self.certificate = self.ask(client.simple_enroll, self.key, ())

    def ask(self, operation, key, chain):
        tls = TlsClient(
            trust_anchors=self.anchors,
            certificate_chain=chain,
            private_key=self.key if chain else None,
            protocol_version="tls-version-all",
        )
        exchange = HttpExchange(
            tls=tls, limits=Limits(), scratch=self.place, clock=self.clock, entropy=self.entropy
        )
        machine = operation(
            self.server,
            lambda *_: csr.build(key, SUBJECT, None),
            entropy=self.entropy,
            clock=self.clock,
            max_wait=10,
        )
        try:
            return drive(machine, exchange, self.clock, threading.Event())[0]
        finally:
            exchange.close()

    def renew(self):
        new = keys.generate(P256)
        self.certificate = self.ask(client.simple_reenroll, new, (self.certificate,))
        self.key = new


class Foreign:
    """The same by `pki --est`, from a certificate that srpki has enrolled."""

    def __init__(self, ca, place, key, certificate):
        self.ca, self.place = ca, place
        self.program = shutil.which("pki") or sys.exit("pki of strongSwan is not installed")
        self.write("old", key, certificate)

    def write(self, name, key, certificate):
        form = (Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
        (self.place / f"{name}.key").write_bytes(key.private_bytes(*form))
        (self.place / f"{name}.der").write_bytes(certificate)

    def renew(self):
        """Renew once; return the seconds that pki took."""
        key = keys.generate(P256)
        (self.place / "request.der").write_bytes(csr.build(key, SUBJECT, None))
        command = [self.program, "--est", "--url", self.ca["est_url"]]
        command += ["--in", "request.der", "--cert", "old.der", "--key", "old.key"]
        for name in ("trust_anchor", "issuing_certificate"):
            command += ["--cacert", self.ca[name]]
        begin = time.perf_counter()
        done = subprocess.run(command, check=True, capture_output=True, cwd=self.place)
        took = time.perf_counter() - begin
        self.write("old", key, done.stdout)
        return took


def main():
    with tempfile.TemporaryDirectory() as name, lab_ca(Path(name)) as (ca, _):
        place = Path(name)
        renewing = Renewing(ca, place)
        foreign = Foreign(ca, place, renewing.key, renewing.certificate)
        ours, theirs = [], []
        for _ in range(RENEWALS):
            begin = time.perf_counter()
            renewing.renew()
            ours.append(time.perf_counter() - begin)
            theirs.append(foreign.renew())
    print(f"{'':42}{'median':>10}{'a second':>10}")
    for title, times in (("srpki, one process", ours), ("pki --est, a process each", theirs)):
        median = statistics.median(times)
        print(f"{title:42}{median * 1e3:7.2f} ms{len(times) / sum(times):10.0f}")
    print(f"ratio: {statistics.median(theirs) / statistics.median(ours):.1f}")


if __name__ == "__main__":
    main()
