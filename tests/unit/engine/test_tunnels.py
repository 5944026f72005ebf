"""Emulated tunnels: up while the certificate is good, down with the reason at the very instant."""

import base64
import random
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from counting import met
from cryptography import x509
from foreign import need, run
from issuing import Ca

from srpki.core.errors import SrpkiError
from srpki.x509 import certificates, keys

BY_CRL = """
    ca-profile "root" { admin-state enable cert-file "root.crt" revocation-check crl-optional }
    ca-profile "lab" {
        admin-state enable cert-file "issuing.crt" revocation-check crl-optional crl-file "lab.crl"
        cmpv2 { url { url-string "127.0.0.1:8080/pkix/" } }
    }
"""
CLOSED = BY_CRL.replace(
    '"lab" {\n        admin-state enable', '"lab" {\n        admin-state disable'
)
SECOND = timedelta(seconds=1)


def next_update(crl):
    return x509.load_der_x509_crl(crl).next_update_utc


def verdict(bench, name="vpn-1"):
    found = {one.name: one for one in bench.engine.tunnels.all()}[name].verdict
    return found.flags


def changes(bench):
    """Return when each tunnel has changed, to what and why, by the log."""
    return [
        (event.time, event.fields["state"], event.fields["oper_flags"])
        for event in bench.events
        if event.type.number == 2011
    ]


def test_it_goes_down_in_the_second_in_which_the_certificate_has_expired(bench):
    bench.configure()
    certificate = bench.enrol()
    assert verdict(bench) == () and changes(bench)[-1][1] == "up"
    ends = certificates.facts(certificate).not_after
    bench.advance(days=40)
    assert changes(bench)[-1] == (ends + SECOND, "down", ("expired-cert",))
    expired = f"the certificate expired on {ends:%Y/%m/%d %H:%M:%S} UTC"
    assert bench.texts(2044) == [
        f'Verification of certificate "gw.crt" for emulated tunnel "vpn-1" failed: {expired}.'
    ]
    (tunnel,) = bench.engine.tunnels.all()
    assert tunnel.since == ends + SECOND
    bench.engine.run_until(ends, back=True)
    assert verdict(bench) == () and changes(bench)[-1] == (ends, "up", ())


def test_it_comes_up_when_the_certificate_begins(bench):
    bench.configure()
    begins = bench.clock.now() + timedelta(days=2)
    bench.enrol(start=begins)
    assert verdict(bench) == ("not-yet-valid-cert",)
    bench.advance(days=5)
    assert changes(bench)[-1] == (begins - bench.engine.skew, "up", ())


def test_a_renewal_keeps_it_up_and_its_expiry_moves(bench):
    bench.enrol()
    bench.configure(bench.entry())
    bench.advance(days=300)
    assert len([one for one in bench.numbers() if one == 2246]) >= 10
    assert changes(bench) == [] and verdict(bench) == ()


def test_what_is_imported_counts_when_it_is_reloaded(bench):
    bench.enrol(validity=timedelta(days=1))
    bench.configure()
    bench.advance(days=2)
    assert verdict(bench) == ("expired-cert",)
    bench.enrol()
    assert verdict(bench) == ("expired-cert",)
    bench.engine.applications.reload("gw.crt")
    assert verdict(bench) == () and changes(bench)[-1] == (bench.clock.now(), "up", ())


@pytest.mark.parametrize(
    ("file", "flag"), [("gw.key", "invalid-key-file"), ("gw.crt", "invalid-cert-file")]
)
def test_a_lost_file_takes_it_down_although_it_is_in_use_from_memory(bench, file, flag):
    bench.enrol()
    bench.configure()
    sealed = bench.keystore.read_key("gw.key"), bench.keystore.read_certificate("gw.crt")
    bench.keystore.remove(file)
    bench.engine.file_changed(file)
    assert changes(bench) == [(bench.clock.now(), "down", (flag,))]
    kind = "key" if file == "gw.key" else "certificate"
    lost = f'{kind} file "{file}" is missing or cannot be used'
    assert bench.texts(2011) == [f'Emulated tunnel "vpn-1" is down: {lost}.']
    assert bench.texts(2044) == []  # no peer would complain of that
    bench.keystore.put(kind, file, keys.private_der(sealed[0]) if kind == "key" else sealed[1])
    bench.engine.file_changed(file)
    assert verdict(bench) == ()


def test_a_crl_that_lists_the_certificate_takes_it_down_when_it_is_loaded(bench):
    bench.authority.settings = replace(bench.authority.settings, crl_life=86400)
    bench.configure(profiles=BY_CRL)
    certificate = bench.enrol()
    bench.authority.revoke(certificate)
    bench.keystore.put("crl", "lab.crl", bench.authority.current_crl())
    assert verdict(bench) == ()
    bench.configure(profiles=CLOSED)
    bench.configure(profiles=BY_CRL)
    # It was down already without the CA; that the reason is another one is told as well.
    assert verdict(bench) == ("revoked-cert",)
    assert bench.said(2044, "reason")[-1] == "the certificate is revoked"
    ends = next_update(bench.keystore.read_crl("lab.crl"))
    bench.engine.run_until(ends + SECOND)
    # An optional CRL that has expired tells nothing any more.
    assert changes(bench)[-1] == (ends + SECOND, "up", ())


