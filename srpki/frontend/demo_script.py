"""The commands that the demo types; also the source of the example configuration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol
from urllib.parse import urlsplit

PKI = "admin system security pki"


class LabAddresses(Protocol):
    """What the commands need to know of the lab CA."""

    @property
    def cmp_url(self) -> str:
        """Where CMPv2 is spoken."""
        ...

    @property
    def est_url(self) -> str:
        """Where EST is spoken."""
        ...

    @property
    def reference(self) -> str:
        """The reference of the enrolment secret."""
        ...

    @property
    def secret(self) -> str:
        """The enrolment secret."""
        ...

    @property
    def est_username(self) -> str:
        """The user of EST's HTTP authentication."""
        ...

    @property
    def est_password(self) -> str:
        """The password of that user."""
        ...


def trust(lab: LabAddresses) -> Iterator[str]:
    """Yield the commands that import the CA's certificates and configure the profiles."""
    for name in ("lab-root", "lab-issuing"):
        yield (
            f"{PKI} import type certificate format pem"
            f' input-url "cf3:/{name}.pem" output-file "{name}.crt"'
        )
    est = urlsplit(lab.est_url)
    yield "edit-config private"
    yield '/configure system name "gw-1"'
    yield "/configure system security pki"
    yield 'ca-profile "lab-root" cert-file "lab-root.crt" revocation-check crl-optional'
    yield 'ca-profile "lab-root" admin-state enable'
    yield 'ca-profile "lab-ca" cert-file "lab-issuing.crt" revocation-check crl-optional'
    yield f'ca-profile "lab-ca" cmpv2 url url-string "{lab.cmp_url}"'
    yield 'ca-profile "lab-ca" admin-state enable'
    yield "/configure system security tls"
    yield 'trust-anchor-profile "lab" trust-anchor "lab-root" { }'
    yield 'client-tls-profile "est" trust-anchor-profile "lab" admin-state enable'
    yield 'client-tls-profile "est" status-verify default-result good'
    yield "/configure system security pki"
    yield 'est-profile "lab-est" client-tls-profile "est"'
    yield f'est-profile "lab-est" server ipv4 {est.hostname} port {est.port}'
    yield (
        f'est-profile "lab-est" http-authentication username "{lab.est_username}"'
        f' password "{lab.est_password}"'
    )
    yield "commit"
    yield "exit all"
    yield "quit-config"


def enrol(lab: LabAddresses) -> Iterator[str]:
    """Yield the commands that make two key pairs and enrol them, by CMPv2 and by EST."""
    for name, kind in (("ipsec-gw", "ecdsa-curve secp256r1"), ("tls-client", "rsa-key-size 2048")):
        yield f'{PKI} generate-keypair save-path "cf3:/{name}.key" {kind}'
        yield (
            f'{PKI} import type key format der input-url "cf3:/{name}.key" output-file "{name}.key"'
        )
    yield (
        f'{PKI} cmpv2 initial-registration ca-profile "lab-ca" key-to-certify "ipsec-gw.key"'
        f' reference "{lab.reference}" password "{lab.secret}"'
        ' subject-dn "C=DE,O=Lab,CN=ipsec-gw" domain-name "ipsec-gw.lab.example"'
        ' save-as "cf3:/ipsec-gw.der"'
    )
    yield (
        f"{PKI} import type certificate format der"
        ' input-url "cf3:/ipsec-gw.der" output-file "ipsec-gw.crt"'
    )
    yield (
        f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/tls-client.key"'
        ' subject-dn "C=DE,O=Lab,CN=tls-client" domain-name "tls-client.lab.example"'
        ' output-file "tls-client.crt"'
    )


def renewal() -> Iterator[str]:
    """Yield the commands that put the certificates to use and let the router renew them."""
    yield "edit-config private"
    yield 'configure ipsec cert-profile "ipsec" entry 1 cert "ipsec-gw.crt" key "ipsec-gw.key"'
    yield '/configure ipsec cert-profile "ipsec" admin-state enable'
    yield "/configure system security tls"
    yield ('cert-profile "est" entry 1 certificate-file "tls-client.crt" key-file "tls-client.key"')
    yield 'cert-profile "est" admin-state enable'
    yield 'client-tls-profile "est" cert-profile "est"'
    yield "/configure system security pki"
    yield 'certificate-update-profile "by-cmp" cmpv2 ca-profile "lab-ca"'
    yield 'certificate-update-profile "by-est" est est-profile "lab-est"'
    for name, profile in (("ipsec-gw", "by-cmp"), ("tls-client", "by-est")):
        yield (
            f'certificate-auto-update "{name}.crt" key-file-name "{name}.key" profile "{profile}"'
        )
    yield "compare"
    yield "commit"
    yield "exit all"
    yield "quit-config"
