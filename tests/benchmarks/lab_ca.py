"""What a renewal costs the lab CA: processor time of `srpki ca` beside the arithmetic it cannot do without.

Run from an environment in which srpki is installed:  python tests/benchmarks/lab_ca.py [CHECKOUT]
The lab CA is a process of its own, and its processor time alone is measured. Devices renew P-256
certificates in turns, by CMPv2 with certConf over kept connections and by EST in a TLS session
each; between the rounds this process makes and verifies as many signatures as a renewal by CMPv2
takes at the CA. With CHECKOUT, a directory that holds another state of srpki, its lab CA takes
turns with this one.
"""

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import reenrolments
import renewals

from srpki.x509 import keys, signatures

DEVICES = 10
ROUNDS = 20
SIGNATURES = 3
"""Made: the certificate and two answers. Verified: two messages and a proof of possession."""


def arithmetic():
    """Return the processor seconds of the signatures that one renewal takes at the CA."""
    key, data = keys.generate(renewals.P256), bytes(1000)
    verify = signatures.verify
    algorithm = signatures.algorithm(key, "sha256")
    begin = time.process_time()
    for _ in range(DEVICES * SIGNATURES):
        assert verify(key.public_key(), algorithm, keys.sign(key, data, "sha256"), data)
    return (time.process_time() - begin) / DEVICES


class Measured:
    """One lab CA, and devices that renew there."""

    def __init__(self, title, pid, devices):
        self.title, self.pid, self.devices = title, pid, devices
        self.seconds = []

    def round(self):
        begin = renewals.processor_seconds(self.pid)
        for device in self.devices:
            device.renew()
        self.seconds.append((renewals.processor_seconds(self.pid) - begin) / len(self.devices))


def candidates(stack, place, checkouts):
    for name, checkout in checkouts.items():
        directory = place / name
        directory.mkdir()
        ca, pid = stack.enter_context(renewals.lab_ca(directory, checkout))
        for protocol, device in (("CMPv2", renewals.Renewing), ("EST", reenrolments.Renewing)):
            yield Measured(
                f"{name}, {protocol}", pid, [device(ca, directory) for _ in range(DEVICES)]
            )


def main(checkout=None):
    checkouts = {"srpki ca": None} | ({"the other": checkout} if checkout else {})
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        measured = list(candidates(stack, Path(name), checkouts))
        floor = []
        for _ in range(ROUNDS):
            floor.append(arithmetic())
            for one in measured:
                one.round()
    least = min(floor)
    print(f"{'processor time of a renewal':34}{'least':>10}{'median':>10}{'ratio':>8}")
    print(f"{'6 signatures, half made, half verified':34}{least * 1e3:7.3f} ms")
    for one in measured:
        low, middle = min(one.seconds), statistics.median(one.seconds)
        print(f"{one.title:34}{low * 1e3:7.3f} ms{middle * 1e3:7.3f} ms{low / least:8.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])