def test_a_ca_that_is_down_or_revoked_takes_it_down(bench):
    bench.configure()
    bench.enrol()
    bench.configure(
        profiles=bench.PROFILES.replace('"lab" {\n        admin-state enable', '"lab" {')
    )
    assert changes(bench)[-1][1:] == ("down", ("invalid-chain",))
    bench.configure()
    assert verdict(bench) == ()
    root = Ca(bench.clock.now(), "CN=root")
    middle = Ca(bench.clock.now(), "CN=middle")
    middle.certificate = root._made(middle.name, middle.key, -1, 9999, ca=True, serial=77)
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    for kind, file, der in (
        ("certificate", "m.crt", middle.certificate),
        ("certificate", "r.crt", root.certificate),
        ("crl", "r.crl", root.crl(revoked=[77])),
        ("certificate", "gw.crt", middle.issue(key=key)),
        ("key", "gw.key", keys.private_der(key)),
    ):
        bench.keystore.put(kind, file, der)
    bench.engine.applications.reload("gw.crt")
    assert verdict(bench) == ("invalid-chain",)
    bench.configure(
        'ca-profile "m" { admin-state enable cert-file "m.crt" revocation-check crl-optional }',
        'ca-profile "r" { admin-state enable cert-file "r.crt" crl-file "r.crl" }',
    )
    assert verdict(bench) == ("revoked-ca-cert",)


def test_the_end_of_an_entry_is_the_end_of_its_tunnel(bench):
    bench.enrol()
    bench.configure()
    bench.configure(ipsec=bench.IPSEC.replace("enable", "disable"))
    assert bench.engine.tunnels.all() == ()
    assert changes(bench) == [(bench.clock.now(), "down", ("profile-admin-down",))]
    assert bench.said(2011, "admin_state") == ["disable"]


# --- any history, judged by OpenSSL ---------------------------------------------------------------


class History:
    """What is done to a node by chance, and what its tunnel should be; OpenSSL judges the chain."""

    BOTH = frozenset(("gw.key", "gw.crt"))

    def __init__(self, bench, directory, chance):
        self.bench, self.directory, self.chance = bench, directory, chance
        self.openssl = need("openssl")
        self.enabled, self.crl, self.files = True, b"", set(self.BOTH)
        self.newest = self.loaded = bench.enrol()
        self.key = bench.keystore.read_key("gw.key")
        authority = bench.authority
        self.write("root", authority.root)
        self.write("issuing", authority.issuing.certificate)

    def write(self, name, der, kind="CERTIFICATE"):
        text = base64.encodebytes(der).decode()
        path = self.directory / f"{name}.pem"
        path.write_text(f"-----BEGIN {kind}-----\n{text}-----END {kind}-----\n")
        return path

    def up(self, now):
        if self.files != self.BOTH:
            return False
        words = ["verify", "-attime", int(now.timestamp()), "-partial_chain"]
        for name in ("root", "issuing") if self.enabled else ("root",):
            words += ["-trusted", self.directory / f"{name}.pem"]
        if self.crl and self.enabled and now <= next_update(self.crl):
            words += ["-crl_check", "-CRLfile", self.write("crl", self.crl, "X509 CRL")]
        return (
            run(self.openssl, *words, self.write("leaf", self.loaded), check=False).returncode == 0
        )

    def renew(self):
        self.newest = self.bench.enrol(validity=timedelta(days=self.chance.choice((1, 5, 30))))
        self.key = self.bench.keystore.read_key("gw.key")
        self.files = set(self.BOTH)

    def reload(self):
        try:
            self.bench.engine.applications.reload("gw.crt")
        except SrpkiError:
            assert self.files != self.BOTH
        else:
            self.loaded = self.newest

    def lose(self):
        for file in self.chance.sample(sorted(self.files), min(1, len(self.files))):
            self.bench.keystore.remove(file)
            self.files.discard(file)
            self.bench.engine.file_changed(file)

    def restore(self):
        if "gw.key" not in self.files:
            self.bench.keystore.put("key", "gw.key", keys.private_der(self.key))
        if "gw.crt" not in self.files:
            self.bench.keystore.put("certificate", "gw.crt", self.newest)
        self.files = set(self.BOTH)
        self.bench.engine.file_changed("gw.key")
        self.bench.engine.file_changed("gw.crt")

    def revoke(self):
        self.bench.authority.revoke(self.loaded)

    def publish(self):
        self.bench.keystore.put("crl", "lab.crl", self.bench.authority.current_crl())
        self.close()
        self.bench.configure(profiles=BY_CRL)
        self.crl, self.enabled = self.bench.keystore.read_crl("lab.crl"), True

    def close(self):
        self.bench.configure(profiles=CLOSED)
        self.enabled = False

    def wait(self):
        self.bench.advance(hours=self.chance.choice((1, 20, 100)))

    EVERY = (renew, reload, reload, lose, restore, restore, revoke, publish, publish, close, wait)


