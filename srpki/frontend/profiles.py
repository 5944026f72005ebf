"""The ready-made profiles of lab mode: what ``--lab`` adds to a node that lacks them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from srpki.config.edit import Edit
from srpki.config.tree import get
from srpki.device.node import Node
from srpki.frontend.demo_script import LabAddresses
from srpki.schema.paths import Path as DataPath
from srpki.schema.paths import Step, Value, path

_PKI = path("system", "security", "pki")
_TLS = path("system", "security", "tls")
_CMP_URL = (*_PKI, Step("ca-profile", ("lab-ca",)), *path("cmpv2", "url", "url-string"))
_EST = (*_PKI, Step("est-profile", ("lab-est",)))


def configure_lab_profiles(
    node: Node, lab: LabAddresses, certificates: Mapping[str, bytes]
) -> None:
    """Import the lab CA's *certificates* (DER) and add the profiles that are not there.

    The addresses of the lab CA are brought up to date in any case: its ports may have changed.
    """
    for name, der in certificates.items():
        file = f"{name}.crt"
        if not node.keystore.exists(file):
            node.keystore.put("certificate", file, der)
    running = node.datastore.running
    missing = [
        edit for entry, edits in _profiles(lab) if get(running, entry) is None for edit in edits
    ]
    node.datastore.edit([*missing, *_addresses(node, lab)])


def _profiles(lab: LabAddresses) -> Iterator[tuple[DataPath, list[Edit]]]:
    """Yield each ready-made entry with the edits that make it, in the order of reference."""
    anchor = {"revocation-check": "crl-optional", "admin-state": "enable"}
    yield _entry(_PKI, "ca-profile", "lab-root", {"cert-file": "lab-root.crt", **anchor})
    yield _entry(
        _PKI,
        "ca-profile",
        "lab-ca",
        {"cert-file": "lab-issuing.crt", "cmpv2/url/url-string": lab.cmp_url, **anchor},
    )
    trust = (*_TLS, Step("trust-anchor-profile", ("lab",)))
    yield trust, [Edit("create", (*trust, Step("trust-anchor", ("lab-root",))))]
    yield _entry(
        _TLS,
        "client-tls-profile",
        "lab",
        {
            "trust-anchor-profile": "lab",
            # No CRL is imported: without this, an unknown status would mean revoked.
            "status-verify/default-result": "good",
            "admin-state": "enable",
        },
    )
    yield _entry(
        _PKI,
        "est-profile",
        "lab-est",
        {
            "client-tls-profile": "lab",
            "http-authentication/username": lab.est_username,
            "http-authentication/password": lab.est_password,
            **_server(lab),
        },
    )
    yield _entry(_PKI, "certificate-update-profile", "lab-cmp", {"cmpv2/ca-profile": "lab-ca"})
    yield _entry(_PKI, "certificate-update-profile", "lab-est", {"est/est-profile": "lab-est"})


def _entry(
    parent: DataPath, name: str, key: str, leafs: Mapping[str, Value]
) -> tuple[DataPath, list[Edit]]:
    entry = (*parent, Step(name, (key,)))
    edits = [Edit("set", (*entry, *path(*leaf.split("/"))), value) for leaf, value in leafs.items()]
    return entry, edits


def _server(lab: LabAddresses) -> dict[str, Value]:
    address = urlsplit(lab.est_url)
    return {"server/ipv4": address.hostname or "127.0.0.1", "server/port": address.port or 443}


def _addresses(node: Node, lab: LabAddresses) -> Iterator[Edit]:
    running = node.datastore.running
    if get(running, _CMP_URL) not in (None, lab.cmp_url):
        yield Edit("set", _CMP_URL, lab.cmp_url)
    for leaf, value in _server(lab).items():
        place = (*_EST, *path(*leaf.split("/")))
        if get(running, place) not in (None, value):
            yield Edit("set", place, value)
