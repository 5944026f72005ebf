"""SSH: time of a command beside OpenSSH's server, log-ins a second, memory of a session.

Run from an environment in which srpki[test] is installed, with OpenSSH's client and server:
python tests/benchmarks/ssh.py
"""

import asyncio
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import asyncssh

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from served import Served
from sshd import Sshd

RUNS = 10
SESSIONS = 40
LOG_INS = 40


def timed(do):
    begin = time.perf_counter()
    do()
    return time.perf_counter() - begin


def memory(process):
    """Return the resident memory of *process* in KiB."""
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1])


def connected(port):
    return asyncssh.connect(
        "127.0.0.1", port, username="admin", password="admin", known_hosts=None, config=None
    )


async def many(served):
    """Return log-ins a second, and KiB a session at its prompt."""
    begin = time.perf_counter()
    for _ in range(LOG_INS):
        async with connected(served.port):
            pass
    rate = LOG_INS / (time.perf_counter() - begin)
    before, kept = memory(served.process), []
    for _ in range(SESSIONS):
        connection = await connected(served.port)
        process = await connection.create_process(term_type="xterm")
        await process.stdout.readuntil("# ")
        kept.append((connection, process))
    after = memory(served.process)
    for connection, _ in kept:
        connection.abort()
    return rate, (after - before) / SESSIONS


def main():
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        with (
            Served(home / "clients", "--node", home / "node", "--lab") as served,
            Sshd(home / "sshd", home / "other", term="vt100") as sshd,
        ):
            config = home / "sshd" / "config"
            # What the server's user has in .bashrc is not read by a shell that is not the first.
            alone = "ForceCommand true\nSetEnv SHLVL=1"
            config.write_text(re.sub("ForceCommand .*", alone, config.read_text()))
            sshd._server.send_signal(signal.SIGHUP)
            sshd._wait()
            same = "-oKexAlgorithms=curve25519-sha256"  # what the client takes of ours
            command, *rest = sshd.client
            theirs = [command, same, *rest, "true"]
            ours, others = [], []
            for _ in range(RUNS):
                ours.append(timed(lambda: served.ssh("show version")))
                others.append(
                    timed(lambda: subprocess.run(theirs, stdin=subprocess.DEVNULL, check=True))
                )
            rate, each = asyncio.run(many(served))
    print(f"ssh host 'show version': {statistics.median(ours) * 1000:.0f} ms")
    print(f"OpenSSH's server, true: {statistics.median(others) * 1000:.0f} ms")
    print(f"log-ins: {rate:.0f} a second; memory: {each:.0f} KiB a session")


if __name__ == "__main__":
    main()
