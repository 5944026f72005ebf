"""One renewal within the whole router, beside `openssl cmp` started once per renewal.

Run from an environment in which srpki is installed:  python tests/benchmarks/renewal_in_router.py
The lab CA is a process of its own. The command `update-certificate` is typed in a session of the
router, by CMPv2 and by EST, P-256 both; openssl renews by `-cmd kur`, with the connection kept and
not. They take turns. Compared is the time of the processor, for openssl that of its process: the
40 ms that it waits where it keeps its connection do not count. Then one renewal by each
protocol is made whose calls are counted, in Python and of fsync.
"""

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from counting import met
from renewals import lab_ca

from srpki.cli.session import Session
from srpki.core.clock import SystemClock
from srpki.core.entropy import SystemEntropy
from srpki.device.router import Router
from srpki.frontend import demo_script
from srpki.frontend.parts import Exchanges, running

ROUNDS = 40
WARM = 5
UPDATE = 'admin system security pki update-certificate certificate "{}.crt"'
OURS = {"CMPv2": "ipsec-gw", "EST": "tls-client"}


def type_in(session, command):
    answer = session.feed(command)
    if not answer.ok:
        raise RuntimeError(f"{command}\n{answer.text}")


@contextmanager
def router(ca, place):
    """Run a router whose two certificates are renewed by the lab CA; yield a session of it."""
    node = place / "node"
    (node / "cf3").mkdir(parents=True)
    for name, file in (("lab-root", "trust_anchor"), ("lab-issuing", "issuing_certificate")):
        (node / "cf3" / f"{name}.pem").write_bytes(Path(ca[file]).read_bytes())
    made = Router(node, clock=SystemClock(), entropy=SystemEntropy(), exchanges=Exchanges(node))
    lab = SimpleNamespace(**ca)
    with running(made):
        session = Session(made)
        script = (*demo_script.trust(lab), *demo_script.enrol(lab), *demo_script.renewal())
        for command in met(10, script):
            type_in(session, command.replace("rsa-key-size 2048", "ecdsa-curve secp256r1"))
        yield session


class Typed:
    """Renews one certificate of the router by hand."""

    def __init__(self, session, name):
        self.session, self.command = session, UPDATE.format(name)

    def renew(self):
        """Renew once; return the seconds of the processor, this process's."""
        begin = time.process_time()
        type_in(self.session, self.command)
        return time.process_time() - begin


class Openssl:
    """Renews a certificate of its own by `openssl cmp`; the new keys are made beforehand."""

    def __init__(self, ca, place, keep_alive):
        self.common = ["openssl", "cmp", "-batch", "-config", "", "-server", ca["cmp_url"]]
        self.trusted = ["-trusted", ca["trust_anchor"], "-untrusted", ca["issuing_certificate"]]
        self.keep_alive = str(keep_alive)
        self.files = (place / f"openssl-{keep_alive}-{n}" for n in itertools.count())
        self.old = self.made()
        enrol = ["-cmd", "ir", "-ref", ca["reference"], "-secret", f"pass:{ca['secret']}"]
        enrol += ["-subject", "/C=DE/O=Lab/CN=openssl", "-recipient", "/CN=any"]
        self.run([*self.common, *enrol, *self.new(self.old)])

    def made(self):
        """Return a place without ending, at which there is a new key."""
        place = next(self.files)
        make = ["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out"]
        subprocess.run([*make, f"{place}.key"], check=True, capture_output=True)
        return place

    @staticmethod
    def new(place):
        return ["-newkey", f"{place}.key", "-certout", f"{place}.pem"]

    @staticmethod
    def run(command):
        """Run *command*; return the seconds of the processor that it took."""
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        assert process.returncode == 0, command
        return used.ru_utime + used.ru_stime

    def renew(self):
        """Renew once; return the seconds of the processor, openssl's."""
        new = self.made()
        update = ["-cmd", "kur", "-cert", f"{self.old}.pem", "-key", f"{self.old}.key"]
        update += ["-keep_alive", self.keep_alive, *self.trusted, *self.new(new)]
        used = self.run([*self.common, *update])
        self.old = new
        return used


def measured(sides):
    """Return of each side, by its name, the seconds of processor and of wall of every turn."""
    times = {name: ([], []) for name in sides}
    for number in range(WARM + ROUNDS):
        for name, side in sides.items():
            begin = time.perf_counter()
            used = side.renew()
            if number >= WARM:
                times[name][0].append(used)
                times[name][1].append(time.perf_counter() - begin)
    return times


def counted(renew):
    """Return how many Python functions one renewal calls, and how often it waits for the disk."""
    counts, real = Counter(), os.fsync

    def note(_frame, event, _argument):
        counts[event] += 1

    def fsync(descriptor):
        counts["fsync"] += 1
        real(descriptor)

    threading.setprofile_all_threads(note) if sys.version_info >= (3, 12) else (
        threading.setprofile(note)
    )
    os.fsync = fsync
    sys.setprofile(note)
    try:
        renew()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        os.fsync = real
    return counts["call"], counts["fsync"]


def main():
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        with lab_ca(place) as (ca, _), router(ca, place) as session:
            ours = {kind: Typed(session, file) for kind, file in OURS.items()}
            theirs = {f"openssl cmp, keep_alive {n}": Openssl(ca, place, n) for n in (0, 1)}
            times = measured({**ours, **theirs})
            counts = {kind: counted(side.renew) for kind, side in ours.items()}
    best = {name: min(used) for name, (used, _) in times.items()}
    yardstick = min(used for name, used in best.items() if name in theirs)
    print(
        f"{'processor, least and median; wall':32}{'':9}{'':13}{'':13}ratio{'calls':>9}{'fsyncs':>8}"
    )
    for name, (used, wall) in times.items():
        calls, syncs = counts.get(name, ("", ""))
        print(
            f"{name:32}{best[name] * 1e3:6.2f} ms{statistics.median(used) * 1e3:10.2f} ms"
            f"{statistics.median(wall) * 1e3:10.1f} ms{best[name] / yardstick:6.2f}"
            f"{calls:>9}{syncs:>8}"
        )


if __name__ == "__main__":
    main()
