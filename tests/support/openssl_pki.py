"""A PKI that only the openssl program has made: two roots, a server, a device before and after."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from foreign import need, run

from srpki.protocol.cmp.client import SignatureCredentials

EXTENSIONS = """
[req]
distinguished_name=dn
[dn]
[ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign,digitalSignature
subjectKeyIdentifier=hash
[server]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth,1.3.6.1.5.5.7.3.28,1.3.6.1.5.5.7.3.27
subjectAltName=DNS:localhost,IP:127.0.0.1
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[device]
basicConstraints=CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=clientAuth,serverAuth
subjectAltName=DNS:gw.lab.example
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
"""
KINDS = {
    "rsa": ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"),
    "ec": ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"),
}


@dataclass
class Pki:
    """Keys and certificates of one algorithm as files root, vendor, server, factory, old, new.

    *old* and *new* name one device and have one number: the mock server of OpenSSL 3.0 takes a kur
    only when its oldCertID names what it is going to hand out. Keys are in the traditional form.
    """

    where: Path

    def make(self, kind: str) -> None:
        (self.where / "ext.cnf").write_text(EXTENSIONS)
        for name in ("root", "vendor", "server", "factory", "old", "new"):
            self._openssl("genpkey", *KINDS[kind], "-out", "pkcs8.key")
            self._openssl("pkey", "-in", "pkcs8.key", "-traditional", "-out", f"{name}.key")
        for name in ("root", "vendor"):
            self._openssl(
                *("req", "-new", "-x509", "-key", f"{name}.key", "-subj", f"/O=Lab/CN={name}"),
                *("-days", "30", "-config", "ext.cnf", "-extensions", "ca"),
                *("-out", f"{name}.pem"),
            )
        self._issue("server", "root", "server", "/C=DE/O=Lab/CN=CMP Server", "0x1001")
        self._issue("factory", "vendor", "device", "/C=DE/O=Vendor/CN=SN-1", "0x1001")
        self._issue("old", "root", "device", "/C=DE/O=Lab/CN=router", "0x1002")
        self._issue("new", "root", "device", "/C=DE/O=Lab/CN=router", "0x1002")
        roots = [self.file(f"{name}.pem").read_text() for name in ("root", "vendor")]
        self.file("trusted.pem").write_text("".join(roots))

    def _issue(self, name: str, issuer: str, section: str, subject: str, serial: str) -> None:
        self._openssl(
            *("req", "-new", "-key", f"{name}.key", "-subj", subject, "-config", "ext.cnf"),
            *("-out", f"{name}.csr"),
        )
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem"),
            *("-CAkey", f"{issuer}.key", "-set_serial", serial, "-days", "20"),
            *("-extfile", "ext.cnf", "-extensions", section, "-out", f"{name}.pem"),
        )

    def below(self, *names: str) -> dict[str, bytes]:
        """Make a CA below the root, one below that and so on, and a device below the last.

        Return the certificates by name; they lie beside the others.
        """
        issuer = "root"
        for number, name in enumerate(names):
            self._openssl("genpkey", *KINDS["ec"], "-out", f"{name}.key")
            last = number == len(names) - 1
            subject = f"/C=DE/O=Lab/CN={name}"
            self._issue(name, issuer, "device" if last else "ca", subject, f"0x200{number}")
            issuer = name
        return {name: self.certificate(name) for name in names}

    def _openssl(self, *words: str) -> None:
        run(need("openssl"), *words, cwd=self.where)

    def file(self, name: str) -> Path:
        return self.where / name

    def certificate(self, name: str) -> bytes:
        data = self.file(f"{name}.pem").read_bytes()
        return x509.load_pem_x509_certificate(data).public_bytes(serialization.Encoding.DER)

    def key(self, name: str):
        return serialization.load_pem_private_key(self.file(f"{name}.key").read_bytes(), None)

    def credentials(self, name: str) -> SignatureCredentials:
        return SignatureCredentials(self.key(name), self.certificate(name))
