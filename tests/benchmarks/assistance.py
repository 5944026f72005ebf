"""Time of completion and of ``?`` with a configuration at every documented maximum.

Run from an environment in which srpki is installed:  python tests/benchmarks/assistance.py
Every beginning of a sample of configured lines is completed and explained, in both CLIs.
"""

import random
import tempfile
import time
from pathlib import Path

from srpki.cli.session import Session
from srpki.frontend.node import opened

PKI = "/configure system security pki"
TLS = "/configure system security tls"
ASKED = (
    "",
    "info ",
    "delete ",
    f"info {PKI} ca-profile ",
    "info /state system security pki ca-profile ",
    "show certificate auto-update ",
    "admin system security pki import input-url cf3:/",
    "admin system security pki export input-file ",
)


def maxima():
    """Yield lines that configure as much as there may be of everything."""
    for number in range(128):
        url = f"http://ca{number}.example/pkix"
        yield f"{PKI} ca-profile ca-{number} cert-file ca-{number}.crt cmpv2 url url-string {url}"
        yield f"{PKI} est-profile est-{number} server fqdn est{number}.example"
    for number in range(256):
        ca = f"ca-{number % 128}"
        yield f"{PKI} certificate-update-profile up-{number} cmpv2 ca-profile {ca}"
        pair = f"gw-{number}.crt key-file-name gw-{number}.key"
        yield f"{PKI} certificate-auto-update {pair} profile up-{number}"
    for number in range(64):
        name = "cn-type domain-name cn-value gw.example"
        yield f"{PKI} common-name-list names-{number} common-name 1 {name}"
    for number in range(16):
        yield f"{TLS} trust-anchor-profile anchors-{number} trust-anchor ca-{number}"
        pair = f"certificate-file gw-{number}.crt key-file gw-{number}.key"
        yield f"{TLS} cert-profile pairs-{number} entry 1 {pair}"
        yield f"{TLS} client-cipher-list l-{number} tls13-cipher 1 name tls-aes128-gcm-sha256"
        yield f"{TLS} client-tls-profile clients-{number} cert-profile pairs-{number}"


def measure(name, function, texts):
    taken = []
    for text in texts:
        begin = time.perf_counter()
        function(text)
        taken.append(((time.perf_counter() - begin) * 1000, text))
    taken.sort()
    half, nearly, (worst, text) = (
        taken[len(taken) // 2][0],
        taken[len(taken) * 99 // 100][0],
        taken[-1],
    )
    print(f"{name:18} p50 {half:6.2f} ms   p99 {nearly:6.2f} ms   max {worst:6.2f} ms  {text!r}")


def main():
    with tempfile.TemporaryDirectory() as place, opened(Path(place) / "node", lab=False) as router:
        lines = list(maxima())
        sessions = {"md": Session(router), "classic": Session(router, "classic")}
        for line in ("edit-config private", *lines, "exit all", "commit"):
            answer = sessions["md"].feed(line)
            assert answer.ok, f"{line}: {answer.text}"
        imported = Path(place) / "node" / "cf3" / "system-pki"
        imported.mkdir(exist_ok=True)
        for number in range(256):
            for suffix in ("crt", "key"):
                (imported / f"gw-{number}.{suffix}").write_bytes(b"")
        sample = random.Random(1).sample(lines, 60)
        texts = [line[:end] for line in sample for end in range(len(line) + 1)]
        for dialect, session in sessions.items():
            for kind in ("complete", "help", "expand"):
                measure(f"{dialect} {kind}", getattr(session, kind), [*texts, *ASKED])


if __name__ == "__main__":
    main()
