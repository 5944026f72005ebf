"""Many idle nodes in one process of ``srpki serve``, each with a certificate that renews itself.

Run from an environment in which srpki[test] is installed:
python tests/benchmarks/nodes.py [--joined] [NODES]

New nodes are made, then each gets a certificate and an entry, then all are started again, and a
tenth and a hundredth of them: what one more costs is the slope. Processor time is user and system.
With --joined they have no address.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from served import Served

from srpki.cli.session import Session
from srpki.config import persist
from srpki.config.tree import EMPTY, put
from srpki.core.entropy import SystemEntropy
from srpki.frontend.labs import opened_in, running_lab
from srpki.keystore.seal import Seal
from srpki.keystore.store import Keystore
from srpki.schema.paths import Step, path
from srpki.schema.tree import SCHEMA

NODES = 1000
IDLE = 10
"""Seconds in which it is looked at how much a process does for which nobody has work."""
PKI = path("system", "security", "pki")
SAVED = {
    (*PKI, Step("ca-profile", ("lab-ca",)), *path("cert-file")): "lab-issuing.crt",
    (*PKI, Step("ca-profile", ("lab-ca",)), *path("cmpv2", "url", "url-string")): "http://lab/",
    (*PKI, Step("ca-profile", ("lab-ca",)), *path("revocation-check")): "crl-optional",
    (*PKI, Step("ca-profile", ("lab-ca",)), *path("admin-state")): "enable",
    (*PKI, Step("certificate-update-profile", ("lab-cmp",)), *path("cmpv2", "ca-profile")): (
        "lab-ca"
    ),
    (*PKI, Step("certificate-auto-update", ("gw.crt",)), *path("key-file-name")): "gw.key",
    (*PKI, Step("certificate-auto-update", ("gw.crt",)), *path("profile")): "lab-cmp",
}
"""The saved configuration of a node; the lab brings the address up to date."""
ENROL = (
    'admin system security pki generate-keypair save-path "cf3:/gw" ecdsa-curve secp256r1',
    'admin system security pki import type key format der input-url "cf3:/gw" output-file "gw.key"',
    'admin system security pki est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key" subject-dn "CN=gw" output-file "gw.crt"',
)


def used(process):
    """Return the seconds of a processor that *process* has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").split()
    return sum(map(int, fields[13:15])) / 100


def told(process, name):
    """Return a number of the status of *process* [proc(5)]."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(status.partition(f"{name}:")[2].split()[0])


def descriptors(process):
    return sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())


class Lot:
    """The nodes below *home*."""

    def __init__(self, home, ssh):
        self.home, self.ssh = home, ssh

    def names(self, count):
        return [f"gw{number}" for number in range(count)]

    def served(self, count):
        """Serve so many of them."""
        inventory = self.home / f"{count}.toml"
        tables = (f'[nodes.{name}]\nlab = "town"\nssh = {self.ssh}\n' for name in self.names(count))
        inventory.write_text("[labs.town]\n" + "".join(tables))
        return Served(self.home / "clients", "--inventory", inventory, nodes=count)

    def pair(self):
        """Return a certificate of the lab and its key (DER)."""
        with running_lab(self.home / "town") as lab, opened_in(lab, self.home / "first") as router:
            with closing(Session(router, "md")) as session:
                for line in ENROL:
                    answer = session.feed(line)
                    assert answer.ok, answer.text
            certificate, key = router.node.keystore.read_pair("gw.crt", "gw.key")
        return certificate, key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def give_entries(self, count):
        """Let each of so many nodes have the pair, and an entry that renews it."""
        tree = EMPTY
        for place, value in SAVED.items():
            tree = put(tree, place, value)
        text, (certificate, key) = persist.dump(SCHEMA.configure, tree), self.pair()
        for name in self.names(count):
            cf3, state = self.home / name / "cf3", self.home / name / "state"
            keystore = Keystore(cf3, Seal(state / "chassis.key", SystemEntropy()))
            keystore.put("key", "gw.key", key)
            keystore.put("certificate", "gw.crt", certificate)
            (cf3 / "config.cfg").write_text(text, encoding="utf-8")


def make(lot, count):
    with lot.served(count) as served:
        took = used(served.process)
        print(f"new: {took:.1f} s of a processor to make {count} nodes")


def start(lot, count):
    """Start so many nodes again; return what they take: MiB, threads, descriptors, seconds."""
    with lot.served(count) as served:
        process = served.process
        time.sleep(1)  # what an entry begins with happens in threads
        begun = used(process)
        found = (
            told(process, "VmRSS") / 1024,
            told(process, "Threads"),
            descriptors(process),
            begun,
        )
        print("{} nodes: {:.1f} MiB, {} threads, {} descriptors, {:.1f} s".format(count, *found))
        time.sleep(IDLE)
        print(f"  idle: {(used(process) - begun) / IDLE:.2%} of a processor")
        begin = time.perf_counter()
        served.terminate()
        print(f"  ended in {time.perf_counter() - begin:.1f} s")
    return found


def renewing(lot):
    """Return what the last node tells of its entry."""
    command = [sys.executable, "-m", "srpki.frontend.program", "exec", "-", "--node"]
    with lot.served(2):
        shown = subprocess.run(
            [*command, lot.home / "gw1"],
            input="show certificate auto-update\n",
            capture_output=True,
            text=True,
            check=True,
        )
    return shown.stdout


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("nodes", nargs="?", type=int, default=NODES)
    parser.add_argument("--joined", action="store_true")
    options = parser.parse_args()
    nodes = options.nodes
    with tempfile.TemporaryDirectory() as place:
        lot = Lot(Path(place), "[]" if options.joined else '"127.0.0.1:0"')
        make(lot, nodes)
        lot.give_entries(nodes)
        print(renewing(lot))
        few, _, most = (start(lot, max(2, count)) for count in (nodes // 100, nodes // 10, nodes))
        more = nodes - max(2, nodes // 100)
        memory, threads, files, seconds = (
            (last - first) / more for first, last in zip(few, most, strict=True)
        )
        print(
            f"one more: {memory * 1024:.0f} KiB, {threads:.2g} threads, {files:.2g} descriptors,"
            f" {seconds * 1000:.1f} ms"
        )


if __name__ == "__main__":
    main()
