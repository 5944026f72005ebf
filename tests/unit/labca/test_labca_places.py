"""Where the lab CA is: what its certificates name, and that it comes back there."""

import json
import socket
from contextlib import closing
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

from srpki.core.entropy import SystemEntropy
from srpki.labca.authority import Authority
from srpki.labca.server import LabCa
from srpki.x509 import names

SUBJECT = names.parse_dn("CN=gw")


@pytest.fixture
def start(tmp_path, clock):
    """Start a lab CA in one directory, again and again."""
    started = []

    def call(**ports):
        authority = Authority(tmp_path / "ca", clock, SystemEntropy())
        server = LabCa(authority, log=call.log.append, **ports)
        started.append((server, authority))
        server.start()
        return server

    def stop():
        for server, authority in started:
            server.stop()
            authority.close()
        started.clear()

    call.stop, call.log = stop, []
    yield call
    stop()


def urls(certificate):
    """Return the CRL and the OCSP responder that a certificate names."""
    found = x509.load_der_x509_certificate(certificate).extensions
    (point,) = found.get_extension_for_class(x509.CRLDistributionPoints).value
    (access,) = found.get_extension_for_class(x509.AuthorityInformationAccess).value
    assert access.access_method == AuthorityInformationAccessOID.OCSP
    (name,) = point.full_name
    return name.value, access.access_location.value


def test_certificates_name_crl_and_ocsp_responder(start, device_key):
    server = start()
    record = server.authority.issue(device_key.public_key(), SUBJECT)
    crl, ocsp = urls(record.certificate)
    assert (crl, ocsp) == (server.crl_url, server.ocsp_url)
    server.authority.revoke(record.certificate)
    with urlopen(crl, timeout=10) as answer:
        listed = x509.load_der_x509_crl(answer.read())
    assert listed.get_revoked_certificate_by_serial_number(record.serial) is not None


def test_an_authority_that_serves_nothing_names_nothing(authority, device_key):
    record = authority.issue(device_key.public_key(), SUBJECT)
    with pytest.raises(x509.ExtensionNotFound):
        urls(record.certificate)


def test_it_comes_back_at_the_ports_of_last_time(start):
    server = start()
    ports = server.cmp_port, server.est_port
    start.stop()
    again = start()
    assert (again.cmp_port, again.est_port) == ports
    assert again.moved == ()
    kept = json.loads((again.authority.trust_anchor_file.parent / "ports.json").read_text())
    assert kept == {"cmp": ports[0], "est": ports[1]}


def test_a_port_that_is_taken_meanwhile_is_another_one_and_that_is_said(start, device_key):
    server = start()
    port, est_port = server.cmp_port, server.est_port
    start.stop()
    with closing(socket.create_server(("127.0.0.1", port))):
        again = start()
        assert again.cmp_port != port
        assert again.est_port == est_port
        (told,) = again.moved
        assert f"port {port}" in told and str(again.cmp_port) in told
        assert any(told in line for line in start.log)
        record = again.authority.issue(device_key.public_key(), SUBJECT)
        assert urls(record.certificate)[0] == again.crl_url
        moved_to = again.cmp_port
        start.stop()
    assert start().cmp_port == moved_to


def test_ports_that_are_chosen_are_kept_too(start):
    server = start()
    port = server.cmp_port
    start.stop()
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        chosen = free.getsockname()[1]
    assert start(cmp_port=chosen).cmp_port == chosen != port
    start.stop()
    assert start().cmp_port == chosen


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{", b'{"cmp": "x"}', json.dumps({"cmp": 70000, "est": -1}).encode()]
)
def test_damaged_notes_of_ports_are_as_good_as_none(start, tmp_path, content):
    start()
    start.stop()
    (tmp_path / "ca" / "ports.json").write_bytes(content)
    assert start().cmp_port > 0