@pytest.mark.parametrize("seed", range(3))
def test_after_any_history_it_is_what_openssl_makes_of_the_certificate(bench, tmp_path, seed):
    bench.authority.settings = replace(bench.authority.settings, crl_life=3 * 86400)
    bench.configure(profiles=BY_CRL)
    # Times of certificates are whole seconds, and so are OpenSSL's.
    bench.engine.run_until(bench.clock.now().replace(microsecond=0))
    (tmp_path / "model").mkdir()
    history = History(bench, tmp_path / "model", random.Random(seed))
    seen = set()
    for _ in range(25):
        history.chance.choice(History.EVERY)(history)
        up = history.up(bench.clock.now())
        seen.add(up)
        assert (verdict(bench) == ()) == up, verdict(bench)
        told = changes(bench)
        assert (told[-1][1] if told else "up") == ("up" if up else "down")
    assert seen == {True, False}
    states = [state for _, state, _ in changes(bench)]
    assert all(one != other for one, other in met(1, pairwise(states)))


# --- computed chains ------------------------------------------------------------------------------


def chained(bench, *, rooted="root", more="", entry=""):
    extra = f'ca-profile "other" {{ admin-state enable cert-file "other.crt" revocation-check crl-optional }} {more}'
    profiles = BY_CRL.replace('"root"', f'"{rooted}"')
    ipsec = f"""
        cert-profile "vpn" {{ admin-state enable entry 1 {{ cert "gw.crt" key "gw.key" {entry} }} }}
        trust-anchor-profile "peers" {{ trust-anchor "lab" trust-anchor "{rooted}" }}
    """
    ipsec = ipsec.replace('anchor "lab"', 'anchor "lab" { }').replace(
        f'"{rooted}" }}', f'"{rooted}" {{ }} }}'
    )
    bench.configure(extra, profiles=profiles, tls="", ipsec=ipsec)


def test_a_renewal_under_another_ca_changes_the_computed_chain(bench):
    other = Ca(bench.clock.now(), "CN=other")
    bench.keystore.put("certificate", "other.crt", other.certificate)
    bench.enrol()
    chained(bench)
    bench.engine.applications.reload("gw.crt")
    assert not {2008, 2009, 2010, 2251} & set(bench.numbers())
    key = keys.generate(keys.KeySpec("ecdsa", curve="secp256r1"))
    bench.keystore.put("key", "gw.key", keys.private_der(key))
    bench.keystore.put("certificate", "gw.crt", other.issue(key=key))
    bench.engine.applications.reload("gw.crt")
    for number in (2008, 2009):
        assert bench.said(number, "ca_profiles") == [("other",)]
        assert bench.said(number, "cert_profile") == ["vpn"] and bench.said(number, "entry") == [1]
    bench.engine.applications.reload("gw.crt")
    assert len(bench.said(2009, "entry")) == 1


def test_the_same_keys_under_another_name_change_the_chain_and_not_its_hash(bench):
    bench.keystore.put("certificate", "other.crt", Ca(bench.clock.now(), "CN=other").certificate)
    bench.enrol()
    chained(bench)
    chained(bench, rooted="anchor")
    assert bench.said(2009, "ca_profiles") == [("lab", "anchor")] and bench.texts(2008) == []


def test_what_is_sent_or_compared_and_not_in_the_chain_is_told_once(bench):
    bench.keystore.put("certificate", "other.crt", Ca(bench.clock.now(), "CN=other").certificate)
    bench.enrol()
    for _ in range(2):
        chained(
            bench, entry='send-chain { ca-profile ["lab" "other"] } compare-chain-include "other"'
        )
        bench.engine.applications.reload("gw.crt")
    assert bench.said(2010, "ca_profiles") == [("other",)]
    assert bench.said(2251, "ca_profile") == ["other"]
    (text,) = bench.texts(2251)
    assert text.endswith("is not in the computed chain: lab root.")


def test_a_trust_anchor_that_goes_down_is_counted_at_its_instant(bench):
    bench.keystore.put("certificate", "other.crt", Ca(bench.clock.now(), "CN=other").certificate)
    bench.enrol()
    chained(bench)
    assert bench.texts(2005) == []
    ends = certificates.facts(bench.keystore.read_certificate("issuing.crt")).not_after
    bench.engine.run_until(ends + timedelta(days=1))
    first = next(event for event in bench.events if event.type.number == 2005)
    assert (first.time, first.fields["trust_anchor_profile"]) == (ends + SECOND, "peers")
    assert first.fields["down"] >= 1
