"""OpenSSL's CMP client, verifier and printer, for tests of a lab CA."""

import os
import subprocess

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from srpki.x509 import formats, keys

SUBJECT = "/C=DE/O=Lab/CN=gw"
CA_KEYS = {
    "ecdsa": keys.KeySpec("ecdsa", curve="secp256r1"),
    "rsa": keys.KeySpec("rsa", size=2048),
}


def run(*words, check=True, **options):
    environment = {**os.environ, "OPENSSL_CONF": os.devnull, "LC_ALL": "C"}
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        timeout=60,
        env=environment,
        check=False,
        **options,
    )
    assert not check or done.returncode == 0, done.stderr.decode()
    return done


class Device:
    """Keys and certificates in a directory, and `openssl cmp` for them."""

    def __init__(self, directory, lab, openssl):
        self.directory = directory
        self.lab = lab
        self.openssl = openssl

    def key(self, name="key", spec=CA_KEYS["ecdsa"]):
        path = self.directory / f"{name}.pem"
        key = keys.generate(spec)
        path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return path

    def file(self, name, *ders):
        path = self.directory / name
        path.write_text("".join(pem(der) for der in ders))
        return path

    def cmp(self, command, *words, out="cert", check=True, enrols=True):
        """Run `openssl cmp`; return the enrolled certificate's path and the program's words."""
        path = self.directory / f"{out}.pem"
        done = run(
            *(self.openssl, "cmp", "-config", "", "-batch", "-cmd", command),
            *("-server", f"127.0.0.1:{self.lab.cmp_port}"),
            *(() if "-path" in words else ("-path", "/pkix/")),
            *("-certout", path),
            *words,
            check=False,
        )
        said = done.stderr.decode() + done.stdout.decode()
        assert (done.returncode == 0) == check, said
        assert path.exists() == (check and enrols)
        return path, said

    def by_password(self, command="ir", *words, key=None, secret="insecure", **options):
        return self.cmp(
            command,
            *("-ref", "4711", "-secret", f"pass:{secret}", "-recipient", "/CN=lab"),
            *("-newkey", key or self.key(), "-subject", SUBJECT),
            *words,
            **options,
        )

    def by_signature(self, command, certificate, key, *words, trusted=None, **options):
        return self.cmp(
            command,
            *("-cert", certificate, "-key", key, "-trusted", trusted or self.lab.trust_anchor),
            *words,
            **options,
        )

    def verify(self, certificate):
        run(
            *(self.openssl, "verify", "-x509_strict", "-CAfile", self.lab.trust_anchor),
            *("-untrusted", self.lab.issuing_certificate, certificate),
        )

    def openssl_checkend(self, certificate, seconds):
        """Assert that OpenSSL finds *certificate* good for *seconds* more."""
        run(self.openssl, "x509", "-in", certificate, "-noout", "-checkend", seconds)

    def text(self, certificate, *words):
        return run(self.openssl, "x509", "-in", certificate, "-noout", *words).stdout.decode()


def pem(der):
    return formats.write_certificates((der,), "pem").decode()
