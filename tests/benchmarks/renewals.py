"""Key updates a second beside `openssl cmp` started once per renewal, against the same lab CA.

Run from an environment in which srpki is installed:  python tests/benchmarks/renewals.py
The lab CA is a process of its own. Both sides renew a P-256 certificate with certConf; for
openssl the new keys are made beforehand, ours are made within the time measured.
"""

import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.engine.drive import drive
from srpki.protocol.cmp import client
from srpki.transport.base import Limits
from srpki.transport.http import HttpExchange
from srpki.x509 import formats, keys
from srpki.x509.names import parse_dn

RENEWALS = 200
PROCESSES = 40
P256 = keys.KeySpec("ecdsa", curve="secp256r1")


@contextmanager
def lab_ca(place, checkout=None):
    """Run a lab CA, that of *checkout* when it is given; give what it says, and its number."""
    ahead = {} if checkout is None else {"PYTHONPATH": str(checkout)}
    process = subprocess.Popen(
        [sys.executable, "-m", "srpki", "ca", "--json", "--dir", str(place / "ca")],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=place,
        env={**os.environ, **ahead},
    )
    try:
        yield json.loads(process.stdout.readline()), process.pid
    finally:
        process.terminate()
        process.wait(10)


def processor_seconds(pid):
    """Return the processor time that the process *pid* has used [clock_getcpuclockid(3)]."""
    return time.clock_gettime(~pid << 3 | 2)


class Waiting:
    """An exchange that adds up how long the answers took."""

    def __init__(self, exchange):
        self.exchange, self.seconds = exchange, 0.0

    def send(self, request):
        begin = time.perf_counter()
        try:
            return self.exchange.send(request)
        finally:
            self.seconds += time.perf_counter() - begin


class Renewing:
    """One certificate that is renewed again and again by our client in this process."""

    def __init__(self, ca, place):
        self.clock, self.entropy = SystemClock(), SystemEntropy()
        self.issuer = formats.read_certificates(
            Path(ca["issuing_certificate"]).read_bytes(), "pem", ""
        )[0]
        self.peer = client.CmpPeer(url=ca["cmp_url"], ca_certificates=(self.issuer,))
        plain = HttpExchange(
            tls=None, limits=Limits(), scratch=place, clock=self.clock, entropy=self.entropy
        )
        self.exchange = Waiting(plain)
        self.generating = 0.0
        self.key = keys.generate(P256)
        secret = client.MacCredentials(ca["reference"], ca["secret"])
        machine = client.initial_registration(
            self.peer,
            secret,
            self.key,
            parse_dn("C=DE,O=Lab,CN=benchmark"),
            None,
            clock=self.clock,
            entropy=self.entropy,
            accept=lambda *_: None,
            poll=False,
        )
        self.certificate = drive(machine, self.exchange, self.clock, threading.Event()).certificate

    def renew(self):
        begin = time.perf_counter()
        new = keys.generate(P256)
        self.generating += time.perf_counter() - begin
        credentials = client.SignatureCredentials(self.key, self.certificate)
        machine = client.key_update(
            self.peer,
            credentials,
            new,
            clock=self.clock,
            entropy=self.entropy,
            accept=lambda *_: None,
            poll=False,
        )
        self.certificate = drive(machine, self.exchange, self.clock, threading.Event()).certificate
        self.key = new


def openssl_renewals(ca, place):
    """Return the seconds that each of PROCESSES runs of `openssl cmp -cmd kur` took."""
    openssl = ["openssl", "cmp", "-batch", "-config", "", "-server", ca["cmp_url"]]
    trusted = ["-trusted", ca["trust_anchor"], "-untrusted", ca["issuing_certificate"]]
    files = [(place / f"{n}.key", place / f"{n}.pem") for n in range(PROCESSES + 1)]
    for key, _ in files:
        subprocess.run(
            ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(key)],
            check=True,
            capture_output=True,
        )
    enrol = ["-cmd", "ir", "-ref", ca["reference"], "-secret", f"pass:{ca['secret']}"]
    enrol += ["-subject", "/C=DE/O=Lab/CN=openssl", "-recipient", "/CN=any"]
    new = ["-newkey", str(files[0][0]), "-certout", str(files[0][1])]
    subprocess.run([*openssl, *enrol, *new], check=True, capture_output=True)
    times = []
    for (old_key, old), (key, certificate) in itertools.pairwise(files):
        update = ["-cmd", "kur", "-cert", str(old), "-key", str(old_key), *trusted]
        update += ["-newkey", str(key), "-certout", str(certificate)]
        begin = time.perf_counter()
        subprocess.run([*openssl, *update], check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return times


def our_renewals(renewing, pid):
    """Return the seconds of each of RENEWALS renewals, and where the time went, in milliseconds."""
    for _ in range(20):
        renewing.renew()
    renewing.exchange.seconds = renewing.generating = 0.0
    authority, own = processor_seconds(pid), time.process_time()
    times = []
    for _ in range(RENEWALS):
        begin = time.perf_counter()
        renewing.renew()
        times.append(time.perf_counter() - begin)
    waiting, whole = renewing.exchange.seconds, sum(times)
    shares = {
        "two round trips, the CA's work included": waiting,
        "a new key": renewing.generating,
        "coding, signing, checking": whole - waiting - renewing.generating,
        "processor time of the CA": processor_seconds(pid) - authority,
        "processor time of the client": time.process_time() - own,
    }
    return times, {name: seconds / RENEWALS * 1e3 for name, seconds in shares.items()}


def main():
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with lab_ca(place) as (ca, pid):
            times, shares = our_renewals(Renewing(ca, place), pid)
            theirs = openssl_renewals(ca, place)
    ours, other = statistics.median(times), statistics.median(theirs)
    print(f"{'':42}{'median':>10}{'a second':>10}")
    print(
        f"{f'srpki, {RENEWALS} in one process':42}{ours * 1e3:7.2f} ms{RENEWALS / sum(times):10.0f}"
    )
    print(f"{'openssl cmp, a process each':42}{other * 1e3:7.2f} ms{PROCESSES / sum(theirs):10.0f}")
    print(f"ratio: {other / ours:.1f}\n\nwhere one renewal of srpki goes, on average:")
    for share, milliseconds in shares.items():
        print(f"  {share:40}{milliseconds:7.2f} ms")


if __name__ == "__main__":
    main()
