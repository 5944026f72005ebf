"""A real strongSwan daemon takes up the pair that the router has renewed."""

import json
import os
import shutil
import signal
import subprocess
from contextlib import contextmanager

import pytest
from counting import met
from foreign import library, missing, need
from troubles import fail_next

from srpki.cli.session import Session
from srpki.frontend.labs import opened_lab
from srpki.x509 import certificates

pytestmark = pytest.mark.interop

CHARON = "/usr/sbin/charon-systemd"
PLUGINS = (
    "random nonce x509 constraints revocation pubkey pkcs1 pkcs8 pem openssl kdf hmac sha1 sha2"
    " aes gcm socket-default kernel-netlink vici"
)
PKI = "admin system security pki"


class Daemon:
    """charon with a control socket of its own, in a network of its own where that is allowed."""

    def __init__(self, directory):
        self.socket = directory / "vici"
        self._directory = directory
        (directory / "swanctl").mkdir()
        (directory / "strongswan.conf").write_text(
            f"charon-systemd {{\n port = 0\n port_nat_t = 0\n load = {PLUGINS}\n"
            f" plugins {{ vici {{ socket = unix://{self.socket} }} }}\n"
            f" filelog {{ f {{\n path = {directory}/log\n flush_line = yes\n }} }}\n}}\n"
            "swanctl { load = random x509 pubkey pkcs1 pkcs8 pem openssl sha1 }\n"
        )
        self._environment = {
            **os.environ,
            "STRONGSWAN_CONF": str(directory / "strongswan.conf"),
            "SWANCTL_DIR": str(directory / "swanctl"),
        }
        self._process = None

    def start(self):
        alone = ["unshare", "--net"]
        if not shutil.which("unshare") or subprocess.run([*alone, "true"], check=False).returncode:
            alone = []
        self._process = subprocess.Popen(
            [*alone, CHARON],
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(1000):  # by nothing else does it say that it is ready
            if self._process.poll() is not None:
                break
            if self.swanctl("--stats").returncode == 0:
                return
        self.stop()
        missing("charon does not run here")

    def stop(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=20)
            self._process = None
        self.socket.unlink(missing_ok=True)

    def swanctl(self, *words):
        return subprocess.run(
            ["swanctl", *words, "--uri", f"unix://{self.socket}"],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def certificates(self):
        """Return the serial numbers that swanctl lists, and whether the key is there."""
        listed = self.swanctl("--list-certs").stdout
        found, serial = {}, None
        for line in listed.splitlines():
            name, _, value = line.strip().partition(":")
            if name == "serial":
                serial = int(value.replace(":", ""), 16)
                found[serial] = False
            elif name == "pubkey" and serial is not None:
                found[serial] = "has private key" in value
        return found


@pytest.fixture
def charon(tmp_path):
    """The daemon, not yet running."""
    need(CHARON)
    need("swanctl")
    library("vici")
    directory = tmp_path / "charon"
    directory.mkdir()
    daemon = Daemon(directory)
    yield daemon
    daemon.stop()


@contextmanager
def node_with(daemon, directory):
    """A node whose ipsec pair ``gw`` is renewed by CMPv2, and that knows *daemon*."""
    directory.mkdir(mode=0o700)
    settings = {"strongswan": {"vici": str(daemon.socket)}}
    (directory / "applications.json").write_text(json.dumps(settings))
    with opened_lab(directory) as (router, _lab):
        session = Session(router)

        def do(*commands):
            for command in met(1, commands):
                answer = session.feed(command)
                assert answer.ok, f"{command}\n{answer.text}"
            return answer.text

        do(
            f"{PKI} generate-keypair save-path cf3:/gw.key ecdsa-curve secp256r1",
            f"{PKI} import type key format der input-url cf3:/gw.key output-file gw.key",
            f'{PKI} est enroll est-profile "lab-est" key "cf3:/system-pki/gw.key"'
            ' subject-dn "C=DE,O=Lab,CN=gw" output-file "gw.crt"',
            "edit-config private",
            '/configure ipsec cert-profile "t" entry 1 cert "gw.crt" key "gw.key"',
            '/configure ipsec cert-profile "t" admin-state enable',
            '/configure system security pki certificate-auto-update "gw.crt" key-file-name "gw.key"'
            ' profile "lab-cmp"',
            "commit",
            "quit-config",
        )
        yield router, session, do


def serial(router):
    return certificates.facts(router.node.keystore.read_certificate("gw.crt")).serial


def test_after_a_restart_the_key_before_is_known_all_the_same(charon, tmp_path):
    charon.start()
    with node_with(charon, tmp_path / "node") as (router, session, do):
        first = serial(router)
        do(f'{PKI} reload application ipsec certificate "gw.crt" key "gw.key"', "admin save")
        fail_next(router.node.engine.applications, "gw.crt")
        assert not session.feed(UPDATE).ok
        second = serial(router)
        assert charon.certificates() == {first: True}
    with opened_lab(tmp_path / "node") as (router, _):
        answer = Session(router).feed(
            f'{PKI} reload application ipsec certificate "gw.crt" key "gw.key"'
        )
        assert answer.ok, answer.text
        assert charon.certificates() == {first: False, second: True}


UPDATE = f'{PKI} update-certificate certificate "gw.crt"'


def test_charon_has_the_renewed_certificate_and_its_key_loaded(charon, tmp_path):
    charon.start()
    with node_with(charon, tmp_path / "node") as (router, _, do):
        first = serial(router)
        do(f'{PKI} reload application ipsec certificate "gw.crt" key "gw.key"')
        assert charon.certificates() == {first: True}
        do(UPDATE)
        second = serial(router)
        assert second != first
        assert charon.certificates() == {first: False, second: True}


def test_a_daemon_that_is_not_there_is_a_failure_of_step_4_that_is_retried_from_there(
    charon, tmp_path
):
    with node_with(charon, tmp_path / "node") as (router, session, do):
        first = serial(router)
        refused = session.feed(UPDATE)
        assert not refused.ok
        assert "strongSwan" in refused.text
        assert "does the daemon run?" in refused.text
        second = serial(router)
        assert second != first
        assert "has failed in step 4" in do("show log log-id 99")
        charon.start()
        retry = router.node.engine.states()["gw.crt"].next_update_time
        do(f"lab clock set {retry:%Y-%m-%dT%H:%M:%SZ}", "lab clock advance 2s")
        assert serial(router) == second
        assert charon.certificates() == {second: True}
